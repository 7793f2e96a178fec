// Sign one request, send it, print the answer:  node sign.mjs METHOD PATH [BODY]
// Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; Node 18 or later.
import { createHmac, randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';

const TRIES = 4;

function setting(name) {
  if (process.env[name]) return process.env[name];
  throw new Error(`${name} is not set (set -a; . var/demo.env; set +a)`);
}

export function authorization(method, path, body, timestamp, nonce) {
  const text = `${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`;
  const signature = createHmac('sha256', setting('SHROFF_APP_SECRET')).update(text).digest('hex');
  return `SHROFF-HMAC-SHA256 app_key="${setting('SHROFF_APP_KEY')}",timestamp="${timestamp}",` +
    `nonce="${nonce}",signature="${signature}"`;
}

async function sendOnce(method, url, body) {
  const timestamp = Math.floor(Date.now() / 1000);
  const nonce = randomBytes(16).toString('hex');        // a new one every time, retries too
  // What fetch sends is the URL's own spelling of the path: "/a b" goes out as "/a%20b".
  const path = url.pathname + url.search;
  const headers = { Authorization: authorization(method, path, body, timestamp, nonce) };
  if (body) headers['Content-Type'] = 'application/json';
  const answer = await fetch(url, { method, headers, body: body || undefined,
    signal: AbortSignal.timeout(10000) });
  return { answer, json: await answer.json() };         // a proxy's HTML is no answer of ours
}

// The answer, whatever its `code`. No answer, 429 and 503 are repeated, signed anew each time:
// the same merchant_order_id makes one order, however often it is sent.
export async function request(method, path, body = '') {
  if (!path?.startsWith('/')) throw new Error(`the path must begin with /, and "${path}" does not`);
  const url = new URL(setting('SHROFF_BASE_URL').replace(/\/$/, '') + path);
  setting('SHROFF_APP_KEY');
  setting('SHROFF_APP_SECRET');
  for (let i = 1; ; i += 1) {
    const { answer, json, error } = await sendOnce(method.toUpperCase(), url, body)
      .catch((error) => ({ error }));
    if (answer && ![429, 503].includes(answer.status)) return json;
    if (i === TRIES && json) return json;
    if (i === TRIES) throw error;
    const after = Number(answer?.headers.get('Retry-After')) || 2 ** (i - 1);
    await new Promise((done) => setTimeout(done, Math.min(after, 600) * 1000));
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [method, path, body] = process.argv.slice(2);
  try {
    if (!path) throw new Error('usage: node sign.mjs METHOD PATH [BODY]');
    console.log(JSON.stringify(await request(method, path, body)));
  } catch (error) {
    console.error(`sign.mjs: ${error.message}${error.cause ? `: ${error.cause.message}` : ''}`);
    process.exitCode = 2;
  }
}
