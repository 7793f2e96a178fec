// Callbacks that are not believed: what is refused before it is read, and how little of it is kept.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { suite, rep } from '../lib/suite.mjs';
import { createOpen, expectError, newNonce, post, query, request, strangerUlid } from '../lib/client.mjs';
import { signCallback, callbackOf, sendCallback, signedCallback } from '../lib/channel.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1, app2, db } = await suite();
const SECRET = app1.channelSecret;
const MOCK = '/api/pay/callback';
const send = (body, headers = {}, path = MOCK) => request(stack, { method: 'POST', path, body: typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body), headers });
const stateOf = async (order) => (await query(stack, app1, { order_no: order.order_no })).status;
const last = () => db.row('SELECT * FROM callback_log ORDER BY id DESC LIMIT 1');
const sum = (text) => createHash('sha256').update(text).digest('hex');
const counted = async (verdict) => Number(new RegExp(`^shroff_callbacks_total\\{verdict="${verdict}"\\} (\\d+)$`, 'm').exec((await request(stack, { path: '/metrics' })).text)?.[1] ?? 0);

describe('the type', () => {
  for (const type of [undefined, 'application/json', 'application/json; charset=utf8', 'Application/JSON;charset=UTF-8']) {
    test(`${type}: judged as usual`, async () => {
      const order = await createOpen(stack, app1);
      const res = await send(signedCallback(order, SECRET), type ? { 'Content-Type': type } : {});
      assert.equal(res.status, 200, res.text);
      assert.equal(await stateOf(order), 'SUCCESS');
    });
  }
  for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'application/json; charset=gbk']) {
    test(`${type}: 41500, and on record`, async () => {
      const order = await createOpen(stack, app1);
      const body = JSON.stringify(signedCallback(order, SECRET));
      const before = await counted('BAD_TYPE');
      expectError(await send(body, { 'Content-Type': type }), 41500);
      assert.equal(await stateOf(order), 'WAITING');
      const row = await db.row('SELECT * FROM callback_log WHERE body_hash = ?', [sum(body)]);
      assert.deepEqual([row?.verdict, row.body, row.believed], ['BAD_TYPE', body, 0]);
      assert.equal(await counted('BAD_TYPE'), before + 1);
    });
  }
});

describe('41300: counted and on record with its length, the body not read', () => {
  const json = { 'Content-Type': 'application/json' };
  // A callback that would be believed, made longer by blanks, which are not signed.
  const padded = (order, bytes) => { const text = JSON.stringify(signedCallback(order, SECRET)); return text + rep(' ', bytes - text.length); };
  const tooLarge = async (bytes, how) => {
    const before = await counted('TOO_LARGE');
    expectError(await how(), 41300);
    await until('counted', async () => await counted('TOO_LARGE') === before + 1);
    const row = await last();
    assert.deepEqual([row.verdict, row.body, row.body_hash, row.believed, row.body_length], ['TOO_LARGE', '', null, 0, bytes]);
  };
  test('a mock callback of 8 KiB is taken, a byte more is not', async () => {
    const order = await createOpen(stack, app1);
    await tooLarge(8193, () => send(padded(order, 8193), json));
    assert.equal(await stateOf(order), 'WAITING');
    await tooLarge(8193, () => send(padded(order, 8193), json, `/api/pay/notify/order/${app1.channelId}`));
    const res = await send(padded(order, 8192), json);
    assert.equal(res.status, 200, res.text);
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('70 KiB, which nginx itself refuses', async () => {
    const order = await createOpen(stack, app1);
    await tooLarge(71680, () => send(padded(order, 71680), json));
    await tooLarge(71680, () => send(padded(order, 71680), json, `/api/pay/notify/order/${app1.channelId}`));
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('70 KiB in chunks', async () => {
    const order = await createOpen(stack, app1);
    await tooLarge(65537, () => send(padded(order, 71680), { ...json, 'Transfer-Encoding': 'chunked' }));
  });
  test('GET, another path and a wrong method stay what they are', async () => {
    const big = rep('x', 70000);
    expectError(await request(stack, { method: 'PUT', path: MOCK, body: big }), 40500);
    expectError(await request(stack, { method: 'POST', path: '/api/pay/callbacks', body: big }), 40400);
    expectError(await post(stack, app1, '/payments', { subject: big }), 41300);
  });
});

describe('members', () => {
  const many = (order, n) => {
    const members = callbackOf(order);
    for (let i = Object.keys(members).length + 1; i < n; i++) members[`m${i}`] = i;
    return { ...members, sign: signCallback(members, SECRET) };
  };
  test('64 are taken, 65 are 40001', async () => {
    const order = await createOpen(stack, app1);
    const over = many(order, 65);
    assert.equal(Object.keys(over).length, 65);
    expectError(await sendCallback(stack, over), 40001);
    assert.equal((await last()).verdict, 'BAD_FIELD');
    assert.equal(await stateOf(order), 'WAITING');
    const res = await sendCallback(stack, many(order, 64));
    assert.equal(res.status, 200, res.text);
  });
});

describe('what is kept', () => {
  const stranger = (more = {}, after = {}) => signedCallback({ pay_id: strangerUlid(), price: 1, currency: 'CNY' }, 'wrong', more, after);
  test('of a stranger\'s the first 2 KiB, its length and its hash', async () => {
    const body = JSON.stringify(stranger({ note: rep('x', 5000) }));
    expectError(await send(body, { 'Content-Type': 'application/json', 'X-Long': rep('h', 6000) }), 40101);
    const row = await db.row('SELECT * FROM callback_log WHERE body_hash = ?', [sum(body)]);
    assert.deepEqual([row.verdict, row.body, row.body_length, row.believed], ['UNKNOWN_ATTEMPT', body.slice(0, 2048), body.length, 0]);
    assert.ok(row.headers.length <= 2048 && JSON.parse(row.headers)['…'], row.headers);
  });
  test('bytes that are no text do not grow', async () => {
    const body = Buffer.alloc(8000, 255);
    expectError(await send(body, { 'Content-Type': 'application/json' }), 40000);
    const row = await db.row('SELECT * FROM callback_log WHERE body_hash = ?', [sum(body)]);
    assert.equal(row.body, rep('\\xff', 512));
  });
  test('whole, with its headers, when it names an open attempt of the channel; twenty a day', async () => {
    const order = await createOpen(stack, app1);
    const sent = (i) => JSON.stringify(signedCallback(order, 'wrong', { note: `${i}${rep('x', 5000)}` }));
    await Promise.all(Array.from({ length: 24 }, (_, i) => send(sent(i), { 'Content-Type': 'application/json', 'X-Channel-Signature': 'abc' })));
    const rows = await db.rows('SELECT c.* FROM callback_log c JOIN pay_order_extension x ON x.id = c.extension_id WHERE x.no = ?', [order.pay_id]);
    assert.equal(rows.length, 24);
    const whole = rows.filter((r) => r.body.length > 5000);
    assert.equal(whole.length, 20);
    for (const r of whole) assert.deepEqual([r.body_length, r.body_hash, JSON.parse(r.headers)['x-channel-signature'], r.channel_id], [r.body.length, sum(r.body), 'abc', Number(app1.channelId)]);
    assert.ok(rows.filter((r) => r.body.length <= 5000).every((r) => r.body.length === 2048));
    const alert = await db.row("SELECT * FROM pay_alert WHERE kind = 'callbacks_refused' AND about = ?", [`channel ${app1.channelId}`]);
    assert.match(alert.text, new RegExp(order.pay_id));
    const paid = await sendCallback(stack, signedCallback(order, SECRET));
    assert.equal(paid.status, 200, paid.text);
    // An attempt that has ended is nobody's key mix-up.
    const late = sent(99);
    expectError(await send(late, { 'Content-Type': 'application/json' }), 40101);
    assert.equal((await db.row('SELECT body FROM callback_log WHERE body_hash = ?', [sum(late)])).body.length, 2048);
  });
  test('a malformed one that names an open attempt is kept with it', async () => {
    const order = await createOpen(stack, app1);
    expectError(await sendCallback(stack, signedCallback(order, SECRET, { price: '12' })), 40001, 'price');
    const row = await db.row('SELECT c.* FROM callback_log c JOIN pay_order_extension x ON x.id = c.extension_id WHERE x.no = ?', [order.pay_id]);
    assert.deepEqual([row.verdict, row.channel_id], ['BAD_FIELD', Number(app1.channelId)]);
  });
  test('believed ones whole, as ever', async () => {
    const order = await createOpen(stack, app1);
    const body = JSON.stringify(signedCallback(order, SECRET, { note: rep('x', 5000) }));
    assert.equal((await send(body, { 'Content-Type': 'application/json' })).status, 200);
    const row = await db.row('SELECT * FROM callback_log WHERE body = ?', [body]);
    assert.deepEqual([row.verdict, row.believed, row.body_length, row.body_hash], ['ACCEPTED', 1, null, null]);
  });
});

describe('a number that is no channel\'s is answered as one that is', () => {
  const at = (id) => `/api/pay/notify/order/${id}`;
  const told = ({ status, json }) => { const { request_id, ...rest } = json; assert.ok(request_id); return { status, ...rest }; };
  const rows = {
    'signed by anybody': (o) => JSON.stringify(signedCallback(o, 'wrong')),
    'signed by another channel': (o) => JSON.stringify(signedCallback(o, SECRET)),
    'a wrong member': (o) => JSON.stringify(signedCallback(o, 'wrong', { price: 0 })),
    'no JSON': () => `x${newNonce()}`,
    'empty': () => '',
    'too large': () => rep(' ', 9000),
    'over 64 KiB': () => rep(' ', 70000),
  };
  for (const [name, make] of Object.entries(rows)) {
    test(name, async () => {
      const body = make(await createOpen(stack, app1));
      const known = await send(body, {}, at(app2.channelId));
      assert.ok(known.json.code > 40000 - 1, known.text);
      for (const id of ['999999', '9223372036854775807']) assert.deepEqual(told(await send(body, {}, at(id))), told(known));
    });
  }
});
