// How fast notifications leave: notify_runner against a sink in nginx that answers at once.
import { spawn } from 'node:child_process';
import { cpus } from 'node:os';
import { cpuByGroup, addServers, buildPath, sql, start } from './stack.mjs';
import { fillTasks } from './fill.mjs';
import { sleep } from './time.mjs';
import { memoryOf } from './proc.mjs';
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
const WANT = { rate: 10000, million: 8000, other: 0.4, memory: 32 };
const RUNNERS = Math.max(2, cpus().length);     // one a core

const acknowledged = (stack) => Number(sql(stack, 'SELECT COUNT(*) FROM notify_log WHERE status = 10'));
const waiting = (stack) => Number(sql(stack, 'SELECT COUNT(*) FROM notify_task WHERE status = 0'));
const ended = (child) => new Promise((done) => (child.exitCode === null ? child.on('exit', done) : done()));

// Adds a notification to another host now and then, and gives the p99 of the seconds from its commit to the
// record of its first try. The time in which results wait for a batch counts. One client adds them all: to start
// one takes as much CPU as fifty deliveries.
async function others(stack, until) {
  const url = `http://127.0.0.1:${stack.sinks[1].port}/other`;
  const client = spawn('mariadb', ['--no-defaults', '-S', stack.dbSocket, 'shroff'], { stdio: ['pipe', 'ignore', 'inherit'] });
  for (let n = 0; Date.now() < until; n++) {
    client.stdin.write(`INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id, notify_url, body,
      max_notify_times, next_notify_time)
      VALUES (CONCAT('04', LPAD(${n}, 24, '0')), ${stack.appId}, 1, 'order.success', ${2e9 + n}, 1, 'other', '${url}', '{}', 16, UTC_TIMESTAMP(3));\n`);
    await sleep(60);
  }
  client.stdin.end();
  await ended(client);
}

function delay99(stack) {
  const all = sql(stack, `SELECT TIMESTAMPDIFF(MICROSECOND, t.create_time, COALESCE(l.create_time, UTC_TIMESTAMP(3))) / 1e6
    FROM notify_task t LEFT JOIN notify_log l ON l.task_id = t.id WHERE t.merchant_order_id = 'other' ORDER BY 1`).split('\n').map(Number);
  return all[Math.floor(all.length * 0.99)] ?? 0;
}

// Tasks acknowledged per second by so many runners, which are started before the clock.
async function rate(stack, runners, seconds) {
  const at = Array.from({ length: runners }, () =>
    Object.assign(start(stack, buildPath('cron', 'notify_runner'), ['--for', String(seconds + 3)], stack.settings), { label: 'notify_runner' }));
  await sleep(1000);
  const cpu = cpuByGroup(stack), before = acknowledged(stack), began = Date.now();
  await others(stack, began + seconds * 1000);
  const after = cpuByGroup(stack), took = (Date.now() - began) / 1000, count = acknowledged(stack) - before;
  const { peak } = memoryOf(at.map((runner) => runner.pid));
  await Promise.all(at.map(ended));
  stack.children = stack.children.filter((c) => !at.includes(c));
  const cost = Object.fromEntries(['notify_runner', 'nginx', 'mariadb'].map((g) => [g, Math.round((after[g] - cpu[g]) * 1e6 / Math.max(count, 1))]));
  return { rate: count / took, count, cost, peak, other: delay99(stack) };
}

async function once(stack, want, runners, seconds, tell) {
  if (!stack.sinks) {
    stack.sinks = [{ kind: 'sink' }, { kind: 'sink' }];
    await addServers(stack, stack.sinks);
  }
  sql(stack, `TRUNCATE notify_task; TRUNCATE notify_log; TRUNCATE notify_endpoint`);
  tell(`filling ${num(want)} tasks`);
  fillTasks(stack, want, `http://127.0.0.1:${stack.sinks[0].port}/one`, BODY);
  sql(stack, 'ANALYZE TABLE notify_task');
  const result = await rate(stack, runners, seconds);
  // Nothing was sent twice: as many log rows as tries, one a task.
  const twice = Number(sql(stack, 'SELECT COUNT(*) - COUNT(DISTINCT task_id) FROM notify_log'));
  tell(`drained ${num(result.count)} at ${num(result.rate)}/s, ${num(waiting(stack))} left`);
  return { waiting: want, runners, twice, ...result };
}

const name = (r) => `${num(r.waiting)} waiting, ${r.runners} ${r.runners > 1 ? 'runners' : 'runner'}`;

function line(r) {
  const cost = Object.entries(r.cost).map(([group, us]) => `${group} ${us}`).join(', ');
  return `  ${name(r).padStart(29)}: ${num(r.rate).padStart(7)}/s   CPU µs each: ${cost}   ${num(r.peak, 1)} MB   another host's p99 ${num(r.other, 2)} s`;
}

const verdict = (what, got, want) => ({ kind: 'drain', what, got, want, met: want < 0 ? got <= -want : got >= want });

// One runner and one a core with plenty to do, then one runner with a million waiting.
export async function drain(stack, { million, seconds, tell }) {
  const plenty = Math.max(60000, (seconds + 4) * 16000), runs = [];
  for (const runners of [1, RUNNERS]) runs.push(await once(stack, plenty, runners, seconds, tell));
  if (million) runs.push(await once(stack, million, 1, seconds, tell));
  const verdicts = [verdict(`thousands/s, ${name(runs[0])}`, runs[0].rate / 1000, WANT.rate / 1000)];
  if (million) verdicts.push(verdict(`thousands/s, ${name(runs[2])}`, runs[2].rate / 1000, WANT.million / 1000));
  for (const r of runs) {
    verdicts.push(verdict(`s to another host, p99, ${name(r)}`, r.other, -WANT.other));
    verdicts.push({ kind: 'drain', what: 'sent twice', got: r.twice, want: 0, met: r.twice === 0 });
  }
  verdicts.push(verdict('MB, the largest runner', Math.max(...runs.map((r) => r.peak)), -WANT.memory));
  return { runs, verdicts, text: ['notifications drained, to one host', ...runs.map(line)].join('\n') };
}
