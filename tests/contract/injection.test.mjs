// What people type is stored byte for byte, shown escaped, and never breaks a log line.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { suite, rep } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, get, newNo, parseRaw, post, query, rawSend, request, signed, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { payPage } from '../lib/page.mjs';
import { logsOf } from '../lib/stack.mjs';
import { does, merchant } from '../lib/merchant.mjs';

const { stack, app1, db } = await suite();
// With bytes in the headers that no HTTP library would send.
const rawGet = async (path, headers) => parseRaw(await rawSend(stack, Buffer.from(`GET ${path} HTTP/1.1\r\nHost: ${stack.host}:${stack.port}\r\n`
  + `${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}Connection: close\r\n\r\n`, 'latin1')));
const STRINGS = {
  'a quote': "O'Reilly", 'two quotes': "''", 'a backslash': 'a\\', 'a backslash and a quote': "\\'", 'SQL that drops': "x'); DROP TABLE pay_order; -- ",
  'SQL that is true': "' OR '1'='1", 'a SQL comment': '/*!50000 SELECT*/ # --', 'double quotes': '"quoted"', 'a percent sign': '100% _like_', 'format strings': '%s%s%n%x%p %1$n',
  'a script': '<script>alert(1)</script>', 'an attribute': '" onload="alert(1)', 'an entity': '&lt;&amp;&#39;', 'the end of a script': '</script><img src=x onerror=alert(1)>', 'a template': '{{7*7}}${7*7}<%= 7 %>',
  'a shell': '$(id) `id` ; id | id', 'a formula': '=cmd|\'/c calc\'!A0', 'a zero-width joiner': '👩\u200d💻', 'four bytes': '𠮷野家 😀',
  'combining': 'e\u0301 \u1e9b\u0323', 'blanks around': '  a  ', 'the replacement character': '\ufffd', 'not characters': '\uffff\ufdd0', 'private use': '\ue000', 'a byte order mark': '\ufeffx',
  'a path': '../../../etc/passwd', 'a URL': 'javascript:alert(1)', 'JSON': '{"price":1}', 'a header': 'a: b', 'an LDAP filter': '*)(uid=*', 'a NULL': 'NULL', 'numbers': '1e309',
};

describe('stored and answered byte for byte', () => {
  for (const [name, text] of Object.entries(STRINGS)) {
    test(name, async () => {
      const order = await createOpen(stack, app1, { subject: text, body: text, user_id: text.slice(0, 60), metadata: { [text]: text }, channel_extras: { openid: text } });
      assert.deepEqual([order.subject, order.body, order.user_id, order.metadata], [text, text, text.slice(0, 60), { [text]: text }]);
      const row = await db.row('SELECT HEX(subject) AS subject, HEX(body) AS body FROM pay_order WHERE no = ?', [order.order_no]);
      const hex = Buffer.from(text, 'utf8').toString('hex').toUpperCase();
      assert.deepEqual([row.subject, row.body], [hex, hex]);
      const again = expectOk(await post(stack, app1, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id, subject: text })), 200);
      assert.equal(again.subject, text);
    });
  }
  test('the tables are all there', async () => {
    assert.ok(await db.value('SELECT COUNT(*) FROM pay_order') > 0);
    expectOk(await get(stack, app1, '/payments?limit=100'));
  });
});

describe('shown inert', () => {
  for (const name of ['a script', 'an attribute', 'an entity', 'the end of a script', 'a template']) {
    test(`${name} on the pay page`, async () => {
      const text = STRINGS[name];
      const order = await createOpen(stack, app1, { subject: text, return_url: `https://example.com/?a=%22%3E%3Cscript%3E&b='x` });
      const res = await payPage(stack, order).load();
      assert.equal(res.status, 200);
      if (/[<>"]/.test(text)) assert.ok(!res.text.includes(text), 'unescaped');
      const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
      assert.ok(res.text.includes(escaped), `${escaped} is not on the page`);
      assert.ok(!res.text.includes('onerror=alert(1)>'));
    });
  }
});

describe('in query strings, headers and paths', () => {
  for (const [name, text] of Object.entries(STRINGS)) {
    test(name, async () => {
      const q = encodeURIComponent(text);
      for (const k of ['order_no', 'merchant_order_id', 'pay_id']) {
        const res = await get(stack, app1, `/api/pay/query?${k}=${q}`);
        expectError(res, k === 'merchant_order_id' ? [40001, 40400] : 40001, k === 'merchant_order_id' ? undefined : k);
      }
      expectError(await request(stack, { path: `/api/pay/status?token=${q}` }), 40400);
      const unknown = await get(stack, app1, `/payments?${q}=1`);
      expectError(unknown, 40001);
    });
  }
  test('headers of nonsense harm nothing', async () => {
    for (const text of ['%n%n%n%s', "' OR 1=1", '<script>', '\x1b[31mred', 'a\tb', 'é', '\xff\xfe', '\x7f']) {
      const res = await rawGet('/healthz', { 'User-Agent': text, Referer: text, 'X-Forwarded-For': text, 'Accept-Language': text, Cookie: `a=${text}` });
      assert.equal(res.status, 200);
    }
  });
});

describe('in callbacks', () => {
  for (const [name, text] of Object.entries(STRINGS).filter(([, t]) => /^[\x20-\x7e]*$/.test(t) && !/[&=]/.test(t))) {
    test(`${name} as the channel's number and as an unknown member`, async () => {
      const order = await createOpen(stack, app1);
      const no = text.slice(0, 64);
      const res = await sendCallback(stack, signedCallback(order, app1.channelSecret, { channel_order_no: no, attach: text }));
      assert.equal(res.status, 200, res.text);
      assert.equal((await query(stack, app1, { order_no: order.order_no })).channel_order_no, no);
    });
  }
});

describe('logs', () => {
  test('one JSON line per line, whatever was sent; no secret in any', async () => {
    const mark = newNo('LOG');
    const evil = `${mark} x\\r\\n{"level":"info","event":"forged"}`;
    await post(stack, app1, '/api/pay/create', terms({ subject: evil }));
    await signed(stack, app1, { method: 'GET', path: `/api/pay/query?order_no=%0d%0a%7b%22forged%22%3a1%7d` });
    await rawGet('/api/pay/status?token=%0aFORGED', { 'User-Agent': `${mark} \x1b[31m"\\`, 'X-Forwarded-For': `\x1b[31m${mark}` });
    const m = await merchant(does.status(500, `\r\n{"forged":1}\r\n\x1b[31m${mark}`));
    const order = await createOpen(stack, app1, { notify_url: m.url });
    await payByCallback(stack, app1, order);
    await m.waitHits(1);
    await sendCallback(stack, `{"x":"\\u001b[31m${mark}\\r\\n"}`);
    m.close();
    const secrets = [app1.secret, app1.channelSecret, app1.webhookSecret, app1.webhookSecret.slice(6), stack.app2.secret, stack.env.SHROFF_DB_PASSWORD];
    const files = logsOf(stack);
    assert.ok(files.length > 0, 'there are logs');
    let lines = 0;
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      for (const s of secrets) assert.ok(!text.includes(s), `${file} holds a secret`);
      assert.ok(!/Authorization|SHROFF-HMAC-SHA256|signature="/.test(text), `${file} holds credentials`);
      assert.doesNotMatch(text, /\x1b/, `${file} holds an escape character`);
      if (!/(create|query|callback|mockpay|metrics|notify_runner|sandbox_runner)[^/]*\.log$/.test(file)) continue;
      for (const line of text.split('\n').filter(Boolean)) {
        if (/fcgiapp\.c:\d+: \w+: Assertion/.test(line)) continue;      // libfcgi's last words, see fcgi.test.mjs
        lines++;
        let json;
        try { json = JSON.parse(line); } catch { assert.fail(`${file}: not a JSON line: ${line.slice(0, 200)}`); }
        assert.equal(json.forged, undefined);
      }
    }
    assert.ok(lines > 10, `${lines} lines`);
  });
  test('one line per request, with its id, duration and result', async () => {
    const res = await get(stack, app1, `/api/pay/query?order_no=${rep('0', 26)}`);
    const id = res.headers['x-request-id'];
    const hits = logsOf(stack).flatMap((f) => readFileSync(f, 'utf8').split('\n')).filter((l) => l.includes(id) && l.startsWith('{'));
    const ours = hits.map((l) => JSON.parse(l));
    assert.ok(ours.length >= 1, 'no line with the request id');
    assert.ok(ours.some((l) => JSON.stringify(l).includes('40400')), JSON.stringify(ours));
  });
});
