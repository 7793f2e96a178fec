// The played Alipay by itself, Alipay's own SDK as its client, a merchant that hears its notices, and a payer.
import '../lib/file_of_node18.mjs';
import { createVerify } from 'node:crypto';
import { after } from 'node:test';
import { AlipaySdk } from 'alipay-sdk';
import { fileOf, startMerchant, startSandbox } from '../lib/sandbox.mjs';

export const box = await startSandbox({ SHROFF_SANDBOX_TIME_SCALE: '300' });
export const merchant = await startMerchant();
export const sdkOf = (more) => new AlipaySdk({
  appId: box.ALIPAY_APP_ID, privateKey: fileOf(box.ALIPAY_APP_PRIVATE_KEY_FILE), keyType: box.ALIPAY_KEY_TYPE,
  gateway: box.ALIPAY_GATEWAY, ...more,
});
export const sdk = sdkOf({ alipayPublicKey: fileOf(box.ALIPAY_PUBLIC_KEY_FILE) });
after(() => { merchant.stop(); box.stop(); });

let count = 0;
export const number = () => `T${Date.now()}${String(count++).padStart(4, '0')}`;

export const call = (method, bizContent, more = {}) => sdk.exec(method, { notify_url: merchant.url, bizContent, ...more }, { validateSign: true });
export const terms = (more = {}) => ({ out_trade_no: number(), total_amount: '88.00', subject: '蓝色水壶 Blue kettle', ...more });
export const cashier = async (out_trade_no, outcome = 'pay') => {
  const r = await fetch(`${box.url}/cashier/alipay?out_trade_no=${out_trade_no}&qr=`, {
    method: 'POST', redirect: 'manual', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: `outcome=${outcome}`,
  });
  return { status: r.status, location: r.headers.get('location'), text: await r.text() };
};
export const control = (out_trade_no, body) => fetch(`${box.url}/control/trades/${out_trade_no}`, { method: 'POST', body: JSON.stringify(body) });

// The rule by itself, without the SDK: all but sign and sign_type, sorted, over the bytes that came.
export function noticeIsGenuine(notice) {
  const pairs = notice.body.split('&').map((p) => p.split('='))
    .map(([k, v]) => [k, Buffer.from(v.replace(/\+/g, ' ').replace(/%([0-9A-Fa-f]{2})/g, (_, h) => String.fromCharCode(parseInt(h, 16))), 'latin1')]);
  const text = pairs.filter(([k, v]) => k !== 'sign' && k !== 'sign_type' && v.length).sort((a, b) => (a[0] < b[0] ? -1 : 1));
  const bytes = Buffer.concat(text.flatMap(([k, v], i) => [Buffer.from(`${i ? '&' : ''}${k}=`), v]));
  return createVerify('RSA-SHA256').update(bytes).verify(fileOf(box.ALIPAY_PUBLIC_KEY_FILE), notice.form.sign, 'base64');
}
