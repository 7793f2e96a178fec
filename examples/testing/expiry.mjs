// An order that nobody pays ends by itself:  node expiry.mjs   (SHROFF_BASE_URL, _APP_KEY, _APP_SECRET)
import assert from 'node:assert/strict';
import { request } from '../signing/sign.mjs';
const send = async (method, path, body) => (await request(method, path, body && JSON.stringify(body))).data;

const order = await send('POST', '/payments', { merchant_order_id: `E-${Date.now()}`, price: 100, currency: 'CNY',
  subject: 'Expires', channel: 'mock', expire_in: 3600 });
await send('POST', '/sandbox/clock', { advance: 3601 });
let status;
for (let i = 0; i < 60 && status !== 'CLOSED'; i += 1) {
  ({ status } = await send('GET', `/payments/${order.order_no}`));
  await new Promise((done) => setTimeout(done, 500));
}
assert.equal(status, 'CLOSED');                         // here: your shop offers to order again
