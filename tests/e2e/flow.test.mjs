// The main job in a real browser: shop, order page, Pay in a new window, pay page, paid, the way
// back, and the order page that turned to paid by itself.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { expectOk, post } from '../lib/client.mjs';
import { useStack } from '../lib/stack.mjs';
import { until } from '../lib/wait.mjs';
import { DESKTOP, PHONE, noSideways, openBrowser, readable, reader, shoot, tabStops } from './browser.mjs';

const stack = await useStack();
const browser = await openBrowser();

const SAYS = {
  'zh-CN': { buy: '购买', pay: '去支付', go: '确认支付', paid: '支付成功', back: '返回商家', done: '已支付', waiting: '等待支付' },
  'en-US': { buy: 'Buy', pay: 'Pay', go: 'Pay', paid: 'Paid', back: 'Back to the shop', done: 'Paid', waiting: 'Waiting for payment' },
};

async function look(page, what, kept) {
  await noSideways(page, what);
  await readable(page, what);
  if (kept) await shoot(stack, page, `${kept}-${what}`);
}

async function buyAndPay(kind) {
  const says = SAYS[kind.lang];
  const name = [kind.viewport === PHONE ? 'phone' : 'desktop', kind.dark ? 'dark' : 'light', kind.lang, kind.js ? 'js' : 'nojs'].join('-');
  const context = await reader(browser, kind);
  try {
    const shop = await context.newPage();
    await shop.goto(`${stack.base}/shop/`);
    await look(shop, '1-shop', name);
    await shop.getByRole('button', { name: says.buy }).first().click();
    await shop.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/);
    const order = shop.url();
    await shop.getByText(says.waiting).waitFor();
    await look(shop, '2-order', name);

    const [pay] = await Promise.all([context.waitForEvent('page'), shop.getByRole('button', { name: says.pay, exact: true }).click()]);
    await pay.waitForURL(/\/mockpay\?pay_id=/);
    assert.equal(await pay.evaluate(() => window.opener), null, 'the pay page has no hold on the shop');
    assert.equal(await pay.locator('html').getAttribute('lang'), kind.lang === 'zh-CN' ? 'zh-CN' : 'en');
    assert.match(await pay.locator('.amount').textContent(), /CNY\s*[\d,]+\.\d\d$/);
    await look(pay, '3-pay', name);
    await pay.getByRole('button', { name: says.go, exact: true }).click();
    await pay.getByText(says.paid).waitFor();
    await look(pay, '4-paid', name);

    // Nobody touches the shop's page: it asks, or reloads itself, until it is told.
    await shop.locator('[data-status=PAID]').waitFor({ timeout: 9000 });
    assert.equal(await shop.getByText(says.done, { exact: true }).isVisible(), true);
    await look(shop, '5-order-paid', name);

    await pay.getByRole('link', { name: says.back }).click();
    await pay.waitForURL(order);
    await pay.locator('[data-status=PAID]').waitFor();
    context.noTrouble();
  } finally { await context.close(); }
}

describe('from the shop to paid', { concurrency: 2 }, () => {
  for (const [size, viewport] of [['desktop', DESKTOP], ['phone', PHONE]]) {
    for (const dark of [false, true]) {
      for (const lang of ['zh-CN', 'en-US']) {
        for (const js of [true, false]) {
          test(`${size}, ${dark ? 'dark' : 'light'}, ${lang}, ${js ? 'with' : 'without'} JavaScript`, () =>
            buyAndPay({ viewport, dark, lang, js }));
        }
      }
    }
  }
});

for (const js of [true, false]) {
  test(`the money goes back, ${js ? 'with' : 'without'} JavaScript: a button on the paid order's page`, async () => {
    const context = await reader(browser, { js });
    const shop = await context.newPage();
    await shop.goto(`${stack.base}/shop/`);
    await shop.getByRole('button', { name: SAYS['en-US'].buy }).first().click();
    await shop.waitForURL(/\/shop\/orders\//);
    const [pay] = await Promise.all([context.waitForEvent('page'), shop.getByRole('button', { name: SAYS['en-US'].pay, exact: true }).click()]);
    await pay.waitForURL(/\/mockpay\?pay_id=/);
    await pay.locator('#pay').click();
    await pay.locator('.result.paid').waitFor();
    await shop.locator('[data-status=PAID]').waitFor({ timeout: 9000 });
    await shop.locator('#refund').click();
    await shop.locator('[data-refund=SUCCESS]').waitFor({ timeout: 9000 });
    assert.equal(await shop.locator('#refund').count(), 0);
    context.noTrouble();
    await context.close();
  });
}

for (const js of [true, false]) {
  test(`an order is cancelled, ${js ? 'with' : 'without'} JavaScript; one that was paid in silence meanwhile is paid`, async () => {
    const context = await reader(browser, { js, viewport: js ? DESKTOP : PHONE });
    const shop = await ordered(context);
    const pay = await payPageOf(context, shop);
    await shop.locator('#cancel').click();
    await shop.locator('[data-payment=OVER]').waitFor({ timeout: 9000 });
    assert.equal(await shop.locator('#pay, #cancel').count(), 0);
    await look(shop, js ? 'desktop' : 'phone', 'shop-cancelled');
    await pay.reload();
    await pay.locator('.result.failed').waitFor();
    assert.equal(await pay.locator('#pay').count(), 0, 'closed at the channel');
    await shop.getByRole('button', { name: 'Order again' }).click();
    await shop.locator('[data-payment=NONE]').waitFor();
    const silent = await payPageOf(context, shop);
    await silent.locator('summary').click();
    await silent.locator('button[value=silent]').click();
    await silent.locator('.result.paid').waitFor();
    await shop.locator('#cancel').click();
    await shop.locator('[data-status=PAID]').waitFor({ timeout: 9000 });
    context.noTrouble();
    await context.close();
  });
}

test('by keyboard alone', async () => {
  const context = await reader(browser, {});
  const shop = await context.newPage();
  await shop.goto(`${stack.base}/shop/`);
  await shop.keyboard.press('Tab');
  await shop.keyboard.press('Tab');
  await shop.keyboard.press('Enter');
  await shop.waitForURL(/\/shop\/orders\//);
  const [pay] = await Promise.all([context.waitForEvent('page'), (async () => {
    await shop.keyboard.press('Tab');
    await shop.keyboard.press('Tab');
    await shop.keyboard.press('Enter');
  })()]);
  await pay.waitForURL(/\/mockpay\?pay_id=/);

  const closed = await tabStops(pay);
  assert.deepEqual(closed.map((s) => s.tag), ['BUTTON', 'SUMMARY', 'A'], 'pay, more, back');
  assert.ok(closed.every((s) => s.ring), 'what has the focus shows it');
  await pay.locator('summary').press('Enter');
  const open = await tabStops(pay);
  for (const value of ['failed', 'late', 'twice', 'price', 'sign', 'silent']) {
    assert.ok(open.some((s) => s.tag === 'BUTTON' && s.value === value && s.ring), value);
  }
  await pay.locator('#pay').focus();
  await pay.keyboard.press('Enter');
  await pay.locator('.result.paid').waitFor();
  await shop.locator('[data-status=PAID]').waitFor();
  context.noTrouble();
  await context.close();
});

// ---- what the shop does when it is not told, and when there is nothing to wait for
const ordered = async (context) => {
  const shop = await context.newPage();
  await shop.goto(`${stack.base}/shop/`);
  await shop.getByRole('button', { name: 'Buy' }).first().click();
  await shop.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/);
  return shop;
};
const payPageOf = async (context, shop) => {
  const [pay] = await Promise.all([context.waitForEvent('page'), shop.locator('#pay').click()]);
  await pay.waitForURL(/\/mockpay\?pay_id=/);
  return pay;
};

describe('a shop without notifications', { concurrency: 4 }, () => {
  for (const [outcome, kind] of [['silent', { viewport: PHONE }], ['price', {}], ['sign', { js: false }]]) {
    test(`${outcome}: the payment is found without a callback`, async () => {
      const context = await reader(browser, kind);
      const shop = await ordered(context);
      const pay = await payPageOf(context, shop);
      await pay.locator('summary').click();
      await pay.locator(`button[value=${outcome}]`).click();
      await pay.locator('.result.paid').waitFor();
      await shop.locator('[data-status=PAID]').waitFor({ timeout: 25_000 });
      assert.equal(await shop.locator('#pay').count(), 0);
      await look(shop, outcome, 'found');
      context.noTrouble();
      await context.close();
    });
  }

  test('failed: said, and paid at the second try', async () => {
    const context = await reader(browser, { viewport: PHONE, dark: true });
    const shop = await ordered(context);
    const pay = await payPageOf(context, shop);
    await pay.locator('summary').click();
    await pay.locator('button[value=failed]').click();
    await pay.locator('.result.failed').waitFor();
    await shop.locator('[data-payment=FAILED]').waitFor({ timeout: 25_000 });
    await shop.getByText('did not go through').waitFor();
    await look(shop, 'failed', 'shop');
    const again = await payPageOf(context, shop);
    await again.locator('#pay').click();
    await shop.locator('[data-status=PAID]').waitFor({ timeout: 9000 });
    context.noTrouble();
    await context.close();
  });
});

for (const js of [true, false]) {
  test(`Buy pressed twice makes one order, ${js ? 'with' : 'without'} JavaScript`, async () => {
    const context = await reader(browser, { js });
    const shop = await context.newPage();
    const made = new Set();
    shop.on('response', (r) => { if (r.status() === 303) made.add(r.headers().location); });
    await shop.goto(`${stack.base}/shop/`);
    await shop.getByRole('button', { name: 'Buy' }).first().dblclick();
    // The second click may abort the first one's navigation, which waitForURL takes for a failure.
    await until('the order\'s page', async () => /\/shop\/orders\/[0-9a-f]{32}$/.test(shop.url()), 15_000);
    assert.equal(made.size, 1, [...made].join(' '));
    await context.close();
  });
}

// The last one: it moves the time of the shop's app.
test('an order past its end: no Pay, and "Order again", with and without JavaScript', async () => {
  const kinds = [{ viewport: DESKTOP }, { viewport: PHONE, dark: true, js: false }];
  const all = await Promise.all(kinds.map(async (kind) => {
    const context = await reader(browser, kind);
    const shop = await ordered(context);
    return { kind, context, shop, old: shop.url(), pay: await payPageOf(context, shop) };
  }));
  expectOk(await post(stack, stack.app1, '/sandbox/clock', { advance: 7200 }));
  await Promise.all(all.map(async ({ kind, context, shop, old, pay }) => {
    await pay.locator('.result.failed').waitFor({ timeout: 14_000 });
    await shop.locator('[data-payment=OVER]').waitFor({ timeout: 25_000 });
    assert.equal(await shop.locator('#pay').count(), 0);
    await look(shop, kind.viewport === PHONE ? 'phone' : 'desktop', 'shop-over');
    await shop.getByRole('button', { name: 'Order again' }).click();
    await shop.locator('[data-payment=NONE]').waitFor();
    assert.notEqual(shop.url(), old);
    const next = await payPageOf(context, shop);
    await next.locator('#pay').click();
    await shop.locator('[data-status=PAID]').waitFor({ timeout: 9000 });
    context.noTrouble();
    await context.close();
  }));
});
