// Faults under load, on a stack of its own: workers killed, workers replaced, the database killed, the whole of an
// executable ended; and notifications that may not go to private networks. Ledgers are kept out here: what was
// acknowledged must be there afterwards, once.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { suite, count } from '../lib/suite.mjs';
import { createOpen, expectOk, newNo, post, postJson, query, request, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { readerDb } from '../lib/db.mjs';
import { pidOf, pidsOf, startStack, stopStack } from '../lib/stack.mjs';
import { sleep, until } from '../lib/wait.mjs';

await suite();
let small, app, db;
const begin = () => { begin.once ??= (async () => {
  // Proxy settings in the environment must not be believed; no private network but 192.0.2.0/24 may be notified.
  small = await startStack({ SHROFF_WORKER_REQUESTS: '20', SHROFF_WORKERS: '3', SHROFF_DB_BUFFER_POOL: '64M', SHROFF_NOTIFY_ALLOW_NETS: '192.0.2.0/24',
    http_proxy: 'http://127.0.0.1:1', https_proxy: 'http://127.0.0.1:1', all_proxy: 'http://127.0.0.1:1' });
  app = small.app1;
  db = readerDb(small);
})(); return begin.once; };
after(async () => {
  if (!small) return;
  await db.close().catch(() => {});
  stopStack(small);
});
const ignore = () => ({ status: 0 });
const healthy = () => until('healthz', async () => (await request(small, { path: '/healthz', timeout: 3000 }).catch(ignore)).status === 200, 30_000, 200);

// Creates with `width` clients for as long as `fault` takes; gives what was answered, by merchant number.
async function load(width, fault) {
  const ledger = [];
  let go = true;
  const clients = Array.from({ length: width }, async () => {
    while (go) {
      const body = terms({ merchant_order_id: newNo('L'), channel: 'mock' });
      const res = await post(small, app, '/api/pay/create', body, { timeout: 15_000 }).catch((e) => ({ status: 0, text: String(e) }));
      ledger.push({ body, res });
      if (res.status !== 201) await sleep(20);
    }
  });
  try { await fault(ledger); } finally { go = false; await Promise.all(clients); }
  return ledger;
}
async function check(ledger, allowed) {
  assert.ok(count(ledger, ({ res }) => res.status === 201) > 20, `${count(ledger, ({ res }) => res.status === 201)} of ${ledger.length} created`);
  for (const { res } of ledger) assert.ok(res.status === 201 || allowed.includes(res.json?.code), `${res.status} ${res.text}`);
  for (const { res } of ledger) if (res.status === 503) assert.match(String(res.headers['retry-after']), /^\d+$/);
  const rows = await db.rows("SELECT o.merchant_order_id AS m, o.no, COUNT(x.id) AS n FROM pay_order o LEFT JOIN pay_order_extension x ON x.order_id = o.id WHERE o.merchant_order_id LIKE 'L-%' GROUP BY o.id, o.merchant_order_id, o.no");
  const have = new Map(rows.map((r) => [r.m, r]));
  assert.equal(have.size, rows.length, 'no number twice');
  for (const { body, res } of ledger) {
    const row = have.get(body.merchant_order_id);
    if (res.status === 201) assert.equal(row?.no, res.json.data.order_no, 'what was acknowledged is there');
    if (res.json?.code === 50300) assert.equal(row, undefined, '50300: nothing was done');
    if (row) assert.equal(Number(row.n), 1, 'an order with its attempt, or neither');
  }
  // The same again under a new nonce has one stable answer.
  for (const { body, res } of ledger.filter((l) => l.res.status !== 201).slice(0, 20)) {
    const again = await post(small, app, '/api/pay/create', body);
    expectOk(again, have.has(body.merchant_order_id) ? 200 : 201);
    assert.ok(res.status !== 201);
  }
}

describe('under load', () => {
  test('workers are replaced after so many requests, and no request fails', async () => {
    await begin();
    const before = pidsOf(small, 'create').length;
    await check(await load(6, (ledger) => until('600 orders', () => ledger.length >= 600, 20_000)), []);
    assert.equal(pidsOf(small, 'create').length, before);
  });
  test('workers are killed one after the other: 50301 or success, nothing acknowledged is lost', async () => {
    await begin();
    const parent = pidOf(small, 'create');
    const ledger = await load(6, async () => {
      for (let i = 0; i < 12; i++) {
        await sleep(120);
        const [victim] = pidsOf(small, 'create').filter((p) => p !== parent);
        try { if (victim) process.kill(victim, 'SIGKILL'); } catch { /* it had ended by itself */ }
      }
      await sleep(300);
    });
    await check(ledger, [50301]);
    assert.equal(pidOf(small, 'create'), parent);
  });
  test('the executable is asked to end: requests in hand are finished', async () => {
    await begin();
    const ledger = await load(4, async () => {
      await sleep(200);
      process.kill(pidOf(small, 'create'), 'SIGTERM');
      await sleep(2000);
    });
    await check(ledger, [50301]);
    const lost = count(ledger, ({ body, res }) => res.status !== 201 && body);
    assert.ok(ledger.at(-1).res.status === 201, `it is back (${lost} in between)`);
  });
  test('the database is killed: 50300 (nothing done) or 50301 (unknown), then all goes on', async () => {
    await begin();
    const ledger = await load(6, async (l) => {
      for (let i = 0; i < 2; i++) {
        await until('orders are made', () => count(l, ({ res }) => res.status === 201) > 30 * (i + 1), 10_000);
        for (const pid of pidsOf(small, 'mariadbd')) process.kill(pid, 'SIGKILL');
        await sleep(200);
        await healthy();
      }
      await sleep(500);
    });
    await healthy();
    await check(ledger, [50300, 50301]);
  });
  test('three hundred clients that send nothing more, or a byte now and then, delay no others', async () => {
    await begin();
    const head = `POST /api/pay/create HTTP/1.1\r\nHost: ${small.host}:${small.port}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n`;
    const sockets = Array.from({ length: 300 }, (_, i) => net.connect(small.port, small.host, function () { this.write(i % 2 ? head : `${head}\r\n{`); }).on('error', () => {}));
    await sleep(300);
    for (let i = 0; i < 10; i++) {
      const at = Date.now();
      expectOk(await post(small, app, '/api/pay/create', terms()), 201);
      assert.ok(Date.now() - at < 2000, `${Date.now() - at} ms`);
    }
    for (const s of sockets) s.destroy();
  });
  test('a notification was not lost over all this', async () => {
    await begin();
    const order = await createOpen(small, app);
    assert.equal((await payByCallback(small, app, order)).status, 200);
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND o.no = ?', [order.order_no]), 1);
  });
});

describe('where notifications may go', () => {
  const paid = async (url) => {
    const order = await createOpen(small, app, { notify_url: url });
    assert.equal((await payByCallback(small, app, order)).status, 200);
    return order;
  };
  const logOf = (order) => until(`a try of ${order.order_no}`, () => db.row('SELECT l.*, t.status AS ts FROM notify_log l JOIN notify_task t ON t.id = l.task_id JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND o.no = ?', [order.order_no]), 15_000, 100);
  test('never to a private address, however it is written; on record and tried again', async () => {
    await begin();
    const m = await merchant(does.ack());
    const hosts = ['127.0.0.1', 'localhost', '127.1', '2130706433', '0x7f000001', '0177.0.0.1', '0.0.0.0', '[::1]', '[::ffff:127.0.0.1]', '[::]', '[::ffff:7f00:1]', '[64:ff9b::7f00:1]'];
    const orders = [];
    for (const h of hosts) {
      const body = terms({ channel: 'mock', notify_url: `http://${h}:${m.port}/x` });
      const res = await post(small, app, '/api/pay/create', body);
      if (res.status === 400) continue;                   // refused at once: just as well
      const order = expectOk(res, 201);
      assert.equal((await payByCallback(small, app, order)).status, 200);
      orders.push([h, order]);
    }
    for (const url of ['http://169.254.169.254/latest/meta-data/', 'http://10.0.0.1/', 'http://192.168.1.1/', 'http://172.16.0.1/', 'http://100.64.0.1/', 'http://[fd00::1]/', 'http://[fe80::1]/', 'http://224.0.0.1/']) orders.push([url, await paid(url)]);
    for (const [name, order] of orders) {
      const log = await logOf(order);
      assert.deepEqual([log.status, log.ts], [22, 0], name);
      assert.equal(log.error_code, 'BLOCKED_ADDR', name);
    }
    assert.equal(m.hits.length, 0);
    m.close();
  });
  test('the gateway\'s own call to us is not led astray by a proxy in the environment', async () => {
    await begin();
    const order = await createOpen(small, app);
    expectOk(await postJson(small, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' }));
    assert.equal((await query(small, app, { order_no: order.order_no })).status, 'SUCCESS');
  });
});
