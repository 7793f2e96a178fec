// A bar code's order is closed while its payer confirms: between Shroff's question and its cancel (Alipay) or reverse
// (WeChat Pay), which gives the money back. The notice of the payment then comes: the order is not told as paid.
import { test, describe, before, after } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:http';
import { ctlOk, newApp, withFile } from '../lib/ctl.mjs';
import { readerDb } from '../lib/db.mjs';
import { stopStack } from '../lib/stack.mjs';
import { expectOk, post, query } from '../lib/client.mjs';
import { until } from '../lib/wait.mjs';
import { CODES, env, order, stack, why } from './shroff_world.mjs';

const db = readerDb(stack);
let app, payId, between;

// What Shroff asks goes on to the sandbox. Before a cancel the payer confirms.
async function passes(req, res) {
  const body = Buffer.concat(await req.toArray());
  const text = `${req.url} ${body}`;
  if (/alipay\.trade\.cancel|\/reverse/.test(text)) {
    between.push('cancel');
    if (between.length === 1) {
      const paid = await fetch(`${env.WECHAT_BASE}/control/trades/${payId}`, { method: 'POST', body: JSON.stringify({ pay: true }) });
      assert.equal(paid.status, 200, await paid.text());
    }
  }
  const to = await fetch(new URL(req.url, env.WECHAT_BASE), {
    method: req.method, body: req.method === 'GET' ? undefined : body,
    headers: Object.fromEntries(Object.entries(req.headers).filter(([name]) => !['host', 'connection', 'content-length', 'expect'].includes(name))),
  });
  const answer = Buffer.from(await to.arrayBuffer());
  const headers = Object.fromEntries([...to.headers].filter(([name]) => !['connection', 'content-length', 'transfer-encoding', 'content-encoding'].includes(name)));
  res.writeHead(to.status, { ...headers, 'content-length': answer.length }).end(answer);
}
const heard = async (no) => {
  const rows = await db.rows('SELECT c.verdict FROM callback_log c JOIN pay_order_extension e ON e.id = c.extension_id WHERE e.no = ?', [no]);
  return rows.length > 0 && rows.map((r) => r.verdict);
};

const server = createServer((req, res) => passes(req, res).catch((error) => { between.push(error); res.destroy(); }));
before(async () => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done));
  const at = `http://127.0.0.1:${server.address().port}`;
  app = await newApp(stack);
  for (const code of ['alipay_bar', 'wx_bar']) {
    const { config, secrets } = CODES[code];
    const moved = config.gateway ? { ...config, gateway: at + new URL(config.gateway).pathname } : { ...config, base: at };
    await withFile(JSON.stringify(moved), (c) => withFile(JSON.stringify(secrets), (s) =>
      ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', code, '--config-file', c, '--secrets-file', s, ...why])));
  }
});
after(async () => { server.close(); await db.close(); stopStack(stack); });

describe('the payer confirms between the question and the cancel', () => {
  for (const code of ['alipay_bar', 'wx_bar']) {
    test(code, async () => {
      between = [];
      const o = expectOk(await post(stack, app, '/payments', order(code, { subject: 'kettle sandbox:bar-timeout' })), 201);
      assert.equal(o.status, 'WAITING');
      const [{ pay_id }] = (await query(stack, app, { order_no: o.order_no })).attempts;
      payId = pay_id;
      await until('closed', async () => (await post(stack, app, '/api/pay/close', { order_no: o.order_no })).json.data?.status === 'CLOSED', 20_000, 500);
      assert.deepEqual(between, ['cancel']);
      const told = code === 'alipay_bar'; // WeChat Pay sends no notices of bar codes
      if (told) await until('the notice came', () => heard(pay_id), 15_000, 200);
      assert.deepEqual([...new Set(await heard(pay_id) || [])], told ? ['DOUBTED'] : []);
      const row = () => db.row('SELECT e.status, e.cancel_time IS NOT NULL AS noted, e.next_sync_time IS NULL AS known, o.status AS ended FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE e.no = ?', [pay_id]);
      await until('the channel said what became of it', async () => {
        expectOk(await post(stack, app, '/sandbox/clock', { advance: 61 }), 200);
        return (await row()).known === 1;
      }, 20_000, 700);
      assert.deepEqual(await row(), { status: 20, noted: 1, known: 1, ended: 20 });
      assert.equal((await query(stack, app, { order_no: o.order_no })).status, 'CLOSED');
      assert.equal(await db.value("SELECT COUNT(*) FROM notify_task WHERE merchant_order_id = ? AND event = 'order.success'", [o.merchant_order_id]), 0);
      assert.equal(await db.value('SELECT COUNT(*) FROM pay_refund WHERE merchant_order_id = ?', [o.merchant_order_id]), 0);
      assert.equal(await db.value('SELECT COUNT(*) FROM pay_alert WHERE about IN (?)', [[o.order_no, pay_id]]), 0);
      const shown = await ctlOk(stack, ['order', 'show', o.order_no]);
      assert.equal(/DOUBTED/.test(shown.stdout), told);
    });
  }
});

test('the audit is clean', async () => { await ctlOk(stack, ['audit']); });
