// Scenarios of the played WeChat Pay that have no test elsewhere: each does what docs/sandbox.md says. The test clock
// moves in place of waiting.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { SCALE, newNo, refused, wait, worldStart } from './wechat_world.mjs';

let w, env, v3;
before(async () => { w = await worldStart(); ({ env } = w); v3 = w.sdk.v3; });
after(() => w?.stop());

const advance = (seconds) => fetch(`${w.base}/control/clock`, { method: 'POST', body: JSON.stringify({ advance: seconds }) });
const isRefused = async (promise, status, code) => {
  const r = await refused(promise);
  assert.deepEqual([r.status, r.data.code], [status, code], JSON.stringify(r.data));
  return r;
};
const of = (scenario, more = {}) => w.order({ attach: `sandbox:${scenario}`, ...more });
const BILLS = 'v3/fund-app/mch-transfer/transfer-bills';
const about = (no) => w.notices().filter((n) => n.plain?.out_trade_no === no || n.plain?.out_bill_no === no);

describe('the first answer', () => {
  test('clock-skew, unsigned-4xx: refused once, nothing done; neither signed, one without an id', async () => {
    for (const [scenario, status, code, id] of [['clock-skew', 401, 'SIGN_ERROR', false], ['unsigned-4xx', 403, 'RULE_LIMIT', false]]) {
      const order = of(scenario);
      const { headers } = await isRefused(w.native(order), status, code);
      assert.equal(Boolean(headers['request-id']), id, scenario);
      assert.ok(!Object.keys(headers).some((h) => h.startsWith('wechatpay-')));
      await isRefused(w.query(order.out_trade_no), 404, 'ORDER_NOT_EXIST');
      assert.match((await w.native(order)).data.code_url, /^weixin:/);
    }
  });

  test('number-used: a new number for the same payment is accepted; number-paid: it is', async () => {
    const first = of('number-used'), second = of('number-used');
    await isRefused(w.native(first), 403, 'OUT_TRADE_NO_USED');
    await isRefused(w.native(first), 403, 'OUT_TRADE_NO_USED');
    for (let i = 0; i < 2; i++) assert.match((await w.native(second)).data.code_url, /^weixin:/);
    const paid = of('number-paid');
    await isRefused(w.native(paid), 400, 'ORDERPAID');
    assert.equal((await w.query(paid.out_trade_no)).trade_state, 'SUCCESS');
    await w.until('the notice', () => about(paid.out_trade_no).length === 1);
  });

  test('slow-60 takes its time, divided', async () => {
    const began = Date.now();
    await w.native(of('slow-60'));
    assert.ok(Date.now() - began >= 60_000 / SCALE);
  });
});

describe('the payer', () => {
  test('short-life: over after a minute', async () => {
    const order = of('short-life');
    await w.native(order);
    await advance(60);
    assert.match(await (await w.cashier(order.out_trade_no, 'pay')).text(), /已过期/);
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'NOTPAY');
  });

  test('refunded-outside: REFUND, and nobody is told', async () => {
    const { out_trade_no } = await w.paid({ attach: 'sandbox:refunded-outside' });
    const { trade_state, success_time } = await w.query(out_trade_no);
    assert.equal(trade_state, 'REFUND');
    assert.ok(success_time);
    await wait(700);
    assert.deepEqual(about(out_trade_no), []);
  });

  test('chooses a scenario on the page', async () => {
    const order = w.order();
    await w.native(order);
    const page = await (await w.cashier(order.out_trade_no)).text();
    assert.match(page, /<select name="scenario">.*<option value="probe">8 probe: /s);
    assert.ok(!page.includes('value="gbk-notice"'), 'one of Alipay\'s is not offered');
    await fetch(`${w.base}/cashier/wechat?out_trade_no=${order.out_trade_no}`, { method: 'POST', body: new URLSearchParams({ outcome: 'pay', scenario: 'replayed' }) });
    await w.until('the notice, and again', () => about(order.out_trade_no).length === 2);
  });
});

describe('refunds', () => {
  const ask = (order, out_refund_no) => v3.refund.domestic.refunds.post({
    out_trade_no: order.out_trade_no, out_refund_no, amount: { refund: 1, total: 8800, currency: 'CNY' },
  });
  const state = (no) => v3.refund.domestic.refunds._no_.get({ no });

  test('refund-slow: half a minute of PROCESSING; refund-unknown: not found as long as that', async () => {
    const slow = await w.paid({ attach: 'sandbox:refund-slow' }), hidden = await w.paid({ attach: 'sandbox:refund-unknown' });
    const a = newNo('R'), b = newNo('R');
    assert.equal((await ask(slow, a)).data.status, 'PROCESSING');
    assert.equal((await state(a)).data.status, 'PROCESSING');
    assert.equal((await ask(hidden, b)).data.status, 'PROCESSING');
    await isRefused(state(b), 404, 'RESOURCE_NOT_EXISTS');
    await advance(30);
    for (const no of [a, b]) await w.until('it is done', () => state(no).then((r) => r.data.status === 'SUCCESS', () => false));
  });

  test('refund-too-soon: the first one only', async () => {
    const order = await w.paid({ attach: 'sandbox:refund-too-soon' }), no = newNo('R');
    await isRefused(ask(order, no), 429, 'FREQUENCY_LIMITED');
    assert.equal((await ask(order, no)).data.status, 'PROCESSING');
  });
});

describe('transfers', () => {
  const bill = (scenario) => ({
    appid: env.WECHAT_APPID, out_bill_no: newNo('B'), transfer_scene_id: '1000', openid: env.WECHAT_OPENID, transfer_amount: 100,
    transfer_remark: `sandbox:${scenario}`, notify_url: `${w.merchant.url}/transfer`,
    transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '新会员有礼' }],
  });
  const send = async (scenario) => { const one = bill(scenario); return { ...one, ...(await w.sdk.chain(BILLS).post(one)).data }; };
  const state = async (no) => (await w.sdk.chain(`${BILLS}/out-bill-no/${no}`).get()).data.state;
  const page = (number, init) => fetch(`${w.base}/cashier/wechat?transfer=${encodeURIComponent(number)}`, init);

  test('transfer-slow: half a minute; transfer-idle: a day, then it failed', async () => {
    for (const [scenario, seconds, end] of [['transfer-slow', 30, 'SUCCESS'], ['transfer-idle', 86_400, 'FAIL']]) {
      const { out_bill_no } = await send(scenario);
      assert.equal(await state(out_bill_no), 'WAIT_USER_CONFIRM');
      await advance(seconds);
      await w.until(end, async () => await state(out_bill_no) === end);
    }
  });

  test('the receiver confirms on a page, and the merchant is told', async () => {
    const { out_bill_no, package_info } = await send('transfer-idle');
    const html = await (await page(package_info)).text();
    assert.match(html, /¥1\.00.*<form method="post">/s);
    assert.equal(await state(out_bill_no), 'WAIT_USER_CONFIRM', 'looking changes nothing');
    assert.match(await (await page(out_bill_no, { method: 'POST' })).text(), /已收款/);
    assert.equal(await state(out_bill_no), 'SUCCESS');
    assert.match(await (await page(package_info, { method: 'POST' })).text(), /已收款/);
    await w.until('the notice', () => about(out_bill_no).length === 1 && about(out_bill_no)[0].plain.state === 'SUCCESS');
    assert.equal((await page(newNo('B'))).status, 404);
    const frozen = await send('transfer-frozen');
    assert.match(await (await page(frozen.out_bill_no, { method: 'POST' })).text(), /收款失败/);
  });
});
