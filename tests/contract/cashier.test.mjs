// The page on which a payer chooses how to pay.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, post, query, request } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { newApp } from '../lib/ctl.mjs';

const { stack, app1 } = await suite();
const FORM = { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html' };
const pathOf = (order) => `/cashier/${order.query_token}`;
const page = (order, headers = {}, more = '') => request(stack, { path: pathOf(order) + more, headers: { Accept: 'text/html', ...headers } });
const choose = (order, channel, headers = {}) => request(stack, { method: 'POST', path: pathOf(order),
  headers: { ...FORM, Origin: stack.base, ...headers }, body: new URLSearchParams(channel === undefined ? {} : { channel }).toString() });
const attemptsOf = async (order) => (await query(stack, app1, { order_no: order.order_no })).attempts;
const state = async (order) => (await request(stack, { path: pathOf(order), headers: { Accept: 'application/json' } })).json.data;
const advance = async (seconds) => expectOk(await post(stack, app1, '/sandbox/clock', { advance: seconds }));
const json = { Accept: 'application/json' };

describe('cashier_url', () => {
  test('is the page of an order that can be paid', async () => {
    const order = await create(stack, app1);
    assert.equal(order.cashier_url, stack.base + pathOf(order));
    assert.equal((await query(stack, app1, { order_no: order.order_no })).cashier_url, order.cashier_url);
    const submitted = expectOk(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 201);
    assert.equal(submitted.cashier_url, order.cashier_url);
  });
  test('is absent once the order is paid or closed', async () => {
    const paid = await createOpen(stack, app1);
    await payByCallback(stack, app1, paid);
    assert.ok(!('cashier_url' in await query(stack, app1, { order_no: paid.order_no })));
    const closed = await create(stack, app1);
    assert.ok(!('cashier_url' in expectOk(await post(stack, app1, '/api/pay/close', { order_no: closed.order_no }))));
  });
});

describe('the page', () => {
  test('offers mock and never a wallet, in both languages, under a policy', async () => {
    const order = await create(stack, app1);
    const zh = await page(order, { 'Accept-Language': 'zh-CN' });
    assert.equal(zh.status, 200);
    assert.match(zh.text, /<button name="channel" value="mock">/);
    assert.doesNotMatch(zh.text, /value="wallet"/);
    assert.match(zh.text, /请选择支付方式/);
    assert.match((await page(order, { 'Accept-Language': 'en' })).text, /How do you want to pay\?/);
    assert.match(zh.headers['content-security-policy'], /default-src 'none'.*frame-ancestors 'none'/);
    assert.equal(zh.headers['referrer-policy'], 'strict-origin');
    assert.equal(zh.headers['cache-control'], 'no-store');
  });
  test('a phone is offered no code, a desktop no page for phones', async () => {
    const order = await create(stack, app1);
    const offered = async (agent) => [...(await page(order, { 'User-Agent': agent })).text.matchAll(/name="channel" value="(\w+)"/g)].map((m) => m[1]);
    const phone = await offered('Mozilla/5.0 (iPhone) Mobile/15E148');
    const desktop = await offered('Mozilla/5.0 (X11; Linux x86_64)');
    for (const list of [phone, desktop]) assert.ok(list.includes('mock'));
    for (const code of ['wx_native', 'alipay_qr', 'alipay_pc']) assert.ok(!phone.includes(code), code);
    for (const code of ['wx_wap', 'alipay_wap']) assert.ok(!desktop.includes(code), code);
    assert.ok(desktop.includes('wx_native'), `${desktop}`);
  });
  test('what the channel would refuse for the order is not offered, nor what needs an app, an openid or a bar code', async () => {
    const offered = async (order) => [...(await page(order)).text.matchAll(/name="channel" value="(\w+)"/g)].map((m) => m[1]);
    const yuan = await create(stack, app1);
    const open = await offered(yuan);
    for (const code of ['wx_pub', 'wx_lite', 'wx_app', 'wx_bar', 'alipay_app', 'alipay_bar', 'wallet']) {
      assert.ok(!open.includes(code), code);
      expectError(await choose(yuan, code, json), 40303);
    }
    const dollars = await create(stack, app1, { currency: 'USD' });
    assert.deepEqual(await offered(dollars), ['mock']);
    expectError(await choose(dollars, 'wx_native', json), 40303);
  });
  test('an unknown token is a page of 404, and for programs 40400', async () => {
    for (const query_token of ['0'.repeat(32), 'short', 'Z'.repeat(32)]) {
      assert.equal((await page({ query_token })).status, 404);
      expectError(await request(stack, { path: pathOf({ query_token }), headers: json }), 40400);
      assert.equal((await choose({ query_token }, 'mock')).status, 404);
    }
  });
  test('a paid, a closed and an expired order say so, and offer no channel', async () => {
    const paid = await createOpen(stack, app1);
    await payByCallback(stack, app1, paid);
    const closed = await create(stack, app1);
    expectOk(await post(stack, app1, '/api/pay/close', { order_no: closed.order_no }));
    const late = await create(stack, app1, { expire_in: 60 });
    await advance(61);
    for (const [order, word] of [[paid, 'paid'], [closed, 'closed'], [late, 'expired']]) {
      assert.equal((await state(order)).state, word);
      const shown = await page(order);
      assert.equal(shown.status, 200);
      assert.doesNotMatch(shown.text, /name="channel"/);
      const before = (await attemptsOf(order)).length;
      const again = await choose(order, 'mock');
      assert.equal(again.status, 303);
      assert.equal(again.headers.location, order.cashier_url ?? stack.base + pathOf(order));
      assert.equal((await attemptsOf(order)).length, before);
    }
  });
});

describe('a choice', () => {
  test('is submitted, and the page leads on once', async () => {
    const order = await create(stack, app1);
    const before = await state(order);
    const res = await choose(order, 'mock');
    assert.equal(res.status, 303);
    assert.equal(res.headers.location, `${order.cashier_url}?go=1`);
    const [attempt] = await attemptsOf(order);
    const led = await page(order, {}, '?go=1');
    assert.match(led.text, new RegExp(`<a class="go" data-go rel="noreferrer" href="[^"]*pay_id=${attempt.pay_id}`));
    assert.doesNotMatch((await page(order)).text, /data-go /);
    assert.notEqual((await state(order)).change, before.change);
  });
  test('a double click, two tabs, and a second choice later make one attempt', async () => {
    const order = await create(stack, app1);
    const both = await Promise.all([choose(order, 'mock'), choose(order, 'mock'), choose(order, 'mock')]);
    for (const res of both) assert.equal(res.status, 303);
    await choose(order, 'mock');
    assert.equal((await attemptsOf(order)).length, 1);
  });
  test('the channel of an open attempt gives that one back, whatever its channel_extras', async () => {
    const order = await create(stack, app1, { channel: 'mock', channel_extras: { openid: 'o-1' } });
    assert.equal((await choose(order, 'mock')).status, 303);
    assert.deepEqual((await attemptsOf(order)).map((a) => a.pay_id), [order.pay_id]);
  });
  test('a second click while the channel is being called leads to the page, which shows the way once it is there', async () => {
    const order = await create(stack, app1, { metadata: { mock: { submit: 'slow' } } });
    const first = choose(order, 'mock');
    while ((await attemptsOf(order)).length === 0) await new Promise((next) => setTimeout(next, 50));
    const second = await choose(order, 'mock');
    assert.equal(second.status, 303, second.text);
    assert.ok(second.headers.location.startsWith(order.cashier_url), second.headers.location);
    const [, more] = second.headers.location.split(order.cashier_url);
    const early = await page(order, {}, more);
    assert.equal(early.status, 200);
    assert.doesNotMatch(early.text, /class="go"/);
    const { change } = await state(order);
    assert.equal((await first).headers.location, `${order.cashier_url}?go=1`);
    assert.notEqual((await state(order)).change, change, 'a page that waits looks again');
    const late = await page(order, {}, more);
    assert.match(late.text, /class="go"/);
    assert.doesNotMatch(late.text, /role="alert"/);
    assert.equal((await attemptsOf(order)).length, 1);
  });
  test('40304: of another origin, and nothing is made', async () => {
    const order = await create(stack, app1);
    for (const Origin of ['http://evil.example', 'null']) {
      const res = await choose(order, 'mock', { Origin, ...json });
      expectError(res, 40304);
    }
    assert.equal((await attemptsOf(order)).length, 0);
  });
  test('40303: a wallet, and a channel that the app does not have', async () => {
    const order = await create(stack, app1, { user_id: 'u1' });
    for (const channel of ['wallet', 'wx_none']) expectError(await choose(order, channel, json), 40303);
    assert.equal((await attemptsOf(order)).length, 0);
  });
  test('40001: no channel, or none of the alphabet', async () => {
    const order = await create(stack, app1);
    for (const channel of [undefined, '', 'a b', 'x'.repeat(33)]) expectError(await choose(order, channel, json), 40001, 'channel');
  });
  test('41500: JSON', async () => {
    const order = await create(stack, app1);
    expectError(await choose(order, 'mock', { 'Content-Type': 'application/json', ...json }), 41500);
  });
  test('after a payment that failed the page says so, and the next try is another attempt', async () => {
    const order = await create(stack, app1);
    await choose(order, 'mock');
    const [first] = await attemptsOf(order);
    await payByCallback(stack, app1, { ...order, pay_id: first.pay_id }, { status: 'FAILED' });
    assert.match((await page(order, { 'Accept-Language': 'en' })).text, /role="alert">The last try did not work/);
    assert.equal((await choose(order, 'mock')).status, 303);
    assert.equal((await attemptsOf(order)).length, 2);
  });
  test('a name of the shop is text', async () => {
    const app = await newApp(stack, { name: '<img src=x>&"' });
    const order = await create(stack, app);
    assert.match((await page(order)).text, /&lt;img src=x&gt;&amp;/);
  });
});
