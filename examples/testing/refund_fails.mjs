// A refund that the channel refuses:  node refund_fails.mjs   (SHROFF_BASE_URL, _APP_KEY, _APP_SECRET)
import assert from 'node:assert/strict';
import { request } from '../signing/sign.mjs';
const send = (method, path, body) => request(method, path, body && JSON.stringify(body));

const { data: order } = await send('POST', '/payments', { merchant_order_id: `R-${Date.now()}`, price: 100, currency: 'CNY',
  subject: 'Refund fails', channel: 'mock', metadata: { mock: { refund: 'fail' } } });
await send('POST', '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' });
const refused = await send('POST', '/api/pay/refund', { order_no: order.order_no, refund_price: 100,
  merchant_refund_id: `RR-${Date.now()}` });
assert.equal(refused.code, 50200);                      // the channel's words: channel_error_code, channel_error_msg
assert.equal((await send('GET', `/payments/${order.order_no}`)).data.refunding_price, 0);     // nothing is reserved any more
