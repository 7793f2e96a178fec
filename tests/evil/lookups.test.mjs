// A merchant whose names no DNS server answers. Each lookup is a thread, which goes on after its try was given up.
// The unit limits the runner's threads (scripts/systemd): if there were more, no name could be looked up any more.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn, execFileSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, buildPath } from '../lib/env.mjs';
import { Bench, sleep } from '../runner/lib/bench.mjs';
import { receiver } from '../runner/lib/receiver.mjs';
import { percentile } from './lib.mjs';

const root = process.getuid() === 0;
const NOBODY = 61234;                    // a user of no other process: RLIMIT_NPROC counts by user
const SERVERS = ['127.0.0.71', '127.0.0.72', '127.0.0.73'];
const unit = readFileSync(join(ROOT, 'scripts/systemd/shroff-notify.service'), 'utf8');
const allowed = Math.min(...['LimitNPROC', 'TasksMax'].map((name) => Number(new RegExp(`^${name}=(\\d+)$`, 'm').exec(unit)[1])));
let bench, dir, servers;
before(async () => {
  if (!root) return;
  servers = await Promise.all(SERVERS.map((address) => new Promise((done, fail) => {
    const socket = createSocket('udp4').once('error', fail);
    socket.bind(53, address, () => done(socket.unref()));
  })));
  bench = await Bench.start();
  dir = mkdtempSync(join(tmpdir(), 'sh-names-'));
  writeFileSync(join(dir, 'resolv.conf'), `${SERVERS.map((s) => `nameserver ${s}\n`).join('')}search inside.test\n`);
  writeFileSync(join(dir, 'hosts'), `127.0.0.1 ${Array.from({ length: 500 }, (_, i) => `honest${i}.test`).join(' ')}\n`);
  execFileSync('chown', ['-R', String(NOBODY), join(bench.state, 'secrets'), join(bench.state, 'run')]);
  execFileSync('chmod', ['711', bench.state]);
});
after(async () => {
  await bench?.stop();
  for (const s of servers ?? []) s.close();
  if (dir) rmSync(dir, { recursive: true });
});

test('600 hosts of two merchants whose names no server answers: others get theirs at once, as the unit limits the runner', { skip: root ? false : 'only root can give the runner names of its own', timeout: 90_000 }, async (t) => {
  const good = await receiver(), honest = await bench.app();
  for (const app of [await bench.app(), await bench.app()]) await bench.tasks(app, { url: `http://h{n}.${app.key.slice(4)}.test/n`, n: 300 });
  const run = spawn('unshare', ['--mount', 'sh', '-c', `mount --make-rprivate /
mount --bind "$1/resolv.conf" /etc/resolv.conf
mount --bind "$1/hosts" /etc/hosts
exec prlimit --nproc=${allowed} setpriv --reuid ${NOBODY} --regid ${NOBODY} --clear-groups "$2" --for 60`, 'sh', dir, buildPath('cron', 'notify_runner')],
  { env: bench.env(), stdio: ['ignore', 'ignore', 'inherit'] });
  const ended = new Promise((done) => run.on('close', done));
  const waits = [], nos = [];
  let threads = 0, kib = 0;
  for (const begun = Date.now(); Date.now() - begun < 25_000; await sleep(100)) {
    const [no] = await bench.tasks(honest, { url: `http://honest${nos.length % 500}.test:${good.port}/n` }), at = Date.now();
    nos.push(no);
    while (!good.byId.has(no) && Date.now() - at < 3000) await sleep(2);
    if (at - begun > 5000) waits.push(good.byId.has(no) ? Date.now() - at : 3000);
    const status = readFileSync(`/proc/${run.pid}/status`, 'utf8');
    threads = Math.max(threads, Number(/^Threads:\s+(\d+)/m.exec(status)[1]));
    kib = Math.max(kib, Number(/^VmHWM:\s+(\d+)/m.exec(status)[1]));
  }
  run.kill('SIGKILL');
  await ended;
  const failed = await bench.rows('SELECT l.error_code, COUNT(*) AS n FROM notify_log l JOIN notify_task t ON t.id = l.task_id WHERE t.app_id = ? AND l.status <> 10 GROUP BY 1', [honest.id]);
  const theirs = await bench.rows('SELECT l.error_code, COUNT(*) AS n, MAX(l.duration_ms) AS ms FROM notify_log l JOIN notify_task t ON t.id = l.task_id WHERE t.app_id <> ? GROUP BY 1', [honest.id]);
  t.diagnostic(`${waits.length} beside: p50 ${percentile(waits, 50)} ms, p99 ${percentile(waits, 99)} ms; ${threads} threads of ${allowed}, ${kib} KiB; failed ${JSON.stringify(failed)}; theirs ${JSON.stringify(theirs)}`);
  assert.deepEqual(failed, []);
  assert.ok(percentile(waits, 99) < 400, `p99 ${percentile(waits, 99)} ms`);
  await good.close();
});
