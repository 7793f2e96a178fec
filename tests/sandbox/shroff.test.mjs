// Shroff's own drivers against the sandbox, through nginx, as a merchant's application uses them: each of the eleven
// channel codes is paid, refunded in part and for the rest, closed, and found by a question when no callback came.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { ctl, ctlOk, withFile } from '../lib/ctl.mjs';
import { stopStack } from '../lib/stack.mjs';
import { expectError, expectOk, get, newNo, post, query } from '../lib/client.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { ALIPAY, BY_CERT, BY_KEY, CODES, KEY, app, cashier, env, make, order, paid, press, refund, stack, why } from './shroff_world.mjs';
import { playAll } from './shroff_play.mjs';

after(() => stopStack(stack));

describe('each channel code: paid, refunded in part, then the rest; another order closed', () => {
  for (const [code, of] of Object.entries(CODES)) {
    test(code, async () => {
      const o = await make(code);
      assert.equal(o.display_mode, of.pay ? of.shows : undefined);
      if (of.pay) await of.pay(o);
      const done = await paid(o);
      assert.deepEqual([done.channel, done.paid_price], [code, 8800]);
      assert.match(done.channel_order_no, /^\d{28}$/);
      await refund(o, 3000);
      await sleep(code.startsWith('wx') ? 700 : 0); // a minute between two refunds of one order, of the sandbox's time
      await refund(o, 5800);
      const end = await query(stack, app, { order_no: o.order_no });
      assert.deepEqual([end.status, end.refund_price, end.refunding_price], ['REFUND', 8800, 0]);
      expectError(await post(stack, app, '/api/pay/refund', { order_no: o.order_no, merchant_refund_id: newNo('R'), refund_price: 1, reason: 'r' }), 40904);
      if (!of.pay) return;
      const other = await make(code);
      assert.equal(expectOk(await post(stack, app, '/api/pay/close', { order_no: other.order_no }), 200).status, 'CLOSED');
    });
  }
});

describe('no callback comes', () => {
  for (const [code, more] of [['alipay_qr', { subject: 'kettle sandbox:notify-never' }], ['wx_native', { subject: 'kettle sandbox:notify-never' }]]) {
    test(`${code}: a question finds the payment`, async () => {
      const o = await make(code, more);
      await CODES[code].pay(o);
      await paid(o, { sync: 1 });
    });
  }
});

for (const [code, name] of [['alipay_qr', 'empty-answer'], ['wx_app', 'html-502']]) {
  test(`${code}, the answer is lost (${name}): 50201 with the order, and the payment is found all the same`, async () => {
    const res = await post(stack, app, '/payments', order(code, { subject: `kettle sandbox:${name}` }));
    assert.deepEqual([res.status, res.json.code], [502, 50201], res.text);
    const o = await query(stack, app, { order_no: res.json.data.order_no });
    assert.deepEqual([o.status, o.attempts.length], ['WAITING', 1]);
    if (!code.startsWith('wx')) return; // Alipay knows nothing until somebody scans
    await press(cashier('wechat', o.attempts[0].pay_id));
    await paid(o, { sync: 1 });
  });
}

describe('a bar code whose owner is asked first', () => {
  for (const code of ['alipay_bar', 'wx_bar']) {
    test(code, async () => {
      const o = await make(code, { channel_extras: { auth_code: CODES[code].asks } });
      assert.equal(o.status, 'WAITING');
      await paid(o, { sync: 1 });
    });
  }
});

describe('a transfer to a person', () => {
  for (const [code, user_account] of [['alipay_qr', '2088000200000002'], ['wx_native', env.WECHAT_OPENID]]) {
    test(code, async () => {
      const body = { merchant_transfer_id: newNo('P'), price: 150, currency: 'CNY', subject: 'bonus', channel: code, user_account };
      const first = expectOk(await post(stack, app, '/api/pay/transfer', body), 201);
      await until(`${first.transfer_no} is done`, async () =>
        expectOk(await get(stack, app, `/api/pay/transfer/query?transfer_no=${first.transfer_no}`), 200).status === 'SUCCESS', 30_000, 250);
      assert.equal(expectOk(await post(stack, app, '/api/pay/transfer', body), 200).transfer_no, first.transfer_no);
    });
  }
});

test('shroffctl says what is wrong with a configuration', async () => {
  const made = (config, secrets) => withFile(JSON.stringify(config), (c) => withFile(JSON.stringify(secrets), (s) =>
    ctl(stack, ['channel', 'create', '--app', stack.app2.key, '--code', 'alipay_qr', '--config-file', c, '--secrets-file', s, ...why])));
  for (const [config, secrets, says] of [
    [{ ...BY_CERT, app_cert: BY_CERT.alipay_cert }, KEY, /config\.app_cert must be the certificate of secrets\.private_key/],
    [ALIPAY, KEY, /config\.alipay_public_key must be there, or config\.app_cert/],
    [{ ...BY_KEY, app_cert: BY_CERT.app_cert }, KEY, /config\.alipay_public_key must be left out when there are certificates/],
    [BY_KEY, { ...KEY, aes_key: 'short' }, /secrets\.aes_key/],
    [{ ...BY_KEY, gatway: 'x' }, KEY, /gatway/],
  ]) {
    const r = await made(config, secrets);
    assert.notEqual(r.code, 0);
    assert.match(r.stderr, says);
  }
});

test('new keys for one code are those of every code of the account', async () => {
  const channels = (await ctlOk(stack, ['channel', 'list', '--app', app.key, '--json'])).json.items;
  for (const [code, family, secrets] of [['alipay_app', 'alipay', KEY], ['wx_pub', 'wx', CODES.wx_pub.secrets]]) {
    const { channel_id: id } = channels.find((c) => c.code === code);
    const r = await withFile(JSON.stringify(secrets), (file) => ctlOk(stack, ['channel', 'rotate', String(id), '--secrets-file', file, '--json', ...why]));
    assert.deepEqual(r.json.codes.split(', ').sort(), Object.keys(CODES).filter((c) => c.startsWith(family)).sort());
    const o = await make(code);
    await CODES[code].pay(o);
    await paid(o);
  }
});

describe('every scenario', async () => {
  const { all, transfers } = await playAll();
  for (const { name, code, row, got } of all) {
    test(`${name}, ${code}`, () => {
      if (got.error) throw got.error;
      const [status, answer] = row.answer ?? [201, 0];
      if (status instanceof RegExp) assert.match(String(got.answer[0]), status);
      else assert.equal(got.answer[0], status);
      if (answer !== undefined) assert.equal(got.answer[1], answer);
      assert.match(got.order.status, row.end instanceof RegExp ? row.end : new RegExp(`^${row.end ?? 'SUCCESS'}$`));
      if (row.by) assert.equal(got.verdicts.includes('ACCEPTED'), row.by === 'callback', got.verdicts.join());
      if (row.closed !== undefined) assert.equal(got.closed, row.closed);
      if (row.refund) {
        const [first, end, why] = row.refund, { code: said, status: ended, channel_error_code: reason } = got.again ? { ...got.refund, status: row.refund[1] } : got.refund;
        assert.deepEqual([said, ended, got.again ? undefined : reason], [first, end, got.again ? undefined : why]);
      }
      if (row.again) assert.equal(got.again.code, 0, 'asked again under the same number, it is accepted');
      assert.deepEqual(got.alerts, row.alert ? [row.alert] : []);
    });
  }
  for (const { name, code, want, got } of transfers) {
    test(`${name}, ${code}`, () => assert.deepEqual([got.code, got.status, got.channel_error_code], [want[0], want[1], want[2]]));
  }
});

test('the audit is clean', async () => { await ctlOk(stack, ['audit']); });
