// Runs inside namespaces of its own (dns.test.mjs): a DNS server that lies, a canary on every inner address and on
// the machine's own public ones; then notify_runner. What came where is told as one line of JSON. The honest merchant
// is another machine: this file again, in a network namespace behind a cable ("outside"), which writes what it hears.
import { createSocket } from 'node:dgram';
import { createServer } from 'node:net';
import { createServer as createHttp } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { readFileSync } from 'node:fs';

const { runner, env, seconds, tls } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const PUBLIC = '93.184.216.34', OWN = '93.184.216.33', SECOND = '93.184.216.35', ROUTED = '93.184.217.1';
const listen = (server, port, host) => new Promise((done) => server.listen(port, host, done));
if (process.argv[3] === 'outside') {
  const hear = (to) => (req, res) => { console.log(JSON.stringify([to, { host: req.headers.host, url: req.url }])); req.resume(); res.end('success'); };
  await listen(createHttp(hear('good')), 8080, PUBLIC);
  await listen(createHttps(tls.good, hear('secure')), 8443, PUBLIC);
  await listen(createHttps(tls.expired, hear('secure')), 8444, PUBLIC);
  console.log(JSON.stringify(['ready']));
  await new Promise(() => {});
}
const A = 1, CNAME = 5, AAAA = 28;
const seen = { asked: {}, good: [], secure: [], canary: [] };

// ---- names
const ten = (i) => `10.${1 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`;
let flips = 0;
const NAMES = {
  'good.test': () => [PUBLIC], 'other.test': () => [PUBLIC], 'wrong.test': () => [PUBLIC], 'expired.test': () => [PUBLIC],
  'own.test': () => [OWN], 'second.test': () => [SECOND], 'routed.test': () => [ROUTED],
  'inside.test': () => ['127.0.0.1'], 'meta.test': () => ['169.254.169.254'], 'lan.test': () => ['10.1.2.3'],
  'flip.test': () => [flips++ % 2 ? '127.0.0.1' : PUBLIC], 'flop.test': () => [flips++ % 2 ? PUBLIC : '10.1.2.3'],
  'mixed.test': () => ['10.1.2.3', '127.0.0.1', '169.254.169.254', PUBLIC],
  'many.test': () => Array.from({ length: 1000 }, (_, i) => ten(i)),
  'alias.test': () => 'inside.test',
  'six.test': () => [], 'slow.test': () => null,
};
const SIX = { 'six.test': ['::1'], 'lan6.test': ['fd12:3456::1'] };

const nameBytes = (name) => Buffer.concat([...name.split('.').map((l) => Buffer.concat([Buffer.from([l.length]), Buffer.from(l)])), Buffer.from([0])]);
function readName(query) {
  let at = 12, name = [];
  for (; query[at]; at += query[at] + 1) name.push(query.toString('latin1', at + 1, at + 1 + query[at]));
  return { name: name.join('.').toLowerCase(), end: at + 1 };
}
// Of the name that was asked for, or of another; TTL 0.
const record = (type, data, owner = Buffer.from([0xc0, 12])) => {
  const head = Buffer.from([0, type, 0, 1, 0, 0, 0, 0, 0, 0]);
  head.writeUInt16BE(data.length, 8);
  return Buffer.concat([owner, head, data]);
};
const four = (a) => Buffer.from(a.split('.').map(Number));
function six(a) {
  const [left, right = ''] = a.split('::'), l = left.split(':').filter(Boolean), r = right.split(':').filter(Boolean);
  return Buffer.concat([...l, ...Array(8 - l.length - r.length).fill('0'), ...r].map((g) => { const b = Buffer.alloc(2); b.writeUInt16BE(parseInt(g, 16)); return b; }));
}
// null: no answer at all.
function answer(query, tcp) {
  const { name, end } = readName(query), type = query.readUInt16BE(end);
  const made = NAMES[name]?.() ?? (NAMES[name] ? null : undefined);
  seen.asked[name] = (seen.asked[name] ?? 0) + 1;
  if (made === null) return null;
  let records = [];
  if (typeof made === 'string') records = [record(CNAME, nameBytes(made)), ...(type === A ? [record(A, four('127.0.0.1'), nameBytes(made))] : [])];
  else if (type === A) records = (made ?? []).map((a) => record(A, four(a)));
  else if (type === AAAA) records = (SIX[name] ?? []).map((a) => record(AAAA, six(a)));
  const known = made !== undefined || SIX[name];
  const cut = !tcp && records.length > 20;
  const head = Buffer.alloc(12);
  query.copy(head, 0, 0, 2);
  head.writeUInt16BE(0x8180 | (cut ? 0x0200 : 0) | (known ? 0 : 3), 2);
  head.writeUInt16BE(1, 4);
  head.writeUInt16BE(cut ? 0 : records.length, 6);
  return Buffer.concat([head, query.subarray(12, end + 4), ...(cut ? [] : records)]);
}
const udp = createSocket('udp4').on('message', (query, from) => { const a = answer(query, false); if (a) udp.send(a, from.port, from.address); });
const tcp = createServer((s) => {
  let all = Buffer.alloc(0);
  s.on('error', () => {});
  s.on('data', (d) => {
    all = Buffer.concat([all, d]);
    while (all.length > 2 && all.length >= 2 + all.readUInt16BE(0)) {
      const a = answer(all.subarray(2, 2 + all.readUInt16BE(0)), true), length = Buffer.alloc(2);
      all = all.subarray(2 + all.readUInt16BE(0));
      if (a) { length.writeUInt16BE(a.length); s.write(Buffer.concat([length, a])); }
    }
  });
});

// ---- places
await new Promise((done) => udp.bind(53, '127.0.0.1', done));
await listen(tcp, 53, '127.0.0.1');
for (const host of ['127.0.0.1', '10.1.2.3', '169.254.169.254', '::1', OWN, SECOND]) {
  for (const port of [8080, 8443]) await listen(createServer((s) => { seen.canary.push(host); s.on('error', () => {}); s.end('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess'); }), port, host);
}
// An address that no interface bears, but a route leads here: a connection may stand, no request may follow.
await listen(createServer((s) => { s.on('error', () => {}); s.on('data', () => { seen.canary.push(ROUTED); s.end('HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nsuccess'); }); }), 8080, ROUTED);
const outside = spawn('nsenter', [`--net=/proc/${process.argv[3]}/ns/net`, process.execPath, process.argv[1], process.argv[2], 'outside'], { stdio: ['ignore', 'pipe', 'inherit'] });
await new Promise((done) => {
  createInterface({ input: outside.stdout }).on('line', (line) => { const [to, hit] = JSON.parse(line); if (hit) seen[to].push(hit); else done(); });
});
const child = spawn(runner, ['--for', String(seconds)], { env, stdio: ['ignore', 'ignore', 'inherit'] });
child.on('exit', (code) => { outside.kill(); console.log(JSON.stringify({ code, ...seen })); process.exit(0); });
