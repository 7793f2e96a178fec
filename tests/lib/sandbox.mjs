// The played channels' own address, started alone, and a merchant's listener for their notices.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { execFile, spawnSync } from 'node:child_process';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, readEnvFile } from './env.mjs';
import { freePort } from './stack.mjs';

// Once per test file; `stop` ends it.
export async function startSandbox(extra = {}) {
  const state = mkdtempSync(join(tmpdir(), 'sh-'));
  const port = await freePort();
  const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('SHROFF_')));
  const env = {
    ...clean, SHROFF_STATE: state, SHROFF_PORT: String(port), SHROFF_SANDBOX_PORT: String(port + 1), SHROFF_WORKERS: '2',
    SHROFF_DB_BUFFER_POOL: '64M', SHROFF_DB_REDO_LOG: '96M', ...(process.env.SHROFF_BUILD ? { SHROFF_BUILD: process.env.SHROFF_BUILD } : {}), ...extra,
  };
  const args = ['--detach', '--sandbox', ...(process.env.SHROFF_BUILT ? ['--no-build'] : [])];
  await new Promise((done, fail) => {
    execFile(join(ROOT, 'scripts/run'), args, { env, cwd: ROOT, timeout: 300_000 }, (e, out, err) => (e ? fail(new Error(`${out}${err}`)) : done()));
  });
  const stop = () => {
    spawnSync(join(ROOT, 'scripts/stop'), [], { env, cwd: ROOT, timeout: 60_000 });
    if (!process.env.SHROFF_KEEP_STATE) rmSync(state, { recursive: true, force: true });
  };
  process.once('exit', stop);
  const told = readEnvFile(join(state, 'sandbox.env'));
  return { ...told, url: told.SHROFF_SANDBOX_URL, state, stop: () => { process.removeListener('exit', stop); stop(); } };
}

export const fileOf = (path) => readFileSync(path, 'utf8');

// A merchant: keeps what comes, answers what `answer` says.
export async function startMerchant() {
  const got = [];
  const merchant = { got, answer: () => ({ status: 200, body: 'success' }) };
  const server = createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('end', () => {
      const notice = { at: Date.now(), headers: req.headers, raw: Buffer.concat(parts), url: req.url, body: Buffer.concat(parts).toString('latin1') };
      notice.form = Object.fromEntries(new URLSearchParams(notice.raw.toString('utf8')));
      got.push(notice);
      const { status, body } = merchant.answer(notice);
      res.writeHead(status).end(body);
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  merchant.url = `http://127.0.0.1:${server.address().port}/notify`;
  merchant.stop = () => { server.closeAllConnections(); server.close(); };
  merchant.about = (number) => got.filter((n) => n.form.out_trade_no === number);
  merchant.wait = async (number, count = 1, ms = 8000) => {
    const end = Date.now() + ms;
    while (merchant.about(number).length < count) {
      if (Date.now() > end) throw new Error(`${merchant.about(number).length} of ${count} notices about ${number} in ${ms} ms`);
      await new Promise((r) => { setTimeout(r, 50); });
    }
    return merchant.about(number);
  };
  return merchant;
}
