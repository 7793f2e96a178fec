// notify_runner and purge as programs: arguments, exit codes, what they print, partitions, nonces.
import { after, before, beforeEach, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Bench, until } from './lib/bench.mjs';
import { receiver } from './lib/receiver.mjs';
import { buildPath } from '../lib/env.mjs';

let bench, app;
before(async () => { bench = await Bench.start(); app = await bench.app(); });
after(() => bench?.stop());
beforeEach(() => bench.rows('DELETE FROM notify_task'));

const SUMMARY = ['sent', 'acknowledged', 'failed', 'given_up', 'parked', 'runner_lost', 'lease_lost', 'handed_back'];

test('one JSON line per run, nothing else on standard output', async () => {
  const { code, lines, summary, stderr } = await bench.run('notify_runner', ['--once']);
  assert.deepEqual([code, lines.length, stderr], [0, 1, '']);
  assert.equal(summary.program, 'notify_runner');
  assert.equal(summary.result, 'done');
  for (const name of SUMMARY) assert.equal(summary[name], 0, name);
});

test('--help says what it takes, arguments it does not know are 64', async () => {
  for (const program of ['notify_runner', 'purge']) {
    const help = await bench.run(program, ['--help']);
    assert.equal(help.code, 0);
    assert.match(help.lines.join('\n'), /usage: .*--for SECONDS.*--dry-run[\s\S]*SHROFF_STATE/);
    for (const args of [['--wat'], ['--for'], ['--for', 'x'], ['--for', '-1'], ['--for', '99999999'], ['once']]) {
      const run = await bench.run(program, args);
      assert.equal(run.code, 64, args.join(' '));
      assert.match(run.stderr, /--help/);
    }
  }
  assert.equal((await bench.run('purge', ['--once'])).code, 64);
});

test('bad settings stop the start with 78 and one line', async () => {
  const key = join(bench.state, 'open.key');
  writeFileSync(key, `1:${bench.masterKey.toString('base64')}\n`);
  chmodSync(key, 0o644);
  for (const extra of [{ SHROFF_KEEP_DAYS: '0' }, { SHROFF_MODE: 'maybe' }, { SHROFF_MASTER_KEY_FILE: '/nowhere' }, { SHROFF_MASTER_KEY_FILE: key },
    { SHROFF_RUNNER_DB_PASSWORD_FILE: '/nowhere' }, { SHROFF_NOTIFY_ALLOW_NETS: '10.0.0.0/40' }]) {
    const run = await bench.run('notify_runner', ['--once'], extra);
    assert.equal(run.code, 78, JSON.stringify(extra) + run.stderr);
    assert.ok(run.stderr.trim());
  }
});

test('--dry-run lists what is due and changes nothing', async () => {
  const merchant = await receiver();
  const nos = await bench.tasks(app, { url: merchant.url, n: 3 });
  await bench.tasks(app, { url: merchant.url, ago: -60 });
  const before = await bench.rows('SELECT * FROM notify_task ORDER BY id');
  const run = await bench.run('notify_runner', ['--dry-run']);
  assert.equal(run.code, 0);
  assert.equal(run.summary.due, 3);
  for (const no of nos) assert.ok(run.lines.some((l) => l.startsWith(no) && l.includes(merchant.url)));
  assert.deepEqual(await bench.rows('SELECT * FROM notify_task ORDER BY id'), before);
  assert.equal(merchant.hits.length, 0);
  await merchant.close();
});

test('--once sends what is due, all of it, and ends; --for bounds a run', async () => {
  const merchant = await receiver(undefined, { keep: false });
  await bench.tasks(app, { url: merchant.url, n: 500 });
  await bench.tasks(app, { url: merchant.url, n: 5, ago: -600 });
  const { summary } = await bench.run('notify_runner', ['--once']);
  assert.deepEqual([summary.acknowledged, merchant.byId.size], [500, 500]);
  const begun = Date.now();
  assert.equal((await bench.run('notify_runner', ['--for', '2'])).code, 0);
  const ms = Date.now() - begun;
  assert.ok(ms >= 1900 && ms < 5000, `${ms} ms`);
  await merchant.close();
});

test('on a terminal: progress and a summary for people', async (t) => {
  if (spawnSync('script', ['--version']).status !== 0) return t.skip('no script(1)');
  const merchant = await receiver();
  await bench.tasks(app, { url: merchant.url, n: 3 });
  const { spawn } = await import('node:child_process');
  const child = spawn('script', ['-qec', `${buildPath('cron', 'notify_runner')} --once`, '/dev/null'], { env: bench.env(), stdio: ['ignore', 'pipe', 'ignore'] });
  let out = '';
  child.stdout.on('data', (d) => { out += d; });
  await new Promise((done) => { child.on('close', done); });
  assert.match(out, /notify_runner: done in \d+\.\d s: 3 sent, 3 acknowledged/);
  assert.doesNotMatch(out, /\{"/);
  await merchant.close();
});

test('SIGTERM and SIGINT end it in good order, at once when idle', async () => {
  for (const signal of ['SIGTERM', 'SIGINT']) {
    const runner = bench.program('notify_runner', []);
    await until('its connection', async () => Number(await bench.value("SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE USER = 'shroff_runner'")) > 0);
    const begun = Date.now();
    runner.kill(signal);
    const { code, summary } = await runner.done;
    assert.deepEqual([code, summary?.result], [0, 'done']);
    assert.ok(Date.now() - begun < 2000);
  }
});

test('a machine whose clock is off does not start', async (t) => {
  const lib = ['/usr/lib/x86_64-linux-gnu/faketime/libfaketime.so.1', '/usr/lib/aarch64-linux-gnu/faketime/libfaketime.so.1']
    .find((f) => spawnSync('test', ['-e', f]).status === 0);
  if (!lib) return t.skip('no libfaketime');
  for (const [off, code] of [['+90s', 78], ['-90s', 78], ['+30s', 0]]) {
    const run = await bench.run('notify_runner', ['--once'], { LD_PRELOAD: lib, FAKETIME: off });
    assert.equal(run.code, code, run.stderr);
    if (code) assert.match(run.stderr, /clock is -?(89|90) s off/);
  }
});

const partitions = (table) => bench.rows("SELECT PARTITION_NAME AS name FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = 'shroff' AND TABLE_NAME = ?"
  + ' ORDER BY PARTITION_ORDINAL_POSITION', [table]).then((rows) => rows.map((r) => r.name));
const LOGS = ['notify_log', 'callback_log', 'status_log'];

function months(count) {
  const now = new Date();
  return Array.from({ length: count }, (_, i) => {
    const d = new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + i, 1));
    return `p${d.getUTCFullYear()}${String(d.getUTCMonth() + 1).padStart(2, '0')}`;
  });
}

test('purge cuts this month and the next two, from two machines at once, rows and all', async () => {
  await bench.rows("INSERT INTO status_log (kind, data_id, from_status, to_status, create_time) VALUES ('order', 1, 0, 10, UTC_TIMESTAMP(3)), ('order', 2, 0, 10, '2036-01-01')");
  const dry = await bench.run('purge', ['--dry-run']);
  assert.equal(dry.code, 0);
  assert.match(dry.lines.join('\n'), /notify_log: adds p\d{6} p\d{6} p\d{6}/);
  assert.deepEqual(await partitions('notify_log'), ['pmax']);
  const runs = await Promise.all([1, 2].map(() => bench.run('purge')));
  assert.deepEqual(runs.map((r) => r.code), [0, 0], runs.map((r) => r.stderr).join());
  for (const table of LOGS) assert.deepEqual(await partitions(table), [...months(3), 'pmax']);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM status_log')), 2);
  const again = await bench.run('purge');
  assert.deepEqual([again.summary.partitions_added, again.summary.partitions_dropped], [0, 0]);
});

test('purge drops what is wholly older than SHROFF_KEEP_DAYS and no more', async () => {
  for (const table of LOGS) {
    const [first] = await partitions(table);
    await bench.rows(`ALTER TABLE ${table} REORGANIZE PARTITION ${first} INTO (PARTITION p201901 VALUES LESS THAN ('2019-02-01'), PARTITION p202001 VALUES LESS THAN ('2020-02-01'),`
      + ` PARTITION ${first} VALUES LESS THAN (${await bench.value('SELECT PARTITION_DESCRIPTION FROM information_schema.PARTITIONS WHERE TABLE_SCHEMA = ? AND TABLE_NAME = ? AND PARTITION_NAME = ?', ['shroff', table, first])}))`);
  }
  await bench.rows("INSERT INTO callback_log (headers, body, verdict, create_time) VALUES ('{}', 'x', 'ACCEPTED', '2019-01-15'), ('{}', 'x', 'ACCEPTED', '2020-01-15')");
  const days = Math.floor((Date.now() - Date.UTC(2020, 0, 31)) / 86_400_000);
  await bench.run('purge', ['--dry-run'], { SHROFF_KEEP_DAYS: '30' });
  assert.ok((await partitions('callback_log')).includes('p201901'));
  assert.equal((await bench.run('purge', [], { SHROFF_KEEP_DAYS: String(days) })).summary.partitions_dropped, 3);
  assert.deepEqual((await partitions('callback_log')).slice(0, 2), ['p202001', months(1)[0]]);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM callback_log')), 1);
  assert.equal((await bench.run('purge', [], { SHROFF_KEEP_DAYS: '30' })).summary.partitions_dropped, 3);
  assert.deepEqual(await partitions('callback_log'), [...months(3), 'pmax']);
});

test('purge deletes nonces past 900 s and leaves the others', async () => {
  await bench.rows("INSERT INTO api_nonce (app_id, nonce, create_time) SELECT 1, CONCAT('old-', seq), UTC_TIMESTAMP(3) - INTERVAL 901 SECOND FROM seq_1_to_1700");
  await bench.rows("INSERT INTO api_nonce (app_id, nonce, create_time) SELECT 1, CONCAT('new-', seq), UTC_TIMESTAMP(3) - INTERVAL 890 SECOND FROM seq_1_to_300");
  assert.equal((await bench.run('purge', ['--dry-run'])).code, 0);
  assert.equal(Number(await bench.value('SELECT COUNT(*) FROM api_nonce')), 2000);
  const runs = await Promise.all([1, 2].map(() => bench.run('purge')));
  assert.deepEqual(runs.map((r) => r.code), [0, 0]);
  assert.deepEqual(await bench.rows('SELECT COUNT(*) AS n, MIN(nonce) AS least FROM api_nonce'), [{ n: 300, least: 'new-1' }]);
});

test('purge goes on with the other kinds when one of them fails', async () => {
  await bench.rows("CREATE TRIGGER nonces_stay BEFORE DELETE ON api_nonce FOR EACH ROW SIGNAL SQLSTATE '45000'");
  try {
    await bench.rows("INSERT INTO api_nonce (app_id, nonce, create_time) VALUES (1, 'stays', UTC_TIMESTAMP(3) - INTERVAL 901 SECOND)");
    await bench.rows("INSERT INTO notify_endpoint (app_id, scheme, host, port, update_time) VALUES (1, 'http', 'gone.example', 80, UTC_TIMESTAMP(3) - INTERVAL 31 DAY)");
    assert.notEqual((await bench.run('purge')).code, 0);
    assert.equal(Number(await bench.value("SELECT COUNT(*) FROM notify_endpoint WHERE host = 'gone.example'")), 0);
  } finally { await bench.rows('DROP TRIGGER nonces_stay'); }
});

test('purge does not wait for ever for a table that another session reads', { timeout: 60_000 }, async () => {
  const link = await bench.pool.getConnection();
  await link.query('BEGIN; SELECT COUNT(*) FROM status_log');
  await bench.rows("ALTER TABLE notify_log DROP PARTITION " + months(3)[2]);
  const first = (await partitions('status_log'))[2];
  const alter = bench.rows('SELECT 1');
  await alter;
  const run = await bench.run('purge');
  assert.equal(run.code, 0, 'nothing to do for the table that is held');
  await link.query('ROLLBACK');
  link.release();
  assert.ok((await partitions('notify_log')).includes(months(3)[2]));
  assert.ok(first);
});
