// nginx and the program both have the methods of a path: they must be the same, whichever of them refuses.
import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { suite, rep } from '../lib/suite.mjs';
import { expectError, request, strangerUlid } from '../lib/client.mjs';

const { stack, app1 } = await suite();
const nginx = ['locations.conf', 'test_mode.conf'].map((f) => readFileSync(join(ROOT, 'nginx', f), 'utf8')).join('\n');
const NO = strangerUlid();
const PREFIX = { '/shop/': [], '/payments/': [`/payments/${NO}`], '/api/pay/notify/': ['order', 'refund', 'transfer'].map((k) => `/api/pay/notify/${k}/${app1.channelId}`) };
const located = [...nginx.matchAll(/^location\s+(=?)\s*(\/\S*)\s+\{.*fastcgi_pass/gm)].filter(([, , path]) => !path.startsWith('/_'));
const paths = located.flatMap(([, exact, path]) => (exact ? [path] : PREFIX[path]));
test('a location for all that begins with a path has an example here', () => {
  assert.deepEqual(located.filter(([, exact, path]) => !exact && !PREFIX[path]).map(([, , path]) => path), []);
});

describe('Allow', () => {
  assert.ok(paths.length > 12, paths.join(' '));
  for (const path of paths) {
    test(path, async () => {
      const byNginx = await request(stack, { method: 'TRACE', path }), byProgram = await request(stack, { method: 'PATCH', path });
      expectError(byNginx, 40500);
      expectError(byProgram, 40500);
      assert.equal(byNginx.headers.allow, byProgram.headers.allow);
      for (const method of byNginx.headers.allow.split(', ')) {
        expectError(await request(stack, { method: method === 'HEAD' ? 'GET' : method, path, body: rep('x', 70_000), headers: { 'Content-Type': 'application/json' } }), 41300);
      }
    });
  }
  test('a payer\'s status takes a CORS preflight, and nothing else does', async () => {
    assert.equal((await request(stack, { method: 'OPTIONS', path: '/api/pay/status?token=x' })).status < 300, true);
    for (const path of ['/api/pay/query', '/payments', '/api/pay/create']) expectError(await request(stack, { method: 'OPTIONS', path }), 40500);
  });
});
