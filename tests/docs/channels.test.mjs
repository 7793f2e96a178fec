// docs/operate.md lists what a channel's configuration holds: as the drivers describe it.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT, buildPath } from '../lib/env.mjs';

const members = (...args) => JSON.parse(execFileSync(buildPath('cli', 'shroffctl'), ['channel', 'members', ...args, '--json'], { encoding: 'utf8', env: {} })).items;

test('the table of channel members', () => {
  const said = members().map((m) => [m.channel, m.in, m.member, m.needed, m.format, m.meaning].join(' | '));
  const listed = readFileSync(join(ROOT, 'docs/operate.md'), 'utf8').split('\n')
    .map((l) => /^\| (.+ \| (?:config|secrets) \| .+) \|$/.exec(l)?.[1]).filter(Boolean);
  assert.ok(said.length > 3);
  assert.deepEqual(listed, said);
});

test('of one code', () => assert.deepEqual(members('alipay_qr'), members().filter((m) => m.channel === 'alipay')));
