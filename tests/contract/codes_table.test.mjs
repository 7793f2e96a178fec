// The code table of the endpoints about money that goes back, out, or does not come: each code that one of them
// can answer is provoked there. 42900 is one mechanism for all (codes.test.mjs). 40908 has no row: no request of
// a merchant states a version.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, newNo, newNonce, now, post, postJson, request, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { disableApp, newApp, setApp, withKey } from '../lib/ctl.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { paidOrder, refundBody } from '../lib/refund.mjs';
import { routes } from '../lib/routes.mjs';
import { allGone, pidOf, pidsOf, startStack, stopStack } from '../lib/stack.mjs';
import { transferBody } from '../lib/transfer.mjs';
import { adjustBody, newUser, rechargeBody, recharged } from '../lib/wallet.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1 } = await suite();
const REFUND = '/api/pay/refund', CLOSE = '/api/pay/close', TRANSFER = '/api/pay/transfer', RECHARGE = '/api/pay/wallet/recharge', ADJUST = '/api/pay/wallet/adjust';
const CLOCK = '/sandbox/clock';
const closed = async (at, app) => { const o = await create(at, app); expectOk(await post(at, app, CLOSE, { order_no: o.order_no })); return o; };

// good: a request that is done. stranger: of a number that is not there. program: the executable that answers.
const ENDPOINTS = {
  refund: { path: REFUND, scope: 'refund:execute', program: 'refund', good: async (at, app) => refundBody(await paidOrder(at, app), { refund_price: 1 }),
    stranger: () => ({ order_no: strangerUlid(), merchant_refund_id: newNo('R'), refund_price: 1 }) },
  close: { path: CLOSE, scope: 'payment:close', program: 'close', good: async (at, app) => ({ order_no: (await create(at, app)).order_no }), stranger: () => ({ order_no: strangerUlid() }) },
  transfer: { path: TRANSFER, scope: 'transfer:execute', program: 'transfer', good: () => transferBody(), takes_new: true },
  recharge: { path: RECHARGE, scope: 'wallet:execute', program: 'wallet', good: () => rechargeBody(newUser(), { channel: 'mock' }), takes_new: true },
  adjust: { path: ADJUST, scope: 'wallet:execute', program: 'wallet', good: () => adjustBody(newUser(), 5) },
  clock: { path: CLOCK, scope: 'sandbox:clock', program: 'mockpay', good: () => ({ advance: 1 }) },
  'refund/query': { get: () => `/api/pay/refund/query?refund_no=${strangerUlid()}`, program: 'query', lacks: true },
  'transfer/query': { get: () => `/api/pay/transfer/query?transfer_no=${strangerUlid()}`, program: 'transfer', lacks: true },
  'query?sync=1': { get: (order) => `/api/pay/query?order_no=${order?.order_no ?? strangerUlid()}&sync=1`, program: 'query', lacks: true },
  wallet: { get: () => '/api/pay/wallet?user_id=u&currency=CNY', program: 'wallet' },
  'wallet/entries': { get: () => '/api/pay/wallet/entries?user_id=u&currency=CNY', program: 'wallet', list: true },
  payments: { get: () => '/payments', program: 'query', list: true },
  refunds: { get: () => '/api/pay/refunds', program: 'query', list: true },
  transfers: { get: () => '/api/pay/transfers', program: 'query', list: true },
  channels: { get: () => '/api/pay/channels', program: 'query' },
};
test('every signed request of the programs is here, or is one of create and query, which have files of their own', () => {
  const OWN_FILES = ['/api/pay/create', '/payments', '/payments/{}', '/api/pay/submit', '/api/pay/query'];
  const here = new Set(Object.values(ENDPOINTS).map((e) => e.path ?? e.get().split('?')[0]));
  assert.deepEqual([...new Set(routes().filter((r) => r.scope).map((r) => r.path))].filter((p) => !here.has(p) && !OWN_FILES.includes(p)), []);
  for (const e of Object.values(ENDPOINTS)) {
    const row = routes().find((r) => r.path === (e.path ?? e.get().split('?')[0]) && r.method === (e.get ? 'GET' : 'POST'));
    assert.deepEqual([row?.program, e.scope ?? 'payment:query'], [e.program, row?.scope]);
  }
});
const send = (e, app, body, opts = {}, at = stack) => (e.get ? get(at, app, e.get(body), opts) : post(at, app, e.path, body, opts));
const worked = (res) => expectOk(res, res.status === 201 ? 201 : 200);

const shut = await newApp(stack), away = await newApp(stack);
await setApp(stack, shut, { allowedNets: '192.0.2.0/24' });
await disableApp(stack, away);
await until('both in force', async () => (await get(stack, shut, '/payments')).json.code === 40301
  && (await post(stack, away, TRANSFER, transferBody())).json.code === 40302, 4000);

for (const [name, e] of Object.entries(ENDPOINTS)) {
  const path = e.path ?? e.get().split('?')[0];
  describe(name, () => {
    if (!e.get) {
      test('40000', async () => expectError(await post(stack, app1, path, '{'), 40000));
      test('41300', async () => expectError(await postJson(stack, path, rep('x', 65537)), 41300));
      test('41500', async () => expectError(await postJson(stack, path, '{}', { 'Content-Type': 'text/plain' }), 41500));
    }
    test('40001', async () => {
      if (e.get) expectError(await get(stack, app1, `${e.get()}${e.get().includes('?') ? '&' : '?'}x=1&x=2`), 40001, 'x');
      else expectError(await post(stack, app1, path, { ...await e.good(stack, app1), unknown: 1 }), 40001, 'unknown');
    });
    test('40100', async () => expectError(e.get ? await request(stack, { path: e.get() }) : await postJson(stack, path, '{}'), 40100));
    test('40101', async () => expectError(await send(e, { ...app1, secret: 'x' }, e.get ? undefined : await e.good(stack, app1)), 40101));
    test('40102', async () => expectError(await send(e, app1, {}, { auth: { ts: now() - 1000 } }), 40102));
    if (!e.get || name === 'query?sync=1') {
      test('40103', async () => {
        const body = e.get ? await createOpen(stack, app1) : await e.good(stack, app1), nonce = newNonce();
        worked(await send(e, app1, body, { auth: { nonce } }));
        expectError(await send(e, app1, body, { auth: { nonce } }), 40103);
      });
    }
    test('40300', async () => withKey(stack, null, { scopes: [e.get ? 'sandbox:clock' : 'payment:query'] }, async (key) => expectError(await send(e, key, {}), 40300)));
    test('40301', async () => expectError(await send(e, shut, {}), 40301));
    test(e.takes_new ? '40302' : 'of an app that is disabled: no 40302', async () => {
      const res = await send(e, away, e.stranger?.() ?? (e.get ? undefined : await e.good(stack, away)));
      if (e.takes_new) expectError(res, 40302);
      else if (e.lacks || e.stranger) expectError(res, 40400);
      else worked(res);
    });
    if (e.takes_new) test('40303', async () => expectError(await post(stack, app1, path, { ...await e.good(), channel: 'nosuch' }), 40303));
    if (e.list) {
      test('40400 after a number that is not there, 40001 after what is none', async () => {
        const after = (value) => get(stack, app1, `${e.get()}${e.get().includes('?') ? '&' : '?'}after=${value}`);
        expectError(await after(strangerUlid()), 40400);
        for (const value of ['x', '']) expectError(await after(value), 40001, 'after');
      });
    }
    if (e.lacks || e.stranger) test('40400', async () => expectError(await send(e, app1, e.stranger?.()), 40400));
    test('40500', async () => {
      const res = await request(stack, { method: 'DELETE', path });
      expectError(res, 40500);
      assert.ok(res.headers.allow.includes(e.get ? 'GET' : 'POST'), res.headers.allow);
    });
    test('41400', async () => expectError(await request(stack, { method: e.get ? 'GET' : 'POST', path: `${path}?x=${rep('y', 9000)}` }), 41400));
  });
}

describe('state', () => {
  const rows = {
    'refund 40001 of an order that waits': async () => [await post(stack, app1, REFUND, refundBody(await create(stack, app1))), 40001, 'order_no'],
    'refund 40900': async () => {
      const body = refundBody(await paidOrder(stack, app1), { refund_price: 1 });
      expectOk(await post(stack, app1, REFUND, body), 201);
      return [await post(stack, app1, REFUND, { ...body, refund_price: 2 }), 40900, 'refund_price'];
    },
    'refund 40902': async () => [await post(stack, app1, REFUND, refundBody(await closed(stack, app1))), 40902],
    'refund 40903': async () => {
      const order = await create(stack, app1, { expire_in: 60 });
      expectOk(await post(stack, app1, CLOCK, { advance: 61 }));
      return [await post(stack, app1, REFUND, refundBody(order)), 40903];
    },
    'refund 40904': async () => [await post(stack, app1, REFUND, refundBody(await paidOrder(stack, app1), { refund_price: 1001 })), 40904],
    'refund 40905': async () => [await post(stack, app1, REFUND, refundBody(await paidOrder(stack, app1), { expected_remaining: 999 })), 40905],
    'refund 40907': async () => {
      const user = newUser(), filled = await recharged(stack, app1, user);
      expectOk(await post(stack, app1, ADJUST, adjustBody(user, -1)), 201);
      return [await post(stack, app1, REFUND, refundBody(filled)), 40907];
    },
    'refund 50200': async () => [await post(stack, app1, REFUND, refundBody(await paidOrder(stack, app1, 'fail'))), 50200],
    'refund 50201': async () => [await post(stack, app1, REFUND, refundBody(await paidOrder(stack, app1, 'timeout'))), 50201],
    'close 40901': async () => { const o = await createOpen(stack, app1); await payByCallback(stack, app1, o); return [await post(stack, app1, CLOSE, { order_no: o.order_no }), 40901]; },
    'transfer 40900': async () => {
      const body = transferBody();
      expectOk(await post(stack, app1, TRANSFER, body), 201);
      return [await post(stack, app1, TRANSFER, { ...body, price: 1 }), 40900, 'price'];
    },
    'transfer 50200': async () => [await post(stack, app1, TRANSFER, transferBody('fail')), 50200],
    'transfer 50201': async () => [await post(stack, app1, TRANSFER, transferBody('timeout')), 50201],
    'recharge 40900': async () => {
      const body = rechargeBody(newUser());
      expectOk(await post(stack, app1, RECHARGE, body), 201);
      return [await post(stack, app1, RECHARGE, { ...body, bonus_price: 1 }), 40900, 'bonus_price'];
    },
    'recharge 50200': async () => [await post(stack, app1, RECHARGE, rechargeBody(newUser(), { channel: 'mock', metadata: { mock: { submit: 'refused' } } })), 50200],
    'recharge 50201': async () => [await post(stack, app1, RECHARGE, rechargeBody(newUser(), { channel: 'mock', metadata: { mock: { submit: 'unknown' } } })), 50201],
    'adjust 40900': async () => {
      const body = adjustBody(newUser(), 5);
      expectOk(await post(stack, app1, ADJUST, body), 201);
      return [await post(stack, app1, ADJUST, { ...body, price: 6 }), 40900, 'price'];
    },
    'adjust 40907': async () => [await post(stack, app1, ADJUST, adjustBody(newUser(), -1)), 40907],
    'a wallet payment 50200': async () => {
      const res = await post(stack, app1, '/api/pay/create', terms({ user_id: newUser(), channel: 'wallet' }));
      assert.equal(res.json.channel_error_code, 'NOT_ENOUGH_BALANCE');
      return [res, 50200];
    },
    'submit 40902': async () => [await post(stack, app1, '/api/pay/submit', { order_no: (await closed(stack, app1)).order_no, channel: 'mock' }), 40902],
  };
  for (const [name, ask] of Object.entries(rows)) {
    test(name, async () => {
      const [res, code, field] = await ask();
      assert.deepEqual([res.json?.code, res.json?.field], [code, field], res.text);
      assert.equal(res.status, code >= 50200 ? 502 : Math.floor(code / 100));
    });
  }
});

describe('outages', () => {
  let small, app, root, bodies;
  const programs = [...new Set(Object.values(ENDPOINTS).map((e) => e.program))];
  // Its supervisor is held while something of it is down.
  const held = async (f) => {
    process.kill(pidOf(small, 'supervisor'), 'SIGSTOP');
    try { await f(); } finally { process.kill(pidOf(small, 'supervisor'), 'SIGCONT'); }
  };
  const killed = async (name) => {
    const pids = pidsOf(small, name);
    for (const pid of pids) process.kill(pid, 'SIGKILL');
    await until(`${name} is gone`, () => allGone(pids), 5000);
  };
  const healthy = () => until('well again', async () => {
    const all = await Promise.all(['/healthz', '/mockpay'].map((path) => request(small, { path, timeout: 5000, headers: { Accept: 'application/json' } }).catch(() => ({}))));
    if (all[0].status !== 200 || all[1].status !== 404 || (await post(small, app, '/payments', terms())).status !== 201) return false;
    for (const e of Object.values(ENDPOINTS)) if ((await send(e, app, {}, {}, small)).status === 503) return false;
    return true;
  }, 40_000, 200);
  const begin = () => { begin.once ??= (async () => {
    small = await startStack({ SHROFF_DB_BUFFER_POOL: '64M' });
    app = small.app1;
    root = isRoot ? rootDb(small) : undefined;
    bodies = {};
    for (const [name, e] of Object.entries(ENDPOINTS)) if (!e.get) bodies[name] = await e.good(small, app);
  })(); return begin.once; };
  after(async () => {
    if (!small) return;
    await root?.close().catch(() => {});
    try { process.kill(pidOf(small, 'supervisor'), 'SIGCONT'); } catch { /* gone */ }
    stopStack(small);
  });
  const all = async (code) => {
    for (const [name, e] of Object.entries(ENDPOINTS)) {
      const res = await send(e, app, bodies[name], {}, small);
      assert.deepEqual([name, res.json?.code, res.status], [name, code, code === 50000 ? 500 : 503], res.text);
      if (code !== 50000) assert.match(String(res.headers['retry-after']), /^\d+$/, 'Retry-After');
    }
  };

  test('close 50201: the gateway does not answer; the order stays as it is', async () => {
    await begin();
    const order = await createOpen(small, app);
    await held(async () => {
      await killed('mockpay');
      const res = await post(small, app, CLOSE, { order_no: order.order_no });
      assert.deepEqual([res.status, res.json.code, res.json.data], [502, 50201, { order_no: order.order_no }], res.text);
      // Asking is no promise: the order as it stands.
      assert.equal(expectOk(await get(small, app, `/api/pay/query?order_no=${order.order_no}&sync=1`)).status, 'WAITING');
    });
    await healthy();
  });
  test('50301: no worker of the executable is left, at each endpoint', async () => {
    await begin();
    await held(async () => { for (const name of programs) await killed(name); await all(50301); });
    await healthy();
  });
  test('50300: the database is away, at each endpoint', async () => {
    await begin();
    await held(async () => { await killed('mariadbd'); await all(50300); });
    await healthy();
  });
  test('50000: something of ours is broken, at each endpoint', { skip: !isRoot && 'needs root' }, async () => {
    await begin();
    const away_ = ['pay_channel', 'pay_order', 'pay_refund', 'pay_transfer', 'wallet', 'ledger_entry', 'wallet_adjust'];
    const own = await newApp(small);      // the clock of an app with nothing open
    await root.rows(`RENAME TABLE ${away_.map((t) => `${t} TO ${t}_away`).join(', ')}`);
    try { await all(50000); } finally { await root.rows(`RENAME TABLE ${away_.map((t) => `${t}_away TO ${t}`).join(', ')}`); }
    await until('well again', async () => (await send(ENDPOINTS.clock, own, { advance: 1 }, {}, small)).status === 200, 5000);
  });
});
