// The demo shop by itself: a throwaway MariaDB, nginx in front, and a played Shroff that checks
// signatures and answers what each case wants.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import net from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const shop = resolve(root, process.env.SHROFF_BUILD || 'build', 'examples/shop');
const APP_SECRET = 'the-shop-secret-6';
const WEBHOOK_KEY = Buffer.from('shop-test-key-32-bytes-long-12345');
const dir = mkdtempSync(join(tmpdir(), 'shop-'));
const OFFERED = ['wx_native', 'wx_pub', 'wx_bar'];
const running = [];
let base, shroff, db;

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const freePort = () => new Promise((done) => {
  const probe = net.createServer().listen(0, '127.0.0.1', () => {
    const { port } = probe.address();
    probe.close(() => done(port));
  });
});
async function until(what, look, ms = 20000) {
  for (const end = Date.now() + ms; Date.now() < end; await sleep(50)) if (await look()) return;
  throw new Error(`${what} did not happen`);
}
function start(name, program, args, env = {}) {
  const child = spawn(program, args, { env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'ignore', 'pipe'] });
  child.log = '';
  child.stderr.on('data', (piece) => { child.log += piece; });
  child.name = name;
  running.push(child);
  return child;
}
const sql = (text) => execFileSync('mariadb', ['--no-defaults', `--socket=${db}`, '-N', '-B', '-uroot', '-e', text],
  { stdio: ['ignore', 'pipe', 'ignore'] }).toString().trim();

// ---- the played Shroff ----
async function playShroff() {
  const play = { seen: [], answers: [], bad: 0 };
  const server = createServer(async (request, response) => {
    let body = '';
    for await (const piece of request) body += piece;
    const auth = Object.fromEntries([...(request.headers.authorization ?? '')
      .matchAll(/(\w+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));
    const text = `${request.method}\n${request.url}\n${auth.timestamp}\n${auth.nonce}\n${body}\n`;
    if (createHmac('sha256', APP_SECRET).update(text).digest('hex') !== auth.signature) play.bad += 1;
    play.seen.push({ method: request.method, url: request.url, body: body && JSON.parse(body), nonce: auth.nonce });
    const [status, answer, headers] = (play.answers.shift() ?? (() => [500, {}]))(body && JSON.parse(body));
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await until('the played Shroff', () => server.listening);
  play.url = `http://127.0.0.1:${server.address().port}`;
  play.close = () => server.close();
  return play;
}
const opened = (extra = {}) => (body) => [201, { code: 0, msg: 'success', data: {
  order_no: '01JSHOPTEST000000000000001', merchant_order_id: body.merchant_order_id, price: body.price,
  currency: body.currency, status: 'WAITING', pay_url: `${base}/mockpay?pay_id=1&token=2`, ...extra } }];
const refused = (status, code) => () => [status, { code, msg: 'no', request_id: 'r' }];

// ---- what the tests do ----
const form = (path, body = '', headers = {}) => fetch(base + path, { method: 'POST', body, redirect: 'manual',
  headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers } });
async function buy(product = 'tea') {
  // What earlier tests left open is not asked about any more: answers are for this test's own order.
  sql("UPDATE shop.payments SET ask_time = NULL");
  const answer = await form('/shop/orders', `product=${product}`);
  assert.equal(answer.status, 303);
  return answer.headers.get('location').split('/').pop();
}
const stateOf = async (id) => (await fetch(`${base}/shop/orders/${id}/state`)).json();
const state = async (id) => (await stateOf(id)).status;
const page = async (id) => (await fetch(`${base}/shop/orders/${id}`)).text();
const tokenIn = (html, around) => new RegExp(`name="token" value="([0-9a-f]{32})"[^]{0,60}${around}`).exec(html)[1];
let notices = 0;
function notify(order, { id = `01NOTICE${(notices += 1)}`, at = Math.floor(Date.now() / 1000), key = WEBHOOK_KEY,
  type = 'order.success', prefix = '', path = '/shop/notify', body } = {}) {
  const text = body ?? JSON.stringify({ type, timestamp: '2026-01-01T00:00:00.000Z', data: {
    order_no: '01JSHOPTEST000000000000001', price: 8800, currency: 'CNY', status: 'SUCCESS', version: 2, ...order } });
  const signature = createHmac('sha256', key).update(`${id}.${at}.${text}`).digest('base64');
  return fetch(base + path, { method: 'POST', body: text, headers: { 'content-type': 'application/json',
    'webhook-id': id, 'webhook-timestamp': String(at), 'webhook-signature': `${prefix}v1,${signature}` } });
}

before(async () => {
  assert.ok(existsSync(shop), `${shop} is not there: make it first`);
  const user = userInfo().username;
  for (const folder of ['run', 'secrets', 'temp']) mkdirSync(join(dir, folder));
  db = join(dir, 'run/mariadb.sock');
  execFileSync('mariadb-install-db', ['--no-defaults', `--datadir=${dir}/mysql`, `--user=${user}`,
    '--auth-root-authentication-method=normal', '--skip-test-db', '--force'], { stdio: 'ignore' });
  start('mariadbd', existsSync('/usr/sbin/mariadbd') ? '/usr/sbin/mariadbd' : 'mariadbd', ['--no-defaults',
    `--datadir=${dir}/mysql`, `--socket=${db}`, '--skip-networking', `--user=${user}`,
    '--innodb-buffer-pool-size=16M', '--innodb-log-file-size=8M', `--pid-file=${dir}/run/mariadb.pid`]);
  await until('MariaDB', () => { try { return sql('SELECT 1') === '1'; } catch { return false; } });
  sql(`CREATE DATABASE shop; CREATE USER shroff_shop@localhost IDENTIFIED BY 'pw';
       GRANT SELECT, INSERT, UPDATE, CREATE ON shop.* TO shroff_shop@localhost`);
  writeFileSync(join(dir, 'secrets/shop.password'), 'pw\n');
  writeFileSync(join(dir, 'secrets/shop_app_secret'), `${APP_SECRET}\n`);
  writeFileSync(join(dir, 'secrets/shop_webhook_secret'), `whsec_${WEBHOOK_KEY.toString('base64')}\n`);

  const port = await freePort();
  base = `http://127.0.0.1:${port}`;
  shroff = await playShroff();
  writeFileSync(join(dir, 'nginx.conf'), `daemon off; pid ${dir}/run/nginx.pid; error_log stderr;
${process.getuid() === 0 ? 'user root;' : ''}
events {} http { access_log off; client_max_body_size 64k;
${['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${dir}/temp;`).join(' ')}
server { listen 127.0.0.1:${port}; location /shop { fastcgi_pass unix:${dir}/run/shop.sock;
${'REQUEST_METHOD REQUEST_URI QUERY_STRING CONTENT_TYPE CONTENT_LENGTH REMOTE_ADDR'.split(' ')
    .map((n) => `fastcgi_param ${n} $${n.toLowerCase()};`).join(' ')} } } }\n`);
  start('shop', shop, [], { SHROFF_STATE: dir, SHROFF_LISTEN: `${dir}/run/shop.sock`, SHROFF_BASE_URL: base,
    SHROFF_API_URL: shroff.url, SHOP_APP_KEY: 'shop-key', SHOP_CHANNELS: OFFERED.join(' '), SHOP_OPENID: 'o-1', SHOP_SANDBOX_URL: 'http://sandbox.test', ASAN_OPTIONS: 'detect_leaks=1' });
  start('nginx', '/usr/sbin/nginx', ['-c', `${dir}/nginx.conf`, '-p', dir, '-e', 'stderr']);
  await until('the shop', async () => (await fetch(`${base}/shop/`).catch(() => ({}))).status === 200);
}, { timeout: 60000 });

after(async () => {
  shroff?.close();
  for (const child of running.reverse()) {
    const ended = new Promise((done) => child.once('exit', done));
    if (child.exitCode === null && child.signalCode === null && child.kill('SIGTERM')) await ended;
  }
  rmSync(dir, { recursive: true, force: true });
});

test('pages speak the language of the reader, and forbid inline code', async () => {
  const page = await fetch(`${base}/shop/`, { headers: { 'accept-language': 'fr;q=0.9, zh-CN;q=0.8, en' } });
  assert.match(await page.text(), /购买[^]*1,288\.00/);
  const policy = page.headers.get('content-security-policy');
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.doesNotMatch(policy, /unsafe/);
  assert.match(await (await fetch(`${base}/shop/`, { headers: { 'accept-language': 'en-GB' } })).text(), />Buy</);
  assert.match((await fetch(`${base}/shop/shop.css`)).headers.get('content-type'), /^text\/css/);
  assert.match((await fetch(`${base}/shop/shop.js`)).headers.get('content-type'), /^text\/javascript/);
});

test('buy, pay, be notified, be paid', async () => {
  const id = await buy();
  assert.match(id, /^[0-9a-f]{32}$/);
  const page = await (await fetch(`${base}/shop/orders/${id}`)).text();
  assert.match(page, /88\.00/);
  assert.match(page, /target="_blank"/);
  assert.match(page, /<noscript><meta http-equiv="refresh"/);
  assert.equal(await state(id), 'PENDING_PAY');

  shroff.answers.push(opened(), opened());
  for (let press = 0; press < 2; press += 1) {
    const answer = await form(`/shop/orders/${id}/pay`);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), `${base}/mockpay?pay_id=1&token=2`);
  }
  const [first, second] = shroff.seen.slice(-2);
  assert.deepEqual(first.body, { merchant_order_id: id, price: 8800, currency: 'CNY',
    subject: 'Longjing tea, 100 g', channel: 'mock', user_ip: '127.0.0.1', notify_url: `${base}/shop/notify`,
    return_url: `${base}/shop/orders/${id}` });
  assert.deepEqual(second.body, first.body);
  assert.notEqual(second.nonce, first.nonce);

  const told = await notify({ merchant_order_id: id }, { path: '/shop/notify/12' });
  assert.equal(told.status, 200);
  assert.equal(await told.text(), 'SUCCESS');
  assert.equal(await state(id), 'PAID');
  assert.match(await (await fetch(`${base}/shop/orders/${id}`)).text(), />Paid</);
  const again = await form(`/shop/orders/${id}/pay`);
  assert.equal(again.headers.get('location'), `/shop/orders/${id}`, 'a paid order is not paid again');
  assert.equal(shroff.bad, 0, 'every signature was right');
});

test('pressing Buy twice makes one order, without JavaScript', async () => {
  const shelf = await (await fetch(`${base}/shop/`)).text();
  const token = tokenIn(shelf, 'value="tea"');
  assert.notEqual(token, [...shelf.matchAll(/name="token" value="(\w+)"/g)][1][1], 'each form has its own');
  const before = sql('SELECT COUNT(*) FROM shop.orders');
  const all = await Promise.all(Array.from({ length: 5 }, () => form('/shop/orders', `token=${token}&product=tea`)));
  for (const answer of all) {
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.get('location'), `/shop/orders/${token}`);
  }
  assert.equal(Number(sql('SELECT COUNT(*) FROM shop.orders')) - Number(before), 1);
  const next = tokenIn(await (await fetch(`${base}/shop/`)).text(), 'value="tea"');
  assert.notEqual(next, token, 'the shelf seen again sells once more');
  for (const odd of ['token=', 'token=x', `token=${'A'.repeat(32)}`, `token=${"'".repeat(32)}`]) {
    assert.match((await form('/shop/orders', `${odd}&product=tea`)).headers.get('location'), /^\/shop\/orders\/[0-9a-f]{32}$/);
  }
});

test('a slash at the end of an address does not matter', async () => {
  const id = await buy();
  assert.match(await (await fetch(`${base}/shop/orders/${id}/`)).text(), new RegExp(id));
  assert.equal((await (await fetch(`${base}/shop/orders/${id}/state/`)).json()).status, 'PENDING_PAY');
  assert.equal((await form('/shop/orders/', 'product=tea')).status, 303);
  shroff.answers.push(opened());
  assert.equal((await form(`/shop/orders/${id}/pay/`)).status, 303);
  assert.equal((await notify({ merchant_order_id: id }, { path: '/shop/notify/12/' })).status, 200);
  assert.equal(await state(id), 'PAID');
});

// ---- nothing was heard ----
const answered = (status, attempt, extra = {}) => () => [200, { code: 0, msg: 'success', data: { order_no: '01J', status,
  price: 8800, currency: 'CNY', attempts: attempt ? [{ pay_id: '01A', status: attempt }] : [], ...extra } }];
// Sends a payer to pay, and lets the shop's first question be due.
async function leave(...answers) {
  const id = await buy();
  shroff.answers = [opened(), ...answers];
  assert.equal((await form(`/shop/orders/${id}/pay`)).status, 303);
  assert.equal((await stateOf(id)).payment, 'OPEN');
  ask(id);
  return id;
}
const ask = (id) => sql(`UPDATE shop.payments SET ask_time = UTC_TIMESTAMP(3) WHERE order_id = '${id}'`);
const payment = (id, word) => until(`${word} of ${id}`, async () => (await stateOf(id)).payment === word);
const asked = (n) => shroff.seen.slice(-n).map((s) => `${s.method} ${s.url.split('?')[0]}`);

test('paid, no notification: the shop asks Shroff, and the channel through it, and finds the money', async () => {
  const id = await leave(answered('SUCCESS', 'SUCCESS'));
  await payment(id, 'FOUND');
  assert.equal(await state(id), 'PAID');
  assert.equal(shroff.seen.at(-1).url, `/api/pay/query?merchant_order_id=${id}&sync=1`);
  assert.match(await page(id), /No notification had come, so the shop asked/);
  assert.equal(await (await notify({ merchant_order_id: id })).text(), 'SUCCESS', 'told after all');
  assert.equal((await stateOf(id)).payment, 'FOUND');
});

test('not paid yet: asked again later and later, sooner while a page is open, and the page says so', async () => {
  const id = await leave(answered('WAITING', 'WAITING'));
  const row = (what) => sql(`SELECT ${what} FROM shop.payments WHERE order_id = '${id}'`);
  const gap = () => Number(row('ROUND(TIMESTAMPDIFF(MICROSECOND, UTC_TIMESTAMP(3), ask_time) / 1e6)'));
  const question = (n) => until(`question ${n}`, () => shroff.answers.length === 0 && Number(row('asks')) === n);
  const gaps = [];
  for (let i = 1; i <= 6; i += 1) {
    await question(i);
    gaps.push(gap());
    shroff.answers = [answered('WAITING', 'WAITING')];
    ask(id);
  }
  [20, 40, 80, 160, 300, 300].forEach((want, i) => assert.ok(Math.abs(gaps[i] - want) <= 2, `${gaps}`));
  await question(7);
  await until('the answer on record', () => row('state') === 'UNHEARD');
  assert.match(await page(id), /do not pay again/);
  assert.ok(gap() <= 10, `${gap()} s while the page is open`);
  shroff.answers = [() => [429, { code: 42900, msg: 'rate' }], refused(503, 50301)];
  ask(id);
  await question(8);
  assert.deepEqual(await stateOf(id), { status: 'PENDING_PAY', payment: 'UNHEARD', refund: 'NONE' }, 'neither paid nor over');
});

test('the payment failed: said, and Pay makes another try', async () => {
  const id = await leave(answered('WAITING', 'CLOSED'));
  await payment(id, 'FAILED');
  assert.deepEqual(asked(1), ['GET /api/pay/query'], 'no attempt is made that nobody asked for');
  assert.match(await page(id), /did not go through[^]*id="pay"/);
  shroff.answers = [opened()];
  assert.equal((await form(`/shop/orders/${id}/pay`)).status, 303);
  assert.equal((await stateOf(id)).payment, 'OPEN');

  sql(`UPDATE shop.payments SET expire_time = UTC_TIMESTAMP(3) WHERE order_id = '${id}'`);
  shroff.answers = [answered('WAITING', 'CLOSED')];
  ask(id);
  await until('the end of the questions', () => sql(`SELECT state, ask_time FROM shop.payments WHERE order_id = '${id}'`) === 'OVER\tNULL');
});

test('past its end: no Pay, "order again" once, and money that comes after all is taken', async () => {
  const id = await leave(answered('WAITING', 'WAITING', { expire_time: '2026-01-01T02:00:00.000Z' }));
  await payment(id, 'OVER');
  const shown = await page(id);
  assert.doesNotMatch(shown, /id="pay"/);
  assert.match(shown, /can no longer be paid/);
  const token = tokenIn(shown, `value="${id}"`);
  for (let press = 0; press < 2; press += 1) {
    const again = await form('/shop/orders', `token=${token}&order=${id}`);
    assert.equal(again.headers.get('location'), `/shop/orders/${token}`);
  }
  assert.equal(sql(`SELECT CONCAT_WS('/', subject, price, currency, status) FROM shop.orders WHERE id = '${token}'`),
    'Longjing tea, 100 g/8800/CNY/PENDING_PAY');
  assert.equal((await stateOf(token)).payment, 'NONE');
  await notify({ merchant_order_id: id });
  assert.equal(await state(id), 'PAID');

  // By the clock alone, before anybody asked; Pay in a window left open offers the same way on.
  const old = await buy();
  shroff.answers = [opened({ expire_time: '2026-01-01T02:00:00.000Z' }), opened({ pay_url: undefined }),
    refused(409, 40903)];
  await form(`/shop/orders/${old}/pay`);
  assert.equal((await stateOf(old)).payment, 'OVER');
  assert.doesNotMatch(await page(old), /id="pay"/);
  const late = await form(`/shop/orders/${old}/pay`);
  assert.equal(late.status, 409);
  assert.match(await late.text(), />Order again</);
});

test('refused by the channel: said with its code, and no question is asked', async () => {
  const id = await buy();
  shroff.answers = [refused(502, 50200)];
  const answer = await form(`/shop/orders/${id}/pay`);
  assert.equal(answer.status, 502);
  assert.deepEqual(await stateOf(id), { status: 'PENDING_PAY', payment: 'REFUSED', refund: 'NONE' });
  assert.match(await page(id), /could not be started[^]*id="pay"[^]*Shroff: 50200/);
  assert.equal(sql(`SELECT ask_time IS NULL FROM shop.payments WHERE order_id = '${id}'`), '1');
});

test('Retry-After makes the shop wait, but no longer than a payer waits for a page', async () => {
  const id = await buy();
  const slow = (seconds) => () => [429, { code: 42900, msg: 'rate' }, { 'retry-after': String(seconds) }];
  shroff.answers = [slow(1), opened()];
  const began = Date.now();
  assert.equal((await form(`/shop/orders/${id}/pay`)).status, 303);
  assert.ok(Date.now() - began >= 950);
  shroff.answers = [slow(60)];
  assert.equal((await form(`/shop/orders/${id}/pay`)).status, 503, 'not a minute: the reader may press again');
});

test('a notification that is repeated is taken once', async () => {
  const id = await buy();
  const all = await Promise.all(Array.from({ length: 30 }, (_, i) =>
    notify({ merchant_order_id: id }, { id: `01REPEAT${i % 3}` })));
  for (const answer of all) assert.equal(await answer.text(), 'SUCCESS');
  assert.equal(await state(id), 'PAID');
  assert.equal(sql(`SELECT COUNT(*) FROM shop.notices WHERE order_id = '${id}'`), '1');
});

test('a bad signature changes nothing', async () => {
  const id = await buy();
  const order = { merchant_order_id: id };
  const now = Math.floor(Date.now() / 1000);
  const cases = {
    'another key': () => notify(order, { key: Buffer.from('another key, also long enough!!!') }),
    'too old': () => notify(order, { at: now - 310 }),
    'from the future': () => notify(order, { at: now + 310 }),
    'no timestamp': () => notify(order, { at: '' }),
    'not a number': () => notify(order, { at: '1e9' }),
    'no headers': () => fetch(`${base}/shop/notify`, { method: 'POST', body: '{}' }),
    'other body': async () => fetch(`${base}/shop/notify`, { method: 'POST', body: '{}', headers: {
      'webhook-id': 'x', 'webhook-timestamp': String(now), 'webhook-signature': 'v1,AAAA v1, v1' } }),
  };
  for (const [name, send] of Object.entries(cases)) assert.equal((await send()).status, 401, name);
  assert.equal(await state(id), 'PENDING_PAY');
});

test('several signatures, and unknown versions in front', async () => {
  const id = await buy();
  const other = createHmac('sha256', 'x').update('y').digest('base64');
  const answer = await notify({ merchant_order_id: id }, { prefix: `v1a,abc v1,${other} ` });
  assert.equal(answer.status, 200);
  assert.equal(await state(id), 'PAID');
});

test('other terms are not paid, and not acknowledged', async () => {
  const id = await buy();
  for (const terms of [{ price: 8799 }, { price: 8801 }, { currency: 'USD' }, { price: '8800' }, { price: null }]) {
    const answer = await notify({ merchant_order_id: id, ...terms });
    assert.equal(answer.status, 409);
    assert.notEqual((await answer.text()).trim(), 'SUCCESS');
  }
  assert.equal(await state(id), 'PENDING_PAY');
  assert.equal(sql(`SELECT COUNT(*) FROM shop.notices WHERE order_id = '${id}'`), '0');
});

test('what is not for the shop is acknowledged; what cannot be read is not', async () => {
  for (const merchant_order_id of ['SOMEBODY-ELSE', 'x'.repeat(64)]) {
    const answer = await notify({ merchant_order_id });
    assert.equal(answer.status, 200);
    assert.equal(await answer.text(), 'SUCCESS');
  }
  assert.equal(await (await notify({}, { type: 'order.closed' })).text(), 'SUCCESS');
  for (const body of ['', '[]', '{"type":"order.success"}', '\u0000', '"x"', `{"a":${'['.repeat(500)}`]) {
    assert.equal((await notify({}, { body })).status, 400, JSON.stringify(body).slice(0, 40));
  }
});

// ---- other ways to pay
test('the other ways are offered, each with what its channel needs; the usual one is unchanged', async () => {
  const id = await buy();
  const shown = await page(id);
  for (const channel of OFFERED) assert.match(shown, new RegExp(`<button name="channel" value="${channel}">`));
  assert.doesNotMatch(shown, /value="alipay_pc"/, 'not in SHOP_CHANNELS');
  for (const channel of ['alipay_pc', 'nosuch']) assert.equal((await form(`/shop/orders/${id}/pay`, `channel=${channel}`)).status, 400);
  const sent = shroff.seen.length;
  const till = await form(`/shop/orders/${id}/pay`, 'channel=wx_bar');
  assert.match(await till.text(), /name="auth_code"[^]*\/cashier\/codes"/);
  assert.equal(shroff.seen.length, sent, 'nothing is asked for before the payer\'s code is there');
  const asks = async (body, data, want) => {
    const order = await buy();
    shroff.answers = [opened({ pay_url: undefined, pay_id: '01P', ...data })];
    const answer = await form(`/shop/orders/${order}/pay`, body);
    assert.deepEqual([shroff.seen.at(-1).body.channel, shroff.seen.at(-1).body.channel_extras], want);
    return [order, answer.headers.get('location')];
  };
  let [order, where] = await asks('channel=wx_bar&auth_code=130000000000000003', { channel: 'wx_bar', display_mode: 'bar_code' }, ['wx_bar', { auth_code: '130000000000000003' }]);
  assert.equal(where, `/shop/orders/${order}`, 'the order waits for the password');
  const native = { channel: 'wx_native', display_mode: 'qr_code', display_content: 'weixin://wxpay/x?a=1&b=2' };
  [order, where] = await asks('channel=wx_native', native, ['wx_native', undefined]);
  assert.equal(where, `/shop/orders/${order}/code`);
  shroff.answers = [opened({ merchant_order_id: order, pay_url: undefined, pay_id: '01P', ...native })];
  const code = await (await fetch(base + where)).text();
  assert.match(code, /<svg class="qr"[^]*href="http:\/\/sandbox\.test\/cashier\/wechat\?qr=weixin%3A%2F%2Fwxpay%2Fx%3Fa%3D1%26b%3D2"/);
  [order, where] = await asks('channel=wx_pub', { channel: 'wx_pub', display_mode: 'app', display_content: '{"package":"<x>"}' }, ['wx_pub', { openid: 'o-1' }]);
  assert.equal(where, `/shop/orders/${order}/code`);
  shroff.answers = [opened({ merchant_order_id: order, pay_url: undefined, pay_id: '01P', channel: 'wx_pub', display_mode: 'app', display_content: '{"package":"<x>"}' })];
  assert.match(await (await fetch(base + where)).text(), /<pre>\{&quot;package&quot;:&quot;&lt;x&gt;&quot;\}<\/pre>[^]*cashier\/wechat\?out_trade_no=01P"/);
});

test('another way than the open one: submitted to it', async () => {
  const id = await buy();
  shroff.answers = [opened({ channel: 'mock' })];
  await form(`/shop/orders/${id}/pay`);
  shroff.answers = [opened({ channel: 'mock' }), opened({ channel: 'wx_native', pay_url: undefined, display_mode: 'qr_code', display_content: 'weixin://x' })];
  assert.equal((await form(`/shop/orders/${id}/pay`, 'channel=wx_native')).headers.get('location'), `/shop/orders/${id}/code`);
  assert.deepEqual([shroff.seen.at(-1).url, shroff.seen.at(-1).body], ['/api/pay/submit', { merchant_order_id: id, channel: 'wx_native' }]);
});

test('each answer of Shroff leads somewhere sensible', async () => {
  const pay = async (...answers) => {
    const id = await buy();
    shroff.answers = answers.map((answer) => (typeof answer === 'function' ? answer : refused(...answer)));
    return [id, await form(`/shop/orders/${id}/pay`)];
  };
  const paid = (body) => opened({ status: 'SUCCESS', pay_url: undefined })(body);
  const asked = (terms) => () => [200, { code: 0, msg: 'success', data: { order_no: '01J', status: 'SUCCESS',
    price: 8800, currency: 'CNY', ...terms } }];

  let [id, answer] = await pay([409, 40901], asked({}));
  assert.equal(answer.headers.get('location'), `/shop/orders/${id}`);
  assert.equal(await state(id), 'PAID');
  assert.equal(shroff.seen.at(-1).url, `/api/pay/query?merchant_order_id=${id}`);

  [id, answer] = await pay(paid);
  assert.equal(await state(id), 'PAID', 'create says it is paid already');
  [id] = await pay([409, 40901], asked({ price: 1 }));
  assert.equal(await state(id), 'PENDING_PAY', 'other terms are not believed');

  for (const [code, status] of [[40903, 409], [40902, 409], [40303, 502], [50000, 502]]) {
    [id, answer] = await pay([409, code]);
    assert.equal(answer.status, status, String(code));
    assert.equal(await state(id), 'PENDING_PAY');
  }
  [id, answer] = await pay([503, 50301], opened());
  assert.equal(answer.status, 303, 'sent again by itself, once');
  assert.notEqual(shroff.seen.at(-1).nonce, shroff.seen.at(-2).nonce);
  [id, answer] = await pay([503, 50300], [503, 50300]);
  assert.equal(answer.status, 503);
  assert.match(await answer.text(), /please try again[^]*<button/);
  const nowhere = opened({ pay_url: 'javascript:alert(1)' });
  [id, answer] = await pay(nowhere, nowhere);
  assert.equal(answer.status, 409, 'only http and https are followed');
  [id, answer] = await pay(opened({ pay_url: undefined }), opened());
  assert.equal(answer.status, 303, 'an order without a page to pay on is submitted');
  assert.equal(shroff.seen.at(-1).url, '/api/pay/submit');
  [id, answer] = await pay(opened({ pay_url: undefined }), [502, 50201]);
  assert.deepEqual([answer.status, (await stateOf(id)).payment], [502, 'UNHEARD'], 'unknown is not over');
});

test('forms from elsewhere are refused, odd requests answered', async () => {
  const id = await buy();
  assert.equal((await form(`/shop/orders/${id}/pay`, '', { origin: 'https://evil.example' })).status, 403);
  assert.equal((await form('/shop/orders', 'product=tea', { origin: 'null' })).status, 403);
  assert.equal((await form('/shop/orders', 'product=tea', { origin: base })).status, 303);
  assert.equal((await form('/shop/orders', 'product=gold')).status, 400);
  const wrong = await fetch(`${base}/shop/orders/${id}/pay`);
  assert.equal(wrong.status, 405);
  assert.equal(wrong.headers.get('allow'), 'POST');
  for (const path of ['/shop/nothing', `/shop/orders/${'0'.repeat(32)}`, `/shop/orders/${id}x`,
    "/shop/orders/'", '/shop/orders/%27', `/shop/orders/${'a'.repeat(65)}`]) {
    assert.equal((await fetch(base + path)).status, 404, path);
  }
  assert.equal((await fetch(`${base}/shop/${'a'.repeat(300)}`)).status, 414);
  assert.equal((await fetch(`${base}/shop/`, { method: 'HEAD' })).status, 200);
});

// ---- cancelling ----
test('cancelled: closed at Shroff by the order\'s own number; paid there it is paid here', async () => {
  const id = await buy();
  shroff.answers = [opened()];
  await form(`/shop/orders/${id}/pay`);
  assert.match(await page(id), /id="cancel"/);
  shroff.answers = [opened({ status: 'CLOSED', merchant_order_id: id, pay_url: undefined })];
  assert.equal((await form(`/shop/orders/${id}/cancel`)).status, 303);
  const { url, body } = shroff.seen.at(-1);
  assert.deepEqual([url, body], ['/api/pay/close', { merchant_order_id: id }]);
  assert.deepEqual(await stateOf(id), { status: 'PENDING_PAY', payment: 'OVER', refund: 'NONE' });
  assert.doesNotMatch(await page(id), /id="cancel"|id="pay"/);

  const paid = await buy();
  shroff.answers = [refused(409, 40901), () => [200, { code: 0, msg: 'success', data: { order_no: '01JSHOPTEST000000000000001',
    merchant_order_id: paid, price: 8800, currency: 'CNY', status: 'SUCCESS' } }]];
  assert.equal((await form(`/shop/orders/${paid}/cancel`)).status, 303);
  assert.deepEqual(await stateOf(paid), { status: 'PAID', payment: 'NONE', refund: 'NONE' });
});
test('cancelled before Pay, and without an answer', async () => {
  const id = await buy();
  shroff.answers = [refused(502, 50201)];
  assert.equal((await form(`/shop/orders/${id}/cancel`)).status, 503);
  assert.equal((await stateOf(id)).payment, 'NONE');
  shroff.answers = [refused(404, 40400)];
  assert.equal((await form(`/shop/orders/${id}/cancel`)).status, 303);
  assert.equal((await stateOf(id)).payment, 'OVER');
  assert.equal((await form(`/shop/orders/${id}/cancel`, '', { origin: 'https://evil.example' })).status, 403);
});

// ---- refunds ----
const refunded = (status, more = {}) => (body) => [201, { code: 0, msg: 'success', data: {
  refund_no: '01JSHOPREFUND0000000000001', merchant_refund_id: body.merchant_refund_id, order_no: '01JSHOPTEST000000000000001',
  refund_price: body.refund_price, currency: 'CNY', status, ...more } }];
async function paidInShop() {
  const id = await buy();
  assert.equal(await (await notify({ merchant_order_id: id })).text(), 'SUCCESS');
  assert.equal(await state(id), 'PAID');
  return id;
}
const refundState = async (id) => (await stateOf(id)).refund;
const tellRefund = (id, type, status, version) => notify({ merchant_order_id: id, merchant_refund_id: id, status, version, refund_price: 8800, price: undefined }, { type });

test('a refund: the button of a paid order, one request with the order\'s own number, and its state', async () => {
  const id = await paidInShop();
  assert.match(await page(id), /id="refund"/);
  shroff.answers = [refunded('SUCCESS')];
  const answer = await form(`/shop/orders/${id}/refund`);
  assert.equal(answer.status, 303);
  const { url, body } = shroff.seen.at(-1);
  assert.equal(url, '/api/pay/refund');
  assert.deepEqual(body, { merchant_order_id: id, merchant_refund_id: id, refund_price: 8800, reason: 'asked for on the order\'s page', notify_url: `${base}/shop/notify` });
  assert.equal(await refundState(id), 'SUCCESS');
  const html = await page(id);
  assert.match(html, /data-refund="SUCCESS"/);
  assert.doesNotMatch(html, /id="refund"|shop\.js/);
});
test('a refund that waits ends by a notification, whatever comes twice or out of order', async () => {
  const id = await paidInShop();
  shroff.answers = [refunded('WAITING')];
  await form(`/shop/orders/${id}/refund`);
  assert.equal(await refundState(id), 'WAITING');
  assert.match(await page(id), /shop\.js/);
  for (const [type, status, version, want] of [['refund.failure', 'FAILURE', 1, 'FAILURE'], ['refund.success', 'SUCCESS', 2, 'SUCCESS'],
    ['refund.failure', 'FAILURE', 1, 'SUCCESS'], ['refund.success', 'SUCCESS', 2, 'SUCCESS']]) {
    assert.equal(await (await tellRefund(id, type, status, version)).text(), 'SUCCESS');
    assert.equal(await refundState(id), want);
  }
  assert.equal(await state(id), 'PAID');
});
test('a refused refund says so and can be tried again; no answer leaves it waiting', async () => {
  const id = await paidInShop();
  shroff.answers = [() => [502, { code: 50200, msg: 'no', request_id: 'r', data: {} }]];
  await form(`/shop/orders/${id}/refund`);
  assert.equal(await refundState(id), 'FAILURE');
  shroff.answers = [() => [502, { code: 50201, msg: '?', request_id: 'r', data: {} }]];
  await form(`/shop/orders/${id}/refund`);
  assert.equal(await refundState(id), 'WAITING');
  shroff.answers = [refunded('SUCCESS')];
  await form(`/shop/orders/${id}/refund`);
  assert.equal(await refundState(id), 'SUCCESS');
});
test('money that Shroff gave back by itself is no refund of the shop\'s', async () => {
  const id = await paidInShop();
  shroff.answers = [refunded('WAITING')];
  await form(`/shop/orders/${id}/refund`);
  const own = { merchant_order_id: id, status: 'SUCCESS', version: 9, refund_price: 8800, price: undefined, cause: 'duplicate' };
  assert.equal((await notify(own, { type: 'refund.success' })).status, 200);
  assert.equal(await refundState(id), 'WAITING');
});
test('an order that is not paid, and a form of another site, refund nothing', async () => {
  const id = await buy();
  const before = shroff.seen.length;
  assert.equal((await form(`/shop/orders/${id}/refund`)).status, 303);
  const paid = await paidInShop();
  assert.equal((await form(`/shop/orders/${paid}/refund`, '', { origin: 'https://evil.example' })).status, 403);
  assert.equal(shroff.seen.length, before);
  assert.equal(await refundState(paid), 'NONE');
});

test('a killed worker is replaced, a lost connection reopened', async () => {
  const parent = running.find((child) => child.name === 'shop');
  const children = () => readFileSync(`/proc/${parent.pid}/task/${parent.pid}/children`, 'utf8').trim().split(' ');
  const [one] = children();
  process.kill(Number(one), 'SIGKILL');
  await until('a new worker', () => children().length === 3 && !children().includes(one));
  for (const line of sql("SELECT id FROM information_schema.processlist WHERE user = 'shroff_shop'").split('\n')) {
    if (line) sql(`KILL ${line}`);
  }
  for (let i = 0; i < 4; i += 1) await buy();
});

test('SIGTERM ends it cleanly, and its log holds no secret', async () => {
  const parent = running.find((child) => child.name === 'shop');
  const ended = new Promise((done) => parent.once('exit', (code) => done(code)));
  parent.kill('SIGTERM');
  assert.equal(await ended, 0, parent.log);
  assert.equal(existsSync(`${dir}/run/shop.sock`), false);
  assert.doesNotMatch(parent.log, /Sanitizer|runtime error/);
  for (const secret of [APP_SECRET, WEBHOOK_KEY.toString('base64'), 'pw"', 'whsec_', 'v1,']) {
    assert.equal(parent.log.includes(secret), false, secret);
  }
});

test('a secret with what an editor adds unseen is refused at the start, in words', () => {
  const secret = join(dir, 'odd_secret');
  for (const odd of [`"${APP_SECRET}"\n`, `${APP_SECRET} \n`, `\ufeff${APP_SECRET}\n`, '\n']) {
    writeFileSync(secret, odd);
    const r = spawnSync(shop, [], { encoding: 'utf8', env: { SHROFF_STATE: dir, SHROFF_LISTEN: join(dir, 'run/other.sock'), SHROFF_BASE_URL: base,
      SHOP_APP_KEY: 'shop-key', SHOP_APP_SECRET_FILE: secret }, timeout: 5000 });
    assert.equal(r.status, 78, r.stderr);
    assert.match(r.stderr, /SHOP_APP_SECRET_FILE names a file whose first line/);
  }
});
