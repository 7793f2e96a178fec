// A throwaway MariaDB with our tables and accounts, apps with sealed webhook secrets, tasks by the
// thousand, the real notify_runner and purge: what the runner's tests stand on.
import { spawn, spawnSync } from 'node:child_process';
import { createCipheriv, randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { ROOT, buildPath } from '../../lib/env.mjs';

export const FULL = process.env.SHROFF_FULL === '1';
// Memory says nothing in the sanitizers' build.
export const LARGEST_KIB = (process.env.SHROFF_BUILD ?? '').includes('asan') ? Infinity : 32 * 1024;
export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

export async function until(what, test, ms = 10_000, step = 20) {
  for (const end = Date.now() + ms; ;) {
    const value = await test();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited ${ms} ms for ${what}`);
    await sleep(step);
  }
}

const ROLES = ['web', 'runner', 'migrate', 'ctl', 'audit', 'reader', 'sandbox', 'shop'];

function mariadb(socket, database, sql) {
  const args = ['--no-defaults', `--socket=${socket}`, '--user=root', '--default-character-set=utf8mb4'];
  const run = spawnSync('mariadb', database ? [...args, database] : args, { input: sql, encoding: 'utf8' });
  if (run.status !== 0) throw new Error(`mariadb: ${run.stderr}`);
  return run.stdout;
}

const serverPath = () => ['/usr/sbin/mariadbd', '/usr/local/sbin/mariadbd'].find(existsSync) ?? 'mariadbd';

export class Bench {
  static async start() {
    const bench = new Bench();
    process.on('exit', () => bench.kill());
    try {
      bench.install();
      await bench.startServer();
      bench.prepare();
    } catch (broken) {
      // A server that stays would keep this process from ending.
      await bench.stop();
      throw broken;
    }
    return bench;
  }

  constructor() {
    this.state = mkdtempSync(join(tmpdir(), 'sr-'));
    this.socket = join(this.state, 'run', 'mariadb.sock');
    this.children = new Set();
  }

  install() {
    for (const dir of ['run', 'secrets', 'tmp']) mkdirSync(join(this.state, dir), { mode: 0o700 });
    this.masterKey = randomBytes(32);
    writeFileSync(join(this.state, 'secrets', 'master.key'), `1:${this.masterKey.toString('base64')}\n`, { mode: 0o600 });
    for (const role of ROLES) writeFileSync(join(this.state, 'secrets', `${role}.password`), `pw-${role}\n`, { mode: 0o600 });
    const made = spawnSync('mariadb-install-db', ['--no-defaults', `--datadir=${this.state}/mysql`, '--user=root',
      '--skip-test-db', '--force', '--auth-root-authentication-method=socket'], { encoding: 'utf8' });
    if (made.status !== 0) throw new Error(`mariadb-install-db: ${made.stderr}`);
  }

  async startServer() {
    this.server = spawn(serverPath(), ['--no-defaults', '--user=root', `--datadir=${this.state}/mysql`,
      `--socket=${this.socket}`, `--pid-file=${this.state}/run/mariadbd.pid`, '--skip-networking', `--tmpdir=${this.state}/tmp`,
      '--default-time-zone=+00:00', '--innodb-buffer-pool-size=256M', '--innodb-log-file-size=128M',
      '--transaction-isolation=READ-COMMITTED', '--innodb-lock-wait-timeout=2', '--innodb-rollback-on-timeout=ON',
      '--character-set-server=utf8mb4', '--collation-server=utf8mb4_nopad_bin', '--max-connections=400',
      '--innodb-flush-log-at-trx-commit=1', `--log-error=${this.state}/mariadb.log`], { stdio: 'ignore' });
    await until('MariaDB', async () => {
      try {
        const link = await mysql.createConnection({ socketPath: this.socket, user: 'root' });
        await link.end();
        return true;
      } catch { return false; }
    }, 60_000, 50);
    await this.pool?.end().catch(() => {});
    this.pool = mysql.createPool({ socketPath: this.socket, user: 'root', database: 'shroff', connectionLimit: 3,
      timezone: 'Z', dateStrings: true, multipleStatements: true });
  }

  prepare() {
    let sql = '';
    for (const db of ['shroff', 'sandbox', 'shop']) sql += `CREATE DATABASE ${db} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;\n`;
    for (const role of ROLES) sql += `CREATE USER 'shroff_${role}'@'localhost' IDENTIFIED BY 'pw-${role}';\n`;
    mariadb(this.socket, '', sql);
    for (const folder of ['schema', 'schema/procedures']) {
      for (const file of readdirSync(join(ROOT, folder)).filter((f) => /\.sql$/.test(f) && !/^accounts/.test(f)).sort()) {
        mariadb(this.socket, 'shroff', readFileSync(join(ROOT, folder, file), 'utf8'));
      }
    }
    mariadb(this.socket, '', readFileSync(join(ROOT, 'schema', 'accounts.sql'), 'utf8'));
  }

  kill() {
    for (const child of this.children) child.kill('SIGKILL');
    this.server?.kill('SIGKILL');
    if (!process.env.SHROFF_KEEP_STATE) rmSync(this.state, { recursive: true, force: true });
  }

  async stop() {
    await this.pool?.end().catch(() => {});
    this.kill();
  }

  async rows(sql, params = []) { return (await this.pool.query(sql, params))[0]; }

  async row(sql, params = []) { return (await this.rows(sql, params))[0]; }

  async value(sql, params = []) { return Object.values((await this.row(sql, params)) ?? { none: undefined })[0]; }

  // As io/crypto/vault.h says: a version byte, 12 random bytes, ciphertext, tag; AAD "table|owner|column|version".
  seal(table, owner, column, text) {
    const nonce = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.masterKey, nonce);
    cipher.setAAD(Buffer.from(`${table}|${owner}|${column}|1`));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
    return Buffer.concat([Buffer.from([1]), nonce, sealed, cipher.getAuthTag()]);
  }

  async app({ schedule = 'long', status = 0 } = {}) {
    const key = `app_${randomBytes(6).toString('hex')}`;
    const secret = `whsec_${randomBytes(32).toString('base64')}`;
    const [made] = await this.pool.query(
      'INSERT INTO pay_app (app_key, name, status, notify_schedule, webhook_secret_sealed) VALUES (?, ?, ?, ?, ?)',
      [key, key, status, schedule, this.seal('pay_app', key, 'webhook_secret_sealed', secret)]);
    return { id: made.insertId, key, secret };
  }

  // n tasks, due now; url may hold {n}, the number of the task within this call.
  async tasks(app, { url, n = 1, lane = 0, max = 16, times = 0, body = '{"type":"order.success"}', ago = 0 }) {
    this.dataId ??= 0;
    const first = this.dataId;
    this.dataId += n;
    await this.rows(
      `INSERT INTO notify_task (no, app_id, type, event, data_id, notify_url, body, lane, notify_times, max_notify_times, next_notify_time)
       SELECT LPAD(${first} + seq, 26, '0'), ?, 1, 'order.success', ${first} + seq, REPLACE(?, '{n}', seq), ?, ?, ?, ?,
              UTC_TIMESTAMP(3) - INTERVAL ? SECOND FROM seq_1_to_${n}`,
      [app.id, url, body, lane, times, max, ago]);
    return Array.from({ length: n }, (_, i) => String(first + i + 1).padStart(26, '0'));
  }

  task(no) { return this.row('SELECT * FROM notify_task WHERE no = ?', [no]); }

  logs(no) {
    return this.rows('SELECT l.* FROM notify_log l JOIN notify_task t ON t.id = l.task_id WHERE t.no = ? ORDER BY l.id', [no]);
  }

  // Makes everything that waits due now.
  hurry(no) {
    return this.rows('UPDATE notify_task SET next_notify_time = UTC_TIMESTAMP(3) WHERE status = 0 AND (? IS NULL OR no = ?)', [no ?? null, no ?? null]);
  }

  env(extra = {}) {
    return { PATH: process.env.PATH, SHROFF_MODE: 'test', SHROFF_STATE: this.state, SHROFF_METRICS_FILE: '',
      SHROFF_NOTIFY_ALLOW_NETS: '127.0.0.0/8,::1/128', ...extra };
  }

  // The program as cron would start it. .done resolves to { code, signal, summary, lines, stderr, hwm }.
  program(name, args = [], extra = {}) {
    const child = spawn(buildPath('cron', name), args, { env: this.env(extra), stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '', err = '', hwm = 0;
    const look = setInterval(() => {
      try {
        hwm = Math.max(hwm, Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))[1]));
      } catch { /* it is gone */ }
    }, 50);
    this.children.add(child);
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { err += d; });
    child.done = new Promise((done) => {
      child.on('close', (code, signal) => {
        clearInterval(look);
        this.children.delete(child);
        const lines = out.split('\n').filter(Boolean);
        let summary;
        try { summary = JSON.parse(lines.at(-1)); } catch { /* none */ }
        done({ code, signal, summary, lines, stderr: err, hwm });
      });
    });
    return child;
  }

  run(name, args, extra) { return this.program(name, args, extra).done; }
}
