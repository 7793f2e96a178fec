// scripts/run and scripts/stop as a person meets them: again, beside another, killed anywhere, in the
// way of others, with things missing. Every state folder and port here is the test's own.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { createServer } from 'node:net';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { ROOT, readEnvFile } from '../lib/env.mjs';
import { freePort, startStack, stopStack, useStack } from '../lib/stack.mjs';

const folders = [];
const folder = () => { const f = mkdtempSync(join(tmpdir(), 'sh-')); folders.push(f); return f; };
after(() => { for (const f of folders) rmSync(f, { recursive: true, force: true }); });

const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('SHROFF_')));
// scripts/test has built already; a tree that somebody edits meanwhile is not built again halfway.
const BUILT = process.env.SHROFF_BUILT ? ['--no-build'] : [];
const script = (name, args, env) => {
  const r = spawnSync(join(ROOT, 'scripts', name), args, { cwd: ROOT, env: { ...clean, ...env }, encoding: 'utf8', timeout: 120_000 });
  return { code: r.status, out: r.stdout + r.stderr };
};
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
async function until(what, look, ms = 40_000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(100)) if (await look()) return;
  assert.fail(`${what} did not happen`);
}
const healthy = async (stack) => { try { return (await fetch(`${stack.base}/healthz`)).status === 200; } catch { return false; } };
const pidOf = (state, name) => Number(readFileSync(join(state, 'run', `${name}.pid`), 'utf8').split(' ')[0]);

// Every living process that has this state folder in its environment or on its command line.
function processesOf(state) {
  return readdirSync('/proc').filter((d) => /^\d+$/.test(d) && Number(d) !== process.pid).filter((pid) => {
    try {
      const text = readFileSync(`/proc/${pid}/environ`, 'utf8') + readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return text.includes(state);
    } catch { return false; }
  });
}
const order = (env, args = []) => {
  const r = spawnSync(join(ROOT, 'examples/create.sh'), args, { env: { ...clean, SHROFF_STATE: env.SHROFF_STATE }, encoding: 'utf8' });
  return r.stdout ? JSON.parse(r.stdout) : {};      // nothing: nobody answered
};

test('--help of each, and what they do not know', () => {
  for (const name of ['run', 'stop', 'test']) {
    const help = script(name, ['--help'], {});
    assert.equal(help.code, 0);
    assert.match(help.out, /Usage: scripts\//);
    assert.equal(script(name, ['--nonsense'], { SHROFF_STATE: '/tmp/sh-nowhere' }).code, 1);
  }
});

describe('refusals: one line and the cure', () => {
  const lines = (r) => r.out.trim().split('\n').filter((l) => l.startsWith('run: '));
  const refused = (env, about) => {
    const r = script('run', ['--detach', ...BUILT], env);
    assert.equal(r.code, 1, r.out);
    assert.equal(lines(r).length, 1, r.out);
    assert.match(lines(r)[0], about);
  };
  test('a path too long for a socket', () => refused({ SHROFF_STATE: `/tmp/${'x'.repeat(100)}` }, /16 bytes too long.*107.*Choose/));
  test('a port that is none', () => {
    for (const port of ['0', '65536', 'http', '80 80', '-1']) refused({ SHROFF_STATE: '/tmp/sh-nowhere', SHROFF_PORT: port }, /SHROFF_PORT=.* is not a port/);
  });
  test('a folder with other files in it', () => {
    const state = folder();
    writeFileSync(join(state, 'thesis.txt'), 'mine');
    refused({ SHROFF_STATE: state }, /thesis.txt.*empty or new/);
    assert.deepEqual(readdirSync(state), ['thesis.txt']);
  });
  test('a taken port', async () => {
    const taken = createServer();
    await new Promise((done) => { taken.listen(0, '127.0.0.1', done); });
    refused({ SHROFF_STATE: folder(), SHROFF_PORT: String(taken.address().port) }, /is taken by another program.*SHROFF_PORT=/);
    taken.close();
  });
  test('a folder that cannot be made', () => refused({ SHROFF_STATE: '/proc/shroff' }, /cannot make .*Choose/));
  test('an address that is none', () => refused({ SHROFF_STATE: '/tmp/sh-nowhere', SHROFF_BIND: 'localhost' }, /SHROFF_BIND=localhost is not an address.*::1/));
  test('a base address with a path', () => refused({ SHROFF_STATE: '/tmp/sh-nowhere', SHROFF_BASE_URL: 'http://x/y' }, /SHROFF_BASE_URL/));
});

test('SHROFF_BIND and SHROFF_PORT: where nginx listens, and the address that people are given', () => {
  const rows = [
    [{}, '127.0.0.1', 'http://127.0.0.1:8080'], [{ SHROFF_PORT: '80' }, '127.0.0.1', 'http://127.0.0.1'], [{ SHROFF_PORT: '8080' }, '127.0.0.1', 'http://127.0.0.1:8080'],
    [{ SHROFF_BIND: '::1' }, '[::1]', 'http://[::1]:8080'], [{ SHROFF_BIND: '[::1]' }, '[::1]', 'http://[::1]:8080'], [{ SHROFF_BIND: '::', SHROFF_PORT: '80' }, '[::]', 'http://[::1]'],
    [{ SHROFF_BIND: '0.0.0.0' }, '0.0.0.0', 'http://127.0.0.1:8080'], [{ SHROFF_BIND: '127.0.0.9', SHROFF_PORT: '8180' }, '127.0.0.9', 'http://127.0.0.9:8180'],
    [{ SHROFF_BIND: '::1', SHROFF_BASE_URL: 'https://pay.example' }, '[::1]', 'https://pay.example'],
  ];
  for (const [env, bind, base] of rows) {
    const r = spawnSync('bash', ['-ec', '. scripts/lib/ui.sh; . scripts/lib/settings.sh; settings_paths; settings_export; echo "$SHROFF_BIND $SHROFF_BASE_URL"'],
      { cwd: ROOT, env: { ...clean, ...env, PROGRAM: 'run' }, encoding: 'utf8' });
    assert.equal(r.stdout.trim(), `${bind} ${base}`, r.stderr);
  }
});

test('what run gives by itself follows the machine', async () => {
  const sizes = (command, ...args) => JSON.parse(spawnSync(command, args, { cwd: ROOT, env: clean, encoding: 'utf8' }).stdout);
  const ctl = 'build/cli/shroffctl', here = sizes(ctl, 'sizes', '--json'), one = sizes('taskset', '-c', '0', ctl, 'sizes', '--json');
  assert.equal(one.cores, 1);
  assert.equal(one.workers, 8);
  const stack = await startStack({ SHROFF_WORKERS_CALLBACK: '3' }, { small: false });
  const workers = (name) => { const pid = pidOf(stack.state, name); return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ').length; };
  assert.deepEqual(['create', 'query', 'metrics', 'callback'].map(workers), [here.workers, here.workers_query, here.workers_metrics, 3]);
  const cnf = readFileSync(join(stack.state, 'run', 'mariadb.cnf'), 'utf8');
  assert.match(cnf, new RegExp(`^innodb_buffer_pool_size = ${here.innodb_buffer_pool_mb}M$`, 'm'));
  assert.match(cnf, /^innodb_log_file_size = \d+M$/m);
  assert.match(cnf, new RegExp(`^max_connections = ${here.max_connections}$`, 'm'));
  const doctor = JSON.parse(spawnSync(ctl, ['doctor', '--json'], { cwd: ROOT, env: { ...clean, SHROFF_STATE: stack.state }, encoding: 'utf8' }).stdout);
  assert.equal(doctor.items.find((i) => i.check === 'sizes').result, 'ok');
  stopStack(stack);
});

test('on ::1 it starts, and an order can be paid there', { skip: !existsSync('/proc/net/if_inet6') && 'no IPv6 here' }, async () => {
  const stack = await startStack({ SHROFF_BIND: '::1' });
  assert.match(stack.base, /^http:\/\/\[::1\]:\d+$/);
  const { data } = order(stack.ownEnv);
  assert.ok(data.pay_url.startsWith(`${stack.base}/mockpay?`), JSON.stringify(data));
  const page = await fetch(data.pay_url);
  assert.equal(page.status, 200);
  const paid = await (await fetch(`${stack.base}/api/pay/mock-callback`, { method: 'POST', headers: { 'Content-Type': 'application/json', Origin: stack.base },
    body: JSON.stringify({ pay_id: data.pay_id, status: 'SUCCESS' }) })).json();
  assert.equal(paid.data?.callback?.status ?? paid.data?.callback?.http ?? 200, 200, JSON.stringify(paid));
  const status = await (await fetch(`${stack.base}/api/pay/status?token=${data.query_token}`)).json();
  assert.equal(status.data.status, 'SUCCESS');
  stopStack(stack);
});

test('stop where nothing runs does nothing, successfully', () => {
  assert.equal(script('stop', [], { SHROFF_STATE: '/tmp/sh-nowhere' }).code, 0);
});

describe('one copy', async () => {
  const port = await freePort();
  const state = folder();
  const env = { SHROFF_STATE: state, SHROFF_PORT: String(port), ...(process.env.SHROFF_BUILD && { SHROFF_BUILD: process.env.SHROFF_BUILD }) };
  const stack = { base: `http://127.0.0.1:${port}` };
  let first;

  test('starts in a half-made folder with stale pid files, and harms no stranger', async () => {
    const stranger = spawn('sleep', ['300']);
    mkdirSync(join(state, 'run'));
    mkdirSync(join(state, 'mysql', 'mysql'), { recursive: true });
    mkdirSync(join(state, 'mysql.new'));
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    writeFileSync(join(state, 'run', 'create.pid'), `${stranger.pid} 1 ${boot}\n`);
    writeFileSync(join(state, 'run', 'nginx.pid'), 'what\n');
    writeFileSync(join(state, 'run', 'supervisor.pid'), `${stranger.pid} 1 another-boot\n`);
    const r = script('run', ['--detach', ...BUILT], env);
    assert.equal(r.code, 0, r.out);
    assert.equal(stranger.exitCode, null);
    stranger.kill();
    for (const word of [`http://127.0.0.1:${port}/shop/`, '/mockpay?pay_id=', 'examples/create.sh', './scripts/stop']) assert.ok(r.out.includes(word), word);
    assert.ok(await healthy(stack));
    first = readEnvFile(join(state, 'demo.env'));
  });

  test('is private', () => {
    assert.equal(statSync(state).mode & 0o777, 0o700);
    for (const file of ['demo.env', 'shop.env', ...readdirSync(join(state, 'secrets')).map((f) => `secrets/${f}`)]) {
      assert.equal(statSync(join(state, file)).mode & 0o777, 0o600, file);
    }
    for (const file of readdirSync(join(state, 'run')).filter((f) => f.endsWith('.sock'))) {
      assert.equal(statSync(join(state, 'run', file)).mode & 0o777, 0o660, file);
    }
  });

  test('no secret is on a command line', () => {
    const secrets = [...readdirSync(join(state, 'secrets')).map((f) => readFileSync(join(state, 'secrets', f), 'utf8').trim()),
      ...Object.entries(first).filter(([k]) => /SECRET|PASSWORD/.test(k)).map(([, v]) => v)];
    for (const pid of processesOf(state)) {
      const line = (() => { try { return readFileSync(`/proc/${pid}/cmdline`, 'utf8'); } catch { return ''; } })();
      for (const s of secrets) assert.ok(!line.includes(s), line);
    }
  });

  test('run again: says so, and goes on', () => {
    const r = script('run', ['--detach', ...BUILT], env);
    assert.equal(r.code, 0);
    assert.match(r.out, /is running already/);
    const moved = script('run', ['--detach', ...BUILT], { ...env, SHROFF_SANDBOX_PORT: String(port + 7), SHROFF_SANDBOX_URL: 'http://elsewhere.example' });
    assert.equal(moved.code, 0);
    assert.doesNotMatch(moved.out, /elsewhere/, 'the address is the recorded one');
    assert.ok(moved.out.includes(`played Alipay, WeChat Pay  ${r.out.match(/WeChat Pay +(\S+)/)[1]}`), moved.out);
    const other = script('run', ['--detach', ...BUILT], { ...env, SHROFF_PORT: String(port + 2) });
    assert.equal(other.code, 1);
    assert.match(other.out, /in use by a copy on port/);
  });

  test('two stand side by side, and do not know each other', async () => {
    const second = await startStack();
    try {
      const mine = order(first);
      assert.equal(mine.code, 0);
      const theirs = order(second.env, ['--merchant-order-id', mine.data.merchant_order_id, '--price', '5']);
      assert.equal(theirs.code, 0, 'the number is free there');
    } finally { stopStack(second); }
    assert.ok(await healthy(stack), 'the first still answers');
    assert.deepEqual(processesOf(second.state), []);
  });

  test('what dies is started again', async () => {
    for (const name of ['create', 'metrics', 'nginx', 'scheduler', 'mariadb']) process.kill(pidOf(state, name), 'SIGKILL');
    await sleep(300);
    // Each worker may still find its connection dead once, and say so (50300).
    let well = 0;
    await until('recovery', async () => {
      well = await healthy(stack) && order(first).code === 0 ? well + 1 : 0;
      return well === 8;
    });
    await until('a scheduler', () => readdirSync(join(state, 'run')).some((f) => f.startsWith('job.')));
  });

  test('the data stay; a lost demo.env is made anew, and the old secrets are refused', async () => {
    const kept = order(first, ['--merchant-order-id', 'KEPT-1', '--price', '77']).data.order_no;
    assert.equal(script('stop', [], env).code, 0);
    rmSync(join(state, 'demo.env'));
    assert.equal(script('run', ['--detach', ...BUILT], env).code, 0);
    const now = readEnvFile(join(state, 'demo.env'));
    assert.equal(now.SHROFF_APP_KEY, first.SHROFF_APP_KEY);
    assert.notEqual(now.SHROFF_APP_SECRET, first.SHROFF_APP_SECRET);
    assert.equal(order(now, ['--merchant-order-id', 'KEPT-1', '--price', '77']).data.order_no, kept);
    const old = join(folder(), 'old.env');
    writeFileSync(old, Object.entries(first).map(([k, v]) => `${k}='${v}'\n`).join(''));
    assert.equal(order(first, ['--env', old]).code, 40101);
    first = now;
  });

  test('each account can do its own work only', async () => {
    const open = (role, database) => mysql.createConnection({ socketPath: join(state, 'run/mariadb.sock'), user: `shroff_${role}`,
      password: readFileSync(join(state, 'secrets', `${role}.password`), 'utf8').trim(), database });
    const refused = [
      ['web', 'shroff', 'DELETE FROM pay_order'], ['web', 'shroff', 'UPDATE pay_order SET price = 1'], ['web', 'shroff', 'UPDATE callback_log SET body = 1'],
      ['web', 'shroff', 'DELETE FROM callback_log'], ['web', 'shroff', 'INSERT INTO status_log SELECT * FROM status_log'], ['web', 'shroff', 'CREATE TABLE x (a INT)'],
      ['web', 'shroff', 'UPDATE pay_app SET status = 1'], ['web', 'shroff', 'DELETE FROM api_nonce'], ['web', 'shroff', 'SELECT * FROM admin_log'], ['web', 'sandbox', 'SELECT 1'],
      ['runner', 'shroff', 'UPDATE pay_order SET status = 10'], ['runner', 'shroff', 'SELECT * FROM pay_channel'], ['runner', 'shroff', 'DELETE FROM notify_log'],
      ['audit', 'shroff', 'UPDATE pay_order SET version = 1'], ['audit', 'shroff', 'SELECT webhook_secret_sealed FROM pay_app'], ['audit', 'shroff', 'INSERT INTO pay_alert (kind) VALUES (1)'],
      ['ctl', 'shroff', 'UPDATE pay_order SET price = 1'], ['ctl', 'shroff', 'DELETE FROM admin_log'], ['ctl', 'shroff', 'UPDATE admin_log SET who = 1'],
      ['reader', 'shroff', 'SELECT secret_sealed FROM pay_app_key'], ['reader', 'shroff', 'SELECT webhook_secret_sealed FROM pay_app'],
      ['reader', 'shroff', 'SELECT config_sealed FROM pay_channel'], ['reader', 'shroff', 'UPDATE pay_alert SET times = 1'],
      ['sandbox', 'shroff', 'SELECT 1'], ['sandbox', 'shop', 'SELECT 1'], ['shop', 'shroff', 'SELECT 1'], ['shop', 'sandbox', 'SELECT 1'],
    ];
    for (const [role, database, sql] of refused) {
      await assert.rejects(async () => {
        const c = await open(role, database);
        try { await c.query(sql); } finally { await c.end(); }
      }, (e) => [1044, 1142, 1143].includes(e.errno) || assert.fail(`${role}: ${sql}: ${e.message}`));
    }
    const reader = await open('reader', 'shroff');
    const [tables] = await reader.query("SELECT DISTINCT TABLE_NAME AS name FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = 'shroff'");
    for (const need of ['pay_app', 'pay_order', 'notify_task', 'status_log', 'admin_log', 'schema_migration']) assert.ok(tables.some((t) => t.name === need), need);
    await reader.end();
  });

  test('a killed supervisor: stop still stops all of it, and only that', async () => {
    process.kill(pidOf(state, 'supervisor'), 'SIGKILL');
    process.kill(pidOf(state, 'query'), 'SIGKILL');
    const r = script('stop', [], env);
    assert.equal(r.code, 0, r.out);
    await until('the end', () => processesOf(state).length === 0);
    assert.ok(await healthy(await useStack()), 'the shared stack of these tests goes on');
    assert.match(script('stop', [], env).out, /Nothing was running/);
  });

  test('in front: Ctrl-C stops everything it started', async () => {
    const child = spawn(join(ROOT, 'scripts/run'), ['--no-build'], { cwd: ROOT, env: { ...clean, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    child.stdout.on('data', (d) => { out += d; });
    await until('ready', () => out.includes('Shroff is ready'), 60_000);
    assert.ok(await healthy(stack));
    child.kill('SIGINT');
    const code = await new Promise((done) => { child.on('exit', done); });
    assert.equal(code, 0, out);
    assert.deepEqual(processesOf(state), []);
  });

  test('the master key gone: refused, before anything is sealed under another', () => {
    const key = join(state, 'secrets/master.key');
    const text = readFileSync(key);
    rmSync(key);
    const r = script('run', ['--detach', ...BUILT], env);
    assert.equal(r.code, 1);
    assert.match(r.out, /master.key is gone.*Put it back/);
    assert.ok(!existsSync(key));
    writeFileSync(key, text, { mode: 0o600 });
  });
});

describe('the scheduler reads crontab rules as cron does', () => {
  const functions = readFileSync(join(ROOT, 'scripts/lib/scheduler'), 'utf8')
    .match(/^field_holds\(\)[^]*?^}$|^rule_due\(\)[^]*?^}$|^weekday_holds\(\).*$/gm).join('\n');
  // minute hour day month weekday
  const cases = [
    ['* * * * *', '0 0 1 1 0', true], ['*/5 * * * *', '10 0 1 1 0', true], ['*/5 * * * *', '11 0 1 1 0', false],
    ['1-10/3 * * * *', '7 0 1 1 0', true], ['1-10/3 * * * *', '9 0 1 1 0', false], ['08 09 * * *', '8 9 1 1 0', true],
    ['0 0 13 * 5', '0 0 13 3 2', true], ['0 0 13 * 5', '0 0 14 3 5', true], ['0 0 13 * 5', '0 0 14 3 4', false],
    ['0 0 * * 7', '0 0 14 3 0', true], ['0 0 * * 1-5', '0 0 14 3 0', false], ['0 0 13 * *', '0 0 14 3 5', false],
    ['5,35 */2 * 1-3 *', '35 4 9 2 3', true], ['5,35 */2 * 1-3 *', '35 5 9 2 3', false], ['10/20 * * * *', '30 1 3 1 1', true],
  ];
  test('a table of rules', () => {
    for (const [rule, when, due] of cases) {
      const r = spawnSync('bash', ['-c', `${functions}\nrule_due "$1" $2`, 'bash', rule, when]);
      assert.equal(r.status === 0, due, `${rule} at ${when}: ${r.stderr}`);
    }
  });
});
