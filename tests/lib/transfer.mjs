// Transfers to a person, as a merchant's program asks for them.
import assert from 'node:assert/strict';
import { expectOk, get, newNo, newNonce, now, post } from './client.mjs';
import { sendCallback, signCallback } from './channel.mjs';

const dropUndefined = (o) => Object.fromEntries(Object.entries(o).filter(([, v]) => v !== undefined));

// play: what the gateway does with it (channel_extras.mock).
export const transferBody = (play, more = {}) => ({
  merchant_transfer_id: newNo('X'), price: 700, currency: 'CNY', subject: 'A prize', channel: 'mock',
  user_account: `payee-${newNonce().slice(0, 12)}`, ...(play ? { channel_extras: { mock: play } } : {}), ...more,
});
export const transfer = (stack, app, play, more = {}, opts = {}) =>
  post(stack, app, '/api/pay/transfer', transferBody(play, more), opts);
export async function transferQuery(stack, app, selector) {
  return expectOk(await get(stack, app, `/api/pay/transfer/query?${new URLSearchParams(selector)}`));
}

// A refusal with the channel's words: the transfer is in `data`.
export function expectTransferError(res, code) {
  assert.equal(res.status, 502, `${res.status} ${res.text}`);
  assert.equal(res.json.code, code, res.text);
  assert.ok(res.json.data?.transfer_no, res.text);
  return res.json;
}

// The gateway's callback about a transfer.
export function transferCallback(done, secret, more = {}, after = {}) {
  const members = dropUndefined({
    transfer_no: done.transfer_no, channel_transfer_no: `MT${newNonce().slice(0, 20)}`, status: 'SUCCESS',
    price: done.price, currency: done.currency, success_time: new Date().toISOString(),
    timestamp: now(), nonce: newNonce(), sign_type: 'HMAC-SHA256', ...more,
  });
  return dropUndefined({ ...members, sign: signCallback(members, secret), ...after });
}
export const sendTransferCallback = (stack, app, body, channelId = app.channelId) =>
  sendCallback(stack, body, `/api/pay/notify/transfer/${channelId}`);
