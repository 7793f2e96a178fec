// What a payer can make happen behind "more": each clicked, and followed through callback_log, the
// order, its notification and the alerts, to the gateway's own query that a further submit asks.
import { describe, test, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { createOpen, expectError, expectOk, post, query, submitAnother } from '../lib/client.mjs';
import { merchant } from '../lib/merchant.mjs';
import { ctlOk, newApp } from '../lib/ctl.mjs';
import { until } from '../lib/wait.mjs';
import { DESKTOP, PHONE, noSideways, openBrowser, readable, reader, shoot } from './browser.mjs';

const { stack, db } = await suite();
const browser = await openBrowser();
let shop, app;
before(async () => {
  shop = await merchant();
  app = await newApp(stack, { notifyUrl: shop.url, name: '茶叶店 Tea house' });
});
after(() => shop?.close());

const RETURN = 'https://shop.example/back?order=1&x=%3Cb%3E';
const open = () => createOpen(stack, app, { return_url: RETURN, subject: 'Longjing 龙井' });
const verdicts = (order) => db.rows('SELECT verdict FROM callback_log WHERE body LIKE ? ORDER BY id', [`%${order.pay_id}%`])
  .then((rows) => rows.map((r) => r.verdict));
const tasks = (order) => db.rows('SELECT t.event, t.status FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND o.no = ?', [order.order_no]);
const steps = (order) => db.rows(`SELECT l.from_status f, l.to_status t FROM status_log l JOIN pay_order o ON o.id = l.data_id AND l.kind = 'order' WHERE o.no = ?`, [order.order_no])
  .then((rows) => rows.map((r) => `${r.f}>${r.t}`));
const alerts = (order) => db.rows('SELECT kind FROM pay_alert WHERE about IN (?, ?) ORDER BY id', [order.pay_id, order.order_no]).then((rows) => rows.map((r) => r.kind));
const now = async (order) => {
  const q = await query(stack, app, { order_no: order.order_no });
  return `${q.status} ${q.attempts.map((a) => a.status).join(' ')}`;
};
const submit = (order) => post(stack, app, '/api/pay/submit', { order_no: order.order_no, channel: 'mock' });
const delivered = (order) => until('the notification', async () => (await tasks(order)).every((t) => t.status === 10) && shop.hits.filter((h) => h.text.includes(order.order_no)));

// Opens the page, opens "more", clicks, and gives the page once it shows `shows`.
async function choose(order, outcome, shows, kind = {}) {
  const context = await reader(browser, kind);
  const page = await context.newPage();
  await page.goto(order.pay_url);
  await page.locator('summary').click();
  const button = page.locator(`button[value=${outcome}]`);
  await button.waitFor();
  await noSideways(page, 'more');
  await readable(page, 'more');
  if (outcome === 'failed') await shoot(stack, page, `more-${kind.dark ? 'dark' : 'light'}`);
  await button.click();
  await page.locator(`.result.${shows}`).waitFor();
  assert.equal(page.url(), order.pay_url, 'the result is the page itself: a reload asks nothing');
  assert.equal(await page.locator('form').count(), 0, 'nothing is left to press');
  assert.equal(await page.locator('a.back').getAttribute('href'), RETURN);
  await readable(page, outcome);
  await shoot(stack, page, `result-${outcome}`);
  context.noTrouble();
  await context.close();
}

// A further attempt asks the gateway about the first: the money is found, nothing is charged twice.
async function foundBySubmit(order) {
  assert.equal(await now(order), 'WAITING WAITING');
  assert.deepEqual(await tasks(order), []);
  expectError(await submit(order), 40901);
  assert.equal(await now(order), 'SUCCESS SUCCESS');
  assert.equal((await delivered(order)).length, 1);
  expectError(await submit(order), 40901);
}

describe('behind "more"', { concurrency: 3 }, () => {
  test('late: paid at once, the callback 20 s later', async () => {
    const order = await open();
    await choose(order, 'late', 'paid', { lang: 'zh-CN' });
    assert.equal(await now(order), 'WAITING WAITING');
    assert.deepEqual(await verdicts(order), []);
    const began = Date.now();
    await until('the late callback', async () => (await verdicts(order)).length === 1, 30_000, 500);
    assert.ok(Date.now() - began > 15_000, `${Date.now() - began} ms`);
    assert.equal(await now(order), 'SUCCESS SUCCESS');
    // channel_sync asks after 10 s, so as a rule the payment is known by then.
    assert.match(String(await verdicts(order)), /^(ACCEPTED|REPEATED)$/);
    assert.equal((await delivered(order)).length, 1);
  });

  test('failed: the attempt ends, the order can be paid by another', async () => {
    const order = await open();
    await choose(order, 'failed', 'failed', { viewport: PHONE, lang: 'zh-CN', dark: true });
    assert.equal(await now(order), 'WAITING CLOSED');
    assert.deepEqual(await verdicts(order), ['ACCEPTED']);
    assert.deepEqual(await tasks(order), []);
    const next = expectOk(await submit(order), 201);
    assert.notEqual(next.pay_id, order.pay_id);
    await choose({ ...next, pay_url: next.pay_url }, 'twice', 'paid');
    assert.equal(await now(order), 'SUCCESS SUCCESS CLOSED');
    const old = await (await fetch(order.pay_url, { headers: { 'accept-language': 'en' } })).text();
    assert.match(old, /Payment failed/);
    assert.deepEqual(await steps(order), ['0>10']);
  });

  test('twice: paid once, notified once', async () => {
    const order = await open();
    await choose(order, 'twice', 'paid', { viewport: DESKTOP, dark: true });
    assert.deepEqual(await verdicts(order), ['ACCEPTED', 'REPEATED']);
    assert.deepEqual(await steps(order), ['0>10']);
    const hits = await delivered(order);
    assert.equal((await tasks(order)).length, 1);
    assert.equal(hits.length, 1);
    assert.equal(await db.value('SELECT duplicate_paid FROM pay_order_extension WHERE no = ?', [order.pay_id]), 0);
    assert.deepEqual(await alerts(order), []);
  });

  test('price: refused, on record, an alert; the right amount is found by asking', async () => {
    const order = await open();
    await choose(order, 'price', 'paid');
    assert.deepEqual(await verdicts(order), ['OTHER_PRICE']);
    assert.deepEqual(await alerts(order), ['other_price']);
    const open_ = (await ctlOk(stack, ['alerts', '--json', '--limit', '1000'])).json.items;
    const alert = open_.find((a) => a.about === order.pay_id);
    assert.match(alert.text, /1234 CNY.*1235 CNY/);
    await foundBySubmit(order);
  });

  test('sign: refused, on record; found by asking', async () => {
    const order = await open();
    await choose(order, 'sign', 'paid');
    assert.deepEqual(await verdicts(order), ['BAD_SIGN']);
    assert.deepEqual(await alerts(order), []);
    await foundBySubmit(order);
  });

  test('silent: no callback at all; found by asking', async () => {
    const order = await open();
    await choose(order, 'silent', 'paid');
    assert.deepEqual(await verdicts(order), []);
    await foundBySubmit(order);
  });
});

test('a trade that waits is no obstacle to a second one, and both paid are both on record', async () => {
  const first = await open();
  const second = expectOk(await submitAnother(stack, app, first), 201);
  assert.equal(await now(first), 'WAITING WAITING WAITING');
  await choose(second, 'twice', 'paid');
  await choose({ ...first, order_no: first.order_no }, 'twice', 'paid');
  assert.equal(await now(first), 'SUCCESS SUCCESS SUCCESS');
  assert.equal(await db.value('SELECT duplicate_paid FROM pay_order_extension WHERE no = ?', [first.pay_id]), 1);
  assert.ok((await alerts(first)).includes('duplicate_paid'));
  assert.equal((await tasks(first)).length, 1);
});
