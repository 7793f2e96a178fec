// When several refusals fit, the first of: path, method, size, type, rate, credentials, timestamp, signature,
// address, scope, JSON, fields, app or channel disabled, nonce, no such thing, state.
// Each case is wrong in two or more neighbouring ways; the earlier one must be told.
import { test, describe } from 'node:test';
import { suite, rep } from '../lib/suite.mjs';
import {
  createOpen, expectError, expectOk, create, get, newNonce, now, post, postJson, request, strangerUlid, terms,
} from '../lib/client.mjs';
import { disableApp, disableChannel, newApp, newKey, setApp } from '../lib/ctl.mjs';
import { payByCallback, signedCallback, sendCallback } from '../lib/channel.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1 } = await suite();
const BIG = JSON.stringify({ a: rep('x', 66000) });
const PATH = '/api/pay/create';
const wrong = { set: { signature: rep('0', 64) } };
const text = { 'Content-Type': 'text/plain' };

describe('signed requests', () => {
  const rows = [
    ['path before method', 40400, () => request(stack, { method: 'DELETE', path: '/api/pay/none' })],
    ['path before size', 40400, () => postJson(stack, '/api/pay/none', BIG)],
    ['method before size', 40500, () => request(stack, { method: 'PUT', path: PATH, body: BIG, headers: text })],
    ['method before credentials', 40500, () => request(stack, { method: 'GET', path: PATH })],
    ['size before type', 41300, () => postJson(stack, PATH, BIG, text)],
    ['size before credentials', 41300, () => postJson(stack, PATH, BIG)],
    ['type before credentials', 41500, () => postJson(stack, PATH, '{}', text)],
    ['type before JSON', 41500, () => post(stack, app1, PATH, '{', { headers: text })],
    ['credentials before JSON', 40100, () => postJson(stack, PATH, '{')],
    ['credentials before timestamp', 40100, () => post(stack, { ...app1, key: 'nosuchapp' }, PATH, terms(), { auth: { ts: now() - 1000 } })],
    ['timestamp before signature', 40102, () => post(stack, app1, PATH, terms(), { auth: { ts: now() - 1000, ...wrong } })],
    ['timestamp before JSON', 40102, () => post(stack, app1, PATH, '{', { auth: { ts: now() + 1000 } })],
    ['signature before JSON', 40101, () => post(stack, app1, PATH, '{', { auth: wrong })],
    ['signature before fields', 40101, () => get(stack, app1, '/api/pay/query', { auth: wrong })],
    ['JSON before fields', 40000, () => post(stack, app1, PATH, '{"price":0,"price":0}')],
    ['fields before no such thing', 40001, () => post(stack, app1, '/api/pay/submit', { order_no: strangerUlid() })],
    ['channel before no such thing', 40303, () => post(stack, app1, '/api/pay/submit', { order_no: strangerUlid(), channel: 'nosuch' })],
    ['fields before channel', 40001, () => post(stack, app1, PATH, terms({ price: 0, channel: 'nosuch' }))],
  ];
  for (const [name, code, send] of rows) test(name, async () => expectError(await send(), code));

  test('the first bad field in the order of their table is named', async () => {
    const order = ['merchant_order_id', 'price', 'currency', 'subject', 'body', 'channel', 'channel_extras', 'user_id', 'user_ip',
      'expire_in', 'notify_url', 'return_url', 'metadata'];
    const bad = Object.fromEntries(order.map((k) => [k, false]));
    for (const field of order) {
      const body = Object.fromEntries(Object.entries(bad).reverse());        // the order sent does not matter
      expectError(await post(stack, app1, PATH, body), 40001, field);
      bad[field] = terms({ channel: 'mock', channel_extras: {}, user_id: 'u', user_ip: '192.0.2.1', expire_in: 60, body: 'b',
        notify_url: 'https://example.com/', return_url: 'https://example.com/', metadata: {} })[field];
    }
  });

  test('nonce before no such thing, before state; fields before nonce', async () => {
    const nonce = newNonce();
    const paid = await createOpen(stack, app1);
    await payByCallback(stack, app1, paid);
    expectOk(await post(stack, app1, PATH, terms(), { auth: { nonce } }), 201);
    const send = (body, path = '/api/pay/submit') => post(stack, app1, path, body, { auth: { nonce } });
    expectError(await send({ order_no: strangerUlid(), channel: 'mock' }), 40103);
    expectError(await send({ order_no: paid.order_no, channel: 'mock' }), 40103);
    expectError(await send(terms({ merchant_order_id: paid.merchant_order_id, price: 1 }), PATH), 40103);
    expectError(await send(terms({ price: 0 }), PATH), 40001, 'price');
    expectError(await send(terms({ channel: 'nosuch' }), PATH), 40303);
    expectError(await send({ order_no: strangerUlid(), channel: 'nosuch' }), 40303);
  });
});

describe('address, scope, disabled', () => {
  test('signature, address, scope, JSON, fields, app disabled, nonce: one after the other', async () => {
    const app = await newApp(stack);
    const query = await newKey(stack, app, { scopes: ['payment:query'] });
    const nonce = newNonce();
    await create(stack, app);
    expectOk(await post(stack, app, PATH, terms(), { auth: { nonce } }), 201);
    await setApp(stack, app, { allowedNets: '127.0.0.9/32' });
    await disableApp(stack, app);
    await until('both are in force', async () => (await get(stack, app, '/payments?limit=1')).json.code === 40301
      && (await post(stack, app, PATH, terms(), { localAddress: '127.0.0.9' })).json.code === 40302, 3000);
    const at = { localAddress: '127.0.0.9' };
    expectError(await post(stack, { ...query, secret: 'x' }, PATH, '{'), 40101);            // signature before address
    expectError(await post(stack, query, PATH, '{'), 40301);                                // address before scope
    expectError(await post(stack, query, PATH, '{', at), 40300);                            // scope before JSON
    expectError(await post(stack, app, PATH, '{', at), 40000);                              // JSON before disabled
    expectError(await post(stack, app, PATH, terms({ price: 0 }), at), 40001, 'price');     // fields before disabled
    expectError(await post(stack, app, PATH, terms(), { ...at, auth: { nonce } }), 40302);  // disabled before nonce
    expectError(await post(stack, app, '/api/pay/submit', { order_no: strangerUlid(), channel: 'mock' }, at), 40302);
  });
  test('channel disabled before nonce and state', async () => {
    const app = await newApp(stack);
    const nonce = newNonce();
    const paid = await createOpen(stack, app, {});
    await payByCallback(stack, app, paid);
    expectOk(await post(stack, app, PATH, terms(), { auth: { nonce } }), 201);
    await disableChannel(stack, app);
    await until('in force', async () => (await post(stack, app, PATH, terms({ channel: 'mock' }))).json.code === 40303, 3000);
    const body = { order_no: paid.order_no, channel: 'mock' };
    expectError(await post(stack, app, '/api/pay/submit', body, { auth: { nonce } }), 40303);
    expectError(await post(stack, app, '/api/pay/submit', body), 40303);
  });
});

describe('callbacks: path, method, size, type, JSON, members, signature, timestamp, price and currency, state', () => {
  const CB = '/api/pay/callback';
  const stale = () => ({ timestamp: now() - 1000 });
  const rows = [
    ['method before size', 40500, () => request(stack, { method: 'PUT', path: CB, body: BIG })],
    ['size before type', 41300, () => postJson(stack, CB, BIG, text)],
    ['type before JSON', 41500, () => postJson(stack, CB, '{', text)],
    ['JSON before members', 40000, () => postJson(stack, CB, '{"pay_id":1,"pay_id":1}')],
    ['members before signature', 40001, (o) => sendCallback(stack, signedCallback(o, 'wrong', { status: 'PAID' }))],
    ['signature before timestamp', 40101, (o) => sendCallback(stack, signedCallback(o, 'wrong', stale()))],
    ['timestamp before price', 40102, (o) => sendCallback(stack, signedCallback(o, app1.channelSecret, { ...stale(), price: 1 }))],
    ['signature before price', 40101, (o) => sendCallback(stack, signedCallback(o, 'wrong', { price: 1 }))],
  ];
  for (const [name, code, send] of rows) test(name, async () => expectError(await send(await createOpen(stack, app1)), code));
  test('price before state', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    expectError(await sendCallback(stack, signedCallback(order, app1.channelSecret, { price: order.price + 1 })), 40906);
  });
});
