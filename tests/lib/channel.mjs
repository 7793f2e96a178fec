// The mock channel's callback, signed as the contract says.
import { createHmac, createSign, randomBytes } from 'node:crypto';
import { postJson, now } from './client.mjs';

// All members but sign and sign_type, empty and null ones dropped, sorted bytewise, joined by &.
export function callbackText(members) {
  return Object.entries(members)
    .filter(([k, v]) => k !== 'sign' && k !== 'sign_type' && v !== null && v !== '')
    .map(([k, v]) => [Buffer.from(k), `${k}=${v}`])
    .sort(([a], [b]) => Buffer.compare(a, b))
    .map(([, s]) => s)
    .join('&');
}

export function signCallback(members, secret) {
  const text = callbackText(members);
  return members.sign_type === 'RSA2'
    ? createSign('RSA-SHA256').update(text).sign(secret, 'base64')
    : createHmac('sha256', secret).update(text).digest('hex');
}

export const channelNo = () => `MOCK${randomBytes(10).toString('hex')}`;

// The members of a callback about an order's open attempt, unsigned.
export const callbackOf = (order, more = {}) => ({
  pay_id: order.pay_id, channel_order_no: channelNo(), status: 'SUCCESS',
  price: order.price, currency: order.currency, success_time: new Date().toISOString(),
  timestamp: now(), nonce: randomBytes(12).toString('hex'), sign_type: 'HMAC-SHA256', ...more,
});

const dropUndefined = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

// `more`: other members (undefined = leave out); `after`: changes made after signing.
export function signedCallback(order, secret, more = {}, after = {}) {
  const members = dropUndefined(callbackOf(order, more));
  return dropUndefined({ ...members, sign: signCallback(members, secret), ...after });
}

export const sendCallback = (stack, body, path = '/api/pay/callback') => postJson(stack, path, body);

// Pays an order's open attempt; gives the answer.
export const payByCallback = (stack, app, order, more = {}) =>
  sendCallback(stack, signedCallback(order, app.channelSecret, more));
