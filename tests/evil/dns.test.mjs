// DNS names that lead to a private address, to another address the next time, to a thousand, to none. The runner
// works in a network of its own. A canary (a server that notes each connection) listens on all inner addresses and on
// the machine's own public ones. One public address is that of another machine, an honest merchant.
// Also certificates of a trusted authority: for the right name, for another one, and expired.
import { after, before, describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildPath } from '../lib/env.mjs';
import { privateMounts } from '../lib/private_mounts.mjs';
import { Bench } from '../runner/lib/bench.mjs';

const own = privateMounts('--net');
const SECONDS = 24;
// [url, status, error codes that fit, times each]
const ROWS = [
  ['http://good.test:8080/n', 10, ['OK']],
  ['http://mixed.test:8080/n', 10, ['OK']],
  ['http://inside.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://alias.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://meta.test:8080/latest/meta-data/', 22, ['BLOCKED_ADDR']],
  ['http://lan.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://many.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://six.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://lan6.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://own.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://second.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://routed.test:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://93.184.216.33:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://[::ffff:93.184.216.35]:8080/n', 22, ['BLOCKED_ADDR']],
  ['http://nowhere.test:8080/n', 22, ['DNS']],
  ['http://slow.test:8080/n', 22, ['DNS', 'TIMEOUT']],
  ['https://good.test:8443/n', 10, ['OK']],
  ['https://wrong.test:8443/n', 22, ['TLS'], /for another name/],
  ['https://expired.test:8444/n', 22, ['TLS'], /has expired/],
  ['https://inside.test:8443/n', 22, ['BLOCKED_ADDR']],
];
const FLIPS = ['http://flip.test:8080/n', 'http://flop.test:8080/n'];

function certificates(dir) {
  const run = (...args) => execFileSync('openssl', args, { cwd: dir, stdio: 'pipe' });
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  run('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=Test authority', '-days', '30');
  writeFileSync(join(dir, 'ca.conf'), '[ca]\ndefault_ca=own\n[own]\ndatabase=index\nnew_certs_dir=.\nrand_serial=yes\ndefault_md=sha256\npolicy=any\ncopy_extensions=copy\n[any]\ncommonName=supplied\n');
  writeFileSync(join(dir, 'index'), '');
  for (const [name, from, to] of [['good.test', '20200101000000Z', '20490101000000Z'], ['expired.test', '20200101000000Z', '20200102000000Z']]) {
    run('req', '-new', ...key, '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`, '-addext', `subjectAltName=DNS:${name}`);
    run('ca', '-batch', '-config', 'ca.conf', '-keyfile', 'ca.key', '-cert', 'ca.pem', '-in', `${name}.csr`, '-out', `${name}.pem`, '-notext', '-startdate', from, '-enddate', to);
  }
  const pair = (name) => ({ key: readFileSync(join(dir, `${name}.key`), 'utf8'), cert: readFileSync(join(dir, `${name}.pem`), 'utf8') });
  const bundle = '/etc/ssl/certs/ca-certificates.crt';
  writeFileSync(join(dir, 'bundle'), `${readFileSync(bundle, 'utf8')}${readFileSync(join(dir, 'ca.pem'), 'utf8')}`);
  return { good: pair('good.test'), expired: pair('expired.test') };
}

const PRIVATE = `ip link set lo up
for a in 10.1.2.3 169.254.169.254; do ip addr add "$a/32" dev lo; done
unshare --net sleep 120 &
other=$!
trap 'kill $other' EXIT
while [ "$(readlink /proc/$other/ns/net)" = "$(readlink /proc/self/ns/net)" ]; do sleep 0.05; done
ip link add cable0 type veth peer name cable1
ip link set cable1 netns $other
ip addr add 93.184.216.33/29 dev cable0
ip addr add 93.184.216.35/29 dev cable0
ip link set cable0 up
ip route add local 93.184.217.0/24 dev lo
nsenter --net=/proc/$other/ns/net sh -c 'ip addr add 93.184.216.34/29 dev cable1; ip link set lo up; ip link set cable1 up'
over "$1/resolv.conf" /etc/resolv.conf
over "$1/bundle" /etc/ssl/certs/ca-certificates.crt
"$2" "$3" "$1/world.json" $other`;

describe('names that lie', { skip: own.skip, timeout: 120_000 }, () => {
  let bench, dir, seen;
  const nos = new Map();
  before(async () => {
    bench = await Bench.start();
    const app = await bench.app();
    dir = mkdtempSync(join(tmpdir(), 'sh-dns-'));
    writeFileSync(join(dir, 'resolv.conf'), 'nameserver 127.0.0.1\noptions timeout:30 attempts:1\n');
    const tls = certificates(dir);
    const env = bench.env({ SHROFF_NOTIFY_ALLOW_NETS: '' });
    writeFileSync(join(dir, 'world.json'), JSON.stringify({ runner: buildPath('cron', 'notify_runner'), env, seconds: SECONDS, tls }));
    for (const [url] of ROWS) nos.set(url, (await bench.tasks(app, { url }))[0]);
    for (const url of FLIPS) nos.set(url, await bench.tasks(app, { url, n: 12 }));
    const world = fileURLToPath(new URL('dns_world.mjs', import.meta.url));
    const ran = spawnSync('unshare', own.args(PRIVATE, dir, process.execPath, world), { encoding: 'utf8', timeout: 90_000 });
    assert.equal(ran.status, 0, ran.stderr);
    seen = JSON.parse(ran.stdout.trim().split('\n').at(-1));
    assert.equal(seen.code, 0, ran.stderr);
  });
  after(async () => {
    await bench?.stop();
    if (dir) rmSync(dir, { recursive: true, force: true });
  });

  for (const [url, status, codes, reason] of ROWS) {
    test(`${url}: ${codes.join(' or ')}`, async () => {
      const logs = await bench.logs(nos.get(url));
      assert.ok(logs.length > 0, 'a try');
      for (const log of logs) {
        const story = `${log.status} ${log.error_code} ${log.peer_address} ${log.duration_ms} ms`;
        assert.equal(log.status, status, story);
        if (reason) assert.match(log.reason, reason);
        assert.ok(codes.includes(log.error_code), story);
        assert.ok(log.duration_ms < 11_500, story);
        if (status === 10) assert.equal(log.peer_address, '93.184.216.34', story);
      }
    });
  }
  for (const url of FLIPS) {
    test(`${url}: notified at its public address or not at all`, async () => {
      for (const no of nos.get(url)) {
        for (const log of await bench.logs(no)) {
          const story = `${log.status} ${log.error_code} ${log.peer_address}`;
          assert.ok(log.status === 10 ? log.peer_address === '93.184.216.34' : log.error_code === 'BLOCKED_ADDR', story);
        }
      }
      assert.ok(seen.asked[new URL(url).hostname] > 0, 'asked about');
    });
  }
  test('no canary was reached', () => assert.deepEqual(seen.canary, []));
  test('the honest merchant is notified', () => {
    assert.ok(seen.good.some((h) => h.host === 'good.test:8080') && seen.secure.every((h) => h.host === 'good.test:8443') && seen.secure.length === 1);
  });
});
