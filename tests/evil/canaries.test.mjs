// Every secret that a flow of money in or out has passes through it once, in its place and in places where it does not
// belong. None of them is in a log, in /metrics, in what shroffctl prints, or in the words of a refusal.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { authHeader, createOpen, expectOk, newNo, newNonce, postJson, request, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { ctl, newApp } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { routes } from '../lib/routes.mjs';
import { logsOf, startStack } from '../lib/stack.mjs';
import { sendTransferCallback, transferBody, transferCallback } from '../lib/transfer.mjs';
import { newUser, rechargeBody } from '../lib/wallet.mjs';
import { leaks, secretsOf, sleep } from './lib.mjs';

const pathsOf = (fits) => [...new Set(routes().filter((r) => !r.path.includes('{}') && !['/metrics', '/healthz'].includes(r.path) && fits(r)).map((r) => r.path))];
const SIGNED = pathsOf((r) => r.method === 'POST' && r.scope), OPEN = pathsOf((r) => r.method === 'POST' && !r.scope), READ = pathsOf((r) => r.method === 'GET');
const canaries = new Set(), refusals = [], printed = [];
const canary = () => { const c = `canary${newNonce()}`; canaries.add(c); return c; };
const keep = (text) => { canaries.add(text); return text; };
let stack, app, m;

async function call(method, path, body) {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const Authorization = authHeader(app, { method, path, body: text ?? '' });
  keep(/signature="([^"]+)"/.exec(Authorization)[1]);
  const res = await request(stack, { method, path, body: text, headers: { Authorization, ...(text === undefined ? {} : { 'Content-Type': 'application/json' }) } });
  if (res.status >= 400) refusals.push(res.text);
  return res;
}
const tokenOf = (url) => new URL(url).searchParams.get('token');

before(async () => {
  stack = await startStack();
  m = await merchant(does.ack());
  app = await newApp(stack, { notifyUrl: m.url });
  for (const secret of [app.secret, app.channelSecret, app.webhookSecret]) keep(secret);
});
after(() => m?.close());

test('money in and out, with all that signs and pays', async () => {
  const order = expectOk(await call('POST', '/api/pay/create', terms({ channel: 'mock', channel_extras: { auth_code: canary() }, metadata: { mock: { refund: 'later' } } })), 201);
  keep(order.query_token);
  keep(tokenOf(order.pay_url));
  await request(stack, { path: `/api/pay/status?token=${order.query_token}` });
  await request(stack, { path: order.pay_url.slice(stack.base.length) });
  const cashier = order.cashier_url.slice(stack.base.length);
  assert.equal((await request(stack, { path: cashier })).status, 200);
  for (const Origin of [stack.base, 'https://evil.example']) {
    const headers = { 'Content-Type': 'application/x-www-form-urlencoded', Origin };
    refusals.push((await request(stack, { method: 'POST', path: cashier, body: 'channel=wx_none', headers })).text);
  }
  const paid = signedCallback(order, app.channelSecret);
  keep(paid.sign);
  assert.equal((await sendCallback(stack, paid)).status, 200);
  const back = expectOk(await call('POST', '/api/pay/refund', { order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: 100, notify_url: m.url }), 201);
  const backed = refundCallback(back, app.channelSecret);
  keep(backed.sign);
  assert.equal((await sendRefundCallback(stack, app, backed)).status, 200);
  const out = expectOk(await call('POST', '/api/pay/transfer', transferBody('later', { notify_url: m.url, channel_extras: { mock: 'later', auth_code: canary() } })), 201);
  const sent = transferCallback(out, app.channelSecret);
  keep(sent.sign);
  assert.equal((await sendTransferCallback(stack, app, sent)).status, 200);
  const user = newUser();
  const charge = expectOk(await call('POST', '/api/pay/wallet/recharge', rechargeBody(user, { channel: 'mock', channel_extras: { auth_code: canary() } })), 201);
  keep(charge.query_token);
  keep(tokenOf(charge.pay_url));
  assert.equal((await payByCallback(stack, app, charge)).status, 200);
  await m.waitHits(4);
  for (const hit of m.hits) keep(hit.headers['webhook-signature'].split(',')[1]);
  for (const args of [['order', 'show', order.order_no], ['refund', 'show', back.refund_no], ['transfer', 'show', out.transfer_no], ['notify', 'list'], ['channel', 'list'], ['app', 'show', app.key], ['doctor']]) {
    for (const more of [[], ['--json']]) { const r = await ctl(stack, [...args, ...more]); printed.push(r.stdout + r.stderr); }
  }
});

test('where they do not belong', async () => {
  const open = await createOpen(stack, app);
  for (const path of SIGNED) {
    for (const body of [{ auth_code: canary() }, { channel_extras: { auth_code: [canary()] } }, { channel_extras: canary() }, { secret: canary() }, `{"sign":"${canary()}"`, `"${canary()}"`]) await call('POST', path, body);
    await call('POST', `${path}?auth_code=${canary()}`, {});
    for (const Authorization of [`Bearer ${canary()}`, authHeader(app, { method: 'POST', path, body: '{}', set: { signature: canary() } })])
      refusals.push((await request(stack, { method: 'POST', path, body: '{}', headers: { Authorization, 'Content-Type': 'application/json' } })).text);
  }
  for (const path of READ) await call('GET', `${path}?token=${canary()}&auth_code=${canary()}&query_token=${canary()}`);
  for (const path of OPEN.concat(['order', 'refund', 'transfer'].map((k) => `/api/pay/notify/${k}/${app.channelId}`))) {
    for (const body of [{ sign: canary(), pay_id: open.pay_id }, { sign_type: 'RSA2', sign: canary(), auth_code: canary() }, `sign=${canary()}`, `{"sign":"${canary()}"`])
      refusals.push((await postJson(stack, path, body)).text);
  }
});

test('none of them got out', async () => {
  printed.push((await request(stack, { path: '/metrics' })).text);
  await sleep(1200);      // nginx writes its log each second
  const all = [...new Set([...canaries, ...secretsOf(stack)])];
  assert.ok(canaries.size > 150, `${canaries.size}`);
  assert.ok(refusals.length > 120, `${refusals.length}`);
  assert.deepEqual(refusals.filter((text) => leaks(text, all).length), []);
  assert.deepEqual(printed.filter((text) => leaks(text, all).length), []);
  assert.deepEqual(logsOf(stack).flatMap((f) => leaks(readFileSync(f, 'latin1'), all).map((s) => `${f}: ${s}`)), []);
});
