// What the played WeChat Pay tells merchants: headers, bodies, retries, probes, and each fault that a scenario
// plants. The SDK wechatpay-axios-plugin says whether a signature is right.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { Aes, Formatter, Rsa, SCALE, newNo, wait, worldStart } from './wechat_world.mjs';

let w, env;
before(async () => { w = await worldStart(); ({ env } = w); });
after(() => w?.stop());

// Each try of the notices about an order. A scenario's first try is wrong, so the merchant refuses what does not
// verify, as a correct one does.
const tries = (no) => w.notices().filter((n) => n.plain?.out_trade_no === no || n.path === `/${no}`);
const played = async (scenario, answer, count = 1) => {
  const out_trade_no = newNo();
  w.merchant.answer = answer ?? ((n) => { const o = n.path === `/${out_trade_no}` ? w.open(n) : undefined; return !o || (o.verified && o.plain) ? 204 : 401; });
  await w.paid({ out_trade_no, attach: scenario && `sandbox:${scenario}`, notify_url: `${w.merchant.url}/${out_trade_no}` });
  await w.until(`${count} tries of ${scenario}`, () => tries(out_trade_no).length >= count);
  return { out_trade_no, list: tries(out_trade_no) };
};

describe('a notice', () => {
  test('headers and body as captured ones have them; the resource is the order', async () => {
    const { out_trade_no, list: [n] } = await played();
    assert.ok(n.verified);
    assert.equal(n.headers['content-type'], 'application/json');
    assert.equal(n.headers['user-agent'], 'Mozilla/4.0');
    assert.equal(n.headers['wechatpay-signature-type'], 'WECHATPAY2-SHA256-RSA2048');
    assert.equal(n.headers['wechatpay-serial'], env.WECHAT_PLATFORM_SERIAL);
    assert.match(n.headers['request-id'], /^08[0-9a-f-]+-0$/);
    assert.equal(n.body, JSON.stringify(JSON.parse(n.body)), 'compact, for SDKs that write it again');
    assert.match(n.json.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.deepEqual([n.json.event_type, n.json.resource_type, n.json.summary, n.json.resource.original_type, n.json.resource.associated_data, n.json.resource.algorithm, n.json.resource.nonce.length],
      ['TRANSACTION.SUCCESS', 'encrypt-resource', '支付成功', 'transaction', 'transaction', 'AEAD_AES_256_GCM', 12]);
    assert.deepEqual(n.plain, await w.query(out_trade_no));
  });

  test('200 and 204 end it; others, a redirect too, bring it again: same id and ciphertext, new signature', async () => {
    for (const status of [500, 401, 302, 202, 404]) {
      let count = 0;
      const { list } = await played('', () => (++count <= 2 ? status : 200), 3);
      await wait(300);
      const [a, b] = list;
      assert.equal(count, 3, String(status));
      assert.ok(list.every((n) => n.verified));
      assert.deepEqual([b.json.id, b.json.resource.ciphertext, b.json.create_time], [a.json.id, a.json.resource.ciphertext, a.json.create_time]);
      assert.notEqual(b.headers['wechatpay-nonce'], a.headers['wechatpay-nonce']);
      assert.notEqual(b.headers['wechatpay-signature'], a.headers['wechatpay-signature']);
    }
  });

  test('the gaps are the real ones, divided: 15 s, 15 s, 30 s', async () => {
    let count = 0;
    const { list } = await played('', () => (++count <= 3 ? 500 : 204), 4);
    const gaps = list.slice(1).map((n, i) => n.at - list[i].at);
    for (const [i, want] of [15, 15, 30].map((s) => s * 1000 / SCALE).entries()) assert.ok(gaps[i] >= want - 5 && gaps[i] < want + 1500, `gap ${i}: ${gaps[i]} ms`);
  });
});

describe('faults of the first try, which the next one does not have', () => {
  const SIGNATURES = ['probe', 'bad-sign', 'foreign-key', 'altered-body', 'unknown-serial'];
  for (const scenario of SIGNATURES)
    test(scenario, async () => {
      const { list: [first, second] } = await played(scenario, undefined, 2);
      assert.equal(first.verified, false);
      assert.ok(second.verified);
      if (scenario === 'probe') assert.ok(first.headers['wechatpay-signature'].startsWith('WECHATPAY/SIGNTEST/'));
      if (scenario === 'unknown-serial') assert.ok(!w.certs[first.headers['wechatpay-serial']]);
    });

  test('stale-time: the signature is right, its time is an hour old', async () => {
    let count = 0;
    const { list: [first, second] } = await played('stale-time', () => (++count > 1 ? 204 : 401), 2);
    const age = (n) => n.at / 1000 - Number(n.headers['wechatpay-timestamp']);
    assert.ok(first.verified && age(first) > 3590 && age(second) < 60);
  });

  test('bad-tag: it verifies, and cannot be decrypted', async () => {
    const { list: [first, second] } = await played('bad-tag', undefined, 2);
    assert.deepEqual([first.verified, first.plain, second.verified], [true, undefined, true]);
  });

  const WRONG = [
    ['wrong-amount', (p) => p.amount.total, 18800, 8800],
    ['wrong-app', (p) => p.appid.startsWith('wx0wx'), true, false],
    ['wrong-seller', (p) => p.mchid.startsWith('9'), true, false],
    ['unknown-order', (p) => p.out_trade_no.startsWith('X'), true, false],
  ];
  for (const [scenario, pick, first, second] of WRONG)
    test(`${scenario}: rightly signed`, async () => {
      let count = 0;
      const { list } = await played(scenario, () => (++count > 1 ? 204 : 400), 2);
      assert.ok(list[0].verified && list[1].verified);
      assert.deepEqual([pick(list[0].plain), pick(list[1].plain)], [first, second]);
    });
});

describe('oddities that a merchant must bear', () => {
  test('empty-aad, no-aad, extra-fields', async () => {
    assert.equal((await played('empty-aad')).list[0].json.resource.associated_data, '');
    assert.ok(!('associated_data' in (await played('no-aad')).list[0].json.resource));
    const { list: [n] } = await played('extra-fields');
    assert.ok(n.verified && n.json.a_new_member);
  });

  test('key-switch: signed by the public key, orders by the certificate', async () => {
    const { list: [n] } = await played('key-switch');
    assert.deepEqual([n.verified, n.headers['wechatpay-serial']], [true, env.WECHAT_PUBKEY_ID]);
  });

  test('cert-rotation: a certificate that is fetched signs; cert-only: whatever key the request names', async () => {
    const order = w.order({ attach: 'sandbox:cert-rotation' });
    w.merchant.answer = () => 204;
    await assert.rejects(w.native(order), /Cannot found the serial/, 'the answer too is signed by it, and the SDK does not know it yet');
    await w.cashier(order.out_trade_no, 'pay');
    const [n] = await w.until('the notice', () => { const all = tries(order.out_trade_no); return all.length && all; });
    assert.equal(n.verified, false);
    const { data } = await w.sdk.v3.certificates.get();
    const next = data.data.find((c) => c.serial_no === n.headers['wechatpay-serial']);
    const { nonce, associated_data, ciphertext } = next.encrypt_certificate;
    const pem = Aes.AesGcm.decrypt(ciphertext, env.WECHAT_APIV3_KEY, nonce, associated_data);
    assert.ok(Rsa.verify(Formatter.response(n.headers['wechatpay-timestamp'], n.headers['wechatpay-nonce'], n.body), n.headers['wechatpay-signature'], pem));
    const made = await w.sdk.v3.pay.transactions.native.post(w.order({ attach: 'sandbox:cert-only' }), { headers: { 'Wechatpay-Serial': env.WECHAT_PUBKEY_ID } });
    assert.equal(made.headers['wechatpay-serial'], env.WECHAT_PLATFORM_SERIAL);
  });

  test('notify-twice, notify-again, notify-exhausted', async () => {
    const { list } = await played('notify-twice', undefined, 2);
    assert.equal(list[0].json.id, list[1].json.id);
    assert.equal((await played('notify-again', undefined, 2)).list.length, 2);
    assert.ok((await played('notify-exhausted', undefined, 4)).list.length >= 4);
  });

  test('notify-late comes late, notify-never never; notify-early before the answer', async () => {
    const late = await played('notify-late');
    const paid = Date.parse((await w.query(late.out_trade_no)).success_time);
    assert.ok(late.list[0].at - paid >= 200);
    const never = await w.paid({ attach: 'sandbox:notify-never' });
    const early = w.order({ attach: 'sandbox:notify-early' });
    await w.native(early);
    assert.equal(tries(early.out_trade_no).length, 1);
    assert.equal((await w.query(early.out_trade_no)).trade_state, 'SUCCESS');
    await wait(500);
    assert.equal(tries(never.out_trade_no).length, 0);
  });

  test('notify-order: the refund is told before the payment', async () => {
    const out_trade_no = newNo(), path = `${w.merchant.url}/${out_trade_no}`;
    w.merchant.answer = () => 204;
    await w.paid({ out_trade_no, attach: 'sandbox:notify-order', notify_url: path });
    await w.sdk.v3.refund.domestic.refunds.post({ out_trade_no, out_refund_no: newNo('R'), notify_url: path, amount: { refund: 1, total: 8800, currency: 'CNY' } });
    await w.until('both', () => tries(out_trade_no).length === 2);
    assert.deepEqual(tries(out_trade_no).map((n) => n.json.event_type), ['REFUND.SUCCESS', 'TRANSACTION.SUCCESS']);
  });

  test('refund-xml: a refund told as version 2 does', async () => {
    const out_trade_no = newNo();
    await w.paid({ out_trade_no, attach: 'sandbox:refund-xml' });
    await w.sdk.v3.refund.domestic.refunds.post({ out_trade_no, out_refund_no: newNo('R'), notify_url: `${w.merchant.url}/xml-${out_trade_no}`, amount: { refund: 1, total: 8800, currency: 'CNY' } });
    const notice = await w.until('the XML', () => w.merchant.got.find((n) => n.path === `/xml-${out_trade_no}`));
    assert.match(notice.body, /^<xml><return_code>SUCCESS<\/return_code>.*<req_info>/);
  });
});

describe('the payer', () => {
  test('cancels, types a wrong password, has too little money: the order stays unpaid, nothing is told', async () => {
    const order = w.order();
    await w.native(order);
    for (const outcome of ['cancel', 'password', 'balance']) {
      assert.equal((await w.cashier(order.out_trade_no, outcome)).status, 200);
      assert.equal((await w.query(order.out_trade_no)).trade_state, 'NOTPAY');
    }
    assert.equal(tries(order.out_trade_no).length, 0);
  });

  test('pays with a coupon: payer_total is less than total', async () => {
    const order = w.order();
    await w.native(order);
    await w.cashier(order.out_trade_no, 'coupon');
    const { amount, promotion_detail: [coupon] } = await w.query(order.out_trade_no);
    assert.deepEqual([amount.total, amount.payer_total, coupon.amount], [8800, 8799, 1]);
  });

  test('is quicker than the close, or comes after it', async () => {
    const close = (no) => w.sdk.v3.pay.transactions.outTradeNo._no_.close.post({ mchid: env.WECHAT_MCHID }, { no });
    const quick = w.order({ attach: 'sandbox:close-paid' }), late = w.order({ attach: 'sandbox:pay-after-close' });
    await w.native(quick);
    await w.native(late);
    await assert.rejects(close(quick.out_trade_no), (e) => e.response.data.code === 'ORDERPAID');
    assert.equal((await close(late.out_trade_no)).status, 204);
    for (const order of [quick, late]) {
      await w.until('the notice', () => tries(order.out_trade_no).length === 1);
      assert.equal((await w.query(order.out_trade_no)).trade_state, 'SUCCESS');
    }
  });

  test('opens what is no order, what is too late', async () => {
    assert.equal((await w.cashier(newNo())).status, 404);
    assert.equal((await fetch(`${w.base}/cashier/wechat?qr=%zz`)).status, 400);
    const order = w.order({ time_expire: new Date(Date.now() + 61_000).toISOString() });
    await w.native(order);
    await fetch(`${w.base}/control/clock`, { method: 'POST', body: JSON.stringify({ advance: 120 }) });
    assert.match(await (await w.cashier(order.out_trade_no, 'pay')).text(), /已过期/);
    assert.equal((await w.query(order.out_trade_no)).trade_state, 'NOTPAY');
  });
});
