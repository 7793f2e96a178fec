// Does a request cost more when the tables are large? The same load at 10^4 orders and at 2·10^6.
import { shroffCases } from './cases.mjs';
import { fillOrders } from './fill.mjs';
import { sql } from './stack.mjs';
import { median, sleep } from './time.mjs';
import { num } from './table.mjs';

const WANT = 1.2;
// The cost of a request: the CPU of all programs that served it, and the rate.
const costOf = (r) => Object.values(r.cpu).reduce((sum, us) => sum + us, 0);

// All pages are written to disk before anything is measured, so that the filling is not measured.
async function settle(stack, tell) {
  const dirty = () => Number(sql(stack, "SHOW GLOBAL STATUS LIKE 'Innodb_buffer_pool_pages_dirty'").split('\t')[1]);
  const before = sql(stack, 'SELECT @@innodb_max_dirty_pages_pct, @@innodb_io_capacity, @@innodb_io_capacity_max').split('\t');
  sql(stack, 'SET GLOBAL innodb_max_dirty_pages_pct = 0, GLOBAL innodb_io_capacity_max = 20000, GLOBAL innodb_io_capacity = 20000');
  for (let i = 0; i < 240 && dirty() > 100; i++) await sleep(500);
  tell(`  written out but for ${num(dirty())} pages`);
  sql(stack, `SET GLOBAL innodb_io_capacity = ${before[1]}, GLOBAL innodb_io_capacity_max = ${before[2]}, GLOBAL innodb_max_dirty_pages_pct = ${before[0]}`);
}

async function measure(stack, pool, { rounds, seconds, connections, tell }) {
  const by = {};
  const cases = shroffCases(stack, { pool, connections });
  for (let round = 0; round <= rounds; round++) {
    for (const c of cases) {
      const r = await c.run(round === 0 ? 1 : seconds);
      tell(`${num(pool.count)} orders  ${c.kind.padEnd(9)} ${num(r.rate).padStart(8)}/s  ${num(costOf(r))} µs CPU  ${r.failures} failures`);
      if (round > 0) (by[c.kind] ??= []).push(r);
    }
  }
  return Object.fromEntries(Object.entries(by).map(([kind, all]) => [kind, {
    rate: median(all.map((r) => r.rate)), cpu: median(all.map(costOf)), failures: all.reduce((n, r) => n + r.failures, 0),
  }]));
}

export async function growth(stack, { steps, tell, ...how }) {
  const found = [];
  let pool;
  for (const want of steps) {
    const have = pool ? pool.count : 0;
    tell(`filling up to ${num(want)} orders`);
    const first = fillOrders(stack, want - have, { paid: 90, tell: (n) => n % 500000 === 0 && n > 0 && tell(`  ${num(n)}`) });
    pool = { first: pool && have < 100 ? pool.first : first, count: want - have };
    sql(stack, 'ANALYZE TABLE pay_order, pay_order_extension');
    await settle(stack, tell);
    found.push({ orders: want, of: await measure(stack, pool, { ...how, tell }) });
  }
  const [small, large] = [found[0], found[found.length - 1]];
  const verdicts = [], lines = [`growth: from ${num(small.orders)} to ${num(large.orders)} orders`,
    `  ${''.padEnd(10)} ${'requests/s'.padStart(20)} ${'CPU µs a request'.padStart(20)} ${'ratio of CPU'.padStart(14)} ${'of rates'.padStart(10)}`];
  for (const kind of Object.keys(small.of)) {
    const a = small.of[kind], b = large.of[kind];
    lines.push(`  ${kind.padEnd(10)} ${`${num(a.rate)} → ${num(b.rate)}`.padStart(20)} ${`${num(a.cpu)} → ${num(b.cpu)}`.padStart(20)} ${num(b.cpu / a.cpu, 2).padStart(14)} ${num(a.rate / b.rate, 2).padStart(10)}`);
    verdicts.push({ kind, what: 'times the cost', got: b.cpu / a.cpu, want: -WANT, met: b.cpu / a.cpu <= WANT });
    verdicts.push({ kind, what: 'failures', got: a.failures + b.failures, want: 0, met: a.failures + b.failures === 0 });
  }
  return { found, verdicts, text: lines.join('\n') };
}
