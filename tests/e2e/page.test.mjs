// The pay page under attack, and at the edges of what it shows, in a real browser.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import http from 'node:http';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, post, postJson, query, request, strangerUlid, terms } from '../lib/client.mjs';
import { newApp } from '../lib/ctl.mjs';
import { payPage } from '../lib/page.mjs';
import { until } from '../lib/wait.mjs';
import { PHONE, noSideways, openBrowser, readable, reader, scan, shoot } from './browser.mjs';

const { stack, db, atEnd } = await suite();
const browser = await openBrowser();
const app = await newApp(stack, { name: '<img src=x onerror=alert(1)> & "Söhne"' });

const stateOf = async (order) => (await query(stack, app, { order_no: order.order_no })).status;
const accepted = (order) => db.value(`SELECT COUNT(*) FROM callback_log WHERE body LIKE ? AND verdict = 'ACCEPTED'`, [`%${order.pay_id}%`]);
const fieldsOf = async (order) => (await payPage(stack, order).form())[0].fields;

// Another site: what it serves at each path.
async function otherSite(pages) {
  const server = http.createServer((req, res) => {
    res.writeHead(200, { 'Content-Type': 'text/html; charset=utf-8' });
    res.end(pages[req.url.split('?')[0]] ?? '<!doctype html>');
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  atEnd(() => { server.closeAllConnections?.(); server.close(); });
  return `http://localhost:${server.address().port}`;
}

const formOf = (fields, button = 'paid') => `<!doctype html><form method="post" action="${stack.base}/mockpay">${
  Object.entries(fields).map(([n, v]) => `<input type="hidden" name="${n}" value="${v}">`).join('')
}<button name="outcome" value="${button}">win a prize</button></form>`;

async function pressed(url, order, press = (page) => page.locator('button').click()) {
  const context = await reader(browser, {});
  try {
    const page = await context.newPage();
    await page.goto(url);
    const [answer] = await Promise.all([
      page.waitForResponse((r) => new URL(r.url()).pathname === '/mockpay' && r.request().method() === 'POST'), press(page)]);
    assert.equal(answer.status(), 403);
    assert.equal((await answer.json().catch(() => ({ code: 40304 }))).code, 40304);
    assert.equal(await stateOf(order), 'WAITING');
  } finally { await context.close(); }
}

describe('other sites', { concurrency: 2 }, () => {
  test('a form of another site, with every field right', async () => {
    const order = await createOpen(stack, app);
    const site = await otherSite({ '/': formOf(await fieldsOf(order)) });
    await pressed(`${site}/`, order);
  });

  test('a form in a sandboxed frame, whose Origin is null', async () => {
    const order = await createOpen(stack, app);
    const form = formOf(await fieldsOf(order)).replaceAll('&', '&amp;').replaceAll('"', '&quot;');
    const site = await otherSite({ '/': `<!doctype html><iframe sandbox="allow-forms allow-scripts" srcdoc="${form}"></iframe>` });
    await pressed(`${site}/`, order, (page) => page.frameLocator('iframe').locator('button').click());
  });

  test('our own page under a name that was rebound to us', async () => {
    const order = await createOpen(stack, app);
    await pressed(order.pay_url.replace('127.0.0.1', 'localhost'), order, (page) => page.locator('#pay').click());
  });

  test('a frame around the page stays empty', async () => {
    const order = await createOpen(stack, app);
    const site = await otherSite({ '/': `<!doctype html><iframe src="${order.pay_url.replaceAll('&', '&amp;')}"></iframe>` });
    const context = await reader(browser, {});
    const page = await context.newPage();
    await page.goto(`${site}/`);
    await until('the refusal', () => context.troubles.some((t) => /frame-ancestors|X-Frame-Options|refused to connect|Framing/i.test(t)) ||
      page.frames().some((f) => f.url().startsWith('chrome-error:')));
    for (const frame of page.frames().slice(1)) assert.equal(await frame.locator('#pay').count(), 0);
    await context.close();
  });

  test('a script of another site can read none of it', async () => {
    const order = await createOpen(stack, app);
    const site = await otherSite({});
    const context = await reader(browser, {});
    const page = await context.newPage();
    await page.goto(`${site}/`);
    const got = await page.evaluate(async ([pay, api, base]) => {
      const text = (url, how) => fetch(url, how).then((r) => r.text()).catch(() => 'refused');
      return [
        await text(pay, { credentials: 'include' }),
        await text(`${base}/api/pay/mock-callback`, { method: 'POST', body: api, headers: { 'Content-Type': 'application/json' } }),
        await text(`${base}/api/pay/mock-callback`, { method: 'POST', body: api }),
        await text(`${base}/mockpay`, { method: 'POST', body: new URLSearchParams({ outcome: 'paid' }) }),
      ];
    }, [order.pay_url, JSON.stringify({ pay_id: order.pay_id, status: 'SUCCESS' }), stack.base]);
    assert.deepEqual(got, ['refused', 'refused', 'refused', 'refused']);
    assert.equal(await stateOf(order), 'WAITING');
    await context.close();
  });

  test('what a browser can send across sites without asking is refused by the server', async () => {
    const order = await createOpen(stack, app);
    const body = JSON.stringify({ pay_id: order.pay_id, status: 'SUCCESS' });
    const path = '/api/pay/mock-callback';
    expectError(await request(stack, { method: 'POST', path, body, headers: { 'Content-Type': 'text/plain' } }), 41500);
    expectError(await request(stack, { method: 'POST', path, body }), 41500);
    for (const headers of [{ Origin: 'null' }, { Origin: 'https://evil.example' }, { Origin: stack.base.replace('http:', 'https:') }, { Host: 'evil.example' }]) {
      expectError(await postJson(stack, path, body, headers), 40304);
    }
    expectError(await request(stack, { path: `${path}?pay_id=${order.pay_id}&status=SUCCESS` }), 40500);
    const fields = await fieldsOf(order);
    delete fields.csrf;
    expectError(await payPage(stack, order).send({ action: '/mockpay', fields }, { name: 'outcome', value: 'paid' }), 40304);
    assert.equal(await stateOf(order), 'WAITING');
  });
});

test('the headers of the page', async () => {
  const order = await createOpen(stack, app);
  for (const path of [new URL(order.pay_url).pathname + new URL(order.pay_url).search, `/mockpay?pay_id=${strangerUlid()}&token=x`]) {
    const { headers: h } = await request(stack, { path });
    const csp = Object.fromEntries(h['content-security-policy'].split(';').map((d) => d.trim().split(/ (.*)/s)));
    assert.equal(csp['default-src'], "'none'");
    assert.equal(csp['frame-ancestors'], "'none'");
    assert.equal(csp['base-uri'], "'none'");
    assert.equal(csp['form-action'], "'self'");
    assert.match(csp['script-src'], /^'nonce-[\w+/=-]{16,}'$/);
    assert.match(csp['style-src'], /^'nonce-[\w+/=-]{16,}'$/);
    assert.equal(h['x-frame-options'], 'DENY');
    assert.equal(h['x-content-type-options'], 'nosniff');
    assert.match(h['cache-control'], /no-store/);
    assert.match(h['referrer-policy'], /^(same-origin|no-referrer)$/);
    assert.equal(h['cross-origin-opener-policy'], 'same-origin');
    assert.equal(h['access-control-allow-origin'], undefined);
    assert.equal(h['set-cookie'], undefined);
    const again = await request(stack, { path });
    assert.notEqual(again.headers['content-security-policy'], h['content-security-policy'], 'a nonce is used once');
  }
});

test('HTML in the subject, the shop\'s name and the way back stays text', async () => {
  const subject = '</p><script>alert(1)</script><img src=x onerror="alert(2)">\' {{7*7}} &amp;lt;';
  const back = "https://shop.example/?a=%22%3E%3Cscript%3Ealert(3)%3C/script%3E&b='x&lt;";
  const res = await post(stack, app, '/api/pay/create', terms({ subject, return_url: back, channel: 'mock' }));
  const order = expectOk(res, 201);
  const context = await reader(browser, {});
  const page = await context.newPage();
  let shown = 0;
  page.on('dialog', (d) => { shown++; d.dismiss(); });
  await page.goto(order.pay_url);
  assert.equal(await page.locator('.subject').textContent(), subject);
  assert.equal(await page.locator('h1').textContent(), '<img src=x onerror=alert(1)> & "Söhne"');
  assert.equal(await page.locator('a.back').getAttribute('href'), back);
  assert.equal(await page.locator('script').count(), 1);
  assert.equal(await page.locator('img').count(), 0);
  await page.locator('#pay').click();
  await page.locator('.result.paid').waitFor();
  assert.equal(shown, 0);
  context.noTrouble();
  await context.close();
  for (const return_url of ['javascript:alert(1)', 'data:text/html,x', '//evil.example', '/back', 'https://u:p@shop.example/',
    'https://shop.example/"><script>alert(3)</script>', 'https://shop.example/#<script>']) {
    expectError(await post(stack, app, '/api/pay/create', terms({ return_url })), 40001, 'return_url');
  }
});

describe('what it shows', { concurrency: 2 }, () => {
  const LONG = 'W'.repeat(127);
  const rows = [
    [123456, 'CNY', '1,234.56'], [1, 'CNY', '0.01'], [123456, 'JPY', '123,456'], [1234567, 'KWD', '1,234.567'],
    [1000000000000, 'CNY', '10,000,000,000.00'], [1000000000000, 'JPY', '1,000,000,000,000'],
  ];
  for (const [price, currency, text] of rows) {
    test(`${price} ${currency}: ${text}, on a phone and with the longest subject`, async () => {
      const order = await createOpen(stack, app, { price, currency, subject: LONG });
      const context = await reader(browser, { viewport: PHONE, dark: price % 2 === 1 });
      const page = await context.newPage();
      await page.goto(order.pay_url);
      const all = await page.locator('.amount').innerText();
      assert.equal(all.replace(/\s+/g, ' '), `${currency} ${text}`);
      const { rows, small } = await page.locator('.amount').evaluate((e) => {
        const range = document.createRange();
        range.selectNode(e.lastChild);
        return { rows: range.getClientRects().length, small: parseFloat(getComputedStyle(e).fontSize) };
      });
      assert.equal(rows, 1, 'the amount is not broken');
      assert.ok(small >= 24, `${small} px`);
      await noSideways(page, text);
      await readable(page, text);
      if (price > 1e11 && currency === 'CNY') await shoot(stack, page, 'long');
      context.noTrouble();
      await context.close();
    });
  }

  test('a small phone and a wide screen: nothing sticks out, the code is near, the button is seen', async () => {
    const order = await createOpen(stack, app, { price: 9999999, return_url: `https://shop.example/${'x'.repeat(300)}` });
    for (const viewport of [{ width: 320, height: 568 }, { width: 768, height: 1024 }, { width: 1920, height: 1080 }]) {
      const context = await reader(browser, { viewport, lang: 'zh-CN' });
      const page = await context.newPage();
      await page.goto(order.pay_url);
      await noSideways(page, `${viewport.width} px`);
      const card = await page.locator('main').boundingBox();
      assert.ok(card.width <= 440 && card.x >= 0 && card.x + card.width <= viewport.width);
      const button = await page.locator('#pay').boundingBox();
      assert.ok(button.height >= 44, 'a finger fits');
      await context.close();
    }
  });

  test('the QR code leads to this very page, light and dark', async () => {
    const order = await createOpen(stack, app);
    for (const dark of [false, true]) {
      const context = await reader(browser, { dark });
      const page = await context.newPage();
      await page.goto(order.pay_url);
      assert.equal(await scan(browser, page.locator('figure')), order.pay_url);
      await context.close();
    }
  });

  test('the time left runs down, and the page turns to expired by itself', async () => {
    const own = await newApp(stack, { name: 'Short of time' });
    const order = await createOpen(stack, own, { expire_in: 60 });
    const context = await reader(browser, {});
    const page = await context.newPage();
    await page.goto(order.pay_url);
    assert.match(await page.locator('#left').textContent(), /^0[01]:\d\d$/);
    const first = await page.locator('#left').textContent();
    await until('a tick', async () => (await page.locator('#left').textContent()) !== first, 10_000);
    expectOk(await post(stack, own, '/sandbox/clock', { advance: 56 }));
    await page.reload();
    await page.locator('.result.failed').waitFor();
    assert.match(await page.locator('.result').textContent(), /expired/);
    assert.equal(await page.locator('form').count(), 0);
    await shoot(stack, page, 'expired');
    context.noTrouble();
    await context.close();
  });

  test('a page opened in time takes no payment once it expired', async () => {
    const own = await newApp(stack, { name: 'Too late' });
    const order = await createOpen(stack, own, { expire_in: 60 });
    const context = await reader(browser, { lang: 'zh-CN', js: false });
    const page = await context.newPage();
    await page.goto(order.pay_url);
    expectOk(await post(stack, own, '/sandbox/clock', { advance: 61 }));
    await page.locator('#pay').click();
    await page.locator('.result.failed').waitFor();
    assert.match(await page.locator('.result').textContent(), /支付已过期/);
    assert.notEqual((await query(stack, own, { order_no: order.order_no })).status, 'SUCCESS');
    assert.equal(await db.value('SELECT COUNT(*) FROM callback_log WHERE body LIKE ?', [`%${order.pay_id}%`]), 0);
    await context.close();
  });

  for (const [lang, says] of [['zh-CN', '没有这笔支付'], ['en-US', 'No such payment']]) {
    test(`an unknown payment, in ${lang}`, async () => {
      const order = await create(stack, app, { channel: 'mock', subject: 'Secret-Subject' });
      const context = await reader(browser, { lang, dark: lang === 'en-US' });
      const page = await context.newPage();
      const token = new URL(order.pay_url).searchParams.get('token');
      const guessed = `${token.slice(0, -1)}${token.endsWith('0') ? '1' : '0'}`;
      for (const q of [`pay_id=${strangerUlid()}&token=${token}`, `pay_id=${order.pay_id}&token=${guessed}`, `pay_id=${order.pay_id}`, '']) {
        const answer = await page.goto(`${stack.base}/mockpay?${q}`);
        assert.equal(answer.status(), 404, q);
        assert.match(await page.locator('.result').textContent(), new RegExp(says));
        assert.ok(!(await page.content()).includes('Secret-Subject'));
      }
      await readable(page, 'not found');
      await shoot(stack, page, `unknown-${lang}`);
      // The browser itself tells of the 404 on its console; nothing else may stand there.
      assert.deepEqual(context.troubles.filter((t) => !/404/.test(t)), []);
      await context.close();
    });
  }
});

// A page that stands open while the world goes on: another device pays, the phone sleeps.
describe('left open', { concurrency: 2 }, () => {
  const pays = (order) => postJson(stack, '/api/pay/mock-callback', { pay_id: order.pay_id, status: 'SUCCESS' });
  const seconds = async (page) => (await page.locator('#left').textContent()).split(':').reduce((all, part) => all * 60 + Number(part), 0);

  for (const js of [true, false]) {
    test(`a phone pays after scanning, and the desktop shows it, ${js ? 'with' : 'without'} JavaScript`, async () => {
      const order = await createOpen(stack, app, { return_url: 'https://shop.example/back' });
      const desk = await reader(browser, { js });
      const wide = await desk.newPage();
      await wide.goto(order.pay_url);
      const url = await scan(browser, wide.locator('figure'));
      const phone = await reader(browser, { viewport: PHONE });
      const small = await phone.newPage();
      await small.goto(url);
      await small.locator('#pay').click();
      await small.locator('.result.paid').waitFor();
      await wide.locator('.result.paid').waitFor({ timeout: 14_000 });
      assert.equal(await wide.locator('form').count(), 0);
      assert.equal(wide.url(), order.pay_url);
      desk.noTrouble();
      phone.noTrouble();
      await desk.close();
      await phone.close();
    });
  }

  test('asked for as JSON, its address answers the state, in no cache, and nothing of other orders', async () => {
    const order = await createOpen(stack, app);
    const ask = (path) => request(stack, { path, headers: { Accept: 'application/json' } });
    const { path } = payPage(stack, order);
    const open = await ask(path);
    const { state, expire_time, now } = expectOk(open);
    assert.equal(state, 'open');
    assert.ok(Math.abs(Date.parse(expire_time) - Date.parse(now) - 7_200_000) < 60_000);
    assert.match(open.headers['cache-control'], /no-store/);
    await pays(order);
    assert.equal(expectOk(await ask(path)).state, 'paid');
    expectError(await ask(`${path}x`), 40400);
  });

  for (const offline of [true, false]) {
    test(`a phone that slept shows the time that is left, ${offline ? 'without' : 'with'} a network`, async () => {
      const order = await createOpen(stack, app, { expire_in: 900 });
      const context = await reader(browser, { viewport: PHONE });
      const page = await context.newPage();
      const asked = [];
      page.on('response', (r) => { if (r.request().resourceType() === 'fetch') asked.push(r.status()); });
      await page.clock.install();
      await page.goto(order.pay_url);
      await context.setOffline(offline);
      const before = await seconds(page);
      assert.ok(before > 880 && before <= 900, `${before} s at first`);
      await page.clock.fastForward(870_000);
      await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
      if (!offline) await until('an answer', () => asked.length > 0);
      const after = await seconds(page);
      assert.ok(after <= 30 && before - after <= 880, `${before} s, and ${after} s after 870 s`);
      if (offline) {
        await page.clock.fastForward(880_000);
        assert.equal(await seconds(page), 0, 'never below nothing');
      }
      await context.close();
    });
  }

  test('a device whose clock is an hour off counts right', async () => {
    const order = await createOpen(stack, app, { expire_in: 900 });
    const context = await reader(browser, {});
    const page = await context.newPage();
    await page.clock.install({ time: Date.now() + 3_600_000 });
    await page.goto(order.pay_url);
    const left = await seconds(page);
    assert.ok(left > 880 && left <= 900, `${left} s`);
    await context.close();
  });

  test('frozen while the server\'s time went on: right again as soon as it is seen', async () => {
    const own = await newApp(stack, { name: 'Sleeps' });
    const order = await createOpen(stack, own, { expire_in: 900 });
    const context = await reader(browser, { viewport: PHONE });
    const page = await context.newPage();
    await page.goto(order.pay_url);
    const devtools = await context.newCDPSession(page);
    await devtools.send('Page.setWebLifecycleState', { state: 'frozen' });
    expectOk(await post(stack, own, '/sandbox/clock', { advance: 860 }));
    await devtools.send('Page.setWebLifecycleState', { state: 'active' });
    await page.evaluate(() => document.dispatchEvent(new Event('visibilitychange')));
    await until('the time that is left', async () => (await seconds(page)) <= 40, 4000);
    await pays(order);
    await page.locator('.result.paid').waitFor();
    context.noTrouble();
    await context.close();
  });

  test('after 429, 503 or no answer it waits and tries again', async () => {
    const order = await createOpen(stack, app);
    const context = await reader(browser, {});
    const page = await context.newPage();
    const asked = [];
    const answers = [
      (r) => r.fulfill({ status: 429, headers: { 'Retry-After': '1' }, json: { code: 42900, msg: 'rate' } }),
      (r) => r.fulfill({ status: 503, headers: { 'Retry-After': '2' }, json: { code: 50301, msg: 'away' } }),
      (r) => r.continue(),
    ];
    await page.route(/mockpay/, (route) => {
      if (route.request().resourceType() !== 'fetch') return route.continue();
      asked.push(Date.now());
      return (answers[asked.length - 1] ?? answers.at(-1))(route);
    });
    await page.goto(order.pay_url);
    await until('three answers', () => asked.length >= 3, 12_000);
    assert.ok(asked[1] - asked[0] >= 950 && asked[2] - asked[1] >= 1950, 'as long as Retry-After says');
    await pays(order);
    await page.locator('.result.paid').waitFor();
    await context.close();
  });
});

describe('clicked more than once', () => {
  for (const js of [true, false]) {
    test(`a double click pays once, ${js ? 'with' : 'without'} JavaScript`, async () => {
      const order = await createOpen(stack, app);
      const context = await reader(browser, { js });
      const page = await context.newPage();
      await page.goto(order.pay_url);
      await page.locator('#pay').dblclick();
      await page.locator('.result.paid').waitFor();
      assert.equal(await stateOf(order), 'SUCCESS');
      assert.equal(await accepted(order), 1);
      assert.equal(await db.value(`SELECT COUNT(*) FROM pay_alert WHERE about IN (?, ?)`, [order.pay_id, order.order_no]), 0);
      await context.close();
    });
  }

  test('a page that stood open for long still pays', async () => {
    const order = await createOpen(stack, app, { expire_in: 2592000 });
    const { csrf } = await fieldsOf(order);
    assert.ok(Number(csrf.split('.')[0]) > Date.now() / 1000 + 2592000, 'the form outlives the order');
  });

  test('two windows, and back to the form after paying: paid once', async () => {
    const order = await createOpen(stack, app);
    const context = await reader(browser, {});
    const [one, two] = [await context.newPage(), await context.newPage()];
    await one.goto(order.pay_url);
    await two.goto(order.pay_url);
    await one.locator('#pay').click();
    await one.locator('.result.paid').waitFor();
    await two.locator('summary').click();
    await two.locator('button[value=failed]').click();
    await two.locator('.result.paid').waitFor();
    await one.goBack();
    await one.locator('.result.paid, #pay').first().waitFor();
    if (await one.locator('#pay').count()) {
      await one.locator('#pay').click();
      await one.locator('.result.paid').waitFor();
    }
    assert.equal(await stateOf(order), 'SUCCESS');
    assert.equal(await accepted(order), 1);
    await context.close();
  });
});
