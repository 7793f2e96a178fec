// GET /api/pay/channels: what an app can be paid by now.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { expectError, expectOk, get } from '../lib/client.mjs';
import { ctlOk, disableChannel, enableChannel, newApp, withKey } from '../lib/ctl.mjs';

const { stack, app2 } = await suite();
const WHY = ['--reason', 'test'];
const offers = async (app) => expectOk(await get(stack, app, '/api/pay/channels')).items;
const codes = async (app) => (await offers(app)).map((o) => o.code);

test('enabled channels, in the order in which they were made, with their names', async () => {
  const app = await newApp(stack);
  await ctlOk(stack, ['channel', 'create', '--app', app.key, '--code', 'wallet', '--name', '余额', ...WHY]);
  assert.deepEqual(await offers(app), [
    { code: 'mock', name: 'mock', display_mode: 'redirect' },
    { code: 'wallet', name: '余额', display_mode: 'none' },
  ]);
});

test('a disabled channel is left out at once, another app has its own', async () => {
  const app = await newApp(stack);
  const before = await codes(app2);
  await disableChannel(stack, app);
  assert.deepEqual(await offers(app), []);
  assert.deepEqual(await codes(app2), before);
  await enableChannel(stack, app);
  assert.deepEqual(await codes(app), ['mock']);
});

test('a key without payment:query is 40300; a parameter that it does not have is 40001', async () => {
  const app = await newApp(stack);
  await withKey(stack, app, { scopes: ['payment:create'] }, async (key) => {
    expectError(await get(stack, key, '/api/pay/channels'), 40300);
  });
  expectError(await get(stack, app, '/api/pay/channels?limit=1'), 40001, 'limit');
});
