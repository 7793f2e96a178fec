// The played Alipay with Alipay's own SDK as the client: calls, pages, notices, refusals; its newer style, and its scenarios.
import '../lib/file_of_node18.mjs';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { AlipaySdk } from 'alipay-sdk';
import { fileOf } from '../lib/sandbox.mjs';
import { box, call, cashier, control, merchant, noticeIsGenuine, number, sdk, terms } from './alipay_world.mjs';
import './alipay_v3.mjs';
import './alipay_scenarios.mjs';

test('precreate, scan, pay, notice, query', async () => {
  const order = terms();
  const made = await call('alipay.trade.precreate', order);
  assert.equal(made.code, '10000', JSON.stringify(made));
  assert.match(made.qrCode, /^http:\/\/.*\/cashier\/alipay\?code=/);
  const early = await call('alipay.trade.query', { out_trade_no: order.out_trade_no });
  assert.equal(early.subCode, 'ACQ.TRADE_NOT_EXIST');
  assert.equal(early.subMsg, '交易不存在');
  const page = await fetch(`${box.url}/cashier/alipay?out_trade_no=&qr=${encodeURIComponent(made.qrCode)}`);
  assert.equal(page.status, 200);
  const html = await page.text();
  assert.match(html, /<form method="post">/);
  assert.match(html, /蓝色水壶/);
  assert.equal((await call('alipay.trade.query', { out_trade_no: order.out_trade_no })).tradeStatus, 'WAIT_BUYER_PAY');
  assert.match((await cashier(order.out_trade_no, 'wrong-password')).text, /密码错误/);
  assert.equal((await call('alipay.trade.query', { out_trade_no: order.out_trade_no })).tradeStatus, 'WAIT_BUYER_PAY');
  assert.match((await cashier(order.out_trade_no)).text, /支付成功/);
  const [notice] = await merchant.wait(order.out_trade_no);
  assert.equal(notice.form.trade_status, 'TRADE_SUCCESS');
  assert.equal(notice.form.total_amount, '88.00');
  assert.equal(notice.form.app_id, box.ALIPAY_APP_ID);
  assert.equal(notice.form.seller_id, box.ALIPAY_SELLER_ID);
  assert.equal(notice.headers['user-agent'], 'Mozilla/4.0');
  assert.ok(sdk.checkNotifySignV2(notice.form), 'the SDK believes the notice');
  assert.ok(noticeIsGenuine(notice), 'the rule by itself believes it');
  const paid = await call('alipay.trade.query', { out_trade_no: order.out_trade_no });
  assert.equal(paid.tradeStatus, 'TRADE_SUCCESS');
  assert.equal(paid.tradeNo, notice.form.trade_no);
  assert.equal(paid.fundBillList[0].fundChannel ?? paid.fundBillList[0].fund_channel, 'ALIPAYACCOUNT');
});

for (const [method, product] of [['alipay.trade.page.pay', 'FAST_INSTANT_TRADE_PAY'], ['alipay.trade.wap.pay', 'QUICK_WAP_WAY']]) {
  test(`${method} by GET leads to the cashier, and back to the shop`, async () => {
    const order = terms({ product_code: product });
    const url = sdk.pageExecute(method, 'GET', { notify_url: merchant.url, return_url: 'http://127.0.0.1:9/back', bizContent: order });
    const page = await fetch(url);
    assert.equal(page.status, 200);
    assert.match(await page.text(), /<form method="post">/);
    const paid = await cashier(order.out_trade_no);
    assert.equal(paid.status, 302);
    const back = new URL(paid.location);
    assert.equal(back.searchParams.get('out_trade_no'), order.out_trade_no);
    assert.ok(sdk.checkNotifySignV2(Object.fromEntries(back.searchParams)));
    await merchant.wait(order.out_trade_no);
  });
}

test('page.pay by POST, as the self-submitting form has it', async () => {
  const order = terms({ product_code: 'FAST_INSTANT_TRADE_PAY' });
  const form = sdk.pageExecute('alipay.trade.page.pay', 'POST', { notify_url: merchant.url, bizContent: order });
  const action = /action="([^"]+)"/.exec(form)[1].replaceAll('&amp;', '&');
  const hidden = [...form.matchAll(/name="(\w+)" value="([^"]+)"/g)].map((m) => [m[1], m[2].replaceAll('&quot;', '"').replaceAll('&amp;', '&')]);
  const page = await fetch(action, { method: 'POST', body: new URLSearchParams(hidden) });
  assert.match(await page.text(), /<form method="post">/);
});

test('an app\'s order string opens the cashier', async () => {
  const order = terms();
  const text = sdk.sdkExecute('alipay.trade.app.pay', { notify_url: merchant.url, bizContent: order });
  const page = await fetch(`${box.ALIPAY_GATEWAY}?${text}`);
  assert.match(await page.text(), /<form method="post">/);
});

test('a page that is refused is GBK and names the error', async () => {
  const r = await fetch(`${box.ALIPAY_GATEWAY}?method=alipay.trade.page.pay&app_id=1`);
  assert.equal(r.headers.get('content-type'), 'text/html;charset=GBK');
  assert.match(new TextDecoder('gbk').decode(await r.arrayBuffer()), /错误代码 invalid-app-id/);
});

test('create, close, and what cannot be closed', async () => {
  const order = terms({ buyer_id: '2088000200000002' });
  const made = await call('alipay.trade.create', order);
  assert.match(made.tradeNo, /^\d{28}$/);
  assert.equal((await call('alipay.trade.create', order)).tradeNo, made.tradeNo);
  assert.equal((await call('alipay.trade.create', { ...order, total_amount: '89.00' })).subCode, 'ACQ.CONTEXT_INCONSISTENT');
  assert.equal((await call('alipay.trade.close', { trade_no: made.tradeNo })).code, '10000');
  assert.equal((await call('alipay.trade.query', { trade_no: made.tradeNo })).tradeStatus, 'TRADE_CLOSED');
  const paid = terms({ buyer_id: '2088000200000002' });
  await call('alipay.trade.create', paid);
  assert.equal((await control(paid.out_trade_no, { pay: true })).status, 200);
  assert.equal((await call('alipay.trade.close', { out_trade_no: paid.out_trade_no })).subCode, 'ACQ.TRADE_STATUS_ERROR');
  assert.equal((await call('alipay.trade.create', paid)).subCode, 'ACQ.TRADE_HAS_SUCCESS');
});

test('bar codes: at once, after a password, and a system error that was paid', async () => {
  const bar = (code, order) => call('alipay.trade.pay', { ...order, auth_code: code, scene: 'bar_code' });
  const first = terms();
  const paid = await bar('281234567890123456', first);
  assert.equal(paid.code, '10000', JSON.stringify(paid));
  assert.equal(paid.totalAmount, '88.00');
  const second = terms();
  assert.equal((await bar('281234567890123403', second)).code, '10003');
  await merchant.wait(second.out_trade_no);
  assert.equal((await call('alipay.trade.query', { out_trade_no: second.out_trade_no })).tradeStatus, 'TRADE_SUCCESS');
  const third = terms();
  assert.equal((await bar('281234567890123420', third)).code, '20000');
  assert.equal((await call('alipay.trade.query', { out_trade_no: third.out_trade_no })).tradeStatus, 'TRADE_SUCCESS');
  assert.equal((await bar('12', terms())).subCode, 'ACQ.PAYMENT_AUTH_CODE_INVALID');
  const cancelled = await call('alipay.trade.cancel', { out_trade_no: first.out_trade_no });
  assert.equal(cancelled.action, 'refund');
  const nobody = await call('alipay.trade.cancel', { out_trade_no: number() });
  assert.deepEqual([nobody.code, nobody.retryFlag, nobody.action], ['10000', 'N', undefined]);
});

test('refunds: in part, repeated, too much, in full', async () => {
  const order = terms();
  await call('alipay.trade.pay', { ...order, auth_code: '281234567890123456', scene: 'bar_code' });
  const refund = (amount, out_request_no) => call('alipay.trade.refund', { out_trade_no: order.out_trade_no, refund_amount: amount, out_request_no });
  const one = await refund('30.00', 'R1');
  assert.deepEqual([one.code, one.fundChange, one.refundFee], ['10000', 'Y', '30.00'], JSON.stringify(one));
  const again = await refund('30.00', 'R1');
  assert.deepEqual([again.code, again.fundChange, again.refundFee], ['10000', 'N', '30.00']);
  assert.equal((await refund('31.00', 'R1')).subCode, 'ACQ.DISCORDANT_REPEAT_REQUEST');
  assert.equal((await refund('60.00', 'R2')).subCode, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
  assert.equal((await refund('10.00')).subCode, 'ACQ.REFUND_AMT_NOT_EQUAL_TOTAL');
  const asked = await call('alipay.trade.fastpay.refund.query', { out_trade_no: order.out_trade_no, out_request_no: 'R1' });
  assert.deepEqual([asked.refundStatus, asked.refundAmount], ['REFUND_SUCCESS', '30.00']);
  const unknown = await call('alipay.trade.fastpay.refund.query', { out_trade_no: order.out_trade_no, out_request_no: 'R9' });
  assert.deepEqual([unknown.code, unknown.refundStatus], ['10000', undefined]);
  assert.equal((await call('alipay.trade.query', { out_trade_no: order.out_trade_no })).tradeStatus, 'TRADE_SUCCESS');
  assert.equal((await refund('58.00', 'R3')).refundFee, '88.00');
  assert.equal((await call('alipay.trade.query', { out_trade_no: order.out_trade_no })).tradeStatus, 'TRADE_CLOSED');
  const notices = await merchant.wait(order.out_trade_no, 3);
  const parts = notices.filter((n) => n.form.out_biz_no);
  assert.deepEqual(parts.map((n) => [n.form.out_biz_no, n.form.trade_status]).sort(), [['R1', 'TRADE_SUCCESS'], ['R3', 'TRADE_CLOSED']]);
  for (const n of notices) assert.ok(sdk.checkNotifySignV2(n.form));
});

test('a transfer, asked about, repeated, with other data', async () => {
  const out_biz_no = number();
  const biz = {
    out_biz_no, trans_amount: '5.00', product_code: 'TRANS_ACCOUNT_NO_PWD', biz_scene: 'DIRECT_TRANSFER', order_title: 'pay',
    payee_info: { identity: '2088000200000003', identity_type: 'ALIPAY_USER_ID', name: '张三' },
  };
  const made = await call('alipay.fund.trans.uni.transfer', biz);
  assert.deepEqual([made.code, made.status], ['10000', 'SUCCESS'], JSON.stringify(made));
  assert.equal((await call('alipay.fund.trans.uni.transfer', biz)).orderId, made.orderId);
  assert.equal((await call('alipay.fund.trans.uni.transfer', { ...biz, trans_amount: '6.00' })).subCode, 'PAYMENT_INFO_INCONSISTENCY');
  assert.equal((await call('alipay.fund.trans.common.query', { out_biz_no })).status, 'SUCCESS');
  assert.equal((await call('alipay.fund.trans.common.query', { out_biz_no: number() })).subCode, 'ORDER_NOT_EXIST');
  assert.equal((await call('alipay.fund.account.query', { alipay_user_id: box.ALIPAY_SELLER_ID })).code, '10000');
});

test('a notice is sent again until the answer is exactly `success`, with the same id', async () => {
  const order = terms();
  const answers = ['fail', '"success"', 'SUCCESS', 'success'];
  merchant.answer = (n) => ({ status: 200, body: n.form.out_trade_no === order.out_trade_no ? answers.shift() ?? 'success' : 'success' });
  await call('alipay.trade.pay', { ...order, auth_code: '281234567890123456', scene: 'bar_code' });
  const notices = await merchant.wait(order.out_trade_no, 4, 20_000);
  assert.equal(new Set(notices.map((n) => n.form.notify_id)).size, 1);
  const gaps = notices.slice(1).map((n, i) => n.at - notices[i].at);
  assert.ok(gaps[0] >= 780 && gaps[0] < 2500, `4 minutes at scale 300: ${gaps}`);
  assert.ok(gaps[1] >= 1950 && gaps[1] < 4000, `10 minutes at scale 300: ${gaps}`);
  await new Promise((r) => { setTimeout(r, 2600); });
  assert.equal(merchant.about(order.out_trade_no).length, 4);
});

test('refusals come in the gateway\'s order and words', async () => {
  const ask = async (params, body) => {
    const r = await fetch(`${box.ALIPAY_GATEWAY}?${new URLSearchParams(params)}`, body ? { method: 'POST', body: new URLSearchParams(body) } : {});
    return { status: r.status, type: r.headers.get('content-type'), json: JSON.parse(await r.text()) };
  };
  const none = await ask({});
  assert.equal(none.status, 200);
  assert.equal(none.type, 'text/html;charset=utf-8');
  assert.equal(none.json.error_response.sub_code, 'isv.missing-method');
  const app = await ask({ method: 'alipay.trade.query', app_id: '2021' });
  assert.deepEqual(Object.keys(app.json), ['alipay_trade_query_response']);
  assert.deepEqual(app.json.alipay_trade_query_response, { code: '40002', msg: 'Invalid Arguments', sub_code: 'isv.invalid-app-id', sub_msg: '无效的AppID参数' });
  const known = { method: 'alipay.trade.query', app_id: box.ALIPAY_APP_ID };
  const type = await ask(known);
  assert.equal(type.json.alipay_trade_query_response.sub_code, 'isv.missing-signature-type');
  assert.ok(type.json.sign);
  const wrong = await ask({ ...known, sign_type: 'RSA2', sign: 'AAAA', timestamp: '2026-01-01 00:00:00', version: '1.0', charset: 'utf-8', biz_content: '{"a":"b&c"}' });
  const refused = wrong.json.alipay_trade_query_response;
  assert.equal(refused.sub_code, 'isv.invalid-signature');
  assert.match(refused.sub_msg, /^验签出错，建议检查签名字符串或签名私钥与应用公钥是否匹配，网关生成的验签字符串为：app_id=/);
  assert.match(refused.sub_msg, /biz_content=\{"a":"b&amp;c"\}&amp;charset=utf-8/);
  assert.equal((await ask({ method: 'alipay.no.such', app_id: box.ALIPAY_APP_ID })).json.error_response.sub_code, 'isv.invalid-method');
});

test('AES: content goes and comes encrypted', async () => {
  const secret = new AlipaySdk({
    appId: box.ALIPAY_APP_ID, privateKey: fileOf(box.ALIPAY_APP_PRIVATE_KEY_FILE), keyType: box.ALIPAY_KEY_TYPE,
    alipayPublicKey: fileOf(box.ALIPAY_PUBLIC_KEY_FILE), gateway: box.ALIPAY_GATEWAY, encryptKey: box.ALIPAY_AES_KEY,
  });
  const order = terms();
  const made = await secret.exec('alipay.trade.precreate', { needEncrypt: true, bizContent: order });
  assert.equal(made.code, '10000', JSON.stringify(made));
});

test('certificate mode', async () => {
  const cert = new AlipaySdk({
    appId: box.ALIPAY_APP_ID, privateKey: fileOf(box.ALIPAY_APP_PRIVATE_KEY_FILE), keyType: box.ALIPAY_KEY_TYPE, gateway: box.ALIPAY_GATEWAY,
    appCertPath: box.ALIPAY_APP_CERT_FILE, alipayPublicCertPath: box.ALIPAY_PUBLIC_CERT_FILE, alipayRootCertPath: box.ALIPAY_ROOT_CERT_FILE,
  });
  const made = await cert.exec('alipay.trade.precreate', { bizContent: terms() }, { validateSign: true });
  assert.equal(made.code, '10000', JSON.stringify(made));
});

test('the control API answers this machine alone: not what a proxy passed on, nor another page', async () => {
  const { request } = await import('node:http');
  const status = (headers) => new Promise((done, fail) => {
    request(`${box.url}/control/trades`, { headers }, (r) => { r.resume(); done(r.statusCode); }).on('error', fail).end();
  });
  const own = new URL(box.url).host;
  assert.equal(await status({}), 200);
  assert.equal(await status({ origin: box.url }), 200);
  assert.equal(await status({ host: `localhost:${new URL(box.url).port}` }), 200);
  for (const headers of [{ 'x-forwarded-for': '8.8.8.8' }, { forwarded: 'for=8.8.8.8' }, { 'x-real-ip': '8.8.8.8' },
    { host: 'evil.example' }, { host: own, origin: 'https://evil.example' }, { host: own, origin: 'null' }]) {
    assert.equal(await status(headers), 403, JSON.stringify(headers));
  }
});

test('the control page shows what was received, checked and answered', async () => {
  const order = terms();
  await call('alipay.trade.precreate', order);
  const shown = await (await fetch(`${box.url}/control/trades/${order.out_trade_no}`)).json();
  assert.equal(shown.trade.channel, 'alipay');
  assert.match(shown.exchanges[0].canonical, /^app_id=/);
  const page = await (await fetch(`${box.url}/control/trades/${order.out_trade_no}`, { headers: { accept: 'text/html' } })).text();
  assert.match(page, /the text whose signature was checked/);
});

// A stored zip: name and content of each file.
function unzip(bytes) {
  const files = {};
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50;) {
    const size = bytes.readUInt32LE(at + 22), name = bytes.readUInt16LE(at + 26), start = at + 30 + name;
    assert.equal(bytes.readUInt32LE(at + 14), crc32(bytes.subarray(start, start + size)));
    files[gbk(bytes.subarray(at + 30, start))] = gbk(bytes.subarray(start, start + size));
    at = start + size;
  }
  return files;
}
const gbk = (bytes) => new TextDecoder('gbk').decode(bytes);
function crc32(bytes) {
  let crc = -1;
  for (const b of bytes) {
    crc ^= b;
    for (let k = 0; k < 8; k++) crc = (crc >>> 1) ^ (0xEDB88320 & -(crc & 1));
  }
  return (crc ^ -1) >>> 0;
}

test('the bill of a day: GBK in a zip, payments and refunds, and planted differences', async () => {
  const bar = (order) => call('alipay.trade.pay', { ...order, auth_code: '281234567890123456', scene: 'bar_code' });
  const paid = terms(), missing = terms({ subject: 'x sandbox:bill-missing' }), other = terms({ subject: 'x sandbox:bill-amount' });
  for (const order of [paid, missing, other]) assert.equal((await bar(order)).code, '10000');
  await call('alipay.trade.refund', { out_trade_no: paid.out_trade_no, refund_amount: '8.00', out_request_no: 'B1' });
  const day = (ms) => new Date(ms + 8 * 3600_000).toISOString().slice(0, 10);
  const bill = (bill_date) => call('alipay.data.dataservice.bill.downloadurl.query', { bill_type: 'trade', bill_date });
  assert.equal((await bill(day(Date.now()))).subCode, 'isp.bill_not_exist');
  await fetch(`${box.url}/control/clock`, { method: 'POST', body: '{"advance":86400}' });
  const told = await bill(day(Date.now() - 86400_000));
  assert.equal(told.code, '10000', JSON.stringify(told));
  const files = unzip(Buffer.from(await (await fetch(told.billDownloadUrl)).arrayBuffer()));
  const [detail] = Object.keys(files);
  assert.match(detail, /^20881?\d+0156_\d{8}_业务明细\.csv$/);
  const lines = files[detail].split('\r\n');
  assert.equal(lines[4].split(',').length, 25);
  const rows = lines.filter((l) => /^\d/.test(l)).map((l) => l.split(',').map((c) => c.trim()));
  const of = (n) => rows.filter((r) => r[1] === n).map((r) => [r[2], r[11], r[21]]);
  assert.deepEqual(of(paid.out_trade_no), [['交易', '88.00', ''], ['退款', '-8.00', 'B1']]);
  assert.deepEqual(of(missing.out_trade_no), []);
  assert.deepEqual(of(other.out_trade_no), [['交易', '88.01', '']]);
  assert.equal((await fetch(told.billDownloadUrl.replace(/.$/, (c) => (c === '0' ? '1' : '0')))).status, 404);
});

test('scenarios of the notice: what a merchant must refuse', async () => {
  for (const name of ['wrong-amount', 'wrong-app', 'wrong-seller', 'bad-sign', 'foreign-key', 'altered-body', 'odd-type', 'gbk-notice', 'notify-twice']) {
    const order = terms({ passback_params: encodeURIComponent(`sandbox:${name}`) });
    await call('alipay.trade.pay', { ...order, auth_code: '281234567890123456', scene: 'bar_code' });
    const [n, second] = await merchant.wait(order.out_trade_no, name === 'notify-twice' ? 2 : 1);
    const genuine = noticeIsGenuine(n);
    assert.equal(genuine, !['bad-sign', 'foreign-key', 'altered-body'].includes(name), name);
    if (name === 'wrong-amount') assert.equal(n.form.total_amount, '88.01');
    if (name === 'wrong-app') assert.notEqual(n.form.app_id, box.ALIPAY_APP_ID);
    if (name === 'wrong-seller') assert.notEqual(n.form.seller_id, box.ALIPAY_SELLER_ID);
    if (name === 'odd-type') assert.equal(n.headers['content-type'], 'application/x-www-form-urlencoded; text/html; charset=utf-8');
    if (name === 'gbk-notice') assert.equal(n.form.charset, 'GBK');
    if (name === 'notify-twice') assert.equal(second.form.notify_id, n.form.notify_id);
  }
});

test('scenarios of the first answer: unknown results, and what the channel has', async () => {
  const first = async (name) => {
    const order = terms({ subject: `x sandbox:${name}` });
    let said;
    try {
      const r = await call('alipay.trade.create', { ...order, buyer_id: '2088000200000002' });
      said = r.code;
    } catch { said = 'broken'; }
    const there = await call('alipay.trade.query', { out_trade_no: order.out_trade_no });
    return [said, there.tradeStatus ?? there.subCode];
  };
  assert.deepEqual(await first('error-done'), ['20000', 'WAIT_BUYER_PAY']);
  assert.deepEqual(await first('error-undone'), ['20000', 'ACQ.TRADE_NOT_EXIST']);
  // The SDK's own HTTP client sends again after a reset.
  assert.deepEqual(await first('reset'), ['10000', 'WAIT_BUYER_PAY']);
  for (const name of ['empty-answer', 'html-502', 'too-many']) assert.deepEqual(await first(name), ['broken', 'WAIT_BUYER_PAY'], name);
  const early = terms({ subject: 'x sandbox:notify-early' });
  await call('alipay.trade.create', { ...early, buyer_id: '2088000200000002' });
  assert.equal(merchant.about(early.out_trade_no).length, 1, 'told before the call was answered');
});

test('scenarios of closing and refunding', async () => {
  const create = async (name) => {
    const order = terms({ subject: `x sandbox:${name}`, buyer_id: '2088000200000002' });
    await call('alipay.trade.create', order);
    return order.out_trade_no;
  };
  const state = async (n) => (await call('alipay.trade.query', { out_trade_no: n })).tradeStatus;
  const a = await create('close-paid');
  assert.equal((await call('alipay.trade.close', { out_trade_no: a })).subCode, 'ACQ.TRADE_STATUS_ERROR');
  assert.equal(await state(a), 'TRADE_SUCCESS');
  const b = await create('pay-after-close');
  assert.equal((await call('alipay.trade.close', { out_trade_no: b })).code, '10000');
  await merchant.wait(b);
  assert.equal(await state(b), 'TRADE_SUCCESS');
  const refund = (n) => call('alipay.trade.refund', { out_trade_no: n, refund_amount: '88.00', out_request_no: 'R1' });
  const c = await create('refund-no-money');
  await control(c, { pay: true });
  assert.equal((await refund(c)).subCode, 'ACQ.SELLER_BALANCE_NOT_ENOUGH');
  assert.equal((await refund(c)).code, '10000');
  const d = await create('refund-error-done');
  await control(d, { pay: true });
  assert.equal((await refund(d)).code, '20000');
  assert.deepEqual([(await refund(d)).fundChange], ['N']);
});
