// A running Shroff for the tests. With SHROFF_DEMO_ENV the one that stands there is used (and left
// alone); without it ./scripts/run --detach starts one, and it is stopped when the process ends.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, existsSync, readdirSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT, appsOf, readEnvFile } from './env.mjs';

const owned = new Set();
let hooked = false;

function hookExit() {
  if (hooked) return;
  hooked = true;
  process.on('exit', () => { for (const s of owned) stopStack(s); });
  for (const sig of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(sig, () => process.exit(130));
}

function portIsFree(port) {
  return new Promise((done) => {
    const s = createServer();
    s.once('error', () => done(false));
    s.listen(port, '127.0.0.1', () => s.close(() => done(true)));
  });
}

// Two neighbours: nginx listens on the first, the sandbox's own address is the second.
export async function freePort() {
  for (let i = 0; i < 200; i++) {
    const port = 20000 + Math.floor(Math.random() * 12000); // below those that the system gives out by itself
    if (await portIsFree(port) && await portIsFree(port + 1)) return port;
  }
  throw new Error('no two neighbouring free ports');
}

function describe(env) {
  const base = new URL(env.SHROFF_BASE_URL);
  return {
    env, base: env.SHROFF_BASE_URL, host: base.hostname, port: Number(base.port || 80),
    state: env.SHROFF_STATE, ...appsOf(env),
  };
}

function runScript(name, args, env, timeout) {
  return new Promise((done, fail) => {
    // Only what the caller gives: another stack's SHROFF_* must not leak into this one.
    const clean = Object.fromEntries(Object.entries(process.env).filter(([k]) => !k.startsWith('SHROFF_')));
    const keep = process.env.SHROFF_BUILD ? { SHROFF_BUILD: process.env.SHROFF_BUILD } : {};
    const child = spawn(join(ROOT, 'scripts', name), args,
      { cwd: ROOT, env: { ...clean, ...keep, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
    let out = '';
    const timer = setTimeout(() => child.kill('SIGTERM'), timeout);
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { out += d; });
    child.on('error', fail);
    // 'exit', not 'close': the detached programs may keep the pipes open.
    child.on('exit', (code, signal) => {
      clearTimeout(timer);
      child.stdout.destroy();
      child.stderr.destroy();
      if (code === 0) done(out);
      else fail(new Error(`scripts/${name} ended with ${code ?? signal}:\n${out.slice(-4000)}`));
    });
  });
}

// Many stacks run beside each other here: each gets less of the machine than a user's would.
const SMALL = { SHROFF_WORKERS: '4', SHROFF_DB_BUFFER_POOL: '256M', SHROFF_DB_REDO_LOG: '128M' };

// extra: settings; a state folder among them stays. small: false for what `run` gives by itself. disk: the state folder is a small disk
// of its own, of so many MiB (root only).
export async function startStack(extra = {}, { disk, small = true } = {}) {
  hookExit();
  const state = extra.SHROFF_STATE ?? mkdtempSync(join(tmpdir(), 'sh-'));
  const port = await freePort();
  const env = {
    SHROFF_STATE: state, SHROFF_PORT: String(port), SHROFF_SANDBOX_PORT: String(port + 1), ...(small ? SMALL : {}), ...extra,
  };
  const handle = { ownState: state, ownEnv: env, disk, stays: Boolean(extra.SHROFF_STATE) };
  owned.add(handle);
  if (disk) mount(state, disk);
  // scripts/test has built already; a tree that somebody edits meanwhile is not built again halfway.
  await runScript('run', ['--detach', ...(process.env.SHROFF_BUILT ? ['--no-build'] : [])], env, 300_000);
  return Object.assign(handle, describe(readEnvFile(join(state, 'demo.env'))));
}

// A file with a file system in it, beside its place.
function mount(place, mib) {
  execFileSync('truncate', ['-s', `${mib}M`, `${place}.disk`]);
  execFileSync('mkfs.ext4', ['-q', '-F', '-m', '0', `${place}.disk`], { env: { PATH: `${process.env.PATH}:/sbin:/usr/sbin` } });
  execFileSync('mount', ['-o', 'loop', `${place}.disk`, place]);
  rmSync(join(place, 'lost+found'), { recursive: true });
}

// False when a process still uses it: then nothing is deleted.
function unmount(place) {
  for (let i = 0; i < 20; i++) {
    if (spawnSync('umount', [place]).status === 0) { rmSync(`${place}.disk`, { force: true }); return true; }
    spawnSync('sleep', ['0.5']);
  }
  console.error(`${place} is still in use: umount it, then delete it and ${place}.disk`);
  return false;
}

export function stopStack(handle) {
  if (!owned.delete(handle)) return;
  spawnSync(join(ROOT, 'scripts', 'stop'), [], {
    cwd: ROOT, env: { PATH: process.env.PATH, HOME: process.env.HOME ?? '/', ...handle.ownEnv }, timeout: handle.disk ? 150_000 : 60_000,
  });
  if (handle.disk && !unmount(handle.ownState)) return;
  if (!handle.stays && !process.env.SHROFF_KEEP_STATE) rmSync(handle.ownState, { recursive: true, force: true });
}

let shared;
// The stack of this run.
export function useStack() {
  shared ??= process.env.SHROFF_DEMO_ENV
    ? Promise.resolve(describe(readEnvFile(process.env.SHROFF_DEMO_ENV)))
    : startStack();
  return shared;
}

// Pids of this stack's processes whose executable ends in `name`: by their environment, so that
// another stack on the machine is never touched.
export function pidsOf(stack, name) {
  const found = [];
  for (const pid of readdirSync('/proc').filter((d) => /^\d+$/.test(d))) {
    try {
      const exe = readlinkSync(`/proc/${pid}/exe`).replace(/ \(deleted\)$/, '');
      if (!exe.endsWith(`/${name}`)) continue;
      const environ = readFileSync(`/proc/${pid}/environ`, 'utf8');
      const cmdline = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      if (environ.split('\0').includes(`SHROFF_STATE=${stack.state}`) || cmdline.includes(stack.state)) {
        found.push(Number(pid));
      }
    } catch { /* gone meanwhile, or not ours */ }
  }
  return found;
}

export function logsOf(stack) {
  const dir = join(stack.state, 'log');
  if (!existsSync(dir)) return [];
  return readdirSync(dir, { recursive: true }).map(String)
    .map((f) => join(dir, f))
    .filter((f) => { try { readFileSync(f); return true; } catch { return false; } });
}

// The pid that scripts/run recorded for one of its programs: run/{name}.pid, whose first word it is.
export function pidOf(stack, name) {
  return Number(readFileSync(join(stack.state, 'run', `${name}.pid`), 'utf8').trim().split(/\s+/)[0]);
}

// Has each of them ended for good? A process loses its name before its sockets are closed: a zombie has none left.
export function allGone(pids) {
  return pids.every((pid) => {
    try {
      return /^\d+ \(.*\) [ZX] /s.test(readFileSync(`/proc/${pid}/stat`, 'utf8')) && readdirSync(`/proc/${pid}/task`).length <= 1;
    } catch { return true; }
  });
}
