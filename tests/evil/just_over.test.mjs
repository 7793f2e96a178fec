// A body of 65 KiB, one more than is allowed, under every hostile head: nginx has read most or all of it before it refuses,
// so that its error pages meet a request in another condition than in spool.test.mjs. No answer is nginx's own 5xx.
import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import net from 'node:net';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { startStack } from '../lib/stack.mjs';
import { inParallel } from '../lib/suite.mjs';

const BODY = 'x'.repeat(66_560), SIZE = `${BODY.length}`;
const CHUNKS = `${BODY.length.toString(16)}\r\n${BODY}\r\n0\r\n\r\n`;
const SMALL = `${'3e8\r\n'.concat('x'.repeat(1000), '\r\n').repeat(67)}0\r\n\r\n`;
const PATHS = [...readFileSync(join(ROOT, 'nginx/locations.conf'), 'utf8').matchAll(/^location\s+(=|~)?\s*(\S+)/gm)]
  .map(([, how, path]) => (how === '=' ? path : how === '~' ? '/_refused/400' : `${path}x`))
  .filter((p) => !process.env.ONLY || new RegExp(process.env.ONLY).test(p)).concat('/api/pay/notify/order/1', '/api/pay/notify/refund/1', '/api/pay/notify/transfer/1', '/api/pay/notify/order/x', '/nowhere');
const LENGTH = `Content-Length: ${SIZE}\r\n`, CHUNKED = 'Transfer-Encoding: chunked\r\n', ONE = 'Authorization: x\r\n';
const SIGNED = 'Authorization: SHROFF-HMAC-SHA256 app_key="a"\r\n';
// What stands in the head, and the body as it is sent.
const FRAMES = {
  'a length': [LENGTH, BODY],
  'a length, Expect': [`${LENGTH}Expect: 100-continue\r\n`, BODY],
  'a length, another Expect': [`${LENGTH}Expect: 200-nonsense\r\n`, BODY],
  'one chunk': [CHUNKED, CHUNKS],
  'many chunks': [CHUNKED, SMALL],
  'one chunk, Expect': [`${CHUNKED}Expect: 100-continue\r\n`, CHUNKS],
  'chunks that end early': [CHUNKED, SMALL.slice(0, -20)],
  'a bad chunk at the end': [CHUNKED, `${SMALL.slice(0, -5)}zz\r\n`],
  'a bad chunk at once': [CHUNKED, `zz\r\n${BODY}`],
  'a length and chunked': [LENGTH + CHUNKED, CHUNKS],
  'chunked and a length': [CHUNKED + LENGTH, BODY],
  'two lengths': [LENGTH + LENGTH, BODY],
  'two lengths that differ': [`${LENGTH}Content-Length: 1\r\n`, BODY],
  'xchunked': ['Transfer-Encoding: xchunked\r\n', BODY],
  'identity': [`${LENGTH}Transfer-Encoding: identity\r\n`, BODY],
  'gzip, chunked': ['Transfer-Encoding: gzip, chunked\r\n', CHUNKS],
  'chunked twice': [CHUNKED + CHUNKED, CHUNKS],
  'a length below nothing': [`Content-Length: -${SIZE}\r\n`, BODY],
  'a length in hex': ['Content-Length: 0x10400\r\n', BODY],
  'no length': ['', BODY],
};
const MORE = { '': '', ', Authorization': ONE, ', two of them': ONE + ONE, ', a signature': SIGNED, ', a cookie of 8 KB': `Cookie: ${'c'.repeat(8000)}\r\n`, ', close': 'Connection: close\r\n' };

let stack;
before(async () => { stack = await startStack(); });

// In one piece: nginx finds the body behind the head. Else the body comes a moment later.
function pour(text, body, whole) {
  return new Promise((done) => {
    let got = '';
    const socket = net.connect(stack.port, stack.host);
    const finish = () => { clearTimeout(timer); socket.destroy(); done(got); };
    const timer = setTimeout(finish, 8000);
    socket.on('error', finish);
    socket.on('close', finish);
    socket.on('data', (d) => {
      got += d.toString('latin1');
      if (/^HTTP\/1.1 100[^]*?\r\n\r\n$/.test(got)) return;
      if (/\r\n\r\n[^]*\}\s*$|<\/html>|\r\n\r\n$/.test(got)) setTimeout(finish, 5);
    });
    if (whole) socket.write(text + body);
    else { socket.write(text); setTimeout(() => socket.write(body), 10); }
  });
}

test(`${PATHS.length} paths, ${Object.keys(FRAMES).length} framings, ${Object.keys(MORE).length} more heads`, async (t) => {
  const cases = PATHS.flatMap((path) => Object.entries(FRAMES).flatMap(([frame, [head, body]]) => Object.entries(MORE).flatMap(([more, line]) =>
    ['HTTP/1.1', 'HTTP/1.0'].flatMap((version) => [true, false].map((whole) => ({ path, name: `${path}: ${frame}${more}, ${version}${whole ? '' : ', in two pieces'}`,
      text: `POST ${path} ${version}\r\nHost: x\r\nContent-Type: application/json\r\n${head}${line}\r\n`, body, whole }))))));
  const codes = new Map(), bad = [];
  await inParallel(cases, 24, async ({ name, text, body, whole }) => {
    const answer = (await pour(text, body, whole)).replace(/^HTTP\/1.1 100[^]*?\r\n\r\n/, '');
    const status = Number(/^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1] ?? 0), code = Number(/"code":(\d+)/.exec(answer)?.[1] ?? 0);
    codes.set(code, (codes.get(code) ?? 0) + 1);
    if (status >= 500 || (status !== 0 && code === 0 && status !== 302)) bad.push(`${name}: ${answer.slice(0, 60)} ${answer.slice(-120)}`);
  });
  t.diagnostic(`${cases.length} requests: ${[...codes].map(([code, n]) => `${n} ${code}`).join(', ')}`);
  assert.deepEqual([bad.length, bad.slice(0, 20)], [0, []]);
});
