// A channel whose configuration is not right: its orders are refused or left open, and the operator has an alert that says
// what to do; shroffctl channel test says the same before money meets it.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctl, ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { post, query, request, terms } from '../lib/client.mjs';
import { badCertificate } from '../evil/lib.mjs';

const stack = await startStack();
after(() => stopStack(stack));
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');
const pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
const OTHER = { private_key: pair.privateKey.export({ type: 'pkcs8', format: 'pem' }) };
const OTHER_PUBLIC = pair.publicKey.export({ type: 'spki', format: 'pem' });

const ALIPAY = {
  app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY, alipay_public_key: read('ALIPAY_PUBLIC_KEY_FILE'),
};
const APP = { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') };
const WECHAT = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
  public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
};
const BY_CERT = {
  app_id: env.ALIPAY_APP_ID, gateway: env.ALIPAY_GATEWAY,
  app_cert: read('ALIPAY_APP_CERT_FILE'), alipay_cert: read('ALIPAY_PUBLIC_CERT_FILE'), alipay_root_cert: read('ALIPAY_ROOT_CERT_FILE'),
};
const { public_key_id: _id, public_key: _key, ...CERTS_ONLY } = WECHAT; // it fetches WeChat Pay's certificates
const MCH = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };

// An app of its own with this channel.
async function appWith(code, config, secrets) {
  const app = await newApp(stack);
  await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test'])));
  return app;
}

const FAULTS = [
  // name, channel, config, secrets, the order's answer, the channel's code
  ['another private key', 'alipay_qr', ALIPAY, OTHER, 50200, 'isv.invalid-signature'],
  ['an app_id that Alipay does not know', 'alipay_qr', { ...ALIPAY, app_id: '2021000000009999' }, APP, 50201, 'isv.invalid-app-id'],
  ['another public key of Alipay', 'alipay_qr', { ...ALIPAY, alipay_public_key: OTHER_PUBLIC }, APP, 50201, 'ANSWER_SIGNATURE'],
  ['another private key', 'wx_native', WECHAT, { ...MCH, ...OTHER }, 50200, 'SIGN_ERROR'],
  ['another serial number', 'wx_native', { ...WECHAT, serial_no: 'AA'.repeat(20) }, MCH, 50200, 'SIGN_ERROR'],
  ['another appid', 'wx_native', { ...WECHAT, appid: 'wx0000000000000000' }, MCH, 50200, 'APPID_MCHID_NOT_MATCH'],
  ['another public key of WeChat Pay', 'wx_native', { ...WECHAT, public_key: OTHER_PUBLIC }, MCH, 50201, 'ANSWER_SIGNATURE'],
];

describe('an order meets it: the answer has the channel\'s code, and there is one alert with the cure', () => {
  for (const [name, code, config, secrets, wanted, said] of FAULTS) {
    test(`${code}: ${name}`, async () => {
      const app = await appWith(code, config, secrets);
      for (let i = 0; i < 3; i++) {
        const res = await post(stack, app, '/payments', terms({ channel: code }));
        assert.deepEqual([res.json.code, res.json.channel_error_code], [wanted, said], res.text);
      }
      const { items } = (await ctlOk(stack, ['alerts', 'list', '--json'])).json;
      const about = items.filter((a) => a.about === `channel ${app.key}/${code}`);
      assert.equal(about.length, 1);
      assert.equal(about[0].kind, 'channel_setup');
      assert.match(about[0].text, new RegExp(`${said}.*shroffctl channel test ${code} --app ${app.key}`));
    });
  }
});

// ---- shroffctl channel test

const asked = async (app, code) => {
  const r = await ctl(stack, ['channel', 'test', code, '--app', app.key, '--json']);
  return { code: r.code, of: (check) => r.json?.items.find((i) => i.check === check), stderr: r.stderr };
};

describe('channel test says so before an order meets it', { concurrency: 2 }, () => {
  for (const [name, code, config, secrets, , said] of FAULTS.filter(([, , , , , said]) => said !== 'APPID_MCHID_NOT_MATCH')) {
    test(`${code}: ${name}`, async () => {
      const r = await asked(await appWith(code, config, secrets), code);
      assert.equal(r.code, 1);
      assert.equal(r.of('configuration').result, 'ok');
      assert.equal(r.of('call').result, 'FAIL');
      assert.match(r.of('call').text, new RegExp(`^${said} \\(.*\\): .{20}`));
    });
  }
  test('wx_native: another APIv3 key', async () => {
    const r = await asked(await appWith('wx_native', CERTS_ONLY, { ...MCH, apiv3_key: '0'.repeat(32) }), 'wx_native');
    assert.equal(r.code, 1);
    assert.match(r.of('call').text, /apiv3_key/);
  });
  test('wx_native: another private key, and no key to check answers with', async () => {
    const r = await asked(await appWith('wx_native', CERTS_ONLY, { ...MCH, ...OTHER }), 'wx_native');
    assert.equal(r.code, 1);
    assert.match(r.of('call').text, /^SIGN_ERROR/);
  });
});

describe('channel test: a channel that is not there', { concurrency: 2 }, () => {
  const page = (status, headers, body) => createServer((req, res) => { req.resume(); res.writeHead(status, headers).end(body); });
  const hour = new Date(Date.now() + 3_600_000).toUTCString();
  const SERVERS = [
    ['a page', page(200, { 'Content-Type': 'text/html' }, '<html>hello</html>'), /what answers is not the channel/],
    ['a redirect', page(302, { Location: 'https://elsewhere.example/' }, ''), /HTTP 302.*redirects are not followed: to https:\/\/elsewhere\.example\//],
    ['502', page(502, {}, '<html>bad gateway</html>'), /HTTP 502/],
    ['a clock an hour ahead', page(502, { Date: hour }, ''), /HTTP 502/, /clock is 3[56]\d\d s behind/],
    ['no HTTP', createNetServer((s) => { s.on('error', () => {}); s.end('hello\r\n'); }), /connection broke/],
  ];
  for (const [name, server, text, clock] of SERVERS) {
    for (const code of ['alipay_qr', 'wx_native']) {
      test(`${code}: ${name}`, async () => {
        if (!server.listening) await new Promise((done) => { server.listen(0, '127.0.0.1', done); server.unref(); });
        const url = `http://127.0.0.1:${server.address().port}`;
        const r = await asked(code === 'alipay_qr' ? await appWith(code, { ...ALIPAY, gateway: `${url}/gateway.do` }, APP)
          : await appWith(code, { ...WECHAT, base: url }, MCH), code);
        assert.equal(r.code, 1);
        assert.match(r.of('call').text, text);
        if (clock) assert.match(r.of('clock').text, clock);
      });
    }
  }
  test('nothing listens', async () => {
    const r = await asked(await appWith('alipay_qr', { ...ALIPAY, gateway: 'http://127.0.0.1:1/gateway.do' }, APP), 'alipay_qr');
    assert.match(r.of('call').text, /cannot be reached.*Connection refused/);
  });
  test('no such name', async () => {
    const r = await asked(await appWith('alipay_qr', { ...ALIPAY, gateway: 'http://alipay.invalid/gateway.do' }, APP), 'alipay_qr');
    assert.match(r.of('call').text, /name is not found/);
  });
  test('a certificate of nobody', async () => {
    const server = createTls(badCertificate('wrong name'), (s) => s.on('error', () => {}));
    await new Promise((done) => { server.listen(0, '127.0.0.1', done); server.unref(); });
    const r = await asked(await appWith('wx_native', { ...WECHAT, base: `https://127.0.0.1:${server.address().port}` }, MCH), 'wx_native');
    assert.match(r.of('call').text, /certificate or its TLS is not right/);
    server.close();
  });
});

describe('channel test: all is well', () => {
  for (const [code, config, secrets] of [['alipay_qr', ALIPAY, APP], ['alipay_wap', BY_CERT, APP], ['wx_native', WECHAT, MCH], ['wx_pub', CERTS_ONLY, MCH], ['wallet', {}, {}]]) {
    test(code, async () => {
      const app = await appWith(code, config, secrets);
      const r = await asked(app, code);
      assert.equal(r.code, 0, r.stderr + JSON.stringify(r.of('call')));
      assert.equal(r.of('call').result, 'ok');
      assert.equal(r.of('callback address').result, 'warn', 'the base URL of a test is no public one');
      if (config === BY_CERT) assert.match(r.of('certificate').text, /is good until/);
    });
  }
  test('mock, and a channel that is disabled', async () => {
    const app = await newApp(stack);
    const r = await asked(app, 'mock');
    assert.equal(r.code, 0, JSON.stringify(r.of('call')));
    await ctlOk(stack, ['channel', 'disable', app.channelId, '--reason', 'test']);
    assert.equal((await asked(app, 'mock')).of('channel').result, 'warn');
  });
  test('no such channel, no such app, no app', async () => {
    const app = await newApp(stack);
    const none = await ctl(stack, ['channel', 'test', 'alipay_qr', '--app', app.key]);
    assert.equal(none.code, 1);
    assert.match(none.stderr, /the app has no such channel/);
    assert.match((await ctl(stack, ['channel', 'test', 'mock', '--app', 'nobody'])).stderr, /no such app/);
    assert.equal((await ctl(stack, ['channel', 'test', 'mock'])).code, 2);
  });
});

test('Alipay takes a return_url of 256 bytes; a longer one is refused before the payer sees the page', async () => {
  const app = await appWith('alipay_wap', ALIPAY, APP);
  const order = (bytes) => terms({ channel: 'alipay_wap', return_url: 'https://shop.example/'.padEnd(bytes, 'x') });
  assert.equal((await post(stack, app, '/payments', order(256))).status, 201);
  const res = await post(stack, app, '/payments', order(257));
  assert.deepEqual([res.json.code, res.json.field], [40001, 'return_url'], res.text);
  assert.match(res.json.msg, /at most 256 bytes/);
});

test('wx_wap wants the payer\'s address: an order without one is refused, at create and at submit, before WeChat Pay is asked', async () => {
  const app = await appWith('wx_wap', WECHAT, MCH);
  const refused = (res) => {
    assert.deepEqual([res.json.code, res.json.field], [40001, 'user_ip'], res.text);
    assert.match(res.json.msg, /wx_wap wants the payer's address/);
  };
  refused(await post(stack, app, '/payments', terms({ channel: 'wx_wap' })));
  const made = await post(stack, app, '/payments', terms({}));
  assert.equal(made.status, 201, made.text);
  refused(await post(stack, app, '/api/pay/submit', { order_no: made.json.data.order_no, channel: 'wx_wap' }));
  const res = await post(stack, app, '/payments', terms({ channel: 'wx_wap', user_ip: '203.0.113.7' }));
  assert.equal(res.status, 201, res.text);
});

test('wx_wap on the cashier: the payer\'s own address stands in for the user_ip of an order without one', async () => {
  const app = await appWith('wx_wap', WECHAT, MCH);
  const made = (await post(stack, app, '/payments', terms({}))).json.data;
  const path = new URL(made.cashier_url).pathname;
  const res = await request(stack, { method: 'POST', path, body: 'channel=wx_wap',
    headers: { 'Content-Type': 'application/x-www-form-urlencoded', Accept: 'text/html', Origin: stack.base } });
  assert.deepEqual([res.status, res.headers.location], [303, `${made.cashier_url}?go=1`], res.text);
  const [attempt] = (await query(stack, app, { order_no: made.order_no })).attempts;
  assert.deepEqual([attempt.channel, attempt.status], ['wx_wap', 'WAITING']);
});

test('a configuration\'s file may begin with a byte-order mark; a broken one is named, with the place, and nothing of it is shown', async () => {
  const app = await newApp(stack);
  const create = (config, secrets) => withFile(config, (c) => withFile(secrets, async (s) => ({
    c, s, ...await ctl(stack, ['channel', 'create', '--app', app.key, '--code', 'alipay_qr', '--config-file', c, '--secrets-file', s, '--reason', 'test']) })));
  const [config, secrets] = [JSON.stringify(ALIPAY), JSON.stringify(APP)];
  for (const [c, s, named, place] of [[config.slice(0, -1), secrets, 'c', /byte \d+/], [config, `${secrets.slice(0, -1)},}`, 's', /byte \d+/], ['[]', secrets, 'c', /object/]]) {
    const r = await create(c, s);
    assert.notEqual(r.code, 0, r.stdout);
    assert.ok(r.stderr.includes(r[named]), r.stderr);
    assert.match(r.stderr, place);
    assert.ok(!/PRIVATE KEY/.test(r.stderr), 'no secret is shown');
  }
  const made = await create(`\ufeff${config}`, `\ufeff${secrets}`);
  assert.equal(made.code, 0, made.stderr);
});

test('channel list shows people that a key is set; show and --json have all of it', async () => {
  const app = await appWith('alipay_qr', ALIPAY, APP);
  const list = (...more) => ctlOk(stack, ['channel', 'list', '--app', app.key, ...more]);
  const { stdout } = await list();
  assert.match(stdout, /"alipay_public_key":"set"/);
  assert.ok(stdout.includes(ALIPAY.app_id), stdout);
  assert.ok(stdout.split('\n').every((line) => line.length < 600), stdout);
  const item = (await list('--json')).json.items.find((c) => c.code === 'alipay_qr');
  assert.match(JSON.stringify(item.config), /BEGIN|MII/);
  assert.match((await ctlOk(stack, ['channel', 'show', String(item.channel_id)])).stdout, /BEGIN|MII/);
});
