// wechatpay-node-v3 against the played WeChat Pay: its host is built in, so its HTTP hook sends the request to the
// sandbox, and nothing else is changed. Its verifier and its decryption take our notices.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createPublicKey, createVerify } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import WxPay from 'wechatpay-node-v3';
import { newNo, worldStart } from './wechat_world.mjs';

let w, env, pay;
before(async () => {
  w = await worldStart();
  ({ env } = w);
  pay = new (WxPay.default ?? WxPay)({
    appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID, key: env.WECHAT_APIV3_KEY, serial_no: env.WECHAT_MCH_SERIAL,
    publicKey: w.read('WECHAT_PLATFORM_CERT_FILE'), privateKey: w.read('WECHAT_MCH_PRIVATE_KEY_FILE'),
  });
  const send = async (url, init) => {
    const res = await fetch(url.replace('https://api.mch.weixin.qq.com', w.base), init);
    const raw = Buffer.from(await res.arrayBuffer());
    const data = /json/.test(res.headers.get('content-type') ?? '') && raw.length ? JSON.parse(raw) : raw;
    return res.ok ? { status: res.status, data } : { status: res.status, error: raw.toString(), errRaw: data };
  };
  pay.createHttp({
    get: (url, headers) => send(url, { headers }),
    post: (url, params, headers) => send(url, { method: 'POST', headers, body: JSON.stringify(params) }),
  });
});
after(() => w?.stop());

const order = () => ({ description: '蓝水壶', out_trade_no: newNo(), notify_url: `${w.merchant.url}/pay`, amount: { total: 8800 } });
const ok = (r, status = 200) => { assert.equal(r.status, status, r.error); return r.data; };

test('native, h5: codes; jsapi, app: the strings that the front end signs', async () => {
  assert.match(ok(await pay.transactions_native(order())).code_url, /^weixin:/);
  assert.match(ok(await pay.transactions_h5({ ...order(), scene_info: { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap', app_name: '', app_url: '' } } })).h5_url, /prepay_id=wx/);
  const js = ok(await pay.transactions_jsapi({ ...order(), payer: { openid: env.WECHAT_OPENID } }));
  const merchant = createPublicKey(w.read('WECHAT_MCH_PRIVATE_KEY_FILE'));
  const right = (text, sign) => createVerify('RSA-SHA256').update(text).verify(merchant, sign, 'base64');
  assert.ok(right(`${js.appId}\n${js.timeStamp}\n${js.nonceStr}\n${js.package}\n`, js.paySign));
  const app = ok(await pay.transactions_app(order()));
  assert.ok(right(`${app.appid}\n${app.timestamp}\n${app.noncestr}\n${app.prepayid}\n`, app.sign));
});

test('query by both numbers, close, refunds, and their refusals', async () => {
  const one = order();
  await pay.transactions_native(one);
  assert.equal(ok(await pay.query({ out_trade_no: one.out_trade_no })).trade_state, 'NOTPAY');
  await w.cashier(one.out_trade_no, 'pay');
  const paid = ok(await pay.query({ out_trade_no: one.out_trade_no }));
  assert.equal(ok(await pay.query({ transaction_id: paid.transaction_id })).out_trade_no, one.out_trade_no);
  assert.match((await pay.close(one.out_trade_no)).error, /ORDERPAID/);
  const out_refund_no = newNo('R');
  const refund = { out_trade_no: one.out_trade_no, out_refund_no, amount: { refund: 100, total: 8800, currency: 'CNY' } };
  assert.equal(ok(await pay.refunds(refund)).status, 'PROCESSING');
  await w.until('it is done', async () => ok(await pay.find_refunds(out_refund_no)).status === 'SUCCESS');
  const two = order();
  await pay.transactions_native(two);
  ok(await pay.close(two.out_trade_no), 204);
  assert.equal(ok(await pay.query({ out_trade_no: two.out_trade_no })).trade_state, 'CLOSED');
  const missing = await pay.query({ out_trade_no: newNo() });
  assert.deepEqual([missing.status, JSON.parse(missing.error).code], [404, 'ORDER_NOT_EXIST']);
});

test('batches of transfers, with a name that it encrypted', async () => {
  const [{ publicKey, serial_no }] = (await pay.get_certificates(env.WECHAT_APIV3_KEY)).filter((c) => c.serial_no === env.WECHAT_PLATFORM_SERIAL);
  const out_batch_no = newNo('P');
  const made = ok(await pay.batches_transfer({
    out_batch_no, batch_name: '报销', batch_remark: '一月', total_amount: 200_000, total_num: 1, wx_serial_no: serial_no, notify_url: `${w.merchant.url}/batch`,
    transfer_detail_list: [{ out_detail_no: 'd1', transfer_amount: 200_000, transfer_remark: '报酬', openid: env.WECHAT_OPENID, user_name: pay.publicEncrypt('张三', publicKey) }],
  }));
  const whole = () => pay.query_batches_transfer_list({ out_batch_no, need_query_detail: true, detail_status: 'ALL' });
  await w.until('it is finished', async () => ok(await whole()).transfer_batch.batch_status === 'FINISHED');
  const [{ detail_id }] = ok(await whole()).transfer_detail_list;
  assert.equal(ok(await pay.query_batches_transfer_list_wx({ batch_id: made.batch_id, need_query_detail: true, detail_status: 'ALL' })).transfer_batch.success_num, 1);
  assert.equal(ok(await pay.query_batches_transfer_detail({ out_batch_no, out_detail_no: 'd1' })).detail_status, 'SUCCESS');
  assert.equal(ok(await pay.query_batches_transfer_detail_wx({ batch_id: made.batch_id, detail_id })).out_detail_no, 'd1');
});

test('bills: asked for, fetched', async () => {
  const day = new Date(Date.now() + 8 * 3_600_000 - 5 * 86_400_000).toISOString().slice(0, 10), one = order();
  await pay.transactions_native(one);
  await w.control(one.out_trade_no, { pay: true, success_time: `${day}T12:00:00+08:00` });
  const { download_url } = ok(await pay.tradebill({ bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' }));
  // It signs the address without the host that it knows, and no other.
  assert.ok(gunzipSync(ok(await pay.downloadBill(download_url.replace(w.base, 'https://api.mch.weixin.qq.com')))).toString().includes(one.out_trade_no));
  assert.match(ok(await pay.fundflowbill({ bill_date: day, account_type: 'BASIC' })).download_url, /billdownload/);
});

test('its verifier believes our notice, and not a probe; its decryption opens the resource', async () => {
  for (const [attach, wants] of [[undefined, [true]], ['sandbox:probe', [false, true]]]) {
    const one = { ...order(), attach };
    w.merchant.answer = (n) => (w.open(n).verified ? 204 : 401);
    await pay.transactions_native(one);
    await w.cashier(one.out_trade_no, 'pay');
    const mine = () => w.notices().filter((n) => n.plain?.out_trade_no === one.out_trade_no);
    await w.until('the notices', () => mine().length === wants.length);
    for (const [i, n] of mine().entries()) {
      const h = n.headers, r = n.json.resource;
      const body = { timestamp: h['wechatpay-timestamp'], nonce: h['wechatpay-nonce'], serial: h['wechatpay-serial'], signature: h['wechatpay-signature'] };
      // Given the object it writes the JSON again: our bytes are those.
      assert.equal(await pay.verifySign({ ...body, body: n.json, apiSecret: env.WECHAT_APIV3_KEY }), wants[i]);
      assert.equal(await pay.verifySign({ ...body, body: n.body }), wants[i]);
      assert.equal(pay.decipher_gcm(r.ciphertext, r.associated_data, r.nonce, env.WECHAT_APIV3_KEY).out_trade_no, one.out_trade_no);
    }
  }
});
