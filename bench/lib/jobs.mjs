// How fast order_closer and channel_sync work through what is due, and whether that depends on what is not.
import { buildPath, sql, start } from './stack.mjs';
import { fillOrders } from './fill.mjs';
import { median } from './time.mjs';
import { num } from './table.mjs';

const WANT = 1.2;     // times as long
const CHUNK = 50000;
const AT_ONCE = 4;    // processes, of jobs that wait for a channel's answer most of the time

// order_closer: orders without an open attempt, and such whose channel is asked and ends the attempt first.
// channel_sync: attempts whose channel does not know them yet. They were asked about five times before, so that they are
// due again after an hour: after a few questions it would be seconds, within the run.
const ATTEMPTS_END = 'UPDATE pay_order_extension SET status = 20, next_sync_time = NULL WHERE';
const ATTEMPTS_SENT = 'UPDATE pay_order_extension SET create_time = UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE WHERE order_id';
const ORDERS_END = 'UPDATE pay_order SET expire_time = UTC_TIMESTAMP(3) - INTERVAL 1 MINUTE, asked_time = NULL WHERE';
const CASES = [
  { name: 'order_closer, no open attempt', job: 'order_closer', due: [`${ATTEMPTS_END} order_id`, `${ORDERS_END} id`], left: 'pay_order WHERE status = 0 AND id' },
  { name: 'order_closer, channel asked', job: 'order_closer', processes: AT_ONCE, due: [ATTEMPTS_SENT, `${ORDERS_END} id`], left: 'pay_order WHERE status = 0 AND id' },
  { name: 'channel_sync', job: 'channel_sync', processes: AT_ONCE, due: ['UPDATE pay_order_extension SET next_sync_time = UTC_TIMESTAMP(3), sync_times = 5 WHERE status = 0 AND id'],
    left: 'pay_order_extension WHERE status = 0 AND next_sync_time <= UTC_TIMESTAMP(3) AND id' },
];

const ended = (child) => new Promise((done) => (child.exitCode === null ? child.on('exit', done) : done()));
const between = (first, n) => `BETWEEN ${first} AND ${first + n - 1}`;

// Seconds of one run over n rows from `first`, which it makes due, to the end of the last process.
async function once(stack, c, first, n) {
  for (let at = 0; at < n; at += CHUNK) for (const update of c.due) sql(stack, `${update} ${between(first + at, Math.min(CHUNK, n - at))}`);
  const began = process.hrtime.bigint();
  const children = Array.from({ length: c.processes ?? 1 }, () => start(stack, buildPath('cron', c.job), ['--once'], stack.settings, 'ignore'));
  await Promise.all(children.map(ended));
  const took = Number(process.hrtime.bigint() - began) / 1e9;
  const code = children.find((child) => child.exitCode !== 0)?.exitCode ?? 0;
  stack.children = stack.children.filter((other) => !children.includes(other));
  const left = Number(sql(stack, `SELECT COUNT(*) FROM ${c.left} ${between(first, n)}`));
  if (code !== 0 || left !== 0) throw new Error(`${c.name}: ended with ${code}, ${left} of ${n} left`);
  return took;
}

// due of 10 × due, of 100 × due; and 10 × due of 100 × due.
export async function jobs(stack, { due, rounds, only, tell }) {
  const cases = CASES.filter((c) => !only || only.some((word) => c.name.includes(word)));
  const found = {};
  let orders = 0, next;
  const measure = async (step, n, times) => {
    for (const c of cases) {
      const took = [];
      for (let i = 0; i < times; i++) {
        took.push(await once(stack, c, next, n));
        tell(`${c.name}: ${num(n)} of ${num(orders)} in ${num(took.at(-1), 1)} s`);
        next += n;
      }
      (found[c.name] ??= {})[step] = { due: n, orders, seconds: median(took) };
    }
  };
  const grow = (to) => {
    tell(`filling up to ${num(to)} orders`);
    next = fillOrders(stack, to - orders, { tell: (n) => n % 500000 === 0 && n > 0 && tell(`  ${num(n)}`) });
    orders = to;
    sql(stack, 'ANALYZE TABLE pay_order, pay_order_extension');
  };
  grow(10 * due);
  await measure('few', due, rounds);
  grow(100 * due);
  await measure('many', due, rounds);
  await measure('all', 10 * due, 1);
  const verdicts = [], lines = [`jobs: from their start to their end; one process, where the channel is asked ${AT_ONCE} at once`, `  ${''.padEnd(30)} ${'due of orders'.padStart(24)} ${'s'.padStart(8)} ${'rows/s'.padStart(8)}`];
  for (const [name, of] of Object.entries(found)) {
    for (const { due: n, orders: all, seconds } of Object.values(of)) lines.push(`  ${name.padEnd(30)} ${`${num(n)} of ${num(all)}`.padStart(24)} ${num(seconds, 1).padStart(8)} ${num(n / seconds).padStart(8)}`);
    const say = (what, got) => verdicts.push({ kind: 'jobs', what: `${name}: ${what}`, got, want: -WANT, met: got <= WANT });
    say(`${num(of.many.orders)} orders over ${num(of.few.orders)}`, of.many.seconds / of.few.seconds);
    say(`a row of ${num(of.all.due)} over one of ${num(of.many.due)}`, of.all.seconds / 10 / of.many.seconds);
  }
  return { found, verdicts, text: lines.join('\n') };
}
