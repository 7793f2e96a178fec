// shroffctl's words: where a signature went wrong, each usual mistake by its name; secrets out of files
// that editors and shells have touched; why a database refuses.
import { describe, test, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite } from '../lib/suite.mjs';
import { isRoot } from '../lib/db.mjs';
import { buildPath } from '../lib/env.mjs';
import { authHeader, get, newNonce, now, signedText } from '../lib/client.mjs';
import { ctl as run, ctlOk, newApp, newKey, newRsaKey, revokeKey, withFile } from '../lib/ctl.mjs';

const { stack } = await suite();
const dir = mkdtempSync(join(tmpdir(), 'sh-words-'));
after(() => rmSync(dir, { recursive: true }));
const WHY = ['--reason', 'because the test says so'];
const ctl = (args, env = {}, opts) => run({ ...stack, env: { ...stack.env, ...env } }, args, opts);
const file = (name, text) => { const path = join(dir, name); writeFileSync(path, text, { mode: 0o600 }); return path; };

describe('verify names the mistake', { concurrency: 4 }, async () => {
  const app = await newApp(stack);
  const second = await newKey(stack, app);
  const rsa = await newRsaKey(stack, app);
  const revoked = await newKey(stack, app);
  await revokeKey(stack, revoked);
  const BODY = '{"price":1234,"url":"https://a.example/x","name":"Tee\\u00fc"}';
  let n = 0;
  // verify of a header: result and text. sent: what --method, --path and --body-file say.
  const verify = async (header, { method = 'POST', path = '/payments', body = BODY, env = {} } = {}) => {
    const i = n++;
    const r = await ctl(['verify', '--json', '--method', method, '--path', path, '--authorization-file', file(`h${i}`, header),
      ...(body === undefined ? [] : ['--body-file', file(`b${i}`, body)])], { SHROFF_BASE_URL: 'https://pay.example.com', ...env });
    assert.ok(r.json, r.stderr + r.stdout);
    assert.equal(r.code, r.json.result === 'ok' ? 0 : 1);
    return { ...r.json, stderr: r.stderr };
  };
  // The header whose signature is an HMAC under `secret` of what `text` makes of the five parts.
  const signedWith = (secret, text, { keyId, cut = 64 } = {}) => {
    const [ts, nonce] = [now(), newNonce()];
    const signature = createHmac('sha256', secret).update(text(ts, nonce)).digest('hex').slice(0, cut);
    return authHeader({ ...app, keyId }, { method: 'POST', path: '/payments', ts, nonce, set: { signature } });
  };
  const right = (over = {}) => (ts, nonce) => signedText(over.method ?? 'POST', over.path ?? '/payments', ts, nonce, over.body ?? BODY);
  const whsec = Buffer.from(app.webhookSecret.slice('whsec_'.length), 'base64');

  const TEXTS = [
    ['a newline at the end of the body file', right({ body: BODY }), /ends in a newline; without it the signature fits/, { body: `${BODY}\n` }],
    ['CRLF at the end of the body file', right({ body: BODY }), /ends in a newline; without it the signature fits/, { body: `${BODY}\r\n` }],
    ['a trimmed body', right({ body: BODY }), /trimmed, the signature fits/, { body: ` ${BODY} \n\n` }],
    ['a line end that was not sent', right({ body: `${BODY}\n` }), /with a line end that was not sent/],
    ['no body', right({ body: '' }), /left out of the signed text/],
    ['CRLF for LF in the body', right({ body: '{\n"a":1}' }), /CRLF here and were LF/, { body: '{\r\n"a":1}' }],
    ['LF for CRLF in the body', right({ body: '{\r\n"a":1}' }), /LF here and were CRLF/, { body: '{\n"a":1}' }],
    ['a BOM', right({ body: BODY }), /byte-order mark/, { body: `\ufeff${BODY}` }],
    ['the hash of the body', right({ body: createHash('sha256').update(BODY).digest('hex') }), /SHA-256 was signed/],
    ['JSON written anew', right({ body: BODY.replaceAll(',', ', ').replaceAll('":', '": ') }), /written anew/],
    ['JSON as PHP escapes it', right({ body: BODY.replaceAll('/', '\\/') }), /written anew/],
    ['the last line end', (ts, nonce) => right()(ts, nonce).slice(0, -1), /last line of the signed text/],
    ['lines ended by CRLF', (ts, nonce) => right()(ts, nonce).replaceAll('\n', '\r\n'), /ended by CRLF/],
    ['lines joined', (ts, nonce) => right()(ts, nonce).replaceAll('\n', ''), /joined without line ends/],
    ['another method', right({ method: 'GET' }), /another method was signed: GET, sent as POST/],
    ['another path', right({ path: '/api/pay/create' }), /another path was signed: '\/api\/pay\/create'/],
    ['a newer path', right({ path: '/api/pay/wallet/adjust' }), /another path was signed: '\/api\/pay\/wallet\/adjust'/],
    ['a path behind a prefix', right({ path: '/v1/orders' }), /another path was signed: '\/v1\/orders'/, { path: '/shop/v1/orders' }],
    ['a slash at the end', right({ path: '/payments/' }), /slash at its end/],
    ['the query left out', right(), /the query was left out/, { path: '/payments?a=b' }],
    ['the whole URL', right({ path: 'https://pay.example.com/payments' }), /the whole URL/],
    ['the host', right({ path: 'pay.example.com/payments' }), /the host was signed/],
    ['a decoded address', right({ path: '/payments?from=+08:00' }), /signed decoded/, { path: '/payments?from=%2B08:00' }],
  ];
  for (const [name, text, want, sent] of TEXTS) {
    test(name, async () => {
      const r = await verify(signedWith(app.secret, text), sent);
      assert.equal(r.result, 'wrong', r.text);
      assert.match(r.text, want);
      assert.doesNotMatch(r.text, /;.*key/, 'the key is not blamed');
    });
  }

  const KEYS = [
    ['the webhook secret', app.webhookSecret, /webhook secret was used/],
    ['the webhook secret, decoded', whsec, /webhook secret was used/],
    ['the channel\'s secret', app.channelSecret, /mock channel's secret/],
    ['the app_key', app.key, /app_key was used as the key/],
    ['a secret with its line end', `${app.secret}\n`, /line end of its file/],
    ['a secret with CRLF', `${app.secret}\r\n`, /CRLF of its file/],
    ['a secret in quotes', `"${app.secret}"`, /quotes around it/],
    ['a secret decoded from hex', Buffer.from(app.secret, 'hex'), /decoded from hex/],
    ['a revoked key', revoked.secret, /revoked or has expired/],
  ];
  for (const [name, secret, want] of KEYS) {
    test(`${name} as the key`, async () => {
      const r = await verify(signedWith(secret, right()));
      assert.equal(r.result, 'wrong', r.text);
      assert.match(r.text, want);
    });
  }
  test('two mistakes at once are both named', async () => {
    const r = await verify(signedWith(app.webhookSecret, right({ method: 'PUT' })));
    assert.match(r.text, /another method was signed: PUT, sent as POST; the webhook secret/);
  });
  test('another key of the app than key_id says; an unknown key_id: the server refuses both', async () => {
    const named = signedWith(app.secret, right(), { keyId: second.keyId });
    const r = await verify(named);
    assert.deepEqual([r.result, /another key of the app signed it, key_\w+: name it in key_id/.test(r.text)], ['wrong', true], r.text);
    const none = await verify(signedWith(randomBytes(16).toString('hex'), right(), { keyId: 'key_nobody' }));
    assert.deepEqual([none.result, /^key_id: the app has no live key/.test(none.text)], ['unknown', true], none.text);
  });
  test('a key of another app', async () => {
    const r = await verify(signedWith(stack.app2.secret, right()));
    assert.match(r.text, new RegExp(`another app signed it, ${stack.app2.key}: name that app_key`));
  });
  test('a signature that was cut', async () => {
    assert.match((await verify(signedWith(app.secret, right(), { cut: 40 }))).text, /signature: 40 hex digits, 64 are wanted: it was cut off/);
  });
  test('a right one: HMAC and RSA, with a key_id and without; a body with NULs and line ends is signed as it is', async () => {
    const binary = Buffer.from('a\0b\r\n\n');
    for (const key of [app, second, rsa]) {
      const header = authHeader(key, { method: 'POST', path: '/payments', body: binary });
      assert.equal((await verify(header, { body: binary })).result, 'ok');
    }
    assert.match((await verify(authHeader(app, { method: 'POST', path: '/payments', body: BODY, ts: now() - 400 }))).text, /400 s off|401 s off/);
  });
  test('what nothing explains is said to be so', async () => {
    assert.match((await verify(signedWith(randomBytes(32), right()))).text, /none of the usual mistakes.*byte for byte/);
  });
  test('sign and verify agree on a body file, whatever its end', async () => {
    const body = file('body', `${BODY}\n\n`);
    const sign = await ctlOk(stack, ['sign', '--app', app.key, '--path', '/payments', '--body-file', body, '--json']);
    assert.match(sign.stderr, /ends in a line end: send it too/);
    const r = await ctl(['verify', '--json', '--path', '/payments', '--body-file', body, '--authorization-file', file('signed', sign.json.authorization)]);
    assert.equal(r.json.result, 'ok', r.stdout);
  });

  const HEADERS = [
    ['upper-case hex', { signature: 'AB'.repeat(32) }, /^signature: .*lower case/],
    ['base64', { signature: randomBytes(32).fill(255).toString('base64') }, /^signature: .*base64/],
    ['milliseconds', { timestamp: String(Date.now()) }, /^timestamp: .*milliseconds/],
    ['a short nonce', { nonce: 'abc' }, /^nonce: .*too short/],
    ['no nonce', { nonce: undefined }, /^nonce: missing/],
    ['an app_key with a blank', { app_key: 'a b' }, /^app_key: want/],
    ['an unknown parameter', { realm: 'x' }, /^realm: no such parameter/],
  ];
  for (const [name, set, want] of HEADERS) {
    test(`a header with ${name}`, async () => {
      const r = await verify(authHeader(app, { method: 'POST', path: '/payments', body: BODY, set }));
      assert.equal(r.result, 'malformed');
      assert.match(r.text, want);
    });
  }
  test('a pasted header line: its name and line end are no mistake of the signature', async () => {
    const header = authHeader(app, { method: 'POST', path: '/payments', body: BODY });
    for (const line of [`Authorization: ${header}\r\n`, `authorization:${header}\n`, `> Authorization: ${header}\r\n`, `${header}\r\n\r\n`]) {
      const r = await verify(line);
      assert.equal(r.result, 'ok', `${JSON.stringify(line)}: ${r.text}`);
    }
  });
});

describe('secrets out of files', { concurrency: 3 }, () => {
  const secret = () => randomBytes(24).toString('hex');
  const make = async (text) => {
    const app = await newApp(stack);
    return { app, ...await withFile(text, (path) => ctl(['key', 'create', '--app', app.key, '--scopes', 'all', '--secret-file', path, '--json', ...WHY])) };
  };
  for (const [name, end] of [['LF', '\n'], ['CRLF', '\r\n'], ['nothing', '']]) {
    test(`one line end is trimmed: ${name}`, async () => {
      const s = secret();
      const r = await make(`${s}${end}`);
      assert.equal(r.code, 0, r.stderr);
      assert.equal((await get(stack, { key: r.app.key, secret: s, keyId: r.json.key_id }, '/payments?limit=1')).status, 200);
    });
  }
  const BAD = [
    ['two line ends', (s) => `${s}\n\n`, /line end/], ['a carriage return', (s) => `${s}\r`, /carriage return/],
    ['a blank at the end', (s) => `${s} \n`, /blank/], ['a blank at the beginning', (s) => ` ${s}`, /blank/],
    ['a tab', (s) => `${s}\t`, /printable ASCII/], ['a byte-order mark', (s) => `\ufeff${s}`, /byte-order mark/],
    ['double quotes', (s) => `"${s}"\n`, /without them/], ['single quotes', (s) => `'${s}'`, /without them/],
    ['a no-break space', (s) => `${s}\u00a0`, /printable ASCII/], ['UTF-16', (s) => Buffer.from(s, 'utf16le'), /NUL/],
    ['nothing', () => '', /empty/],
  ];
  for (const [name, spoil, why] of BAD) {
    test(`refused: ${name}`, async () => {
      const r = await make(spoil(secret()));
      assert.notEqual(r.code, 0, r.stdout);
      assert.match(r.stderr, why);
      assert.equal(r.stdout.trim(), '');
    });
  }
  test('a channel\'s secrets and a password file are looked at in the same way', async () => {
    const app = JSON.parse((await ctlOk(stack, ['app', 'create', '--name', 'x', '--json', ...WHY])).stdout).app_key;
    const config = file('config', JSON.stringify({ sign_type: 'HMAC-SHA256' }));
    for (const [value, why] of [[`${secret()}\r`, /secrets\.secret: .*carriage return/], [`"${secret()}"`, /secrets\.secret: quotes/]]) {
      const secrets = file('secrets', JSON.stringify({ secret: value }));
      const r = await ctl(['channel', 'create', '--app', app, '--code', 'mock', '--config-file', config, '--secrets-file', secrets, ...WHY]);
      assert.equal(r.code, 1);
      assert.match(r.stderr, why);
    }
    const password = readFileSync(join(stack.state, 'secrets/ctl.password'), 'utf8').trim();
    const list = (text) => ctl(['app', 'list'], { SHROFF_CTL_DB_PASSWORD_FILE: file('password', text) });
    assert.equal((await list(`${password}\r\n`)).code, 0);
    for (const [text, why] of [[`"${password}"\n`, /quotes/], [`${password} \n`, /blank/], [`\ufeff${password}`, /byte-order/]]) {
      const r = await list(text);
      assert.equal(r.code, 78);
      assert.match(r.stderr, /SHROFF_CTL_DB_PASSWORD_FILE/);
      assert.match(r.stderr, why);
    }
  });
});

describe('a database that refuses says why, in MariaDB\'s words, with the cure', () => {
  const rows = [
    ['a wrong password', { SHROFF_CTL_DB_PASSWORD: 'wrong' }, /shroff_ctl \(1045, Access denied.*SHROFF_<ROLE>_DB_PASSWORD_FILE/],
    ['another database', { SHROFF_DB_NAME: 'nowhere' }, /\(1044, Access denied.*'nowhere'\): .*accounts\.sql/],
    ['no socket', { SHROFF_DB_SOCKET: '/nowhere/mariadb.sock' }, /\(2002, .*socket is not there: MariaDB is not running/],
    ['a socket without a server', { SHROFF_DB_SOCKET: file('dead.sock', '') }, /\(2002, .*no process listens/],
    ...(isRoot ? [['no such database', { SHROFF_DB_NAME: 'nowhere', SHROFF_CTL_DB_USER: 'root' }, /\(1049, Unknown database.*CREATE DATABASE/]] : []),
  ];
  for (const [name, env, want] of rows) {
    test(name, async () => {
      const list = await ctl(['app', 'list'], env);
      assert.equal(list.code, 1);
      assert.match(list.stderr, want);
      const doctor = await ctl(['doctor', '--json'], env);
      const found = doctor.json.items.find((i) => i.check === 'database');
      assert.deepEqual([found.result, want.test(found.text)], ['FAIL', true], found.text);
    });
  }
  test('notify_runner says it too, in its last line and in its log', async () => {
    const r = spawnSync(buildPath('cron', 'notify_runner'), ['--once'], { encoding: 'utf8',
      env: { PATH: process.env.PATH, ...stack.env, SHROFF_RUNNER_DB_PASSWORD: 'wrong' } });
    assert.equal(r.status, 75);
    assert.match(JSON.parse(r.stdout.trim().split('\n').at(-1)).trouble, /shroff_runner \(1045/);
    assert.match(r.stderr, /"event":"db.connect".*"errno":1045.*"cure":"the account's password/);
  });
  test('a state folder that is not there, a password file that cannot be read', async () => {
    const gone = await ctl(['app', 'list'], { SHROFF_STATE: '/nowhere/var', SHROFF_DB_SOCKET: '' });
    assert.deepEqual([gone.code, /SHROFF_STATE='\/nowhere\/var': there is no such folder: start .*scripts\/run/.test(gone.stderr)], [78, true], gone.stderr);
    const empty = await ctl(['app', 'list'], { SHROFF_CTL_DB_PASSWORD_FILE: '/nowhere/password' });
    assert.match(empty.stderr, /SHROFF_CTL_DB_PASSWORD_FILE='\/nowhere\/password': want a file with a password.*No such file/);
  });
});
