// Plays the rows of shroff_scenarios.mjs: all of them beside each other, then the test clock, until each refund and
// transfer has its end or cannot get one.
import { expectOk, get, newNo, post, query } from '../lib/client.mjs';
import { readerDb } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';
import { CODES, app, env, order, press, refundOf, stack } from './shroff_world.mjs';
import { SCENARIOS, TRANSFERS, page, receiver } from './shroff_scenarios.mjs';

const BESIDE = 8;
const db = readerDb(stack);
const WAITS = 10_000;

const now = (no, more = {}) => query(stack, app, { order_no: no, ...more });
const pays = (code, d) => (d.display_content ? CODES[code].pay(d) : press(page(code, d.pay_id)));
const PAYERS = {
  none: () => {},
  opens: (code, d) => fetch(d.display_content.startsWith('http') ? d.display_content : page(code, d.pay_id)),
  pays,
  late: async (code, d) => { await sleep(1000); await fetch(page(code, d.pay_id), { method: 'POST', body: new URLSearchParams({ outcome: 'pay' }) }); },
};

async function merchantActs(got, row, code) {
  const no = { order_no: got.order.order_no };
  if (row.merchant === 'closes') got.closed = (await post(stack, app, '/api/pay/close', no)).json.code;
  if (row.merchant !== 'submits') return;
  got.second = await post(stack, app, '/api/pay/submit', { ...no, channel: code });
  await pays(code, expectOk(got.second, 201));
}

async function played(name, code, row) {
  const got = {};
  const res = await post(stack, app, '/payments', order(code, { subject: `kettle sandbox:${name}` }));
  got.answer = [res.status, res.json.code];
  got.order = await now(res.json.data.order_no);
  await PAYERS[row.payer ?? 'pays'](code, { ...res.json.data, pay_id: got.order.attempts[0].pay_id });
  await merchantActs(got, row, code);
  const ends = row.end ?? 'SUCCESS', unpaid = typeof ends === 'string' && ends !== 'SUCCESS';
  if (!unpaid) {
    const sync = row.by === 'callback' ? {} : { sync: 1 };
    got.order = await until(`${name}, ${code}: paid`, async () => { const o = await now(got.order.order_no, sync); return o.status !== 'WAITING' && o; }, WAITS, 150).catch(() => got.order);
  }
  if (row.refund) got.refund = await refunded(got.order.order_no);
  return got;
}

async function refunded(order_no) {
  const body = { order_no, merchant_refund_id: newNo('R'), refund_price: 3000, reason: '不要了' };
  const { json } = await post(stack, app, '/api/pay/refund', body);
  return { body, code: json.code, ...json.data };
}

async function transferred(name, code) {
  const body = { merchant_transfer_id: newNo('P'), price: 150, currency: 'CNY', subject: `x sandbox:${name}`, channel: code, user_account: receiver(code, env.WECHAT_OPENID) };
  const { json } = await post(stack, app, '/api/pay/transfer', body);
  return { code: json.code, ...json.data };
}

// What became of it: read, without a question to the channel.
const read = {
  refund: async (r) => ({ ...r, ...(await refundOf(r.refund_no)).json.data }),
  transfer: async (t) => ({ ...t, ...(await get(stack, app, `/api/pay/transfer/query?transfer_no=${t.transfer_no}`)).json.data }),
};

// Asks once more under the same number those that were refused for a reason that is over.
async function asksAgain(all) {
  for (const { row, got } of all.filter((a) => a.row.again)) got.again = (await post(stack, app, '/api/pay/refund', got.refund.body)).json;
}

async function clockUntilEnded(all, transfers) {
  for (const end = Date.now() + 30_000; Date.now() < end; await sleep(700)) {
    for (const { got } of all) if (got.refund) got.refund = await read.refund(got.refund);
    for (const t of transfers) t.got = await read.transfer(t.got);
    const open = all.filter(({ row, got }) => got.refund && got.refund.status === 'WAITING' && row.refund[1] !== 'WAITING').length
      + transfers.filter((t) => !['SUCCESS', 'CLOSED'].includes(t.got.status)).length;
    if (open === 0) return;
    expectOk(await post(stack, app, '/sandbox/clock', { advance: transfers.some((t) => t.name === 'transfer-idle') ? 7200 : 120 }), 200);
  }
}

async function facts({ got }) {
  const about = [got.order.order_no, ...got.order.attempts.map((a) => a.pay_id), got.refund?.refund_no ?? ''];
  got.alerts = (await db.rows('SELECT DISTINCT kind FROM pay_alert WHERE about IN (?)', [about])).map((a) => a.kind);
  got.verdicts = (await db.rows("SELECT c.verdict FROM callback_log c JOIN pay_order_extension e ON e.id = c.extension_id WHERE e.no IN (?) AND c.kind = 'order'", [about])).map((v) => v.verdict);
  got.order = await now(got.order.order_no);
}

export async function playAll() {
  const all = SCENARIOS.flatMap(([name, codes, row]) => codes.map((code) => ({ name, code, row })));
  const todo = [...all];
  await Promise.all([...Array(BESIDE)].map(async () => {
    for (let a = todo.shift(); a; a = todo.shift()) a.got = await played(a.name, a.code, a.row).catch((error) => ({ error }));
  }));
  const transfers = TRANSFERS.map(([name, code, ...want]) => ({ name, code, want }));
  for (const t of transfers) t.got = await transferred(t.name, t.code);
  const right = all.filter((a) => !a.got.error);
  await asksAgain(right);
  await clockUntilEnded(right, transfers);
  for (const a of right) await facts(a);
  await db.close();
  return { all, transfers };
}
