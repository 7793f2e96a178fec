// .ci/run: which parts and files it runs again, and what it counts. A stand-in for scripts/test prints what the
// real one prints; the copy of .ci/run works in a folder of its own.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const folders = [];
after(() => { for (const f of folders) rmSync(f, { recursive: true, force: true }); });

const part = (name, passed, failed, files = []) => ({ name, passed, failed, files });
const said = (parts) => [
  ...parts.flatMap((p) => ['', `== ${p.name}`, ...p.files.map(([file, ok, bad]) => `${file}.test.mjs: ${ok} passed, ${bad} failed, 0.1 s`)]),
  '', 'all parts', ...parts.map((p) => `  ${p.name.padEnd(10)} ${String(p.passed).padStart(5)} passed ${String(p.failed).padStart(4)} failed      1.0 s`),
  `${parts.reduce((n, p) => n + p.passed, 0)} passed, ${parts.reduce((n, p) => n + p.failed, 0)} failed`].join('\n');

// Runs it on a suite that says `first`, then `second`; the arguments of each call.
function run(args, first, second) {
  const dir = mkdtempSync(join(tmpdir(), 'sh-ci-'));
  folders.push(dir);
  mkdirSync(join(dir, '.ci'));
  mkdirSync(join(dir, 'scripts'));
  copyFileSync(join(ROOT, '.ci/run'), join(dir, '.ci/run'));
  for (const [name, parts] of [['1', first], ['2', second]]) writeFileSync(join(dir, name), parts ? `${said(parts)}\n` : 'not wanted\n');
  writeFileSync(join(dir, 'scripts/test'), `#!/bin/sh
cd '${dir}'; n=2; [ -e args.1 ] || n=1
for a in "$@"; do echo "$a" >>args.$n; done
touch args.$n; cat $n; tail -n 1 $n | grep -q ' 0 failed$'
`);
  chmodSync(join(dir, 'scripts/test'), 0o755);
  const r = spawnSync(join(dir, '.ci/run'), args, { encoding: 'utf8' });
  const asked = (n) => { try { return readFileSync(join(dir, `args.${n}`), 'utf8').split('\n').slice(0, -1); } catch { return undefined; } };
  return { code: r.status, last: r.stdout.trimEnd().split('\n').at(-1), out: r.stdout + r.stderr, again: asked(2) };
}

test('all is well: nothing is run again', () => {
  const r = run([], [part('lint', 2, 0), part('contract', 9, 0)]);
  assert.deepEqual([r.code, r.last, r.again], [0, '11 passed, 0 failed', undefined], r.out);
});

test('a file that failed is run again alone, and named', () => {
  const r = run([], [part('unit', 5, 0), part('contract', 8, 2, [['query', 3, 2], ['list', 5, 0]])], [part('contract:query', 5, 0)]);
  assert.deepEqual([r.code, r.last, r.again], [0, '15 passed, 0 failed', ['contract:query']], r.out);
  assert.match(r.out, /failed the first time:\n {2}contract:query 2 failed\n/);
});

test('a part with several names is run again with all of them', () => {
  const r = run(['db:order late'], [part('db:order late', 7, 1), part('lint', 2, 0)], [part('db:order late', 8, 0)]);
  assert.deepEqual([r.code, r.last, r.again], [0, '10 passed, 0 failed', ['db:order late']], r.out);
  assert.match(r.out, / {2}db:order late 1 failed\n/);
});

test('of a part with several names the file alone is run again', () => {
  const r = run(['contract:query list'], [part('contract:query list', 7, 1, [['list', 3, 1]])], [part('contract:list', 4, 0)]);
  assert.deepEqual([r.code, r.last, r.again], [0, '8 passed, 0 failed', ['contract:list']], r.out);
});

test('what fails twice fails', () => {
  const r = run([], [part('db', 7, 1)], [part('db', 7, 1)]);
  assert.deepEqual([r.code, r.last], [1, '7 passed, 1 failed'], r.out);
});

test('more than three fail at once', () => {
  const r = run([], ['a', 'b', 'c', 'd'].map((n) => part(n, 1, 1)));
  assert.deepEqual([r.code, r.again], [1, undefined], r.out);
});
