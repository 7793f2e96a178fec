// Sign one request, send it, print the answer:  node sign.mjs METHOD PATH [BODY]
// Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; Node 18 or later.
import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const { SHROFF_BASE_URL, SHROFF_APP_KEY, SHROFF_APP_SECRET } = process.env;

export function authorization(method, path, body, timestamp, nonce) {
  const text = `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
  const signature = createHmac('sha256', SHROFF_APP_SECRET).update(text).digest('hex');
  return `SHROFF-HMAC-SHA256 app_key="${SHROFF_APP_KEY}",timestamp="${timestamp}",` +
    `nonce="${nonce}",signature="${signature}"`;
}

export async function request(method, path, body = '') {
  const timestamp = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('hex');        // a new one every time, retries too
  const headers = { Authorization: authorization(method, path, body, timestamp, nonce) };
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(SHROFF_BASE_URL + path, { method, headers, body: body || undefined,
    signal: AbortSignal.timeout(10000) });
  return answer.json();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  console.log(JSON.stringify(await request(...process.argv.slice(2))));
}
