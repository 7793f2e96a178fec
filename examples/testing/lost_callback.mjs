// Paid, and the channel's callback is lost:  node lost_callback.mjs   (SHROFF_BASE_URL, _APP_KEY, _APP_SECRET)
import assert from 'node:assert/strict';
import { request } from '../signing/sign.mjs';
const send = async (method, path, body) => (await request(method, path, body && JSON.stringify(body))).data;

const order = await send('POST', '/payments', { merchant_order_id: `L-${Date.now()}`, price: 100, currency: 'CNY',
  subject: 'Lost callback', channel: 'mock', metadata: { mock: { callback: 'lost' } } });
await send('POST', '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' });
assert.equal((await send('GET', `/payments/${order.order_no}`)).status, 'WAITING');
const asked = await send('GET', `/api/pay/query?order_no=${order.order_no}&sync=1`);    // or wait some 10 s
assert.equal(asked.status, 'SUCCESS');                  // here: your shop delivers
