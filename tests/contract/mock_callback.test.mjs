// The mock gateway: mock-callback, the pay page and its form; which requests are refused there, and the test clock.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, parseRaw, post, postJson, query, rawSend, request, strangerUlid, terms } from '../lib/client.mjs';
import { disableApp, disableChannel, newApp } from '../lib/ctl.mjs';
import { until } from '../lib/wait.mjs';
import { formsOf, payPage } from '../lib/page.mjs';
import { payByCallback } from '../lib/channel.mjs';

const { stack, app1, app2, db } = await suite();
const CB = '/api/pay/mock-callback';
const mock = (order, status = 'SUCCESS', headers = {}) => postJson(stack, CB, { pay_id: order.pay_id, status }, headers);
const stateOf = async (order) => (await query(stack, app1, { order_no: order.order_no })).status;

describe('mock-callback', () => {
  test('SUCCESS: the gateway pays, signs and sends; the answer has what the callback address answered', async () => {
    const order = await createOpen(stack, app1);
    const data = expectOk(await mock(order));
    assert.ok(JSON.stringify(data.callback).includes('SUCCESS') || JSON.stringify(data.callback).includes('200'), JSON.stringify(data));
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  for (const status of ['FAILED', 'CLOSED']) {
    test(`${status}: the attempt ends, the order stays payable`, async () => {
      const order = await createOpen(stack, app1);
      expectOk(await mock(order, status));
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status], ['WAITING', 'CLOSED']);
    });
    test(`SUCCESS after ${status}: the payer was faster`, async () => {
      const order = await createOpen(stack, app1);
      expectOk(await mock(order, status));
      expectOk(await mock(order, 'SUCCESS'));
      assert.equal(await stateOf(order), 'SUCCESS');
    });
  }
  test('SUCCESS twice: paid once', async () => {
    const order = await createOpen(stack, app1);
    expectOk(await mock(order));
    expectOk(await mock(order));
    assert.equal(await stateOf(order), 'SUCCESS');
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task t JOIN pay_order o ON o.id = t.data_id AND t.type = 1 WHERE o.no = ?', [order.order_no]), 1);
  });
  test('it works for each app, with the app\'s own channel', async () => {
    const order = await createOpen(stack, app2);
    expectOk(await mock(order));
    assert.equal((await query(stack, app2, { order_no: order.order_no })).status, 'SUCCESS');
  });
  test('a payer may still pay what was opened before the channel and the app were disabled', async () => {
    const app = await newApp(stack);
    const [one, two] = [await createOpen(stack, app), await createOpen(stack, app)];
    await disableChannel(stack, app);
    await disableApp(stack, app);
    await until('both are in force', async () => (await post(stack, app, '/api/pay/create', terms())).json.code === 40302, 3000);
    expectOk(await mock(one));
    await payPage(stack, two).choose('paid');
    for (const o of [one, two]) assert.equal((await query(stack, app, { order_no: o.order_no })).status, 'SUCCESS');
  });
  test('40400: an unknown pay_id', async () => expectError(await mock({ pay_id: strangerUlid() }), 40400));
  const rows = [
    ['no pay_id', { status: 'SUCCESS' }, 'pay_id'], ['a bad pay_id', { pay_id: 'x', status: 'SUCCESS' }, 'pay_id'], ['a number for pay_id', { pay_id: 1, status: 'SUCCESS' }, 'pay_id'],
    ['no status', { pay_id: strangerUlid() }, 'status'], ['an unknown status', { pay_id: strangerUlid(), status: 'PAID' }, 'status'],
    ['a status in small letters', { pay_id: strangerUlid(), status: 'success' }, 'status'], ['an unknown member', { pay_id: strangerUlid(), status: 'SUCCESS', price: 1 }, 'price'],
  ];
  rows.push(['a payment in the future', { pay_id: strangerUlid(), status: 'SUCCESS', success_time: '2199-01-01T00:00:00Z' }, 'success_time']);
  for (const [name, body, field] of rows) test(`40001: ${name}`, async () => expectError(await postJson(stack, CB, body), 40001, field));
  test('40000: not JSON', async () => expectError(await postJson(stack, CB, '{'), 40000));
});

describe('40304: across sites', () => {
  const origins = ['https://evil.example', 'null', 'http://127.0.0.1', `http://${stack.host}:${stack.port + 1}`, `https://${stack.host}:${stack.port}`, `${stack.base}.evil.example`,
    `${stack.base}/`, `http://user@${stack.host}:${stack.port}`, '', 'x'];
  for (const origin of origins) {
    test(`Origin: ${origin || '(empty)'}`, async () => {
      const order = await createOpen(stack, app1);
      expectError(await mock(order, 'SUCCESS', { Origin: origin }), 40304);
      assert.equal(await stateOf(order), 'WAITING');
    });
  }
  test('the right Origin is taken', async () => {
    const order = await createOpen(stack, app1);
    expectOk(await mock(order, 'SUCCESS', { Origin: stack.base }));
  });
  for (const host of ['evil.example', `evil.example:${stack.port}`, `${stack.host}.evil.example`, '127.0.0.1:1', `[::1]:${stack.port}`]) {
    test(`Host: ${host}`, async () => {
      const order = await createOpen(stack, app1);
      expectError(await mock(order, 'SUCCESS', { Host: host }), 40304);
      assert.equal(await stateOf(order), 'WAITING');
    });
  }
  test('what a form of another site can send is no JSON: 41500', async () => {
    const order = await createOpen(stack, app1);
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x']) {
      expectError(await postJson(stack, CB, { pay_id: order.pay_id, status: 'SUCCESS' }, { 'Content-Type': type }), 41500);
    }
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('no other site\'s script may read it', async () => {
    const order = await createOpen(stack, app1);
    const res = await mock(order);
    assert.equal(res.headers['access-control-allow-origin'], undefined);
  });
});

describe('the pay page', () => {
  test('carries a policy, the amount in one piece, and is neither framed nor stored', async () => {
    const order = await createOpen(stack, app1, { price: 123456, subject: 'A <b>"tea"</b> & cake' });
    const res = await payPage(stack, order).load();
    assert.equal(res.status, 200);
    assert.match(res.headers['content-type'], /^text\/html; ?charset=utf-8$/i);
    assert.ok(res.headers['content-security-policy'], 'Content-Security-Policy');
    assert.match(res.headers['content-security-policy'], /frame-ancestors 'none'/);
    assert.doesNotMatch(res.headers['content-security-policy'], /script-src[^;]*'unsafe-inline'/);
    assert.match(String(res.headers['cache-control']), /no-store/);
    assert.ok(res.headers['x-request-id']);
    assert.ok(res.text.includes('1,234.56'), 'the amount in one piece');
    assert.ok(res.text.includes('A &lt;b&gt;&quot;tea&quot;&lt;/b&gt; &amp; cake'), 'text is escaped');
    assert.ok(!res.text.includes('<b>"tea"'));
  });
  for (const [price, text] of [[1, '0.01'], [100, '1.00'], [100000, '1,000.00'], [1000000000000, '10,000,000,000.00']]) {
    test(`${price} fen are ${text}`, async () => assert.ok((await payPage(stack, await createOpen(stack, app1, { price })).load()).text.includes(text)));
  }
  test('a currency without decimals, and one with three', async () => {
    assert.ok((await payPage(stack, await createOpen(stack, app1, { price: 123456, currency: 'JPY' })).load()).text.includes('123,456'));
    assert.ok((await payPage(stack, await createOpen(stack, app1, { price: 1234567, currency: 'KWD' })).load()).text.includes('1,234.567'));
  });
  test('in Chinese and in English', async () => {
    const order = await createOpen(stack, app1);
    const zh = await payPage(stack, order).load({ 'Accept-Language': 'zh-CN,zh;q=0.9' });
    const en = await payPage(stack, order).load({ 'Accept-Language': 'en' });
    assert.match(zh.text, /<html[^>]*lang="zh/);
    assert.match(en.text, /<html[^>]*lang="en/);
    assert.match(zh.text, /支付|付款/);
  });
  test('40400 for a wrong or missing token, another pay_id, and nothing is given away', async () => {
    const [a, b] = [await createOpen(stack, app1, { subject: 'Mine-7' }), await createOpen(stack, app1)];
    const tokenOf = (o) => new URL(o.pay_url).searchParams.get('token');
    const t = tokenOf(a);
    assert.notEqual(t, tokenOf(b));
    const wrong = t.slice(0, -1) + (t.endsWith('a') ? 'b' : 'a');
    for (const q of [`pay_id=${a.pay_id}&token=${wrong}`, `pay_id=${a.pay_id}&token=${tokenOf(b)}`, `pay_id=${strangerUlid()}&token=${t}`,
      `pay_id=${a.pay_id}&token=${t.slice(1)}`, `pay_id=${a.pay_id}&token=x`]) {
      const res = await request(stack, { path: `/mockpay?${q}` });
      assert.equal(res.status, 404, `${q}: ${res.status}`);
      assert.ok(!res.text.includes('Mine-7'));
    }
    for (const q of ['', `?pay_id=${a.pay_id}`, `?token=${t}`, `?pay_id=${a.pay_id}&pay_id=${a.pay_id}&token=${t}`, `?pay_id=x&token=${t}`]) {
      const res = await request(stack, { path: `/mockpay${q}` });
      assert.ok([400, 404].includes(res.status), `${q}: ${res.status}`);
      assert.ok(!res.text.includes('Mine-7'));
    }
  });
  test('the form pays', async () => {
    const order = await createOpen(stack, app1);
    await payPage(stack, order).choose('paid');
    assert.equal(await stateOf(order), 'SUCCESS');
    assert.equal((await payPage(stack, order).load()).status, 200);
  });
});

describe('POST /mockpay cannot be forged', () => {
  const press = async (order, opts) => {
    const page = payPage(stack, order);
    const form = (await page.form()).find((f) => f.choices.some((c) => c.value === 'paid'));
    return page.send(form, form.choices.find((c) => c.value === 'paid'), opts);
  };
  const rows = {
    'another Origin': { headers: { Origin: 'https://evil.example' } },
    'Origin null': { headers: { Origin: 'null' } },
    'another Host': { headers: { Host: 'evil.example' } },
  };
  for (const [name, opts] of Object.entries(rows)) {
    test(`${name}: 403 and not paid`, async () => {
      const order = await createOpen(stack, app1);
      assert.equal((await press(order, opts)).status, 403);
      assert.equal(await stateOf(order), 'WAITING');
    });
  }
  test('each hidden field left out, emptied or altered: refused and not paid', async () => {
    const order = await createOpen(stack, app1);
    const [form] = (await payPage(stack, order).form()).filter((f) => f.choices.some((c) => c.value === 'paid'));
    assert.ok(Object.keys(form.fields).length >= 2, 'a CSRF token besides pay_id and token');
    for (const name of Object.keys(form.fields)) {
      if (name === 'lang') continue;
      const old = form.fields[name];
      for (const value of [undefined, '', 'x', old.slice(0, -1) + (old.endsWith('a') ? 'b' : 'a'), rep('A', old.length)]) {
        const res = await press(order, { change: { [name]: value } });
        assert.ok(res.status >= 400 && res.status < 500, `${name}=${value}: ${res.status}`);
        assert.equal(await stateOf(order), 'WAITING', `${name}=${value}`);
      }
    }
    assert.ok((await press(order)).status < 400);
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('one order\'s form does not pay another', async () => {
    const [a, b] = [await createOpen(stack, app1), await createOpen(stack, app1)];
    const fieldsOf = async (o) => (await payPage(stack, o).form())[0].fields;
    const theirs = await fieldsOf(b);
    for (const name of Object.keys(theirs).filter((n) => n !== 'lang')) {
      const mine = await fieldsOf(a);
      if (mine[name] === theirs[name]) continue;
      const res = await press(a, { change: { [name]: theirs[name] } });
      assert.ok(res.status >= 400, `${name}: ${res.status}`);
    }
    assert.equal(await stateOf(a), 'WAITING');
    assert.equal(await stateOf(b), 'WAITING');
  });
  test('a browser that sends no Origin is believed for its token', async () => {
    const order = await createOpen(stack, app1);
    const page = payPage(stack, order);
    const form = (await page.form()).find((f) => f.choices.some((c) => c.value === 'paid'));
    const body = new URLSearchParams({ ...form.fields, outcome: 'paid' }).toString();
    const res = await request(stack, { method: 'POST', path: '/mockpay', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded' } });
    assert.ok([200, 302, 303].includes(res.status), `${res.status}`);
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('what messengers and trackers add to the address is ignored', async () => {
    const order = await createOpen(stack, app1);
    const { pathname, search } = new URL(order.pay_url);
    for (const more of ['from=singlemessage&isappinstalled=0', 'fbclid=IwAR0', '_=1700000000000', 'utm_source=%zz', '=']) {
      const res = await request(stack, { path: `${pathname}${search}&${more}` });
      assert.equal(res.status, 200, more);
      assert.match(res.text, /name="csrf"/);
    }
    const form = (await payPage(stack, order).form()).find((f) => f.choices.some((c) => c.value === 'paid'));
    const res = await request(stack, { method: 'POST', path: '/mockpay?fbclid=1', body: new URLSearchParams({ ...form.fields, outcome: 'paid' }).toString(), headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: stack.base } });
    assert.equal(res.status, 303, res.text);
    assert.equal(await stateOf(order), 'SUCCESS');
  });
  test('a refusal is a page where a page is asked for, else JSON', async () => {
    const order = await createOpen(stack, app1);
    const { search } = new URL(order.pay_url);
    const twice = `/mockpay${search}&pay_id=<b>`;
    const browser = { Accept: 'text/html,application/xhtml+xml,*/*;q=0.8' };
    const isPage = (res, status) => {
      assert.equal(res.status, status, res.text);
      assert.match(res.headers['content-type'], /^text\/html; ?charset=utf-8$/);
      assert.match(res.headers['content-security-policy'], /default-src 'none'/);
      assert.ok(res.text.includes(res.headers['x-request-id']));
      assert.doesNotMatch(res.text, /<b>|<script/);
    };
    isPage(await request(stack, { path: twice }), 400);
    isPage(await request(stack, { path: twice, headers: browser }), 400);
    isPage(await request(stack, { method: 'DELETE', path: '/mockpay', headers: browser }), 405);
    const body = 'pay_id=x&token=%3Cb%3E&outcome=paid';
    const send = (headers) => request(stack, { method: 'POST', path: '/mockpay', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', ...headers } });
    isPage(await send({ ...browser, Origin: 'https://evil.example' }), 403);
    isPage(await send({ ...browser, Origin: stack.base }), 400);
    expectError(await send({ Origin: 'https://evil.example' }), 40304);
    expectError(await request(stack, { path: twice, headers: { Accept: 'application/json' } }), 40001, 'pay_id');
  });
  test('so is what nginx itself refuses', async () => {
    const asked = { 41400: { path: `/mockpay?x=${'x'.repeat(8200)}` }, 40000: { headers: { Cookie: 'x'.repeat(9500) } }, 41300: { method: 'POST', body: 'x'.repeat(70_000) } };
    for (const code of [40000, 41300, 41400]) {
      const one = { path: '/mockpay', ...asked[code] }, res = await request(stack, { ...one, headers: { Accept: 'text/html,*/*;q=0.8', ...one.headers } });
      assert.equal(res.status, Math.floor(code / 100), res.text);
      assert.equal(res.headers['content-type'], 'text/html; charset=utf-8');
      assert.match(res.headers['content-security-policy'], /default-src 'none'/);
      assert.ok(res.text.includes(`${code}`) && res.text.includes(res.headers['x-request-id']), res.text);
      expectError(await request(stack, one), code);
    }
  });
  test('JSON to the form: 41500', async () => {
    expectError(await postJson(stack, '/mockpay', {}), 41500);
  });
  test('repeated fields are refused', async () => {
    const order = await createOpen(stack, app1);
    const page = payPage(stack, order);
    const html = (await page.load()).text;
    const form = formsOf(html).find((f) => f.choices.some((c) => c.value === 'paid'));
    const c = form.choices.find((x) => x.value === 'paid');
    const body = `${new URLSearchParams({ ...form.fields, [c.name]: c.value })}&${c.name}=paid`;
    const res = await request(stack, { method: 'POST', path: '/mockpay', body, headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: stack.base } });
    assert.equal(res.status, 400, res.text.slice(0, 200));
    assert.equal(await stateOf(order), 'WAITING');
  });
  test('a GET pays nothing', async () => {
    const order = await createOpen(stack, app1);
    const [form] = await payPage(stack, order).form();
    await request(stack, { path: `/mockpay?${new URLSearchParams({ ...form.fields, action: 'pay', outcome: 'paid' })}` });
    await payPage(stack, order).load();
    assert.equal(await stateOf(order), 'WAITING');
  });
});

describe('what goes wrong in life, behind "more"', () => {
  const rows = [
    ['failed', 'WAITING', 'CLOSED'],
    ['silent', 'WAITING', 'WAITING'],
    ['price', 'WAITING', 'WAITING'],
    ['sign', 'WAITING', 'WAITING'],
    ['twice', 'SUCCESS', 'SUCCESS'],
  ];
  for (const [choice, order_status, attempt_status] of rows) {
    test(choice, async () => {
      const order = await createOpen(stack, app1);
      await payPage(stack, order).choose(choice);
      const q = await query(stack, app1, { order_no: order.order_no });
      assert.deepEqual([q.status, q.attempts[0].status], [order_status, attempt_status]);
    });
  }
});

describe('the test clock', () => {
  test('moves open orders of this app, and of no other', async () => {
    const [mine, theirs, paid] = [await create(stack, app1), await create(stack, app2), await createOpen(stack, app1)];
    await payByCallback(stack, app1, paid);
    const dueOf = (o) => db.value('SELECT expire_time FROM pay_order WHERE no = ?', [o.order_no]);
    const before = [await dueOf(mine), await dueOf(theirs)];
    expectOk(await post(stack, app1, '/sandbox/clock', { advance: 100 }));
    const after = [await dueOf(mine), await dueOf(theirs)];
    assert.equal(Date.parse(`${before[0]}Z`) - Date.parse(`${after[0]}Z`), 100_000);
    assert.equal(after[1], before[1]);
  });
  for (const advance of [undefined, '1', 1.5, null, -1, 0, 31536001, 1e30]) {
    test(`40001: advance ${String(advance)}`, async () => expectError(await post(stack, app1, '/sandbox/clock', { advance }), 40001, 'advance'));
  }
  test('a second and a year', async () => { for (const advance of [1, 31536000]) expectOk(await post(stack, await newApp(stack), '/sandbox/clock', { advance })); });
  test('40001: an unknown member', async () => expectError(await post(stack, app1, '/sandbox/clock', { advance: 1, x: 1 }), 40001, 'x'));
});

describe('addresses in what we build', () => {
  test('links come from SHROFF_BASE_URL, whatever Host says', async () => {
    const order = await createOpen(stack, app1);
    const path = payPage(stack, order).path;
    const res = parseRaw(await rawSend(stack, `GET ${path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\nConnection: close\r\n\r\n`));
    assert.ok(!res.text.includes('evil.example'));
    const made = expectOk(await post(stack, app1, '/api/pay/create', { merchant_order_id: `H-${Date.now()}`, price: 1, currency: 'CNY', subject: 'a', channel: 'mock' },
      { headers: { Host: 'evil.example', 'X-Forwarded-Proto': 'https' } }), 201);
    assert.ok(made.pay_url.startsWith(`${stack.base}/mockpay?`));
  });
});
