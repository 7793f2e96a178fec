// The mock gateway as the third party it is: it calls until it is heard, signs each time anew, answers
// questions, signs with RSA when that was agreed, and exists in test mode only.
import { describe, test, after } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { authHeader, createOpen, newNo, expectError, expectOk, post, postJson, query, request, terms } from '../lib/client.mjs';
import { callbackText, signCallback } from '../lib/channel.mjs';
import { ctl, newApp } from '../lib/ctl.mjs';
import { isRoot, readerDb, rootDb } from '../lib/db.mjs';
import { merchant } from '../lib/merchant.mjs';
import { payPage } from '../lib/page.mjs';
import { pidsOf, startStack, stopStack } from '../lib/stack.mjs';
import { createHmac, createVerify } from 'node:crypto';
import { transfer, transferQuery } from '../lib/transfer.mjs';
import { until } from '../lib/wait.mjs';
import { cgi, program } from './programs.mjs';

// What stands at the callback address: for each attempt a list of misdeeds, then the real endpoint.
const misdeeds = new Map();
const calls = new Map();
let target;
const relay = http.createServer((req, res) => {
  const chunks = [];
  req.on('data', (d) => chunks.push(d));
  req.on('end', async () => {
    const text = Buffer.concat(chunks).toString();
    const { pay_id } = JSON.parse(text);
    calls.set(pay_id, [...(calls.get(pay_id) ?? []), { at: Date.now(), url: req.url, text, body: JSON.parse(text), type: req.headers['content-type'] }]);
    const misdeed = misdeeds.get(pay_id)?.shift();
    if (misdeed) { misdeed(req, res); return; }
    const answer = await fetch(target + req.url, { method: 'POST', body: text, headers: { 'content-type': req.headers['content-type'] } });
    res.writeHead(answer.status, { 'Content-Type': 'application/json' });
    res.end(await answer.text());
  });
});
// Each call has a connection of its own: libcurl sends a request again by itself when a kept connection is cut under it,
// and the cut of 'is down' is to end one call.
relay.maxRequestsPerSocket = 1;
await new Promise((done) => relay.listen(0, '127.0.0.1', done));
const stack = await startStack({ SHROFF_CALLBACK_URL: `http://127.0.0.1:${relay.address().port}` });
target = stack.base;
const db = readerDb(stack);
const books = isRoot ? rootDb(stack, 'sandbox') : undefined;
const shop = await merchant();
const app = await newApp(stack, { notifyUrl: shop.url });
const rsa = await newApp(stack, { channelArgs: ['--sign-type', 'RSA2'], name: 'Signs with RSA' });
after(async () => {
  await db.close();
  await books?.close();
  shop.close();
  relay.closeAllConnections?.();
  relay.close();
  stopStack(stack);
});

const says = (status, body, headers = {}) => (req, res) => { res.writeHead(status, headers); res.end(body); };
const stateOf = async (order, who = app) => (await query(stack, who, { order_no: order.order_no })).status;
const paid = (order, ms = 20_000, who = app) => until('paid', async () => (await stateOf(order, who)) === 'SUCCESS', ms, 200);

describe('a callback address that fails', { concurrency: 8 }, () => {
  const rows = {
    'is down': [(req) => req.socket.destroy()],
    'hangs': [() => {}],
    'says 500': [says(500, '')],
    'says 503 and has 50300': [says(503, '{"code":50300,"msg":"away","request_id":"x"}')],
    'redirects': [says(302, '', { Location: '/elsewhere' })],
    'says 200 without being one of us': [says(200, 'success')],
    'says 200 with another code': [says(200, '{"code":40101,"msg":"SUCCESS"}')],
    'cuts the answer': [(req, res) => { res.writeHead(200, { 'Content-Length': '99' }); res.write('{"code":0', () => res.destroy()); }],
    'fails twice': [says(500, ''), says(500, '')],
  };
  for (const [name, list] of Object.entries(rows)) {
    test(`${name}: called again, signed anew, acknowledged`, async () => {
      const order = await createOpen(stack, app);
      misdeeds.set(order.pay_id, [...list]);
      await payPage(stack, order).choose('paid');
      assert.equal(await stateOf(order), 'WAITING');
      assert.match((await payPage(stack, order).load({ 'Accept-Language': 'en' })).text, /Paid/, 'the payer has paid, whoever knows');
      await paid(order);
      // Shroff may have asked meanwhile: the gateway calls until it is acknowledged all the same.
      const seen = await until('the last call', () => calls.get(order.pay_id).length > list.length && calls.get(order.pay_id), 20_000, 200);
      assert.equal(seen.length, list.length + 1, seen.map((s) => s.text).join('\n'));
      for (const s of seen) {
        assert.equal(s.url, '/api/pay/callback');
        assert.match(s.type, /^application\/json/);
        assert.equal(s.body.sign_type, 'HMAC-SHA256');
        assert.equal(s.body.sign, signCallback(s.body, app.channelSecret));
        assert.ok(Math.abs(s.body.timestamp * 1000 - s.at) < 5000, 'a timestamp of this try');
        assert.equal(s.body.status, 'SUCCESS');
      }
      assert.equal(new Set(seen.map((s) => s.body.nonce)).size, seen.length);
      assert.equal(new Set(seen.map((s) => s.body.sign)).size, seen.length);
      assert.equal(new Set(seen.map((s) => s.body.success_time)).size, 1, 'when it was paid does not move');
      assert.equal(new Set(seen.map((s) => s.body.channel_order_no)).size, 1);
      await until('told once', async () => shop.hits.filter((h) => h.text.includes(order.order_no)).length === 1);
    });
  }
});

test('the gateway dies while it calls: called again when the lease is over', { skip: !books && 'needs root' }, async () => {
  const order = await createOpen(stack, app);
  let answered;
  const called = new Promise((done) => { answered = done; });
  misdeeds.set(order.pay_id, [() => answered()]);
  const page = payPage(stack, order);
  const [form] = await page.form();
  const pressed = page.send(form, { name: 'outcome', value: 'paid' });
  await called;
  for (const pid of pidsOf(stack, 'mockpay')) process.kill(pid, 'SIGKILL');
  assert.equal((await pressed).status, 503);
  await until('the gateway started again', async () => (await page.load()).status === 200);
  assert.equal(await books.value('SELECT state FROM mock_callback WHERE pay_id = ?', [order.pay_id]), 0);
  assert.ok(await books.value('SELECT due_time > UTC_TIMESTAMP(3) + INTERVAL 15 SECOND FROM mock_callback WHERE pay_id = ?', [order.pay_id]));
  await books.rows('UPDATE mock_callback SET due_time = UTC_TIMESTAMP(3) WHERE pay_id = ?', [order.pay_id]);
  await paid(order);
  assert.equal(calls.get(order.pay_id).length, 2);
});

test('every process of the program callback is killed: acknowledged once it runs again', async () => {
  const order = await createOpen(stack, app);
  const page = payPage(stack, order);
  const [form] = await page.form();
  const pids = pidsOf(stack, 'callback').sort((a, b) => a - b);
  assert.ok(pids.length > 1);
  misdeeds.set(order.pay_id, [(req, res) => { for (const pid of pids) process.kill(pid, 'SIGKILL'); says(502, '')(req, res); }]);
  assert.equal((await page.send(form, { name: 'outcome', value: 'paid' })).status, 303);
  await paid(order);
  assert.ok(calls.get(order.pay_id).length >= 2);
  assert.ok(pidsOf(stack, 'callback').every((pid) => !pids.includes(pid)));
});

test('any number of runners at once: each callback is tried again once', async () => {
  const orders = await Promise.all(Array.from({ length: 24 }, () => createOpen(stack, app)));
  for (const order of orders) {
    misdeeds.set(order.pay_id, [says(500, '')]);
    await payPage(stack, order).choose('paid');
  }
  const runners = Array.from({ length: 4 }, () => program(stack, 'cron/sandbox_runner', { args: ['--for', '6'],
    env: { SHROFF_CALLBACK_URL: `http://127.0.0.1:${relay.address().port}` } }));
  for (const order of orders) await paid(order);
  for (const r of await Promise.all(runners)) {
    assert.equal(r.code, 0, r.err);
    assert.equal(JSON.parse(r.out.trim()).program, 'sandbox_runner');
  }
  for (const order of orders) assert.equal(calls.get(order.pay_id).length, 2);
});

test('the callback that was closed out comes back: closed there, then the payer was faster', async () => {
  const order = await createOpen(stack, app);
  expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'CLOSED' }));
  assert.match((await payPage(stack, order).load({ 'Accept-Language': 'en' })).text, /closed/);
  assert.equal((await query(stack, app, { pay_id: order.pay_id })).attempts[0].status, 'CLOSED');
  const said = expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' }));
  assert.equal(said.callback.http_status, 200);
  assert.deepEqual(JSON.parse(said.callback.body), { code: 0, msg: 'SUCCESS' });
  assert.equal(await stateOf(order), 'SUCCESS');
  const late = expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'FAILED' }));
  assert.equal(late.callback.http_status, 200, 'a late FAILED is acknowledged');
  assert.equal(await stateOf(order), 'SUCCESS');
  assert.match((await payPage(stack, order).load({ 'Accept-Language': 'en' })).text, /Paid/, 'paid is final at the gateway');
});

describe('a channel that agreed on RSA2', () => {
  const config = () => db.value('SELECT config FROM pay_channel WHERE id = ?', [rsa.channelId]).then((c) => (typeof c === 'string' ? JSON.parse(c) : c));
  test('its callback is signed by the gateway\'s key and pays', async () => {
    const order = await createOpen(stack, rsa);
    await payPage(stack, order).choose('paid');
    await paid(order, 2000, rsa);
    const [{ body }] = calls.get(order.pay_id);
    assert.equal(body.sign_type, 'RSA2');
    assert.ok(createVerify('RSA-SHA256').update(callbackText(body)).verify((await config()).public_key, body.sign, 'base64'));
  });
  test('no private key stands where the reader can see it', async () => {
    assert.deepEqual(Object.keys(await config()).sort(), ['public_key', 'sign_type']);
    await assert.rejects(db.rows('SELECT config_sealed FROM pay_channel'), /denied/);
  });
  test('HMAC with the shared secret is refused there', async () => {
    const order = await createOpen(stack, rsa);
    await payPage(stack, order).choose('silent');
    const seen = { ...calls.values().next().value[0].body, pay_id: order.pay_id, timestamp: Math.floor(Date.now() / 1000), sign_type: 'HMAC-SHA256' };
    delete seen.sign;
    seen.sign = signCallback(seen, rsa.channelSecret);
    expectError(await postJson(stack, '/api/pay/callback', seen), 40101);
    assert.equal(await stateOf(order, rsa), 'WAITING');
  });
  for (const outcome of ['silent', 'sign', 'price']) {
    test(`${outcome}: found by asking, whose answer is signed by RSA as well`, async () => {
      const order = await createOpen(stack, rsa);
      await payPage(stack, order).choose(outcome);
      assert.equal(await stateOf(order, rsa), 'WAITING');
      expectError(await post(stack, rsa, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40901);
      assert.equal(await stateOf(order, rsa), 'SUCCESS');
    });
  }
});

test('the gateway answers questions of its merchants only', async () => {
  const order = await createOpen(stack, app);
  const ask = (change = {}, secret = app.channelSecret) => {
    const body = { pay_id: order.pay_id, timestamp: Math.floor(Date.now() / 1000), nonce: 'abcdefgh12345678', sign_type: 'HMAC-SHA256', ...change };
    return postJson(stack, '/mockpay/query', { ...body, sign: signCallback(body, secret) });
  };
  const first = await ask();
  assert.equal(first.json.status, 'NOT_FOUND', 'no trade before somebody came');
  await payPage(stack, order).load();
  const second = (await ask()).json;
  assert.equal(second.status, 'WAITING');
  assert.equal(second.sign, signCallback(second, app.channelSecret));
  expectError(await ask({}, 'x'.repeat(64)), 40101);
  expectError(await ask({ pay_id: '01ARZ3NDEKTSV4RRFFQ69G5FAV' }), 40101);
  expectError(await ask({ timestamp: 1 }), 40102);
  expectError(await postJson(stack, '/mockpay/query', '{'), 40000);
});

test('the gateway closes for its merchants only, and never what is paid', async () => {
  const ask = (order, path, secret = app.channelSecret) => {
    const body = { pay_id: order.pay_id, timestamp: Math.floor(Date.now() / 1000), nonce: 'abcdefgh12345678', sign_type: 'HMAC-SHA256' };
    return postJson(stack, path, { ...body, sign: signCallback(body, secret) });
  };
  const order = await createOpen(stack, app);
  expectError(await ask(order, '/mockpay/close', 'x'.repeat(64)), 40101);
  assert.equal((await ask(order, '/mockpay/query')).json.status, 'NOT_FOUND');
  const closed = (await ask(order, '/mockpay/close')).json;
  assert.equal(closed.status, 'CLOSED');
  assert.equal(closed.sign, signCallback(closed, app.channelSecret));
  assert.equal((await ask(order, '/mockpay/query')).json.status, 'CLOSED');
  const paid = await createOpen(stack, app);
  await payPage(stack, paid).choose('silent');
  assert.equal((await ask(paid, '/mockpay/close')).json.status, 'SUCCESS');
});

describe('in live mode', () => {
  const live = { SHROFF_MODE: 'live' };
  for (const path of ['cgi-bin/mockpay', 'cron/sandbox_runner']) {
    for (const env of [live, { SHROFF_MODE: undefined }]) {
      test(`${path} does not start (SHROFF_MODE ${env.SHROFF_MODE ?? 'not set'})`, async () => {
        const r = await program(stack, path, { env: { ...env, REQUEST_METHOD: 'GET', REQUEST_URI: '/mockpay' }, args: path.startsWith('cron') ? ['--once'] : [] });
        assert.equal(r.code, 78, r.err);
        assert.equal(r.out, '');
        assert.equal(r.err.trim().split('\n').length, 1, r.err);
        assert.match(r.err, /SHROFF_MODE|live|test/);
      });
    }
  }
  test('no mock channel can be made', async () => {
    for (const extra of [[], ['--sign-type', 'RSA2']]) {
      const r = await ctl({ ...stack, env: { ...stack.env, ...live } }, ['channel', 'create', '--app', app.key, '--code', 'mock', ...extra, '--reason', 'try']);
      assert.equal(r.code, 1);
      assert.match(r.stderr, /test mode only/);
      assert.equal(r.stderr.trim().split('\n').length, 1);
    }
  });
  test('one that exists takes no order and no callback', async () => {
    const order = await createOpen(stack, app);
    const env = { ...live, SHROFF_RATE_APP: '0', SHROFF_RATE_IP: '0' };
    const body = JSON.stringify(terms({ channel: 'mock' }));
    const made = await cgi(stack, 'create', { method: 'POST', path: '/api/pay/create', body, env,
      headers: { Authorization: authHeader(app, { method: 'POST', path: '/api/pay/create', body }) } });
    assert.equal(made.json?.code, 40303, made.out + made.err);
    await payPage(stack, order).choose('paid');
    const { text } = calls.get(order.pay_id)[0];
    const again = await createOpen(stack, app);
    const forged = { ...JSON.parse(text), pay_id: again.pay_id };
    forged.sign = signCallback(forged, app.channelSecret);
    const told = await cgi(stack, 'callback', { method: 'POST', path: '/api/pay/callback', body: JSON.stringify(forged), env });
    assert.equal(told.json?.code, 40400, told.out + told.err);
    assert.equal(await stateOf(again), 'WAITING');
  });
  test('no other program has the gateway\'s paths', async () => {
    for (const name of ['create', 'query', 'callback']) {
      for (const [method, path] of [['GET', '/mockpay?pay_id=1&token=2'], ['POST', '/api/pay/mock-callback'], ['POST', '/sandbox/clock']]) {
        const r = await cgi(stack, name, { method, path, body: method === 'POST' ? '{}' : '', env: live });
        assert.equal(r.json?.code, 40400, `${name} ${path}: ${r.out}${r.err}`);
      }
    }
  });
});

test('after all of this no money is lost: shroffctl audit', async () => {
  const r = await ctl(stack, ['audit', '--json']);
  assert.equal(r.code, 0, r.stdout + r.stderr);
});

test('no secret, no token and no key in any log', async () => {
  const order = await createOpen(stack, app);
  await payPage(stack, order).choose('paid');
  const token = new URL(order.pay_url).searchParams.get('token');
  const { readFileSync, readdirSync } = await import('node:fs');
  for (const file of readdirSync(`${stack.state}/log`)) {
    const text = readFileSync(`${stack.state}/log/${file}`, 'latin1');
    for (const secret of [token, order.query_token, app.channelSecret, app.secret, app.webhookSecret, rsa.channelSecret, 'PRIVATE KEY']) {
      assert.ok(!text.includes(secret), `${file} holds ${secret.slice(0, 6)}…`);
    }
  }
  assert.equal((await request(stack, { path: '/healthz' })).status, 200);
});

describe('transfers at the gateway', () => {
  const pageOf = (done, who = app) => {
    const token = createHmac('sha256', who.channelSecret).update(`mockpay:${done.transfer_no}`).digest('hex').slice(0, 32);
    return payPage(stack, { pay_url: `${stack.base}/mockpay?pay_id=${done.transfer_no}&token=${token}` });
  };
  const english = { 'Accept-Language': 'en' };

  for (const [choice, status, shown] of [['transfer_ok', 'SUCCESS', /Paid/], ['transfer_fail', 'CLOSED', /failed/]]) {
    test(`a person decides on the transfer's page: ${choice}`, async () => {
      const done = expectOk(await transfer(stack, app, 'never', { price: 456, user_account: '李&雷 <1>' }), 201);
      const page = pageOf(done);
      const { text } = await page.load(english);
      for (const part of [done.transfer_no, '4.56', '李&amp;雷 &lt;1&gt;', 'Pay it out']) assert.ok(text.includes(part), `${part}: ${text}`);
      assert.equal((await page.load({ Accept: 'application/json' })).json.data.state, 'decide');
      const [form] = await page.form();
      await page.choose(choice);
      assert.equal((await transferQuery(stack, app, { transfer_no: done.transfer_no })).status, status);
      assert.match((await page.load(english)).text, shown);
      assert.doesNotMatch((await page.load()).text, /<form/, 'it is decided');
      const other = choice === 'transfer_ok' ? 'transfer_fail' : 'transfer_ok';
      assert.equal((await page.send(form, { name: 'outcome', value: other })).status, 303);
      assert.equal((await transferQuery(stack, app, { transfer_no: done.transfer_no })).status, status, 'it stays as it was decided');
    });
  }
  test('with a wrong token, from another site, with a payer\'s choice: nothing is decided', async () => {
    const done = expectOk(await transfer(stack, app, 'never'), 201);
    const page = pageOf(done);
    const [form] = await page.form();
    const ok = { name: 'outcome', value: 'transfer_ok' };
    assert.equal((await pageOf(done, rsa).load()).status, 404);
    assert.equal((await page.send(form, ok, { change: { token: 'x'.repeat(32) } })).status, 404);
    assert.equal((await page.send(form, ok, { change: { csrf: 'x' } })).status, 403);
    assert.equal((await page.send(form, ok, { headers: { Origin: 'https://evil.example' } })).status, 403);
    for (const value of ['paid', 'refund_ok']) assert.equal((await page.send(form, { name: 'outcome', value })).status, 400);
    expectError(await postJson(stack, '/api/pay/mock-callback', { pay_id: done.transfer_no, status: 'SUCCESS' }), 40400);
    assert.equal((await transferQuery(stack, app, { transfer_no: done.transfer_no })).status, 'PROCESSING');
  });
});

describe('refunds at the gateway', () => {
  const waiting = async (play = 'never') => {
    const order = await createOpen(stack, app, { price: 1000, metadata: { mock: { refund: play } } });
    await payPage(stack, order).choose('paid');
    await paid(order);
    const res = await post(stack, app, '/api/pay/refund', { order_no: order.order_no, merchant_refund_id: newNo('R'), refund_price: 123456 % 1000 });
    return [order, expectOk(res, 201)];
  };
  const refundOf = async (done) => (await query(stack, app, { order_no: done.order_no })).refunds.find((r) => r.refund_no === done.refund_no);

  for (const [choice, status, money] of [['refund_ok', 'SUCCESS', 456], ['refund_fail', 'FAILURE', 0]]) {
    test(`a person decides on the trade's page: ${choice}`, async () => {
      const [order, done] = await waiting();
      const page = payPage(stack, order);
      const text = (await page.load({ 'Accept-Language': 'en' })).text;
      assert.ok(text.includes(done.refund_no) && text.includes('4.56'), text);
      await page.choose(choice);
      assert.equal((await refundOf(done)).status, status);
      assert.equal((await query(stack, app, { order_no: order.order_no })).refund_price, money);
      assert.ok(!(await page.load()).text.includes(done.refund_no), 'it is decided');
    });
  }
  test('pressed twice, or another choice afterwards: it stays as it was decided', async () => {
    const [order, done] = await waiting();
    const page = payPage(stack, order);
    const [form] = await page.form();
    for (const value of ['refund_ok', 'refund_ok', 'refund_fail']) {
      assert.equal((await page.send(form, { name: 'outcome', value })).status, 303);
    }
    assert.equal((await refundOf(done)).status, 'SUCCESS');
  });
  test('a form of another site, of another trade, with a made-up choice', async () => {
    const [order, done] = await waiting();
    const [other] = await waiting();
    const page = payPage(stack, order);
    const [form] = await page.form();
    const ok = { name: 'outcome', value: 'refund_ok' };
    assert.equal((await page.send(form, ok, { headers: { Origin: 'https://evil.example' } })).status, 403);
    assert.equal((await page.send(form, ok, { change: { csrf: 'x' } })).status, 403);
    const [theirs] = await payPage(stack, other).form();
    assert.equal((await page.send(theirs, ok, { change: { refund_no: done.refund_no } })).status, 404);
    assert.equal((await page.send(form, { name: 'outcome', value: 'paid' })).status, 400);
    assert.equal((await refundOf(done)).status, 'WAITING');
  });
  test('a callback about a refund that is not acknowledged is sent again, signed anew', async () => {
    misdeeds.set(undefined, [says(503, 'later'), says(200, '{"code":1}')]);
    calls.delete(undefined);
    const [, done] = await waiting('later');
    // Shroff may have asked meanwhile, and knows then: the gateway calls until it is acknowledged all the same.
    const sent = await until('three calls', () => {
      const mine = (calls.get(undefined) ?? []).filter((c) => c.body.refund_no === done.refund_no);
      return mine.length >= 3 && mine;
    }, 30_000, 250);
    await until('the refund is done', async () => (await refundOf(done)).status === 'SUCCESS', 5000, 100);
    assert.equal(new Set(sent.map((c) => c.body.sign)).size, sent.length);
    assert.ok(sent.every((c) => c.url === `/api/pay/notify/refund/${app.channelId}`));
  });
});
