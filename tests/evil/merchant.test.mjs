// Merchants that answer notifications with every malformed HTTP and TLS: each answer is classed rightly and
// recorded, no redirect is followed, the runner's memory stays small, and no other merchant waits.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { brotliCompressSync, deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import { paidOrder } from '../lib/refund.mjs';
import { merchant } from '../lib/merchant.mjs';
import { readerDb } from '../lib/db.mjs';
import { startStack } from '../lib/stack.mjs';
import { until } from '../lib/wait.mjs';
import { badCertificate, canary, closeAll, head, leakyLogs, page, percentile, pour, rawServer, secretsOf, sleep, watchPeaks } from './lib.mjs';

const say = (bytes) => (s) => s.end(bytes);
const http = (talk, opts) => () => rawServer(talk, opts);
const CLOSED = { Connection: 'close' };
const bomb = () => gzipSync(Buffer.alloc(50 << 20, 0x20), { level: 9 });
const tls = (how, more = {}) => () => rawServer(say(page('200 OK', 'success')), { tls: { ...badCertificate(how), ...more } });
const chain = (copies, own = badCertificate('self-signed')) => tls('self-signed', { cert: Array(copies).fill(own.cert).join('') });
const coded = (coding, z) => (s) => { s.write(head('200 OK', { 'Content-Encoding': coding, 'Content-Length': z.length, ...CLOSED })); s.end(z); };
const chunk = (text) => `${text.length.toString(16)}\r\n${text}\r\n`;

let stack, db, trap, good, peaks;
const redirect = (to, status = 302) => http((s) => s.end(page(`${status} Moved`, 'success', { Location: typeof to === 'function' ? to() : to })));
const trapped = () => `http://127.0.0.1:${trap.port}/stolen`;

// name: [what stands there, status in notify_log, error_code (or several that fit)]
const ROWS = {
  // ---- statuses and redirects (F48, F52)
  '204': [http(say(head('204 No Content', CLOSED))), 21, 'HTTP_204'],
  '206 success': [http(say(page('206 Partial', 'success'))), 21, 'HTTP_206'],
  '299 success': [http(say(page('299 Odd', 'success'))), 21, 'HTTP_299'],
  '304 success': [http(say(head('304 Not Modified', CLOSED))), 21, 'HTTP_304'],
  '418 success': [http(say(page('418 Teapot', 'success'))), 21, 'HTTP_418'],
  '599 success': [http(say(page('599 Odd', 'success'))), 21, 'HTTP_599'],
  '301 to a canary': [redirect(trapped, 301), 21, 'HTTP_301', /redirects are not followed: to http:\/\/127.0.0.1/],
  '302 to a canary': [redirect(trapped), 21, 'HTTP_302'],
  '303 to a canary': [redirect(trapped, 303), 21, 'HTTP_303'],
  '307 to a canary': [redirect(trapped, 307), 21, 'HTTP_307'],
  '308 to a canary': [redirect(trapped, 308), 21, 'HTTP_308'],
  '302 to the metadata service': [redirect('http://169.254.169.254/latest/meta-data/'), 21, 'HTTP_302'],
  '302 to a file': [redirect('file:///etc/passwd'), 21, 'HTTP_302'],
  '302 to gopher': [redirect(() => `gopher://127.0.0.1:${trap.port}/_success`), 21, 'HTTP_302', /redirects are not followed: to gopher:/],
  '302 to itself': [http((s) => s.end(page('302 Found', '', { Location: '/n' }))), 21, 'HTTP_302'],
  '200 with Location and Refresh': [http((s) => s.end(page('200 OK', 'no', { Location: trapped(), Refresh: `0; url=${trapped()}` }))), 21, 'BODY_RULE'],
  '101 another protocol': [http(say(head('101 Switching Protocols', { Upgrade: 'h2c', Connection: 'Upgrade' }))), [21, 22], ['HTTP_101', 'TIMEOUT', 'CONNECT']],
  // ---- bodies (F49)
  'NOT_SUCCESS': [http(say(page('200 OK', 'NOT_SUCCESS'))), 21, 'BODY_RULE'],
  'a byte order mark': [http(say(page('200 OK', '\ufeffsuccess'))), 10, 'OK'],
  'a cut emoji, a member twice, 0.0': [http(say(page('200 OK', '{"m":"\\ud83d","m":1,"code":0.0}'))), 10, 'OK'],
  'a zero-width space within': [http(say(page('200 OK', 'suc\u200bcess'))), 21, 'BODY_RULE'],
  'code twice': [http(say(page('200 OK', '{"code":1,"code":0}'))), 21, 'BODY_RULE'],
  'code in quotes': [http(say(page('200 OK', '{"code":"0"}'))), 21, 'BODY_RULE'],
  'success in UTF-16': [http((s) => { s.write(head('200 OK', { 'Content-Length': 14, ...CLOSED })); s.end(Buffer.from('success', 'utf16le')); }), 21, 'BODY_RULE'],
  'escape sequences, NULs and what is no UTF-8': [http((s) => { s.write(head('200 OK', CLOSED)); s.end(Buffer.from('\x1b[2J\x00\xff\xfe%n%s\r\n"}{', 'latin1')); }), 21, 'BODY_RULE'],
  'HTML with a script': [http(say(page('200 OK', '<script>alert("success")</script>'))), 21, 'BODY_RULE'],
  'JSON nested a thousand deep': [http(say(page('200 OK', `${'{"code":'.repeat(1000)}0${'}'.repeat(1000)}`))), 21, 'BODY_RULE'],
  'JSON of 60 KB and no code': [http(say(page('200 OK', `{"x":"${'y'.repeat(60000)}"}`))), 21, 'BODY_RULE'],
  'success, compressed': [http(coded('gzip', gzipSync('success'))), 10, 'OK'],
  'success in zlib': [http(coded('deflate', deflateSync('success'))), 10, 'OK'],
  'success, deflated raw': [http(coded('deflate', deflateRawSync('success'))), 10, 'OK'],
  'success, compressed twice': [http(coded('gzip', gzipSync(gzipSync('success')))), 21, 'BODY_RULE'],
  'gzip that is none': [http(coded('gzip', Buffer.from('success'))), 10, 'OK'],
  'gzip cut short': [http(coded('gzip', gzipSync('success').subarray(0, 20))), 21, 'BODY_RULE'],
  'a coding that is none': [http(coded('utf-8', Buffer.from('success'))), 10, 'OK'],
  'brotli, not asked for': [http(coded('br', brotliCompressSync('success'))), 21, 'BODY_RULE'],
  'no, compressed': [http(coded('gzip', gzipSync('no'))), 21, 'BODY_RULE'],
  '64 KiB and one byte, compressed': [http(coded('gzip', gzipSync(`success${' '.repeat(65530)}`))), 22, 'TOO_LARGE'],
  'a bomb of 50 MB in 50 KB': [http(coded('gzip', bomb())), 22, 'TOO_LARGE'],
  // ---- too slow (F50, F57)
  'one byte of body a second': [http((s) => { s.write(head('200 OK', { 'Content-Length': 700 })); pour(s, () => 's', 1000); }), 22, 'TIMEOUT'],
  'one byte of header a second': [http((s) => pour(s, () => 'H', 1000)), 22, ['TIMEOUT', 'CONNECT']],
  'headers one byte a second': [http((s) => { s.write('HTTP/1.1 200 OK\r\nX: '); pour(s, () => 'y', 1000); }), 22, 'TIMEOUT'],
  'silence after the connection': [http(() => {}, { early: true }), 22, 'TIMEOUT'],
  'silence after the headers': [http((s) => s.write(head('200 OK', { 'Content-Length': 7 }))), 22, 'TIMEOUT'],
  'silence in a chunk': [http((s) => s.write(`${head('200 OK', { 'Transfer-Encoding': 'chunked' })}7\r\nsucc`)), 22, 'TIMEOUT'],
  'chunks that never end, slowly': [http((s) => { s.write(`${head('200 OK', { 'Transfer-Encoding': 'chunked' })}${chunk('success')}`); pour(s, () => chunk(' '), 500); }), 22, 'TIMEOUT'],
  '1xx now and then, for ever': [http((s) => pour(s, () => head('102 Processing'), 300)), 22, 'TIMEOUT'],
  // ---- too much (F50, F51)
  '1xx without end': [http((s) => pour(s, () => head('103 Early Hints', { Link: 'x'.repeat(200) }))), 22, 'TOO_LARGE'],
  'headers without end': [http((s) => { s.write('HTTP/1.1 200 OK\r\n'); pour(s, () => `X-${Math.random()}: ${'y'.repeat(100)}\r\n`); }), 22, 'TOO_LARGE'],
  'one header line without end': [http((s) => { s.write('HTTP/1.1 200 OK\r\nX: '); pour(s, () => 'y'.repeat(4096)); }), 22, 'TOO_LARGE'],
  'a status line without end': [http((s) => { s.write('HTTP/1.1 200 '); pour(s, () => 'y'.repeat(4096)); }), 22, 'TOO_LARGE'],
  'trailers without end': [http((s) => { s.write(`${head('200 OK', { 'Transfer-Encoding': 'chunked' })}${chunk('success')}0\r\n`); pour(s, () => `X: ${'y'.repeat(100)}\r\n`); }), 22, 'TOO_LARGE'],
  '10 MB, announced': [http((s) => { s.write(head('200 OK', { 'Content-Length': 10 << 20 })); pour(s, () => ' '.repeat(16384)); }), 22, 'TOO_LARGE', /over 64 KiB/],
  '10 MB, not announced': [http((s) => { s.write(head('200 OK', CLOSED)); pour(s, () => ' '.repeat(16384)); }), 22, 'TOO_LARGE'],
  'chunks without end': [http((s) => { s.write(head('200 OK', { 'Transfer-Encoding': 'chunked' })); pour(s, () => chunk(' '.repeat(4000))); }), 22, 'TOO_LARGE'],
  '64 KB and one byte': [http(say(page('200 OK', `success${' '.repeat(65530)}`))), 22, 'TOO_LARGE', /over 64 KiB/],
  'a chunk extension without end': [http((s) => { s.write(`${head('200 OK', { 'Transfer-Encoding': 'chunked' })}7;`); pour(s, () => 'e'.repeat(4096)); }), [21, 22], ['TOO_LARGE', 'TIMEOUT', 'CONNECT']],
  // ---- broken (F57)
  'reset in the middle of the body': [http((s) => s.write(head('200 OK', { 'Content-Length': 100 }) + 'success', () => s.resetAndDestroy())), 22, 'CONNECT', /reset by the receiver/],
  'reset at once': [http((s) => s.resetAndDestroy(), { early: true }), 22, 'CONNECT'],
  'closed without a word': [http((s) => s.end()), 22, 'CONNECT', /closed without an answer/],
  'success that breaks off': [http((s) => s.end(head('200 OK', { 'Content-Length': 100, ...CLOSED }) + 'success')), 22, 'CONNECT', /broke off/],
  'chunks that break off': [http((s) => s.end(`${head('200 OK', { 'Transfer-Encoding': 'chunked', ...CLOSED })}${chunk('success')}`)), 22, 'CONNECT'],
  'no HTTP at all': [http(say('success')), 22, 'CONNECT', /is no HTTP/],
  'an SSH greeting': [http(say('SSH-2.0-OpenSSH_9.2\r\n'), { early: true }), 22, 'CONNECT'],
  'HTTP/9.9': [http(say('HTTP/9.9 200 OK\r\nContent-Length: 7\r\n\r\nsuccess')), 22, 'CONNECT'],
  'an HTTP/2 preface': [http((s) => s.end(Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])), { early: true }), 22, 'CONNECT'],
  'two lengths': [http(say(head('200 OK', { 'Content-Length': 7, 'content-length': 70, ...CLOSED }) + 'success')), [10, 22], ['OK', 'CONNECT']],
  'a length below nothing': [http(say(head('200 OK', { 'Content-Length': -7, ...CLOSED }) + 'success')), [10, 22], ['OK', 'CONNECT']],
  'a length of 10^30': [http((s) => s.end(head('200 OK', { 'Content-Length': `1${'0'.repeat(30)}`, ...CLOSED }) + 'success')), [10, 22], ['OK', 'CONNECT', 'TOO_LARGE']],
  'a chunk of 2^64': [http(say(`${head('200 OK', { 'Transfer-Encoding': 'chunked', ...CLOSED })}ffffffffffffffff\r\nsuccess\r\n0\r\n\r\n`)), 22, 'CONNECT'],
  'a chunk that is no number': [http(say(`${head('200 OK', { 'Transfer-Encoding': 'chunked', ...CLOSED })}xyz\r\nsuccess\r\n0\r\n\r\n`)), 22, 'CONNECT'],
  'an encoding nobody knows': [http(say(page('200 OK', 'no', { 'Transfer-Encoding': 'made-up' }))), [21, 22], ['BODY_RULE', 'CONNECT']],
  'a NUL in the headers': [http(say('HTTP/1.1 200 OK\r\nX: a\0b\r\nContent-Length: 2\r\n\r\nno')), [21, 22], ['BODY_RULE', 'CONNECT']],
  'Retry-After of 10^60': [http(say(page('503 Busy', '', { 'Retry-After': `1${'0'.repeat(60)}` }))), 21, 'HTTP_503'],
  'nobody there': [async () => { const m = await merchant(); m.close(); await sleep(20); return m; }, 22, 'CONNECT', /Connection refused/],
  'a name that is none': [async () => ({ url: 'http://no-such-host.invalid/n', hits: [] }), 22, ['DNS', 'TIMEOUT']],
  // ---- TLS (F53)
  'a certificate of its own': [tls('self-signed'), 22, 'TLS', /authority is unknown/],
  'an expired certificate': [tls('expired'), 22, 'TLS', /authority is unknown|has expired/],
  'a certificate of somebody else': [tls('wrong name'), 22, 'TLS'],
  'TLS 1.0 and 1.1 only': [tls('self-signed', { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' }), 22, 'TLS', /no TLS newer than 1.1/],
  // Costly choices are never made: the certificate, which is no authority's, is not even looked at.
  'TLS 1.2 with RSA and ECDHE': [tls('RSA', { maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-GCM-SHA256' }), 22, 'TLS', /authority is unknown/],
  'TLS 1.2 with DHE alone': [tls('RSA', { maxVersion: 'TLSv1.2', ciphers: 'DHE-RSA-AES256-GCM-SHA384', dhparam: 'auto' }), 22, 'TLS', /does it take ECDHE/],
  'TLS 1.3 on ffdhe8192 alone': [tls('self-signed', { minVersion: 'TLSv1.3', ecdhCurve: 'ffdhe8192' }), 22, 'TLS', /does it take ECDHE/],
  'TLS 1.3 on P-384 alone': [tls('self-signed', { minVersion: 'TLSv1.3', ecdhCurve: 'P-384' }), 22, 'TLS', /authority is unknown/],
  '12 KiB of certificates': [chain(30), 22, 'TLS', /authority is unknown/],
  '40 KiB of certificates': [chain(100), 22, 'TLS', /longer than 16 KiB/],
  'plain HTTP where TLS is expected': [async () => { const m = await rawServer(say(page('400 No', 'success')), { early: true }); return { ...m, url: m.url.replace('http', 'https') }; }, 22, 'TLS', /is no TLS/],
  'a reset in the handshake': [async () => { const m = await rawServer((s) => s.once('data', () => s.resetAndDestroy()), { early: true }); return { ...m, url: m.url.replace('http', 'https') }; }, 22, ['TLS', 'CONNECT'], /./],
  'another handshake is offered without end': [async () => { const m = await rawServer((s) => pour(s, () => Buffer.from('160303000400000000'.repeat(1000), 'hex')), { early: true }); return { ...m, url: m.url.replace('http', 'https') }; }, 22, 'TLS', /ended in the TLS handshake/],
  'silence in the handshake': [async () => { const m = await rawServer(() => {}, { early: true }); return { ...m, url: m.url.replace('http', 'https') }; }, 22, 'TIMEOUT', /TLS handshake in 3 s/],
  'TLS where HTTP is expected': [async () => { const m = await rawServer(() => {}, { tls: badCertificate('self-signed') }); return { ...m, url: m.url.replace('https', 'http') }; }, 22, ['CONNECT', 'TIMEOUT']],
};

const logOf = (order, ms = 25_000) => until(`a try for ${order.order_no}`, () => db.row(
  'SELECT l.*, t.status AS task_status, t.next_notify_time FROM pay_order o JOIN notify_task t ON t.type = 1 AND t.data_id = o.id JOIN notify_log l ON l.task_id = t.id'
  + ' WHERE o.no = ? ORDER BY l.id LIMIT 1', [order.order_no]), ms, 250);

const waits = [], orders = new Map();
before(async () => {
  // Whoever believed these would tell the canary all.
  const early = await canary();
  trap = early;
  const proxy = `http://127.0.0.1:${trap.port}`;
  stack = await startStack({ http_proxy: proxy, https_proxy: proxy, all_proxy: proxy, HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy });
  db = readerDb(stack);
  peaks = watchPeaks(stack, 'notify_runner');
  good = await merchant();
  // The good one is paid to all the while.
  let on = true;
  const honest = (async () => {
    while (on) {
      const heard = good.hits.length, at = Date.now();
      await paidOrder(stack, stack.app1, null, { notify_url: good.url });
      await good.waitHits(heard + 1, 20_000);
      waits.push(good.hits[heard].at - at);
      await sleep(40);
    }
  })();
  for (const [name, [make]] of Object.entries(ROWS)) {
    const there = await make();
    orders.set(name, [there, await paidOrder(stack, stack.app1, null, { notify_url: there.url })]);
    // More for those that hold a slot or take memory.
    if (/bomb|MB|without end|silence|second|never end/.test(name)) for (let i = 0; i < 3; i++) await paidOrder(stack, stack.app1, null, { notify_url: there.url });
  }
  for (const [, order] of orders.values()) await logOf(order, 40_000);
  on = false;
  await honest;
  peaks.stop();
});
after(async () => { await db?.close(); good?.close(); closeAll(); });

describe('each is classed rightly', () => {
  for (const [name, [, status, code, reason]] of Object.entries(ROWS)) {
    test(name, async () => {
      const [there, order] = orders.get(name);
      const log = await logOf(order, 100);
      const story = `${log.status} ${log.error_code} ${log.http_status} ${log.duration_ms} ms ${log.reason} ${String(log.response).slice(0, 80)}`;
      assert.ok([status].flat().includes(log.status), story);
      assert.ok([code].flat().includes(log.error_code), story);
      assert.ok(log.status === 10 || log.status === 21 || log.reason, `in words: ${story}`);
      if (reason) assert.match(String(log.reason), reason, story);
      assert.equal(log.task_status, log.status === 10 ? 10 : 0, story);
      assert.ok(log.duration_ms <= 11_500, `ten seconds a try: ${story}`);
      assert.ok(Buffer.byteLength(String(log.response)) <= 2048 && !/[\x00-\x08\x0b-\x1f\x7f]/.test(String(log.response)), story);
      // Up to four notifications, each with its first retries by now; never a storm.
      assert.ok(there.hits.length <= 16, `asked ${there.hits.length} times`);
    });
  }
});

test('nothing was followed, and no proxy was asked', () => assert.deepEqual(trap.seen, []));
test('no cookie, no compression, nothing of ours goes out', () => {
  for (const [there] of orders.values()) {
    for (const { text = '' } of there.hits) {
      assert.ok(!/^(cookie|authorization|proxy-[a-z]+|expect|referer):/im.test(text), text.slice(0, 400));
      assert.ok(!/^accept-encoding: (?!identity\r$)/im.test(text), text.slice(0, 400));
    }
  }
});
test('the runner stays below 32 MB', (t) => {
  const list = [...peaks.peaks.values()];
  t.diagnostic(`peaks of ${list.length} runners: ${list.map((k) => `${(k / 1024).toFixed(1)} MB`).join(', ')}`);
  assert.ok(list.length > 0);
  for (const kb of list) assert.ok(process.env.SHROFF_BUILD?.includes('asan') || kb <= 32 * 1024, `${kb} KiB`);
});
test('a good merchant does not wait', (t) => {
  t.diagnostic(`${waits.length} orders paid beside: heard after p50 ${percentile(waits, 50)} ms, p99 ${percentile(waits, 99)} ms`);
  assert.ok(waits.length >= 20, `${waits.length}`);
  assert.ok(percentile(waits, 99) < 2500, `p99 ${percentile(waits, 99)} ms`);
});
test('no secret in any log', () => assert.deepEqual(leakyLogs(stack, secretsOf(stack)), []));
