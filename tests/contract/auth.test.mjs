// Who may ask: the Authorization header, clocks, nonces, keys, scopes, addresses.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { buildPath } from '../lib/env.mjs';
import { suite, count, rep, times } from '../lib/suite.mjs';
import {
  authHeader, authParams, create, expectError, expectOk, get, newNo, newNonce, now, post, request, signHmac,
  signed, signedText, strangerUlid, terms,
} from '../lib/client.mjs';
import { ctl, disableApp, disableChannel, enableApp, enableChannel, newApp, newKey, revokeKey, setApp, withFile, withKey } from '../lib/ctl.mjs';
import { routes } from '../lib/routes.mjs';
import { inForce, sleep, until } from '../lib/wait.mjs';

const { stack, app1, app2, db, root } = await suite();
const QUERY = `/api/pay/query?order_no=${strangerUlid()}`;     // 40400 once the credentials hold
const withHeader = (value, path = QUERY) => request(stack, { path, headers: value === undefined ? {} : { Authorization: value } });

// A correct header's parts, to be put together wrongly.
function parts(set = {}) {
  const p = authParams(app1, { method: 'GET', path: QUERY, set });
  return { ...p, key_id: undefined, ...set };
}
const join = (p, sep = ',', scheme = 'SHROFF-HMAC-SHA256') =>
  `${scheme} ${Object.entries(p).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}="${v}"`).join(sep)}`;

describe('a well-formed header', () => {
  test('is taken', async () => expectError(await withHeader(join(parts())), 40400));
  test('separated by comma and blank', async () => expectError(await withHeader(join(parts(), ', ')), 40400));
  test('separated by blank, comma, blanks', async () => expectError(await withHeader(join(parts(), ' ,   ')), 40400));
  test('parameters in every rotation and backwards', async () => {
    const names = ['app_key', 'timestamp', 'nonce', 'signature'];
    const orders = [...names.map((_, i) => [...names.slice(i), ...names.slice(0, i)]), [...names].reverse()];
    for (const order of orders) {
      const p = parts();
      expectError(await withHeader(join(Object.fromEntries(order.map((n) => [n, p[n]])))), 40400);
    }
  });
});

describe('40100: missing or malformed', () => {
  const p = () => parts();
  const rows = {
    'no header': () => undefined,
    'an empty header': () => '',
    'Basic': () => 'Basic dXNlcjpwYXNz',
    'Bearer': () => 'Bearer abc',
    'the scheme alone': () => 'SHROFF-HMAC-SHA256',
    'the scheme and a blank': () => 'SHROFF-HMAC-SHA256 ',
    'an unknown scheme of ours': () => join(p(), ',', 'SHROFF-HMAC-MD5'),
    'scheme none': () => join(p(), ',', 'none'),
    'no blank after the scheme': () => join(p()).replace(' ', ''),
    'no app_key': () => join({ ...p(), app_key: undefined }),
    'no timestamp': () => join({ ...p(), timestamp: undefined }),
    'no nonce': () => join({ ...p(), nonce: undefined }),
    'no signature': () => join({ ...p(), signature: undefined }),
    'an unknown parameter': () => join({ ...p(), realm: 'x' }),
    'a repeated app_key': () => `${join(p())},app_key="${app1.key}"`,
    'a repeated nonce': () => `${join(p())},nonce="${newNonce()}"`,
    'a repeated timestamp': () => `${join(p())},timestamp="${now()}"`,
    'a repeated signature': () => `${join(p())},signature="${rep('0', 64)}"`,
    'a repeated unknown key_id': () => `${join(p())},key_id="a",key_id="a"`,
    'a name in capitals': () => join(p()).replace('nonce=', 'NONCE='),
    'values without quotes': () => join(p()).replaceAll('"', ''),
    'values in single quotes': () => join(p()).replaceAll('"', "'"),
    'a quote left open': () => join(p()).slice(0, -1),
    'a backslash in a value': () => join(p()).replace('app_key="', 'app_key="\\'),
    'a semicolon between': () => join(p(), ';'),
    'only a blank between': () => join(p(), ' '),
    'a comma at the end': () => `${join(p())},`,
    'a comma at the start': () => join(p()).replace(' ', ' ,'),
    'two commas between': () => join(p(), ',,'),
    'something after the end': () => `${join(p())} x`,
    'a blank around =': () => join(p()).replace('nonce=', 'nonce ='),
    'an empty app_key': () => join(parts({ app_key: '' })),
    'an app_key of another alphabet': () => join(parts({ app_key: `${app1.key}'` })),
    'an app_key with SQL': () => join(parts({ app_key: "' OR 1=1 -- " })),
    'an app_key of 5000 characters': () => join(parts({ app_key: rep('a', 5000) })),
    'an app_key beyond ASCII': () => Buffer.from(join(parts({ app_key: 'é' })), 'utf8').toString('latin1'),
    'an unknown app_key': () => join(parts({ app_key: 'nosuchappkey' })),
    'an unknown app_key like a real one': () => join(parts({ app_key: app1.key.slice(0, -1) + (app1.key.endsWith('a') ? 'b' : 'a') })),
    'an app_key cut short': () => join(parts({ app_key: app1.key.slice(0, -1) })),
    'an app_key in other case': () => join(parts({ app_key: swapCase(app1.key) })),
    'an empty key_id': () => join(parts({ key_id: '' })),
    'an unknown key_id': () => join(parts({ key_id: 'nosuchkey' })),
    'a key_id of another alphabet': () => join(parts({ key_id: "x'" })),
    'an empty timestamp': () => join(parts({ timestamp: '' })),
    'a timestamp of letters': () => join(parts({ timestamp: 'abc' })),
    'a timestamp of 11 digits': () => join(parts({ timestamp: `0${now()}` })),
    'a timestamp in milliseconds': () => join(parts({ timestamp: String(Date.now()) })),
    'a negative timestamp': () => join(parts({ timestamp: '-1' })),
    'a timestamp with a sign': () => join(parts({ timestamp: `+${String(now()).slice(1)}` })),
    'a timestamp with a fraction': () => join(parts({ timestamp: '1795000.5' })),
    'a timestamp with a blank': () => join(parts({ timestamp: ` ${String(now()).slice(1)}` })),
    'a hexadecimal timestamp': () => join(parts({ timestamp: '0x6AFF0000' })),
    'an empty nonce': () => join(parts({ nonce: '' })),
    'a nonce of 15': () => join(parts({ nonce: rep('a', 15) })),
    'a nonce of 65': () => join(parts({ nonce: rep('a', 65) })),
    'a nonce with +': () => join(parts({ nonce: 'aaaaaaaaaaaaaaaa+' })),
    'a nonce with a blank': () => join(parts({ nonce: 'aaaaaaaa aaaaaaaa' })),
    'a nonce with a dot': () => join(parts({ nonce: 'aaaaaaaa.aaaaaaaa' })),
    'an empty signature': () => join(parts({ signature: '' })),
    'a signature that is not hex': () => join(parts({ signature: rep('g', 64) })),
    'a signature in capitals': () => join(parts({ signature: parts().signature.toUpperCase().replace(/^\d/, 'A') })),
  };
  for (const [name, make] of Object.entries(rows)) test(name, async () => expectError(await withHeader(make()), 40100));

  const words = {
    'no header': [() => undefined, /^there is no Authorization header/],
    'no nonce': [rows['no nonce'], /^nonce: missing$/],
    'an unknown app_key': [rows['an unknown app_key'], /^app_key "nosuchappkey": there is no such app/],
    'milliseconds': [rows['a timestamp in milliseconds'], /^timestamp: .* these are milliseconds/],
    'capitals': [rows['a signature in capitals'], /^signature: .* lower case$/],
    'base64': [() => join(parts({ signature: Buffer.from(parts().signature, 'hex').toString('base64') })), /^signature: .* base64/],
    'a short nonce': [rows['a nonce of 15'], /^nonce: want 16 to 64 of \S+ got 15 characters/],
  };
  for (const [name, [make, want]] of Object.entries(words)) test(`in words: ${name}`, async () => assert.match((await withHeader(make())).json.msg, want));

  test('two Authorization headers, both correct', async () => {
    const res = await request(stack, { path: QUERY, headers: ['Authorization', join(parts()), 'Authorization', join(parts())] });
    expectError(res, 40100);
  });
  test('two Authorization headers: path and method are judged first', async () => {
    const twice = (path, method = 'GET') => request(stack, { path, method, headers: ['Authorization', join(parts()), 'Authorization', join(parts())] });
    expectError(await twice('/api/pay/none'), 40400);
    const res = await twice(QUERY, 'DELETE');
    expectError(res, 40500);
    assert.equal(res.headers.allow, 'GET, HEAD');
  });
  test('two Authorization headers, one of them Basic', async () => {
    const res = await request(stack, { path: QUERY, headers: ['Authorization', join(parts()), 'Authorization', 'Basic YTpi'] });
    expectError(res, 40100);
  });
  test('the key_id of another app', async () => {
    await withKey(stack, app2, {}, async (other) => expectError(await get(stack, { ...app1, keyId: other.keyId }, QUERY), 40100));
  });
  test('every signed path asks for credentials', async () => {
    const no = strangerUlid();
    for (const path of [`/api/pay/query?order_no=${no}`, `/payments/${no}`, '/payments', `/api/pay/refund/query?refund_no=${no}`]) {
      expectError(await request(stack, { path }), 40100);
    }
    for (const path of ['/api/pay/create', '/payments', '/api/pay/submit', '/sandbox/clock']) {
      expectError(await request(stack, { method: 'POST', path, body: '{}', headers: { 'Content-Type': 'application/json' } }), 40100);
    }
  });
});

function swapCase(s) {
  return [...s].map((c) => (c === c.toLowerCase() ? c.toUpperCase() : c.toLowerCase())).join('');
}

describe('40101: the signature is not that of these bytes', () => {
  const body = JSON.stringify(terms());
  const sign = (auth) => signed(stack, app1, { method: 'POST', path: '/api/pay/create', body, auth });
  const rows = {
    'another secret': () => post(stack, { ...app1, secret: `${app1.secret}x` }, '/api/pay/create', terms()),
    'the other app\'s secret': () => post(stack, { ...app1, secret: app2.secret }, '/api/pay/create', terms()),
    'an empty secret': () => post(stack, { ...app1, secret: '' }, '/api/pay/create', terms()),
    'zeros': () => sign({ set: { signature: rep('0', 64) } }),
    'another body': () => sign({ body: `${body} ` }),
    'an empty body': () => sign({ body: '' }),
    'another method': () => sign({ method: 'PUT' }),
    'the alias\'s path': () => sign({ path: '/payments' }),
    'a query added': () => sign({ path: '/api/pay/create?x=1' }),
    'another timestamp': () => sign({ set: { timestamp: String(now() - 5) } }),
    'another nonce': () => sign({ set: { nonce: newNonce() } }),
    'no newline at the end': () => {
      const [ts, nonce] = [now(), newNonce()];
      return sign({ ts, nonce, set: { signature: signHmac(app1.secret, signedText('POST', '/api/pay/create', ts, nonce, body).slice(0, -1)) } });
    },
    'CRLF between the lines': () => {
      const [ts, nonce] = [now(), newNonce()];
      return sign({ ts, nonce, set: { signature: signHmac(app1.secret, signedText('POST', '/api/pay/create', ts, nonce, body).replaceAll('\n', '\r\n')) } });
    },
  };
  for (const [name, send] of Object.entries(rows)) test(name, async () => expectError(await send(), 40101));

  test('a signature of another length is refused', async () => {
    for (const signature of [rep('0', 63), rep('0', 65), rep('0', 2), rep('0', 4096)]) {
      expectError(await sign({ set: { signature } }), [40100, 40101]);
    }
  });
  test('the query in another order', async () => {
    const a = `/payments?limit=1&status=WAITING`;
    expectError(await get(stack, app1, a, { auth: { path: '/payments?status=WAITING&limit=1' } }), 40101);
  });
  test('a percent escape is signed as it was sent', async () => {
    const no = newNo().replace('T-', 'T|');
    await create(stack, app1, { merchant_order_id: no });
    const sent = `/api/pay/query?merchant_order_id=${no.replace('|', '%7C')}`;
    assert.equal(expectOk(await get(stack, app1, sent)).merchant_order_id, no);
    expectError(await get(stack, app1, sent, { auth: { path: sent.replace('%7C', '|') } }), 40101);
    expectError(await get(stack, app1, sent, { auth: { path: sent.replace('%7C', '%7c') } }), 40101);
  });
  test('GET signed, HEAD sent', async () => {
    const res = await request(stack, { method: 'HEAD', path: QUERY, headers: { Authorization: authHeader(app1, { method: 'GET', path: QUERY }) } });
    assert.equal(res.status, 401);
  });
});

describe('40102: ±300 s', () => {
  // Sends at the start of a second, so that the server reads the same second.
  async function atSecond(offset) {
    for (;;) {
      await sleep(1005 - (Date.now() % 1000));
      const ts = now();
      const res = await get(stack, app1, QUERY, { auth: { ts: ts + offset } });
      if (now() === ts) return res;
    }
  }
  for (const offset of [-300, 300, -299, 299, 0]) test(`${offset} s is taken`, async () => expectError(await atSecond(offset), 40400));
  for (const offset of [-301, 301, -86400, 86400]) test(`${offset} s is refused`, async () => expectError(await atSecond(offset), 40102));
  test('zero and the largest are refused', async () => {
    for (const ts of [0, 1, 9999999999]) expectError(await get(stack, app1, QUERY, { auth: { ts } }), 40102);
  });
});

describe('nonces', () => {
  test('the same request twice: 40103', async () => {
    const nonce = newNonce();
    const body = terms();
    expectOk(await post(stack, app1, '/api/pay/create', body, { auth: { nonce } }), 201);
    expectError(await post(stack, app1, '/api/pay/create', body, { auth: { nonce } }), 40103);
  });
  test('another request and a new time under the same nonce: 40103', async () => {
    const nonce = newNonce();
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce } }), 201);
    expectError(await post(stack, app1, '/payments', terms(), { auth: { nonce, ts: now() - 20 } }), 40103);
    const order = await create(stack, app1);
    expectError(await post(stack, app1, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }, { auth: { nonce } }), 40103);
  });
  for (const nonce of ['A-_0123456789abc', rep('x', 64)]) {
    test(`of ${nonce.length} characters`, async () => {
      const unique = newNonce() + newNonce();
      const n = nonce.length === 16 ? `A-_${unique}`.slice(0, 16) : `${unique}_-${unique}`.slice(0, 64);
      expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce: n } }), 201);
    });
  }
  test('differ by case alone: two nonces', async () => {
    const base = newNonce().replace(/\d/g, 'f');
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce: base } }), 201);
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce: base.toUpperCase() } }), 201);
  });
  test('belong to an app: the other may use the same', async () => {
    const nonce = newNonce();
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce } }), 201);
    expectOk(await post(stack, app2, '/api/pay/create', terms(), { auth: { nonce } }), 201);
  });
  test('belong to the app, not to the key', async () => {
    const nonce = newNonce();
    await withKey(stack, null, {}, async (key) => {
      expectOk(await post(stack, key.first, '/api/pay/create', terms(), { auth: { nonce } }), 201);
      expectError(await post(stack, key, '/api/pay/create', terms(), { auth: { nonce } }), 40103);
    });
  });
  test('reads may repeat them, and no cache may store them', async () => {
    const order = await create(stack, app1);
    const nonce = newNonce();
    for (let i = 0; i < 2; i++) {
      const res = await get(stack, app1, `/payments/${order.order_no}`, { auth: { nonce } });
      expectOk(res);
      assert.match(String(res.headers['cache-control']), /no-store/);
    }
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce } }), 201);
  });
  test('are not spent by a refusal', async () => {
    const nonce = newNonce();
    const known = await create(stack, app1);
    const bad = [
      [40101, () => post(stack, app1, '/api/pay/create', terms(), { auth: { nonce, set: { signature: rep('0', 64) } } })],
      [40102, () => post(stack, app1, '/api/pay/create', terms(), { auth: { nonce, ts: now() - 1000 } })],
      [40000, () => post(stack, app1, '/api/pay/create', '{', { auth: { nonce } })],
      [40001, () => post(stack, app1, '/api/pay/create', terms({ price: 0 }), { auth: { nonce } })],
      [40303, () => post(stack, app1, '/api/pay/create', terms({ channel: 'nosuch' }), { auth: { nonce } })],
      [40900, () => post(stack, app1, '/api/pay/create', terms({ merchant_order_id: known.merchant_order_id, price: 1 }), { auth: { nonce } })],
      [40400, () => post(stack, app1, '/api/pay/submit', { order_no: strangerUlid(), channel: 'mock' }, { auth: { nonce } })],
      [41500, () => post(stack, app1, '/api/pay/create', terms(), { auth: { nonce }, headers: { 'Content-Type': 'text/plain' } })],
    ];
    for (const [code, send] of bad) expectError(await send(), code);
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce } }), 201);
  });
  test('are kept 900 s, then purge deletes them', { skip: !root && 'needs root' }, async () => {
    const young = newNonce();
    expectOk(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce: young } }), 201);
    const age = (nonce, s) => root.rows('UPDATE api_nonce SET create_time = UTC_TIMESTAMP(3) - INTERVAL ? SECOND WHERE nonce = ?', [s, nonce]);
    // The oldest row: purge goes through them by number until one is young enough.
    const old = await db.value('SELECT nonce FROM api_nonce ORDER BY id LIMIT 1');
    await age(young, 880);
    await age(old, 960);
    await new Promise((done, fail) => execFile(buildPath('cron', 'purge'), ['--for', '1'], { env: { PATH: process.env.PATH, SHROFF_STATE: stack.state, SHROFF_MODE: 'test' }, timeout: 20_000 },
      (e, out, err) => (e ? fail(new Error(`${e.message} ${err}`)) : done())));
    const have = async (nonce) => await db.value('SELECT COUNT(*) FROM api_nonce WHERE nonce = ?', [nonce]);
    assert.deepEqual([await have(young), await have(old)], [1, 0]);
    expectError(await post(stack, app1, '/api/pay/create', terms(), { auth: { nonce: young } }), 40103);
  });
  test('one of 40 at once', async () => {
    const nonce = newNonce();
    const body = terms();
    const all = await times(40, () => post(stack, app1, '/api/pay/create', body, { auth: { nonce } }));
    assert.equal(count(all, (r) => r.status === 201), 1, all.map((r) => r.status).join());
    for (const r of all.filter((x) => x.status !== 201)) expectError(r, 40103);
  });
});

describe('keys', () => {
  test('with and without key_id, two live at once', () => withKey(stack, null, {}, async (key) => {
    expectError(await get(stack, key, QUERY), 40400);
    expectError(await get(stack, { ...key, keyId: undefined }, QUERY), 40400);
    expectError(await get(stack, key.first, QUERY), 40400);
    expectError(await get(stack, { ...key, secret: key.first.secret }, QUERY), 40101);
    await revokeKey(stack, key);
    await inForce();
    expectError(await get(stack, key, QUERY), 40100);
    expectError(await get(stack, { ...key, keyId: undefined }, QUERY), 40101);
    expectError(await get(stack, key.first, QUERY), 40400);
  }));
  test('a new key of a busy app is known within 2 s', async () => {
    expectError(await get(stack, app1, QUERY), 40400);
    await withKey(stack, app1, {}, (key) => until('it is known', async () => (await get(stack, key, QUERY)).json.code === 40400, 2000));
  });
  test('RSA2: signed with the registered key', () => withKey(stack, null, { rsa: true }, async (key) => {
    expectError(await get(stack, key, QUERY), 40400);
    expectError(await get(stack, { ...key, keyId: undefined }, QUERY), 40400);
    expectOk(await post(stack, key, '/api/pay/create', terms({ subject: '茶' })), 201);
    const path = QUERY;
    const bad = (set) => get(stack, key, path, { auth: { set } });
    const right = authParams(key, { method: 'GET', path }).signature;
    expectError(await bad({ signature: right.replace(/^./, (c) => (c === 'A' ? 'B' : 'A')) }), 40101);
    expectError(await bad({ signature: right.replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '') }), [40100, 40101]);
    expectError(await bad({ signature: rep('0', 64) }), [40100, 40101]);
    expectError(await bad({ signature: '' }), 40100);
    // The algorithm is the row's: the HMAC key's secret under RSA2, the public key as an HMAC secret.
    const hmac = authHeader({ key: key.key, keyId: key.keyId, secret: key.publicKey }, { method: 'GET', path });
    expectError(await request(stack, { path, headers: { Authorization: hmac } }), [40100, 40101]);
  }));
  test('an expired key is unknown', () => withKey(stack, null, { expires: new Date(Date.now() + 2500).toISOString() }, async (key) => {
    expectError(await get(stack, key, QUERY), 40400);
    await until('the key has expired', async () => (await get(stack, key, QUERY)).json.code === 40100, 6000);
  }));
});

describe('registering', () => {
  test('a secret is registered once in the whole installation', async () => {
    const r = await withFile(app1.secret, (file) => ctl(stack, ['key', 'create', '--app', app2.key, '--scopes', 'all', '--secret-file', file, '--reason', 'test']));
    assert.notEqual(r.code, 0);
    assert.doesNotMatch(r.stderr, /could not read/);
  });
  test('a public key is registered once, and has at least 2048 bits', async () => {
    const create = (app, pem) => withFile(pem, (file) => ctl(stack, ['key', 'create', '--app', app.key, '--scopes', 'all', '--public-key-file', file, '--reason', 'test']));
    await withKey(stack, app1, { rsa: true }, async (key) => assert.notEqual((await create(app2, key.publicKey)).code, 0));
    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey.export({ type: 'spki', format: 'pem' });
    assert.notEqual((await create(app1, weak)).code, 0);
    assert.notEqual((await create(app1, 'nonsense')).code, 0);
  });
  test('an app has at most four live keys', async () => {
    const app = await newApp(stack);
    for (let i = 0; i < 3; i++) await newKey(stack, app);
    await assert.rejects(newKey(stack, app));
    expectError(await get(stack, app, QUERY), 40400);
  });
});

describe('40300: scopes', () => {
  const signed = routes().filter((r) => r.scope), scopes = [...new Set(signed.map((r) => r.scope))];
  assert.ok(signed.length > 15 && scopes.length === 7, scopes.join(' '));
  for (const own of scopes) {
    test(`a key of ${own} alone does that and nothing else`, () => withKey(stack, null, { scopes: [own] }, async (key) => {
      for (const { method, path, scope } of signed) {
        const url = path.replace('{}', strangerUlid());
        const res = method === 'GET' ? await get(stack, key, url) : await post(stack, key, url, {});
        if (scope === own) assert.notEqual(res.status, 403, `${method} ${path} with ${own}: ${res.text}`);
        else expectError(res, 40300);
      }
    }));
  }
});

describe('40301: the allow-list', () => {
  test('CIDR, in force within 2 s, lifted within 2 s; a forged X-Forwarded-For changes nothing', async () => {
    const app = await newApp(stack);
    const from = (localAddress, headers) => get(stack, app, QUERY, { localAddress, headers });
    expectError(await from('127.0.0.2'), 40400);
    await setApp(stack, app, { allowedNets: '127.0.0.4/30,2001:db8::/32' });
    await inForce();
    expectError(await from('127.0.0.2'), 40301);
    for (const address of ['127.0.0.1', '127.0.0.3', '127.0.0.8', '127.1.0.4']) expectError(await from(address), 40301);
    for (const address of ['127.0.0.4', '127.0.0.5', '127.0.0.7']) expectError(await from(address), 40400);
    expectError(await from('127.0.0.2', { 'X-Forwarded-For': '127.0.0.4' }), 40301);
    expectError(await from('127.0.0.2', { 'X-Real-IP': '127.0.0.4' }), 40301);
    await setApp(stack, app, { allowedNets: '' });
    await inForce();
    expectError(await from('127.0.0.2'), 40400);
  });
});

describe('disabled, in force within 2 s', () => {
  test('40302: an app makes no orders, but its queries go on', async () => {
    const app = await newApp(stack);
    const order = await create(stack, app, { channel: 'mock' });
    await disableApp(stack, app);
    await inForce();
    expectError(await post(stack, app, '/api/pay/create', terms()), 40302);
    expectError(await post(stack, app, '/payments', terms()), 40302);
    expectError(await post(stack, app, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40302);
    expectOk(await get(stack, app, `/payments/${order.order_no}`));
    expectOk(await get(stack, app, '/payments?limit=1'));
    await enableApp(stack, app);
    await inForce();
    expectOk(await post(stack, app, '/api/pay/create', terms()), 201);
  });
  test('40303: a channel takes no submits, orders without it go on', async () => {
    const app = await newApp(stack);
    const order = await create(stack, app);
    await disableChannel(stack, app);
    await inForce();
    expectError(await post(stack, app, '/api/pay/create', terms({ channel: 'mock' })), 40303);
    expectError(await post(stack, app, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' }), 40303);
    expectOk(await post(stack, app, '/api/pay/create', terms()), 201);
    await enableChannel(stack, app);
    await inForce();
    expectOk(await post(stack, app, '/api/pay/create', terms({ channel: 'mock' })), 201);
  });
});
