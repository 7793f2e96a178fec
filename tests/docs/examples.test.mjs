// The examples of docs/merchant.md: the text in the guide is the files', every file gives the golden
// vectors' results, and with SHROFF_DEMO_ENV (a running test stack's demo.env) each language really
// creates and queries an order. SHROFF_UPDATE_DOCS=1 copies the files into the guide anew.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFile, execFileSync, spawn } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../..', import.meta.url));
const guide = join(root, 'docs/merchant.md');
const examples = join(root, 'examples');
const { signing, webhook } = JSON.parse(readFileSync(new URL('vectors.json', import.meta.url), 'utf8'));
const dir = mkdtempSync(join(tmpdir(), 'examples-'));
const started = [];
const json = JSON.stringify;
const clean = { PATH: process.env.PATH, LANG: 'C.UTF-8', PYTHONDONTWRITEBYTECODE: '1' };
const run = async (program, args, env = {}) =>
  (await promisify(execFile)(program, args, { env: { ...clean, ...env }, timeout: 20000 })).stdout;
const has = (program) => { try { execFileSync('which', [program]); return true; } catch { return false; } };
const missing = (program) => (has(program) ? false : `${program} is not installed`);
after(() => {
  for (const child of started) child.kill('SIGTERM');
  rmSync(dir, { recursive: true, force: true });
});

// ---- the guide holds the files ----
const EMBEDDED = /<!-- file: (\S+) -->\n```(\w+)\n([^]*?)```\n<!-- end -->/g;

test('the guide shows the files as they are', () => {
  let text = readFileSync(guide, 'utf8');
  if (process.env.SHROFF_UPDATE_DOCS) {
    text = text.replace(EMBEDDED, (_, file, kind) =>
      `<!-- file: ${file} -->\n\`\`\`${kind}\n${readFileSync(join(root, file), 'utf8')}\`\`\`\n<!-- end -->`);
    writeFileSync(guide, text);
  }
  const shown = [...text.matchAll(EMBEDDED)];
  assert.deepEqual(shown.map(([, file]) => file).sort(), [
    'examples/signing/sign.mjs', 'examples/signing/sign.php', 'examples/signing/sign.py',
    'examples/signing/sign.sh', 'examples/webhook/verify.mjs', 'examples/webhook/verify.php',
    'examples/webhook/verify.py', 'examples/webhook/verify.sh']);
  for (const [, file, , code] of shown) {
    assert.equal(code, readFileSync(join(root, file), 'utf8'), `${file}: SHROFF_UPDATE_DOCS=1 copies it`);
  }
});

test("the guide's worked vector is the golden one", () => {
  const text = readFileSync(guide, 'utf8');
  const { method, path, timestamp, nonce, body, signature, app_secret: secret } = signing[0];
  assert.ok(text.includes(`${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`), 'the five lines');
  assert.ok(text.includes(signature), 'the signature');
  assert.ok(text.includes(secret), 'the secret');
  assert.equal(createHmac('sha256', secret).update(`${method}\n${path}\n${timestamp}\n${nonce}\n${body}\n`)
    .digest('hex'), signature);
});

test('links in the guide lead to files', () => {
  for (const [, target] of readFileSync(guide, 'utf8').matchAll(/\]\((?!https?:|#)([^)#]+)[^)]*\)/g)) {
    assert.doesNotThrow(() => readFileSync(join(root, 'docs', target)), target);
  }
});

// ---- signing ----
const SIGNERS = {
  'sh': ['sh', (args) => ['-c', '. "$0/signing/sign.sh"; authorization "$@"', examples, ...args]],
  'bash': ['bash', (args) => ['-c', '. "$0/signing/sign.sh"; authorization "$@"', examples, ...args]],
  'node': ['node', (args) => ['--input-type=module', '-e',
    `import { authorization } from '${examples}/signing/sign.mjs';
     process.stdout.write(authorization(...process.argv.slice(1)))`, '--', ...args]],
  'python3': ['python3', (args) => ['-c',
    `import sys; sys.path.insert(0, '${examples}/signing'); import sign
sys.stdout.write(sign.authorization(*sys.argv[1:]))`, ...args]],
  'php': ['php', (args) => ['-r', `require '${examples}/signing/sign.php';
    echo authorization($argv[1], $argv[2], $argv[3], (int) $argv[4], $argv[5]);`, '--', ...args]],
};
for (const [language, [program, args]] of Object.entries(SIGNERS)) {
  test(`signing in ${language} gives the golden signatures`, { skip: missing(program) }, async () => {
    for (const v of signing) {
      const header = await run(program, args([v.method, v.path, v.body, String(v.timestamp), v.nonce]),
        { SHROFF_BASE_URL: 'http://x', SHROFF_APP_KEY: v.app_key, SHROFF_APP_SECRET: v.app_secret });
      assert.equal(header, `SHROFF-HMAC-SHA256 app_key="${v.app_key}",timestamp="${v.timestamp}",` +
        `nonce="${v.nonce}",signature="${v.signature}"`, v.name);
    }
  });
}

// ---- signed is what is sent ----
// A server that keeps each request as it came, byte for byte, and gives one answer after the other.
async function listen(answers) {
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    seen.push({ at: Date.now(), method: request.method, path: request.url, body,
      auth: Object.fromEntries([...request.headers.authorization.matchAll(/(\w+)="([^"]*)"/g)].map(([, n, v]) => [n, v])) });
    const [status, headers, text] = answers[seen.length - 1] ?? answers.at(-1);
    response.writeHead(status, headers).end(text);
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  started.push({ kill: () => { server.closeAllConnections(); server.close(); } });
  return { seen, url: `http://127.0.0.1:${server.address().port}` };
}
const SECRET = 'not-a-real-secret-just-an-example';
const signedRightly = ({ method, path, body, auth }) => auth.signature === createHmac('sha256', SECRET)
  .update(`${method}\n${Buffer.from(path, 'latin1').toString('latin1')}\n${auth.timestamp}\n${auth.nonce}\n${body}\n`, 'latin1').digest('hex');
const SENDERS = {
  sh: ['sh', 'signing/sign.sh'], node: ['node', 'signing/sign.mjs'],
  python3: ['python3', 'signing/sign.py'], php: ['php', 'signing/sign.php'],
};
const DONE = '{"code":0,"msg":"success","data":{"order_no":"01J"}}';
const ODD_PATHS = ['/a b?c=d e', '/a?x=茶', '/a?from=2026-01-01T00:00:00+08:00', '/a?x=1#fragment', '/a/../b/./c', '//a',
  "/a?q='x'", '/%7e%2E?x=%2b', '/a?x={1,2}|[3-4]^`', '/a\\b', '/a?', '/a?x=<">'];
for (const [language, [program, file]] of Object.entries(SENDERS)) {
  test(`${language} signs the path that it sends, however odd`, { skip: missing(program) }, async () => {
    const server = await listen([[200, {}, DONE]]);
    const env = { SHROFF_BASE_URL: `${server.url}/`, SHROFF_APP_KEY: 'k', SHROFF_APP_SECRET: SECRET };
    for (const path of ODD_PATHS) {
      assert.equal((await run(program, [join(examples, file), 'GET', path], env)).trim(), DONE, path);
      assert.ok(signedRightly(server.seen.at(-1)), `${path}, sent as ${server.seen.at(-1).path}`);
    }
    assert.equal(server.seen.length, ODD_PATHS.length);
  });

  test(`${language} waits after 429 and 503, signs anew, and goes on`, { skip: missing(program) }, async () => {
    const server = await listen([[429, { 'Retry-After': '1' }, '{"code":42900}'],
      [503, { 'Retry-After': '1' }, '{"code":50301}'], [201, {}, DONE]]);
    const env = { SHROFF_BASE_URL: server.url, SHROFF_APP_KEY: 'k', SHROFF_APP_SECRET: SECRET };
    const body = '{"merchant_order_id":"茶 1"}';
    assert.equal((await run(program, [join(examples, file), 'POST', '/payments', body], env)).trim(), DONE);
    assert.deepEqual(server.seen.map((s) => Buffer.from(s.body).toString()), [body, body, body]);
    assert.equal(new Set(server.seen.map((s) => s.auth.nonce)).size, 3, 'a new nonce every time');
    for (const [i, s] of server.seen.entries()) assert.ok(i === 0 || s.at - server.seen[i - 1].at >= 950, 'it waited');
  });
}

test("the guide's poller waits after 429 and 503, and goes on to the order", async () => {
  const status = (word) => [200, {}, json({ code: 0, msg: 'success', data: { status: word,
    expire_time: new Date(Date.now() + 60000).toISOString() } })];
  const answers = [[429, { 'Retry-After': '1' }, '{"code":42900}'], [503, { 'Retry-After': '1' }, '{"code":50301}'],
    [502, {}, '<html>'], status('WAITING'), status('SUCCESS')];
  const asked = [];
  const server = createServer((request, response) => {
    asked.push({ at: Date.now(), url: request.url });
    const [code, headers, text] = answers[asked.length - 1];
    response.writeHead(code, headers).end(text);
  });
  started.push({ kill: () => { server.closeAllConnections(); server.close(); } });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const poller = /```js\n(const look = [^]*?)```/.exec(readFileSync(guide, 'utf8'))[1];
  const shown = await new Promise((show) =>
    new Function('shroff', 'token', 'show', poller)(`http://127.0.0.1:${server.address().port}`, 'f00', show));
  assert.equal(shown, 'SUCCESS');
  assert.equal(asked.length, answers.length);
  assert.equal(asked[0].url, '/api/pay/status?token=f00');
  [1000, 1000, 5000, 2000].forEach((ms, i) => {
    assert.ok(asked[i + 1].at - asked[i].at >= ms - 50, `after answer ${i + 1} it waited ${asked[i + 1].at - asked[i].at} ms`);
  });
});

// ---- used wrongly ----
const env = { SHROFF_BASE_URL: 'http://127.0.0.1:9', SHROFF_APP_KEY: 'k', SHROFF_APP_SECRET: SECRET };
const USED_WRONGLY = [
  ['no arguments', env, [], /usage/], ['a method alone', env, ['GET'], /usage/],
  ['no secret', { ...env, SHROFF_APP_SECRET: '' }, ['GET', '/x'], /SHROFF_APP_SECRET is not set/],
  ['no key', { ...env, SHROFF_APP_KEY: '' }, ['GET', '/x'], /SHROFF_APP_KEY is not set/],
  ['no address', { ...env, SHROFF_BASE_URL: '' }, ['GET', '/x'], /SHROFF_BASE_URL is not set/],
  ['no slash', env, ['GET', 'x'], /must begin with \//],
];
const WATCHERS = { sh: 'sh', node: 'mjs', python3: 'py', php: 'php' };
const oneLine = async (program, args, settings, words, name) => {
  const failed = await run(program, args, settings).then(() => null, (error) => error);
  assert.ok(failed?.code > 0, `${name}: ${failed}`);
  assert.match(failed.stderr, words, name);
  assert.equal(failed.stderr.trim().split('\n').length, 1, `${name}: ${failed.stderr}`);
  assert.equal(failed.stdout, '', name);
};
for (const [language, [program, file]] of Object.entries(SENDERS)) {
  test(`the examples in ${language}, used wrongly, say so in one line`, { skip: missing(program) }, async () => {
    for (const [name, settings, args, words] of USED_WRONGLY) {
      await oneLine(program, [join(examples, file), ...args], settings, words, `${file}: ${name}`);
    }
    const verify = join(examples, `webhook/verify.${WATCHERS[language]}`);
    await oneLine(program, [verify], { SHROFF_WEBHOOK_SECRET: webhook.secret }, /usage/, `${verify}: no arguments`);
    const args = language === 'sh' ? [guide, guide] : ['1'];
    await oneLine(program, [verify, ...args], {}, /SHROFF_WEBHOOK_SECRET/, `${verify}: no secret`);
  });
}

// ---- the shell examples keep the secret to themselves ----
test('create.sh signs rightly, and no program it calls ever sees the secret', async () => {
  const secret = `S3cret-${randomBytes(12).toString('hex')}`;
  const calls = join(dir, 'calls');
  for (const program of ['openssl', 'curl', 'od', 'cut', 'sed', 'date', 'dirname', 'cat']) {
    const real = execFileSync('which', [program]).toString().trim();
    writeFileSync(join(dir, program), `#!/bin/sh
{ echo ${program} "$@"; tr '\\0' '\\n' < /proc/$$/environ; } >> ${calls}\nexec ${real} "$@"\n`);
    chmodSync(join(dir, program), 0o755);
  }
  const seen = [];
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    seen.push({ request, body });
    response.writeHead(201).end('{"code":0,"msg":"success","data":{"pay_url":"http://x/y?a=1&b=2"}}');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  writeFileSync(join(dir, 'demo.env'), `SHROFF_BASE_URL='http://127.0.0.1:${server.address().port}'
SHROFF_APP_KEY='app-one'\nSHROFF_APP_SECRET='${secret}'\nSHROFF_APP2_KEY='app-two'\nSHROFF_APP2_SECRET='${secret}2'\n`);
  const create = (...args) => run('sh', [join(examples, 'create.sh'), '--env', join(dir, 'demo.env'), ...args],
    { PATH: `${dir}:${clean.PATH}`, SHROFF_APP_SECRET: secret, SHROFF_APP2_SECRET: `${secret}2` });
  assert.match(await create('--subject', 'A "tea" \\ 茶', '--price', '1', '--merchant-order-id=SO-7'), /^\{"code":0/);
  await create('--app', '2', '--channel', '');
  server.close();

  assert.deepEqual(JSON.parse(seen[0].body), { merchant_order_id: 'SO-7', price: 1, currency: 'CNY',
    subject: 'A "tea" \\ 茶', channel: 'mock' });
  assert.equal(JSON.parse(seen[1].body).channel, undefined);
  seen.forEach(({ request, body }, i) => {
    const value = (name) => new RegExp(`${name}="([^"]*)"`).exec(request.headers.authorization)[1];
    assert.equal(value('app_key'), ['app-one', 'app-two'][i]);
    assert.ok(Math.abs(Date.now() / 1000 - Number(value('timestamp'))) < 30);
    assert.equal(value('signature'), createHmac('sha256', [secret, `${secret}2`][i])
      .update(`POST\n/payments\n${value('timestamp')}\n${value('nonce')}\n${body}\n`).digest('hex'));
  });
  const trace = readFileSync(calls, 'utf8');
  assert.match(trace, /^curl -sS/m);
  assert.equal(trace.includes('signature='), false, 'nor the header');
  assert.equal(trace.includes(secret), false, 'not even when the caller had exported it');
});

test('create.sh says what is wrong in one line', async () => {
  const refused = async (args, words) => {
    const failed = await run('sh', [join(examples, 'create.sh'), ...args]).then(() => null, (error) => error);
    assert.equal(failed?.code, 2, args.join(' '));
    assert.match(failed.stderr, words);
    assert.equal(failed.stderr.trim().split('\n').length, 1);
  };
  await refused(['--price', '1.5'], /whole number/);
  await refused(['--app', '3'], /1 or 2/);
  await refused(['--nothing', 'x'], /--help/);
  await refused(['--price'], /wants a value/);
  await refused(['--env', '/nowhere/demo.env'], /cannot read \/nowhere\/demo.env/);
  writeFileSync(join(dir, 'empty.env'), '');
  await refused(['--env', join(dir, 'empty.env')], /SHROFF_BASE_URL is not set/);
  assert.match(await run('sh', [join(examples, 'create.sh'), '--help']), /--merchant-order-id/);
});

// ---- verifying ----
const VERIFIERS = {
  node: ['node', ({ headers, body, secret, now }) => ['--input-type=module', '-e',
    `import { verified } from '${examples}/webhook/verify.mjs';
     const [headers, body, secret, now] = process.argv.slice(1);
     console.log(verified(JSON.parse(headers), Buffer.from(body), secret, Number(now)))`,
    '--', json(headers), body, secret, String(now)]],
  python3: ['python3', ({ headers, body, secret, now }) => ['-c',
    `import sys, json; sys.path.insert(0, '${examples}/webhook'); import verify
print(str(verify.verified(json.loads(sys.argv[1]), sys.argv[2].encode(), sys.argv[3], int(sys.argv[4]))).lower())`,
    json(headers), body, secret, String(now)]],
  php: ['php', ({ headers, body, secret, now }) => ['-r', `require '${examples}/webhook/verify.php';
     echo json_encode(verified(json_decode($argv[1], true), $argv[2], $argv[3], (int) $argv[4]));`,
  '--', json(headers), body, secret, String(now)]],
};
const genuine = { headers: { 'webhook-id': webhook.id, 'webhook-timestamp': webhook.timestamp,
  'webhook-signature': webhook.signature }, body: webhook.body, secret: webhook.secret,
  now: Number(webhook.timestamp) };
const changed = (headers) => ({ ...genuine, headers: { ...genuine.headers, ...headers } });
const [newest, oldest] = webhook.signature.split(' ');
const WEBHOOK_CASES = [
  ['as sent', genuine, true],
  ['the old secret, while it rotates', { ...genuine, secret: webhook.old_secret }, true],
  ['an unknown version in front', changed({ 'webhook-signature': `v1a,AAAA ${newest}` }), true],
  ['the other order', changed({ 'webhook-signature': `${oldest} ${newest}` }), true],
  ['300 s late', { ...genuine, now: genuine.now + 300 }, true],
  ['301 s late', { ...genuine, now: genuine.now + 301 }, false],
  ['301 s early', { ...genuine, now: genuine.now - 301 }, false],
  ['another body', { ...genuine, body: `${webhook.body} ` }, false],
  ['another id', changed({ 'webhook-id': 'ntf_2' }), false],
  ['another secret', { ...genuine, secret: 'whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA' }, false],
  ['no signature', changed({ 'webhook-signature': '' }), false],
  ['a version that is not v1', changed({ 'webhook-signature': newest.replace('v1,', 'v2,') }), false],
  ['rubbish', changed({ 'webhook-signature': 'v1, v1,= v1,%%% ,,' }), false],
  ['no timestamp', changed({ 'webhook-timestamp': '' }), false],
  ['a timestamp with words', changed({ 'webhook-timestamp': `${webhook.timestamp}x` }), false],
];
for (const [language, [program, args]] of Object.entries(VERIFIERS)) {
  test(`verifying in ${language} accepts the genuine and refuses the false`, { skip: missing(program) }, async () => {
    for (const [name, input, want] of WEBHOOK_CASES) {
      assert.equal((await run(program, args(input))).trim(), String(want), name);
    }
  });
}
test('verifying in sh accepts the genuine and refuses the false', async () => {
  for (const [name, { headers, body, secret, now }, want] of WEBHOOK_CASES) {
    writeFileSync(join(dir, 'headers'), Object.entries(headers).map(([n, v]) => `${n}: ${v}\r\n`).join(''));
    writeFileSync(join(dir, 'body'), body);
    const good = await run('sh', [join(examples, 'webhook/verify.sh'), join(dir, 'headers'), join(dir, 'body')],
      { SHROFF_WEBHOOK_SECRET: secret, SHROFF_NOW: String(now) }).then(() => true, () => false);
    assert.equal(good, want, name);
  }
});

for (const [language, [program, args]] of Object.entries(VERIFIERS)) {
  test(`verifying in ${language} without a secret believes nothing`, { skip: missing(program) }, async () => {
    const { id, timestamp, body } = webhook;
    const forged = createHmac('sha256', '').update(`${id}.${timestamp}.${body}`).digest('base64');
    for (const secret of ['', 'whsec_']) {
      const input = { ...changed({ 'webhook-signature': `v1,${forged}` }), secret };
      const failed = await run(program, args(input)).then(() => null, (error) => error);
      assert.match(failed?.stderr ?? 'believed', /SHROFF_WEBHOOK_SECRET/);
    }
  });
}

const freePort = () => new Promise((done) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
const RECEIVERS = {
  node: (port) => ['node', join(examples, 'webhook/verify.mjs'), port],
  python3: (port) => ['python3', join(examples, 'webhook/verify.py'), port],
  php: (port) => ['php', '-S', `127.0.0.1:${port}`, join(examples, 'webhook/verify.php')],
};
for (const [language, command] of Object.entries(RECEIVERS)) {
  test(`the receiver in ${language} acknowledges what is genuine`, { skip: missing(language) }, async () => {
    const port = await freePort();
    const [program, ...args] = command(String(port));
    started.push(spawn(program, args, { env: { ...clean, SHROFF_WEBHOOK_SECRET: webhook.secret }, stdio: 'ignore' }));
    const key = Buffer.from(webhook.secret.slice(6), 'base64');
    const body = json({ type: 'order.success', timestamp: 'now', data: { merchant_order_id: 'SO 茶', version: 2 } });
    const send = (signed) => {
      const at = Math.floor(Date.now() / 1000);
      const signature = createHmac('sha256', key).update(`01K.${at}.${signed}`).digest('base64');
      return fetch(`http://127.0.0.1:${port}/notify/3`, { method: 'POST', body, headers: {
        'webhook-id': '01K', 'webhook-timestamp': String(at), 'webhook-signature': `v1,${signature}` } });
    };
    let good = null;
    for (let i = 0; i < 100 && !good; i += 1) {
      good = await send(body).catch(() => new Promise((done) => setTimeout(() => done(null), 50)));
    }
    assert.equal(good?.status, 200);
    assert.equal(await good.text(), 'SUCCESS');
    assert.equal((await send(`${body} `)).status, 401);
  });
}

// ---- for real ----
const demo = process.env.SHROFF_DEMO_ENV && Object.fromEntries(
  [...readFileSync(process.env.SHROFF_DEMO_ENV, 'utf8').matchAll(/^(\w+)='([^']*)'$/gm)].map(([, n, v]) => [n, v]));
for (const [language, [program, file]] of Object.entries(SENDERS)) {
  test(`${language} creates and queries an order for real`,
    { skip: demo ? missing(program) : 'SHROFF_DEMO_ENV is not set' }, async () => {
      const env = { SHROFF_BASE_URL: demo.SHROFF_BASE_URL, SHROFF_APP_KEY: demo.SHROFF_APP_KEY,
        SHROFF_APP_SECRET: demo.SHROFF_APP_SECRET };
      const send = async (...args) => JSON.parse(await run(program, [join(examples, file), ...args], env));
      const id = `DOC-${randomBytes(8).toString('hex')}`;
      const made = await send('POST', '/payments', json({ merchant_order_id: id, price: 8800, currency: 'CNY',
        subject: '茶 "Tea"', channel: 'mock' }));
      assert.equal(made.code, 0, json(made));
      assert.equal(made.data.status, 'WAITING');
      assert.match(made.data.pay_url, /\/mockpay\?pay_id=/);
      const asked = await send('GET', `/api/pay/query?merchant_order_id=${id}`);
      assert.equal(asked.code, 0, json(asked));
      assert.equal(asked.data.order_no, made.data.order_no);
      assert.equal((await send('GET', '/api/pay/query?order_no=nonsense')).code, 40001, 'refusals are shown too');
    });
}
for (const name of ['expiry', 'lost_callback', 'refund_fails']) {
  test(`testing/${name}.mjs ends well`, { skip: demo ? false : 'SHROFF_DEMO_ENV is not set' }, async () => {
    await run('node', [join(examples, 'testing', `${name}.mjs`)], { SHROFF_BASE_URL: demo.SHROFF_BASE_URL,
      SHROFF_APP_KEY: demo.SHROFF_APP_KEY, SHROFF_APP_SECRET: demo.SHROFF_APP_SECRET });
  });
}

test('create.sh creates an order for real', { skip: demo ? false : 'SHROFF_DEMO_ENV is not set' }, async () => {
  for (const app of ['1', '2']) {
    const answer = JSON.parse(await run('sh', [join(examples, 'create.sh'), '--env', process.env.SHROFF_DEMO_ENV,
      '--app', app, '--subject', '茶 "Tea" \\', '--price', '128800']));
    assert.equal(answer.code, 0, json(answer));
    assert.equal(answer.data.price, 128800);
  }
});

// The guide's own commands, run as they stand there, in a folder of their own.
const chapter = (title) => readFileSync(guide, 'utf8').split(`\n## ${title}\n`)[1].split('\n## ')[0];
const commands = (title) => /```sh\n([^]*?)```/.exec(chapter(title))[1].replaceAll('APP_KEY', demo.SHROFF_APP_KEY);
const shell = (script, env = {}) => run('sh', ['-ec', `cd ${dir}\n${script}`], { ...demo, ...env,
  PATH: `${resolve(root, process.env.SHROFF_BUILD || 'build', 'cli')}:${process.env.PATH}` });

test('an RSA key registered and used as the guide says', { skip: demo ? false : 'SHROFF_DEMO_ENV is not set' }, async () => {
  const script = commands('RSA keys').replace('SO-1002', `DOC-${randomBytes(8).toString('hex')}`);
  const answer = (await shell(script)).trim().split('\n').at(-1);
  assert.equal(JSON.parse(answer).code, 0, answer);
});

test("the operator's commands of the guide work", { skip: demo ? false : 'SHROFF_DEMO_ENV is not set' }, async () => {
  const [first, ...rest] = commands('Going live').replaceAll(demo.SHROFF_APP_KEY, 'APP_KEY').trim().split('\n');
  const printed = await shell(first);
  assert.match(printed, /whsec_/);
  const [, key] = /\bapp_key\s+(\w+)/.exec(printed) ?? assert.fail(printed);
  await shell(rest.join('\n').replaceAll('APP_KEY', key));
});
