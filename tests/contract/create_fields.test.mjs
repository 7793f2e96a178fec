// Every field of create at its bounds and beyond.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, expectError, expectOk, get, newNo, post, request, terms } from '../lib/client.mjs';
import { dbMs } from '../lib/db.mjs';

const { stack, app1, db } = await suite();
const PATH = '/api/pay/create';
const send = (more) => post(stack, app1, PATH, terms(more));
const url = (n, head = 'https://example.com/') => head + rep('a', n - head.length);
const short = (v) => { const s = typeof v === 'string' ? JSON.stringify(v) : JSON.stringify(v) ?? String(v); return s.length > 50 ? `${s.slice(0, 47)}… (${s.length})` : s; };
const obj = (n, value = 'x') => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
const CONTROL = ['\u0000', '\u0001', '\n', '\r', '\t', '\u001b', '\u001f', '\u007f', '\u0085', '\u009f'];
const NOT_TEXT = [1, true, [], {}, ['x']];

// field: [refused …], [taken …]
const TABLE = {
  merchant_order_id: {
    bad: [undefined, null, ...NOT_TEXT, '', rep('a', 65), 'a b', ' a', 'a ', 'a/b', "a'b", 'a"b', 'a\\b', 'a+b', 'a%b', 'a&b', 'a=b', 'a:b', 'é', '单', 'a\u0000', 'a\n', '<b>'],
    good: [() => newNo(), () => `${newNo()}_-*|.`, () => rep('x', 64 - 40) + newNo().padEnd(40, '0').slice(-40), () => `${newNo().toUpperCase()}z`],
  },
  currency: {
    bad: [undefined, null, ...NOT_TEXT, '', 'cny', 'Cny', 'CN', 'CNYY', 'CNY ', ' CNY', 'ABC', '156', 'DEM', 'FRF', 'ITL', 'RMB', 'C\u0000Y', '人民币'],
    good: ['CNY', 'USD', 'EUR', 'JPY', 'HKD', 'KWD', 'GBP', 'CHF', 'INR', 'BRL'],
  },
  subject: {
    bad: [undefined, null, ...NOT_TEXT, '', rep('a', 128), rep('中', 128), rep('😀', 128), ...CONTROL.map((c) => `a${c}b`)],
    good: ['a', rep('a', 127), rep('中', 127), rep('é', 127), rep('😀', 127), 'e\u0301', "Robert'); DROP TABLE pay_order;--", '<script>alert(1)</script>', '%s%n', '\ufffd\uffff'],
  },
  body: {
    bad: [...NOT_TEXT, rep('a', 513), rep('中', 513), ...CONTROL.filter((c) => !'\n\t'.includes(c)).map((c) => `a${c}b`), 'a\r\nb'],
    good: ['a', rep('a', 512), rep('中', 512), rep('😀', 512), 'one\ntwo\n\tthree', '\n', rep('\n', 512)],
  },
  channel: {
    bad: [...NOT_TEXT, rep('a', 33), 'Mock', 'mo-ck', 'mock ', 'mock\u0000', "mock'"],
    good: ['mock'],
  },
  channel_extras: {
    bad: [1, true, 'x', '', [], ['x'], obj(17), { a: rep('x', 513) }, { a: 1 }, { a: null }, { a: true }, { a: {} }, { a: ['x'] }],
    good: [{}, { openid: 'o1' }, obj(16), obj(16, rep('y', 512)), { a: rep('中', 512) }],
  },
  user_id: {
    bad: [...NOT_TEXT, rep('a', 65), 'a\nb', 'a\u0000'],
    good: ['u', rep('u', 64), '用户'],
  },
  user_ip: {
    bad: [...NOT_TEXT, 'abc', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4/24', '1.2.3.4:', '1.2.3.4:x', '[1.2.3.4]', '[::1', 'unknown, 1.2.3.4', ',', ':::', '::g', 'localhost', '1.2.3.4\n', rep('1', 100)],
    good: ['192.0.2.7', '::1', '2001:db8::7', '2001:0db8:0000:0000:0000:0000:0000:0007', '::ffff:192.0.2.1', '255.255.255.255', '1.2.3.4:80', '[::1]', '[2001:db8::7]:443', '192.0.2.7, 10.0.0.1', '192.0.2.7:1,x', ' 192.0.2.7 '],
  },
  expire_in: {
    bad: ['60', '', 60.5, true, [], 0, -60, 59, 2592001, 1e15, 9007199254740991],
    good: [60, 7200, 2592000],
  },
  notify_url: {
    bad: [...NOT_TEXT, 'example.com', '/path', '//example.com/', 'ftp://example.com/', 'file:///etc/passwd', 'gopher://example.com/', 'javascript:alert(1)',
      'http://', 'http:///x', 'https://', 'http:example.com', 'https://user@example.com/', 'https://u:p@example.com/', 'https://example.com/#x',
      'https://example.com/\n', 'https://example.com/\r\nX: y', 'https://example.com/\u0000', 'https://example.com/a b', 'https://exa mple.com/', 'https://example.com\\@evil.com/',
      'https://example.com:99999/', 'https://example.com:abc/', 'https://[::1', url(1025), ' https://example.com/', 'https://example.com/\u007f'],
    good: ['https://example.com/', 'http://example.com', 'https://example.com:8443/a/b?c=d&e=f', 'http://127.0.0.1:9/x', 'http://[::1]:8080/x', url(1024)],
  },
  return_url: {
    bad: [...NOT_TEXT, 'example.com', '/path', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'ftp://example.com/', 'https://u:p@example.com/', 'https://example.com/#x#y',
      'https://example.com/\n', 'http://', url(1025), 'https://example.com/{ID}', 'https://example.com/#a b', 'https://example.com/#a\nb', 'https://example.com/#<b>', 'https://example.com/#{X}',
      'https://u:p@example.com/#x', 'javascript:alert(1)#{ORDER_NO}', '{ORDER_NO}', 'https://example.com/{order_no}', `${url(1010)}{ORDER_NO}`],
    good: ['https://example.com/back?order=1', 'http://example.com/', url(1024), 'https://example.com/#x', 'https://example.com/#/orders/7?from=pay', 'https://example.com#'],
  },
  metadata: {
    bad: [1, true, 'x', '', [], [{}], { a: rep('x', 4096) }],
    good: [{}, { a: 1 }, { a: { b: [1, 2, { c: null }] } }, { a: null }, { '': '' }],
  },
};

for (const [field, { bad, good }] of Object.entries(TABLE)) {
  describe(field, () => {
    for (const value of bad) {
      test(`40001: ${value === undefined ? 'missing' : short(value)}`, async () => {
        const no = newNo();
        const body = { merchant_order_id: no, price: 1, currency: 'CNY', subject: 'a', [field]: value };
        const res = await post(stack, app1, PATH, body);
        expectError(res, 40001, field);
        if (field !== 'merchant_order_id') expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
      });
    }
    for (const entry of good) {
      const value = typeof entry === 'function' ? entry() : entry;
      test(`201: ${short(value)}`, async () => {
        const order = expectOk(await send({ [field]: value }), 201);
        const shown = ['merchant_order_id', 'currency', 'subject', 'body', 'user_id', 'return_url', 'channel', 'metadata'];
        if (shown.includes(field)) assert.deepEqual(order[field], value);
      });
    }
  });
}

describe('absent', () => {
  const OPTIONAL = ['body', 'channel', 'channel_extras', 'user_id', 'user_ip', 'expire_in', 'notify_url', 'return_url', 'metadata'];
  const plain = async () => expectOk(await send({}), 201);
  const shape = (order) => Object.keys(order).sort();
  test('null for every optional member, one by one and all at once', async () => {
    const want = shape(await plain());
    for (const name of OPTIONAL) assert.deepEqual(shape(expectOk(await send({ [name]: null }), 201)), want, name);
    const all = expectOk(await send(Object.fromEntries(OPTIONAL.map((name) => [name, null]))), 201);
    assert.deepEqual(shape(all), want);
    assert.equal(Date.parse(all.expire_time) - Date.parse(all.create_time), 7200_000);
  });
  test('"" for every optional text', async () => {
    const want = shape(await plain());
    const texts = ['body', 'channel', 'user_id', 'user_ip', 'notify_url', 'return_url'];
    assert.deepEqual(shape(expectOk(await send(Object.fromEntries(texts.map((name) => [name, '']))), 201)), want);
  });
  test('submit: null and "" for the selector that is not meant', async () => {
    const order = await create(stack, app1);
    expectOk(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, merchant_order_id: null, channel: 'mock', channel_extras: null }), 201);
    const other = await create(stack, app1);
    expectOk(await post(stack, app1, '/api/pay/submit', { order_no: '', merchant_order_id: other.merchant_order_id, channel: 'mock' }), 201);
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: null, merchant_order_id: '', channel: 'mock' }), 40001, 'order_no');
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: '' }), 40001, 'channel');
  });
});

describe('what is kept', () => {
  test('user_ip: the first address, without port, brackets and quotes', async () => {
    for (const [sent, kept] of [['192.0.2.7:51234', '192.0.2.7'], ['[2001:db8::7]:443', '2001:db8::7'], ['192.0.2.7, 10.0.0.1', '192.0.2.7'], [', "192.0.2.8:1", x', '192.0.2.8'], ['2001:db8::7', '2001:db8::7']]) {
      const order = await create(stack, app1, { user_ip: sent });
      assert.equal((await db.row('SELECT user_ip FROM pay_order WHERE no = ?', [order.order_no])).user_ip, kept, sent);
    }
  });
  test('return_url: {ORDER_NO} is the number, in every answer', async () => {
    const order = await create(stack, app1, { channel: 'mock', return_url: 'https://example.com/?o={ORDER_NO}#/done/{ORDER_NO}' });
    const want = `https://example.com/?o=${order.order_no}#/done/${order.order_no}`;
    assert.equal(order.return_url, want);
    assert.equal(expectOk(await get(stack, app1, `/payments/${order.order_no}`)).return_url, want);
    assert.equal(expectOk(await request(stack, { path: `/api/pay/status?token=${order.query_token}` })).return_url, want);
  });
  test('subject: an escaped pair is its character, whichever', async () => {
    for (const [escaped, want] of [['\\ud83d\\ude00', '😀'], ['\\ud876\\udc00', '\u{2d800}'], ['\\ud836\\ude00', '\u{1da00}']]) {
      const res = await post(stack, app1, PATH, `{"merchant_order_id":"${newNo()}","price":1,"currency":"CNY","subject":"${escaped}"}`);
      assert.equal(expectOk(res, 201).subject, want);
    }
  });
  test('body: lines and tabs come back as they were', async () => {
    const body = 'one\n\ttwo\n';
    const order = await create(stack, app1, { body });
    assert.equal(expectOk(await get(stack, app1, `/payments/${order.order_no}`)).body, body);
  });
});

describe('msg says what was wanted and what came', () => {
  const rows = {
    price: [[12.5, 'price: 12.5 is not a whole number of minor units (1 to 1000000000000)'], ['12', 'price: "12" is not a whole number'], [undefined, 'price: missing, want a whole number']],
    currency: [['cny', 'currency: "cny" is not a current ISO 4217 code']],
    subject: [[rep('x', 5000), 'xxx… (5002 bytes) is not text of 1 to 127 characters']],
    merchant_order_id: [['a b', 'merchant_order_id: "a b" is not 1 to 64 of A-Z a-z 0-9 _ - * | .']],
    metadata: [[[1], 'metadata: [1] is not a JSON object of at most 4096 bytes']],
    amount: [[1, 'amount: unknown, did you mean price?']],
    curency: [[1, 'curency: unknown, did you mean currency?']],
    merchantOrderId: [['x', 'merchantOrderId: unknown, did you mean merchant_order_id?']],
    out_trade_no: [['x', 'did you mean merchant_order_id?']],
    zz: [[1, 'zz: unknown, known are merchant_order_id, price,']],
  };
  for (const [field, list] of Object.entries(rows)) for (const [value, want] of list) {
    test(`${field}: ${short(value)}`, async () => {
      const res = await send({ [field]: value });
      expectError(res, 40001, field);
      assert.ok(res.json.msg.includes(want), res.json.msg);
      assert.ok(res.json.msg.length < 600, 'bounded');
    });
  }
  test('a name of another service in the place of ours', async () => {
    const { price, ...rest } = terms();
    const res = await post(stack, app1, PATH, { ...rest, total_amount: price });
    expectError(res, 40001, 'price');
    assert.match(res.json.msg, /^price: missing, want .*, not total_amount$/);
    const one = await get(stack, app1, '/api/pay/query?orderNo=x');
    expectError(one, 40001, 'order_no');
    assert.equal(one.json.msg, 'order_no: give one of order_no, merchant_order_id, pay_id, not orderNo');
  });
  test('four thousand unknown members cost no more than a moment', async () => {
    const names = Object.fromEntries(Array.from({ length: 4000 }, (_, i) => [`prise${i}`, 1]));
    const at = Date.now();
    for (let i = 0; i < 5; i++) expectError(await post(stack, app1, PATH, { merchant_order_id: newNo(), ...names }), 40001, 'price');
    assert.ok(Date.now() - at < 2500, `${Date.now() - at} ms`);
  });
  test('what cannot be seen is spelled', async () => {
    for (const value of ['\u001b[2J', '\u202e', '\u009b', '\u200b']) {
      const res = await send({ currency: value });
      expectError(res, 40001, 'currency');
      assert.doesNotMatch(res.json.msg, /[\u0000-\u001f\u007f-\u009f\u200b\u202e]/);
    }
  });
  test('40000: where the JSON breaks', async () => {
    const msgOf = async (text) => (await post(stack, app1, PATH, text)).json.msg;
    assert.equal(await msgOf('{"price":1,"price":2}'), 'the body is not JSON: byte 13: a member is repeated');
    assert.match(await msgOf('price=1'), /^the body is not JSON: byte 1:/);
    assert.match(await msgOf(''), /empty/);
    assert.match(await msgOf('[]'), /no object/);
  });
});

describe('the rest', () => {
  test('40001: price missing', async () => expectError(await send({ price: undefined }), 40001, 'price'));
  for (const name of ['zz', 'status', 'order_no', 'app_id', 'Price', 'price ', '__proto__x', 'metadata2', '价']) {
    test(`40001: the unknown member ${name}`, async () => expectError(await send({ [name]: 'x' }), 40001, name));
  }
  test('40001: an unknown member that carries an object', async () => expectError(await send({ zz: { a: [1] } }), 40001, 'zz'));
  test('an unknown member of any name is a clear error', async () => {
    for (const name of ['', rep('z', 3000), 'a"b', 'a\\', '</script>', 'a\u0001b']) {
      const res = await send({ [name]: 1 });
      expectError(res, 40001);
    }
  });
  test('40303: a channel that the app does not have, and nothing is made', async () => {
    for (const channel of ['nosuch', 'alipay_none', rep('z', 32), 'a', '0', '_']) {
      const no = newNo();
      const res = await send({ merchant_order_id: no, channel });
      expectError(res, 40303);
      assert.equal(res.json.msg, `the channel ${channel} is disabled or absent for this app`);
      expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
    }
  });
  test('expire_in counts from the creation, by the database', async () => {
    for (const expire_in of [60, 7200, 2592000]) {
      const order = await create(stack, app1, { expire_in });
      const row = await db.row('SELECT create_time, expire_time FROM pay_order WHERE no = ?', [order.order_no]);
      assert.equal(dbMs(row.expire_time) - dbMs(row.create_time), expire_in * 1000);
      assert.equal(new Date(dbMs(row.create_time)).toISOString(), order.create_time);
      assert.ok(Math.abs(dbMs(row.create_time) - Date.now()) < 60_000, 'times are UTC');
    }
  });
  test('what was asked is in the row: urls, address, user', async () => {
    const order = await create(stack, app1, { notify_url: 'https://example.com/n', return_url: 'https://example.com/r', user_ip: '2001:db8::7', user_id: 'u7', body: 'long' });
    const row = await db.row('SELECT notify_url, return_url, user_ip, user_id, body, status, version, refund_price FROM pay_order WHERE no = ?', [order.order_no]);
    assert.deepEqual([row.notify_url, row.return_url, row.user_ip, row.user_id, row.body, row.status, row.refund_price],
      ['https://example.com/n', 'https://example.com/r', '2001:db8::7', 'u7', 'long', 0, 0]);
  });
  test('an order and an attempt carry the channel and its fee', async () => {
    const order = await create(stack, app1, { channel: 'mock', channel_extras: { openid: 'o-1' } });
    const row = await db.row('SELECT o.channel_code, x.channel_code AS xc, x.price, x.currency, x.status, x.channel_extras FROM pay_order o JOIN pay_order_extension x ON x.order_id = o.id WHERE x.no = ?', [order.pay_id]);
    assert.equal(row.xc, 'mock');
    assert.equal(row.price, order.price);
    assert.equal(row.currency, order.currency);
    assert.equal(row.status, 0);
    assert.ok(String(row.channel_extras).includes('o-1'));
  });
});

describe('metadata is returned untouched', () => {
  const texts = {
    'the order of members': '{"z":1,"a":2,"m":{"y":1,"b":2},"0":3}',
    'forms of numbers': '{"a":1.0,"b":1e3,"c":1E+2,"d":-0,"e":0.10,"f":100000000000000000000000,"g":1.7976931348623157e400}',
    'large integers': '{"a":9007199254740993,"b":18446744073709551616,"c":-9223372036854775809}',
    'escapes as they were written': '{"a":"\\u4e2d\\/\\ud83d\\ude00","b":"中/😀"}',
    'blanks': '{ "a" : 1 ,\t"b":[ 1 ,2 ] }',
    'null, true, false and empty things': '{"a":null,"b":true,"c":false,"d":"","e":[],"f":{}}',
    'an escaped NUL': '{"a":"x\\u0000y"}',
    'HTML': '{"a":"</script><b>&amp;"}',
    'an empty object': '{}',
  };
  for (const [name, text] of Object.entries(texts)) {
    test(name, async () => {
      const no = newNo();
      const made = await post(stack, app1, PATH, `{"merchant_order_id":"${no}","metadata":${text},"price":1,"currency":"CNY","subject":"a"}`);
      expectOk(made, 201);
      assert.ok(made.text.includes(`"metadata":${text}`), made.text);
      for (const path of [`/api/pay/query?merchant_order_id=${no}`, `/payments/${made.json.data.order_no}`]) {
        const res = await get(stack, app1, path);
        expectOk(res);
        assert.ok(res.text.includes(`"metadata":${text}`), res.text);
      }
    });
  }
  const sized = (n) => { const head = '{"a":"'; return `${head}${rep('x', n - head.length - 2)}"}`; };
  const raw = (text) => `{"merchant_order_id":"${newNo()}","metadata":${text},"price":1,"currency":"CNY","subject":"a"}`;
  test('4096 bytes are taken', async () => {
    const res = await post(stack, app1, PATH, raw(sized(4096)));
    expectOk(res, 201);
    assert.ok(res.text.includes(sized(4096)));
  });
  test('4097 bytes are not', async () => expectError(await post(stack, app1, PATH, raw(sized(4097))), 40001, 'metadata'));
});
