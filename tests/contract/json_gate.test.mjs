// What is not JSON, or not quite, never gets past the gate: 40000. What is JSON but no field of ours: 40001.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, get, newNo, post, postJson, query, terms } from '../lib/client.mjs';
import { signedCallback } from '../lib/channel.mjs';

const { stack, app1, db } = await suite();
const PATH = '/api/pay/create';
// A correct body with something put before, after or inside.
const json = (more = {}) => JSON.stringify(terms(more));
const inside = (members) => `${json().slice(0, -1)},${members}}`;
const nest = (n) => { let s = '1'; for (let i = 0; i < n; i++) s = i % 2 ? `[${s}]` : `{"a":${s}}`; return s; };
const bytes = (...list) => Buffer.concat(list.map((x) => (typeof x === 'string' ? Buffer.from(x) : Buffer.from(x))));
const subject = (...raw) => bytes(`{"merchant_order_id":"${newNo()}","price":1,"currency":"CNY","subject":"a`, ...raw, 'b"}');

const NOT_JSON = {
  'nothing': '',
  'a blank': ' ',
  'cut short': json().slice(0, -1),
  'cut inside a string': json().slice(0, 30),
  'something after it': `${json()}x`,
  'a second object after it': `${json()}{}`,
  'a NUL after it': `${json()}\0`,
  'a comma after it': `${json()},`,
  'two byte order marks before it': bytes([0xef, 0xbb, 0xbf, 0xef, 0xbb, 0xbf], json()),
  'a byte order mark behind it': bytes(json(), [0xef, 0xbb, 0xbf]),
  'a byte order mark alone': bytes([0xef, 0xbb, 0xbf]),
  'half a byte order mark before it': bytes([0xef, 0xbb], json()),
  'UTF-16': Buffer.from(json(), 'utf16le'),
  'a urlencoded form': 'price=1&currency=CNY',
  'XML': '<xml></xml>',
  'a comment': `/* x */${json()}`,
  'a line comment': `${json()}// x`,
  'a comma before the end': `${json().slice(0, -1)},}`,
  'a missing comma': '{"price":1 "currency":"CNY"}',
  'a missing colon': '{"price" 1}',
  'a missing value': '{"price":}',
  'a name without quotes': inside('user_id:"x"'),
  'a name in single quotes': inside("'user_id':\"x\""),
  'a value in single quotes': inside("\"user_id\":'x'"),
  'a number as a name': inside('1:2'),
  'a repeated member': inside('"price":1234'),
  'a repeated member with an escape': inside('"pri\\u0063e":1234'),
  'a repeated unknown member': inside('"zz":1,"zz":1'),
  'a repeated member in metadata': inside('"metadata":{"a":1,"a":2}'),
  'a repeated member deep in metadata': inside('"metadata":{"a":[{"b":1,"\\u0062":1}]}'),
  'a repeated empty name in metadata': inside('"metadata":{"":1,"":1}'),
  'a repeated member of channel_extras': inside('"channel_extras":{"a":"1","a":"1"}'),
  'NaN': '{"price":NaN}',
  'Infinity': '{"price":Infinity}',
  '-Infinity': '{"price":-Infinity}',
  'True': '{"price":True}',
  'undefined': '{"price":undefined}',
  'a leading zero': '{"price":01}',
  'a leading plus': '{"price":+1}',
  'a hexadecimal number': '{"price":0x10}',
  'a number ending in a dot': '{"price":1.}',
  'a number starting with a dot': '{"price":.5}',
  'an exponent without digits': '{"price":1e}',
  'a minus alone': '{"price":-}',
  'a number with underscores': '{"price":1_000}',
  'a number with letters after it': '{"price":100abc}',
  'an unknown escape': '{"subject":"\\x41"}',
  'a cut escape': '{"subject":"\\u12"}',
  'an escape at the end': '{"subject":"\\',
  'a raw newline in a string': subject('\n'),
  'a raw tab in a string': subject('\t'),
  'a raw NUL in a string': subject([0]),
  'a raw 0x1f in a string': subject([0x1f]),
  'a raw newline in a name': '{"a\nb":1}',
  'a lone high surrogate': inside('"user_id":"\\ud83d"'),
  'a lone low surrogate': inside('"user_id":"\\ude00"'),
  'surrogates the wrong way round': inside('"user_id":"\\ude00\\ud83d"'),
  'a high surrogate and a letter': inside('"user_id":"\\ud83dx"'),
  'a lone surrogate in metadata': inside('"metadata":{"a":"\\ud83d"}'),
  'UTF-8: overlong NUL': subject([0xc0, 0x80]),
  'UTF-8: overlong slash': subject([0xc0, 0xaf]),
  'UTF-8: overlong in three bytes': subject([0xe0, 0x80, 0xaf]),
  'UTF-8: overlong in four bytes': subject([0xf0, 0x80, 0x80, 0xaf]),
  'UTF-8: a surrogate': subject([0xed, 0xa0, 0x80]),
  'UTF-8: CESU-8 pair': subject([0xed, 0xa0, 0xbd, 0xed, 0xb8, 0x80]),
  'UTF-8: beyond U+10FFFF': subject([0xf4, 0x90, 0x80, 0x80]),
  'UTF-8: 0xF5': subject([0xf5, 0x80, 0x80, 0x80]),
  'UTF-8: 0xFF': subject([0xff]),
  'UTF-8: 0xFE': subject([0xfe]),
  'UTF-8: a continuation alone': subject([0x80]),
  'UTF-8: cut short': subject([0xe4, 0xb8]),
  'UTF-8: cut before the quote': bytes('{"subject":"', [0xe4, 0xb8], '"}'),
  'UTF-8: latin 1': subject([0xe9]),
  'UTF-8: GBK 0xBF27': subject([0xbf, 0x27]),
  'UTF-8: invalid in a name': bytes('{"', [0xff], '":1}'),
  'UTF-8: invalid in an unknown member': bytes(inside('"zz":"').slice(0, -1), [0xff], '"}'),
  'UTF-8: invalid in metadata': bytes(inside('"metadata":{"a":"').slice(0, -1), [0xff], '"}}'),
  'nine deep': inside(`"metadata":${nest(8)}`),
  'ten deep in metadata': inside(`"metadata":${nest(9)}`),
  'sixty thousand deep': rep('[', 60000),
  'ten thousand deep and closed': `${rep('[', 10000)}${rep(']', 10000)}`,
  'twenty thousand objects deep': rep('{"a":', 12000),
  'a form feed between': json().replace(',', ',\f'),
  'a no-break space between': json().replace(',', ',\u00a0'),
};

describe('40000: the body is not what it claims', () => {
  for (const [name, body] of Object.entries(NOT_JSON)) {
    test(name, async () => {
      const before = Date.now();
      expectError(await post(stack, app1, PATH, Buffer.from(body)), 40000, null);
      assert.ok(Date.now() - before < 2000, 'told quickly');
    });
  }
  test('the same gate stands before submit, callback and mock-callback', async () => {
    const few = ['cut short', 'something after it', 'a repeated member', 'UTF-8: overlong slash', 'nine deep',
      'two byte order marks before it', 'a lone high surrogate', 'sixty thousand deep', 'nothing'];
    for (const name of few) {
      expectError(await post(stack, app1, '/api/pay/submit', Buffer.from(NOT_JSON[name])), 40000, null);
      expectError(await postJson(stack, '/api/pay/callback', Buffer.from(NOT_JSON[name])), NOT_JSON[name].length > 8192 ? 41300 : 40000, null);
      expectError(await postJson(stack, '/api/pay/mock-callback', Buffer.from(NOT_JSON[name])), 40000, null);
    }
  });
});

describe('a byte order mark in front', () => {
  const marked = (body) => Buffer.concat([Buffer.from([0xef, 0xbb, 0xbf]), Buffer.from(typeof body === 'string' ? body : JSON.stringify(body))]);
  test('is signed and skipped: create and submit', async () => {
    const order = expectOk(await post(stack, app1, PATH, marked(json())), 201);
    expectOk(await post(stack, app1, '/api/pay/submit', marked({ order_no: order.order_no, channel: 'mock' })), 201);
  });
  test('metadata keeps its own bytes', async () => {
    const res = await post(stack, app1, PATH, marked(inside('"metadata":{ "a" : 1.0 }')));
    expectOk(res, 201);
    assert.ok(res.text.includes('"metadata":{ "a" : 1.0 }'), res.text);
  });
  test('a callback and a mock-callback pay', async () => {
    for (const send of [(o) => postJson(stack, '/api/pay/callback', marked(signedCallback(o, app1.channelSecret))),
      (o) => postJson(stack, '/api/pay/mock-callback', marked({ pay_id: o.pay_id, status: 'SUCCESS' }))]) {
      const order = await createOpen(stack, app1);
      assert.equal((await send(order)).status, 200);
      assert.equal((await query(stack, app1, { order_no: order.order_no })).status, 'SUCCESS');
    }
  });
});

describe('JSON, but no object', () => {
  for (const body of ['[]', '"x"', '1', 'true', 'null', '[{"price":1}]']) {
    test(body, async () => expectError(await post(stack, app1, PATH, body), [40000, 40001]));
  }
});

describe('JSON as it should be', () => {
  const rows = {
    'blanks, tabs and newlines between': () => ` \r\n\t${json().replaceAll(',', ' ,\n\t').replaceAll('":', '" : ')} \n`,
    'an escaped name': () => json().replace('"price"', '"pr\\u0069ce"'),
    'a pair of surrogates': () => json({ subject: 'X' }).replace('"X"', '"\\ud83d\\ude00"'),
    'all short escapes that are no control': () => json({ subject: 'X' }).replace('"X"', '"\\"\\\\\\/"'),
    'eight deep': () => inside(`"metadata":${nest(7)}`),
    'two siblings deep': () => inside(`"metadata":{"a":${nest(6)},"b":${nest(6)}}`),
    'a name repeated at different depths': () => inside('"metadata":{"price":1,"a":{"price":2}}'),
    'names that differ in case': () => inside('"metadata":{"a":1,"A":2}'),
  };
  for (const [name, make] of Object.entries(rows)) {
    test(name, async () => expectOk(await post(stack, app1, PATH, make()), 201));
  }
});

describe('numbers: only a whole number in plain digits is a price', () => {
  const rows = ['0', '-1', '-0', '1.0', '1.5', '1e3', '1E3', '1e0', '1e-1', '"100"', '"100abc"', 'true', 'false', 'null', '[]', '[1]', '{}',
    '""', '1000000000001', '9007199254740993', '9223372036854775807', '9223372036854775808', '18446744073709551617',
    '-9223372036854775809', rep('9', 30), rep('9', 5000), '1000000000000.0', '0.1'];
  for (const value of rows) {
    test(`${value.slice(0, 24)}`, async () => {
      const no = newNo();
      const body = `{"merchant_order_id":"${no}","price":${value},"currency":"CNY","subject":"a"}`;
      expectError(await post(stack, app1, PATH, body), 40001, 'price');
      expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
    });
  }
  for (const price of [1, 2, 2147483647, 2147483648, 4294967296, 999999999999, 1000000000000]) {
    test(`${price} is taken whole`, async () => {
      const order = expectOk(await post(stack, app1, PATH, terms({ price })), 201);
      assert.equal(order.price, price);
      assert.equal(await db.value('SELECT price FROM pay_order WHERE no = ?', [order.order_no]), price);
    });
  }
});

describe('a great many members', () => {
  test('ten thousand names', async () => {
    const many = `{${Array.from({ length: 6000 }, (_, i) => `"k${i}":1`).join(',')}}`;
    const before = Date.now();
    expectError(await post(stack, app1, PATH, many), [40001, 40000]);
    assert.ok(Date.now() - before < 2000);
  });
  test('an array of thirty thousand in metadata is over 4 KiB', async () => {
    expectError(await post(stack, app1, PATH, inside(`"metadata":{"a":[${rep('1,', 30000)}1]}`)), 40001, 'metadata');
  });
  test('objects without end are as quickly refused, and named', async () => {
    const list = `[${rep('{},', 20000)}{}]`, before = Date.now();
    expectError(await post(stack, app1, PATH, inside(`"metadata":{"a":${list}}`)), 40001, 'metadata');
    expectError(await post(stack, app1, PATH, inside(`"subject":${list}`).replace(/"subject":"[^"]*",/, '')), 40001, 'subject');
    expectError(await post(stack, app1, PATH, inside(`"zz":${list}`)), 40001, '?');
    expectError(await post(stack, app1, PATH, inside(`"zz":${list},"zz":1`)), 40000, null);
    expectError(await post(stack, app1, PATH, list), 40000, null);
    assert.ok(Date.now() - before < 2000);
  });
  test('metadata of 4 KiB is taken whatever is in it', async () => {
    for (const [unit, n] of [['1,', 2043], ['[],', 1362], ['{},', 1362], ['{"":1},', 583]]) {
      const metadata = `{"a":[${rep(unit, n)}1]}`;
      assert.ok(metadata.length <= 4096 && metadata.length + unit.length > 4096, `${metadata.length}`);
      expectOk(await post(stack, app1, PATH, inside(`"metadata":${metadata}`)), 201);
    }
  });
  test('the worker lives on', async () => expectOk(await post(stack, app1, PATH, terms()), 201));
});
