// The played Alipay's newer style, JSON over REST, with Alipay's own SDK, which verifies every answer.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fileOf } from '../lib/sandbox.mjs';
import { box, merchant, number, sdkOf } from './alipay_world.mjs';

const KEY = { alipayPublicKey: fileOf(box.ALIPAY_PUBLIC_KEY_FILE), endpoint: box.SHROFF_SANDBOX_URL };
const sdk = sdkOf(KEY);

const refused = async (promise) => { try { await promise; } catch (e) { return e; } throw new Error('it was not refused'); };

test('a bar code is paid, asked about, refunded; the notice is the usual one', async () => {
  const out_trade_no = number();
  const paid = await sdk.curl('POST', '/v3/alipay/trade/pay', {
    body: { out_trade_no, total_amount: '1.00', subject: 'Tea', auth_code: '281234567890123456', scene: 'bar_code', notify_url: merchant.url },
  });
  assert.equal(paid.responseHttpStatus, 200);
  assert.match(paid.data.tradeNo ?? paid.data.trade_no, /^\d{28}$/);
  const [notice] = await merchant.wait(out_trade_no);
  assert.ok(sdk.checkNotifySignV2(notice.form));
  const asked = await sdk.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no } });
  assert.equal(asked.data.tradeStatus ?? asked.data.trade_status, 'TRADE_SUCCESS');
  const back = await sdk.curl('POST', '/v3/alipay/trade/refund', { body: { out_trade_no, refund_amount: '1.00', out_request_no: 'R' } });
  assert.equal(back.data.fundChange ?? back.data.fund_change, 'Y');
});

test('refusals have a status, a code without isv., and no signature', async () => {
  const none = await refused(sdk.curl('POST', '/v3/alipay/trade/query', { body: { out_trade_no: number() } }));
  assert.equal(none.code, 'ACQ.TRADE_NOT_EXIST', String(none));
  const bare = await fetch(`${box.SHROFF_SANDBOX_URL}/v3/alipay/trade/query`, { method: 'POST', body: '{}' });
  assert.deepEqual([bare.status, (await bare.json()).code], [400, 'missing-timestamp']);
  const other = sdkOf({ ...KEY, appId: '2021' });
  assert.equal((await refused(other.curl('POST', '/v3/alipay/trade/query', { body: {} }))).code, 'invalid-app-id');
  const wrong = await fetch(`${box.SHROFF_SANDBOX_URL}/v3/alipay/trade/query`, {
    method: 'POST', body: '{}', headers: { authorization: `ALIPAY-SHA256withRSA app_id=${box.ALIPAY_APP_ID},nonce=n,timestamp=1,sign=AAAA` },
  });
  assert.deepEqual([wrong.status, (await wrong.json()).code], [400, 'invalid-signature']);
});

test('the bill is a GET with a query', async () => {
  const e = await refused(sdk.curl('GET', '/v3/alipay/data/dataservice/bill/downloadurl/query', { query: { bill_type: 'trade', bill_date: '2199-01-01' } }));
  assert.equal(e.code, 'isp.bill_not_exist', String(e));
});
