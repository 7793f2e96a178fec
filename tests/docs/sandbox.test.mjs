// docs/sandbox.md lists every scenario that the sandbox knows, in the row of its number, and no other.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../lib/env.mjs';

test('the scenarios of docs/sandbox.md are those of the code', () => {
  const list = readFileSync(join(ROOT, 'sandbox/core/sandbox_scenario_list.h'), 'utf8');
  const known = [...list.matchAll(/X\(\w+, (\d+), "([a-z0-9-]+)", FOR_/g)].map((m) => `${m[1]} ${m[2]}`).sort();
  assert.ok(known.length > 50);
  const rows = readFileSync(join(ROOT, 'docs/sandbox.md'), 'utf8').split('\n').map((l) => /^\| (\d+) \|([^|]*)\|/.exec(l)).filter(Boolean);
  assert.deepEqual(rows.map((r) => Number(r[1])), Array.from({ length: 35 }, (_, i) => i + 1));
  const told = rows.flatMap((r) => [...r[2].matchAll(/`([a-z0-9-]+)`/g)].map((m) => `${r[1]} ${m[1]}`)).sort();
  assert.deepEqual(told, known);
});
