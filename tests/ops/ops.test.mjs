// What an operator gets: an installation, units that are shut in, man pages, completion, alert rules,
// and a backup that was really restored.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, buildPath } from '../lib/env.mjs';
import { startProduction } from '../lib/production.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { readerDb, rootDb } from '../lib/db.mjs';
import { ctl, ctlOk } from '../lib/ctl.mjs';
import { newNo, post, query, request } from '../lib/client.mjs';
import { newLedger, oracles, payOne, sink } from '../fault/lib.mjs';

const dir = mkdtempSync(join(tmpdir(), 'sh-ops-'));
after(() => rmSync(dir, { recursive: true, force: true }));
const sh = (command, args, opts = {}) => spawnSync(command, args, { cwd: ROOT, encoding: 'utf8', ...opts });

describe('make install', () => {
  const at = (p) => join(dir, 'usr', p);
  before(() => {
    const r = sh('make', ['-s', 'install', `DESTDIR=${dir}`, 'PREFIX=/usr']);
    assert.equal(r.status, 0, r.stdout + r.stderr);
  });

  test('puts everything under DESTDIR and PREFIX, and nothing of the test mode', () => {
    for (const f of ['bin/shroffctl', 'bin/shroff-backup', 'lib/shroff/cgi-bin/create', 'lib/shroff/cron/notify_runner',
      'share/shroff/schema/0001_tables.sql', 'share/shroff/schema/accounts.sql', 'share/shroff/shroff.crontab',
      'share/man/man1/shroffctl.1', 'lib/systemd/system/shroff@.service', 'lib/tmpfiles.d/shroff.conf',
      'share/bash-completion/completions/shroffctl']) {
      assert.ok(existsSync(at(f)), f);
    }
    assert.deepEqual(readdirSync(at('lib/shroff/cgi-bin')).sort(), ['callback', 'cashier', 'close', 'create', 'metrics', 'query', 'refund', 'transfer', 'wallet']);
    assert.ok(!readdirSync(at('lib/shroff/cron')).includes('sandbox_runner'));
    assert.doesNotMatch(readFileSync(at('lib/systemd/system/shroff@.service'), 'utf8'), /@LIBDIR@/);
  });

  test('what was installed runs', () => {
    const r = sh(at('bin/shroffctl'), ['--help']);
    assert.equal(r.status, 0);
    assert.match(r.stdout, /shroffctl app create/);
    assert.match(sh(at('lib/shroff/cgi-bin/create'), ['--help']).stdout, /POST\s+\/payments/);
  });

  test('programs are hardened: PIE, full RELRO, no executable stack, stack protector', () => {
    for (const f of ['bin/shroffctl', 'lib/shroff/cgi-bin/create', 'lib/shroff/cgi-bin/callback', 'lib/shroff/cron/notify_runner']) {
      const head = sh('readelf', ['-W', '-h', '-l', '-d', at(f)]).stdout;
      assert.match(head, /Type:\s+DYN/, `${f}: PIE`);
      assert.match(head, /GNU_RELRO/, `${f}: RELRO`);
      assert.match(head, /BIND_NOW|FLAGS_1.*NOW/, `${f}: BIND_NOW`);
      assert.doesNotMatch(head, /GNU_STACK.*RWE/, `${f}: stack`);
      const names = sh('nm', ['-D', at(f)]).stdout;
      assert.match(names, /__stack_chk_fail/, `${f}: stack protector`);
      assert.doesNotMatch(names, / U (system|popen|strcpy|sprintf|gets)(@|$)/m, `${f}: banned calls`);
      assert.doesNotMatch(names, /fault_point/, `${f}: fault points are for the test build`);
    }
  });

  test('units: exposure at most 1.0 for the web programs, 1.5 for the runner', { skip: sh('systemd-analyze', ['--version']).error && 'no systemd here' }, () => {
    const score = (unit) => {
      const r = sh('systemd-analyze', ['security', '--offline=true', at(`lib/systemd/system/${unit}`)]);
      const found = /exposure level for \S+: ([\d.]+)/.exec(r.stdout);
      assert.ok(found, r.stdout + r.stderr);
      return Number(found[1]);
    };
    assert.ok(score('shroff@.service') <= 1.0);
    assert.ok(score('shroff-notify.service') <= 1.5);
    assert.ok(score('shroff-purge.service') <= 1.0);
    assert.ok(score('shroff-audit.service') <= 1.0);
  });

  test('units: each is handed the password of its own role, and sees no other', () => {
    const unit = (name) => readFileSync(at(`lib/systemd/system/${name}`), 'utf8');
    for (const [name, role] of [['shroff@.service', 'web'], ['shroff-notify.service', 'runner'], ['shroff-job@.service', 'web'], ['shroff-purge.service', 'migrate'], ['shroff-audit.service', 'audit']]) {
      assert.deepEqual(unit(name).match(/^LoadCredential=.*$/gm), [`LoadCredential=${role}.password:/etc/shroff/secrets/${role}.password`], name);
      assert.match(unit(name), /^InaccessiblePaths=-\/etc\/shroff\/secrets$/m, name);
      assert.match(unit(name), /^PrivateUsers=yes$/m, `${name}: units of one user cannot look into each other through /proc`);
    }
    const verify = sh('systemd-analyze', ['verify', at('lib/systemd/system/shroff-purge.timer')]);
    assert.ok(verify.error || !/shroff-purge.timer.*(Unknown|Failed)/.test(verify.stderr), verify.stderr);
  });

  test('a program takes its password from the folder systemd gives it, and no other role\'s', () => {
    const given = join(dir, 'credentials');
    mkdirSync(given);
    writeFileSync(join(given, 'ctl.password'), 'x'.repeat(40));
    const env = { PATH: process.env.PATH, CREDENTIALS_DIRECTORY: given, SHROFF_STATE: dir, SHROFF_DB_SOCKET: '/nowhere.sock' };
    const own = sh(at('bin/shroffctl'), ['app', 'list'], { env });
    assert.equal(own.status, 1, own.stderr);
    const other = sh(at('bin/shroffctl'), ['migrate'], { env: { ...env, SHROFF_SCHEMA_DIR: at('share/shroff/schema') } });
    assert.equal(other.status, 78, other.stderr);
    assert.match(other.stderr, /migrate\.password/);
  });
});

describe('what is written for people', () => {
  test('man pages are clean; their lists are what the programs print', () => {
    for (const f of readdirSync(join(ROOT, 'docs/man'))) {
      const r = sh('mandoc', ['-T', 'lint', '-W', 'warning', join('docs/man', f)]);
      assert.equal(r.status, 0, r.stdout + r.stderr);
    }
    // Their lists of commands, options and settings are the programs' own.
    const same = sh('scripts/man', ['--check']);
    assert.equal(same.status, 0, same.stdout + same.stderr);
  });

  const manPage = (name) => readFileSync(join(ROOT, 'docs/man', name), 'utf8');
  const sources = (...folders) => folders.flatMap((d) => readdirSync(join(ROOT, d), { recursive: true }).map((f) => join(ROOT, d, String(f))))
    .filter((f) => f.endsWith('.c')).map((f) => readFileSync(f, 'utf8')).join('');

  test('shroffctl(1): what is said of a command beside the list is said of one that exists', () => {
    const help = sh(buildPath('cli', 'shroffctl'), ['--help']).stdout;
    const commands = new Set([...help.matchAll(/^ {2}shroffctl (\w+(?: [a-z-]+)?)/gm)].map(([, c]) => c));
    const [list, more] = manPage('shroffctl.1').split('More about some of them:');
    const named = (text) => [...text.matchAll(/^\.It Cm ([a-z -]+?)(?: Ar .*)?$/gm)].map(([, c]) => c);
    assert.deepEqual(named(list).sort(), [...commands].sort());
    for (const c of named(more)) assert.ok(commands.has(c), c);
    assert.ok(named(more).length > 5);
  });

  test('shroff(5) has every setting that a program reads from its environment', () => {
    const page = manPage('shroff.5');
    const read = [...sources('common', 'cli', 'cron', 'cgi-bin', 'sandbox').matchAll(/getenv\("(SHROFF_\w+)"\)/g)].map(([, n]) => n);
    assert.ok(read.includes('SHROFF_SCHEMA_DIR'));
    for (const name of read) if (name !== 'SHROFF_FAULT_FILE') assert.match(page, new RegExp(`^\\.It Ev ${name}$`, 'm'), name);
  });

  test('every program and its options have a page', () => {
    for (const f of readdirSync(join(ROOT, 'cron')).filter((n) => n.endsWith('.c'))) {
      const name = f.slice(0, -2), text = manPage(`${name}.8`);
      for (const part of ['synopsis', 'job']) assert.ok(text.includes(`.\\" begin ${part} ${name}\n`), `${name}: ${part}`);
    }
    assert.ok(manPage('shroff-backup.8').includes('.\\" begin usage backup\n'));
    for (const part of ['names', 'programs']) assert.ok(manPage('shroff.8').includes(`.\\" begin ${part}\n`), part);
    for (const part of ['commands', 'options']) assert.ok(manPage('shroffctl.1').includes(`.\\" begin ${part}\n`), part);
  });

  test('completion offers commands, verbs and options', () => {
    const complete = (...words) => execFileSync('bash', ['-c',
      `. scripts/completion/shroffctl.bash; shroffctl() { "${buildPath('cli', 'shroffctl')}" "$@"; }
       COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _shroffctl; printf '%s\\n' "\${COMPREPLY[@]}"`, 'bash', ...words],
    { cwd: ROOT, encoding: 'utf8' }).split('\n');
    assert.ok(complete('shroffctl', 'al').includes('alerts'));
    assert.ok(complete('shroffctl', 'app', 'ro').includes('rotate'));
    assert.ok(complete('shroffctl', 'key', 'create', '--sc').includes('--scopes'));
  });

  test('alert rules name metrics that exist', () => {
    const rules = readFileSync(join(ROOT, 'docs/prometheus-alerts.yml'), 'utf8');
    const source = readdirSync(join(ROOT, 'common'), { recursive: true }).map(String).filter((f) => f.endsWith('.c'))
      .map((f) => readFileSync(join(ROOT, 'common', f), 'utf8')).join('')
      + readFileSync(join(ROOT, 'cgi-bin/metrics.c'), 'utf8');
    for (const [name] of rules.matchAll(/shroff_[a-z_]+/g)) {
      assert.ok(source.includes(name.replace(/_bucket$/, '')), `${name} is in no program`);
    }
  });
});

describe('backup and a restore drill', () => {
  let stack, db, root, heard;
  const ledger = newLedger();
  const file = join(dir, 'backup.gz');
  before(async () => {
    stack = await startStack();
    db = readerDb(stack);
    root = rootDb(stack, null);
    heard = await sink(5);
    for (let i = 0; i < 5; i++) await payOne(stack, stack.app1, ledger, heard.url);
    await oracles(stack, db, ledger, heard);
  });
  after(async () => {
    await db?.close();
    await root?.close();
    heard?.close();
    if (stack) stopStack(stack);
  });
  const backup = (...args) => sh('scripts/backup', args, { env: { PATH: process.env.PATH, SHROFF_STATE: stack.state } });

  test('a backup is whole, private, and holds no secret in the clear', () => {
    const r = backup(file);
    assert.equal(r.status, 0, r.stdout + r.stderr);
    assert.equal(statSync(file).mode & 0o077, 0);
    const text = execFileSync('gzip', ['-dc', file], { encoding: 'utf8', maxBuffer: 1 << 28 });
    for (const secret of [stack.app1.secret, stack.app1.webhookSecret ?? stack.env.SHROFF_WEBHOOK_SECRET, stack.app1.channelSecret]) {
      assert.ok(!text.includes(secret), 'a secret stands in the dump');
    }
  });

  test('half a backup and a full database are refused', () => {
    const half = join(dir, 'half.gz');
    writeFileSync(half, readFileSync(file));
    truncateSync(half, Math.floor(statSync(file).size / 2));
    assert.notEqual(backup('--restore', half).status, 0);
    const r = backup('--restore', file);
    assert.notEqual(r.status, 0);
    assert.match(r.stderr, /not empty/);
  });

  test('the audit under cron: log lines, figures for /metrics and doctor; what it finds, too; an account that may only read', async () => {
    const line = readFileSync(join(ROOT, 'cron/shroff.crontab'), 'utf8').split('\n').find((l) => l.includes('audit --watch'));
    const command = /^\S+ +\S+ +\S+ +\S+ +\S+ +shroff +(.*)$/.exec(line)[1];
    const log = join(stack.state, 'log', 'audit.log');
    const fired = () => sh('/bin/sh', ['-c', command], { env: { PATH: process.env.PATH, SHROFF_HOME: buildPath('.'), SHROFF_ENV: join(stack.state, 'run', 'shroff.env'), SHROFF_LOG_DIR: join(stack.state, 'log') } });
    const figures = async () => Object.fromEntries((await request(stack, { path: '/metrics' })).text.split('\n').filter((l) => l.startsWith('shroff_audit_'))
      .map((l) => [l.slice(0, l.lastIndexOf(' ')), Number(l.slice(l.lastIndexOf(' ') + 1))]));
    const doctor = async () => (await ctl(stack, ['doctor', '--json'])).json.items.find((i) => i.check === 'audit');
    // `run` starts it at minute 17.
    if (!('shroff_audit_end_seconds' in await figures())) {
      assert.deepEqual([(await doctor()).result, /not yet/.test((await doctor()).text)], ['ok', true], 'none can have run');
      await root.rows('UPDATE shroff.schema_migration SET apply_time = apply_time - INTERVAL 2 HOUR');
      assert.equal((await doctor()).result, 'warn');
    }
    assert.equal(fired().status, 0);
    let now = await figures();
    assert.ok(Math.abs(now.shroff_audit_end_seconds - Date.now() / 1000) < 20 && now.shroff_audit_duration_seconds < 60, JSON.stringify(now));
    assert.equal(now['shroff_audit_violations{proof="paid-once"}'], 0);
    assert.ok(Object.keys(now).length > 20, 'a figure for each proof');
    assert.equal((await doctor()).result, 'ok');
    const [no] = ledger.paid.keys();
    await root.rows('UPDATE shroff.notify_task SET notify_times = notify_times + 1 WHERE data_id = (SELECT id FROM shroff.pay_order WHERE no = ?)', [no]);
    assert.equal(fired().status, 1);
    now = await figures();
    assert.equal(now['shroff_audit_violations{proof="tries-logged"}'], 1);
    const found = await doctor();
    assert.deepEqual([found.result, /shroffctl audit/.test(found.text)], ['FAIL', true], JSON.stringify(found));
    const said = readFileSync(log, 'utf8').trim().split('\n').slice(-3).map((l) => JSON.parse(l));
    assert.deepEqual(said.map((l) => [l.event, l.program, l.proof]), [['audit.end', 'audit', undefined], ['audit.violation', 'audit', 'tries-logged'], ['audit.end', 'audit', undefined]]);
    await root.rows('UPDATE shroff.notify_task SET notify_times = notify_times - 1 WHERE data_id = (SELECT id FROM shroff.pay_order WHERE no = ?)', [no]);
    assert.equal(fired().status, 0);
    assert.equal((await figures())['shroff_audit_violations{proof="tries-logged"}'], 0);
    // A database that does not answer leaves the figures of the last complete run.
    const before = (await figures()).shroff_audit_end_seconds;
    const lost = sh(buildPath('cli', 'shroffctl'), ['audit', '--watch'], { env: { PATH: process.env.PATH, ...stack.env, SHROFF_STATE: stack.state, SHROFF_DB_SOCKET: '/nowhere.sock' } });
    assert.equal(lost.status, 75, lost.stdout + lost.stderr);
    assert.equal((await figures()).shroff_audit_end_seconds, before);
    const rights = (await root.rows("SHOW GRANTS FOR 'shroff_audit'@'localhost'")).map((r) => Object.values(r)[0]);
    for (const grant of rights) assert.match(grant, /^GRANT (SELECT( \([^)]*\))? ON `shroff`\.`\w+`|USAGE ON \*\.\*) TO /, grant);
    assert.ok(!rights.join().includes('sealed'), 'no secret, not even sealed');
  });

  test('everything lost, restored: doctor and audit are clean, orders are there, payments go on', async () => {
    const later = (await post(stack, stack.app1, '/payments', { merchant_order_id: newNo('L'), price: 1, currency: 'CNY', subject: 'after the backup' })).json.data;
    await root.rows('DROP DATABASE shroff');
    await root.rows('CREATE DATABASE shroff CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin');
    const r = backup('--restore', file);
    assert.equal(r.status, 0, r.stdout + r.stderr);
    await ctlOk(stack, ['migrate']);
    const audit = await ctl(stack, ['audit']);
    assert.equal(audit.code, 0, audit.stdout + audit.stderr);
    const doctor = await ctl(stack, ['doctor', '--json']);
    assert.ok(!doctor.json.items.some((i) => i.result === 'FAIL'), doctor.stdout);
    for (const no of ledger.paid.keys()) assert.equal((await query(stack, stack.app1, { order_no: no })).status, 'SUCCESS');
    const gone = await ctl(stack, ['order', 'show', later.order_no]);
    assert.equal(gone.code, 1, 'what came after the backup is not invented');
    await payOne(stack, stack.app1, ledger, heard.url);
    await oracles(stack, db, ledger, heard);
  });
});

describe("nginx with TLS, as production has it: production.conf beside Debian's own nginx.conf", () => {
  let nginx, port;
  before(async () => {
    nginx = await startProduction();
    port = nginx.port;
  });
  after(() => nginx?.stop());
  const curl = (...args) => sh('curl', ['-sk', '-m', '5', ...args]);

  test('what the guide adds to nginx.conf is there, and nothing is complained of', () => {
    const all = sh('nginx', ['-c', join(nginx.etc, 'nginx.conf'), '-T'], { env: { PATH: `${process.env.PATH}:/usr/sbin` } });
    assert.equal(all.status, 0, all.stderr);
    assert.doesNotMatch(all.stderr, /\[(warn|error|emerg)\]/);
    assert.match(all.stdout, /worker_connections 16384;/);
    assert.match(all.stdout, /worker_rlimit_nofile 33000;/);
  });
  test('doctor warns of the connections that Debian allows, and of no others', () => {
    const check = (conf) => {
      const state = mkdtempSync(join(dir, 'state-'));
      mkdirSync(join(state, 'nginx'));
      writeFileSync(join(state, 'nginx/nginx.conf'), readFileSync(conf));
      const r = sh(buildPath('cli', 'shroffctl'), ['doctor', '--json'], { env: { SHROFF_STATE: state, SHROFF_CTL_DB_PASSWORD: 'x' } });
      return JSON.parse(r.stdout).items.find((i) => i.check === 'nginx');
    };
    const stock = join(dir, 'stock.conf');
    writeFileSync(stock, readFileSync(join(nginx.etc, 'nginx.conf'), 'utf8').replace(/worker_connections .*/, 'worker_connections 768;'));
    assert.equal(check(stock).result, 'warn');
    assert.match(check(stock).text, /^768 connections a worker in .*: .*docs\/operate.md/);
    assert.equal(check(join(nginx.etc, 'nginx.conf')).result, 'ok');
    writeFileSync(stock, 'events { # worker_connections 9000;\n}\n');
    assert.match(check(stock).text, /^512 /);
  });
  test('speaks TLS 1.2 and 1.3 with forward secrecy, and nothing older', () => {
    const tls = (...args) => sh('openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], { input: '' });
    assert.match(tls('-tls1_3').stdout, /TLSv1\.3/);
    assert.match(tls('-tls1_2').stdout, /Cipher is ECDHE-/);
    assert.doesNotMatch(tls('-tls1_1', '-cipher', 'ALL:@SECLEVEL=0').stdout, /Cipher is [A-Z]/);
    assert.doesNotMatch(tls('-tls1_2', '-cipher', 'AES128-SHA').stdout, /Cipher is [A-Z]/);
  });
  test('every answer carries HSTS, refusals too; without programs it is 50301; the test mode is not there', () => {
    for (const [path, code] of [['/healthz', 50301], ['/nowhere', 40400], ['/mockpay', 40400], ['/shop/', 40400], ['/sandbox/clock', 40400]]) {
      const r = curl('-i', `https://127.0.0.1:${port}${path}`);
      assert.match(r.stdout, /strict-transport-security: max-age=31536000/i, path);
      assert.match(r.stdout, new RegExp(`"code":${code},`), `${path}: ${r.stdout}`);
    }
  });
  test('plain HTTP is neither answered nor redirected', () => {
    const r = curl('-i', `http://127.0.0.1:${nginx.plain}/payments`);
    assert.ok([52, 56].includes(r.status) && r.stdout === '', 'closed without a word');
  });
});
