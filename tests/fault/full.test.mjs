// The disk that holds the database runs full. First the watermark: no new orders or attempts, while money under
// way is taken. Then it is full to the last byte, under load: MariaDB aborts. Space is freed: all
// that was acknowledged is there, and everything goes on by itself.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, readdirSync, rmSync, statfsSync } from 'node:fs';
import { join } from 'node:path';
import { isRoot, readerDb } from '../lib/db.mjs';
import { stopStack, pidOf, pidsOf } from '../lib/stack.mjs';
import { ctl } from '../lib/ctl.mjs';
import { newNo, post, query, request } from '../lib/client.mjs';
import { sendCallback, signedCallback } from '../lib/channel.mjs';
import { inForce, sleep, until } from '../lib/wait.mjs';
import { faultStack, healthy, insist, newLedger, oracles, payOne, sink } from './lib.mjs';

const DISK = 640, LEAST = 128;
let stack, db, heard, filler;
const ledger = newLedger();
const open = [];                // orders that wait to be paid

const freeMib = () => { const s = statfsSync(stack.state); return s.bavail * s.bsize / 2 ** 20; };
// All but so many MiB; what cannot be had at once is had in smaller pieces.
function fillTo(mib) {
  execFileSync('fallocate', ['-l', `${Math.floor(freeMib() - mib)}M`, filler]);
}
function fillUp() {
  fillTo(2);
  for (const bytes of [1 << 20, 1 << 16, 4096]) {
    for (let n = 0; n < 4096; n++) {
      if (spawnSync('dd', ['if=/dev/zero', `of=${filler}`, `bs=${bytes}`, 'count=1', 'oflag=append', 'conv=notrunc', 'status=none']).status !== 0) break;
    }
  }
}
const drainFiller = () => rmSync(filler, { force: true });
const terms = () => ({ merchant_order_id: newNo('D'), price: 700, currency: 'CNY', subject: 'Disk', channel: 'mock', notify_url: heard.url });

describe('the disk runs full', { skip: isRoot ? false : 'only root can mount one', timeout: 300_000 }, () => {
  before(async () => {
    stack = await faultStack({ SHROFF_MIN_FREE_MB: String(LEAST) }, { disk: DISK });
    filler = join(stack.state, 'filler');
    db = readerDb(stack);
    heard = await sink(5);
    for (let i = 0; i < 60; i++) {
      const made = await insist(() => post(stack, stack.app1, '/payments', terms()));
      open.push(made.json.data);
      ledger.created.set(made.json.data.merchant_order_id, made.json.data);
    }
  });
  after(async () => {
    if (filler) drainFiller();
    await db?.close().catch(() => {});
    heard?.close();
    if (stack) stopStack(stack);
  });
  const pay = async (order, extra) => {
    const told = signedCallback(order, stack.app1.channelSecret, extra);
    const acked = await insist(() => sendCallback(stack, told), 90_000);
    assert.equal(acked.status, 200, acked.text);
    ledger.paid.set(order.order_no, order);
  };

  test('below the watermark: no new order or attempt, and it says so; payments, queries and notifications go on', async () => {
    const known = [...ledger.created.values()][0];
    fillTo(LEAST - 28);
    await inForce();                    // each worker looks once a second
    const t = terms();
    for (let i = 0; i < 6; i++) {
      const res = await post(stack, stack.app1, '/payments', t);
      assert.deepEqual([res.status, res.json.code], [503, 50300], res.text);
      assert.ok(res.headers['retry-after']);
    }
    assert.equal(await db.value('SELECT COUNT(*) FROM pay_order WHERE merchant_order_id = ?', [t.merchant_order_id]), 0);
    const again = await post(stack, stack.app1, '/payments', { merchant_order_id: known.merchant_order_id, price: 700, currency: 'CNY', subject: 'Disk', channel: 'mock' });
    assert.deepEqual([again.status, again.json.data?.order_no, again.json.data?.pay_url], [200, known.order_no, known.pay_url], 'the same create again is answered');
    const wider = await post(stack, stack.app1, '/api/pay/submit', { order_no: known.order_no, channel: 'mock', channel_extras: { pad: 'x'.repeat(500) } });
    assert.deepEqual([wider.status, wider.json.code], [503, 50300], wider.text);
    assert.ok(wider.headers['retry-after']);
    const order = open.pop();
    await pay(order);
    assert.equal((await query(stack, stack.app1, { order_no: order.order_no })).status, 'SUCCESS');
    // What nobody signed leaves no row; what is believed does, as ever.
    const rows = () => db.value('SELECT COUNT(*) FROM callback_log');
    const before = await rows();
    const forged = await sendCallback(stack, signedCallback(open.at(-1), 'wrong'));
    assert.deepEqual([forged.status, forged.json.code, await rows()], [401, 40101, before]);
    const metrics = (await request(stack, { path: '/metrics' })).text;
    const left = Number(/^shroff_database_free_bytes (\d+)$/m.exec(metrics)[1]) / 2 ** 20;
    assert.ok(left > 50 && left < LEAST, `${left} MiB`);
    const doctor = await ctl(stack, ['doctor', '--json']);
    assert.equal(doctor.json.items.find((i) => i.check === 'database disk').result, 'FAIL', doctor.stdout);
    drainFiller();
    await until('taken again', async () => (await post(stack, stack.app1, '/payments', t)).status === 201, 5000);
  });

  test('what runs the services outlives a full disk: what died meanwhile is started again, MariaDB too', async () => {
    const state = (pid) => /^State:\s+(\w)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
    const supervisor = pidOf(stack, 'supervisor');
    const [server, web] = [pidOf(stack, 'mariadb'), pidOf(stack, 'query')];
    fillUp();
    assert.ok(freeMib() < 1, `${freeMib()} MiB are left`);
    for (const pid of [server, web]) process.kill(pid, 'SIGKILL');
    await sleep(4000);                  // time for several starts, each with a pid file and words in a log
    assert.ok(['S', 'R'].includes(state(supervisor)), 'the supervisor is there');
    const [waits] = pidsOf(stack, 'mariadbd');
    assert.ok(waits && waits !== server, 'MariaDB was started again');
    drainFiller();
    // One that was started without room looks again once a minute: ended, the next one starts at once.
    process.kill(waits, 'SIGKILL');
    await healthy(stack);
    await payOne(stack, stack.app1, ledger, heard.url);
    await until('both are on record again', () => [['mariadb', server], ['query', web]].every(([name, old]) => {
      const pid = pidOf(stack, name);
      return pid !== old && pid > 0 && existsSync(`/proc/${pid}`);
    }), 15_000);
    assert.equal(pidOf(stack, 'supervisor'), supervisor);
    for (const f of readdirSync(join(stack.state, 'run'))) assert.doesNotMatch(f, /\.new$/, 'nothing half-written is left');
  });

  test('full to the last byte under load, then freed: nothing acknowledged is lost', async (t) => {
    const server = pidOf(stack, 'mariadb');
    fillUp();
    assert.ok(freeMib() < 1, `${freeMib()} MiB are left`);
    // Callbacks with a long unknown member, repeated: each leaves a raw row of 7 KB, so that the tables must grow.
    const clients = Promise.allSettled(Array.from({ length: 6 }, async () => {
      for (let order = open.pop(); order; order = open.pop()) {
        for (let i = 0; i < 8; i++) await pay(order, { channel_order_no: `FULL${order.pay_id}`, pad: 'x'.repeat(7000) });
      }
    }));
    const gone = () => !pidsOf(stack, 'mariadbd').includes(server);
    for (const end = Date.now() + 30_000; !gone() && open.length > 0 && Date.now() < end;) await sleep(100);
    const died = gone();
    t.diagnostic(`MariaDB ${died ? 'aborted' : 'lived'}; ${ledger.paid.size} callbacks acknowledged by then, ${open.length} not sent`);
    drainFiller();
    await healthy(stack);
    for (const client of await clients) assert.equal(client.status, 'fulfilled', String(client.reason));
    assert.ok(!existsSync(filler));
    await payOne(stack, stack.app1, ledger, heard.url);
    await oracles(stack, db, ledger, heard);
  });
});
