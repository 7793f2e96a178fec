// Money that is paid out: the request, its refusals, each way in which a channel can answer.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, count, rep, times } from '../lib/suite.mjs';
import { TIME, ULID, expectError, expectOk, get, newNo, newNonce, post, strangerUlid } from '../lib/client.mjs';
import { disableApp, disableChannel, enableApp, newApp, withKey } from '../lib/ctl.mjs';
import { expectTransferError, transfer, transferBody, transferQuery } from '../lib/transfer.mjs';
import { inForce, until } from '../lib/wait.mjs';

const { stack, app1, app2, db } = await suite();
const ask = (body, app = app1, opts = {}) => post(stack, app, '/api/pay/transfer', body, opts);
const stepsOf = async (no) => (await db.rows("SELECT l.from_status AS f, l.to_status AS t FROM status_log l JOIN pay_transfer r ON r.id = l.data_id WHERE l.kind = 'transfer' AND r.no = ? ORDER BY l.id", [no]))
  .map(({ f, t }) => `${f}>${t}`);

describe('fields', () => {
  const good = (more = {}) => transferBody(undefined, more);
  const rows = [
    ['no merchant_transfer_id', good({ merchant_transfer_id: undefined }), 'merchant_transfer_id'],
    ['an empty merchant_transfer_id', good({ merchant_transfer_id: '' }), 'merchant_transfer_id'],
    ['a merchant_transfer_id of another alphabet', good({ merchant_transfer_id: 'a b' }), 'merchant_transfer_id'],
    ['a merchant_transfer_id of 65', good({ merchant_transfer_id: rep('x', 65) }), 'merchant_transfer_id'],
    ['no price', good({ price: undefined }), 'price'],
    ['price 0', good({ price: 0 }), 'price'],
    ['price 10^12 + 1', good({ price: 1000000000001 }), 'price'],
    ['price as text', good({ price: '1' }), 'price'],
    ['no currency', good({ currency: undefined }), 'currency'],
    ['a currency that is none', good({ currency: 'XXQ' }), 'currency'],
    ['no subject', good({ subject: undefined }), 'subject'],
    ['a subject of 128', good({ subject: rep('s', 128) }), 'subject'],
    ['a control character in subject', good({ subject: 'a\u0007' }), 'subject'],
    ['no channel', good({ channel: undefined }), 'channel'],
    ['a channel of another alphabet', good({ channel: 'Mock' }), 'channel'],
    ['no user_account', good({ user_account: undefined }), 'user_account'],
    ['an empty user_account', good({ user_account: '' }), 'user_account'],
    ['a user_account of 65', good({ user_account: rep('u', 65) }), 'user_account'],
    ['a user_name of 65', good({ user_name: rep('u', 65) }), 'user_name'],
    ['channel_extras that are no object', good({ channel_extras: 'later' }), 'channel_extras'],
    ['a number in channel_extras', good({ channel_extras: { mock: 1 } }), 'channel_extras'],
    ['a notify_url with a user', good({ notify_url: 'https://u@x.example/' }), 'notify_url'],
    ['an unknown member', good({ metadata: {} }), 'metadata'],
  ];
  for (const [name, body, field] of rows) test(`40001: ${name}`, async () => expectError(await ask(body), 40001, field));
  test('40001 in a fraction and an exponent', async () => {
    for (const n of ['1.5', '1e2', '1.0']) {
      expectError(await ask(JSON.stringify(good({ price: 777 })).replace('777', n)), 40001, 'price');
    }
  });
  test('a refusal does not repeat the account', async () => {
    const res = await ask(good({ user_account: `${rep('6222020200112233', 4)}x` }));
    assert.ok(!res.text.includes('6222020200112233'), res.text);
  });
  test('40300 without the scope transfer:execute; a query wants payment:query', async () => {
    const done = expectOk(await transfer(stack, app1), 201);
    await withKey(stack, null, { scopes: ['payment:create', 'payment:query', 'refund:execute'] }, async (key) => {
      expectError(await ask(good(), key), 40300);
    });
    await withKey(stack, app1, { scopes: ['transfer:execute'] }, async (key) => {
      expectError(await get(stack, key, `/api/pay/transfer/query?transfer_no=${done.transfer_no}`), 40300);
      expectError(await get(stack, key, '/api/pay/transfers'), 40300);
    });
  });
  test('40103: a nonce is spent once; a refused request spends none', async () => {
    const nonce = newNonce();
    const body = good();
    expectError(await ask({ ...body, channel: 'wx_none' }, app1, { auth: { nonce } }), 40303);
    expectOk(await ask(body, app1, { auth: { nonce } }), 201);
    expectError(await ask(body, app1, { auth: { nonce } }), 40103);
  });
  test('40303: a channel that the app does not have', async () => {
    const body = good({ channel: 'nosuch' });
    expectError(await ask(body), 40303);
    expectError(await get(stack, app1, `/api/pay/transfer/query?merchant_transfer_id=${body.merchant_transfer_id}`), 40400);
  });
});

describe('done at once', () => {
  test('201, SUCCESS, as the query shows it', async () => {
    const body = transferBody(undefined, { user_account: '张三@银行&=', user_name: '张三', subject: '奖金' });
    const got = expectOk(await ask(body), 201);
    assert.deepEqual(Object.keys(got), ['transfer_no', 'merchant_transfer_id', 'price', 'currency', 'status', 'success_time', 'channel_transfer_no']);
    assert.match(got.transfer_no, ULID);
    assert.match(got.success_time, TIME);
    assert.deepEqual([got.merchant_transfer_id, got.price, got.currency, got.status], [body.merchant_transfer_id, 700, 'CNY', 'SUCCESS']);
    const { subject, channel, user_account, create_time, version, ...rest } = await transferQuery(stack, app1, { transfer_no: got.transfer_no });
    assert.deepEqual(rest, got);
    assert.deepEqual([subject, channel, user_account, version], ['奖金', 'mock', '张三@银行&=', 1]);
    assert.match(create_time, TIME);
    assert.deepEqual((await transferQuery(stack, app1, { merchant_transfer_id: body.merchant_transfer_id })).transfer_no, got.transfer_no);
    assert.deepEqual(await stepsOf(got.transfer_no), ['0>10']);
  });
  test('any play that the gateway does not know is now', async () => {
    assert.equal(expectOk(await transfer(stack, app1, 'ünknown=&'), 201).status, 'SUCCESS');
    assert.equal(expectOk(await transfer(stack, app1, undefined, { channel_extras: { other: 'x' } }), 201).status, 'SUCCESS');
  });
  test('price 1 and 10^12', async () => {
    for (const price of [1, 1000000000000]) assert.equal(expectOk(await transfer(stack, app1, undefined, { price }), 201).price, price);
  });
});

describe('the same number again', () => {
  test('same terms: 200 with the transfer as it stands, whatever else differs', async () => {
    const body = transferBody();
    const first = expectOk(await ask(body), 201);
    assert.deepEqual(expectOk(await ask(body), 200), first);
    assert.deepEqual(expectOk(await ask({ ...body, notify_url: 'https://example.com/n', channel_extras: { mock: 'fail' } }), 200), first);
  });
  test('40900: other terms, and the first one stays', async () => {
    const body = transferBody();
    const first = expectOk(await ask(body), 201);
    const other = { price: 701, currency: 'USD', subject: 'Other', user_account: 'someone-else', user_name: 'Else' };
    const says = { price: /^price: 701 is not 700, with which transfer /, currency: /^currency: USD is not CNY, with which transfer / };
    for (const [field, value] of Object.entries(other)) {
      const { msg } = expectError(await ask({ ...body, [field]: value }), 40900, field);
      assert.match(msg, says[field] ?? /was asked for with another one/);
      assert.ok(!msg.includes(body.user_account) && !msg.includes('someone-else'), 'no account is shown');
    }
    const { subject, channel, user_account, create_time, version, ...rest } = await transferQuery(stack, app1, { transfer_no: first.transfer_no });
    assert.deepEqual(rest, first);
  });
  test('the other app\'s number is another transfer', async () => {
    const body = transferBody();
    const [a, b] = [expectOk(await ask(body), 201), expectOk(await ask(body, app2), 201)];
    assert.notEqual(a.transfer_no, b.transfer_no);
    expectError(await get(stack, app2, `/api/pay/transfer/query?transfer_no=${a.transfer_no}`), 40400);
  });
  test('twenty at once: one transfer, one payout', async () => {
    const body = transferBody();
    const all = await times(20, () => ask(body));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    assert.equal(count(all, (r) => r.status === 200), 19, all.map((r) => r.text).join('\n'));
    assert.equal(new Set(all.map((r) => r.json.data.transfer_no)).size, 1);
    assert.deepEqual(await stepsOf(all[0].json.data.transfer_no), ['0>10']);
  });
  test('twenty at once with two prices: the first decides', async () => {
    const body = transferBody();
    const all = await times(20, (i) => ask({ ...body, price: 1 + (i % 2) }));
    assert.equal(count(all, (r) => r.status === 201), 1);
    assert.equal(count(all, (r) => r.json.code === 40900), 10);
  });
  test('a failed one stays failed: 200, CLOSED', async () => {
    const body = transferBody('fail');
    const first = expectTransferError(await ask(body), 50200).data;
    assert.deepEqual(expectOk(await ask(body), 200), first);
    assert.deepEqual(await stepsOf(first.transfer_no), ['0>20']);
  });
});

describe('what the channel can do', () => {
  test('fail: 50200 with its words; CLOSED on record', async () => {
    const body = transferBody('fail');
    const json = expectTransferError(await ask(body), 50200);
    assert.deepEqual([json.channel_error_code, json.data.status, json.data.channel_error_code], ['MOCK_REFUSED', 'CLOSED', 'MOCK_REFUSED']);
    const q = await transferQuery(stack, app1, { merchant_transfer_id: body.merchant_transfer_id });
    assert.deepEqual([q.status, q.channel_error_code, q.version, q.success_time], ['CLOSED', 'MOCK_REFUSED', 1, undefined]);
  });
  test('fail_then_ok: the first to an account fails, the next, under its own number, is paid', async () => {
    const body = transferBody('fail_then_ok');
    expectTransferError(await ask(body), 50200);
    const again = expectOk(await ask({ ...body, merchant_transfer_id: newNo('X') }), 201);
    assert.equal(again.status, 'SUCCESS');
  });
  test('timeout: 50201; it stays open, and 200 says so', async () => {
    const body = transferBody('timeout');
    const json = expectTransferError(await ask(body), 50201);
    assert.equal(json.data.status, 'WAITING');
    assert.equal(expectOk(await ask(body), 200).status, 'WAITING');
    const row = await db.row('SELECT TIMESTAMPDIFF(MICROSECOND, create_time, next_sync_time) DIV 1000 AS gap, sync_times FROM pay_transfer WHERE no = ?', [json.data.transfer_no]);
    assert.deepEqual([row.gap, row.sync_times], [10000, 0]);
  });
  test('never: 201, PROCESSING', async () => {
    const got = expectOk(await transfer(stack, app1, 'never'), 201);
    assert.equal(got.status, 'PROCESSING');
    assert.ok(got.channel_transfer_no);
    assert.deepEqual(await stepsOf(got.transfer_no), ['0>5']);
  });
  test('later: 201, PROCESSING, and its callback ends it', async () => {
    const got = expectOk(await transfer(stack, app1, 'later'), 201);
    assert.equal(got.status, 'PROCESSING');
    const done = await until('the transfer is done', async () => {
      const q = await transferQuery(stack, app1, { transfer_no: got.transfer_no });
      return q.status === 'SUCCESS' && q;
    }, 15_000, 250);
    assert.match(done.success_time, TIME);
    assert.deepEqual(await stepsOf(got.transfer_no), ['0>5', '5>10']);
  });
  test('a disabled app or channel starts no transfer; queries go on', async () => {
    const app = await newApp(stack);
    const body = transferBody('never');
    const first = expectOk(await ask(body, app), 201);
    await disableApp(stack, app);
    await inForce();
    for (const b of [transferBody(), body, { ...body, price: 1 }]) expectError(await ask(b, app), 40302);
    assert.equal((await transferQuery(stack, app, { transfer_no: first.transfer_no })).status, 'PROCESSING');
    await enableApp(stack, app);
    await disableChannel(stack, app);
    await inForce();
    for (const b of [transferBody(), body, { ...body, price: 1 }]) expectError(await ask(b, app), 40303);
    assert.equal(expectOk(await get(stack, app, '/api/pay/transfers')).items.length, 1);
  });
});

describe('queries', () => {
  const q = (s, app = app1) => get(stack, app, `/api/pay/transfer/query${s}`);
  test('40400: what is not there', async () => {
    expectError(await q(`?transfer_no=${strangerUlid()}`), 40400);
    expectError(await q('?merchant_transfer_id=X1'), 40400);
  });
  const rows = [['none', '', undefined], ['both', `?transfer_no=${strangerUlid()}&merchant_transfer_id=X1`, undefined], ['a bad transfer_no', '?transfer_no=x', 'transfer_no'],
    ['a repeated one', `?transfer_no=${strangerUlid()}&transfer_no=${strangerUlid()}`, 'transfer_no'], ['an unknown one', '?merchant_transfer_id=X1&x=1', 'x'],
    ['a bad merchant_transfer_id', '?merchant_transfer_id=a%20b', 'merchant_transfer_id']];
  for (const [name, s, field] of rows) test(`40001: ${name}`, async () => expectError(await q(s), 40001, field));
  test('lists: newest first, by pages, by state, by time; another app\'s are not there', async () => {
    const app = await newApp(stack);
    const made = [];
    for (const play of ['now', 'never', 'now', 'fail', 'now']) made.unshift((await transfer(stack, app, play)).json.data);
    const list = async (s = '') => expectOk(await get(stack, app, `/api/pay/transfers${s}`));
    const nos = (l) => l.items.map((i) => i.transfer_no);
    const all = made.map((m) => m.transfer_no);
    assert.deepEqual(await list().then(nos), all);
    const [a, b] = [await list('?limit=2'), await list(`?limit=3&after=${all[1]}`)];
    assert.deepEqual([nos(a), a.next, nos(b), b.next], [all.slice(0, 2), all[1], all.slice(2), undefined]);
    assert.deepEqual(nos(await list('?status=PROCESSING')), [all[3]]);
    assert.deepEqual(nos(await list('?status=CLOSED')), [all[1]]);
    assert.deepEqual(nos(await list('?status=SUCCESS&limit=100')), [all[0], all[2], all[4]]);
    const third = (await list()).items[2];
    assert.deepEqual(nos(await list(`?to=${third.create_time}`)), all.slice(3));
    assert.deepEqual(nos(await list(`?from=${third.create_time}`)), all.slice(0, 3));
    assert.deepEqual(third, await transferQuery(stack, app, { transfer_no: all[2] }));
    expectError(await get(stack, app1, `/api/pay/transfers?after=${all[0]}`), 40400);
    for (const [s, field] of [['?status=WAITED', 'status'], ['?limit=0', 'limit'], ['?limit=101', 'limit'], ['?after=x', 'after'], ['?from=x', 'from'], ['?page=2', 'page']]) {
      expectError(await get(stack, app, `/api/pay/transfers${s}`), 40001, field);
    }
  });
});
