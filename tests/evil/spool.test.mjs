// Bodies that are larger than they may be, under every head that makes nginx take another way than the straight one:
// at every location and every error page, nginx writes at most 64 KiB of them anywhere, neither to its temp folder nor
// to a program. Its temp files have no name, so what counts is what its processes write (/proc/PID/io).
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import http2 from 'node:http2';
import net from 'node:net';
import tls from 'node:tls';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { startProduction } from '../lib/production.mjs';
import { sendHttp2 } from '../lib/raw_http2.mjs';
import { pidsOf, startStack } from '../lib/stack.mjs';

const BODY = Buffer.alloc(512 * 1024, 'x');
const MOST = (64 + 32 + 8) * 1024;         // a body that is allowed, nginx's buffer of log lines, the answer
const nginxParts = () => ['locations.conf', 'test_mode.conf'].map((f) => readFileSync(join(ROOT, 'nginx', f), 'utf8')).join('\n');
// A path for every location, so that a new one is walked as well.
const PATHS = [...nginxParts().matchAll(/^location\s+(=|~)?\s*(\S+)/gm)]
  .map(([, how, path]) => (how === '=' ? path : how === '~' ? '/_refused/400' : `${path}x`)).concat('/nowhere/at/all', '/api/pay/status?token=x', `/${'x'.repeat(9000)}`);
const LIVE = PATHS.filter((p) => p.length < 100 && !/mock|shop|sandbox|favicon/.test(p));
const LONG = 'Content-Length: 5000000000\r\n', ONE = 'Authorization: x\r\n';
const CHUNKED = 'Transfer-Encoding: chunked\r\n';
// name: [method, what stands in the head, before the body]
const HEADS = {
  'a length of 5e9': ['POST', LONG],
  'a length of 5e9, Authorization': ['POST', ONE + LONG],
  'a length and chunked': ['POST', LONG + CHUNKED],
  'a length and chunked, Authorization': ['POST', ONE + LONG + CHUNKED],
  'a length and xchunked, Authorization': ['POST', `${ONE + LONG}Transfer-Encoding: xchunked\r\n`],
  'chunked in one chunk, Authorization': ['POST', ONE + CHUNKED, '12a05f200\r\n'],
  'a chunk that is no number, Authorization': ['POST', ONE + CHUNKED, '10\r\n0123456789abcdef\r\nzz\r\n'],
  'many chunks that together are too long': ['POST', CHUNKED, `3e8\r\n${'x'.repeat(1000)}\r\n`.repeat(100)],
  'many chunks that together are too long, Authorization': ['POST', ONE + CHUNKED, '1\r\nx\r\n'.repeat(70_000)],
  'two Authorizations after a length': ['POST', LONG + ONE + ONE],
  'two Authorizations before a length': ['POST', ONE + ONE + LONG],
  'two lengths, Authorization': ['POST', ONE + LONG + LONG],
  'a GET with a body': ['GET', ONE + LONG],
  'another method': ['PUT', ONE + LONG],
  'a method that is none': ['x!', ONE + LONG],
  'TRACE': ['TRACE', ONE + LONG],
  'a header that is too long': ['POST', `${ONE + LONG + CHUNKED}X: ${'x'.repeat(20_000)}\r\n`],
  'Expect': ['POST', `${ONE}${LONG}Expect: 100-continue\r\n`],
  'no Host': ['POST', ONE + LONG, '', ''],
};

const written = (pids) => pids.reduce((n, pid) => n + Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))[1]), 0);

// Sends half a MiB under that head; until it is answered and taken, or nothing happens any more.
function pour(open, path, [method, more, first = '', host = 'Host: pay.example.com\r\n']) {
  return new Promise((done) => {
    let text = '', flushed = false, idle;
    const socket = open();
    const finish = () => { clearTimeout(idle); socket.destroy(); done(text); };
    const wait = (ms) => { clearTimeout(idle); idle = setTimeout(finish, ms); };
    const look = () => { if (flushed && text) wait(5); };
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('data', (d) => { text += d.toString('latin1'); look(); });
    wait(2000);
    socket.write(`${method} ${path} HTTP/1.1\r\n${host}Content-Type: application/json\r\n${more}\r\n${first}`);
    socket.write(BODY, () => { flushed = true; wait(300); look(); });
  });
}

async function walk(pids, open, paths = PATHS) {
  const bad = [], codes = new Map();
  for (const path of paths) {
    for (const [name, head] of Object.entries(HEADS)) {
      const was = written(pids);
      const text = await pour(open, path, head);
      const bytes = written(pids) - was;
      const code = Number(/"code":(\d+)/.exec(text.replace(/^HTTP\/1.1 100[^]*?\r\n\r\n/, ''))?.[1] ?? 0);
      codes.set(`${path} ${name}`, code);
      if (bytes > MOST) bad.push(`${path}, ${name}: ${bytes} bytes`);
      if (/^HTTP\/1.1 5/.test(text)) bad.push(`${path}, ${name}: ${text.slice(0, 100)}`);
      if (text.includes('<html') && !/^HTTP\/1.1 302/.test(text)) bad.push(`${path}, ${name}: ${text.slice(0, 200)}`);
    }
  }
  assert.deepEqual(bad, []);
  return codes;
}

let stack, production;
before(async () => {
  stack = await startStack();
  production = await startProduction(stack);
});
after(() => production?.stop());

describe('a body of half a MiB, a head that lies', () => {
  test('plain HTTP, every location: nothing is spooled or passed on, and the order of refusals holds', async () => {
    const codes = await walk(pidsOf(stack, 'nginx'), () => net.connect(stack.port, stack.host));
    const is = (path, name, code) => assert.equal(codes.get(`${path} ${name}`), code, `${path}, ${name}`);
    is('/nowhere/at/all', 'a length of 5e9', 40400);
    is('/nowhere/at/all', 'another method', 40400);
    is('/_refused/400', 'a length of 5e9', 40400);
    is('/_error/400', 'a length of 5e9, Authorization', 40400);
    is('/api/pay/create', 'a length of 5e9', 41300);
    is('/api/pay/create', 'another method', 40500);
    is('/api/pay/create', 'Expect', 41300);
    is('/api/pay/create', 'a length and chunked, Authorization', 40000);
    is('/api/pay/create', 'a length and xchunked, Authorization', 40000);
    is('/api/pay/create', 'two Authorizations after a length', 40100);
    is('/api/pay/create', 'two Authorizations before a length', 40100);
    is('/api/pay/create', 'chunked in one chunk, Authorization', 41300);
    for (const path of ['/api/pay/create', '/api/pay/callback', '/api/pay/notify/x'])
      is(path, 'many chunks that together are too long', path.endsWith('/x') ? 40400 : 41300);
  });
  test('as production has it, over TLS', async () => {
    await walk(production.workers(), () => tls.connect({ port: production.port, host: '127.0.0.1', rejectUnauthorized: false, servername: 'pay.example.com', ALPNProtocols: ['http/1.1'] }), LIVE);
  });
  test('plain HTTP on the port of TLS', async () => {
    await walk(production.workers(), () => net.connect(production.port, '127.0.0.1'), LIVE);
  });
  test('over HTTP/2', async (t) => {
    const pids = production.workers(), long = ['content-length', '5000000000'], one = ['authorization', 'x'];
    let most = 0;
    for (const path of LIVE) {
      for (const more of [[], [one], [one, long], [one, one, long], [long, one, one], [one, long, ['transfer-encoding', 'chunked']], [one, long, ['transfer-encoding', 'xchunked']]]) {
        const was = written(pids);
        most = Math.max(most, await sendHttp2(production.port, [[':method', 'POST'], [':scheme', 'https'], [':path', path], [':authority', 'pay.example.com'], ['content-type', 'application/json'], ...more], BODY));
        const bytes = written(pids) - was;
        assert.ok(bytes <= MOST, `${path} ${more.join(' ')}: ${bytes} bytes`);
      }
    }
    t.diagnostic(`of one body ${most} bytes were taken`);
    // The refusal itself, with and without a length: nginx's own pages redirect each other in another way than over HTTP/1.
    const answer = (path, more) => new Promise((done) => {
      const session = http2.connect(`https://127.0.0.1:${production.port}`, { rejectUnauthorized: false, servername: 'pay.example.com' });
      const stream = session.request({ ':method': 'POST', ':path': path, 'content-type': 'application/json', ...more });
      let status = 0, text = '';
      session.on('error', () => done('no answer'));
      stream.on('error', () => {});
      stream.on('response', (h) => { status = h[':status']; });
      stream.on('data', (d) => { text += d; });
      stream.on('close', () => { done(`${status} ${/"code":(\d+)/.exec(text)?.[1]}`); session.destroy(); });
      stream.end(Buffer.alloc(66_560, 'x'));
    });
    for (const path of ['/api/pay/callback', '/api/pay/notify/order/1', '/api/pay/notify/transfer/1', '/api/pay/create']) {
      for (const more of [{}, { 'content-length': '66560' }, { 'content-length': '66560', authorization: 'x' }, { 'content-length': '66560', expect: '100-continue' }])
        assert.equal(await answer(path, more), '413 41300', `${path} ${JSON.stringify(more)}`);
    }
    // Without a length, nginx learns only while it reads that a body is too long.
    assert.equal(await new Promise((done) => {
      const session = http2.connect(`https://127.0.0.1:${production.port}`, { rejectUnauthorized: false, servername: 'pay.example.com' });
      session.on('error', () => done('no answer'));
      const stream = session.request({ ':method': 'POST', ':path': '/api/pay/callback', 'content-type': 'application/json' });
      stream.on('response', (h) => { done(h[':status']); session.destroy(); });
      stream.on('error', () => {});
      stream.write(BODY);
    }), 413);
  });
});

test('a client that goes on sending after a refusal is cut off within seven seconds', async () => {
  const cut = (path) => new Promise((done) => {
    const socket = net.connect(stack.port, stack.host), at = Date.now();
    const drip = setInterval(() => socket.write('x'.repeat(1000)), 100);
    const end = () => { clearInterval(drip); clearTimeout(timer); socket.destroy(); done(Date.now() - at); };
    const timer = setTimeout(end, 12_000);
    socket.on('error', () => {});
    socket.on('close', end);
    socket.resume();
    socket.write(`POST ${path} HTTP/1.1\r\nHost: x\r\n${LONG}\r\n`);
  });
  for (const ms of await Promise.all(['/nowhere', '/api/pay/create', '/api/pay/callback', '/'].map(cut))) assert.ok(ms < 7000, `${ms} ms`);
});

test('no location that takes a body of any length passes anything on', () => {
  const all = execFileSync('nginx', ['-c', join(production.etc, 'nginx.conf'), '-T'], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'], env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  const shared = readFileSync(join(ROOT, 'nginx/error.conf'), 'utf8');
  for (const [block] of (all + nginxParts()).matchAll(/location [^{]*\{[^}]*\}/g)) {
    const whole = block.replace('include shroff/error.conf;', shared);
    assert.ok(!/client_max_body_size 0/.test(whole) || !/_pass /.test(whole), block);
  }
});
