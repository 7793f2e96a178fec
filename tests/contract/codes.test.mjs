// Every code of the contract's table that can occur is provoked here, the outages on a stack of their own.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, rep, times } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, newNonce, now, post, postJson, query, request, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { disableApp, disableChannel, newApp, setApp, withKey } from '../lib/ctl.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { expectChannelError, paidOrder, refund } from '../lib/refund.mjs';
import { allGone, pidOf, pidsOf, startStack, stopStack } from '../lib/stack.mjs';
import { adjust, newUser } from '../lib/wallet.mjs';
import { sleep, until } from '../lib/wait.mjs';

const { stack, app1 } = await suite();
const PATH = '/api/pay/create';
const ALL = [40000, 40001, 40100, 40101, 40102, 40103, 40300, 40301, 40302, 40303, 40304, 40400, 40500, 41300, 41400, 41500, 42900,
  40900, 40901, 40903, 40904, 40905, 40906, 40907, 50000, 50200, 50201, 50300, 50301];
const seen = new Set();
// Asserts and remembers.
const saw = (res, code, field) => { expectError(res, code, field); seen.add(code); return res; };
const eventually = async (send, code) => saw(await until(`${code}`, async () => { const r = await send(); return r.json?.code === code && r; }, 3000), code);

describe('one of each', () => {
  const rows = {
    40000: () => post(stack, app1, PATH, '{'),
    40001: () => post(stack, app1, PATH, terms({ price: 0 })),
    40100: () => postJson(stack, PATH, terms()),
    40101: () => post(stack, { ...app1, secret: 'x' }, PATH, terms()),
    40102: () => post(stack, app1, PATH, terms(), { auth: { ts: now() - 1000 } }),
    40103: async () => { const nonce = newNonce(); await post(stack, app1, PATH, terms(), { auth: { nonce } }); return post(stack, app1, PATH, terms(), { auth: { nonce } }); },
    40300: () => withKey(stack, null, { scopes: ['payment:query'] }, (key) => post(stack, key, PATH, terms())),
    40303: () => post(stack, app1, PATH, terms({ channel: 'nosuch' })),
    40304: async () => postJson(stack, '/api/pay/mock-callback', { pay_id: (await createOpen(stack, app1)).pay_id, status: 'SUCCESS' }, { Origin: 'https://evil.example' }),
    40400: () => get(stack, app1, `/payments/${strangerUlid()}`),
    40500: () => request(stack, { method: 'DELETE', path: '/payments' }),
    41300: () => postJson(stack, PATH, rep('x', 65537)),
    41400: () => request(stack, { path: `/payments?x=${rep('y', 9000)}` }),
    41500: () => postJson(stack, PATH, '{}', { 'Content-Type': 'text/plain' }),
    40900: async () => post(stack, app1, PATH, terms({ merchant_order_id: (await create(stack, app1)).merchant_order_id, price: 9 })),
    40901: async () => { const o = await createOpen(stack, app1); await payByCallback(stack, app1, o); return post(stack, app1, '/api/pay/submit', { order_no: o.order_no, channel: 'mock' }); },
    40903: async () => { const o = await create(stack, app1, { expire_in: 60 }); await post(stack, app1, '/sandbox/clock', { advance: 61 }); return post(stack, app1, '/api/pay/submit', { order_no: o.order_no, channel: 'mock' }); },
    40904: async () => refund(stack, app1, await paidOrder(stack, app1), { refund_price: 1001 }),
    40905: async () => refund(stack, app1, await paidOrder(stack, app1), { expected_remaining: 999 }),
    40907: () => adjust(stack, app1, newUser(), -1),
    40906: async () => sendCallback(stack, signedCallback(await createOpen(stack, app1), app1.channelSecret, { price: 1 })),
  };
  for (const [code, send] of Object.entries(rows)) test(code, async () => saw(await send(), Number(code)));
  for (const [code, play] of [[50200, 'fail'], [50201, 'timeout']]) {
    test(`${code}`, async () => {
      expectChannelError(await refund(stack, app1, await paidOrder(stack, app1, play)), code);
      seen.add(code);
    });
  }
  test('40301', async () => {
    const app = await newApp(stack);
    await setApp(stack, app, { allowedNets: '192.0.2.0/24' });
    await eventually(() => get(stack, app, '/payments'), 40301);
  });
  test('40302', async () => {
    const app = await newApp(stack);
    await disableApp(stack, app);
    await eventually(() => post(stack, app, PATH, terms()), 40302);
  });
  test('40303 of a disabled channel', async () => {
    const app = await newApp(stack);
    await disableChannel(stack, app);
    await eventually(() => post(stack, app, PATH, terms({ channel: 'mock' })), 40303);
  });
});

describe('outages', () => {
  let small, root, app;
  // Its supervisor may be held while something of it is down.
  const supervisor = () => pidOf(small, 'supervisor');
  const hold = (on) => { process.kill(supervisor(), on ? 'SIGSTOP' : 'SIGCONT'); };
  const healthy = () => until('healthz', async () => (await request(small, { path: '/healthz', timeout: 5000 }).catch(() => ({}))).status === 200, 40_000, 200);
  const begin = () => { begin.once ??= (async () => {
    small = await startStack({ SHROFF_RATE_APP: '40', SHROFF_RATE_IP: '5000', SHROFF_TRUSTED_PROXIES: '127.0.0.1/32', SHROFF_METRICS_NETS: '192.0.2.0/24', SHROFF_DB_BUFFER_POOL: '64M' });
    app = small.app1;
    root = isRoot ? rootDb(small) : undefined;
  })(); return begin.once; };
  after(async () => {
    if (!small) return;
    await root?.close().catch(() => {});
    try { process.kill(supervisor(), 'SIGCONT'); } catch { /* gone */ }
    stopStack(small);
  });
  const saysAgain = (res) => assert.match(String(res.headers['retry-after']), /^\d+$/, 'Retry-After');

  test('42900: more than SHROFF_RATE_APP requests a second', async () => {
    await begin();
    const all = await times(200, () => get(small, app, `/payments/${strangerUlid()}`));
    assert.ok(count(all, (r) => r.status === 404) >= 30, `${count(all, (r) => r.status === 404)} passed`);
    const limited = all.filter((r) => r.status === 429);
    assert.ok(limited.length > 20, `${limited.length} refused`);
    for (const r of limited) saw(r, 42900);
    // The other app is not slowed, and a second later neither is this one.
    expectError(await get(small, small.app2, `/payments/${strangerUlid()}`), 40400);
    await until('the next second', async () => (await get(small, app, `/payments/${strangerUlid()}`)).status === 404, 3000);
  });
  test('40301 behind a trusted proxy: the right-most address that is not trusted', async () => {
    await begin();
    const own = await newApp(small);
    await setApp(small, own, { allowedNets: '192.0.2.0/24,2001:db8::/32' });
    const from = (xff) => get(small, own, `/payments/${strangerUlid()}`, xff === undefined ? {} : { headers: { 'X-Forwarded-For': xff } });
    await until('in force', async () => (await from()).json.code === 40301, 3000);
    for (const good of ['192.0.2.7', '10.0.0.1, 192.0.2.7', '2001:db8::5', '192.0.2.9, 127.0.0.1']) expectError(await from(good), 40400);
    const asProxiesSendIt = ['192.0.2.7:51234', '[2001:db8::5]', '[2001:db8::5]:443', '"[2001:db8::5]:443"', '"192.0.2.7:80"', '192.0.2.7,', '192.0.2.7, ,', '192.0.2.7:9, 127.0.0.1:8080',
      '198.51.100.1:1, 192.0.2.7:2'];
    for (const good of asProxiesSendIt) expectError(await from(good), 40400);
    const spoofs = ['192.0.2.7, 198.51.100.1:80', '"192.0.2.7, 198.51.100.1"', '[192.0.2.7]', '192.0.2.7:', '192.0.2.7:x', '192.0.2.7:123456', '192.0.2.7 198.51.100.1', '192.0.2.7;', '[2001:db8::5', '[2001:db8::5]x', 'for=192.0.2.7', ',', '"', '""', '192.0.2.7, unknown', '192.0.2.7\t, "198.51.100.1'];
    for (const bad of [...spoofs, '198.51.100.1', '192.0.2.7, 198.51.100.1', '', 'x', '192.0.2.7, x', '2001:db9::1']) expectError(await from(bad), 40301);
  });
  test('metrics: for the loopback and SHROFF_METRICS_NETS, 40400 to all others', async () => {
    await begin();
    const from = (xff) => request(small, { path: '/metrics', headers: xff ? { 'X-Forwarded-For': xff } : {} });
    assert.equal((await from()).status, 200);
    assert.equal((await from('192.0.2.9')).status, 200);
    // The last ones leave only the proxy itself to be the client, and it is on the loopback.
    for (const xff of ['198.51.100.1', '192.0.2.9, 198.51.100.1', '2001:db8::1', '127.0.0.1', '::1', 'unknown', ',', '192.0.2.9, unknown']) expectError(await from(xff), 40400);
  });
  test('50000: something of ours is broken', { skip: !isRoot && 'needs root' }, async () => {
    await begin();
    await root.rows('RENAME TABLE pay_order TO pay_order_away');
    let res;
    try { res = await post(small, app, PATH, terms()); } finally { await root.rows('RENAME TABLE pay_order_away TO pay_order'); }
    saw(res, 50000);
    assert.doesNotMatch(res.text, /pay_order|SELECT|INSERT|mysql|maria|\b1146\b|\//i, 'nothing of the inside is told');
    await until('all is well again', async () => (await post(small, app, PATH, terms())).status === 201, 5000);
  });
  test('50301: a worker dies in the middle; the same again under a new nonce makes one order', { skip: !isRoot && 'needs root' }, async () => {
    await begin();
    const body = terms();
    const lock = await root.pool.getConnection();
    await lock.query('LOCK TABLES pay_order WRITE');
    let res;
    try {
      const sent = post(small, app, PATH, body, { timeout: 30_000 });
      await until('the worker waits in the database', async () => (await root.rows("SELECT id FROM information_schema.processlist WHERE state LIKE 'Waiting for table%'")).length > 0, 5000);
      const parent = pidOf(small, 'create');
      for (const pid of pidsOf(small, 'create').filter((p) => p !== parent)) process.kill(pid, 'SIGKILL');
      res = await sent;
    } finally {
      await lock.query('UNLOCK TABLES');
      lock.release();
    }
    saw(res, 50301);
    saysAgain(res);
    const again = await until('a new worker answers', async () => { const r = await post(small, app, PATH, body); return [200, 201].includes(r.status) && r; }, 10_000);
    expectOk(again, again.status);
    assert.equal(await root.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [body.merchant_order_id]), 1);
  });
  test('50301: no worker of an executable is left', async () => {
    await begin();
    hold(true);
    try {
      const pids = pidsOf(small, 'query');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('they are gone', () => allGone(pids), 5000);
      const res = await get(small, app, `/payments/${strangerUlid()}`);
      saw(res, 50301);
      saysAgain(res);
      expectOk(await post(small, app, PATH, terms()), 201);
    } finally { hold(false); }
    await until('it is started again', async () => (await get(small, app, `/payments/${strangerUlid()}`)).status === 404, 15_000, 200);
  });
  test('50301: a payer whose page has no program sees a page', async () => {
    await begin();
    const order = await createOpen(small, app);
    hold(true);
    try {
      const pids = pidsOf(small, 'mockpay');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('they are gone', () => allGone(pids), 5000);
      const path = order.pay_url.slice(small.base.length);
      const res = await request(small, { path, headers: { Accept: 'text/html,*/*' } });
      assert.equal(res.status, 503);
      assert.equal(res.headers['content-type'], 'text/html; charset=utf-8');
      assert.match(res.headers['content-security-policy'], /default-src 'none'/);
      assert.ok(res.headers['retry-after'] && res.text.includes(res.headers['x-request-id']) && res.text.includes('50301'));
      saw(await request(small, { path }), 50301);
      saw(await postJson(small, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' }, { Accept: 'text/html' }), 50301);
    } finally { hold(false); }
    await until('it is started again', async () => (await request(small, { path: '/mockpay', headers: { Accept: 'application/json' } })).status === 404, 15_000, 200);
  });
  test('50300: the database is away; then it comes back, and all goes on', async () => {
    await begin();
    const order = await createOpen(small, app);
    hold(true);
    try {
      const pids = pidsOf(small, 'mariadbd');
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      await until('it is gone', () => allGone(pids), 5000);
      const sends = [
        () => post(small, app, PATH, terms()), () => get(small, app, `/payments/${order.order_no}`), () => post(small, app, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }),
        () => request(small, { path: `/api/pay/status?token=${order.query_token}` }), () => sendCallback(small, signedCallback(order, app.channelSecret)),
      ];
      for (const send of sends) {
        for (let i = 0; i < 2; i++) {
          const at = Date.now();
          const res = await send();
          saw(res, 50300);
          saysAgain(res);
          assert.ok(Date.now() - at < 5000, `${Date.now() - at} ms`);
        }
      }
      const at = Date.now();
      const health = await request(small, { path: '/healthz' });
      assert.equal(health.status, 503);
      assert.ok(Date.now() - at < 2000);
      expectError(await get(small, { ...app, secret: 'x' }, '/payments'), [50300, 40101]);
      expectError(await request(small, { path: '/nope' }), 40400);
    } finally { hold(false); }
    await healthy();
    const res = await until('callbacks are taken again', async () => { const r = await sendCallback(small, signedCallback(order, app.channelSecret)); return r.status === 200 && r; }, 10_000, 200);
    assert.equal(res.text, '{"code":0,"msg":"SUCCESS"}');
    assert.equal((await query(small, app, { order_no: order.order_no })).status, 'SUCCESS');
  });
  test('a frozen database: healthz says so within a second and a bit, requests end, and it thaws', async () => {
    await begin();
    const pids = pidsOf(small, 'mariadbd');
    for (const pid of pids) process.kill(pid, 'SIGSTOP');
    try {
      const at = Date.now();
      assert.equal((await request(small, { path: '/healthz' })).status, 503);
      assert.ok(Date.now() - at < 2000, `${Date.now() - at} ms`);
      const res = await post(small, app, PATH, terms(), { timeout: 30_000 });
      expectError(res, [50300, 50301]);
      saysAgain(res);
      assert.ok(Date.now() - at < 20_000);
    } finally { for (const pid of pids) process.kill(pid, 'SIGCONT'); }
    await healthy();
    await until('orders are made again', async () => (await post(small, app, PATH, terms())).status === 201, 10_000, 200);
    await sleep(0);
  });
});

describe('the table', () => {
  test('every code that can occur was seen', { skip: !isRoot && 'some need root' }, () => {
    assert.deepEqual(ALL.filter((c) => !seen.has(c)), []);
  });
});
