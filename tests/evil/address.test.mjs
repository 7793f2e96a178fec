// Addresses that mean the machine itself, its neighbours or the cloud's metadata, in every disguise: with an empty
// SHROFF_NOTIFY_ALLOW_NETS no connection reaches them. A canary listens on every address of this machine.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { hostname, networkInterfaces } from 'node:os';
import { create, createOpen, post, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from '../lib/wait.mjs';
import { canary, closeAll } from './lib.mjs';

const own = Object.values(networkInterfaces()).flat().filter((i) => !i.internal && !i.address.startsWith('fe80'))
  .map((i) => (i.family === 'IPv6' ? `[${i.address}]` : i.address));
// Stored, and blocked when they are about to be dialled. $ is the canary's port.
const BLOCKED = [
  'http://127.0.0.1:$/', 'http://127.255.255.254:$/', 'http://127.1:$/', 'http://127.0.1:$/', 'http://2130706433:$/', 'http://017700000001:$/',
  'http://0x7f000001:$/', 'http://0x7f.1:$/', 'http://0177.0.0.1:$/', 'http://0177.0.0.01:$/', 'http://0x7f.0x0.0x0.0x1:$/', 'http://127.0.0.1.:$/',
  'http://localhost:$/', 'http://LOCALHOST:$/', 'http://localhost.:$/', 'http://[::1]:$/', 'http://[0:0:0:0:0:0:0:1]:$/', 'http://[::ffff:127.0.0.1]:$/',
  'http://[::ffff:7f00:1]:$/', 'http://[::127.0.0.1]:$/', 'http://[64:ff9b::7f00:1]:$/', 'http://[64:ff9b::127.0.0.1]:$/', 'http://[2002:7f00:1::]:$/',
  'http://[2001::7f00:1]:$/', 'http://0.0.0.0:$/', 'http://0:$/', 'http://[::]:$/', 'https://127.0.0.1:$/', 'http://127.0.0.1:22/', 'http://127.0.0.1:3306/',
  'http://169.254.169.254:$/latest/meta-data/', 'http://2852039166/', 'http://0xa9fea9fe/', 'http://[::ffff:169.254.169.254]/', 'http://[fd00:ec2::254]:$/',
  'http://10.0.0.1:$/', 'http://10.255.255.255:$/', 'http://172.16.0.1:$/', 'http://172.31.255.255:$/', 'http://192.168.0.1:$/', 'http://100.64.0.1:$/',
  'http://100.100.100.200:$/', 'http://192.0.0.1:$/', 'http://192.0.2.1:$/', 'http://192.88.99.1:$/', 'http://198.18.0.1:$/', 'http://198.51.100.1:$/',
  'http://203.0.113.1:$/', 'http://224.0.0.1:$/', 'http://240.0.0.1:$/', 'http://255.255.255.255:$/', 'http://[fe80::1]:$/', 'http://[fc00::1]:$/',
  'http://[fd12:3456::1]:$/', 'http://[ff02::1]:$/', 'http://[2001:db8::1]:$/', 'http://[3fff::1]:$/', 'http://[100::1]:$/',
  `http://${hostname()}:$/`, ...own.map((a) => `http://${a}:$/`),
];
// Refused when they are to be stored.
const REFUSED = [
  'http://user@127.0.0.1:$/', 'http://user:pass@127.0.0.1:$/', 'http://@127.0.0.1:$/', 'http://example.com@127.0.0.1:$/', 'http://example.com\\@127.0.0.1:$/',
  'http://127.0.0.1%2f:$/', 'http://127.0.0.1%00.example.com:$/', 'http://%31%32%37.0.0.1:$/', 'http://[fe80::1%25lo]:$/', 'http://①②⑦.⓪.⓪.①:$/',
  'http://127。0。0。1:$/', 'http://exаmple.com/', 'http:///127.0.0.1:$/', 'http:127.0.0.1:$/', '//127.0.0.1:$/', 'file:///etc/passwd', 'gopher://127.0.0.1:$/_x',
  'dict://127.0.0.1:$/', 'ftp://127.0.0.1:$/', 'unix:///tmp/x', 'http://127.0.0.1:$/#x', 'http://127.0.0.1:$/\r\nX: y', 'http://127.0.0.1:$/\tx', 'http://127.0.0.1 :$/',
  'http://127.0.0.1:$:80/', 'http://127.0.0.1:99999/', 'http://127.0.0.1:-1/', 'http://[::1/', 'http://[127.0.0.1]:$/', 'http://', 'http://?', 'javascript:alert(1)',
  `http://127.0.0.1:$/${'a'.repeat(8192)}`, 'HTTP', ' ',
];

let stack, db, root, bird, hurry;
const paid = new Map();
const urlOf = (text) => text.replaceAll('$', String(bird.port));
before(async () => {
  bird = await canary();
  stack = await startStack({ SHROFF_NOTIFY_ALLOW_NETS: '' });
  db = readerDb(stack);
  root = rootDb(stack);
  // Many of these are one host, whose breaker opens after five: a first try is not to wait for its probes.
  hurry = setInterval(() => {
    root.rows('UPDATE notify_endpoint SET consecutive_fail = 0, open_until = NULL').catch(() => {});
    root.rows('UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) WHERE status = 0 AND notify_times = 0 AND claim_token = 0').catch(() => {});
  }, 1000);
  for (const text of BLOCKED) {
    const res = await post(stack, stack.app1, '/api/pay/create', terms({ channel: 'mock', notify_url: urlOf(text) }));
    if (res.status !== 201) { paid.set(text, res); continue; }
    paid.set(text, res.json.data);
    assert.equal((await payByCallback(stack, stack.app1, res.json.data)).status, 200);
  }
});
after(async () => { clearInterval(hurry); await db?.close(); await root?.close(); closeAll(); });

describe('blocked when dialled, and said so', () => {
  for (const text of BLOCKED) {
    test(text, async () => {
      const order = paid.get(text);
      if (order.json) { assert.deepEqual([order.json.code, order.json.field], [40001, 'notify_url']); return; }
      const log = await until('a try', () => db.row('SELECT l.* FROM pay_order o JOIN notify_task t ON t.type = 1 AND t.data_id = o.id'
        + ' JOIN notify_log l ON l.task_id = t.id WHERE o.no = ? ORDER BY l.id LIMIT 1', [order.order_no]), 90_000, 250);
      const story = `${log.status} ${log.error_code} ${log.http_status} ${log.response}`;
      assert.equal(log.status, 22, story);
      // A name may also be one that nobody knows.
      const named = /[a-z0-9]\.:/i.test(text) || text.includes(hostname());
      assert.ok(log.error_code === 'BLOCKED_ADDR' || (named && log.error_code === 'DNS'), story);
      assert.equal(log.http_status, null, story);
      assert.ok(!log.response, story);
    });
  }
});

describe('refused when stored', () => {
  for (const text of REFUSED) {
    test(JSON.stringify(text.slice(0, 60)), async () => {
      const res = await post(stack, stack.app1, '/api/pay/create', terms({ notify_url: urlOf(text) }));
      assert.deepEqual([res.status, res.json?.code, res.json?.field], [400, 40001, 'notify_url'], res.text);
    });
  }
});

test('the canary was never reached', () => assert.deepEqual(bird.seen, []));
test('and it works: this very process reaches it', async () => {
  await fetch(`http://127.0.0.1:${bird.port}/`).then((r) => r.text());
  assert.equal(bird.seen.length, 1);
});
test('other orders go on', async () => { await createOpen(stack, stack.app1); await create(stack, stack.app1); });
