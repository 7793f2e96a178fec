// Channels that answer late or never: nginx waits 10 s for a program, so all calls of one request together end before.
import { after, test } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readEnvFile } from '../lib/env.mjs';
import { startStack, stopStack } from '../lib/stack.mjs';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { createOpen, expectOk, post, query } from '../lib/client.mjs';
import { sleep } from '../lib/wait.mjs';

const OPEN = ['alipay_pc', 'alipay_wap', 'alipay_app']; // opening these makes no call
const stack = await startStack({ SHROFF_WORKERS: '16' });
const env = readEnvFile(join(stack.state, 'sandbox.env'));
const read = (name) => readFileSync(env[name], 'utf8');

// The gateway: by its path. It refuses all at first, so that each next attempt is opened at once.
let hangs = false;
const calls = {};
const ANSWERS = {
  // The newest open attempt is asked first.
  '/late': async (res) => { await sleep(2300); res.writeHead(500).end(); },
  '/never': async () => {},
  '/certificate': async (res, n) => {
    if (n > 1) return; // the download of the certificate
    await sleep(4000);
    res.end(JSON.stringify({ alipay_trade_pay_response: { code: '10000', msg: 'Success' }, alipay_cert_sn: '0123456789abcdef'.repeat(2), sign: 'x' }));
  },
};
const gateway = createServer((req, res) => {
  if (!hangs) { res.writeHead(500).end(); return; }
  calls[req.url] = (calls[req.url] ?? 0) + 1;
  ANSWERS[req.url](res, calls[req.url]);
});
await new Promise((done) => { gateway.listen(0, '127.0.0.1', done); });
after(() => { gateway.closeAllConnections(); gateway.close(); stopStack(stack); });

async function channel(app, code, at) {
  const config = {
    app_id: env.ALIPAY_APP_ID, seller_id: env.ALIPAY_SELLER_ID, gateway: at.startsWith('/') ? `http://127.0.0.1:${gateway.address().port}${at}` : at,
    app_cert: read('ALIPAY_APP_CERT_FILE'), alipay_cert: read('ALIPAY_PUBLIC_CERT_FILE'), alipay_root_cert: read('ALIPAY_ROOT_CERT_FILE'),
  };
  await withFile(JSON.stringify(config), (c) => withFile(JSON.stringify({ private_key: read('ALIPAY_APP_PRIVATE_KEY_FILE') }), (s) =>
    ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, '--reason', 'test'])));
}

const apps = [];
for (const qr of ['/never', env.ALIPAY_GATEWAY]) {
  const app = await newApp(stack);
  for (const code of OPEN) await channel(app, code, code === OPEN.at(-1) ? '/late' : '/never');
  await channel(app, 'alipay_qr', qr);
  await channel(app, 'alipay_bar', '/certificate');
  apps.push(app);
}

async function opened(app) {
  const order = await createOpen(stack, app, { channel: undefined });
  for (const code of OPEN) expectOk(await post(stack, app, '/api/pay/submit', { order_no: order.order_no, channel: code }), 201);
  return order;
}
const submit = async (app, order, channel_, more = {}) => {
  const at = Date.now();
  const res = await post(stack, app, '/api/pay/submit', { order_no: order.order_no, channel: channel_, ...more });
  return { res, ms: Date.now() - at };
};

test('three open attempts and a new one, at channels that do not answer: the answer comes before nginx gives up', async (t) => {
  const [hung, other] = await Promise.all(apps.map(opened)), bar = await createOpen(stack, apps[0], { channel: undefined });
  hangs = true;
  const [a, b, c] = await Promise.all([
    submit(apps[0], hung, 'alipay_qr'), submit(apps[1], other, 'alipay_qr'),
    submit(apps[0], bar, 'alipay_bar', { channel_extras: { auth_code: '281234567890123456' } }),
  ]);
  t.diagnostic(`${[a, b, c].map((x) => x.ms)} ms`);
  await t.test('a new attempt at a channel that hangs, too: 50201 with the order', async () => {
    assert.deepEqual([a.res.status, a.res.json.code, a.res.json.data?.order_no], [502, 50201, hung.order_no], a.res.text);
    assert.equal((await query(stack, apps[0], { order_no: hung.order_no })).attempts.length, 4);
  });
  await t.test('at a channel that answers: it is made, what others do not answer prevents nothing', () => {
    assert.deepEqual([b.res.status, b.res.json.data?.display_mode], [201, 'qr_code'], b.res.text);
  });
  await t.test('an answer that names a new certificate, whose download hangs: 50201 with the order', () => {
    assert.deepEqual([c.res.status, c.res.json.code, c.res.json.data?.order_no], [502, 50201, bar.order_no], c.res.text);
    assert.equal(calls['/certificate'], 2);
  });
});
