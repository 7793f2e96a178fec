// Strangers at the callback address: they neither fill the database nor keep a channel waiting.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { createOpen, query, request, strangerUlid } from '../lib/client.mjs';
import { callbackOf, sendCallback, signedCallback } from '../lib/channel.mjs';
import { readerDb } from '../lib/db.mjs';
import { pidOf, startStack, stopStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';
import { until } from '../lib/wait.mjs';
import { percentile, sleep } from './lib.mjs';

const PATH = '/api/pay/callback';
const JSON_TYPE = { 'Content-Type': 'application/json' };
const GENUINE = '127.0.0.1', EVIL = '127.0.0.2';
const stranger = (more = {}) => JSON.stringify(signedCallback({ pay_id: strangerUlid(), price: 1, currency: 'CNY' }, 'wrong', more));
const strike = (stack, body, localAddress = EVIL) => request(stack, { method: 'POST', path: PATH, body, headers: JSON_TYPE, localAddress });
async function pay(stack, count) {
  const waits = [];
  for (let i = 0; i < count; i++) {
    const order = await createOpen(stack, stack.app1);
    const begun = performance.now();
    const res = await sendCallback(stack, signedCallback(order, stack.app1.channelSecret));
    waits.push(performance.now() - begun);
    assert.equal(res.status, 200, res.text);
    await sleep(20);
  }
  return waits;
}
// Each of `count` connections sends the same request again as soon as it is answered.
function flood(stack, count, body, from = EVIL) {
  const bytes = Buffer.from(`POST ${PATH} HTTP/1.1\r\nHost: ${stack.host}:${stack.port}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
  const sockets = new Set(), answers = {};
  let over = false;
  const open = () => {
    const socket = net.connect({ host: stack.host, port: stack.port, localAddress: from }, () => socket.write(bytes));
    sockets.add(socket);
    socket.on('data', (d) => {
      const status = /^HTTP\/1\.1 (\d+)/.exec(d.toString('latin1'))?.[1];
      if (!status) return;
      answers[status] = (answers[status] ?? 0) + 1;
      if (!over && !socket.destroyed) socket.write(bytes);
    });
    socket.on('error', () => {});
    socket.on('close', () => { sockets.delete(socket); if (!over) setTimeout(open, 10); });
  };
  for (let i = 0; i < count; i++) open();
  return { answers, stop: () => { over = true; for (const s of sockets) s.destroy(); } };
}
const sizeOf = (dir) => readdirSync(dir, { recursive: true, withFileTypes: true }).filter((f) => f.isFile())
  .reduce((sum, f) => { try { return sum + statSync(join(f.path, f.name)).size; } catch { return sum; } }, 0);

describe('a flood', () => {
  let stack, db;
  before(async () => { stack = await startStack(); db = readerDb(stack); await pay(stack, 3); });
  after(async () => { await db?.close(); if (stack) stopStack(stack); });

  const members = Object.fromEntries(Array.from({ length: 3000 }, (_, i) => [`m${i}`, i]));
  const small = Object.fromEntries(Array.from({ length: 700 }, (_, i) => [`m${i}`, i]));
  const bodies = {
    'of 40 KB each': JSON.stringify({ ...callbackOf({ pay_id: strangerUlid(), price: 1, currency: 'CNY' }), ...members }),
    'of 700 members in 8 KB each': JSON.stringify(small),
    'that are well formed': stranger(),
  };
  for (const [name, body] of Object.entries(bodies)) {
    test(`900 connections with callbacks ${name}: the channel's are answered`, async (t) => {
      const quiet = await pay(stack, 5);
      const evil = flood(stack, 900, body);
      await sleep(1000);
      const waits = await pay(stack, 8);
      evil.stop();
      t.diagnostic(`${name}, ${body.length} bytes: quiet p50 ${percentile(quiet, 50).toFixed(1)} ms; under it p50 ${percentile(waits, 50).toFixed(1)}, p95 ${percentile(waits, 95).toFixed(1)}, worst ${Math.max(...waits).toFixed(1)} ms; ${JSON.stringify(evil.answers)}`);
      assert.ok(percentile(waits, 95) < 1500, `p95 ${percentile(waits, 95)} ms`);
    });
  }

  test('too large, 70 KB each: a hundred rows of their length, and nothing is spooled', async () => {
    const size = async () => Number(await db.value("SELECT COUNT(*) FROM callback_log WHERE verdict = 'TOO_LARGE' AND remote_address = '127.0.0.3'"));
    const temp = join(stack.state, 'nginx', 'temp');
    await inParallel(Array.from({ length: 300 }), 30, () => strike(stack, 'x'.repeat(70_000), '127.0.0.3').catch(() => {}));
    assert.ok(await size() > 50 && await size() <= 100, `${await size()} rows`);
    // A length of 5 GB is not waited for, nor written down anywhere.
    const socket = net.connect(stack.port, stack.host);
    socket.on('error', () => {});
    socket.write(`POST ${PATH} HTTP/1.1\r\nHost: ${stack.host}:${stack.port}\r\nContent-Length: 5000000000\r\n\r\n`);
    let most = 0, sent = 0;
    const chunk = Buffer.alloc(1 << 20, 0x78);
    for (const end = Date.now() + 700; Date.now() < end && !socket.destroyed;) {
      if (socket.write(chunk)) sent += chunk.length; else await Promise.race([new Promise((done) => socket.once('drain', done)), sleep(50)]);
      most = Math.max(most, sizeOf(temp));
      await sleep(1);
    }
    socket.destroy();
    assert.ok(most < 1 << 20, `${most} bytes were spooled`);
  });

  const many = process.env.SHROFF_FULL ? 3000 : 1200;
  test(`${many} refused ones: a thousand rows of an address a day, 2 KiB each; an alert; a wrong key is still seen`, async () => {
    const from = '127.0.0.4';
    await pay(stack, 1);
    const codes = await inParallel(Array.from({ length: many }), 4, async () => (await strike(stack, stranger({ note: 'x'.repeat(6000) }), from)).json?.code);
    assert.ok(codes.every((c) => c === 40101 || c === 42900), `${[...new Set(codes)]}`);
    const row = await db.row('SELECT COUNT(*) AS n, MAX(LENGTH(body)) AS longest, SUM(LENGTH(body) + LENGTH(headers)) AS bytes FROM callback_log WHERE remote_address = ?', [from]);
    assert.ok(row.n <= 1000 && row.longest <= 2048 && Number(row.bytes) <= 4096 * 1000, JSON.stringify(row));
    const alerts = await db.rows("SELECT * FROM pay_alert WHERE kind = 'callbacks_refused' AND about = 'callbacks'");
    if (codes.filter((c) => c === 40101).length > 1000) assert.match(alerts[0]?.text ?? '', /1000 refused callbacks/);
    assert.ok(alerts.length <= 1, 'one alert, counted');
    const order = await createOpen(stack, stack.app1);
    for (;;) if ((await sendCallback(stack, signedCallback(order, 'wrong'))).json.code === 40101) break;
    const kept = await db.row('SELECT c.verdict FROM callback_log c JOIN pay_order_extension x ON x.id = c.extension_id WHERE x.no = ?', [order.pay_id]);
    assert.equal(kept?.verdict, 'BAD_SIGN');
  });
});

describe('refused ones are limited by address', () => {
  const RATE = 20;
  let stack, db;
  before(async () => { stack = await startStack({ SHROFF_RATE_IP: String(RATE), SHROFF_RATE_APP: '0' }); db = readerDb(stack); });
  after(async () => { await db?.close(); if (stack) stopStack(stack); });
  const burst = async (from) => {
    const begun = Date.now();
    const got = await inParallel(Array.from({ length: 200 }), 4, async () => (await strike(stack, stranger(), from)).json?.code);
    return { heard: got.filter((c) => c === 40101).length, limited: got.filter((c) => c === 42900).length, most: RATE * ((Date.now() - begun) / 1000 + 1) + 8 };
  };
  test('beyond the rate 42900, and no row of it; another address is not touched', async () => {
    const { heard, limited, most } = await burst(EVIL);
    assert.equal(heard + limited, 200);
    assert.ok(heard >= RATE && heard <= most, `${heard} of ${most}`);
    assert.ok(Number(await db.value('SELECT COUNT(*) FROM callback_log WHERE remote_address = ?', [EVIL])) <= heard);
    assert.equal((await strike(stack, stranger(), '127.0.0.5')).json.code, 40101);
  });
  test('an address that sent a genuine callback is always admitted', async () => {
    const order = await createOpen(stack, stack.app1);
    const told = await strike(stack, JSON.stringify(signedCallback(order, stack.app1.channelSecret)), '127.0.0.6');
    assert.equal(told.status, 200, told.text);
    assert.equal((await query(stack, stack.app1, { order_no: order.order_no })).status, 'SUCCESS');
    assert.deepEqual((await burst('127.0.0.6')).limited, 0);
  });
  test('so it is after a restart: the addresses are read from callback_log when the first stranger is refused', async () => {
    const before = pidOf(stack, 'callback');
    process.kill(before, 'SIGTERM');
    await until('callback is back', async () => pidOf(stack, 'callback') !== before && (await strike(stack, stranger(), '127.0.0.8').catch(() => ({}))).json?.code === 40101, 20_000);
    assert.ok((await burst('127.0.0.8')).limited > 0);
    assert.equal((await burst('127.0.0.6')).limited, 0);
    assert.ok((await burst('127.0.0.9')).limited > 0, 'who was never believed is not');
  });
  test('a believed one is none of those that count', async () => {
    assert.ok((await burst('127.0.0.7')).limited > 0);
    await sleep(1100);
    const order = await createOpen(stack, stack.app1);
    const told = await strike(stack, JSON.stringify(signedCallback(order, stack.app1.channelSecret)), '127.0.0.7');
    assert.equal(told.status, 200, told.text);
  });
});
