// nginx as production has it: Debian's own /etc/nginx, with nginx/production.conf in its conf.d as docs/operate.md
// says, on free ports of 127.0.0.1. With a stack, its programs answer behind it.
import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from './env.mjs';
import { freePort } from './stack.mjs';
import { until } from './wait.mjs';

const running = new Set();
process.on('exit', () => { for (const p of running) p.stop(); });

function edit(file, changes) {
  const text = changes.reduce((all, [from, to]) => all.replaceAll(from, to), readFileSync(file, 'utf8'));
  writeFileSync(file, text);
}
function everyFile(dir) {
  return readdirSync(dir, { recursive: true }).map((f) => join(dir, String(f))).filter((f) => statSync(f).isFile());
}

function childrenOf(pid) {
  return readdirSync('/proc').filter((d) => /^\d+$/.test(d)).map(Number).filter((child) => {
    try { return new RegExp(`^PPid:\\s+${pid}$`, 'm').test(readFileSync(`/proc/${child}/status`, 'utf8')); } catch { return false; }
  });
}

// What docs/operate.md has an operator do with nginx.conf: its shell lines, each on the copy.
function documented(etc) {
  const guide = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8');
  const lines = guide.split('\n').filter((l) => /^ {4,}.*\/etc\/nginx\/(nginx\.conf|modules-enabled)/.test(l));
  for (const line of lines) execFileSync('sh', ['-ec', line.replaceAll('/etc/nginx', etc)]);
}

// { port, plain, dir, etc, workers(), stop() }: TLS and HTTP/2 on port, plain HTTP on `plain`.
export async function startProduction(stack) {
  const dir = mkdtempSync(join(tmpdir(), 'sh-nginx-'));
  const etc = join(dir, 'etc');
  const [port, stock] = [await freePort(), await freePort()];
  const plain = port + 1;
  cpSync('/etc/nginx', etc, { recursive: true, dereference: true });
  // As Debian installs it, whatever sites this machine has.
  for (const d of ['conf.d', 'sites-enabled']) { rmSync(join(etc, d), { recursive: true }); mkdirSync(join(etc, d)); }
  cpSync(join(etc, 'sites-available/default'), join(etc, 'sites-enabled/default'));
  for (const d of ['log', 'temp']) mkdirSync(join(dir, d));
  symlinkSync(join(ROOT, 'nginx'), join(etc, 'shroff'));
  execFileSync('openssl', ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2',
    '-subj', '/CN=pay.example.com', '-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')], { stdio: 'ignore' });
  cpSync(join(ROOT, 'nginx/production.conf'), join(etc, 'conf.d/shroff.conf'));
  edit(join(etc, 'conf.d/shroff.conf'), [
    [/listen \[::\].*\n/g, ''], ['listen 443', `listen 127.0.0.1:${port}`], ['listen 80', `listen 127.0.0.1:${plain}`],
    [/\/etc\/letsencrypt\/.*fullchain.pem/g, join(dir, 'cert.pem')], [/\/etc\/letsencrypt\/.*privkey.pem/g, join(dir, 'key.pem')],
    ...(stack ? [['/run/shroff/', `${stack.state}/run/`]] : []),
  ]);
  documented(etc);
  // Where this copy lies; else it is Debian's, word for word.
  for (const file of everyFile(etc).filter((f) => !f.startsWith(join(etc, 'shroff')))) {
    edit(file, [['/etc/nginx/', `${etc}/`], ['/var/log/nginx/', `${dir}/log/`], [/^pid .*/gm, `pid ${dir}/pid;`], [/^user .*/gm, process.getuid() === 0 ? 'user root;' : ''],
      [/listen \[::\]:80 .*\n/g, ''], [/listen 80 default_server/g, `listen 127.0.0.1:${stock} default_server`]]);
  }
  writeFileSync(join(etc, 'conf.d/test.conf'), ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${dir}/temp/${n};\n`).join(''));
  const child = spawn('nginx', ['-c', join(etc, 'nginx.conf'), '-g', 'daemon off;'], { stdio: 'inherit', env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  const self = { port, plain, dir, etc, workers: () => childrenOf(child.pid), stop() { if (running.delete(self)) { child.kill('SIGTERM'); rmSync(dir, { recursive: true, force: true }); } } };
  running.add(self);
  await until('nginx listens', () => new Promise((done) => {
    const s = connect(port, '127.0.0.1', () => { s.destroy(); done(true); });
    s.on('error', () => done(false));
  }), 10_000);
  return self;
}
