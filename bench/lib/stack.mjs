// The stack under test: its own, from scripts/run; what is added to its nginx and its database.
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync, readdirSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT, buildPath, readEnvFile } from '../../tests/lib/env.mjs';
import { startStack, stopStack, pidOf } from '../../tests/lib/stack.mjs';
import { sleep } from './time.mjs';
import { cpuOf, familyOf } from './proc.mjs';

function freePort() {
  return new Promise((done) => {
    const s = createServer();
    s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
  });
}

// As root of this private database.
export function sql(stack, text, database = 'shroff') {
  return execFileSync('mariadb', ['--no-defaults', '-N', '-B', '-S', stack.dbSocket, database],
    { input: text, encoding: 'utf8', maxBuffer: 1 << 28 }).trim();
}

// Stops cron's jobs, so that no delivery runs beside a measurement: the peer delivers nothing either.
function restJobs(stack) {
  process.kill(pidOf(stack, 'scheduler'), 'SIGSTOP');
  for (const file of readdirSync(join(stack.state, 'run'))) {
    if (!/^job\..*\.pid$/.test(file)) continue;
    try { process.kill(Number(readFileSync(join(stack.state, 'run', file), 'utf8').split(' ')[0]), 'SIGTERM'); } catch { /* ended */ }
  }
}

const PARAMS = ['REQUEST_METHOD $request_method', 'REQUEST_URI $request_uri', 'QUERY_STRING $query_string',
  'CONTENT_TYPE $content_type', 'CONTENT_LENGTH $content_length', 'REMOTE_ADDR $remote_addr',
  'SERVER_PROTOCOL $server_protocol', 'REQUEST_ID $request_id'].map((p) => `fastcgi_param ${p};`).join(' ');

function serverOf(extra) {
  const { port, kind, to } = extra;
  if (kind === 'sink') return `server { listen 127.0.0.1:${port}; access_log off; keepalive_requests 1000000; location / { return 200 '{"code":0}'; } }`;
  if (kind === 'bare') return `upstream at${port} { server unix:${to} max_fails=0; keepalive ${extra.keep}; keepalive_timeout 1s; }
    server { listen 127.0.0.1:${port}; ${PARAMS} location / { fastcgi_keep_conn on; fastcgi_pass at${port}; } }`;
  return `upstream at${port} { server 127.0.0.1:${to}; keepalive 64; }
    server { listen 127.0.0.1:${port}; location / { proxy_pass http://at${port}; proxy_http_version 1.1;
      proxy_set_header Connection ""; } }`;
}

// More servers in the same nginx: {kind: sink | bare | peer, to: socket or port}. Gives them ports.
export async function addServers(stack, extras) {
  const file = join(stack.state, 'nginx', 'nginx.conf');
  for (const e of extras) e.port = await freePort();
  stack.extras = [...(stack.extras ?? []), ...extras];
  stack.conf ??= readFileSync(file, 'utf8').replace(/\}\s*$/, '');
  writeFileSync(file, `${stack.conf}${stack.extras.map(serverOf).join('\n')}\n}\n`);
  process.kill(pidOf(stack, 'nginx'), 'SIGHUP');
  await sleep(1500);
}

// Sets nothing else, so that it measures what a user gets. binlog: with the binary log, as in production. state: in this
// folder, which stays.
export async function openStack({ binlog = false, state } = {}) {
  const stack = await startStack({ ...(binlog && { SHROFF_DB_BINLOG: '1' }), ...(state && { SHROFF_STATE: state }) }, { small: false });
  stack.binlog = binlog;
  stack.dbSocket = stack.env.SHROFF_DB_SOCKET;
  stack.children = [];
  stack.settings = readEnvFile(join(stack.state, 'run', 'shroff.env'));
  process.on('exit', () => closeStack(stack));
  restJobs(stack);
  const [app, channel] = sql(stack, `SELECT a.id, c.id FROM pay_app a JOIN pay_channel c ON c.app_id = a.id AND c.code = 'mock'
    WHERE a.app_key = '${stack.app1.key}'`).split('\t').map(Number);
  const wallet = Number(sql(stack, `SELECT id FROM pay_channel WHERE app_id = ${app} AND code = 'wallet'`));
  return Object.assign(stack, { appId: app, channelId: channel, walletId: wallet, nextOrder: 0 });
}

export function closeStack(stack) {
  for (const child of stack.children) { try { process.kill(child.pid, 'SIGTERM'); } catch { /* ended */ } }
  stack.children = [];
  try { process.kill(pidOf(stack, 'scheduler'), 'SIGCONT'); } catch { /* stopped already */ }
  stopStack(stack);
}

// A program beside the stack, ended with it.
export function start(stack, command, args, env = {}, log = 'inherit') {
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'ignore', log] });
  stack.children.push(child);
  return child;
}

export function ctl(stack, ...args) {
  const done = spawnSync(buildPath('cli', 'shroffctl'), args, { env: { ...process.env, ...stack.settings }, encoding: 'utf8' });
  if (done.status !== 0) throw new Error(`shroffctl ${args[0]} ${args[1]}: ${done.stderr}${done.stdout}`);
  return done.stdout;
}

// The groups of processes whose CPU is measured, by name.
export function groupsOf(stack) {
  const groups = {};
  for (const name of ['create', 'callback', 'query', 'refund', 'mockpay', 'sandbox_alipay', 'sandbox_wechat', 'nginx', 'mariadb']) groups[name] = familyOf(pidOf(stack, name));
  for (const child of stack.children) (groups[child.label ?? 'other'] ??= []).push(...familyOf(child.pid));
  return groups;
}

export function cpuByGroup(stack) {
  return Object.fromEntries(Object.entries(groupsOf(stack)).map(([name, pids]) => [name, cpuOf(pids)]));
}

export { ROOT, buildPath, pidOf };
