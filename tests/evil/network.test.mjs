// Whom nginx counts as one client: an IPv4 address, or an IPv6 network of 64 bits however its addresses are spelled.
// Whoever has such a network would else have as many bounds of connections and log lines as it has addresses.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { request } from '../lib/client.mjs';
import { freePort } from '../lib/stack.mjs';
import { until } from '../lib/wait.mjs';

const dir = mkdtempSync(join(tmpdir(), 'sh-net-'));
const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map((n) => `${n}_temp_path ${dir}/temp/${n};`).join(' ');
let nginx, to;
before(async () => {
  to = { host: '127.0.0.1', port: await freePort() };
  mkdirSync(join(dir, 'temp'));
  symlinkSync(join(ROOT, 'nginx'), join(dir, 'shroff'));
  writeFileSync(join(dir, 'nginx.conf'), `daemon off; pid ${dir}/pid; error_log ${dir}/error.log; events {}
    http { include shroff/http.conf; access_log off; ${temps} default_type application/octet-stream;
      server { listen 127.0.0.1:${to.port}; set_real_ip_from 127.0.0.1; real_ip_header X-Forwarded-For; return 200 $client; } }`);
  nginx = spawn('nginx', ['-c', join(dir, 'nginx.conf')], { stdio: 'ignore', env: { PATH: `${process.env.PATH}:/usr/sbin` } });
  await until('nginx answers', () => request(to, { path: '/' }).then(() => true, () => false), 10_000);
});
after(() => { nginx?.kill('SIGTERM'); rmSync(dir, { recursive: true, force: true }); });

const clientOf = async (address) => (await request(to, { path: '/', headers: { 'X-Forwarded-For': address } })).bytes.toString('hex');

test('addresses of one /64 are one client, others are others', async () => {
  const NETWORKS = {
    '20010db800010002': ['2001:db8:1:2::1', '2001:db8:1:2:3:4:5:6', '2001:db8:1:2:0:a::', '2001:db8:1:2:ffff:ffff:ffff:ffff'],
    '20010db800010000': ['2001:db8:1::1', '2001:db8:1::2:3:4', '2001:db8:1:0:a:b:c:d'],
    '20010db800000000': ['2001:db8::', '2001:db8::1', '2001:db8:0:0:1:2:3:4'],
    '20010db80a0a0a0a': ['2001:db8:a0a:a0a:a0a:a0a:a0a:a0a'],
    'c0000201': ['192.0.2.1'], 'c0000202': ['192.0.2.2'],
  };
  for (const [network, addresses] of Object.entries(NETWORKS))
    for (const address of addresses) assert.equal(await clientOf(address), network, address);
});
