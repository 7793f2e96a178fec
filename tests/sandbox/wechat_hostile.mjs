// Requests to the played WeChat Pay that are wrong on purpose, signed by hand: what is refused, in which order,
// in which words; and answers that scenarios spoil.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { createSign } from 'node:crypto';
import { request } from 'node:http';
import { Formatter, Rsa, SCALE, newNo, worldStart } from './wechat_world.mjs';

let w, env, key;
before(async () => { w = await worldStart(); ({ env } = w); key = w.read('WECHAT_MCH_PRIVATE_KEY_FILE'); });
after(() => w?.stop());

const HEADERS = { Accept: 'application/json', 'User-Agent': 'test', 'Content-Type': 'application/json' };
// The path goes out as it is; headers: what replaces or (undefined) takes away the usual ones.
const send = (method, path, body = '', headers = {}) => new Promise((done, fail) => {
  const all = Object.fromEntries(Object.entries({ ...HEADERS, ...headers }).filter(([, v]) => v !== undefined));
  const { hostname, port } = new URL(w.base);
  const req = request({ hostname, port, method, path, headers: { ...all, ...(body ? { 'Content-Length': Buffer.byteLength(body) } : {}) }, agent: false }, (res) => {
    const chunks = [];
    res.on('data', (d) => chunks.push(d));
    res.on('end', () => { const text = Buffer.concat(chunks).toString(); let json; try { json = JSON.parse(text); } catch { /* a page */ } done({ status: res.statusCode, headers: res.headers, text, json }); });
  });
  req.on('error', fail);
  req.end(body);
});
const authorize = (method, path, body = '', change = {}) => {
  const p = { mchid: env.WECHAT_MCHID, serial: env.WECHAT_MCH_SERIAL, timestamp: Formatter.timestamp(), nonce: Formatter.nonce(), key, text: undefined, ...change };
  const signature = p.signature ?? Rsa.sign(p.text ?? Formatter.request(method, path, p.timestamp, p.nonce, body), p.key);
  return `WECHATPAY2-SHA256-RSA2048 mchid="${p.mchid}",nonce_str="${p.nonce}",signature="${signature}",timestamp="${p.timestamp}",serial_no="${p.serial}"`;
};
const signed = (method, path, body, change, headers) => send(method, path, body, { Authorization: authorize(method, path, body, change), ...headers });
const NATIVE = '/v3/pay/transactions/native';
const refusedWith = (r, status, code, words) => {
  assert.deepEqual([r.status, r.json?.code], [status, code], r.text);
  assert.match(r.json.message, words);
  assert.ok(!Object.keys(r.headers).some((h) => h.startsWith('wechatpay-')));
};

describe('the signature', () => {
  const FORM = /^Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》$/;
  test('no header: other words for orders than for the rest, and no Request-ID there', async () => {
    const orders = await send('POST', NATIVE, '{}'), rest = await send('GET', '/v3/certificates');
    refusedWith(orders, 401, 'SIGN_ERROR', /^签名信息错误，验签失败$/);
    refusedWith(rest, 401, 'SIGN_ERROR', FORM);
    assert.equal(orders.headers['request-id'], undefined);
    assert.match(rest.headers['request-id'], /^[0-9a-f]+-\d+$/);
  });

  test('headers of another form', async () => {
    const good = authorize('GET', '/v3/certificates');
    const odd = [good.replace('SHA256', 'SHA1'), good.replace('2048 ', '2048  '), good.replaceAll('"', ''), `${good},mchid="1"`, good.replace('mchid=', 'mch_id='),
      good.replace(',', ', '), good.replace(/timestamp="\d+"/, 'timestamp="soon"'), 'Basic x', '', 'a'.repeat(6000)];
    for (const Authorization of odd) refusedWith(await send('GET', '/v3/certificates', '', { Authorization }), 401, 'SIGN_ERROR', FORM);
  });

  test('in the server\'s order: agent, form, time, serial, signature', async () => {
    const path = '/v3/certificates', foreign = { signature: 'AAAA' };
    refusedWith(await send('GET', path, '', { 'User-Agent': undefined }), 400, 'INVALID_REQUEST', /^Http头缺少Accept或User-Agent$/);
    refusedWith(await send('GET', path, '', { Accept: undefined }), 400, 'INVALID_REQUEST', /Accept/);
    refusedWith(await signed('GET', path, '', { ...foreign, timestamp: Formatter.timestamp() - 301, serial: 'AB' }), 401, 'SIGN_ERROR', /timestamp/);
    refusedWith(await signed('GET', path, '', { timestamp: Formatter.timestamp() + 320 }), 401, 'SIGN_ERROR', /不得超过5分钟/);
    refusedWith(await signed('GET', path, '', { ...foreign, serial: 'AB' }), 401, 'SIGN_ERROR', /^商户证书序列号有误$/);
    refusedWith(await signed('GET', path, '', { mchid: '1900000999' }), 401, 'SIGN_ERROR', /序列号/);
    refusedWith(await signed('GET', path, '', foreign), 401, 'SIGN_ERROR', /错误的签名，验签失败/);
    assert.equal((await signed('GET', path, '', { serial: env.WECHAT_MCH_SERIAL.toLowerCase(), timestamp: Formatter.timestamp() - 290 })).status, 200);
  });

  test('a wrong one is told the text that the server signed', async () => {
    const body = JSON.stringify(w.order());
    const r = await signed('POST', NATIVE, body, { text: Formatter.request('POST', NATIVE, 1, 'n', JSON.stringify({ a: 1 })) });
    refusedWith(r, 401, 'SIGN_ERROR', /验签失败/);
    const { sign_information: s, ...detail } = r.json.detail;
    assert.deepEqual(detail, { field: 'signature', issue: 'sign not match', location: 'authorization' });
    assert.deepEqual([s.method, s.url], ['POST', NATIVE]);
    assert.match(s.truncated_sign_message, /^POST\n\/v3\/pay\/transactions\/native\n\d+\n\w+\n\{/);
    assert.ok(s.sign_message_length > Buffer.byteLength(body));
  });

  test('of another body, of the decoded address, by another key, with SHA-1', async () => {
    const body = JSON.stringify(w.order());
    refusedWith(await send('POST', NATIVE, `${body} `, { Authorization: authorize('POST', NATIVE, body) }), 401, 'SIGN_ERROR', /签名/);
    const path = `/v3/pay/transactions/out-trade-no/a%7Cb%2Ac0?mchid=${env.WECHAT_MCHID}`, plain = decodeURIComponent(path);
    refusedWith(await send('GET', path, '', { Authorization: authorize('GET', plain) }), 401, 'SIGN_ERROR', /签名/);
    refusedWith(await signed('GET', path), 404, 'ORDER_NOT_EXIST', /不存在/);
    refusedWith(await signed('GET', path, '', { key: await foreignKey() }), 401, 'SIGN_ERROR', /签名/);
    const sha1 = createSign('SHA1').update(Formatter.request('GET', path, 1, 'n')).sign(key, 'base64');
    refusedWith(await signed('GET', path, '', { signature: sha1 }), 401, 'SIGN_ERROR', /签名/);
  });
  const foreignKey = async () => (await import('node:crypto')).generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
});

describe('addresses and bodies', () => {
  test('unknown paths and methods: 404 and 405 without a body', async () => {
    for (const path of ['/v3/', '/v3/nothing', '/v3/pay/transactions/native/', '/v3/pay/transactions', '/v3/refund/domestic/refunds/', '/v3//certificates'])
      assert.deepEqual([(await signed('GET', path)).status, (await signed('GET', path)).text], [404, ''], path);
    for (const [method, path] of [['GET', NATIVE], ['POST', '/v3/certificates'], ['DELETE', NATIVE], ['PUT', '/v3/bill/tradebill']])
      assert.deepEqual([(await signed(method, path)).status, (await signed(method, path)).text], [405, ''], `${method} ${path}`);
  });

  test('bodies that are no JSON object', async () => {
    for (const body of ['', '[]', '1', '"x"', '{', '{"a":1}}', '{"a":1,"a":2}', '\u0000', `{"a":"${'x'.repeat(1000)}`, '[['.repeat(2000), '{"a":1e999999}x'])
      refusedWith(await signed('POST', NATIVE, body), 400, 'PARAM_ERROR', /JSON/);
  });

  test('members of other kinds are refused, never believed', async () => {
    const odd = [null, [], {}, 1, true, '', 'x'.repeat(70), '\u0000\u0001', '<script>', "' OR 1=1 --"];
    for (const name of ['appid', 'description', 'out_trade_no', 'notify_url', 'time_expire', 'attach', 'amount', 'goods_tag'])
      for (const value of odd) {
        const order = w.order({ [name]: value });
        const r = await signed('POST', NATIVE, JSON.stringify(order));
        assert.ok(r.status === 200 || r.status === 400, `${name} ${JSON.stringify(value)}: ${r.status} ${r.text}`);
      }
    const total = (v) => signed('POST', NATIVE, `{"appid":"${env.WECHAT_APPID}","mchid":"${env.WECHAT_MCHID}","description":"x","out_trade_no":"${newNo()}","notify_url":"http://127.0.0.1/","amount":{"total":${v}}}`);
    for (const v of ['-1', '0', '1.0', '1e2', '"1"', '9223372036854775807', '92233720368547758080', 'true', 'null', '[1]'])
      refusedWith(await total(v), 400, 'PARAM_ERROR', /总金额/);
  });

  test('65 KiB are too much; a name that is markup stays text at the cashier', async () => {
    assert.equal((await signed('POST', NATIVE, JSON.stringify(w.order({ attach: 'x'.repeat(70_000) })))).status, 413);
    const order = w.order({ description: '<img src=x onerror=alert(1)>"\'' });
    assert.equal((await signed('POST', NATIVE, JSON.stringify(order))).status, 200);
    const page = await (await w.cashier(order.out_trade_no)).text();
    assert.ok(page.includes('&lt;img src=x onerror=alert(1)&gt;') && !page.includes('<img'));
  });
});

describe('answers that scenarios spoil: the first one only', () => {
  const first = (scenario) => {
    const order = w.order({ attach: `sandbox:${scenario}` });
    const ask = () => signed('POST', NATIVE, JSON.stringify(order));
    return { order, ask };
  };
  for (const [scenario, status] of [['error-done', 500], ['error-undone', 500], ['html-502', 502], ['html-503', 503], ['too-many', 429], ['empty-answer', 200]])
    test(`${scenario}, then the same again is answered`, async () => {
      const { order, ask } = first(scenario);
      const r = await ask();
      assert.equal(r.status, status);
      if (status === 500) assert.equal(r.json.code, 'SYSTEM_ERROR');
      if (scenario === 'empty-answer') assert.equal(r.text, '');
      const known = await w.query(order.out_trade_no).then((o) => o.trade_state, (e) => e.response.data.code);
      assert.equal(known, scenario === 'error-undone' ? 'ORDER_NOT_EXIST' : 'NOTPAY');
      assert.match((await ask()).json.code_url, /^weixin:/);
      await w.cashier(order.out_trade_no, 'pay');
      assert.equal((await w.query(order.out_trade_no)).trade_state, 'SUCCESS');
    });

  test('reset: the connection ends without an answer', async () => {
    const { ask } = first('reset');
    await assert.rejects(ask());
    assert.equal((await ask()).status, 200);
  });

  test('slow-10 takes its time, divided', async () => {
    const began = Date.now();
    assert.equal((await first('slow-10').ask()).status, 200);
    assert.ok(Date.now() - began >= 10_000 / SCALE);
  });

  test('probe-response: a signature that must fail, then a right one', async () => {
    const { ask } = first('probe-response');
    const r = await ask(), again = await ask();
    assert.ok(r.headers['wechatpay-signature'].startsWith('WECHATPAY/SIGNTEST/'));
    const right = (x) => Rsa.verify(Formatter.response(x.headers['wechatpay-timestamp'], x.headers['wechatpay-nonce'], x.text), x.headers['wechatpay-signature'], w.certs[x.headers['wechatpay-serial']]);
    assert.deepEqual([right(r), right(again)], [false, true]);
  });

  test('a refund that was done although its answer was an error', async () => {
    const order = await w.paid({ attach: 'sandbox:refund-error-done' });
    const body = JSON.stringify({ out_trade_no: order.out_trade_no, out_refund_no: newNo('R'), amount: { refund: 1, total: 8800, currency: 'CNY' } });
    refusedWith(await signed('POST', '/v3/refund/domestic/refunds', body), 500, 'SYSTEM_ERROR', /系统/);
    assert.match((await signed('POST', '/v3/refund/domestic/refunds', body)).json.status, /^(PROCESSING|SUCCESS)$/);   // at the tests' time scale it may be done by now
  });
});
