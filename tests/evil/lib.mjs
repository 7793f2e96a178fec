// What the evil tests share: servers that answer raw bytes, what processes use, what must not leak.
import { createServer } from 'node:net';
import { createServer as createTls } from 'node:tls';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { logsOf, pidsOf } from '../lib/stack.mjs';
import { sleep } from '../lib/wait.mjs';

const open = new Set();
export const closeAll = () => { for (const close of open) close(); open.clear(); };

function listen(server, sockets, host = '127.0.0.1') {
  server.on('connection', (s) => { sockets.add(s); s.on('error', () => {}); s.on('close', () => sockets.delete(s)); });
  server.on('tlsClientError', () => {});
  open.add(() => { for (const s of sockets) s.destroy(); server.close(); });
  return new Promise((done, fail) => {
    server.once('error', fail);
    server.listen(0, host, 1024, () => { server.unref(); done(server.address().port); });
  });
}

// talk(socket, text of the request so far, n) once the request is whole; `early`: as soon as the connection stands.
export async function rawServer(talk, { early = false, tls } = {}) {
  const sockets = new Set(), hits = [];
  const onSocket = (socket) => {
    let text = '', begun = false;
    socket.on('error', () => {});
    const go = () => { begun = true; hits.push({ at: Date.now(), text }); talk(socket, text, hits.length); };
    if (early) { go(); socket.resume(); return; }
    socket.on('data', (d) => {
      if (begun) return;
      text += d.toString('latin1');
      const end = text.indexOf('\r\n\r\n');
      const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
      if (end >= 0 && text.length >= end + 4 + length) go();
    });
  };
  const server = tls ? createTls(tls, onSocket) : createServer(onSocket);
  const port = await listen(server, sockets);
  return { port, hits, url: `http${tls ? 's' : ''}://127.0.0.1:${port}/n` };
}

// Counts who comes, on every address of the machine, and would say success.
export async function canary() {
  const sockets = new Set(), seen = [];
  const port = await listen(createServer((s) => {
    seen.push(`${s.remoteAddress}`);
    s.on('error', () => {});
    s.on('data', () => s.end('HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nsuccess'));
  }), sockets, '::');
  return { port, seen };
}

export const head = (status, headers = {}) =>
  `HTTP/1.1 ${status}\r\n${Object.entries(headers).map(([k, v]) => `${k}: ${v}\r\n`).join('')}\r\n`;
export const page = (status, body, headers = {}) =>
  head(status, { 'Content-Length': Buffer.byteLength(body), Connection: 'close', ...headers }) + body;

// Writes what `next` gives until the other side goes, `every` ms apart (0: as fast as it is taken).
export function pour(socket, next, every = 0) {
  if (every > 0) {
    const timer = setInterval(() => (socket.destroyed ? clearInterval(timer) : socket.write(next())), every);
    socket.on('close', () => clearInterval(timer));
    return;
  }
  const more = () => { while (!socket.destroyed && socket.writable) if (!socket.write(next())) { socket.once('drain', more); return; } };
  more();
}

// A certificate that is wrong in one way; made once each.
const made = new Map();
export function badCertificate(how) {
  if (made.has(how)) return made.get(how);
  const dir = mkdtempSync(join(tmpdir(), 'sh-tls-'));
  const [key, cert] = [join(dir, 'key'), join(dir, 'cert')];
  const name = how === 'wrong name' ? 'other.example' : '127.0.0.1';
  const run = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const kind = how === 'RSA' ? ['rsa:2048'] : ['ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1'];
  run('req', '-x509', '-newkey', ...kind, '-nodes', '-keyout', key, '-out', cert, '-subj', `/CN=${name}`, '-days', '30');
  if (how === 'expired') {
    writeFileSync(join(dir, 'ca'), '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\n[any]\ncommonName=supplied\n');
    writeFileSync(join(dir, 'index'), '');
    run('req', '-new', '-key', key, '-subj', `/CN=${name}`, '-out', 'csr');
    run('ca', '-batch', '-config', 'ca', '-selfsign', '-keyfile', key, '-in', 'csr', '-out', cert, '-notext', '-startdate', '20200101000000Z', '-enddate', '20200102000000Z');
  }
  const pair = { key: readFileSync(key), cert: readFileSync(cert) };
  rmSync(dir, { recursive: true });
  made.set(how, pair);
  return pair;
}

// ---- what a process uses

export function usage(pid) {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kb = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0);
  return { rss: kb('VmRSS'), peak: kb('VmHWM'), fds: readdirSync(`/proc/${pid}/fd`).length };
}
// Watches a program's processes, however often they are replaced; peaks by pid in KiB.
export function watchPeaks(stack, name, every = 200) {
  const peaks = new Map();
  const look = () => {
    for (const pid of pidsOf(stack, name)) {
      try { peaks.set(pid, Math.max(peaks.get(pid) ?? 0, usage(pid).peak)); } catch { /* gone */ }
    }
  };
  const timer = setInterval(look, every);
  timer.unref();
  return { peaks, stop: () => { look(); clearInterval(timer); } };
}
// The workers of a program: its processes but their parent.
export function workersOf(stack, name) {
  const pids = pidsOf(stack, name);
  const parent = (pid) => Number(/^PPid:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
  return pids.filter((p) => { try { return pids.includes(parent(p)); } catch { return false; } });
}

// ---- what must not leak

export function secretsOf(stack, more = []) {
  const dir = join(stack.state, 'secrets');
  const files = readdirSync(dir).flatMap((f) => readFileSync(join(dir, f), 'utf8').split('\n'))
    .flatMap((line) => [line.trim(), line.trim().replace(/^\d+:/, '')]);
  const { app1, app2 } = stack;
  return [...new Set([...files, app1.secret, app1.channelSecret, app1.webhookSecret, app2.secret, app2.channelSecret,
    stack.env.SHROFF_DB_PASSWORD, ...more].filter((s) => s && s.length >= 12))];
}
export function leaks(text, secrets) { return secrets.filter((s) => text.includes(s)).map((s) => `${s.slice(0, 4)}…`); }
// Files of the stack's log folder that hold a secret.
export function leakyLogs(stack, secrets) {
  return logsOf(stack).flatMap((f) => leaks(readFileSync(f, 'latin1'), secrets).map((s) => `${f}: ${s}`));
}

export function percentile(list, p) {
  const sorted = [...list].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * p / 100) - 1)];
}
export { sleep };
