// Scenarios of the played Alipay that have no test elsewhere: each does what docs/sandbox.md says. The test clock moves
// in place of waiting.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { box, call, cashier, control, merchant, noticeIsGenuine, number, sdkOf, terms } from './alipay_world.mjs';

const BUYER = '2088000200000002';
const sleep = (ms) => new Promise((done) => { setTimeout(done, ms); });
const until = async (what, probe, ms = 10_000) => {
  for (const end = Date.now() + ms; ; await sleep(50)) {
    const found = await probe();
    if (found) return found;
    if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
  }
};
const advance = (seconds) => fetch(`${box.url}/control/clock`, { method: 'POST', body: JSON.stringify({ advance: seconds }) });
const create = async (name, more = {}) => {
  const order = terms({ subject: `x sandbox:${name}`, buyer_id: BUYER, ...more });
  return { no: order.out_trade_no, order, made: await call('alipay.trade.create', order) };
};
const paid = async (name) => { const { no } = await create(name); await control(no, { pay: true }); return no; };
const query = (no) => call('alipay.trade.query', { out_trade_no: no });
const refund = (no, out_request_no = 'R1', amount = '8.00') => call('alipay.trade.refund', { out_trade_no: no, refund_amount: amount, out_request_no });
const refundQuery = (no) => call('alipay.trade.fastpay.refund.query', { out_trade_no: no, out_request_no: 'R1' });
const kinds = (no) => merchant.about(no).map((n) => (n.form.out_biz_no ? 'refund' : 'payment'));

test('notify-late: 60 s after the payment; notify-never: not at all', async () => {
  const never = await paid('notify-never'), began = Date.now(), late = await paid('notify-late');
  await merchant.wait(late);
  assert.ok(Date.now() - began >= 200, 'a minute at scale 300');
  assert.equal((await query(never)).tradeStatus, 'TRADE_SUCCESS');
  assert.deepEqual(merchant.about(never), []);
});

test('notify-order: the refund is told before the payment', async () => {
  const no = await paid('notify-order');
  assert.equal((await refund(no)).code, '10000');
  await merchant.wait(no, 2);
  assert.deepEqual(kinds(no), ['refund', 'payment']);
});

test('unknown-order: genuine, of a number that nobody has', async () => {
  const { no, made } = await create('unknown-order');
  await control(no, { pay: true });
  const notice = await until('the notice', () => merchant.got.find((n) => n.form.trade_no === made.tradeNo));
  assert.ok(noticeIsGenuine(notice));
  assert.match(notice.form.out_trade_no, /^UNKNOWN/);
});

test('replayed: once more although it was acknowledged; notify-exhausted: eight tries, whatever the answer', async () => {
  const again = await paid('replayed'), exhausted = await paid('notify-exhausted');
  for (let tries = 1; tries <= 8; tries++) {
    await merchant.wait(exhausted, tries);
    await sleep(50); // until the try is recorded
    await advance(54_000);
  }
  await sleep(700);
  assert.equal(merchant.about(exhausted).length, 8);
  const two = merchant.about(again);
  assert.equal(two.length, 2);
  assert.equal(two[0].form.notify_id, two[1].form.notify_id);
  assert.ok(two.every(noticeIsGenuine));
});

test('a slow merchant holds up no other one', async () => {
  const { createServer } = await import('node:http');
  const server = createServer(() => { /* never answers: each try takes 5 s */ });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const url = `http://127.0.0.1:${server.address().port}/slow`;
  const bar = (more) => ({ ...terms(), auth_code: '281234567890123456', scene: 'bar_code', ...more });
  for (let i = 0; i < 12; i++) await call('alipay.trade.pay', bar(), { notify_url: url });
  const quick = bar(), began = Date.now();
  await call('alipay.trade.pay', quick);
  await merchant.wait(quick.out_trade_no, 1, 4500);
  assert.ok(Date.now() - began < 4500);
  server.closeAllConnections();
  server.close();
});

test('bar-paid, bar-timeout, bar-cancelled: 10003 first, then paid, open until it is cancelled, closed', async () => {
  const bar = async (name) => {
    const order = terms({ subject: `x sandbox:${name}`, auth_code: '281234567890123456', scene: 'bar_code' });
    assert.equal((await call('alipay.trade.pay', order)).code, '10003');
    return order.out_trade_no;
  };
  const is = (no, status) => until(`${no}: ${status}`, async () => (await query(no)).tradeStatus === status);
  await is(await bar('bar-paid'), 'TRADE_SUCCESS');
  await is(await bar('bar-cancelled'), 'TRADE_CLOSED');
  const waits = await bar('bar-timeout');
  await sleep(700);
  assert.equal((await query(waits)).tradeStatus, 'WAIT_BUYER_PAY');
  assert.equal((await call('alipay.trade.cancel', { out_trade_no: waits })).action, 'close');
});

test('coupon: the payer pays less than the total', async () => {
  const no = await paid('coupon');
  const asked = await query(no), [notice] = await merchant.wait(no);
  assert.deepEqual([asked.totalAmount, asked.receiptAmount, asked.fundBillList.length], ['88.00', '87.99', 2]);
  assert.deepEqual([notice.form.total_amount, notice.form.receipt_amount], ['88.00', '87.99']);
});

test('refund-slow and refund-unknown: not done at first, nor found; then done and told', async () => {
  for (const name of ['refund-slow', 'refund-unknown']) {
    const no = await paid(name);
    const asked = await refund(no), soon = await refundQuery(no);
    assert.deepEqual([asked.code, asked.fundChange, soon.code, soon.refundStatus], ['10000', 'N', '10000', undefined], name);
    await advance(30);
    await until('it is done', async () => (await refundQuery(no)).refundStatus === 'REFUND_SUCCESS');
    await merchant.wait(no, 2);
    assert.deepEqual(kinds(no), ['payment', 'refund']);
  }
});

test('refunds that are refused: always, or the first time', async () => {
  for (const [name, code, once] of [
    ['refund-blocked', 'ACQ.TRADE_NOT_ALLOW_REFUND'], ['refund-late', 'ACQ.TRADE_HAS_FINISHED'],
    ['refund-no-money', 'ACQ.SELLER_BALANCE_NOT_ENOUGH', true], ['refund-too-soon', 'isv.app-call-limited', true],
  ]) {
    const no = await paid(name);
    assert.equal((await refund(no)).subCode, code);
    const second = await refund(no);
    assert.equal(once ? second.code : second.subCode, once ? '10000' : code, name);
  }
});

test('refunded-outside: a closed trade that was paid, and nobody is told', async () => {
  const no = await paid('refunded-outside'), { tradeStatus, sendPayDate } = await query(no);
  assert.equal(tradeStatus, 'TRADE_CLOSED');
  assert.match(sendPayDate, /^\d{4}-/);
  await sleep(600);
  assert.deepEqual(merchant.about(no), []);
});

test('transfers: slow, the wrong name, a frozen account, no money', async () => {
  const send = (name) => call('alipay.fund.trans.uni.transfer', {
    out_biz_no: number(), trans_amount: '5.00', product_code: 'TRANS_ACCOUNT_NO_PWD', biz_scene: 'DIRECT_TRANSFER', order_title: 'pay',
    remark: `sandbox:${name}`, payee_info: { identity: BUYER, identity_type: 'ALIPAY_USER_ID', name: '张三' },
  });
  for (const [name, code] of [['transfer-name', 'PAYEE_USER_INFO_ERROR'], ['transfer-frozen', 'PAYEE_ACC_OCUPIED'], ['transfer-no-money', 'PAYER_BALANCE_NOT_ENOUGH']]) {
    assert.equal((await send(name)).subCode, code);
  }
  const slow = await send('transfer-slow');
  assert.equal(slow.status, 'DEALING');
  await advance(30);
  await until('it is done', async () => (await call('alipay.fund.trans.common.query', { out_biz_no: slow.outBizNo })).status === 'SUCCESS');
});

test('slow-10, slow-60: the first answer takes its time, the second does not', async () => {
  for (const [name, ms] of [['slow-10', 33], ['slow-60', 200]]) {
    const began = Date.now(), { order } = await create(name), took = Date.now() - began;
    assert.ok(took >= ms, `${name}: ${took} ms`);
    assert.equal((await call('alipay.trade.create', order)).code, '10000');
  }
});

test('number-used: a new number for the same payment is accepted; number-paid: it is', async () => {
  for (let round = 0; round < 2; round++) {
    const first = await create('number-used');
    assert.equal(first.made.subCode, 'ACQ.CONTEXT_INCONSISTENT');
    assert.equal((await call('alipay.trade.create', first.order)).subCode, 'ACQ.CONTEXT_INCONSISTENT', 'the number stays used');
    const second = await create('number-used');
    assert.equal(second.made.code, '10000', JSON.stringify(second.made));
    assert.equal((await call('alipay.trade.create', second.order)).code, '10000');
  }
  const { no, made } = await create('number-paid');
  assert.equal(made.subCode, 'ACQ.TRADE_HAS_SUCCESS');
  assert.equal((await query(no)).tradeStatus, 'TRADE_SUCCESS');
  await merchant.wait(no);
});

test('not-yet: known once it is paid; short-life: over after a minute', async () => {
  const { no } = await create('not-yet');
  assert.equal((await query(no)).subCode, 'ACQ.TRADE_NOT_EXIST');
  await control(no, { pay: true });
  assert.equal((await query(no)).tradeStatus, 'TRADE_SUCCESS');
  const short = await create('short-life');
  await advance(60);
  assert.match((await cashier(short.no)).text, /交易已关闭/);
  assert.equal((await query(short.no)).tradeStatus, 'TRADE_CLOSED');
});

test('new-cert: the answer names a certificate, which is downloaded and has signed it', async () => {
  const files = { appCertPath: box.ALIPAY_APP_CERT_FILE, alipayPublicCertPath: box.ALIPAY_PUBLIC_CERT_FILE, alipayRootCertPath: box.ALIPAY_ROOT_CERT_FILE };
  const cert = sdkOf(files);
  const order = terms({ subject: 'x sandbox:new-cert' });
  await assert.rejects(cert.exec('alipay.trade.precreate', { bizContent: order }, { validateSign: true }), /验签失败/, 'it knows the old one alone');
  const { url, form } = { url: box.ALIPAY_GATEWAY, form: cert.sdkExecute('alipay.trade.precreate', { bizContent: terms({ subject: 'y sandbox:new-cert' }) }) };
  const raw = await (await fetch(url, { method: 'POST', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form })).text();
  const { alipay_cert_sn, sign } = JSON.parse(raw);
  const got = await cert.exec('alipay.open.app.alipaycert.download', { bizContent: { alipay_cert_sn } }, { validateSign: true });
  const { X509Certificate, createVerify } = await import('node:crypto');
  const next = new X509Certificate(Buffer.from(got.alipayCertContent, 'base64').toString());
  const inner = /"alipay_trade_precreate_response":(\{.*?\}),"alipay_cert_sn"/.exec(raw)[1];
  assert.ok(createVerify('RSA-SHA256').update(inner).verify(next.publicKey, sign, 'base64'));
});

test('a scenario is chosen on the cashier\'s page, and by the amount', async () => {
  const { no } = await create('none');
  const page = await (await fetch(`${box.url}/cashier/alipay?out_trade_no=${no}&qr=`)).text();
  assert.match(page, /<select name="scenario">.*<option value="notify-twice">3 notify-twice: /s);
  assert.ok(!page.includes('value="probe"'), 'one of WeChat Pay\'s is not offered');
  await fetch(`${box.url}/cashier/alipay?out_trade_no=${no}&qr=`, { method: 'POST', body: new URLSearchParams({ outcome: 'pay', scenario: 'notify-twice' }) });
  const [a, b] = await merchant.wait(no, 2);
  assert.equal(a.form.notify_id, b.form.notify_id);
  const priced = await create('none', { total_amount: '6666.02', subject: 'kettle' });
  await control(priced.no, { pay: true });
  const { trade } = await (await fetch(`${box.url}/control/trades/${priced.no}`)).json();
  assert.deepEqual([trade.scenario, trade.state], ['notify-never', 'PAID']);
});
