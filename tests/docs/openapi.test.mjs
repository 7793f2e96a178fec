// docs/openapi.yaml against what the executables really do.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import Ajv from 'ajv/dist/2020.js';
import YAML from 'yaml';
import { ROOT, buildPath } from '../lib/env.mjs';
import { routes } from '../lib/routes.mjs';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, get, post, postJson, query, request, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { paidOrder, refundBody } from '../lib/refund.mjs';
import { adjustBody, newUser, rechargeBody } from '../lib/wallet.mjs';
import { transferBody } from '../lib/transfer.mjs';
import { merchant } from '../lib/merchant.mjs';

const { stack, app1, atEnd } = await suite();
const api = YAML.parse(readFileSync(join(ROOT, 'docs/openapi.yaml'), 'utf8'), { merge: true });
const ajv = new Ajv({ strict: false });
ajv.addSchema(api, 'api');
const fits = (name, value) => {
  const ok = ajv.validate({ $ref: `api#/components/schemas/${name}` }, value);
  assert.ok(ok, `${name}: ${ajv.errorsText()}\n${JSON.stringify(value)}`);
};

test('the version is the programs\' own', () => {
  const said = execFileSync(buildPath('cli', 'shroffctl'), ['--version'], { encoding: 'utf8', env: {} }).trim();
  assert.equal(said, `shroffctl ${api.info.version}`);
});

describe('paths', () => {
  test('every route of every executable is in the file, and the other way round', () => {
    const answered = new Set(routes().map((r) => `${r.method} ${r.path}`));
    const told = new Set();
    for (const [path, item] of Object.entries(api.paths)) {
      for (const method of ['get', 'post', 'put', 'delete']) if (item[method]) told.add(`${method.toUpperCase()} ${path.replace(/\{\w+\}/g, '{}')}`);
    }
    assert.deepEqual([...told].sort(), [...answered].sort());
  });
  test('shroffctl verify tries every path that a signed request has', () => {
    const source = readFileSync(join(ROOT, 'cli/verify_texts.c'), 'utf8'), tried = /PATHS\[\] = \{(.*?)\};/s.exec(source)[1];
    for (const { path, scope } of routes()) if (scope && !path.includes('{}')) assert.ok(tried.includes(`"${path}"`), path);
  });
  test('what a path does not list is answered 40500 with Allow', async () => {
    for (const [path, item] of Object.entries(api.paths)) {
      const url = path.replace('{channel_id}', '1').replace(/\{\w+\}/, '01ARZ3NDEKTSV4RRFFQ69G5FAV');
      const res = await request(stack, { method: 'DELETE', path: url });
      assert.equal(res.json?.code, 40500, `${path}: ${res.text}`);
      const allow = res.headers.allow.split(', ');
      assert.deepEqual(allow.filter((m) => m !== 'HEAD').sort(), ['get', 'post', 'put', 'delete', 'options'].filter((m) => item[m]).map((m) => m.toUpperCase()).sort(), path);
      fits('Error', res.json);
    }
  });
});

describe('answers', () => {
  test('orders, bare and with everything', async () => {
    fits('OrderAnswer', { code: 0, msg: 'success', data: await create(stack, app1) });
    const full = terms({
      body: 'b', channel: 'mock', channel_extras: { openid: 'o' }, user_id: 'u', user_ip: '192.0.2.1', expire_in: 600,
      notify_url: 'http://127.0.0.1:9/n', return_url: 'https://shop.example/r', metadata: { a: [1, { b: null }] },
    });
    fits('Create', full);
    const res = await post(stack, app1, '/payments', full);
    assert.equal(res.status, 201, res.text);
    fits('OrderAnswer', res.json);
    assert.deepEqual(Object.keys(full).sort(), Object.keys(api.components.schemas.Create.properties).sort(), 'all fields were tried');
    const q = await get(stack, app1, `/payments/${res.json.data.order_no}`);
    fits('QueryAnswer', q.json);
    const status = await request(stack, { path: `/api/pay/status?token=${res.json.data.query_token}` });
    fits('StatusAnswer', status.json);
    fits('ListAnswer', (await get(stack, app1, '/payments?limit=2')).json);
  });
  test('a notification', async () => {
    const sink = await merchant();
    atEnd(() => sink.close());
    const order = await createOpen(stack, app1, { notify_url: sink.url, metadata: { x: 1 } });
    await payByCallback(stack, app1, order);
    const [hit] = await sink.waitHits(1);
    fits('Notification', JSON.parse(hit.text));
    fits('QueryAnswer', { code: 0, msg: 'success', data: await query(stack, app1, { order_no: order.order_no }) });
  });
  test('refunds: their answers, queries, lists and notifications', async () => {
    const sink = await merchant();
    atEnd(() => sink.close());
    const order = await paidOrder(stack, app1, 'fail_then_ok');
    const body = refundBody(order, { reason: 'r', notify_url: sink.url, expected_remaining: 1000 });
    fits('RefundRequest', body);
    fits('Error', (await post(stack, app1, '/api/pay/refund', body)).json);
    fits('RefundAnswer', (await post(stack, app1, '/api/pay/refund', body)).json);
    const of = `merchant_refund_id=${body.merchant_refund_id}`;
    fits('RefundQueryAnswer', (await get(stack, app1, `/api/pay/refund/query?${of}`)).json);
    fits('RefundListAnswer', (await get(stack, app1, '/api/pay/refunds?limit=2')).json);
    fits('QueryAnswer', (await get(stack, app1, `/payments/${order.order_no}`)).json);
    for (const hit of await sink.waitHits(2)) fits('RefundNotification', JSON.parse(hit.text));
  });
  test('wallets: their answers, entries and corrections', async () => {
    const body = adjustBody(newUser(), 5);
    fits('Adjust', body);
    fits('EntryAnswer', (await post(stack, app1, '/api/pay/wallet/adjust', body)).json);
    const of = new URLSearchParams({ user_id: body.user_id, currency: 'CNY' });
    const recharge = rechargeBody(body.user_id, { bonus_price: 3, channel: 'mock' });
    fits('Recharge', recharge);
    const open = await post(stack, app1, '/api/pay/wallet/recharge', recharge);
    fits('OrderAnswer', open.json);
    await payByCallback(stack, app1, open.json.data);
    fits('QueryAnswer', (await get(stack, app1, `/payments/${open.json.data.order_no}`)).json);
    fits('WalletAnswer', (await get(stack, app1, `/api/pay/wallet?${of}`)).json);
    fits('EntryListAnswer', (await get(stack, app1, `/api/pay/wallet/entries?${of}`)).json);
  });
  test('transfers: their answers, queries, lists and notifications', async () => {
    const sink = await merchant();
    atEnd(() => sink.close());
    for (const play of ['now', 'fail']) {
      const body = transferBody(play, { user_name: 'n', notify_url: sink.url });
      fits('TransferRequest', body);
      fits(play === 'now' ? 'TransferAnswer' : 'Error', (await post(stack, app1, '/api/pay/transfer', body)).json);
      fits('TransferQueryAnswer', (await get(stack, app1, `/api/pay/transfer/query?merchant_transfer_id=${body.merchant_transfer_id}`)).json);
    }
    fits('TransferListAnswer', (await get(stack, app1, '/api/pay/transfers?limit=1')).json);
    for (const hit of await sink.waitHits(2)) fits('TransferNotification', JSON.parse(hit.text));
  });
  test('channels', async () => {
    fits('ChannelListAnswer', (await get(stack, app1, '/api/pay/channels')).json);
  });
  test('refusals', async () => {
    fits('Error', (await post(stack, app1, '/payments', { price: 'x' })).json);
    fits('Error', (await get(stack, app1, '/payments/01ARZ3NDEKTSV4RRFFQ69G5FAV')).json);
    fits('Error', (await postJson(stack, '/api/pay/callback', {})).json);
    fits('Error', (await request(stack, { path: '/nowhere' })).json);
  });
  test('the codes are those of the one list', () => {
    const rows = [...readFileSync(join(ROOT, 'common/base/err.h'), 'utf8').matchAll(/X\(PAY_\w+,\s+(\d+),/g)].map(([, c]) => Number(c)).filter(Boolean);
    assert.deepEqual([...new Set(rows)].sort(), [...api.components.schemas.Code.enum].sort());
  });
});
