// A client that breaks FastCGI at the programs' own sockets: it gets a clear error or a closed connection, and the
// next honest request is answered. The sockets are private (0660), so this needs root.
import { test, describe, afterEach } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { authHeader, create, expectError, expectOk, get, newNo, post, request, terms } from '../lib/client.mjs';
import { TYPE, begin, fcgiRequest, fcgiSend, pair, params, paramsOf, record, stream } from '../lib/fcgi.mjs';
import { isRoot } from '../lib/db.mjs';
import { pidOf } from '../lib/stack.mjs';

const { stack, app1 } = await suite();
const OPT = { skip: !isRoot && 'needs root' };
const PATH = '/api/pay/create';
const auth = (body, path = PATH, method = 'POST') => ['HTTP_AUTHORIZATION', authHeader(app1, { method, path, body })];
const full = (list, body = '') => Buffer.concat([begin(), stream(TYPE.PARAMS, paramsOf(list)), stream(TYPE.STDIN, Buffer.from(body))]);
const parents = () => ['create', 'query', 'callback'].map((n) => pidOf(stack, n));
const before = isRoot ? parents() : [];

// After each: all workers still answer, and no parent was replaced.
afterEach(async () => {
  if (!isRoot) return;
  for (let i = 0; i < 5; i++) expectOk(await post(stack, app1, PATH, terms()), 201);
  assert.equal((await request(stack, { path: '/healthz' })).status, 200);
  assert.deepEqual(parents(), before, 'no program was started anew');
});

describe('honest', () => {
  test('a create, as nginx sends it', OPT, async () => {
    const body = JSON.stringify(terms());
    const res = await fcgiRequest(stack, 'create', 'POST', PATH, body, [auth(body)]);
    assert.equal(res.status, 201, res.text);
    assert.ok(res.ended);
  });
  test('the body in records of one byte, parameters in records of seven, with padding', OPT, async () => {
    const body = JSON.stringify(terms());
    const list = paramsOf(params('POST', PATH, body, [auth(body)]));
    const cut = (type, bytes, n) => { const out = []; for (let i = 0; i < bytes.length; i += n) out.push(record(type, bytes.subarray(i, i + n), { padding: i % 5 })); return Buffer.concat([...out, record(type)]); };
    const res = await fcgiSend(stack, 'create', Buffer.concat([begin(), cut(TYPE.PARAMS, list, 7), cut(TYPE.STDIN, Buffer.from(body), 1)]));
    assert.equal(res.status, 201, res.text);
  });
});

describe('the body is not as long as CONTENT_LENGTH says', () => {
  for (const [name, change] of [['shorter', (b) => b.slice(0, -5)], ['empty', () => '']]) {
    test(`${name}: 40000, and nothing is made`, OPT, async () => {
      const no = newNo();
      const body = JSON.stringify(terms({ merchant_order_id: no }));
      const res = await fcgiSend(stack, 'create', full(params('POST', PATH, body, [auth(body)]), change(body)));
      assert.equal(res.json?.code, 40000, res.text);
      expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
    });
  }
  test('longer: what follows is not read', OPT, async () => {
    const body = JSON.stringify(terms());
    const res = await fcgiSend(stack, 'create', full(params('POST', PATH, body, [auth(body)]), `${body}${rep('x', 100)}`));
    assert.ok(res.status === 201 || res.json?.code === 40000, res.text);
  });
  test('the connection breaks off in the middle: nothing is made', OPT, async () => {
    const no = newNo();
    const body = JSON.stringify(terms({ merchant_order_id: no }));
    const all = Buffer.concat([begin(), stream(TYPE.PARAMS, paramsOf(params('POST', PATH, body, [auth(body)]))), record(TYPE.STDIN, Buffer.from(body.slice(0, 20)))]);
    await fcgiSend(stack, 'create', all, { half: true, timeout: 1500 });
    expectError(await get(stack, app1, `/api/pay/query?merchant_order_id=${no}`), 40400);
  });
  for (const length of ['-1', '', 'abc', '1e3', '65537', '99999999999999999999', '+5', ' 5', '0x10', '2147483648']) {
    test(`CONTENT_LENGTH ${length || '(empty)'}`, OPT, async () => {
      const list = params('POST', PATH, '{}', [auth('{}')]).map(([n, v]) => [n, n === 'CONTENT_LENGTH' ? length : v]);
      const res = await fcgiSend(stack, 'create', full(list, '{}'));
      assert.ok(res.status >= 400 && res.status < 500, `${res.status} ${res.text}`);
    });
  }
});

describe('parameters', () => {
  test('Authorization twice: 40100', OPT, async () => {
    const body = JSON.stringify(terms());
    const res = await fcgiRequest(stack, 'create', 'POST', PATH, body, [auth(body), auth(body)]);
    assert.equal(res.json?.code, 40100, res.text);
  });
  for (const name of ['CONTENT_LENGTH', 'CONTENT_TYPE', 'REQUEST_METHOD', 'REQUEST_URI', 'HTTP_CONTENT_TYPE', 'HTTP_HOST']) {
    test(`${name} twice: refused or the first one holds, never a fault`, OPT, async () => {
      const body = JSON.stringify(terms());
      const res = await fcgiRequest(stack, 'create', 'POST', PATH, body, [auth(body), [name, name === 'CONTENT_LENGTH' ? '3' : 'x'], [name, 'y']]);
      assert.ok(res.status === 201 || (res.status >= 400 && res.status < 500), `${res.status} ${res.text}`);
    });
  }
  for (const missing of ['REQUEST_METHOD', 'REQUEST_URI', 'QUERY_STRING', 'REMOTE_ADDR', 'SERVER_PROTOCOL', 'REQUEST_ID', 'CONTENT_TYPE', 'CONTENT_LENGTH']) {
    test(`without ${missing}: a clear answer`, OPT, async () => {
      const body = JSON.stringify(terms());
      const list = params('POST', PATH, body, [auth(body)]).filter(([n]) => n !== missing);
      const res = await fcgiSend(stack, 'create', full(list, body));
      assert.ok(res.status === 201 || (res.status >= 400 && res.status < 500), `${res.status} ${res.text}`);
    });
  }
  for (const [name, value] of [['REQUEST_ID', '"\r\nX: y'], ['REQUEST_ID', rep('a', 5000)], ['REQUEST_ID', ''], ['REMOTE_ADDR', 'nonsense'], ['REMOTE_ADDR', rep('1', 500)], ['REQUEST_METHOD', 'POST\0GET'], ['REQUEST_METHOD', ''], ['REQUEST_METHOD', rep('A', 9000)],
    ['REQUEST_URI', ''], ['REQUEST_URI', 'payments'], ['REQUEST_URI', `/${rep('a', 60000)}`], ['REQUEST_URI', '/payments\0x'], ['CONTENT_TYPE', rep('a', 9000)]]) {
    test(`${name} = ${JSON.stringify(value).slice(0, 24)}`, OPT, async () => {
      const body = JSON.stringify(terms());
      const list = params('POST', PATH, body, [auth(body)]).map(([n, v]) => [n, n === name ? value : v]);
      const res = await fcgiSend(stack, 'create', full(list, body));
      assert.ok(res.status === 201 || (res.status >= 400 && res.status < 500), `${res.status} ${res.text}`);
      assert.ok(!/^X: y/m.test(res.text), 'no header is smuggled in');
    });
  }
  test('a thousand parameters', OPT, async () => {
    const body = JSON.stringify(terms());
    const res = await fcgiRequest(stack, 'create', 'POST', PATH, body, [auth(body), ...Array.from({ length: 1000 }, (_, i) => [`HTTP_X_${i}`, 'v'])]);
    assert.ok(res.status === 201 || (res.status >= 400 && res.status < 500), res.text);
  });
  test('a parameter of 60 KB', OPT, async () => {
    const body = JSON.stringify(terms());
    const res = await fcgiRequest(stack, 'create', 'POST', PATH, body, [auth(body), ['HTTP_COOKIE', rep('c', 60000)]]);
    assert.ok(res.status === 201 || (res.status >= 400 && res.status < 500), res.text);
  });
});

describe('broken records: at worst one worker is replaced', () => {
  const honest = () => { const body = JSON.stringify(terms()); return [paramsOf(params('POST', PATH, body, [auth(body)])), Buffer.from(body)]; };
  const rows = {
    'nothing at all': () => Buffer.alloc(0),
    'one byte': () => Buffer.from([1]),
    'HTTP': () => Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'),
    'random bytes': () => Buffer.from(Array.from({ length: 4096 }, (_, i) => (i * 197 + 13) & 255)),
    'zeros': () => Buffer.alloc(4096),
    'another version': () => Buffer.concat([begin({ version: 2 }), stream(TYPE.PARAMS, honest()[0])]),
    'request id 0': () => Buffer.concat([begin({ id: 0 }), stream(TYPE.PARAMS, honest()[0], { id: 0 })]),
    'the role of a filter': () => Buffer.concat([begin({ role: 3 }), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.STDIN, honest()[1])]),
    'an unknown role': () => Buffer.concat([begin({ role: 77 }), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.STDIN, honest()[1])]),
    'an unknown type': () => Buffer.concat([record(99, Buffer.from('x'), { id: 0 }), begin(), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.STDIN, honest()[1])]),
    'parameters without a beginning': () => stream(TYPE.PARAMS, honest()[0]),
    'a body before the parameters': () => Buffer.concat([begin(), record(TYPE.STDIN, Buffer.from('{}')), stream(TYPE.PARAMS, honest()[0])]),
    'an abort': () => Buffer.concat([begin(), stream(TYPE.PARAMS, honest()[0]), record(TYPE.ABORT)]),
    'two ends of the body': () => Buffer.concat([begin(), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.STDIN, honest()[1]), record(TYPE.STDIN), record(TYPE.STDIN)]),
    'two beginnings': () => Buffer.concat([begin(), begin(), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.STDIN, honest()[1])]),
    'two requests mixed': () => Buffer.concat([begin(), begin({ id: 2 }), stream(TYPE.PARAMS, honest()[0]), stream(TYPE.PARAMS, honest()[0], { id: 2 }), stream(TYPE.STDIN, honest()[1]), stream(TYPE.STDIN, honest()[1], { id: 2 })]),
    'a record longer than what comes': () => Buffer.concat([begin(), record(TYPE.PARAMS, Buffer.from('abc'), { length: 60000 })]),
    'a name of 2 GB': () => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 65, 66])), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'a name of 2 GB less one': () => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.from([0xff, 0xff, 0xff, 0xfe, 1, 65, 66])), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'a value of 2 GB': () => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.concat([Buffer.from([1, 0xff, 0xff, 0xff, 0xfd]), Buffer.from('A')])), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'name and value whose sum wraps': () => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.from([0xc0, 0, 0, 0, 0xc0, 0, 0, 0, 65])), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'a pair cut short': () => Buffer.concat([begin(), stream(TYPE.PARAMS, pair('REQUEST_METHOD', 'POST').subarray(0, 10)), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'an empty name': () => Buffer.concat([begin(), stream(TYPE.PARAMS, pair('', 'x')), stream(TYPE.STDIN, Buffer.from('{}'))]),
    'a name with a NUL and an =': () => Buffer.concat([begin(), stream(TYPE.PARAMS, Buffer.concat([pair('A\0=B', 'x'), honest()[0]])), stream(TYPE.STDIN, honest()[1])]),
    'questions about values': () => record(TYPE.GET_VALUES, Buffer.concat([pair('FCGI_MAX_CONNS', ''), pair('FCGI_MPXS_CONNS', '')]), { id: 0 }),
  };
  // libfcgi asks malloc for these lengths (Debian's 2.4.2 adds them up as int) and aborts the worker when it is refused:
  // a known fault of the library behind our 0660 socket, which AddressSanitizer would report as ours.
  const LIBRARY = ['a name of 2 GB', 'a name of 2 GB less one', 'a value of 2 GB', 'name and value whose sum wraps'];
  const sanitized = /asan/.test(process.env.SHROFF_BUILD ?? '');
  for (const [name, make] of Object.entries(rows)) {
    test(name, sanitized && LIBRARY.includes(name) ? { skip: 'libfcgi under AddressSanitizer' } : OPT, async () => {
      for (let i = 0; i < 2; i++) {
        const res = await fcgiSend(stack, 'create', make(), { half: true, timeout: 2000, quiet: 200 });
        assert.ok(res.status === 0 || res.status === 201 || (res.status >= 400 && res.status < 500), `${res.status} ${res.text}`);
      }
    });
  }
  test('ten connections that say nothing do not hold up others', OPT, async () => {
    const idle = Array.from({ length: 10 }, () => fcgiSend(stack, 'query', Buffer.alloc(0), { timeout: 9000, quiet: 9000 }));
    const order = await create(stack, app1);
    const at = Date.now();
    const res = await get(stack, app1, `/payments/${order.order_no}`, { timeout: 15_000 });
    assert.ok(res.status === 200 || res.status === 503, res.text);
    assert.ok(Date.now() - at < 12_000, `${Date.now() - at} ms`);
    await Promise.all(idle);
  });
});
