// A program of the build by itself, with a stack's settings: as cron, a web server or an operator
// would start it.
import { spawn } from 'node:child_process';
import { buildPath } from '../lib/env.mjs';

export function program(stack, path, { args = [], env = {}, input = '', timeout = 20_000 } = {}) {
  return new Promise((done, fail) => {
    const child = spawn(buildPath(...path.split('/')), args, {
      env: { PATH: process.env.PATH, SHROFF_STATE: stack.state, SHROFF_BASE_URL: stack.base, SHROFF_MODE: 'test',
        SHROFF_NOTIFY_ALLOW_NETS: '127.0.0.0/8,::1/128', ...env },
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    let out = '';
    let err = '';
    const timer = setTimeout(() => { child.kill('SIGKILL'); fail(new Error(`${path} did not end: ${err}`)); }, timeout);
    child.stdout.on('data', (d) => { out += d; });
    child.stderr.on('data', (d) => { err += d; });
    child.stdin.on('error', () => {});
    child.stdin.end(input);
    child.on('error', fail);
    child.on('close', (code, signal) => { clearTimeout(timer); done({ code: code ?? signal, out, err }); });
  });
}

// One plain CGI request; gives the status and the JSON of the answer as well.
export async function cgi(stack, name, { method = 'GET', path, body = '', headers = {}, env = {} }) {
  const http = Object.fromEntries(Object.entries(headers).map(([k, v]) => [`HTTP_${k.toUpperCase().replaceAll('-', '_')}`, v]));
  const r = await program(stack, `cgi-bin/${name}`, { input: body, env: {
    GATEWAY_INTERFACE: 'CGI/1.1', SERVER_PROTOCOL: 'HTTP/1.1', REQUEST_METHOD: method, REQUEST_URI: path,
    QUERY_STRING: path.split('?')[1] ?? '', REMOTE_ADDR: '127.0.0.1',
    ...(body ? { CONTENT_LENGTH: String(Buffer.byteLength(body)), CONTENT_TYPE: 'application/json' } : {}), ...http, ...env } });
  const [head, ...rest] = r.out.split(/\r?\n\r?\n/);
  let json;
  try { json = JSON.parse(rest.join('\n\n')); } catch { /* no JSON came */ }
  return { ...r, status: Number(/^Status: (\d+)/im.exec(head)?.[1] ?? 0), json };
}
