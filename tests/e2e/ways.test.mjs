// The shop's flow on each of the eleven Alipay and WeChat Pay codes, on a phone: the way is chosen on the order's page, the
// played channel's page is paid, and the order turns to paid by itself. And what a payer can do besides paying.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { useStack } from '../lib/stack.mjs';
import { PHONE, noSideways, openBrowser, readable, reader, scan, shoot } from './browser.mjs';

const stack = await useStack();
const browser = await openBrowser();

async function look(page, name) {
  await noSideways(page, name);
  await readable(page, name);
  await shoot(stack, page, `ways-${name}`);
}

async function ordered(context, channel, name) {
  const shop = await context.newPage();
  await shop.goto(`${stack.base}/shop/`);
  await shop.getByRole('button', { name: 'Buy' }).first().click();
  await shop.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/);
  await shop.locator('summary').click();
  if (name) await look(shop, name);
  const [page] = await Promise.all([context.waitForEvent('page'), shop.locator(`button[value=${channel}]`).click()]);
  await page.waitForLoadState();
  return { shop, page };
}
const press = (page, outcome) => page.locator(`button[name=outcome][value=${outcome}]`).click();
const paidByItself = (shop) => shop.locator('[data-status=PAID]').waitFor({ timeout: 25_000 });
const opened = async (context, link) => {
  const [page] = await Promise.all([context.waitForEvent('page'), link.click()]);
  await page.waitForLoadState();
  return page;
};

const KINDS = { alipay_pc: 'page', alipay_wap: 'page', wx_wap: 'page', alipay_qr: 'scan', wx_native: 'scan', alipay_app: 'app', wx_pub: 'app', wx_lite: 'app', wx_app: 'app',
  alipay_bar: 'till', wx_bar: 'till' };
const BACK = ['alipay_pc', 'alipay_wap'];

// What the payer does; afterwards the order is paid at the channel.
const PAYS = {
  async page(context, page, code) {
    await page.waitForURL(/\/cashier\//);
    await look(page, `${code}-cashier`);
    await press(page, 'pay');
    if (BACK.includes(code)) await page.waitForURL(/\/shop\/orders\/[0-9a-f]{32}/); // the channel leads back by itself
    else await page.getByText('Paid').first().waitFor();
  },
  async scan(context, page, code) {
    await page.waitForURL(/\/code$/);
    await look(page, `${code}-code`);
    const scanned = await scan(browser, page.locator('svg.qr'));
    assert.match(scanned, code === 'wx_native' ? /^weixin:\/\/wxpay\// : /\/cashier\/alipay\?code=/);
    const cashier = await opened(context, page.locator('#test-payer'));
    await press(cashier, 'pay');
    await page.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/, { timeout: 25_000 }); // the page with the code leaves by itself
    await paidByItself(page);
  },
  async app(context, page, code) {
    await page.waitForURL(/\/code$/);
    await look(page, `${code}-app`);
    const cashier = await opened(context, page.locator('#test-payer'));
    await press(cashier, 'pay');
    await page.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/, { timeout: 25_000 });
  },
  async till(context, page, code) {
    await look(page, `${code}-till`);
    const codes = await opened(context, page.getByRole('link', { name: 'Bar codes of test payers' }));
    if (code === 'wx_bar') await look(codes, 'codes');
    const digits = (await codes.locator('.code').allTextContents()).find((d) => d.startsWith(code === 'wx_bar' ? '1' : '2') && d.endsWith('00'));
    await page.locator('#auth-code').fill(digits);
    await page.locator('#take').click();
    await page.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/);
    await paidByItself(page);
  },
};

describe('each code, from the shop to paid', { concurrency: 2 }, () => {
  for (const [code, kind] of Object.entries(KINDS)) {
    test(code, async () => {
      const context = await reader(browser, { viewport: PHONE, dark: code.startsWith('wx') });
      try {
        const { shop, page } = await ordered(context, code, code === 'alipay_pc' || code === 'wx_pub' ? `offer-${code}` : '');
        await PAYS[kind](context, page, code);
        await paidByItself(shop);
        await shop.getByText('Paid', { exact: true }).waitFor();
        context.noTrouble();
      } finally { await context.close(); }
    });
  }
});

describe('the payer does not pay, then does', { concurrency: 2 }, () => {
  for (const [code, outcomes] of [['alipay_wap', ['wrong-password', 'no-money', 'cancel']], ['wx_wap', ['password', 'balance']]]) {
    test(code, async () => {
      const context = await reader(browser, { viewport: PHONE });
      try {
        const { shop, page } = await ordered(context, code);
        await page.waitForURL(/\/cashier\//);
        for (const outcome of outcomes) {
          const [url, html] = [page.url(), await page.content()];
          await press(page, outcome);
          await page.waitForLoadState();
          assert.notEqual(await page.content(), html);
          await look(page, `${code}-${outcome}`);
          await page.goto(url);
        }
        assert.equal(await shop.locator('[data-status=PENDING_PAY]').count(), 1);
        await press(page, 'coupon');
        await paidByItself(shop);
        context.noTrouble();
      } finally { await context.close(); }
    });
  }
});

test('a bar code whose owner types the password first: the order waits, and is found paid', async () => {
  const context = await reader(browser, { viewport: PHONE });
  const { shop, page } = await ordered(context, 'wx_bar');
  await page.locator('#auth-code').fill('130000000000000003');
  await page.locator('#take').click();
  await page.waitForURL(/\/shop\/orders\/[0-9a-f]{32}$/);
  assert.equal(await page.locator('[data-status=PENDING_PAY]').count(), 1);
  await paidByItself(shop);
  await context.close();
});

test('another way after the first one was left: the second one is paid', async () => {
  const context = await reader(browser, { viewport: PHONE });
  const { shop, page } = await ordered(context, 'wx_native');
  await page.waitForURL(/\/code$/);
  await shop.locator('[data-payment=OPEN]').waitFor(); // shown anew, and the ways are still open
  const [other] = await Promise.all([context.waitForEvent('page'), shop.locator('button[value=alipay_wap]').click()]);
  await other.waitForURL(/\/cashier\/alipay/);
  await press(other, 'pay');
  await paidByItself(shop);
  await context.close();
});

test('the page of trades: what was signed, sent and answered', async () => {
  const context = await reader(browser, { viewport: PHONE });
  const { page } = await ordered(context, 'alipay_wap');
  await page.waitForURL(/\/cashier\//);
  await press(page, 'pay');
  const { SHROFF_SANDBOX_URL } = readEnvFile(join(stack.state, 'sandbox.env'));
  const trades = await context.newPage();
  await trades.goto(`${SHROFF_SANDBOX_URL}/`);
  await look(trades, 'trades');
  await trades.getByRole('link').first().click();
  await trades.getByText('the text that was signed').first().waitFor();
  await look(trades, 'trade');
  context.noTrouble();
  await context.close();
});
