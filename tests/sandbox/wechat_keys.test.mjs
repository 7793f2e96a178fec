// WeChat Pay's keys: certificates that Shroff fetches by itself, with a bound on what strangers can cause; the
// merchant's .p12; names of receivers; certificates that end.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { createPublicKey, randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctl, newApp, withFile } from '../lib/ctl.mjs';
import { expectOk, get, newNo, post, query, terms } from '../lib/client.mjs';
import { until } from '../lib/wait.mjs';

const stack = await startStack({ SHROFF_SANDBOX_TIME_SCALE: '100' });
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');
const db = isRoot ? rootDb(stack) : undefined;
const played = isRoot ? rootDb(stack, 'sandbox') : undefined;
const dir = mkdtempSync(join(tmpdir(), 'sh-wxk-'));
after(async () => { await db?.close(); await played?.close(); rmSync(dir, { recursive: true }); stopStack(stack); });
const ROOT_ONLY = { skip: !isRoot && 'only root looks into the sandbox' };

const IDS = { mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, base: env.WECHAT_BASE };
const KEYS = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };
const channelOf = (app, config, secrets = KEYS, more = [], code = 'wx_native') =>
  withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctl(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, ...more, '--reason', 'test', '--json'])));
const idOf = (r) => { assert.equal(r.code, 0, r.stderr); return r.json.channel_id; };
const order = (more = {}) => terms({ price: 8800, channel: 'wx_native', user_ip: '203.0.113.7', ...more });
const fetches = () => played.value("SELECT COUNT(*) FROM sandbox_exchange WHERE what = 'GET /v3/certificates'");
const paid = (app, o) => until(`${o.order_no} is paid`, async () => (await query(stack, app, { order_no: o.order_no })).status === 'SUCCESS', 15_000);
const control = (no, what) => fetch(`${env.WECHAT_BASE}/control/trades/${no}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });

const app = await newApp(stack);
test('--p12 brings the key, the certificate and its serial number; its password is mchid', async () => {
  const p12 = ['--p12', env.WECHAT_MCH_P12_FILE], { private_key, ...rest } = KEYS;
  for (const [config, secrets, more, says] of [
    [IDS, KEYS, p12, /--p12 brings merchant_cert and private_key/],
    [{ ...IDS, mchid: '1900000002' }, rest, p12, /password/],
    [{ appid: IDS.appid }, rest, p12, /want mchid/],
    [IDS, rest, ['--p12', env.WECHAT_MCH_CERT_FILE], /it is no \.p12 file/],
    [IDS, rest, [], /secrets\.private_key/],
    [IDS, KEYS, [], /config\.merchant_cert must be there.*or config\.serial_no/],
  ]) {
    const r = await channelOf(app, config, secrets, more);
    assert.notEqual(r.code, 0, JSON.stringify(config));
    assert.match(r.stderr, says);
    assert.ok(!r.stderr.includes(private_key.split('\n')[1]));
  }
  idOf(await channelOf(app, IDS, rest, p12));
});

test('without a key of WeChat Pay the certificates are fetched once, however many orders begin at once', ROOT_ONLY, async () => {
  const before = await fetches();
  const made = await Promise.all(Array.from({ length: 6 }, () => post(stack, app, '/payments', order())));
  const orders = made.map((r) => expectOk(r, 201));
  assert.equal(await fetches(), before + 1);
  await control(orders[0].pay_id, { pay: true });
  await paid(app, orders[0]);
  await control(orders[1].pay_id, { pay: true, scenario: 'cert-rotation' });
  await paid(app, orders[1]);
  assert.equal(await fetches(), before + 1);
});

const other = await newApp(stack);
let otherId;
test('a callback by a certificate that is new makes Shroff fetch it', ROOT_ONLY, async () => {
  otherId = idOf(await channelOf(other, {
    ...IDS, serial_no: env.WECHAT_MCH_SERIAL, platform_serial: env.WECHAT_PLATFORM_SERIAL,
    platform_key: createPublicKey(read('WECHAT_PLATFORM_CERT_FILE')).export({ type: 'spki', format: 'pem' }),
  }));
  const before = await fetches();
  const o = expectOk(await post(stack, other, '/payments', order()), 201);
  assert.equal(await fetches(), before);
  await control(o.pay_id, { pay: true, scenario: 'cert-rotation' });
  await paid(other, o);
  assert.equal(await fetches(), before + 1);
  assert.equal(await db.value("SELECT verdict FROM callback_log WHERE channel_id = ? ORDER BY id DESC LIMIT 1", [otherId]), 'ACCEPTED');
});

test('callbacks with invented serial numbers cause one fetch a minute at most', ROOT_ONLY, async () => {
  await db.rows('UPDATE channel_note SET ask_time = ask_time - INTERVAL 2 MINUTE');
  const before = await fetches();
  const body = JSON.stringify({ id: 'x', resource: { algorithm: 'AEAD_AES_256_GCM', nonce: '0123456789ab', ciphertext: 'AAAA' } });
  const hostile = () => fetch(`${stack.base ?? stack.env.SHROFF_BASE_URL}/api/pay/notify/order/${otherId}`, {
    method: 'POST', body, headers: {
      'content-type': 'application/json', 'wechatpay-timestamp': String(Math.floor(Date.now() / 1000)), 'wechatpay-nonce': 'n',
      'wechatpay-signature': randomBytes(256).toString('base64'), 'wechatpay-serial': randomBytes(20).toString('hex').toUpperCase(),
    },
  });
  for (let i = 0; i < 3; i++) {
    const all = await Promise.all(Array.from({ length: 20 }, hostile));
    assert.deepEqual([...new Set(all.map((r) => r.status))], [401]);
    await new Promise((done) => { setTimeout(done, 1100); });
  }
  assert.equal(await fetches(), before + 1);
});

test("a receiver's name is encrypted for WeChat Pay, by certificate and by public key", async () => {
  const third = await newApp(stack);
  idOf(await channelOf(third, { ...IDS, serial_no: env.WECHAT_MCH_SERIAL, public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE') }));
  const body = (more) => ({ merchant_transfer_id: newNo('P'), price: 200_000, currency: 'CNY', subject: 'bonus', channel: 'wx_native', user_account: env.WECHAT_OPENID, ...more });
  for (const of of [app, third]) {
    const t = expectOk(await post(stack, of, '/api/pay/transfer', body({ user_name: '张三' })), 201);
    await until('it is done', async () => expectOk(await get(stack, of, `/api/pay/transfer/query?transfer_no=${t.transfer_no}`), 200).status === 'SUCCESS', 20_000);
    const without = await post(stack, of, '/api/pay/transfer', body());
    assert.deepEqual([without.json.code, without.json.data.channel_error_code], [50200, 'PARAM_ERROR'], without.text);
    const long = await post(stack, of, '/api/pay/transfer', body({ user_name: '𠮷'.repeat(64) }));
    assert.deepEqual([long.json.code, long.json.data.channel_error_code], [50200, 'TOO_LONG'], long.text);
  }
});

test('refund divert: a refund that is ABNORMAL goes to the card that an operator names', async () => {
  const o = expectOk(await post(stack, app, '/payments', order({ subject: 'kettle sandbox:refund-abnormal' })), 201);
  await control(o.pay_id, { pay: true });
  await paid(app, o);
  const refund = expectOk(await post(stack, app, '/api/pay/refund', { order_no: o.order_no, merchant_refund_id: newNo('R'), refund_price: 100, reason: 'r' }), 201);
  const now = async () => expectOk(await get(stack, app, `/api/pay/refund/query?refund_no=${refund.refund_no}`), 200);
  const divert = (file) => withFile(JSON.stringify(file), (f) => ctl(stack, ['refund', 'divert', refund.refund_no, '--receiver-file', f, '--reason', 'the account is closed', '--json']));
  await until('it is stuck', async () => (await now()).channel_error_code === 'ABNORMAL', 20_000);
  const card = { type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT', bank_account: '6222020200012345678', real_name: '张三' };
  for (const bad of [{}, { ...card, real_name: undefined }, { ...card, type: 'CARD' }, { ...card, type: 'MERCHANT_BANK_CARD' }]) {
    const r = await divert(bad);
    assert.equal(r.code, 2, r.stdout);
    assert.match(r.stderr, /--receiver-file: want/);
  }
  const done = await divert(card);
  assert.equal(done.code, 0, done.stderr);
  assert.deepEqual([done.json.refund_no, /^5030\d+$/.test(done.json.channel_refund_no)], [refund.refund_no, true]);
  await until('it is done', async () => (await now()).status === 'SUCCESS', 20_000);
  const again = await divert({ type: 'MERCHANT_BANK_CARD' });
  assert.notEqual(again.code, 0);
  assert.match(again.stderr, /it does not wait/);
  if (!isRoot) return;
  assert.equal(await db.value("SELECT COUNT(*) FROM admin_log WHERE what = 'refund.divert' AND on_what = ? AND why = 'the account is closed'", [refund.refund_no]), 1);
  const [sent] = await played.rows("SELECT received FROM sandbox_exchange WHERE what LIKE '%apply-abnormal-refund'");
  assert.match(String(sent.received), /"bank_type":"ICBC_DEBIT"/);
  assert.doesNotMatch(String(sent.received), /6222020200012345678|张三/);
});

// A certificate of the demo merchant's key between two dates.
function certificate(from, to) {
  writeFileSync(join(dir, 'ca.cnf'), `[ca]\ndefault_ca=d\n[d]\ndatabase=${dir}/index\nserial=${dir}/serial\nnew_certs_dir=${dir}\ndefault_md=sha256\npolicy=p\nunique_subject=no\n[p]\ncommonName=optional\n`);
  writeFileSync(join(dir, 'index'), '');
  writeFileSync(join(dir, 'serial'), '5A00000000000000000000000000000000000001');
  const openssl = (...args) => execFileSync('openssl', args, { stdio: 'pipe' });
  const key = env.WECHAT_MCH_PRIVATE_KEY_FILE, file = (name) => join(dir, name);
  openssl('req', '-new', '-key', key, '-subj', '/CN=merchant', '-out', file('csr'));
  openssl('ca', '-batch', '-notext', '-selfsign', '-config', file('ca.cnf'), '-keyfile', key, '-in', file('csr'), '-startdate', from, '-enddate', to, '-out', file('crt'));
  return readFileSync(file('crt'), 'utf8');
}

test('a certificate that ended is refused; doctor warns 30 days before one ends', async () => {
  const day = (days) => `${new Date(Date.now() + days * 86_400_000).toISOString().replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const fourth = await newApp(stack);
  const ended = await channelOf(fourth, { ...IDS, merchant_cert: certificate('20200101000000Z', '20210101000000Z') });
  assert.notEqual(ended.code, 0);
  assert.match(ended.stderr, /config\.merchant_cert ended on 2021-01-01T00:00:00\S*: get the next one from the channel/);
  const doctor = async () => (await ctl(stack, ['doctor', '--json'])).json.items.filter((i) => i.check.startsWith('certificate'));
  assert.deepEqual((await doctor()).map((i) => i.result), ['ok']);
  assert.match((await doctor())[0].text, /^\d+ of channels, the first to end on /);
  const id = idOf(await channelOf(fourth, { ...IDS, merchant_cert: certificate('20200101000000Z', day(29)) }));
  const [warning] = await doctor();
  assert.equal(warning.result, 'warn');
  assert.match(warning.text, new RegExp(`config\\.merchant_cert of channel ${fourth.key}/wx_native \\(${id}\\) ends on .*docs/channels\\.md`));
});
