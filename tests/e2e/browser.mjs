// Debian's Chromium through playwright-core: one browser a file, a context for each kind of reader,
// and what must hold of every page that was shown.
import assert from 'node:assert/strict';
import { after } from 'node:test';
import { cpSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import jsQR from 'jsqr';
import { chromium } from 'playwright-core';
import { isRoot } from '../lib/db.mjs';
import { ROOT } from '../lib/env.mjs';

const ARGS = ['--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', ...(isRoot ? ['--no-sandbox'] : [])];

export const DESKTOP = { width: 1280, height: 800 };
export const PHONE = { width: 390, height: 844 };

export async function openBrowser() {
  const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ARGS });
  after(() => browser.close());
  return browser;
}

// A context whose pages keep what went wrong in them: console errors, exceptions, refusals by CSP.
export async function reader(browser, { viewport = DESKTOP, dark = false, lang = 'en-US', js = true } = {}) {
  const context = await browser.newContext({
    viewport, locale: lang, colorScheme: dark ? 'dark' : 'light', javaScriptEnabled: js,
    ...(viewport === PHONE ? { isMobile: true, hasTouch: true, deviceScaleFactor: 2 } : {}),
  });
  const troubles = [];
  if (js) {
    await context.addInitScript(() => addEventListener('securitypolicyviolation',
      (e) => console.error(`CSP: ${e.violatedDirective} ${e.blockedURI}`)));
  }
  context.on('page', (page) => {
    page.on('console', (m) => { if (['error', 'warning'].includes(m.type())) troubles.push(`${page.url()}: ${m.text()}`); });
    page.on('pageerror', (e) => troubles.push(`${page.url()}: ${e.message}`));
  });
  context.setDefaultTimeout(8000);
  return Object.assign(context, { troubles, noTrouble: () => assert.deepEqual(troubles, []) });
}

// The picture under the state folder, and a copy that outlives a throwaway stack.
export async function shoot(stack, page, name) {
  const dir = join(stack.state, 'screenshots');
  const kept = join(ROOT, 'build/test/screenshots');
  mkdirSync(dir, { recursive: true });
  mkdirSync(kept, { recursive: true });
  const file = join(dir, `${name}.png`);
  await page.screenshot({ path: file, fullPage: true });
  cpSync(file, join(kept, `${name}.png`));
}

export async function noSideways(page, what) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  assert.ok(wide <= 0, `${what} is ${wide} px wider than the window`);
}

// WCAG's contrast of every text on the page with the nearest opaque background: 4.5, or 3 for large.
export async function readable(page, what) {
  const faint = await page.evaluate(() => {
    const canvas = Object.assign(document.createElement('canvas'), { width: 1, height: 1 });
    const paint = canvas.getContext('2d', { willReadFrequently: true });
    const rgba = (color) => {
      paint.clearRect(0, 0, 1, 1);
      paint.fillStyle = color;
      paint.fillRect(0, 0, 1, 1);
      return [...paint.getImageData(0, 0, 1, 1).data];
    };
    const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
      .map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
      .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
    const behind = (e) => {
      for (let at = e; at; at = at.parentElement) {
        const c = rgba(getComputedStyle(at).backgroundColor);
        if (c[3] === 255) return c;
      }
      return matchMedia('(prefers-color-scheme: dark)').matches ? [18, 18, 18] : [255, 255, 255];
    };
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const e = node.parentElement;
      if (!node.data.trim() || /^(STYLE|SCRIPT|NOSCRIPT)$/.test(e.tagName) || !e.checkVisibility()) continue;
      const style = getComputedStyle(e);
      const [a, b] = [light(rgba(style.color)), light(behind(e))];
      const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
      const large = parseFloat(style.fontSize) >= 24 || (parseFloat(style.fontSize) >= 18.66 && style.fontWeight >= 700);
      if (ratio < (large ? 3 : 4.5)) found.push(`${node.data.trim().slice(0, 30)}: ${ratio.toFixed(2)}`);
    }
    return found;
  });
  assert.deepEqual(faint, [], `${what}: text that is hard to read`);
}

// Names of what the Tab key reaches, in order, until it comes round.
export async function tabStops(page, most = 30) {
  const seen = [];
  for (let i = 0; i < most; i++) {
    await page.keyboard.press('Tab');
    const name = await page.evaluate(() => {
      const e = document.activeElement;
      if (!e || e === document.body) return null;
      const ring = getComputedStyle(e);
      return { tag: e.tagName, text: e.textContent.trim(), value: e.value ?? '', ring: ring.outlineStyle !== 'none' };
    });
    if (name === null || seen.some((s) => s.tag === name.tag && s.text === name.text && s.value === name.value)) break;
    seen.push(name);
  }
  return seen;
}

// What a phone's camera reads in an element, from its pixels.
export async function scan(browser, element) {
  const picture = (await element.screenshot()).toString('base64');
  const context = await browser.newContext();
  try {
    const page = await context.newPage();
    const { data, width, height } = await page.evaluate(async (url) => {
      const image = new Image();
      image.src = url;
      await image.decode();
      const canvas = Object.assign(document.createElement('canvas'), { width: image.width, height: image.height });
      const paint = canvas.getContext('2d');
      paint.drawImage(image, 0, 0);
      // As one text: a list of a million numbers takes half a minute.
      const bytes = paint.getImageData(0, 0, image.width, image.height).data;
      return { width: image.width, height: image.height, data: btoa(Array.from(bytes, (b) => String.fromCharCode(b)).join('')) };
    }, `data:image/png;base64,${picture}`);
    return (jsQR.default ?? jsQR)(new Uint8ClampedArray(Buffer.from(data, 'base64')), width, height)?.data;
  } finally { await context.close(); }
}
