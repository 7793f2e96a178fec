// Shroff with the eleven channel codes of the sandbox's demo merchant, its payer, and a merchant's application.
import assert from 'node:assert/strict';
import { createPublicKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack } from '../lib/stack.mjs';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { expectOk, get, newNo, post, query, terms } from '../lib/client.mjs';
import { until } from '../lib/wait.mjs';

export const stack = await startStack({ SHROFF_SANDBOX_TIME_SCALE: '100', SHROFF_WORKERS: '12' });
export const app = await newApp(stack); // the demo app has these channels already, all of one mode
export const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');

export const ALIPAY = { app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: env.ALIPAY_GATEWAY };
export const BY_KEY = { ...ALIPAY, alipay_public_key: read('ALIPAY_PUBLIC_KEY_FILE') };
export const BY_CERT = {
  ...ALIPAY, app_cert: read('ALIPAY_APP_CERT_FILE'), alipay_cert: read('ALIPAY_PUBLIC_CERT_FILE'), alipay_root_cert: read('ALIPAY_ROOT_CERT_FILE'),
};
// With none of WeChat Pay's keys: its certificates are fetched.
const FETCHES = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, base: env.WECHAT_BASE, merchant_cert: read('WECHAT_MCH_CERT_FILE'),
};
const WECHAT = {
  mchid: env.WECHAT_MCHID, appid: env.WECHAT_APPID, serial_no: env.WECHAT_MCH_SERIAL, base: env.WECHAT_BASE,
  public_key_id: env.WECHAT_PUBKEY_ID, public_key: read('WECHAT_PUBKEY_FILE'),
  platform_serial: env.WECHAT_PLATFORM_SERIAL,
  platform_key: createPublicKey(read('WECHAT_PLATFORM_CERT_FILE')).export({ type: 'spki', format: 'pem' }),
};
export const KEY = { private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') };
const SEALED = { ...KEY, aes_key: env.ALIPAY_AES_KEY };
const MCH = { private_key: read('WECHAT_MCH_PRIVATE_KEY_FILE'), apiv3_key: env.WECHAT_APIV3_KEY };

// ---- the payer: opens what is shown, then presses Pay on the cashier's page

export const cashier = (channel, no) => env.SANDBOX_CASHIER_URL.replace('{channel}', channel).replace('{out_trade_no}', no).replace('{qr}', '');
export async function press(url) {
  const res = await fetch(url, { method: 'POST', body: new URLSearchParams({ outcome: 'pay' }), redirect: 'manual' });
  assert.ok(res.status < 400, `${url}: ${res.status}`);
}
async function open(url) {
  const res = await fetch(url);
  assert.match(await res.text(), /<form[^>]*method="post"/i, url);
}
const onPage = async (o) => { await open(o.pay_url); await press(cashier('alipay', o.pay_id)); };
const inApp = async (o) => { await open(`${env.ALIPAY_GATEWAY}?${o.display_content}`); await press(cashier('alipay', o.pay_id)); };
const byScan = async (o) => { await open(o.display_content); await press(o.display_content); };
const inWechat = (o) => press(cashier('wechat', o.pay_id));

export const OPENID = { openid: env.WECHAT_OPENID };
export const CODES = {
  alipay_pc: { config: BY_KEY, secrets: KEY, shows: 'redirect', pay: onPage },
  alipay_wap: { config: BY_CERT, secrets: KEY, shows: 'redirect', pay: onPage },
  alipay_app: { config: BY_CERT, secrets: SEALED, shows: 'app', pay: inApp },
  alipay_qr: { config: BY_CERT, secrets: SEALED, shows: 'qr_code', pay: byScan },
  alipay_bar: { config: BY_KEY, secrets: SEALED, extras: { auth_code: '281234567890123456' }, asks: '281234567890123403' },
  wx_native: { config: WECHAT, secrets: MCH, shows: 'qr_code', pay: inWechat },
  wx_pub: { config: FETCHES, secrets: MCH, shows: 'app', pay: inWechat, extras: OPENID },
  wx_lite: { config: WECHAT, secrets: MCH, shows: 'app', pay: inWechat, extras: OPENID },
  wx_app: { config: WECHAT, secrets: MCH, shows: 'app', pay: inWechat },
  wx_wap: { config: FETCHES, secrets: MCH, shows: 'redirect', pay: inWechat },
  wx_bar: { config: WECHAT, secrets: MCH, extras: { auth_code: '130000000000000000' }, asks: '130000000000000003' },
};

export const why = ['--reason', 'test'];
for (const [code, of] of Object.entries(CODES)) {
  const create = (...keys) => ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, ...keys, ...why]);
  const [same] = Object.entries(CODES).find(([, other]) => other.config === of.config && other.secrets === of.secrets);
  if (same !== code) await create('--keys-of', same);
  else await withFile(JSON.stringify(of.config), (config) => withFile(JSON.stringify(of.secrets), (secrets) => create('--config-file', config, '--secrets-file', secrets)));
}

// ---- the merchant

export const order = (code, more = {}) => terms({
  price: 8800, subject: '蓝水壶 a=b & c', channel: code, user_ip: '203.0.113.7', return_url: 'https://shop.example/back?x=1',
  ...(CODES[code].extras ? { channel_extras: CODES[code].extras } : {}), ...more,
});
export const make = async (code, more) => expectOk(await post(stack, app, '/payments', order(code, more)), 201);
export const paid = (o, sync = {}) => until(`${o.order_no} is paid`, async () => {
  const now = await query(stack, app, { order_no: o.order_no, ...sync });
  return now.status === 'SUCCESS' && now;
}, 20_000, 250);
export const refund = async (o, price) => {
  const first = expectOk(await post(stack, app, '/api/pay/refund', { order_no: o.order_no, merchant_refund_id: newNo('R'), refund_price: price, reason: '不要了' }), 201);
  return until(`${first.refund_no} is done`, async () => {
    const now = expectOk(await refundOf(first.refund_no), 200);
    return now.status === 'SUCCESS' && now;
  }, 20_000, 250);
};
export const refundOf = (no) => get(stack, app, `/api/pay/refund/query?refund_no=${no}`);
