// Callbacks that Alipay or WeChat Pay really signed, but about something else: another number, account, currency or amount.
// Nothing of them is applied, whoever must know has an alert, and none is a 500. Also callbacks by Alipay's next certificate.
import { after, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createCipheriv, randomUUID, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { expectOk, now, post, query, request, strangerUlid, terms } from '../lib/client.mjs';
import { signCallback } from '../lib/channel.mjs';

const stack = await startStack();
const played = isRoot ? rootDb(stack, 'sandbox') : undefined;
after(async () => { await played?.close(); stopStack(stack); });
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');
const of = (name) => readFileSync(join(stack.state, 'sandbox', name), 'utf8').trim();

const CONFIG = {
  alipay_qr: [{
    app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY,
    app_cert: read('ALIPAY_APP_CERT_FILE'), alipay_cert: read('ALIPAY_PUBLIC_CERT_FILE'), alipay_root_cert: read('ALIPAY_ROOT_CERT_FILE'),
  }, { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') }],
  wx_native: [{
    mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
    public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
  }, { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY }],
};
const app = await newApp(stack);
const ids = {};
for (const [code, [config, secrets]] of Object.entries(CONFIG)) {
  ids[code] = (await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test', '--json'])))).json.channel_id;
}
const send = (code, body, headers, about = 'order') =>
  request(stack, { method: 'POST', path: `/api/pay/notify/${about}/${ids[code]}`, body, headers });

let count = 0;
function alipay(order, more = {}, key = 'alipay_private.pem', number) {
  const pairs = {
    app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, out_trade_no: order.pay_id, trade_no: `2026${Date.now()}${count++}`,
    trade_status: 'TRADE_SUCCESS', total_amount: '88.00', gmt_payment: '2026-01-31 08:00:05', ...more,
  };
  const text = Object.keys(pairs).sort().map((k) => `${k}=${pairs[k]}`).join('&');
  const form = { ...pairs, ...(number && { alipay_cert_sn: number }), sign_type: 'RSA2', sign: sign('sha256', text, of(key)).toString('base64') };
  return send('alipay_qr', new URLSearchParams(form).toString(), { 'Content-Type': 'application/x-www-form-urlencoded; charset=utf-8' });
}
function wechat(order, more = {}, about = 'order', kind = ['TRANSACTION.SUCCESS', 'transaction']) {
  const plain = JSON.stringify({
    mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, out_trade_no: order.pay_id, transaction_id: `42${Date.now()}${count++}`, trade_state: 'SUCCESS',
    success_time: '2026-01-31T08:00:05+08:00', amount: { total: 8800, currency: 'CNY' }, ...more,
  });
  const nonce = 'abcdefghijkl', aad = kind[1], cipher = createCipheriv('aes-256-gcm', Buffer.from(env.WECHAT_APIV3_KEY), nonce);
  cipher.setAAD(Buffer.from(aad));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const body = JSON.stringify({
    id: randomUUID(), create_time: '2026-01-31T08:00:05+08:00', resource_type: 'encrypt-resource', event_type: kind[0], summary: '',
    resource: { original_type: kind[1], algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: aad, nonce },
  });
  const at = String(now());
  return send('wx_native', body, {
    'Content-Type': 'application/json', 'Wechatpay-Timestamp': at, 'Wechatpay-Nonce': 'n', 'Wechatpay-Serial': env.WECHAT_PUBKEY_ID,
    'Wechatpay-Signature': sign('sha256', `${at}\nn\n${body}\n`, of('wechat_pubkey_private.pem')).toString('base64'),
  }, about);
}
const order = async (code) => expectOk(await post(stack, app, '/payments', terms({ price: 8800, channel: code, user_ip: '203.0.113.7' })), 201);
const isTaken = (code, r) => (code === 'alipay_qr' ? r.text === 'success' : r.status < 300);
const state = async (o) => (await query(stack, app, { order_no: o.order_no })).status;
const alerts = async (o) => (await ctlOk(stack, ['alerts', 'list', '--json'])).json.items.filter((a) => a.about === o.pay_id).map((a) => a.kind);

const LIES = [
  ['alipay_qr', 'another app_id', { app_id: '2021000000009999' }, 'other_account'],
  ['alipay_qr', 'another seller_id', { seller_id: '2088000000009999' }, 'other_account'],
  ['alipay_qr', 'another amount', { total_amount: '88.01' }, 'other_price'],
  ['wx_native', 'another mchid', { mchid: '1900009999' }, 'other_account'],
  ['wx_native', 'another appid', { appid: 'wx00000000000000ff' }, 'other_account'],
  ['wx_native', 'another amount', { amount: { total: 8801, currency: 'CNY' } }, 'other_price'],
  ['wx_native', 'another currency', { amount: { total: 8800, currency: 'USD' } }, 'other_price'],
];
const TELL = { alipay_qr: alipay, wx_native: wechat };

describe('a callback about something else is refused, and the operator has an alert', () => {
  for (const [code, name, lie, kind] of LIES) {
    test(`${code}: ${name}`, async () => {
      const o = await order(code);
      const r = await TELL[code](o, lie);
      assert.ok(!isTaken(code, r) && r.status < 500, `${r.status} ${r.text}`);
      assert.equal(await state(o), 'WAITING');
      assert.deepEqual(await alerts(o), [kind]);
      assert.ok(isTaken(code, await TELL[code](o)), 'the true one is believed afterwards');
      assert.equal(await state(o), 'SUCCESS');
    });
  }
});

// A look-up by such a number must not mix the character sets of a column and a text.
describe('a callback about a number that is none of ours is a clean refusal', () => {
  for (const no of [strangerUlid(), 'ORDER-1', '订单一', 'é'.repeat(13), '🙂🙂🙂🙂🙂🙂', "' OR 1=1 -- ", ' ', 'x'.repeat(26)]) {
    test(JSON.stringify(no), async () => {
      const tries = [
        alipay({ pay_id: no }), wechat({ pay_id: no }),
        wechat({}, { out_refund_no: no, refund_id: '503001', refund_status: 'SUCCESS', amount: { refund: 100, total: 8800 } }, 'refund', ['REFUND.SUCCESS', 'refund']),
        wechat({}, { out_bill_no: no, transfer_bill_no: '133001', state: 'SUCCESS', transfer_amount: 100, update_time: '2026-01-31T08:00:05+08:00', mch_id: env.WECHAT_MCHID }, 'transfer', ['MCHTRANSFER.BILL.FINISHED', 'mch_payment']),
        request(stack, {
          method: 'POST', path: '/api/pay/callback', headers: { 'Content-Type': 'application/json' },
          body: JSON.stringify(signCallback({ pay_id: no, status: 'SUCCESS', price: 8800, currency: 'CNY', channel_order_no: 'M1', success_time: '2026-01-31T08:00:05Z', timestamp: now(), nonce: 'n'.repeat(32) }, stack.app1.channelSecret)),
        }),
      ];
      for (const r of await Promise.all(tries)) assert.ok(r.status >= 200 && r.status < 500 && r.text !== 'success', `${r.status} ${r.text}`);
    });
  }
});

test("a callback by Alipay's next certificate is believed, and all processes fetch it once", async () => {
  const downloads = () => played?.value("SELECT COUNT(*) FROM sandbox_exchange WHERE what LIKE '%alipaycert.download%'");
  const number = of('alipay_next_cert.sn');
  for (let i = 0; i < 8; i++) {
    const o = await order('alipay_qr');
    assert.equal((await alipay(o, {}, 'foreign_private.pem', number)).status, 401, 'its number alone proves nothing');
    const r = await alipay(o, {}, 'alipay_next_private.pem', i % 2 === 0 ? number : undefined);
    assert.equal(r.text, 'success');
    assert.equal(await state(o), 'SUCCESS');
  }
  for (let i = 0; i < 30; i++) await alipay({ pay_id: strangerUlid() }, {}, 'foreign_private.pem', 'ab'.repeat(16));
  if (isRoot) assert.equal(await downloads(), 1);
});
