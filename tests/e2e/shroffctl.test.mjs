// shroffctl as an operator meets it: every command's help and JSON, errors with their cures, a row in
// admin_log for every change, and changes in force everywhere within 2 s.
import { describe, test, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, cpSync, mkdtempSync, readFileSync, renameSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, post, query, strangerUlid, submitAnother, terms } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { ctl as run, newApp } from '../lib/ctl.mjs';
import { ROOT, buildPath } from '../lib/env.mjs';
import { pidsOf } from '../lib/stack.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { payPage } from '../lib/page.mjs';
import { inForce, sleep, until } from '../lib/wait.mjs';

const { stack, db, root } = await suite();
const dir = mkdtempSync(join(tmpdir(), 'sh-ctl-'));
after(() => rmSync(dir, { recursive: true }));

const WHY = ['--reason', 'because the test says so'];
const ctl = (args, env = {}, opts) => run({ ...stack, env: { ...stack.env, ...env } }, args, opts);
const ok = async (args, env, opts) => {
  const r = await ctl(args, env, opts);
  assert.equal(r.code, 0, `${args.join(' ')}: ${r.stderr}${r.stdout}`);
  assert.equal(r.stderr, '');
  return r;
};
const json = async (args, env, opts) => {
  const r = await ok([...args, '--json'], env, opts);
  assert.ok(r.json !== undefined, `${args.join(' ')} --json: ${r.stdout}`);
  return r.json;
};
const file = (name, text, mode = 0o600) => {
  const path = join(dir, name);
  writeFileSync(path, text, { mode });
  chmodSync(path, mode);
  return path;
};
const lastLog = () => db.value('SELECT IFNULL(MAX(id), 0) FROM admin_log');
const logsAfter = (id, on) => db.rows('SELECT who, what, on_what, why, create_time FROM admin_log WHERE id > ? AND on_what LIKE ? ORDER BY id', [id, `${on}%`]);

// What the tool itself says it can do.
const COMMANDS = (await ok(['--help'])).stdout.split('\n')
  .map((l) => /^ {2}shroffctl (\S+)(?: ([a-z][a-z-]*))?(?: (\[?[A-Z_]+\]?))?$/.exec(l)).filter(Boolean)
  .map(([, group, verb, args]) => ({ name: [group, verb].filter(Boolean).join(' '), words: [group, verb].filter(Boolean), args }));

describe('help', () => {
  test('names every command of this release', () => {
    const names = COMMANDS.map((c) => c.name);
    for (const want of ['migrate', 'doctor', 'alerts', 'alerts close', 'order list', 'order show', 'notify list', 'notify resend',
      ...['create', 'list', 'show', 'set', 'rotate', 'enable', 'disable'].map((v) => `app ${v}`),
      ...['create', 'list', 'show', 'rotate', 'revoke', 'disable', 'rotate-master'].map((v) => `key ${v}`),
      ...['create', 'list', 'show', 'rotate', 'enable', 'disable'].map((v) => `channel ${v}`)]) {
      assert.ok(names.includes(want), want);
    }
  });
  for (const c of COMMANDS) {
    test(`${c.name} --help`, async () => {
      const r = await ok([...c.words, '--help'], { SHROFF_DB_SOCKET: '/nowhere' });
      assert.match(r.stdout, new RegExp(`^ {2}shroffctl ${c.name}`, 'm'));
      assert.match(r.stdout, /^ {6}\S/m, 'says what it does');
      const own = r.stdout.split(/^ {2}shroffctl /m).find((part) => part.startsWith(c.name));
      assert.match(own, /--json/);
    });
  }
  test('-h is --help; a group alone lists its commands', async () => {
    for (const words of [['-h'], ['order', '-h'], ['notify', 'list', '-h'], ['alerts', '-h']]) {
      const r = await ok(words, { SHROFF_DB_SOCKET: '/nowhere' });
      assert.equal(r.stdout, (await ok(words.map((w) => w.replace(/^-h$/, '--help')))).stdout);
    }
    for (const [group, ...verbs] of [['order', 'list', 'show'], ['notify', 'list', 'resend', 'probe'], ['app', 'create'], ['key', 'rotate-master'], ['channel', 'show']]) {
      const r = await ctl([group]);
      assert.equal(r.code, 2);
      for (const verb of verbs) assert.match(r.stderr, new RegExp(`^  shroffctl ${group} ${verb}`, 'm'));
      assert.doesNotMatch(r.stderr, /no such command/);
    }
    assert.match((await ctl(['order', 'shwo'])).stderr, /order shwo: no such command \(shroffctl order --help\)/);
  });
  test('of a group; of nothing known; no command at all', async () => {
    assert.ok((await ok(['app', '--help'])).stdout.split('shroffctl app').length > 6);
    assert.equal((await ctl(['bogus', '--help'])).code, 2);
    const none = await ctl([]);
    assert.equal(none.code, 2);
    assert.match(none.stderr, /^usage:/);
    assert.match((await ok(['--settings'])).stdout, /SHROFF_MASTER_KEY_FILE/);
  });
});

describe('a life of an app, each step in admin_log', () => {
  let app, key, channel;
  const step = (name, what, on, f) => test(name, async () => {
    const before = await lastLog();
    await f();
    const rows = await logsAfter(before, on());
    assert.deepEqual(rows.map((r) => [r.who, r.what, r.why]), [[userInfo().username, what, 'because the test says so']], name);
    assert.equal(rows[0].on_what, on());
    assert.ok(Math.abs(Date.parse(`${rows[0].create_time.replace(' ', 'T')}Z`) - Date.now()) < 60_000);
  });

  test('app create', async () => {
    const before = await lastLog();
    app = await json(['app', 'create', '--name', 'Ünïcode 店', '--notify-url', 'https://shop.example/n', '--schedule', '15,60', '--remark', 'x', ...WHY]);
    assert.match(app.webhook_secret, /^whsec_[A-Za-z0-9+/]{43}=$/);
    assert.deepEqual((await logsAfter(before, app.app_key)).map((r) => r.what), ['app.create']);
    const shown = await json(['app', 'show', app.app_key]);
    assert.equal(shown.name, 'Ünïcode 店');
    assert.equal(shown.status, 'ENABLED');
    assert.equal(shown.notify_schedule, '15,60');
    assert.ok(!JSON.stringify(shown).includes('whsec_'), 'a secret is told once');
  });
  step('app set', 'app.set', () => app.app_key, async () => {
    const shown = await json(['app', 'set', app.app_key, '--late-payment', 'hold', '--allowed-nets', '10.0.0.0/8,127.0.0.0/8', ...WHY]);
    assert.deepEqual([shown.late_payment, shown.allowed_nets, shown.notify_schedule, shown.name], ['hold', '10.0.0.0/8,127.0.0.0/8', '15,60', 'Ünïcode 店']);
  });
  step('app rotate', 'app.rotate', () => app.app_key, async () => {
    const r = await json(['app', 'rotate', app.app_key, '--overlap', '60', ...WHY]);
    assert.notEqual(r.webhook_secret, app.webhook_secret);
    assert.equal(r.old_secret_ends_in_seconds, 60);
  });
  test('key create', async () => {
    const before = await lastLog();
    key = await json(['key', 'create', '--app', app.app_key, '--scopes', 'all', ...WHY]);
    assert.match(key.secret, /^[0-9a-f]{64}$/);
    assert.deepEqual((await logsAfter(before, app.app_key)).map((r) => [r.what, r.on_what]), [['key.create', `${app.app_key}/${key.key_id}`]]);
  });
  test('channel create', async () => {
    const before = await lastLog();
    channel = await json(['channel', 'create', '--app', app.app_key, '--code', 'mock', '--fee-rate', '6000', '--name', 'Played', ...WHY]);
    assert.deepEqual((await logsAfter(before, app.app_key)).map((r) => r.what), ['channel.create']);
    const order = await createOpen(stack, { key: app.app_key, secret: key.secret });
    assert.match(order.pay_url, /mockpay/);
  });
  step('channel rotate', 'channel.rotate', () => `${app.app_key}/mock`, async () => {
    const r = await json(['channel', 'rotate', String(channel.channel_id), ...WHY]);
    assert.notEqual(r.secret, channel.secret);
    assert.equal((await json(['channel', 'show', String(channel.channel_id)])).fee_rate, 6000, 'nothing else changed');
  });
  step('channel disable', 'channel.disable', () => `${app.app_key}/mock`, async () =>
    assert.equal((await json(['channel', 'disable', String(channel.channel_id), ...WHY])).status, 'DISABLED'));
  step('channel enable', 'channel.enable', () => `${app.app_key}/mock`, async () =>
    assert.equal((await json(['channel', 'enable', String(channel.channel_id), ...WHY])).status, 'ENABLED'));
  step('app disable', 'app.disable', () => app.app_key, async () =>
    assert.equal((await json(['app', 'disable', app.app_key, ...WHY])).status, 'DISABLED'));
  step('app enable', 'app.enable', () => app.app_key, async () =>
    assert.equal((await json(['app', 'enable', app.app_key, ...WHY])).status, 'ENABLED'));
  step('key revoke, and again', 'key.revoke', () => `${app.app_key}/${key.key_id}`, async () =>
    assert.equal((await json(['key', 'revoke', key.key_id, '--app', app.app_key, ...WHY])).status, 'REVOKED'));
  step('revoking what is revoked is no error', 'key.revoke', () => `${app.app_key}/${key.key_id}`, async () =>
    assert.equal((await json(['key', 'revoke', '--key', key.key_id, '--app', app.app_key, ...WHY])).status, 'REVOKED'));
  test('a refused change leaves no row', async () => {
    const before = await lastLog();
    assert.equal((await ctl(['app', 'set', app.app_key, '--schedule', 'sometimes', ...WHY])).code, 1);
    assert.equal((await ctl(['app', 'set', app.app_key, '--name', 'x'])).code, 2);
    assert.equal((await ctl(['key', 'rotate', key.key_id, '--app', app.app_key, ...WHY])).code, 1);
    assert.deepEqual(await logsAfter(before, app.app_key), []);
  });
});

describe('errors: one line, what is wrong and the cure', () => {
  const a = stack.app1.key;
  const rows = [
    [['app', 'create', '--name', 'x'], 2, /--reason is needed/],
    [['app', 'create', '--name', 'x', '--reason', ''], 2, /--reason is needed/],
    [['app', 'create', '--name', 'x', '--reason', 'y'.repeat(256)], 2, /at most 255/],
    [['app', 'create', '--name', 'x'.repeat(65), ...WHY], 1, /1 to 64 characters/],
    [['app', 'create', '--name', 'x', '--notify-url', 'ftp://x', ...WHY], 1, /absolute http or https/],
    [['app', 'create', '--name', 'x', '--schedule', '1,2,x', ...WHY], 1, /seed, long, or gaps/],
    [['app', 'create', '--name', 'x', '--late-payment', 'keep', ...WHY], 1, /accept, refund or hold/],
    [['app', 'create', '--name', 'x', '--allowed-nets', '10.0.0.0/33', ...WHY], 1, /10\.0\.0\.0\/8/],
    [['app', 'create', '--name', 'x', '--append-channel', '2', ...WHY], 2, /from 0 to 1/],
    [['app', 'show', 'app_nobody'], 1, /app_nobody: no such thing \(shroffctl app list\)/],
    [['app', 'show', "x' OR 1=1 --"], 1, /no such thing/],
    [['app', 'show'], 2, /APP_KEY is missing/],
    [['app', 'show', a, 'more'], 2, /one word too many/],
    [['app', 'shwo', a], 2, /no such command/],
    [['app', 'list', '--colour'], 2, /no such option/],
    [['app', 'rotate', 'app_nobody', ...WHY], 1, /no such thing/],
    [['app', 'rotate', a, '--overlap', '604801', ...WHY], 2, /from 0 to 604800/],
    [['key', 'create', '--app', a, '--scopes', 'payment:all', ...WHY], 1, /payment:create/],
    [['key', 'create', '--app', 'app_nobody', '--scopes', 'all', ...WHY], 1, /no such thing \(shroffctl app list, shroffctl key list\)/],
    [['key', 'create', '--app', a, '--scopes', 'all', '--expire', 'tomorrow', ...WHY], 2, /2027-01-31T00:00:00Z/],
    [['key', 'create', '--app', a, '--scopes', 'all', '--expire', '2020-01-01T00:00:00Z', ...WHY], 2, /a time to come/],
    [['key', 'create', '--app', a, '--scopes', 'all', '--secret-file', '/nowhere', ...WHY], 2, /could not read \/nowhere/],
    [['key', 'show', 'key_nobody'], 1, /no such thing/],
    [['key', 'revoke', 'key_nobody', '--app', a, ...WHY], 1, /no such thing/],
    [['key', 'rotate', '--app', a, ...WHY], 2, /which key/],
    [['channel', 'create', '--app', a, '--code', 'mock', ...WHY], 1, /has a channel of this code/],
    [['channel', 'create', '--app', a, '--code', 'gold', ...WHY], 1, /no such channel code: want one of .*wx_native .*wallet/],
    [['wallet', 'list', '--currency', 'cny'], 2, /a currency's code, like CNY/],
    [['notify', 'resend', strangerUlid(), ...WHY], 1, /no such thing .*shroffctl notify list/],
    [['channel', 'create', '--app', a, '--code', 'mock', '--sign-type', 'MD5', ...WHY], 1, /HMAC-SHA256 or RSA2/],
    [['channel', 'create', '--app', a, '--code', 'mock', '--fee-rate', '-1', ...WHY], 2, /from 0 to 1000000/],
    [['channel', 'show', 'first'], 2, /which channel/],
    [['channel', 'show', '999999999'], 1, /no such thing .*shroffctl channel list/],
    [['channel', 'disable', '999999999', ...WHY], 1, /no such thing/],
    [['order', 'show', strangerUlid()], 1, /no order has this number/],
    [['order', 'show', "'"], 1, /no order has this number/],
    [['notify', 'list', '--status', 'LOST'], 2, /WAITING, SUCCESS or FAILURE/],
    [['notify', 'list', '--limit', '0'], 2, /from 1 to 1000/],
    [['notify', 'resend', strangerUlid(), ...WHY], 1, /no such thing/],
    [['alerts', 'close', '999999999', ...WHY], 1, /no open alert/],
    [['alerts', 'close', 'x', ...WHY], 2, /an alert's number/],
    [['alerts', 'close', '1'], 2, /--reason is needed/],
  ];
  for (const [args, code, why] of rows) {
    test(args.filter((w) => !WHY.includes(w)).join(' ').slice(0, 90) || '(none)', async () => {
      for (const more of [[], ['--json']]) {
        const r = await ctl([...args, ...more]);
        assert.equal(r.code, code, r.stderr + r.stdout);
        assert.match(r.stderr, why);
        assert.match(r.stderr, /^shroffctl: /);
        assert.equal(r.stderr.trim().split('\n').length, 1, r.stderr);
        assert.equal(r.stdout.trim(), '');
      }
    });
  }
  test('the database away; the master key away', async () => {
    for (const [args, code = 1] of [[['app', 'list']], [['order', 'show', strangerUlid()]], [['migrate']], [['alerts']], [['notify', 'list']], [['key', 'list']],
      [['channel', 'list']], [['audit'], 75]]) {
      const away = { SHROFF_DB_SOCKET: '/nowhere/mariadb.sock' };
      const r = await ctl(args, away);
      assert.equal(r.code, code, r.stderr);
      assert.match(r.stderr, /database|connect/i);
      assert.doesNotMatch(r.stdout, /no /, 'nothing is said to be absent that could not be looked at');
      if (args[1] === 'list' || args[0] === 'audit') assert.equal(JSON.parse((await ctl([...args, '--json'], away)).stdout).incomplete, true);
    }
    const r = await ctl(['app', 'create', '--name', 'x', ...WHY], { SHROFF_MASTER_KEY_FILE: '/nowhere/key' });
    assert.equal(r.code, 78);
    assert.match(r.stderr, /SHROFF_MASTER_KEY_FILE/);
  });
  test('a setting out of bounds: 78, its name and value', async () => {
    const r = await ctl(['app', 'list'], { SHROFF_MODE: 'demo' });
    assert.equal(r.code, 78);
    assert.match(r.stderr, /SHROFF_MODE.*demo/);
  });
});

describe('lists', () => {
  test('--json of each is one JSON object with items, for people a table', async () => {
    for (const args of [['app', 'list'], ['key', 'list'], ['key', 'list', '--app', stack.app1.key], ['channel', 'list'], ['notify', 'list'],
      ['alerts'], ['alerts', '--all'], ['doctor']]) {
      const r = await ctl([...args, '--json']);
      assert.ok(Array.isArray(r.json?.items), `${args.join(' ')}: ${r.stdout.slice(0, 200)}`);
      const people = await ctl(args);
      assert.equal(people.stdout.trim().split('\n').length >= Math.min(r.json.items.length, 1), true);
      for (const secret of [stack.app1.secret, stack.app1.channelSecret, stack.app1.webhookSecret, stack.app2.secret]) {
        assert.ok(!(r.stdout + people.stdout).includes(secret), 'no secret is shown');
      }
    }
  });
  test('order list: of one app, by state, by time, page by page', async () => {
    const app = await newApp(stack);
    const orders = [];
    for (let i = 0; i < 3; i++) orders.push(await createOpen(stack, app));
    await payByCallback(stack, app, orders[1]);
    const list = async (...more) => (await json(['order', 'list', '--app', app.key, ...more])).items;
    const newest = orders.map((o) => o.order_no).reverse();
    assert.deepEqual((await list()).map((o) => o.order_no), newest);
    const [paid] = await list('--status', 'success');
    assert.deepEqual([paid.order_no, paid.status, paid.price, paid.currency, paid.merchant_order_id], [orders[1].order_no, 'SUCCESS', 1234, 'CNY', orders[1].merchant_order_id]);
    assert.deepEqual((await list('--limit', '1', '--after', newest[0])).map((o) => o.order_no), [newest[1]]);
    assert.deepEqual(await list('--to', '2020-01-01T00:00:00Z'), []);
    assert.equal((await list('--from', '2020-01-01T00:00:00Z')).length, 3);
    assert.match((await ctl(['order', 'list', '--status', 'PAID'])).stderr, /WAITING, SUCCESS, CLOSED or REFUND/);
    assert.ok((await json(['order', 'list'])).items.length >= 3, 'of all apps');
  });
  test('notify list pages by key and filters', async () => {
    const all = (await json(['notify', 'list', '--limit', '1000'])).items;
    if (all.length > 2) {
      const page = (await json(['notify', 'list', '--limit', '1', '--after', all[0].no])).items;
      assert.deepEqual(page.map((t) => t.no), [all[1].no]);
    }
    assert.deepEqual((await json(['notify', 'list', '--app', stack.app2.key, '--status', 'failure'])).items.filter((t) => t.app_key !== stack.app2.key), []);
  });
});

describe('keys', { concurrency: 3 }, () => {
  const works = async (app, key) => (await get(stack, { ...app, secret: key.secret, keyId: key.key_id }, '/payments?limit=1')).status;
  const refused = async (app, key) => { await inForce(); for (let i = 0; i < 8; i++) assert.equal(await works(app, key), 401); };

  test('rotated with an overlap: both work; without: the old one dies within 2 s', async () => {
    const app = await newApp(stack);
    const old = { key_id: (await json(['key', 'list', '--app', app.key])).items[0].key_id, secret: app.secret };
    const next = await json(['key', 'rotate', old.key_id, '--app', app.key, ...WHY]);
    assert.deepEqual([await works(app, old), await works(app, next)], [200, 200]);
    const third = await json(['key', 'rotate', old.key_id, '--app', app.key, '--overlap', '0', ...WHY]);
    assert.equal(await works(app, third), 200, 'a new key is known at once');
    await refused(app, old);
    assert.equal((await json(['key', 'show', old.key_id])).status, 'EXPIRED');
    const again = await ctl(['key', 'rotate', old.key_id, '--app', app.key, ...WHY]);
    assert.equal(again.code, 1, 'an expired key does not come back to life');
    assert.match(again.stderr, /has expired: create a new one/);
    assert.equal(await works(app, old), 401);
    assert.equal(await works(app, next), 200);
  });

  test('revoked: refused within 2 s', async () => {
    const app = await newApp(stack);
    const key = await json(['key', 'create', '--app', app.key, '--scopes', 'payment:query', ...WHY]);
    assert.equal(await works(app, key), 200);
    await ok(['key', 'revoke', key.key_id, '--app', app.key, ...WHY]);
    await refused(app, key);
    expectError(await get(stack, { ...app, secret: key.secret, keyId: key.key_id }, '/payments?limit=1'), 40100);
  });

  test('a secret that is taken over, a public key; each once in the whole installation, four live at most', async () => {
    const [app, other] = [await newApp(stack), await newApp(stack)];
    const secret = randomBytes(24).toString('hex');
    const path = file('secret', `${secret}\n`);
    const key = await json(['key', 'create', '--app', app.key, '--scopes', 'all', '--secret-file', path, ...WHY]);
    assert.equal(await works(app, { ...key, secret }), 200);
    const twice = await ctl(['key', 'create', '--app', other.key, '--scopes', 'all', '--secret-file', path, ...WHY]);
    assert.equal(twice.code, 1);
    assert.match(twice.stderr, /registered already/);
    assert.equal((await ctl(['key', 'create', '--app', app.key, '--scopes', 'all', '--secret-file', '-', ...WHY], {}, { input: 'short' })).code, 1);

    const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = pair.publicKey.export({ type: 'spki', format: 'pem' });
    const rsa = await json(['key', 'create', '--app', app.key, '--scopes', 'all', '--public-key-file', '-', ...WHY], {}, { input: pem });
    assert.equal(rsa.secret, undefined);
    const privateKey = pair.privateKey.export({ type: 'pkcs8', format: 'pem' });
    assert.equal((await get(stack, { key: app.key, keyId: rsa.key_id, privateKey }, '/payments?limit=1')).status, 200);
    assert.match((await ctl(['key', 'create', '--app', other.key, '--scopes', 'all', '--public-key-file', '-', ...WHY], {}, { input: pem })).stderr, /registered already/);
    assert.match((await ctl(['key', 'rotate', rsa.key_id, '--app', app.key, ...WHY])).stderr, /merchant's own/);
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
    assert.match((await ctl(['key', 'create', '--app', app.key, '--scopes', 'all', '--public-key-file', '-', ...WHY], {}, { input: weak })).stderr, /2048 bits/);

    await ok(['key', 'create', '--app', app.key, '--scopes', 'all', ...WHY]);
    assert.match((await ctl(['key', 'create', '--app', app.key, '--scopes', 'all', ...WHY])).stderr, /4 live keys already/);
  });

  test('an app disabled takes no orders within 2 s, and goes on once enabled; money under way goes on', async () => {
    const app = await newApp(stack);
    const order = await createOpen(stack, app);
    await ok(['app', 'disable', app.key, ...WHY]);
    await inForce();
    expectError(await post(stack, app, '/api/pay/create', terms()), 40302);
    assert.equal((await payByCallback(stack, app, order)).status, 200);
    assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'SUCCESS');
    await ok(['app', 'enable', app.key, ...WHY]);
    await inForce();
    expectOk(await post(stack, app, '/api/pay/create', terms()), 201);
  });

  test('a channel disabled takes no payments within 2 s; callbacks of those under way are taken', async () => {
    const app = await newApp(stack);
    const order = await createOpen(stack, app);
    await ok(['channel', 'disable', app.channelId, ...WHY]);
    await inForce();
    expectError(await post(stack, app, '/api/pay/create', terms({ channel: 'mock' })), 40303);
    assert.equal((await payByCallback(stack, app, order)).status, 200);
    assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'SUCCESS');
    await ok(['channel', 'enable', app.channelId, ...WHY]);
    await inForce();
    expectOk(await post(stack, app, '/api/pay/create', terms({ channel: 'mock' })), 201);
  });

  test('a channel\'s secret rotated: the new one signs, the old one is refused within 2 s', async () => {
    const app = await newApp(stack);
    const [a, b] = [await createOpen(stack, app), await createOpen(stack, app)];
    const { secret } = await json(['channel', 'rotate', app.channelId, ...WHY]);
    await inForce();
    assert.equal((await payByCallback(stack, app, a)).json.code, 40101);
    assert.equal((await payByCallback(stack, { ...app, channelSecret: secret }, a)).status, 200);
    // What was open before is returned still, and its page takes the payment, also after the next rotation.
    expectOk(await json(['channel', 'rotate', app.channelId, ...WHY]) && await submitAnother(stack, app, b), 201);
    await inForce();
    const made_up = { ...b, pay_url: b.pay_url.replace(/token=.*/, `token=${'0'.repeat(32)}`) };
    assert.equal((await payPage(stack, made_up).load()).status, 404);
    await payPage(stack, b).choose('paid');
    await until('paid by its page', async () => (await query(stack, app, { order_no: b.order_no })).status === 'SUCCESS', 10_000);
  });
});

describe('notifications and alerts', { concurrency: 2 }, () => {
  test('given up after its schedule, listed, alerted; resent by hand and acknowledged', async () => {
    const shop = await merchant(does.status(500, 'no'), does.status(500, 'no'), does.ack('SUCCESS'));
    const app = await newApp(stack, { notifyUrl: shop.url, schedule: '1' });
    const order = await createOpen(stack, app);
    await payPage(stack, order).choose('paid');
    const failed = () => json(['notify', 'list', '--app', app.key, '--status', 'FAILURE']).then((r) => r.items);
    await until('given up', async () => (await failed()).length === 1, 15_000, 200);
    const [task] = await failed();
    assert.deepEqual([task.notify_times, task.max_notify_times, task.merchant_order_id], [2, 2, order.merchant_order_id]);
    const alerts = (await json(['alerts', '--limit', '1000'])).items;
    assert.ok(alerts.some((a) => a.kind === 'notify_given_up' && a.about === task.no), 'somebody is told');
    const part = await json(['notify', 'list', '--limit', '1']), rest = await json(['notify', 'list', '--limit', '1000']);
    assert.equal(part.items.length, 1);
    assert.ok(rest.more === undefined && (part.more ?? 0) <= rest.items.length - 1 && (rest.items.length === 1 || part.more >= 1), 'says how many more');

    const before = await lastLog();
    const told = await json(['notify', 'resend', task.no, ...WHY]);
    assert.equal(told.no, task.no);
    assert.equal(told.status, 'WAITING');
    assert.deepEqual((await logsAfter(before, task.no)).map((r) => r.what), ['notify.resend']);
    await until('told', async () => (await json(['notify', 'list', '--app', app.key, '--status', 'SUCCESS'])).items.length === 1, 15_000, 200);
    assert.equal(shop.hits.length, 3);
    assert.equal(new Set(shop.hits.map((h) => h.headers['webhook-id'])).size, 1);
    const rows = await db.rows('SELECT l.cause, l.status FROM notify_log l JOIN notify_task t ON t.id = l.task_id WHERE t.no = ? ORDER BY l.id', [task.no]);
    assert.deepEqual(rows.map((r) => r.cause), ['automatic', 'automatic', 'manual']);
    // Acknowledged, it can be sent again: the same bytes, a try on record, and its state stays.
    const again = await json(['notify', 'resend', task.no, ...WHY]);
    assert.deepEqual([again.no, again.status, again.sent_again, again.result], [task.no, 'SUCCESS', 'acknowledged', 'OK']);
    assert.equal(shop.hits.length, 4);
    assert.deepEqual([shop.hits[3].headers['webhook-id'], shop.hits[3].headers['webhook-attempt'], `${shop.hits[3].body}`], [task.no, '4', `${shop.hits[2].body}`]);
    const [last] = await db.rows('SELECT t.status, t.notify_times, l.cause, l.error_code, l.notify_times AS nth FROM notify_log l JOIN notify_task t ON t.id = l.task_id WHERE t.no = ? ORDER BY l.id DESC LIMIT 1', [task.no]);
    assert.deepEqual([last.status, last.notify_times, last.cause, last.error_code, last.nth], [10, 4, 'manual', 'OK', 4]);
    shop.close();

    const story = (await json(['order', 'show', order.pay_id])).items;
    assert.deepEqual([...new Set(story.map((e) => e.what))].sort(), ['alert', 'attempt', 'callback', 'delivery', 'notification', 'order', 'state'].sort());
    assert.equal(story.filter((e) => e.what === 'delivery').length, 4);
    assert.deepEqual(story.map((e) => e.time), story.map((e) => e.time).sort(), 'in the order of time');
    assert.deepEqual(await json(['order', 'show', order.order_no]).then((r) => r.items.length), story.length);
    assert.doesNotMatch(JSON.stringify(story), /whsec_|v1,|[0-9a-f]{64}/, 'no signature is shown');
    assert.match(JSON.stringify(story), /sign_type/);
  });

  test('notify probe: does he check signatures, and if he does not acknowledge, why', async () => {
    const app = await newApp(stack);
    const judge = new Webhook(app.webhookSecret);
    const careful = await merchant((res) => {
      const hit = careful.hits.at(-1);
      try { judge.verify(hit.text, hit.headers); does.ack()(res); } catch { does.status(401, 'no\u009b')(res); }
    });
    const careless = await merchant(does.ack('SUCCESS'));
    const odd = await merchant(does.ack('all good'));
    const probe = (url, env) => ctl(['notify', 'probe', url, '--app', app.key, '--json'], env);
    const good = await probe(careful.url);
    assert.equal(good.code, 0, good.stdout + good.stderr);
    assert.deepEqual(good.json.items.map((i) => [i.sent, i.acknowledged]), [['forged', 'no'], ['good', 'yes']]);
    assert.match(good.json.items[0].why, /answered 401, 200 is wanted: no/);
    assert.match((await probe(careless.url)).stderr, /DANGER/);
    assert.match((await probe(odd.url)).json.items[1].why, /the body is no acknowledgement.*: all good/);
    for (const m of [careful, careless, odd]) m.close();
    const blocked = await probe(odd.url, { SHROFF_NOTIFY_ALLOW_NETS: '10.0.0.0/8' });
    assert.match(blocked.json.items[0].why, /not a public address: SHROFF_NOTIFY_ALLOW_NETS/);
    const gone = await probe(odd.url);
    assert.deepEqual([gone.code, gone.json.items[1].result], [1, 'CONNECT']);
    assert.notEqual(gone.json.items[1].why, '');
  });

  test('alerts: raised by a wrong amount, closed with a reason, raised again', async () => {
    const app = await newApp(stack);
    const order = await createOpen(stack, app);
    await payPage(stack, order).choose('price');
    const mine = async (...more) => (await json(['alerts', '--limit', '1000', ...more])).items.filter((a) => a.about === order.pay_id);
    const [alert] = await mine();
    assert.equal(alert.kind, 'other_price');
    const before = await lastLog();
    const closed = await json(['alerts', 'close', String(alert.id), ...WHY]);
    assert.deepEqual(closed, { id: alert.id, closed_by: userInfo().username });
    assert.deepEqual((await logsAfter(before, String(alert.id))).map((r) => [r.what, r.why]), [['alert.close', 'because the test says so']]);
    assert.deepEqual(await mine(), []);
    assert.equal((await mine('--all'))[0].closed_by, userInfo().username);
    assert.equal((await ctl(['alerts', 'close', String(alert.id), ...WHY])).code, 1);
    assert.equal(await db.value('SELECT remark FROM pay_alert WHERE id = ?', [alert.id]), 'because the test says so');
    assert.equal((await payByCallback(stack, app, order, { price: 1 })).json.code, 40906);
    assert.equal((await mine())[0].times, 2, 'open again');
  });

  test('a listing that is cut says how many more there are', async () => {
    const app = await newApp(stack);
    for (let i = 0; i < 3; i += 1) {
      const order = await createOpen(stack, app, { notify_url: 'http://127.0.0.1:1/' });
      await payPage(stack, order).choose('price');
      await payByCallback(stack, app, order);
    }
    const rows = await db.value('SELECT COUNT(*) FROM pay_alert WHERE closed_by IS NULL');
    for (const [args, all] of [[['alerts'], Number(rows)], [['notify', 'list', '--app', app.key], 3]]) {
      const cut = await json([...args, '--limit', '2']);
      assert.deepEqual([cut.items.length, cut.more], [2, all - 2], args.join(' '));
      assert.match((await ctl([...args, '--limit', '2'])).stdout, new RegExp(`^and ${all - 2} more: `, 'm'));
      const whole = await json([...args, '--limit', '1000']);
      assert.deepEqual([whole.items.length, whole.more], [all, undefined]);
    }
  });
});

describe('in the playground', () => {
  // As somebody types it: a shell that knows nothing but where it is.
  const bare = (args, { cwd = ROOT, env = {} } = {}) => spawnSync(buildPath('cli', 'shroffctl'), args, { cwd, encoding: 'utf8', env: { PATH: process.env.PATH, ...env } });
  test('the settings that run recorded are read under the state folder', () => {
    const r = bare(['doctor', '--json'], { env: { SHROFF_STATE: stack.state } });
    assert.equal(r.status, 0, r.stdout + r.stderr);
    const of = Object.fromEntries(JSON.parse(r.stdout).items.map((i) => [i.check, i.text]));
    assert.match(of.mode, /^test/);
    assert.equal(of['base url'], stack.base);
  });
  test('a probe of a receiver on the loopback is sent, for run allows it', async () => {
    const shop = await merchant();
    const r = await ctl(['notify', 'probe', shop.url, '--app', stack.app1.key], { SHROFF_NOTIFY_ALLOW_NETS: '', SHROFF_MODE: '' });
    assert.doesNotMatch(r.stderr, /not a public address/);
    assert.equal(shop.hits.length, 2);
    shop.close();
  });
  test('./var by default, when the environment says nothing; the settings of two installations never mix', () => {
    const here = mkdtempSync(join(dir, 'here-'));
    symlinkSync(stack.state, join(here, 'var'));
    const list = bare(['app', 'list', '--json'], { cwd: here });
    assert.equal(list.status, 0, list.stderr);
    assert.ok(JSON.parse(list.stdout).items.length >= 2);
    const mode = (env) => JSON.parse(bare(['doctor', '--json'], { cwd: here, env }).stdout).items.find((i) => i.check === 'mode').text;
    assert.match(mode({ SHROFF_PORT: '9090', SHROFF_BIND: '127.0.0.1', SHROFF_SANDBOX_PORT: '9091' }), /^test/, 'these are of run alone');
    const other = bare(['doctor', '--json'], { cwd: here, env: { SHROFF_BASE_URL: 'https://pay.example.com' } });
    assert.match(JSON.parse(other.stdout).items.find((i) => i.check === 'mode').text, /^live/);
  });
  test('no state folder: plain words, the folder, the cure', () => {
    const r = bare(['app', 'list'], { cwd: dir });
    assert.equal(r.status, 78);
    assert.match(r.stderr, /SHROFF_STATE='.*\/var': there is no such folder: start \.\/scripts\/run/);
  });
});

describe('doctor', () => {
  const look = async (env = {}) => {
    const r = await ctl(['doctor', '--json'], { SHROFF_BASE_URL: stack.base, ...env });
    return { code: r.code, of: Object.fromEntries((r.json?.items ?? []).map((i) => [i.check, i])), text: r.stdout + r.stderr };
  };
  const rows = [
    ['a healthy installation', {}, 0, {}],
    ['no master key', { SHROFF_MASTER_KEY_FILE: '/nowhere/key' }, 1, { 'master key': /missing.*backup/ }],
    ['a master key others can read', () => ({ SHROFF_MASTER_KEY_FILE: file('open.key', readFileSync(join(stack.state, 'secrets/master.key')), 0o644) }), 1, { 'master key': /0600/ }],
    ['a master key of garbage', () => ({ SHROFF_MASTER_KEY_FILE: file('bad.key', 'nonsense\n') }), 1, { 'master key': /VERSION:base64/ }],
    ['another master key', () => ({ SHROFF_MASTER_KEY_FILE: file('other.key', `1:${randomBytes(32).toString('base64')}\n`) }), 1, { secrets: /wrong master key/ }],
    ['the database away', { SHROFF_DB_SOCKET: '/nowhere/mariadb.sock' }, 1, { database: /SHROFF_DB_SOCKET/ }],
    ['migrations missing', () => {
      cpSync(join(ROOT, 'schema'), join(dir, 'schema'), { recursive: true });
      writeFileSync(join(dir, 'schema/0099_more.sql'), 'CREATE TABLE x (id INT PRIMARY KEY);\n');
      return { SHROFF_SCHEMA_DIR: join(dir, 'schema') };
    }, 1, { schema: /missing: run shroffctl migrate/ }],
    ['a migration changed after it was applied', () => {
      cpSync(join(ROOT, 'schema'), join(dir, 'schema2'), { recursive: true });
      writeFileSync(join(dir, 'schema2/0001_tables.sql'), `${readFileSync(join(ROOT, 'schema/0001_tables.sql'), 'utf8')}-- more\n`);
      return { SHROFF_SCHEMA_DIR: join(dir, 'schema2') };
    }, 1, { schema: /was changed after it was applied/ }],
    ['a procedure that is not as its file has it', () => {
      cpSync(join(ROOT, 'schema'), join(dir, 'schema3'), { recursive: true });
      const path = join(dir, 'schema3/procedures/order_pay.sql');
      writeFileSync(path, readFileSync(path, 'utf8').replace('\n  COMMIT;', '\n  DO 0;\n  COMMIT;'));
      return { SHROFF_SCHEMA_DIR: join(dir, 'schema3') };
    }, 1, { procedures: /not as in schema\/procedures: order_pay\. Run shroffctl migrate/ }],
  ];
  for (const [name, env, code, want] of rows) {
    test(name, async () => {
      const r = await look(typeof env === 'function' ? env() : env);
      assert.equal(r.code, code, r.text);
      const failed = Object.values(r.of).filter((i) => i.result === 'FAIL').map((i) => i.check);
      assert.deepEqual(failed.filter((c) => c !== 'secrets' || want.secrets), Object.keys(want), r.text);
      for (const [check, text] of Object.entries(want)) assert.match(r.of[check].text, text);
      const key = readFileSync(join(stack.state, 'secrets/master.key'), 'utf8').trim().split('\n')[0].split(':')[1];
      assert.ok(!r.text.includes(key), 'no key is shown');
    });
  }
  test('a program that hangs behind its socket, and one whose socket is gone', async () => {
    const workers = pidsOf(stack, 'create');
    for (const pid of workers) process.kill(pid, 'SIGSTOP');
    try {
      const r = await look();
      assert.equal(r.code, 1);
      assert.deepEqual([r.of['program create'].result, r.of['program query'].result], ['FAIL', 'ok'], r.text);
      assert.match(r.of['program create'].text, /stopped, hanging|queue is full/);
    } finally { for (const pid of workers) process.kill(pid, 'SIGCONT'); }
    const socket = join(stack.state, 'run/query.sock');
    renameSync(socket, `${socket}.away`);
    try {
      const r = await look();
      assert.match(r.of['program query'].text, /socket is not there/);
      assert.equal(r.of['program create'].result, 'ok', r.text);
    } finally { renameSync(`${socket}.away`, socket); }
  });
  test('the password of another account than its own is wrong, or cannot be read here', async () => {
    const wrong = await look({ SHROFF_WEB_DB_PASSWORD_FILE: file('web.password', 'nonsense-nonsense') });
    assert.equal(wrong.code, 1);
    assert.match(wrong.of['account web'].text, /shroff_web \(1045, Access denied/);
    assert.equal(wrong.of['account runner'].result, 'ok', wrong.text);
    const unread = await look({ SHROFF_RUNNER_DB_PASSWORD_FILE: '/nowhere/runner.password' });
    assert.equal(unread.code, 0, 'what cannot be looked at is no failure');
    assert.deepEqual([unread.of['account runner'].result, /SHROFF_RUNNER_DB_PASSWORD_FILE/.test(unread.of['account runner'].text)], ['warn', true]);
  });
  test('a payment procedure whose definer is gone, that web may not execute, that is missing', { skip: !root && 'needs root' }, async () => {
    const check = async () => (await look()).of['payment procedures'];
    assert.equal((await check()).result, 'ok');
    const [made] = await root.rows('SHOW CREATE PROCEDURE order_pay');
    const text = made['Create Procedure'].replace(/^CREATE DEFINER=\S+ PROCEDURE/, '');
    const grant = "GRANT EXECUTE ON PROCEDURE order_pay TO 'shroff_web'@'localhost'";
    try {
      await root.rows(`CREATE OR REPLACE DEFINER='gone'@'localhost' PROCEDURE${text}`);
      assert.match((await check()).text, /order_pay does not run .*definer.*shroffctl migrate/);
      await json(['migrate']);
      assert.equal((await check()).result, 'ok', 'migrate has mended it');
      await root.rows("REVOKE EXECUTE ON PROCEDURE order_pay FROM 'shroff_web'@'localhost'");
      assert.match((await check()).text, /order_pay is missing, or web may not execute it: .*accounts\.sql/);
      await root.rows('DROP PROCEDURE order_pay');
      assert.match((await check()).text, /order_pay is missing/);
    } finally {
      await json(['migrate']);
      await root.rows(grant);
    }
    assert.equal((await look()).code, 0);
  });
  test('notifications that were tried and wait: how many, and for whom', { skip: !root && 'only root may plant them' }, async () => {
    const app = await newApp(stack);
    await root.rows(`INSERT INTO notify_task (no, app_id, type, event, data_id, notify_url, body, lane, notify_times, max_notify_times, next_notify_time)
      SELECT CONCAT('0DEAD', LPAD(seq, 21, '0')), (SELECT id FROM pay_app WHERE app_key = ?), 1, 'order.success', 900000000 + seq, 'http://dead.example/', '{}', 1, 3, 16,
        UTC_TIMESTAMP(3) + INTERVAL 1 DAY FROM seq_1_to_3950`, [app.key]);
    try {
      const r = await look();
      assert.equal(r.of.unacknowledged.result, 'warn', r.text);
      assert.match(r.of.unacknowledged.text, new RegExp(`most of app ${app.key}: 3950, `));
    } finally { await root.rows(`DELETE FROM notify_task WHERE no LIKE '0DEAD%'`); }
  });
  test('for people: a table, and the exit code', async () => {
    const r = await ctl(['doctor'], { SHROFF_BASE_URL: stack.base });
    assert.equal(r.code, 0, r.stdout);
    assert.match(r.stdout, /^ok +database/m);
  });
  test('it changes nothing', async () => {
    assert.equal(await db.value(`SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'x'`), 0);
    assert.equal(await db.value('SELECT COUNT(*) FROM schema_migration WHERE version = 99'), 0);
  });
});

test('migrate again: nothing to do', async () => {
  const r = await json(['migrate']);
  assert.equal(r.applied, 0);
  assert.ok(r.applied_before >= 2);
  assert.equal((await json(['migrate', '--dry-run'])).would_apply, 0);
  assert.equal(r.procedures_installed, 0);
  assert.ok(root === undefined || await root.value('SELECT COUNT(*) FROM sandbox.schema_migration') >= 1);
});

test('migrate on a database of another version changes nothing, and says how to begin anew', async () => {
  const other = join(dir, 'schema4');
  cpSync(join(ROOT, 'schema'), other, { recursive: true });
  writeFileSync(join(other, '0001_tables.sql'), `${readFileSync(join(ROOT, 'schema/0001_tables.sql'), 'utf8')}-- more\n`);
  writeFileSync(join(other, '0098_more.sql'), 'CREATE TABLE x (id INT PRIMARY KEY);\n');
  const r = await ctl(['migrate'], { SHROFF_SCHEMA_DIR: other });
  assert.notEqual(r.code, 0);
  assert.match(r.stderr, /0001_tables\.sql was changed after it was applied: .*made by another version of Shroff/);
  assert.ok(r.stderr.includes(`export SHROFF_STATE='${stack.state}'; ./scripts/stop; rm -r "$SHROFF_STATE"; ./scripts/run`), r.stderr);
  assert.equal(await db.value(`SELECT COUNT(*) FROM information_schema.tables WHERE table_name = 'x'`), 0);
});

describe('the master key', () => {
  const KEY = join(stack.state, 'secrets/master.key');
  const versions = () => readFileSync(KEY, 'utf8').trim().split('\n').map((l) => Number(l.split(':')[0]));

  test('rotated while traffic flows: nothing is refused, everything opens afterwards', async () => {
    const shop = await merchant();
    const app = await newApp(stack, { notifyUrl: shop.url });
    const orders = [];
    let over = false;
    const traffic = Promise.all([0, 1].map(async () => {
      while (!over) {
        const order = await createOpen(stack, app);
        await payPage(stack, order).choose('paid');
        orders.push(order);
      }
    }));
    const before = await lastLog();
    const first = Math.max(...versions());
    for (let i = 1; i <= 2; i++) {
      const r = await json(['key', 'rotate-master', ...WHY]);
      assert.equal(r.key_version, first + i);
      assert.ok(r.secrets_sealed >= 8);
      assert.equal(r.file, KEY);
      await sleep(1200);
    }
    over = true;
    await traffic;
    assert.ok(orders.length > 4, `${orders.length} orders`);
    assert.deepEqual((await logsAfter(before, 'master')).map((r) => r.what), ['key.rotate-master', 'key.rotate-master']);
    assert.deepEqual(versions().slice(-1), [first + 2]);
    assert.equal(statSync(KEY).mode & 0o777, 0o600);
    for (const order of orders) assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'SUCCESS');
    await until('all told', () => new Set(shop.hits.map((h) => h.headers['webhook-id'])).size >= orders.length, 15_000);
    const judge = new Webhook(app.webhookSecret);
    for (const hit of shop.hits) judge.verify(hit.text, hit.headers);
    shop.close();
    assert.equal((await ctl(['doctor'], { SHROFF_BASE_URL: stack.base })).code, 0);
    // Apps of before: the demo's own keys still open.
    await create(stack, stack.app1);
    await create(stack, stack.app2);
  });

  test('killed anywhere, run again: every secret opens', async () => {
    for (const ms of [2, 8, 15, 25, 40]) {
      const child = spawn(buildPath('cli', 'shroffctl'), ['key', 'rotate-master', ...WHY], { stdio: 'ignore',
        env: { PATH: process.env.PATH, SHROFF_MODE: 'test', ...stack.env } });
      const ended = new Promise((done) => child.once('exit', done));     // it may be through before it is killed
      await sleep(ms);
      child.kill('SIGKILL');
      await ended;
      const r = await ctl(['doctor', '--json'], { SHROFF_BASE_URL: stack.base });
      assert.equal(r.json.items.find((i) => i.check === 'secrets').result, 'ok', r.stdout);
    }
    await ok(['key', 'rotate-master', ...WHY]);
    await create(stack, stack.app1);
    assert.equal((await ctl(['doctor'], { SHROFF_BASE_URL: stack.base })).code, 0);
  });

  test('it says that the file is to be backed up', async () => {
    const copy = join(dir, 'backup.key');
    copyFileSync(KEY, copy);
    assert.match((await ok(['key', 'rotate-master', ...WHY])).stdout, /Back the file up/);
    // A backup of before does not open what was sealed since.
    const r = await ctl(['doctor', '--json'], { SHROFF_MASTER_KEY_FILE: copy, SHROFF_BASE_URL: stack.base });
    assert.equal(r.json.items.find((i) => i.check === 'secrets').result, 'FAIL');
  });
});
