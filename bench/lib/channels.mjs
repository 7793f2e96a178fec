// Orders and callbacks of the played Alipay and WeChat Pay: each needs one RSA signature, one check, or both.
import { createCipheriv, createSign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../../tests/lib/env.mjs';
import { authHeader, now } from '../../tests/lib/client.mjs';
import { callbackText } from '../../tests/lib/channel.mjs';
import { sql } from './stack.mjs';
import { payId } from './fill.mjs';
import { head, withBody } from './write.mjs';

const NONCE = '0123456789abcdef';
const CODES = ['alipay_qr', 'wx_native'];

const keyOf = (stack, name) => readFileSync(join(stack.state, 'sandbox', `${name}_private.pem`), 'utf8');
const signed = (key, text) => createSign('RSA-SHA256').update(text).sign(key, 'base64');

// The two channels of the first app, which `run` made, and the keys of their other side.
export function openChannels(stack) {
  const rows = sql(stack, `SELECT code, id FROM pay_channel WHERE app_id = ${stack.appId} AND code IN ('${CODES.join("', '")}')`);
  return { env: readEnvFile(join(stack.state, 'sandbox.env')), ids: Object.fromEntries(rows.split('\n').map((row) => row.split('\t'))),
    alipay: keyOf(stack, 'alipay'), wechat: keyOf(stack, 'wechat_pubkey') };
}

export function createAt(code) {
  const run = Math.random().toString(36).slice(2, 8);
  return (stack, i) => {
    const path = '/api/pay/create';
    const body = `{"merchant_order_id":"${code}${run}${i}","price":8800,"currency":"CNY","subject":"Blue kettle","channel":"${code}"}`;
    return withBody('POST', path, stack.port, `Authorization: ${authHeader(stack.app1, { method: 'POST', path, body })}\r\n`, body);
  };
}

const china = (ms) => new Date(ms + 8 * 3600e3).toISOString().slice(0, 19);

const alipayCallback = (channels) => (stack, i, id) => {
  const members = {
    app_id: channels.env.ALIPAY_APP_ID, seller_id: channels.env.ALIPAY_SELLER_ID, out_trade_no: payId(id),
    trade_no: `2026${String(id).padStart(24, '0')}`, trade_status: 'TRADE_SUCCESS', total_amount: '88.00', buyer_id: '2088000000000009',
    gmt_payment: china(Date.now()).replace('T', ' '), notify_id: String(id), subject: 'Blue kettle', charset: 'utf-8',
  };
  const body = new URLSearchParams({ ...members, sign_type: 'RSA2', sign: signed(channels.alipay, callbackText(members)) }).toString();
  return `${head('POST', `/api/pay/notify/order/${channels.ids.alipay_qr}`, stack.port, '')}Content-Type: application/x-www-form-urlencoded\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
};

const wechatCallback = (channels) => (stack, i, id) => {
  const plain = JSON.stringify({
    mchid: channels.env.WECHAT_MCHID, appid: channels.env.WECHAT_APPID, out_trade_no: payId(id), transaction_id: `4200${String(id).padStart(24, '0')}`,
    trade_type: 'NATIVE', trade_state: 'SUCCESS', trade_state_desc: 'paid', success_time: `${china(Date.now())}+08:00`,
    payer: { openid: 'o1' }, amount: { total: 8800, payer_total: 8800, currency: 'CNY', payer_currency: 'CNY' },
  });
  const cipher = createCipheriv('aes-256-gcm', channels.env.WECHAT_APIV3_KEY, NONCE.slice(0, 12));
  cipher.setAAD(Buffer.from('transaction'));
  const sealed = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const body = JSON.stringify({ id: String(id), create_time: `${china(Date.now())}+08:00`, event_type: 'TRANSACTION.SUCCESS', resource_type: 'encrypt-resource',
    resource: { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction', nonce: NONCE.slice(0, 12), associated_data: 'transaction', ciphertext: sealed } });
  const stamp = String(now());
  return withBody('POST', `/api/pay/notify/order/${channels.ids.wx_native}`, stack.port, `Wechatpay-Timestamp: ${stamp}\r\nWechatpay-Nonce: ${NONCE}\r\n`
    + `Wechatpay-Serial: ${channels.env.WECHAT_PUBKEY_ID}\r\nWechatpay-Signature: ${signed(channels.wechat, `${stamp}\n${NONCE}\n${body}\n`)}\r\n`, body);
};

export const callbackAt = { alipay_qr: alipayCallback, wx_native: wechatCallback };
