// Wallets, as a merchant's program asks for them.
import { randomBytes } from 'node:crypto';
import assert from 'node:assert/strict';
import { payByCallback } from './channel.mjs';
import { expectOk, get, newNo, post, terms } from './client.mjs';

export const newUser = () => `user-${randomBytes(6).toString('hex')}`;
export const walletOf = async (stack, app, user_id, currency = 'CNY') =>
  expectOk(await get(stack, app, `/api/pay/wallet?${new URLSearchParams({ user_id, currency })}`));
export const entriesOf = async (stack, app, user_id, more = {}) =>
  expectOk(await get(stack, app, `/api/pay/wallet/entries?${new URLSearchParams({ user_id, currency: 'CNY', ...more })}`));
export const adjustBody = (user_id, price, more = {}) =>
  ({ user_id, currency: 'CNY', merchant_adjust_id: newNo('A'), price, reason: 'because', ...more });
export const adjust = (stack, app, user_id, price, more = {}) =>
  post(stack, app, '/api/pay/wallet/adjust', adjustBody(user_id, price, more));
// [balance, frozen, total_recharge, total_expense]
export async function sumsOf(stack, app, user_id) {
  const w = await walletOf(stack, app, user_id);
  return [w.balance, w.frozen, w.total_recharge, w.total_expense];
}

export const rechargeBody = (user_id, more = {}) => terms({ user_id, price: 1000, ...more });
export const recharge = (stack, app, user_id, more = {}) =>
  post(stack, app, '/api/pay/wallet/recharge', rechargeBody(user_id, more));
// A recharge that was paid on the mock channel; play: what its gateway does with refunds.
export async function recharged(stack, app, user_id, more = {}, play) {
  const metadata = play ? { metadata: { mock: { refund: play } } } : {};
  const order = expectOk(await recharge(stack, app, user_id, { channel: 'mock', ...metadata, ...more }), 201);
  const res = await payByCallback(stack, app, order);
  assert.equal(res.status, 200, res.text);
  return order;
}

// An order of a user that is paid from the balance; gives the answer.
export const payByWallet = (stack, app, user_id, more = {}) =>
  post(stack, app, '/api/pay/create', terms({ user_id, channel: 'wallet', ...more }));
// A user with so much on the balance.
export async function userWith(stack, app, balance) {
  const user = newUser();
  expectOk(await adjust(stack, app, user, balance), 201);
  return user;
}
