// How fast notifications leave: notify_runner against a sink in nginx that answers at once.
import { cpus } from 'node:os';
import { cpuByGroup, addServers, buildPath, sql, start } from './stack.mjs';
import { fillTasks } from './fill.mjs';
import { sleep } from './time.mjs';
import { num } from './table.mjs';

const BODY = JSON.stringify({
  type: 'order.success', timestamp: '2026-01-01T00:00:00.000Z',
  data: {
    order_no: '01ARZ3NDEKTSV4RRFFQ69G5FAV', merchant_order_id: 'B000000000001', price: 8800, currency: 'CNY',
    subject: 'Blue kettle', status: 'SUCCESS', create_time: '2026-01-01T00:00:00.000Z',
    expire_time: '2026-01-01T02:00:00.000Z', success_time: '2026-01-01T00:00:00.000Z', channel: 'mock',
    channel_order_no: 'MOCK0000000000000000', paid_price: 8800, refund_price: 0, refunding_price: 0, version: 1,
    app_key: '0123456789abcdef',
  },
});
const WANT = 5000;
const RUNNERS = Math.max(2, cpus().length);     // one a core

const heard = (stack) => Number(sql(stack, 'SELECT COUNT(*) FROM notify_log WHERE status = 10'));
const waiting = (stack) => Number(sql(stack, 'SELECT COUNT(*) FROM notify_task WHERE status = 0'));

// Tasks heard per second while so many runners work, begun before the clock starts.
async function rate(stack, runners, seconds) {
  const at = Array.from({ length: runners }, () =>
    Object.assign(start(stack, buildPath('cron', 'notify_runner'), ['--for', String(seconds + 3)], stack.settings), { label: 'notify_runner' }));
  await sleep(1000);
  const cpu = cpuByGroup(stack), before = heard(stack), began = Date.now();
  await sleep(seconds * 1000);
  const count = heard(stack) - before, took = (Date.now() - began) / 1000, after = cpuByGroup(stack);
  await Promise.all(at.map((runner) => new Promise((done) => (runner.exitCode === null ? runner.on('exit', done) : done()))));
  stack.children = stack.children.filter((c) => !at.includes(c));
  const cost = Object.fromEntries(['notify_runner', 'nginx', 'mariadb'].map((g) => [g, Math.round((after[g] - cpu[g]) * 1e6 / Math.max(count, 1))]));
  return { rate: count / took, count, cost };
}

async function once(stack, want, runners, seconds, tell) {
  const sink = stack.sink ?? { kind: 'sink' };
  if (!stack.sink) { await addServers(stack, [sink]); stack.sink = sink; }
  const url = `http://127.0.0.1:${sink.port}/heard`;
  sql(stack, `TRUNCATE notify_task; TRUNCATE notify_log; TRUNCATE notify_endpoint`);
  tell(`filling ${num(want)} tasks`);
  fillTasks(stack, want, url, BODY);
  sql(stack, 'ANALYZE TABLE notify_task');
  const result = await rate(stack, runners, seconds);
  // No task was told twice: as many log rows as tries, one a task.
  const twice = Number(sql(stack, 'SELECT COUNT(*) - COUNT(DISTINCT task_id) FROM notify_log'));
  tell(`drained ${num(result.count)} at ${num(result.rate)}/s, ${num(waiting(stack))} left`);
  return { waiting: want, runners, twice, ...result };
}

export async function drain(stack, { million, seconds, tell }) {
  const runs = [], plenty = Math.max(60000, seconds * 16000);
  for (const runners of [1, RUNNERS]) runs.push(await once(stack, plenty, runners, seconds, tell));
  if (million) runs.push(await once(stack, million, RUNNERS, seconds, tell));
  const lines = ['notifications drained, to one host', ...runs.map((r) =>
    `  ${num(r.waiting).padStart(9)} waiting, ${r.runners} ${r.runners > 1 ? 'runners' : 'runner '}: ${num(r.rate).padStart(7)}/s   CPU µs each: ${Object.entries(r.cost).map(([g, us]) => `${g} ${us}`).join(', ')}`)];
  const verdicts = runs.filter((r) => r.runners === RUNNERS).flatMap((r) => [
    { kind: 'drain', what: `thousands/s with ${num(r.waiting)} waiting, ${r.runners} runners`, got: r.rate / 1000, want: WANT / 1000, met: r.rate >= WANT },
    { kind: 'drain', what: 'sent twice', got: r.twice, want: 0, met: r.twice === 0 }]);
  return { runs, verdicts, text: lines.join('\n') };
}
