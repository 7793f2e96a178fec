// Debian's own cron, with the crontab as it is installed: it starts notify_runner, and a merchant hears.
// It gets folders of its own (a mount namespace), so that the machine's crontabs are left alone.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, buildPath } from '../lib/env.mjs';
import { readerDb } from '../lib/db.mjs';
import { pidOf, pidsOf, startStack, stopStack } from '../lib/stack.mjs';
import { createOpen, request } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { privateMounts } from '../lib/private_mounts.mjs';
import { merchant } from '../lib/merchant.mjs';
import { sleep, until } from '../lib/wait.mjs';

const PRIVATE = `over "$1/cron.d" /etc/cron.d
over "$1/spool" /var/spool/cron
over "$1/run" /run
over "$1/crontab" /etc/crontab
over "$1/passwd" /etc/passwd
exec cron -f`;
const own = privateMounts();

describe('real cron', { skip: own.skip, timeout: 200_000 }, () => {
  let stack, db, heard, dir, cron;
  // However the test ends: cron is not left behind, and `stop` finds a scheduler that listens.
  const letGo = () => {
    cron?.kill('SIGKILL');
    try { process.kill(pidOf(stack, 'scheduler'), 'SIGCONT'); } catch { /* stopped */ }
  };
  before(async () => {
    stack = await startStack();
    db = readerDb(stack);
    heard = await merchant();
    dir = mkdtempSync(join(tmpdir(), 'sh-cron-'));
    for (const name of ['cron.d', 'spool', 'spool/crontabs', 'run', 'log']) mkdirSync(join(dir, name));
    chmodSync(dir, 0o755);
    writeFileSync(join(dir, 'crontab'), '');
    // The user the crontab names; what scripts/run made is root's.
    writeFileSync(join(dir, 'passwd'), `${readFileSync('/etc/passwd', 'utf8')}shroff:*:0:0::/nonexistent:/usr/sbin/nologin\n`);
    const set = { SHROFF_HOME: buildPath('.'), SHROFF_ENV: join(stack.state, 'run', 'shroff.env'), SHROFF_LOG_DIR: join(dir, 'log') };
    let text = readFileSync(join(ROOT, 'cron/shroff.crontab'), 'utf8');
    for (const [name, value] of Object.entries(set)) text = text.replace(new RegExp(`^${name}=.*$`, 'm'), `${name}=${value}`);
    text = text.replace(/^17 /m, '* ');     // the hourly audit: every minute here
    writeFileSync(join(dir, 'cron.d', 'shroff'), text, { mode: 0o644 });
    // run's own scheduler and its jobs rest: what happens now is cron's doing.
    process.kill(pidOf(stack, 'scheduler'), 'SIGSTOP');
    for (const name of ['notify_runner', 'sandbox_runner']) for (const pid of pidsOf(stack, name)) process.kill(pid, 'SIGKILL');
    process.on('exit', letGo);
  });
  after(async () => {
    letGo();
    if (stack) for (const name of ['notify_runner', 'sandbox_runner', 'purge']) for (const pid of pidsOf(stack, name)) process.kill(pid, 'SIGTERM');
    await db?.close();
    heard?.close();
    if (stack) stopStack(stack);
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  test('starts the runner within the minute, and the merchant is notified', async (t) => {
    const order = await createOpen(stack, stack.app1, { notify_url: heard.url });
    assert.equal((await payByCallback(stack, stack.app1, order)).status, 200);
    await sleep(1500);
    assert.equal(heard.hits.length, 0, 'nobody else tells');
    cron = spawn('unshare', own.args(PRIVATE, dir), { stdio: ['ignore', 'pipe', 'pipe'] });
    let said = '';
    for (const out of [cron.stdout, cron.stderr]) out.on('data', (d) => { said += d; });
    const began = Date.now();
    await sleep(1000);
    assert.equal(cron.exitCode, null, `cron ended: ${said}`);
    await heard.waitHits(1, 75_000);
    t.diagnostic(`heard ${Math.round((Date.now() - began) / 1000)} s after cron was started`);
    await until('it is on record', async () => await db.value('SELECT t.status FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE o.no = ?', [order.order_no]) === 10);
    const parent = (pid) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]);
    const name = (pid) => readFileSync(`/proc/${pid}/comm`, 'utf8').trim();
    const [runner] = pidsOf(stack, 'notify_runner');
    assert.equal(name(parent(runner)), 'cron', 'its parent is cron');
    assert.ok(pidsOf(stack, 'sandbox_runner').length > 0, 'the gateway\'s own retries are at work too');
    await until('the audit has run', async () => /^shroff_audit_end_seconds \d+$/m.test((await request(stack, { path: '/metrics' })).text), 30_000, 500);
  });
});
