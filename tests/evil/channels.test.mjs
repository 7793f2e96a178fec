// What answers in the place of Alipay or WeChat Pay is hostile: nothing of it is believed, each order is 50201 with its number
// and stays open, and no request waits longer than a call may last.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { createOpen, post, query, terms } from '../lib/client.mjs';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { startStack } from '../lib/stack.mjs';
import { badCertificate, closeAll, head, page, pour, rawServer } from './lib.mjs';

const pem = (key, type) => key.export({ type, format: 'pem' });
const [ours, theirs] = [0, 0].map(() => generateKeyPairSync('rsa', { modulusLength: 2048 }));
const SECRET = { private_key: pem(ours.privateKey, 'pkcs8') };
const THEIRS = pem(theirs.publicKey, 'spki');
const CODES = {
  alipay_qr: (url) => [{ app_id: '2021000000000001', alipay_public_key: THEIRS, gateway: `${url}/gateway.do` }, SECRET],
  wx_native: (url) => [{ mchid: '1900000109', appid: 'wxd678efh567hg6787', serial_no: 'AB'.repeat(20), base: url, public_key_id: 'PUB_KEY_ID_01', public_key: THEIRS },
    { ...SECRET, apiv3_key: '0'.repeat(32) }],
};
const PAID = '{"alipay_trade_precreate_response":{"code":"10000","qr_code":"https://evil.example/"},"sign":"AAAA","code_url":"weixin://evil"}';
const TWICE = '{"alipay_trade_precreate_response":{"code":"10000"},"alipay_trade_precreate_response":{"code":"10000","qr_code":"https://evil.example/"},"sign":"AAAA","code_url":"a","code_url":"weixin://evil"}';
const SIGNED = { 'Wechatpay-Timestamp': String(Math.floor(Date.now() / 1000)), 'Wechatpay-Nonce': 'n', 'Wechatpay-Signature': 'AAAA', 'Wechatpay-Serial': 'PUB_KEY_ID_01' };

const HOSTILE = [
  ['a signature of nobody', (s) => s.end(page('200 OK', PAID, SIGNED))],
  ['no signature', (s) => s.end(page('200 OK', PAID))],
  ['members twice', (s) => s.end(page('200 OK', TWICE, SIGNED))],
  ['no end', (s) => { s.write(head('200 OK', { 'Content-Type': 'application/json' })); pour(s, () => 'x'.repeat(65536)); }],
  ['headers without end', (s) => { s.write('HTTP/1.1 200 OK\r\n'); pour(s, () => `X-A: ${'x'.repeat(900)}\r\n`); }],
  ['a bomb', (s) => { const bomb = gzipSync(Buffer.alloc(50 << 20)); s.write(head('200 OK', { 'Content-Encoding': 'gzip', 'Content-Length': bomb.length })); s.end(bomb); }],
  ['half an answer', (s) => s.end(head('200 OK', { 'Content-Length': 5000 }) + PAID)],
  ['drips', (s) => { s.write(head('200 OK', { 'Content-Length': 5000 })); pour(s, () => ' ', 300); }],
  ['a redirect', (s) => s.end(page('307 Temporary Redirect', '', { Location: `http://127.0.0.1:${elsewhere.port}/` }))],
  ['1xx without end', (s) => pour(s, () => 'HTTP/1.1 100 Continue\r\n\r\n')],
  ['not HTTP', (s) => s.end('SSH-2.0-OpenSSH_9.2\r\n')],
];

let stack, elsewhere;
before(async () => {
  stack = await startStack();
  elsewhere = await rawServer((s) => s.end(page('200 OK', PAID, SIGNED)));
});
after(() => closeAll());

async function appWith(code, url) {
  const app = await newApp(stack);
  const [config, secrets] = CODES[code](url);
  await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test'])));
  return app;
}

async function isUnknown(app, code) {
  const at = Date.now();
  const res = await post(stack, app, '/payments', terms({ channel: code }));
  assert.deepEqual([res.status, res.json.code], [502, 50201], res.text);
  assert.ok(Date.now() - at < 9500, `${Date.now() - at} ms`);
  const o = await query(stack, app, { order_no: res.json.data.order_no });
  assert.deepEqual([o.status, o.display_content, o.paid_price], ['WAITING', undefined, undefined]);
}

for (const code of Object.keys(CODES)) {
  describe(code, { concurrency: 2 }, () => {
    for (const [name, talk] of HOSTILE) {
      test(name, async () => {
        const server = await rawServer(talk);
        await isUnknown(await appWith(code, `http://127.0.0.1:${server.port}`), code);
        await createOpen(stack, stack.app1); // the workers serve others as before
      });
    }
    test('a certificate for another name', async () => {
      const server = await rawServer((s) => s.end(page('200 OK', PAID, SIGNED)), { tls: badCertificate('wrong name') });
      await isUnknown(await appWith(code, `https://127.0.0.1:${server.port}`), code);
      assert.equal(server.hits.length, 0, 'nothing is sent to it');
    });
  });
}

test('no redirect was followed', () => assert.equal(elsewhere.hits.length, 0));
