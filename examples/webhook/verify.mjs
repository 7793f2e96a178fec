// Check a notification, and a small receiver:  node verify.mjs PORT
// Needs SHROFF_WEBHOOK_SECRET (whsec_…); Node 18 or later.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { createServer } from 'node:http';
import { fileURLToPath } from 'node:url';

const TOLERANCE = 300;                                  // seconds

// body: the bytes as they came (a Buffer), never JSON serialised again
export function verified(headers, body, secret, now = Date.now() / 1000) {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': list } = headers;
  if (!id || !/^\d{1,10}$/.test(time ?? '') || !list) return false;
  if (Math.abs(now - Number(time)) > TOLERANCE) return false;
  const key = Buffer.from((secret ?? '').replace(/^whsec_/, ''), 'base64');
  if (key.length < 24) throw new Error('SHROFF_WEBHOOK_SECRET is not whsec_ and base64');
  const ours = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest();
  return list.split(' ').some((entry) => {              // several while the secret rotates
    const theirs = Buffer.from(entry.replace(/^v1,/, ''), 'base64');
    return entry.startsWith('v1,') && theirs.length === ours.length && timingSafeEqual(theirs, ours);
  });
}

async function receive(request, response) {
  const pieces = [];
  for await (const piece of request) pieces.push(piece);
  const body = Buffer.concat(pieces);
  if (!verified(request.headers, body, process.env.SHROFF_WEBHOOK_SECRET)) {
    return response.writeHead(401).end('bad signature');
  }
  const { type, data } = JSON.parse(body);
  console.log(request.headers['webhook-id'], type, data.merchant_order_id, data.version);
  // Here: one transaction that stores webhook-id and marks your order paid. Then, and only then:
  response.writeHead(200).end('SUCCESS');
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const port = Number(process.argv[2]);
  if (!(port > 0) || !process.env.SHROFF_WEBHOOK_SECRET) {
    console.error('usage: node verify.mjs PORT, with SHROFF_WEBHOOK_SECRET set');
    process.exit(2);
  }
  createServer((request, response) => receive(request, response).catch((error) => {
    console.error(error.message);
    response.writeHead(500).end();                      // not acknowledged: it comes again
  })).listen(port, '127.0.0.1');
}
