// Callbacks: which are accepted, in which order they are checked, and what is recorded of each.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { suite, rep } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, get, newNonce, now, post, postJson, query, strangerUlid, submitAnother } from '../lib/client.mjs';
import { callbackOf, channelNo, payByCallback, sendCallback, signCallback, signedCallback } from '../lib/channel.mjs';
import { disableApp, disableChannel, newApp, newRsaApp } from '../lib/ctl.mjs';

const { stack, app1, app2, db } = await suite();
const SECRET = app1.channelSecret;
const stateOf = async (order, app = app1) => (await query(stack, app, { order_no: order.order_no })).status;

function expectAck(res) {
  assert.equal(res.status, 200, res.text);
  assert.equal(res.text, '{"code":0,"msg":"SUCCESS"}');
  assert.match(res.headers['content-type'], /^application\/json/);
  assert.ok(res.headers['x-request-id']);
}
// The row of callback_log that holds this very body.
const logged = (body) => db.row('SELECT * FROM callback_log WHERE body = ? ORDER BY id DESC LIMIT 1', [typeof body === 'string' ? body : JSON.stringify(body)]);
const alertsAbout = (order) => db.rows('SELECT * FROM pay_alert ORDER BY id DESC LIMIT 50')
  .then((rows) => rows.filter((r) => [order.order_no, order.pay_id, order.merchant_order_id].some((n) => JSON.stringify(r).includes(n))));

describe('believed', () => {
  test('acknowledged once committed: the order is SUCCESS when the answer is here', async () => {
    const order = await createOpen(stack, app1);
    const body = signedCallback(order, SECRET);
    expectAck(await sendCallback(stack, body));
    assert.equal(await stateOf(order), 'SUCCESS');
    const row = await db.row('SELECT o.status, o.channel_order_no, o.refund_price, o.refunding_price, x.no, x.status AS xs, x.paid_price, x.paid_currency, x.duplicate_paid FROM pay_order o JOIN pay_order_extension x ON x.id = o.extension_id WHERE o.no = ?', [order.order_no]);
    assert.deepEqual([row.status, row.channel_order_no, row.no, row.xs, row.paid_price, row.paid_currency, row.duplicate_paid],
      [10, body.channel_order_no, order.pay_id, 10, 1234, 'CNY', 0]);
    const log = await logged(body);
    assert.ok(log, 'the raw bytes are on record');
    assert.ok(log.verdict !== null && log.verdict !== '');
  });
  test('at the channel\'s own address', async () => {
    const order = await createOpen(stack, app1);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET), `/api/pay/notify/order/${app1.channelId}`));
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('members in any order, blanks between', async () => {
    const order = await createOpen(stack, app1);
    const body = signedCallback(order, SECRET);
    expectAck(await sendCallback(stack, JSON.stringify(Object.fromEntries(Object.entries(body).reverse()), null, 2)));
  });
  const extras = {
    'an unknown member that was signed': { foo: 'bar' },
    'an unknown integer that was signed': { foo: 42 },
    'a negative unknown integer': { foo: -42 },
    'unknown members that sort first and last': { A: '1', zzz: '2', _: '3', 0: '4' },
    'null, dropped from the text': { foo: null },
    'empty, dropped from the text': { foo: '' },
    'a name like another one\'s beginning': { price_: '1', pric: '2' },
    'a string that looks like a number': { foo: '007' },
  };
  for (const [name, more] of Object.entries(extras)) {
    test(name, async () => {
      const order = await createOpen(stack, app1);
      expectAck(await sendCallback(stack, signedCallback(order, SECRET, more)));
    });
  }
  test('FAILED without success_time: the attempt ends, the order stays payable', async () => {
    for (const status of ['FAILED', 'CLOSED']) {
      const order = await createOpen(stack, app1);
      expectAck(await sendCallback(stack, signedCallback(order, SECRET, { status, success_time: undefined })));
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status], ['WAITING', 'CLOSED']);
      expectOk(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 201);
    }
  });
  test('FAILED with any success_time: it is ignored', async () => {
    const order = await createOpen(stack, app1);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET, { status: 'FAILED', success_time: 'never' })));
  });
  test('FAILED, then SUCCESS: paid', async () => {
    const order = await createOpen(stack, app1);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET, { status: 'FAILED', success_time: undefined })));
    expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual([q.status, q.attempts[0].status], ['SUCCESS', 'SUCCESS']);
  });
  test('a late FAILED or CLOSED after SUCCESS is acknowledged and touches nothing', async () => {
    for (const status of ['FAILED', 'CLOSED']) {
      const order = await createOpen(stack, app1);
      await payByCallback(stack, app1, order);
      const before = await query(stack, app1, { order_no: order.order_no });
      expectAck(await sendCallback(stack, signedCallback(order, SECRET, { status, success_time: undefined })));
      assert.deepEqual(await query(stack, app1, { order_no: order.order_no }), before);
    }
  });
  test('repeated byte for byte, and repeated under a new nonce: acknowledged, nothing changes, each on record', async () => {
    const order = await createOpen(stack, app1);
    const body = signedCallback(order, SECRET);
    expectAck(await sendCallback(stack, body));
    const before = await query(stack, app1, { order_no: order.order_no });
    for (let i = 0; i < 3; i++) expectAck(await sendCallback(stack, body));
    const again = signedCallback(order, SECRET, { channel_order_no: body.channel_order_no, success_time: body.success_time });
    expectAck(await sendCallback(stack, again));
    assert.deepEqual(await query(stack, app1, { order_no: order.order_no }), before);
    assert.equal(await db.value('SELECT COUNT(*) FROM callback_log WHERE body = ?', [JSON.stringify(body)]), 4);
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]), 1);
  });
  test('money for an expired order pays it', async () => {
    const order = await createOpen(stack, app1, { expire_in: 60 });
    expectOk(await post(stack, app1, '/sandbox/clock', { advance: 120 }));
    expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('a disabled channel of a disabled app still accepts callbacks of open orders', async () => {
    const app = await newApp(stack);
    const order = await createOpen(stack, app);
    await disableChannel(stack, app);
    await disableApp(stack, app);
    expectAck(await sendCallback(stack, signedCallback(order, app.channelSecret)));
    assert.equal(await stateOf(order, app), 'SUCCESS');
  });
  test('a success_time of the last second of the year in +08:00', async () => {
    const order = await createOpen(stack, app1);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET, { success_time: '2026-12-31T23:59:59+08:00' })));
    assert.equal((await query(stack, app1, { order_no: order.order_no })).success_time, '2026-12-31T15:59:59.000Z');
  });
  for (const success_time of ['9999-12-31T23:59:59Z', '1970-01-02T00:00:00+08:00', '2001-09-09T01:46:40Z']) {
    test(`a success_time of ${success_time}: the money counts, the time is ours, an alert is raised`, async () => {
      const order = await createOpen(stack, app1);
      const body = signedCallback(order, SECRET, { success_time });
      expectAck(await sendCallback(stack, body));
      expectAck(await sendCallback(stack, body));
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.equal(q.status, 'SUCCESS');
      assert.ok(Math.abs(Date.parse(q.success_time) - Date.now()) < 60_000, q.success_time);
      const alert = await db.row("SELECT * FROM pay_alert WHERE kind = 'odd_time' AND about = ?", [order.pay_id]);
      assert.equal(alert.times, 1);
      assert.match(alert.text, new RegExp(new Date(success_time).toISOString()));
      assert.equal((await logged(body)).verdict, 'REPEATED');
    });
  }
  for (const price of [1, 2147483648, 1000000000000]) {
    test(`price ${price}`, async () => {
      const order = await createOpen(stack, app1, { price });
      expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
      assert.equal((await query(stack, app1, { order_no: order.order_no })).paid_price, price);
    });
  }
});

describe('40101: not believed, and the order untouched', () => {
  const rows = {
    'another secret': (o) => signedCallback(o, `${SECRET}x`),
    'an empty secret': (o) => signedCallback(o, ''),
    'the other app\'s channel\'s secret': (o) => signedCallback(o, app2.channelSecret),
    'the app\'s own secret': (o) => signedCallback(o, app1.secret),
    'no sign': (o) => signedCallback(o, SECRET, {}, { sign: undefined }),
    'an empty sign': (o) => signedCallback(o, SECRET, {}, { sign: '' }),
    'a sign in capitals': (o) => { const b = signedCallback(o, SECRET); return { ...b, sign: b.sign.toUpperCase() }; },
    'a sign cut short': (o) => { const b = signedCallback(o, SECRET); return { ...b, sign: b.sign.slice(0, -1) }; },
    'a sign with one more digit': (o) => { const b = signedCallback(o, SECRET); return { ...b, sign: `${b.sign}0` }; },
    'a sign of zeros': (o) => signedCallback(o, SECRET, {}, { sign: rep('0', 64) }),
    'a sign in base64': (o) => { const b = signedCallback(o, SECRET); return { ...b, sign: Buffer.from(b.sign, 'hex').toString('base64') }; },
    'another sign_type than the row\'s': (o) => signedCallback(o, SECRET, {}, { sign_type: 'RSA2' }),
    'sign_type MD5': (o) => signedCallback(o, SECRET, {}, { sign_type: 'MD5' }),
    'sign_type none': (o) => signedCallback(o, SECRET, {}, { sign_type: 'none' }),
    'an unknown member added after signing': (o) => signedCallback(o, SECRET, {}, { foo: 'bar' }),
    'an unknown integer added after signing': (o) => signedCallback(o, SECRET, {}, { foo: 1 }),
    'a member removed after signing': (o) => signedCallback(o, SECRET, { foo: 'bar' }, { foo: undefined }),
    'the nonce changed': (o) => signedCallback(o, SECRET, {}, { nonce: newNonce() }),
    'the price changed': (o) => signedCallback(o, SECRET, {}, { price: 1 }),
    'the status changed': (o) => signedCallback(o, SECRET, { status: 'FAILED' }, { status: 'SUCCESS' }),
    'the channel\'s number changed': (o) => signedCallback(o, SECRET, {}, { channel_order_no: 'X1' }),
    'signed as JSON instead': (o) => { const b = callbackOf(o); return { ...b, sign: signCallback({ j: JSON.stringify(b) }, SECRET) }; },
  };
  for (const [name, make] of Object.entries(rows)) {
    test(name, async () => {
      const order = await createOpen(stack, app1);
      const body = make(order);
      expectError(await sendCallback(stack, body), 40101);
      assert.equal(await stateOf(order), 'WAITING');
      assert.ok((await logged(body))?.verdict !== undefined, 'refused, and on record');
    });
  }
  test('an unknown pay_id, whatever the key', async () => {
    const order = await createOpen(stack, app1);
    for (const secret of [SECRET, app2.channelSecret, '', 'x']) {
      const body = signedCallback({ ...order, pay_id: strangerUlid() }, secret);
      expectError(await sendCallback(stack, body), 40101);
      assert.ok(await logged(body), 'on record');
    }
  });
  test('an order_no is no pay_id', async () => {
    const order = await createOpen(stack, app1);
    expectError(await sendCallback(stack, signedCallback({ ...order, pay_id: order.order_no }, SECRET)), 40101);
  });
  test('another channel\'s attempt at a channel\'s address, whichever key signed', async () => {
    const order = await createOpen(stack, app1);
    for (const secret of [SECRET, app2.channelSecret]) {
      expectError(await sendCallback(stack, signedCallback(order, secret), `/api/pay/notify/order/${app2.channelId}`), 40101);
    }
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('at the address of a channel that is not there', async () => {
    const order = await createOpen(stack, app1);
    expectError(await sendCallback(stack, signedCallback(order, SECRET), '/api/pay/notify/order/999999'), 40101);
    for (const id of ['abc', '-1', '1x', '99999999999999999999999', '%31x', '0x1']) {
      expectError(await sendCallback(stack, signedCallback(order, SECRET), `/api/pay/notify/order/${id}`), 40400);
    }
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('an unknown channel and a wrong signature get the same answer', async () => {
    const order = await createOpen(stack, app1);
    const wrong = await sendCallback(stack, signedCallback(order, 'wrong'));
    const unknown = await sendCallback(stack, signedCallback({ ...order, pay_id: strangerUlid() }, SECRET));
    assert.equal(wrong.json.msg, unknown.json.msg);
    assert.deepEqual(Object.keys(wrong.json), Object.keys(unknown.json));
  });
});

describe('a channel whose row says RSA2', () => {
  let made;
  const rsaApp = () => (made ??= newRsaApp(stack));
  const send = (order, secret, more = {}, after = {}) => sendCallback(stack, signedCallback(order, secret, { sign_type: 'RSA2', ...more }, after));
  test('signed with its key: believed', async () => {
    const app = await rsaApp();
    const order = await createOpen(stack, app);
    expectAck(await send(order, app.channelSecret, { foo: 'a+b c' }));
    assert.equal(await stateOf(order, app), 'SUCCESS');
  });
  test('everything else: 40101', async () => {
    const app = await rsaApp();
    const order = await createOpen(stack, app);
    const right = signedCallback(order, app.channelSecret, { sign_type: 'RSA2' });
    const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
    const small = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey;
    const flip = (s, i) => s.slice(0, i) + (s[i] === 'A' ? 'B' : 'A') + s.slice(i + 1);
    const rows = {
      'another key': signedCallback(order, other, { sign_type: 'RSA2' }),
      'a key of 512 bits': signedCallback(order, small, { sign_type: 'RSA2' }),
      'one bit changed': { ...right, sign: flip(right.sign, 10) },
      'the end cut off': { ...right, sign: right.sign.slice(0, -4) },
      'something after it': { ...right, sign: `${right.sign}AAAA` },
      'the URL alphabet': { ...right, sign: right.sign.replaceAll('+', '-').replaceAll('/', '_') === right.sign ? flip(right.sign, 5) : right.sign.replaceAll('+', '-').replaceAll('/', '_') },
      'a blank for a plus': { ...right, sign: right.sign.includes('+') ? right.sign.replaceAll('+', ' ') : flip(right.sign, 6) },
      'hex': { ...right, sign: Buffer.from(right.sign, 'base64').toString('hex') },
      'all zero': { ...right, sign: Buffer.alloc(256).toString('base64') },
      'all ones, above the modulus': { ...right, sign: Buffer.alloc(256, 255).toString('base64') },
      'empty': { ...right, sign: '' },
      'the public key as an HMAC secret': signedCallback(order, app.channelPublicKey),
      'the public key as an HMAC secret, called RSA2': { ...right, sign: signCallback({ ...right, sign_type: 'x' }, app.channelPublicKey) },
      'called HMAC-SHA256': { ...right, sign_type: 'HMAC-SHA256' },
      'a member changed': { ...right, price: 1 },
    };
    for (const [name, body] of Object.entries(rows)) {
      const res = await sendCallback(stack, body);
      assert.equal(res.json?.code, 40101, `${name}: ${res.text}`);
    }
    assert.equal(await stateOf(order, app), 'WAITING');
  });
  test('the mock gateway signs so as well', async () => {
    const app = await newApp(stack, { channelArgs: ['--sign-type', 'RSA2'] });
    const order = await createOpen(stack, app);
    expectOk(await postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' }));
    assert.equal(await stateOf(order, app), 'SUCCESS');
  });
});

describe('40102: ±300 s', () => {
  for (const [offset, ok] of [[-295, true], [295, true], [-310, false], [310, false], [-100000, false]]) {
    test(`${offset} s`, async () => {
      const order = await createOpen(stack, app1);
      const res = await sendCallback(stack, signedCallback(order, SECRET, { timestamp: now() + offset }));
      if (ok) expectAck(res);
      else { expectError(res, 40102); assert.equal(await stateOf(order), 'WAITING'); }
    });
  }
  test('a stale repeat of one that was believed is refused, signed anew it is acknowledged', async () => {
    const order = await createOpen(stack, app1);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
    expectError(await sendCallback(stack, signedCallback(order, SECRET, { timestamp: now() - 400 })), 40102);
    expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
  });
});

describe('40001: members', () => {
  const long = rep('x', 65);
  // member, value after which it is signed again (a channel may sign nonsense), the field told
  const rows = [
    ['pay_id', undefined], ['pay_id', null], ['pay_id', ''], ['pay_id', 1], ['pay_id', 'abc'], ['pay_id', `0${rep('I', 25)}`], ['pay_id', `${strangerUlid()}0`],
    ['channel_order_no', undefined], ['channel_order_no', null], ['channel_order_no', ''], ['channel_order_no', long], ['channel_order_no', 5],
    ['status', undefined], ['status', ''], ['status', 'PAID'], ['status', 'success'], ['status', 'TRADE_SUCCESS'], ['status', 10], ['status', 'WAITING'],
    ['price', undefined], ['price', null], ['price', '1234'], ['price', 0], ['price', -1], ['price', 1000000000001],
    ['currency', undefined], ['currency', 'cny'], ['currency', ''], ['currency', 156], ['currency', 'CNYY'],
    ['success_time', undefined], ['success_time', null], ['success_time', ''], ['success_time', 'now'], ['success_time', '2026-01-01'], ['success_time', '2026-13-01T00:00:00Z'], ['success_time', 1700000000],
    ['success_time', '2026-02-29T00:00:00Z'],
    ['timestamp', undefined], ['timestamp', 'abc'], ['timestamp', null], ['timestamp', -1],
    ['nonce', undefined], ['nonce', 7],
  ];
  for (const [name, value] of rows) {
    test(`${name} ${value === undefined ? 'missing' : JSON.stringify(value).slice(0, 32)}`, async () => {
      const order = await createOpen(stack, app1);
      const res = await sendCallback(stack, signedCallback(order, SECRET, { [name]: value }));
      expectError(res, 40001, name);
      assert.ok(res.json.msg.startsWith(`${name}: want `), res.json.msg);
      assert.equal(await stateOf(order), 'WAITING');
    });
  }
  test('sign_type missing or no string', async () => {
    const order = await createOpen(stack, app1);
    for (const sign_type of [undefined, null, '', 1]) {
      expectError(await sendCallback(stack, signedCallback(order, SECRET, {}, { sign_type })), [40001, 40101]);
    }
  });
  for (const [name, value] of [['a fraction', '1.5'], ['an exponent', '1e3'], ['true', 'true'], ['an object', '{}'], ['a list', '[]'], ['an integer beyond its range', '99999999999999999999'],
    ['&', '"a&b"'], ['=', '"a=b"'], ['a control character', '"a\\u0001b"'], ['a newline', '"a\\nb"'], ['DEL', '"a\\u007f"'], ['a letter beyond ASCII', '"é"'], ['a NUL', '"a\\u0000"']]) {
    test(`an unknown member that is or holds ${name}`, async () => {
      const order = await createOpen(stack, app1);
      const text = JSON.stringify(signedCallback(order, SECRET)).replace(/}$/, `,"foo":${value}}`);
      expectError(await sendCallback(stack, text), 40001, 'foo');
    });
  }
  for (const name of ['pay_id', 'channel_order_no', 'currency', 'nonce', 'sign']) {
    test(`${name} with & and =`, async () => {
      const order = await createOpen(stack, app1);
      const body = signedCallback(order, SECRET, name === 'sign' ? {} : { [name]: 'a&price=1' }, name === 'sign' ? { sign: 'a&b=c' } : {});
      expectError(await sendCallback(stack, body), name === 'sign' ? [40001, 40101] : 40001);
    });
  }
  test('an injection by member name never makes two texts alike', async () => {
    const order = await createOpen(stack, app1);
    // price=1&status=SUCCESS hidden in a name: the text would be the same as that of two members.
    const members = callbackOf(order);
    const { price, status, ...rest } = members;
    const body = { ...rest, [`price=${price}&status`]: status, price: 1, sign: signCallback(members, SECRET) };
    const res = await sendCallback(stack, body);
    assert.ok([400, 401].includes(res.status), res.text);
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('price as 1.0 or 1e3 is 40001 with field price', async () => {
    const order = await createOpen(stack, app1, { price: 1000 });
    for (const form of ['1000.0', '1e3', '1000.5', '99999999999999999999']) {
      const text = JSON.stringify(signedCallback(order, SECRET)).replace('"price":1000', `"price":${form}`);
      expectError(await sendCallback(stack, text), 40001, 'price');
    }
  });
});

describe('bodies that are no callback are kept as they came', () => {
  for (const [name, text] of Object.entries({ 'not JSON': `x${newNonce()}`, 'cut short': `{"pay_id":"${newNonce()}`, 'a repeated member': `{"a":"${newNonce()}","a":1}`, 'no member at all': `{ "x${newNonce()}":null}` })) {
    test(name, async () => {
      const res = await postJson(stack, '/api/pay/callback', text);
      expectError(res, [40000, 40001]);
      const row = await logged(text);
      assert.ok(row, 'on record, byte for byte');
      assert.ok(row.verdict !== null && row.verdict !== '');
    });
  }
});

describe('40906: another price or currency', () => {
  const rows = { 'one more': { price: 1235 }, 'one less': { price: 1233 }, 'a hundred times': { price: 123400 }, 'another currency': { currency: 'USD' }, 'one fen': { price: 1 } };
  for (const [name, more] of Object.entries(rows)) {
    test(`${name}: never SUCCESS, alerted, on record`, async () => {
      const order = await createOpen(stack, app1);
      const body = signedCallback(order, SECRET, more);
      expectError(await sendCallback(stack, body), 40906);
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status, q.paid_price], ['WAITING', 'WAITING', undefined]);
      assert.ok((await alertsAbout(order)).length >= 1, 'an alert names the order or its attempt');
      assert.ok(await logged(body));
      expectAck(await sendCallback(stack, signedCallback(order, SECRET)));
      assert.equal(await stateOf(order), 'SUCCESS');
    });
  }
  test('repeated a few times it does not pile up orders of nonsense', async () => {
    const order = await createOpen(stack, app1);
    const body = signedCallback(order, SECRET, { price: 1 });
    for (let i = 0; i < 3; i++) expectError(await sendCallback(stack, body), 40906);
    assert.equal(await stateOf(order), 'WAITING');
  });
});

describe('a payment has one number at its channel', () => {
  const attemptsOf = (order) => db.rows('SELECT e.no, e.status, e.duplicate_paid, e.of_id, e.channel_order_no FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.no = ? ORDER BY e.id', [order.order_no]);
  test('40906: a number that paid another order pays no second one; alerted, on record, and the right money still pays', async () => {
    const [one, two] = [await createOpen(stack, app1), await createOpen(stack, app1)];
    const channel_order_no = channelNo();
    expectAck(await sendCallback(stack, signedCallback(one, SECRET, { channel_order_no })));
    const body = signedCallback(two, SECRET, { channel_order_no });
    expectError(await sendCallback(stack, body), 40906);
    assert.equal((await logged(body)).verdict, 'OTHER_PAYMENT');
    assert.deepEqual((await alertsAbout(two)).map((a) => a.kind), ['other_payment']);
    assert.equal(await stateOf(two), 'WAITING');
    expectAck(await sendCallback(stack, signedCallback(two, SECRET)));
    assert.equal(await stateOf(two), 'SUCCESS');
  });
  test('of FAILED and CLOSED the number is not kept: the same payment may then pay', async () => {
    const [one, two] = [await createOpen(stack, app1), await createOpen(stack, app1)];
    const channel_order_no = channelNo();
    expectAck(await sendCallback(stack, signedCallback(one, SECRET, { channel_order_no, status: 'FAILED' })));
    expectAck(await sendCallback(stack, signedCallback(two, SECRET, { channel_order_no })));
    assert.deepEqual((await attemptsOf(one)).map((a) => a.channel_order_no), [null]);
  });
  test('a second number of a paid attempt: an attempt of its own, alerted, acknowledged, also when it comes again', async () => {
    const order = await createOpen(stack, app1);
    const [first, second] = [channelNo(), channelNo()];
    expectAck(await sendCallback(stack, signedCallback(order, SECRET, { channel_order_no: first })));
    for (let i = 0; i < 3; i++) expectAck(await sendCallback(stack, signedCallback(order, SECRET, { channel_order_no: second })));
    expectAck(await sendCallback(stack, signedCallback(order, SECRET, { channel_order_no: first })));
    const rows = await attemptsOf(order);
    assert.deepEqual(rows.map((r) => [r.status, r.duplicate_paid, r.channel_order_no]), [[10, 0, first], [10, 1, second]]);
    assert.ok(rows[1].of_id);
    assert.ok((await db.rows('SELECT kind FROM pay_alert WHERE about = ?', [rows[1].no])).some((a) => a.kind === 'duplicate_paid'));
    const q = await query(stack, app1, { order_no: order.order_no });
    assert.deepEqual(q.attempts.map((a) => [a.pay_id, a.status, a.channel_order_no]), [[rows[1].no, 'SUCCESS', second], [order.pay_id, 'SUCCESS', first]]);
    assert.deepEqual([q.channel_order_no, q.paid_price, q.refund_price, q.refunding_price], [first, order.price, 0, 0]);
    assert.deepEqual(q.refunds.map((r) => [r.cause, r.refund_price]), [['duplicate', order.price]]);
  });
});

describe('two attempts both paid', () => {
  test('the first pays, the second is SUCCESS, duplicate_paid and alerted; the order keeps the first', async () => {
    const first = await createOpen(stack, app1);
    const second = expectOk(await submitAnother(stack, app1, first), 201);
    expectAck(await sendCallback(stack, signedCallback(second, SECRET)));
    const paid = await query(stack, app1, { order_no: first.order_no });
    expectAck(await sendCallback(stack, signedCallback(first, SECRET)));
    const after = await query(stack, app1, { order_no: first.order_no });
    assert.deepEqual([after.status, after.channel_order_no, after.paid_price, after.refund_price], ['SUCCESS', paid.channel_order_no, paid.price, 0]);
    assert.deepEqual(after.attempts.map((a) => a.status), ['SUCCESS', 'SUCCESS']);
    const rows = await db.rows('SELECT no, status, duplicate_paid FROM pay_order_extension WHERE no IN (?, ?)', [first.pay_id, second.pay_id]);
    assert.deepEqual(Object.fromEntries(rows.map((r) => [r.no, r.duplicate_paid])), { [first.pay_id]: 1, [second.pay_id]: 0 });
    assert.ok((await alertsAbout(first)).some((a) => a.kind === 'duplicate_paid'));
    assert.deepEqual(after.refunds.map((r) => [r.cause, r.refund_price, r.merchant_refund_id]), [['duplicate', paid.price, undefined]]);
    expectAck(await sendCallback(stack, signedCallback(first, SECRET)));
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [first.order_no]), 1);
  });
});

describe('the list still answers', () => {
  test('after all this', async () => expectOk(await get(stack, app1, '/payments?limit=1')));
});
