// Paid orders and their refunds, as a merchant's program asks for them.
import assert from 'node:assert/strict';
import { createOpen, expectOk, get, newNo, post, query } from './client.mjs';
import { payByCallback, sendCallback, signCallback } from './channel.mjs';
import { newNonce, now } from './client.mjs';

// A paid order; play: what the gateway does with its refunds (metadata.mock.refund).
export async function paidOrder(stack, app, play, more = {}, callback = {}) {
  const metadata = play ? { metadata: { mock: { refund: play } } } : {};
  const order = await createOpen(stack, app, { price: 1000, ...metadata, ...more });
  const res = await payByCallback(stack, app, order, callback);
  assert.equal(res.status, 200, res.text);
  return order;
}

export const refundBody = (order, more = {}) =>
  ({ order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: order.price, ...more });
export const refund = (stack, app, order, more = {}, opts = {}) =>
  post(stack, app, '/api/pay/refund', refundBody(order, more), opts);
export async function refundQuery(stack, app, selector) {
  return expectOk(await get(stack, app, `/api/pay/refund/query?${new URLSearchParams(selector)}`));
}
// [status, refund_price, refunding_price] of the order
export async function moneyOf(stack, app, order) {
  const q = await query(stack, app, { order_no: order.order_no });
  return [q.status, q.refund_price, q.refunding_price];
}

// A refusal with the channel's words: the refund is in `data`.
export function expectChannelError(res, code) {
  assert.equal(res.status, 502, `${res.status} ${res.text}`);
  assert.equal(res.json.code, code, res.text);
  assert.ok(res.json.data?.refund_no, res.text);
  return res.json;
}

const dropUndefined = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

// The gateway's callback about a refund.
export function refundCallback(done, secret, more = {}, after = {}) {
  const members = dropUndefined({
    refund_no: done.refund_no, channel_refund_no: `MR${newNonce().slice(0, 20)}`, status: 'SUCCESS',
    price: done.refund_price, currency: done.currency, success_time: new Date().toISOString(),
    timestamp: now(), nonce: newNonce(), sign_type: 'HMAC-SHA256', ...more,
  });
  return dropUndefined({ ...members, sign: signCallback(members, secret), ...after });
}
export const sendRefundCallback = (stack, app, body, channelId = app.channelId) =>
  sendCallback(stack, body, `/api/pay/notify/refund/${channelId}`);
