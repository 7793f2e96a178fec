// The played WeChat Pay with wechatpay-axios-plugin as its client: every call that the sandbox offers. The SDK
// checks each answer's signature.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createHash, X509Certificate } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import { Aes, Formatter, Rsa, newNo, refused, wait, worldStart } from './wechat_world.mjs';
import './wechat_hostile.mjs';
import './wechat_node_v3.mjs';
import './wechat_scenarios.mjs';
import './wechat_notices.mjs';

let w, env, v3;
before(async () => { w = await worldStart(); ({ env } = w); v3 = w.sdk.v3; });
after(() => w?.stop());
const isRefused = async (promise, status, code) => {
  const r = await refused(promise);
  assert.deepEqual([r.status, r.data.code], [status, code], JSON.stringify(r.data));
  assert.ok(!Object.keys(r.headers).some((h) => h.startsWith('wechatpay-')), 'a refusal is not signed');
  return r.data;
};
const chain = (path) => w.sdk.chain(path);

describe('orders', () => {
  test('native: the same order again is the same code; the code is paid at the cashier', async () => {
    const order = w.order({ attach: '附加' });
    const { data } = await w.native(order);
    assert.match(data.code_url, /^weixin:\/\/wxpay\/bizpayurl\/up\?pr=[0-9A-Za-z]+&groupid=00$/);
    assert.equal((await w.native(order)).data.code_url, data.code_url);
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'NOTPAY');
    const page = await (await w.cashier('', null, data.code_url)).text();
    assert.match(page, /<form method="post">/);
    assert.match(page, /¥88\.00/);
    assert.equal((await w.cashier('', 'pay', data.code_url)).status, 200);
    const paid = await w.query(order.out_trade_no);
    assert.equal(paid.trade_state, 'SUCCESS');
    assert.match(paid.transaction_id, /^4200\d{24}$/);
    assert.deepEqual([paid.trade_type, paid.amount.total, paid.amount.payer_total, paid.attach, paid.payer.openid],
      ['NATIVE', 8800, 8800, '附加', env.WECHAT_OPENID]);
    assert.match(paid.success_time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/);
    const byId = await v3.pay.transactions.id._id_.get({ id: paid.transaction_id, params: { mchid: env.WECHAT_MCHID } });
    assert.deepEqual(byId.data, paid);
  });

  test('jsapi and app answer a prepay_id, h5 an address that opens the cashier', async () => {
    const jsapi = await v3.pay.transactions.jsapi.post(w.order({ payer: { openid: 'oSomebody-else' } }));
    assert.match(jsapi.data.prepay_id, /^wx\d{14}[0-9A-Za-z]+$/);
    const app = await v3.pay.transactions.app.post(w.order());
    assert.ok(app.data.prepay_id.length <= 64);
    const order = w.order({ scene_info: { payer_client_ip: '127.0.0.1', h5_info: { type: 'Wap' } } });
    const { data } = await v3.pay.transactions.h5.post(order);
    const page = await fetch(`${data.h5_url}&redirect_url=${encodeURIComponent('http://127.0.0.1/back')}`, { method: 'POST', body: new URLSearchParams({ outcome: 'pay' }) });
    assert.match(await page.text(), /href="http:\/\/127\.0\.0\.1\/back"/);
    assert.equal((await w.query(order.out_trade_no)).trade_type, 'MWEB');
  });

  test('the number: other terms are refused, so are a paid and a closed order', async () => {
    const order = w.order();
    await w.native(order);
    await isRefused(w.native({ ...order, amount: { total: 8801 } }), 403, 'OUT_TRADE_NO_USED');
    await isRefused(v3.pay.transactions.app.post(order), 403, 'OUT_TRADE_NO_USED');
    await w.cashier(order.out_trade_no, 'pay');
    await isRefused(w.native(order), 400, 'ORDERPAID');
    const closed = w.order();
    await w.native(closed);
    assert.equal((await v3.pay.transactions.outTradeNo._no_.close.post({ mchid: env.WECHAT_MCHID }, { no: closed.out_trade_no })).status, 204);
    await isRefused(w.native(closed), 400, 'ORDER_CLOSED');
    await isRefused(w.query(newNo()), 404, 'ORDER_NOT_EXIST');
  });

  test('close: twice is once; a paid order is not closed', async () => {
    const close = (no) => v3.pay.transactions.outTradeNo._no_.close.post({ mchid: env.WECHAT_MCHID }, { no });
    const order = w.order();
    await w.native(order);
    assert.equal((await close(order.out_trade_no)).status, 204);
    assert.equal((await close(order.out_trade_no)).status, 204);
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'CLOSED');
    assert.match(await (await w.cashier(order.out_trade_no)).text(), /订单已关闭/);
    await isRefused(close((await w.paid()).out_trade_no), 400, 'ORDERPAID');
  });

  test('numbers with | and * are found however the client writes them', async () => {
    const no = `a|b*c_${newNo('')}`;
    await w.native(w.order({ out_trade_no: no }));
    assert.equal((await w.query(no)).out_trade_no, no);
    assert.equal((await w.query(encodeURIComponent(no).replace('*', '%2A'))).out_trade_no, no);
  });

  const BAD = [
    ['no total', { amount: {} }, /amount\/total.*必填/],
    ['total 0', { amount: { total: 0 } }, /“\/body\/amount\/total”映射到数值字段“总金额”规则校验失败，值低于最小值 1/],
    ['total in words', { amount: { total: '1' } }, /整数/],
    ['a fraction', { amount: { total: 1.5 } }, /整数/],
    ['another currency', { amount: { total: 1, currency: 'USD' } }, /CNY/],
    ['a short number', { out_trade_no: 'abc' }, /字符数 3，小于最小值 6/],
    ['a long number', { out_trade_no: 'a'.repeat(33) }, /字符数 33，大于最大值 32/],
    ['another alphabet', { out_trade_no: 'abc def' }, /字符/],
    ['no description', { description: undefined }, /商品描述.*必填/],
    ['128 bytes of description', { description: 'a'.repeat(128) }, /字节数 128，大于最大值 127/],
    ['an attach too long', { attach: 'a'.repeat(129) }, /128/],
    ['a query in notify_url', { notify_url: 'http://127.0.0.1/n?a=1' }, /notify_url/],
    ['a time that is none', { time_expire: 'tomorrow' }, /time_expire/],
    ['a time too soon', { time_expire: new Date(Date.now() + 30_000).toISOString() }, /一分钟/],
  ];
  for (const [name, change, words] of BAD)
    test(`PARAM_ERROR: ${name}`, async () => {
      const data = await isRefused(w.native(w.order(change)), 400, 'PARAM_ERROR');
      assert.match(data.message, words);
      assert.equal(data.detail.location, 'body');
    });

  test('another appid and another mchid', async () => {
    await isRefused(w.native(w.order({ appid: 'wx0000000000000000' })), 400, 'APPID_MCHID_NOT_MATCH');
    await isRefused(w.native(w.order({ mchid: '1900000999' })), 400, 'PARAM_ERROR');
    await isRefused(v3.pay.transactions.outTradeNo._no_.get({ no: newNo() }), 400, 'PARAM_ERROR');
  });
});

describe('bar codes', () => {
  const code = (auth_code, more = {}) => {
    const { notify_url, ...order } = w.order(more);
    return { ...order, payer: { auth_code }, scene_info: { store_info: { id: '0001' } } };
  };
  const scan = (order) => v3.pay.transactions.codepay.post(order);
  const reverse = (no) => v3.pay.transactions.outTradeNo._no_.reverse.post({ appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID }, { no });

  test('130000000000000000 pays at once', async () => {
    const order = code('130000000000000000');
    const { data } = await scan(order);
    assert.deepEqual([data.trade_state, data.trade_type], ['SUCCESS', 'MICROPAY']);
    await isRefused(scan(order), 400, 'ORDERPAID');
  });

  test('ending 03 asks for the password first, then is paid; reverse takes it back', async () => {
    const order = code('130000000000000003');
    assert.equal((await scan(order)).data.trade_state, 'USERPAYING');
    await w.until('it is paid', async () => (await w.query(order.out_trade_no)).trade_state === 'SUCCESS');
    assert.deepEqual((await reverse(order.out_trade_no)).data,
      { appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID, out_trade_no: order.out_trade_no });
    assert.equal((await reverse(order.out_trade_no)).status, 200);
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'REVOKED');
  });

  test('the payer cancels, or never types the password', async () => {
    for (const scenario of ['bar-cancelled', 'bar-timeout']) {
      const order = code('130000000000000000', { attach: `sandbox:${scenario}` });
      assert.equal((await scan(order)).data.trade_state, 'USERPAYING');
      await w.until('it has failed', async () => (await w.query(order.out_trade_no)).trade_state === 'PAYERROR');
    }
  });

  test('a code that is none', async () => {
    await isRefused(scan(code('281234567890123456')), 400, 'AUTH_CODE_INVALID');
    await isRefused(reverse(newNo()), 404, 'ORDER_NOT_EXIST');
  });
});

describe('refunds', () => {
  const ask = (order, more = {}, amount = {}) => v3.refund.domestic.refunds.post({
    out_trade_no: order.out_trade_no, out_refund_no: newNo('R'), reason: '少件', notify_url: `${w.merchant.url}/refund`,
    amount: { refund: 800, total: 8800, currency: 'CNY', ...amount }, ...more,
  });
  const state = async (no) => (await v3.refund.domestic.refunds._no_.get({ no })).data;

  test('PROCESSING, then SUCCESS; the same number again is the same refund; the order says REFUND', async () => {
    const order = await w.paid(), out_refund_no = newNo('R@*');
    const { data } = await ask(order, { out_refund_no });
    assert.deepEqual([data.status, data.amount.refund, data.amount.total], ['PROCESSING', 800, 8800]);
    assert.match(data.refund_id, /^5030\d+$/);
    assert.equal((await ask(order, { out_refund_no })).data.refund_id, data.refund_id);
    await isRefused(ask(order, { out_refund_no }, { refund: 801 }), 400, 'INVALID_REQUEST');
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'REFUND');
    const done = await w.until('it is done', async () => { const r = await state(out_refund_no); return r.status === 'SUCCESS' && r; });
    assert.ok(done.success_time);
    const notice = await w.until('its notice', () => w.notices().find((n) => n.plain?.out_refund_no === out_refund_no));
    assert.ok(notice.verified);
    assert.equal(notice.json.event_type, 'REFUND.SUCCESS');
    assert.deepEqual([notice.plain.refund_status, notice.plain.amount.refund, notice.plain.status], ['SUCCESS', 800, undefined]);
  });

  test('by transaction_id; a minute apart; never more than was paid', async () => {
    const order = await w.paid();
    const { transaction_id } = await w.query(order.out_trade_no);
    assert.equal((await ask({}, { transaction_id, out_trade_no: undefined })).status, 200);
    await isRefused(ask(order), 429, 'FREQUENCY_LIMITED');
    await wait(700);
    await isRefused(ask(order, {}, { refund: 8001 }), 400, 'INVALID_REQUEST');
    assert.equal((await ask(order, {}, { refund: 8000 })).status, 200);
  });

  test('refused: unknown, unpaid, another total, no money', async () => {
    await isRefused(ask({ out_trade_no: newNo() }), 404, 'RESOURCE_NOT_EXISTS');
    const unpaid = w.order();
    await w.native(unpaid);
    await isRefused(ask(unpaid), 404, 'RESOURCE_NOT_EXISTS');
    const order = await w.paid();
    await isRefused(ask(order, {}, { total: 8801 }), 400, 'INVALID_REQUEST');
    await isRefused(ask(order, {}, { currency: undefined }), 400, 'PARAM_ERROR');
    await isRefused(state(newNo()), 404, 'RESOURCE_NOT_EXISTS');
    const poor = await w.paid({ attach: 'sandbox:refund-no-money' }), out_refund_no = newNo('R');
    await isRefused(ask(poor, { out_refund_no }), 403, 'NOT_ENOUGH');
    assert.equal((await ask(poor, { out_refund_no })).data.status, 'PROCESSING');
    await isRefused(ask(await w.paid({ attach: 'sandbox:refund-blocked' })), 403, 'USER_ACCOUNT_ABNORMAL');
    await isRefused(ask(await w.paid({ attach: 'sandbox:refund-late' })), 400, 'TRADE_OVERDUE');
  });

  test('ABNORMAL, helped on to a bank card, then SUCCESS; CLOSED gives the money back to the order', async () => {
    const order = await w.paid({ attach: 'sandbox:refund-abnormal' }), out_refund_no = newNo('R');
    const { data } = await ask(order, { out_refund_no });
    await w.until('it is abnormal', async () => (await state(out_refund_no)).status === 'ABNORMAL');
    await w.until('the notice', () => w.notices().some((n) => n.json.event_type === 'REFUND.ABNORMAL' && n.plain.out_refund_no === out_refund_no));
    const help = (more, serial = env.WECHAT_PUBKEY_ID) => chain(`v3/refund/domestic/refunds/${data.refund_id}/apply-abnormal-refund`).post(
      { out_refund_no, type: 'USER_BANK_CARD', bank_type: 'ICBC_DEBIT', bank_account: Rsa.encrypt('6222000000000000', w.certs[serial]), real_name: Rsa.encrypt('张三', w.certs[serial]), ...more },
      { headers: { 'Wechatpay-Serial': serial } });
    await isRefused(help({ real_name: 'AAAA' }), 400, 'PARAM_ERROR');
    assert.equal((await help({})).data.status, 'PROCESSING');
    await w.until('it is done', async () => (await state(out_refund_no)).status === 'SUCCESS');
    await isRefused(help({}), 400, 'INVALID_REQUEST');
    const other = await w.paid({ attach: 'sandbox:refund-closed' }), closed = newNo('R');
    await ask(other, { out_refund_no: closed });
    await w.until('it is closed', async () => (await state(closed)).status === 'CLOSED');
    assert.equal((await w.query(other.out_trade_no)).trade_state, 'SUCCESS');
  });
});

describe('transfers', () => {
  const BILLS = 'v3/fund-app/mch-transfer/transfer-bills';
  const bill = (more = {}) => ({
    appid: env.WECHAT_APPID, out_bill_no: newNo('B'), transfer_scene_id: '1000', openid: env.WECHAT_OPENID,
    transfer_amount: 100, transfer_remark: '报酬', notify_url: `${w.merchant.url}/transfer`,
    transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }], ...more,
  });
  const state = async (no) => (await chain(`${BILLS}/out-bill-no/${no}`).get()).data;

  test('with confirmation: WAIT_USER_CONFIRM, then SUCCESS, and its notice', async () => {
    const one = bill();
    const { data } = await chain(BILLS).post(one);
    assert.equal(data.state, 'WAIT_USER_CONFIRM');
    assert.ok(data.package_info);
    assert.equal((await chain(BILLS).post(one)).data.transfer_bill_no, data.transfer_bill_no);
    await isRefused(chain(BILLS).post({ ...one, transfer_amount: 101 }), 400, 'ALREADY_EXISTS');
    await w.until('it is done', async () => (await state(one.out_bill_no)).state === 'SUCCESS');
    assert.equal((await chain(`${BILLS}/transfer-bill-no/${data.transfer_bill_no}`).get()).data.out_bill_no, one.out_bill_no);
    const notice = await w.until('the notice', () => w.notices().find((n) => n.plain?.out_bill_no === one.out_bill_no));
    assert.deepEqual([notice.verified, notice.json.event_type, notice.json.resource.original_type, notice.plain.state],
      [true, 'MCHTRANSFER.BILL.FINISHED', 'mch_payment', 'SUCCESS']);
  });

  test('failures, cancelled, no money, the name of larger ones', async () => {
    for (const [scenario, reason] of [['transfer-name', 'NAME_NOT_CORRECT'], ['transfer-frozen', 'ACCOUNT_FROZEN']]) {
      const one = bill({ transfer_remark: `sandbox:${scenario}` });
      await chain(BILLS).post(one);
      const end = await w.until('it fails', async () => { const b = await state(one.out_bill_no); return b.state === 'FAIL' && b; });
      assert.equal(end.fail_reason, reason);
    }
    const idle = bill({ transfer_remark: 'sandbox:transfer-idle' });
    await chain(BILLS).post(idle);
    assert.equal((await chain(`${BILLS}/out-bill-no/${idle.out_bill_no}/cancel`).post({})).data.state, 'CANCELING');
    await w.until('it is cancelled', async () => (await state(idle.out_bill_no)).state === 'CANCELLED');
    await isRefused(chain(BILLS).post(bill({ transfer_remark: 'sandbox:transfer-no-money' })), 403, 'NOT_ENOUGH');
    await isRefused(chain(BILLS).post(bill({ transfer_amount: 200_000 })), 400, 'PARAM_ERROR');
    const named = bill({ transfer_amount: 200_000, user_name: Rsa.encrypt('张三', w.certs[env.WECHAT_PLATFORM_SERIAL]) });
    assert.equal((await chain(BILLS).post(named, { headers: { 'Wechatpay-Serial': env.WECHAT_PLATFORM_SERIAL } })).status, 200);
    await isRefused(state(newNo('B')), 404, 'NOT_FOUND');
  });

  test('the older batches: ACCEPTED, FINISHED, parts by number', async () => {
    const out_batch_no = newNo('P');
    const list = ['报酬', 'sandbox:transfer-name'].map((transfer_remark, i) => ({ out_detail_no: `d${i}`, transfer_amount: 10 + i, transfer_remark, openid: env.WECHAT_OPENID }));
    const batch = { appid: env.WECHAT_APPID, out_batch_no, batch_name: '报销', batch_remark: '一月', total_amount: 21, total_num: 2, transfer_detail_list: list, notify_url: `${w.merchant.url}/batch` };
    const { data } = await chain('v3/transfer/batches').post(batch);
    assert.equal(data.batch_status, 'ACCEPTED');
    assert.equal((await chain('v3/transfer/batches').post(batch)).data.batch_id, data.batch_id);
    const get = (path, params) => chain(`v3/transfer/batches/${path}`).get({ params }).then((r) => r.data);
    const done = await w.until('it is finished', async () => { const b = await get(`out-batch-no/${out_batch_no}`, { need_query_detail: true }); return b.transfer_batch.batch_status === 'FINISHED' && b; });
    assert.deepEqual([done.transfer_batch.success_num, done.transfer_batch.fail_num, done.transfer_batch.success_amount], [1, 1, 10]);
    assert.deepEqual(done.transfer_detail_list.map((d) => d.detail_status), ['SUCCESS', 'FAIL']);
    assert.equal((await get(`out-batch-no/${out_batch_no}/details/out-detail-no/d1`)).fail_reason, 'NAME_NOT_CORRECT');
    assert.equal((await get(`batch-id/${data.batch_id}`, { need_query_detail: false })).transfer_batch.out_batch_no, out_batch_no);
    await w.until('the notice', () => w.notices().some((n) => n.verified && n.json.event_type === 'MCHTRANSFER.BATCH.FINISHED' && n.plain.out_batch_no === out_batch_no));
    await isRefused(chain('v3/transfer/batches').post({ ...batch, out_batch_no: newNo('P'), total_num: 3 }), 400, 'PARAM_ERROR');
  });
});

describe('certificates, echo, bills', () => {
  test('the platform certificate comes encrypted; merchants of the public key have none', async () => {
    const { data } = await v3.certificates.get();
    const [{ serial_no, encrypt_certificate: e }, next] = data.data;
    assert.notEqual(next.serial_no, serial_no);
    const pem = Aes.AesGcm.decrypt(e.ciphertext, env.WECHAT_APIV3_KEY, e.nonce, e.associated_data);
    assert.equal(serial_no, env.WECHAT_PLATFORM_SERIAL);
    assert.equal(new X509Certificate(pem).serialNumber, serial_no);
    await isRefused(v3.certificates.get({ headers: { 'Wechatpay-Serial': env.WECHAT_PUBKEY_ID } }), 404, 'RESOURCE_NOT_EXISTS');
  });

  test('answers follow the key that the request names', async () => {
    const order = w.order();
    const by = async (headers) => (await v3.pay.transactions.native.post(order, { headers })).headers['wechatpay-serial'];
    assert.equal(await by({}), env.WECHAT_PLATFORM_SERIAL);
    assert.equal(await by({ 'Wechatpay-Serial': env.WECHAT_PUBKEY_ID }), env.WECHAT_PUBKEY_ID);
  });

  test('security/echo turns what was encrypted, and calls back', async () => {
    const message = newNo('E');
    const { data } = await v3.security.echo.post(
      { echo_message: message, encrypted_echo_message: Rsa.encrypt('秘密', w.certs[env.WECHAT_PUBKEY_ID]), notify_url: `${w.merchant.url}/echo` },
      { headers: { 'Wechatpay-Serial': env.WECHAT_PUBKEY_ID } });
    assert.equal(data.echo_message, message);
    assert.equal(Rsa.decrypt(data.encrypted_echo_message, w.read('WECHAT_MCH_PRIVATE_KEY_FILE')), '秘密');
    const notice = await w.until('the notice', () => w.notices().find((n) => n.plain?.echo_message === message));
    assert.deepEqual([notice.json.event_type, notice.json.resource.original_type], ['SECURITY_ECHO.SUCCESS', 'security']);
  });

  const dayOf = (back) => new Date(Date.now() + 8 * 3_600_000 - back * 86_400_000).toISOString().slice(0, 10);
  const fetchBill = async (kind, params) => {
    const { data } = await v3.bill[kind].get({ params });
    const url = new URL(data.download_url);
    const file = await chain(url.pathname.slice(1)).get({ params: Object.fromEntries(url.searchParams), responseType: 'arraybuffer' });
    assert.equal(file.headers['wechatpay-signature'], undefined);
    const raw = params.tar_type ? gunzipSync(file.data) : Buffer.from(file.data);
    return { ...Formatter.castCsvBill(raw), hash: createHash('sha1').update(raw).digest('hex') === data.hash_value, raw };
  };
  const dated = async (day, more) => {
    const order = w.order(more);
    await w.native(order);
    assert.equal((await w.control(order.out_trade_no, { pay: true, success_time: `${day}T12:00:00+08:00` })).status, 200);
    return order;
  };

  test('trade and fund flow, by gzip and plain, with the differences that were planted', async () => {
    const day = dayOf(3);
    const plain = await dated(day, { description: '壶' }), odd = await dated(day, { attach: 'sandbox:bill-odd-text' });
    const missing = await dated(day, { attach: 'sandbox:bill-missing' }), amount = await dated(day, { attach: 'sandbox:bill-amount' });
    const next = await dated(day, { attach: 'sandbox:bill-next-day' });
    await dated(day, { attach: 'sandbox:bill-extra' });
    const bill = await fetchBill('tradebill', { bill_date: day, bill_type: 'ALL', tar_type: 'GZIP' });
    const row = (no) => bill.rows.find((r) => r['商户订单号'] === no);
    assert.ok(bill.hash);
    assert.deepEqual([row(plain.out_trade_no)['订单金额'], row(plain.out_trade_no)['交易时间'], row(plain.out_trade_no)['手续费']], ['88.00', `${day} 12:00:00`, '0.52800']);
    assert.equal(row(odd.out_trade_no)['商品名称'], '壶\\ 大`号\\ \\n蓝');
    assert.deepEqual([row(missing.out_trade_no), row(amount.out_trade_no)['订单金额'], row(next.out_trade_no)], [undefined, '88.01', undefined]);
    assert.ok(row('UNKNOWN0000000001'));
    assert.equal(bill.summary['总交易单数'], String(bill.rows.length));
    assert.match(bill.raw.toString(), /^\uFEFF交易时间,[^\r]*\r\n`/);
    const after_ = await fetchBill('tradebill', { bill_date: dayOf(2) });
    assert.ok(after_.rows.some((r) => r['商户订单号'] === next.out_trade_no));
    const funds = await fetchBill('fundflowbill', { bill_date: day, account_type: 'BASIC', tar_type: 'GZIP' });
    assert.equal(funds.summary['资金流水总笔数'], String(funds.rows.length));
    assert.ok(funds.rows.some((r) => r['业务凭证号'] === plain.out_trade_no && r['收支金额(元)'] === '88.00'));
  });

  test('refused: no date, today, a day without trades, another type, a forged address', async () => {
    const get = (params) => v3.bill.tradebill.get({ params });
    await isRefused(get({}), 400, 'PARAM_ERROR');
    await isRefused(get({ bill_date: dayOf(0) }), 400, 'PARAM_ERROR');
    await isRefused(get({ bill_date: dayOf(40) }), 400, 'NO_STATEMENT_EXIST');
    await isRefused(get({ bill_date: dayOf(120) }), 400, 'PARAM_ERROR');
    await isRefused(get({ bill_date: dayOf(3), bill_type: 'X' }), 400, 'PARAM_ERROR');
    await isRefused(chain('v3/billdownload/file').get({ params: { token: `${dayOf(3)}_ALL_0_9999999999999_${'0'.repeat(64)}` }, transformResponse: JSON.parse }), 400, 'PARAM_ERROR');
    await dated(dayOf(6), { attach: 'sandbox:bill-wrong-hash' });
    assert.equal((await fetchBill('tradebill', { bill_date: dayOf(6) })).hash, false);
    await dated(dayOf(8), { attach: 'sandbox:bill-late' });
    await isRefused(get({ bill_date: dayOf(8) }), 400, 'STATEMENT_CREATING');
  });
});
