// The cashier in a real browser: both sizes, both languages, light and dark, with and without JavaScript.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { create, query } from '../lib/client.mjs';
import { DESKTOP, PHONE, noSideways, openBrowser, readable, reader, shoot } from './browser.mjs';

const { stack, app1 } = await suite();
const browser = await openBrowser();
const order = () => create(stack, app1, { subject: '手冲咖啡 · Coffee', price: 8800, return_url: `${stack.base}/healthz` });
const attemptsOf = async (o) => (await query(stack, app1, { order_no: o.order_no })).attempts;
// A page of the order's cashier, on which the mock channel was chosen.
async function chosen(context, made) {
  const page = await context.newPage();
  await page.goto(made.cashier_url);
  await page.locator('button[value=mock]').click();
  await page.waitForURL(/\/mockpay\?/);
  return page;
}

const KINDS = [
  ['desktop-en-light', { viewport: DESKTOP }],
  ['desktop-zh-dark', { viewport: DESKTOP, lang: 'zh-CN', dark: true }],
  ['phone-zh-light', { viewport: PHONE, lang: 'zh-CN' }],
  ['phone-en-dark', { viewport: PHONE, dark: true }],
];

describe('the cashier', () => {
  for (const [name, kind] of KINDS) {
    test(`${name}: a choice leads on, the payment comes back`, async () => {
      const made = await order();
      const context = await reader(browser, kind);
      const page = await context.newPage();
      await page.goto(made.cashier_url);
      await noSideways(page, name);
      await readable(page, name);
      await shoot(stack, page, `cashier-${name}-choose`);
      await page.locator('button[value=mock]').click();
      await page.waitForURL(/\/mockpay\?/);
      const other = await context.newPage();
      await other.goto(made.cashier_url);
      await shoot(stack, other, `cashier-${name}-open`);
      await noSideways(other, name);
      await page.locator('#pay').click();
      await other.locator('[data-state=paid]').waitFor();
      await readable(other, name);
      await shoot(stack, other, `cashier-${name}-paid`);
      assert.equal(await other.locator('.back').getAttribute('href'), `${stack.base}/healthz`);
      assert.equal((await attemptsOf(made)).length, 1);
      context.noTrouble();
      await context.close();
    });
  }

  test('the back button returns to the cashier, and a second choice finds the open attempt', async () => {
    const made = await order();
    const context = await reader(browser);
    const page = await chosen(context, made);
    await page.goBack();
    await page.waitForURL(made.cashier_url);
    await page.locator('button[value=mock]').click();
    await page.waitForURL(/\/mockpay\?/);
    assert.equal((await attemptsOf(made)).length, 1);
    await context.close();
  });

  test('a failed try is told, and the next one pays', async () => {
    const made = await order();
    const context = await reader(browser);
    const page = await chosen(context, made);
    const waiting = await context.newPage();
    await waiting.goto(made.cashier_url);
    await page.locator('summary').click();
    await page.locator('button[value=failed]').click();
    await waiting.locator('.notice').waitFor();
    await readable(waiting, 'failed');
    await shoot(stack, waiting, 'cashier-failed');
    await waiting.locator('button[value=mock]').click();
    await waiting.waitForURL(/\/mockpay\?/);
    await waiting.locator('#pay').click();
    await waiting.goto(made.cashier_url);
    await waiting.locator('[data-state=paid]').waitFor();
    await context.close();
  });

  test('without JavaScript a link leads on', async () => {
    const made = await order();
    const context = await reader(browser, { js: false });
    const page = await context.newPage();
    await page.goto(made.cashier_url);
    await page.locator('button[value=mock]').click();
    await page.locator('a.go').click();
    await page.locator('#pay').click();
    await page.goto(made.cashier_url);
    await page.locator('[data-state=paid]').waitFor();
    await context.close();
  });
});
