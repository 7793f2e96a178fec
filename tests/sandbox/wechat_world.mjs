// A sandbox of its own, the SDK wechatpay-axios-plugin pointed at it, and a merchant that hears its notices.
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import plugin from 'wechatpay-axios-plugin';
import { startSandbox } from '../lib/sandbox.mjs';

export const { Wechatpay, Formatter, Rsa, Aes } = plugin;

// The notices that came, with their exact bytes. answer(notice) gives the status.
async function merchantStart() {
  const got = [];
  const merchant = { got, answer: () => 204 };
  const server = createServer((req, res) => {
    const chunks = [];
    req.on('data', (d) => chunks.push(d));
    req.on('end', () => {
      const notice = { path: req.url, headers: req.headers, body: Buffer.concat(chunks).toString(), at: Date.now() };
      got.push(notice);
      res.statusCode = merchant.answer(notice);
      res.end();
    });
  });
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  merchant.url = `http://127.0.0.1:${server.address().port}`;
  merchant.close = () => server.close();
  return merchant;
}

let count = 0;
export const newNo = (prefix = 'T') => `${prefix}${Date.now()}${++count}`;
export const wait = (ms) => new Promise((done) => setTimeout(done, ms));

export const SCALE = 200;
let shared;
// One for all files of a process.
export const worldStart = () => (shared ??= start());

async function start() {
  const env = await startSandbox({ SHROFF_SANDBOX_TIME_SCALE: String(SCALE) });
  const merchant = await merchantStart();
  const read = (name) => readFileSync(env[name]);
  const certs = {
    [env.WECHAT_PLATFORM_SERIAL]: read('WECHAT_PLATFORM_CERT_FILE'),
    [env.WECHAT_PUBKEY_ID]: read('WECHAT_PUBKEY_FILE'),
  };
  const sdk = new Wechatpay({
    baseURL: env.WECHAT_BASE, mchid: env.WECHAT_MCHID, serial: env.WECHAT_MCH_SERIAL,
    privateKey: read('WECHAT_MCH_PRIVATE_KEY_FILE'), certs,
  });
  const world = { env, merchant, certs, read, sdk, base: env.WECHAT_BASE };
  world.stop = () => { if (shared) { merchant.close(); env.stop(); } shared = undefined; };
  world.order = (more = {}) => ({
    appid: env.WECHAT_APPID, mchid: env.WECHAT_MCHID, description: '蓝水壶', out_trade_no: newNo(),
    notify_url: `${merchant.url}/pay`, amount: { total: 8800, currency: 'CNY' }, ...more,
  });
  world.native = (order) => sdk.v3.pay.transactions.native.post(order);
  world.query = (no) => sdk.v3.pay.transactions.outTradeNo._no_.get({ no, params: { mchid: env.WECHAT_MCHID } }).then((r) => r.data);
  world.cashier = (no, outcome, qr = '') => fetch(
    `${world.base}/cashier/wechat?out_trade_no=${encodeURIComponent(no)}&qr=${encodeURIComponent(qr)}`,
    outcome ? { method: 'POST', body: new URLSearchParams({ outcome }) } : {});
  world.control = (no, what) => fetch(`${world.base}/control/trades/${no}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(what) });
  world.paid = async (more) => {
    const order = world.order(more);
    await world.native(order);
    await world.cashier(order.out_trade_no, 'pay');
    return order;
  };
  // The notices about this number, opened; verified: by the SDK, with the key that the headers name.
  world.open = (notice) => {
    const h = notice.headers, body = JSON.parse(notice.body), key = certs[h['wechatpay-serial']];
    const verified = Boolean(key) && Rsa.verify(Formatter.response(h['wechatpay-timestamp'], h['wechatpay-nonce'], notice.body), h['wechatpay-signature'], key);
    let plain;
    try {
      const r = body.resource;
      plain = JSON.parse(Aes.AesGcm.decrypt(r.ciphertext, env.WECHAT_APIV3_KEY, r.nonce, r.associated_data ?? ''));
    } catch { /* a scenario's */ }
    return { ...notice, json: body, verified, plain };
  };
  world.notices = () => merchant.got.filter((n) => n.body.startsWith('{')).map(world.open);
  world.until = async (what, test, ms = 15_000) => {
    for (const end = Date.now() + ms; ;) {
      const found = await test();
      if (found) return found;
      if (Date.now() > end) throw new Error(`not within ${ms} ms: ${what}`);
      await wait(50);
    }
  };
  return world;
}

// What the SDK throws for an answer that is no success: { status, data, headers }.
export async function refused(promise) {
  try {
    const r = await promise;
    throw new Error(`it was answered ${r.status}: ${JSON.stringify(r.data)}`);
  } catch (e) {
    if (!e.response) throw e;
    return e.response;
  }
}
