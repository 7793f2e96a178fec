// Every field of create at its bounds and beyond.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, expectError, expectOk, get, newNo, post, terms } from '../lib/client.mjs';
import { dbMs } from '../lib/db.mjs';

const { stack, app1, db } = await suite();
const PATH = '/api/pay/create';
const send = (more) => post(stack, app1, PATH, terms(more));
const url = (n, head = 'https://example.com/') => head + rep('a', n - head.length);
const short = (v) => { const s = typeof v === 'string' ? JSON.stringify(v) : JSON.stringify(v) ?? String(v); return s.length > 50 ? `${s.slice(0, 47)}… (${s.length})` : s; };
const obj = (n, value = 'x') => Object.fromEntries(Array.from({ length: n }, (_, i) => [`k${i}`, value]));
const CONTROL = ['\u0000', '\u0001', '\n', '\r', '\t', '\u001b', '\u001f', '\u007f', '\u0085', '\u009f'];
const NOT_TEXT = [1, true, null, [], {}, ['x']];

// field: [refused …], [taken …]
const TABLE = {
  merchant_order_id: {
    bad: [undefined, ...NOT_TEXT, '', rep('a', 65), 'a b', ' a', 'a ', 'a/b', "a'b", 'a"b', 'a\\b', 'a+b', 'a%b', 'a&b', 'a=b', 'a:b', 'é', '单', 'a\u0000', 'a\n', '<b>'],
    good: [() => newNo(), () => `${newNo()}_-*|.`, () => rep('x', 64 - 40) + newNo().padEnd(40, '0').slice(-40), () => `${newNo().toUpperCase()}z`],
  },
  currency: {
    bad: [undefined, ...NOT_TEXT, '', 'cny', 'Cny', 'CN', 'CNYY', 'CNY ', ' CNY', 'ABC', '156', 'DEM', 'FRF', 'ITL', 'RMB', 'C\u0000Y', '人民币'],
    good: ['CNY', 'USD', 'EUR', 'JPY', 'HKD', 'KWD', 'GBP', 'CHF', 'INR', 'BRL'],
  },
  subject: {
    bad: [undefined, ...NOT_TEXT, '', rep('a', 128), rep('中', 128), rep('😀', 128), ...CONTROL.map((c) => `a${c}b`)],
    good: ['a', rep('a', 127), rep('中', 127), rep('é', 127), rep('😀', 127), 'e\u0301', "Robert'); DROP TABLE pay_order;--", '<script>alert(1)</script>', '%s%n', '\ufffd\uffff'],
  },
  body: {
    bad: [...NOT_TEXT, rep('a', 513), rep('中', 513), ...CONTROL.map((c) => `a${c}b`)],
    good: ['a', rep('a', 512), rep('中', 512), rep('😀', 512)],
  },
  channel: {
    bad: [...NOT_TEXT, '', rep('a', 33), 'Mock', 'mo-ck', 'mock ', 'mock\u0000', "mock'"],
    good: ['mock'],
  },
  channel_extras: {
    bad: [1, true, 'x', null, [], ['x'], obj(17), { a: rep('x', 513) }, { a: 1 }, { a: null }, { a: true }, { a: {} }, { a: ['x'] }],
    good: [{}, { openid: 'o1' }, obj(16), obj(16, rep('y', 512)), { a: rep('中', 512) }],
  },
  user_id: {
    bad: [...NOT_TEXT, rep('a', 65), 'a\nb', 'a\u0000'],
    good: ['u', rep('u', 64), '用户'],
  },
  user_ip: {
    bad: [...NOT_TEXT, 'abc', '1.2.3', '1.2.3.4.5', '256.1.1.1', '1.2.3.4/24', '1.2.3.4:80', '[::1]', ':::', '::g', 'localhost', '1.2.3.4\n', rep('1', 100)],
    good: ['192.0.2.7', '::1', '2001:db8::7', '2001:0db8:0000:0000:0000:0000:0000:0007', '::ffff:192.0.2.1', '255.255.255.255'],
  },
  expire_in: {
    bad: ['60', 60.5, true, null, [], 0, -60, 59, 2592001, 1e15, 9007199254740991],
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
    bad: [...NOT_TEXT, 'example.com', '/path', 'javascript:alert(1)', 'JaVaScRiPt:alert(1)', 'data:text/html,x', 'ftp://example.com/', 'https://u:p@example.com/', 'https://example.com/#x',
      'https://example.com/\n', 'http://', url(1025)],
    good: ['https://example.com/back?order=1', 'http://example.com/', url(1024)],
  },
  metadata: {
    bad: [1, true, 'x', null, [], [{}], { a: rep('x', 4096) }],
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
    for (const channel of ['nosuch', 'alipay_pc', rep('z', 32), 'a', '0', '_']) {
      const no = newNo();
      expectError(await send({ merchant_order_id: no, channel }), 40303);
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
