// .ci/run: which tests it runs again, and what it counts. A stand-in for scripts/test prints and writes what the
// real one does; the copy of .ci/run works in a folder of its own. Then what the runners of tests name, and run alone.
import { test, after } from 'node:test';
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const folders = [];
after(() => { for (const f of folders) rmSync(f, { recursive: true, force: true }); });
const folder = () => { const dir = mkdtempSync(join(tmpdir(), 'sh-ci-')); folders.push(dir); return dir; };

// Runs it on a suite that says `first`, then `second`: how many passed, and the names of what failed. null: it breaks off.
function run(args, first, second) {
  const dir = folder();
  for (const d of ['.ci', 'scripts', 'build/test']) mkdirSync(join(dir, d), { recursive: true });
  copyFileSync(join(ROOT, '.ci/run'), join(dir, '.ci/run'));
  writeFileSync(join(dir, 'build/test/failed'), 'of an older run\n');
  for (const [n, said] of [[1, first], [2, second]]) {
    if (!said) continue;
    const [passed, ...names] = said;
    writeFileSync(join(dir, `${n}`), `${passed} passed, ${names.length} failed\n`);
    writeFileSync(join(dir, `names.${n}`), names.map((name) => `${name}\n`).join(''));
  }
  writeFileSync(join(dir, 'scripts/test'), `#!/bin/sh
n=2; [ -e args.1 ] || n=1
: >args.$n; for a in "$@"; do echo "$a" >>args.$n; done
[ -e $n ] || exit 2
cp names.$n build/test/failed; cat $n; grep -q ' 0 failed$' $n
`);
  chmodSync(join(dir, 'scripts/test'), 0o755);
  const r = spawnSync(join(dir, '.ci/run'), args, { encoding: 'utf8' });
  const lines = (file) => (existsSync(join(dir, file)) ? readFileSync(join(dir, file), 'utf8').split('\n').slice(0, -1) : undefined);
  return { code: r.status, last: r.stdout.trimEnd().split('\n').at(-1), out: r.stdout + r.stderr, again: lines('args.2'), record: lines('build/ci.failed') };
}

test('all is well: nothing is run again', () => {
  const r = run([], [11]);
  assert.deepEqual([r.code, r.last, r.again, r.record], [0, '11 passed, 0 failed', undefined, undefined], r.out);
});

test('the file of a test that failed is run again alone, and the test is recorded by its name', () => {
  const name = "contract:query:an order's number, in \"quotes\": 40401  twice";
  const r = run(['contract:query list'], [14, name], [1]);
  assert.deepEqual([r.code, r.last, r.again, r.record], [0, '15 passed, 0 failed', ['contract:query'], [name]], r.out);
  assert.ok(r.out.includes(`  ${name}\n`), r.out);
});

test('three of several parts; two tests of one file run it once', () => {
  const names = ['asan:test_order:test_x', 'asan:test_order:test_y', 'fault:storm'];
  const r = run([], [97, ...names], [12]);
  assert.deepEqual([r.code, r.last, r.again], [0, '100 passed, 0 failed', ['asan:test_order', 'fault:storm']], r.out);
});

test('what fails twice fails', () => {
  const r = run([], [7, 'db:test_order:test_a', 'db:test_order:test_b'], [1, 'db:test_order:test_a']);
  assert.deepEqual([r.code, r.last, r.record], [1, '8 passed, 1 failed', ['db:test_order:test_a', 'db:test_order:test_b']], r.out);
});

test('the second try breaks off: nothing is forgiven', () => {
  const r = run([], [7, 'db:test_order:test_a'], null);
  assert.deepEqual([r.code, r.last], [1, '7 passed, 1 failed'], r.out);
});

test('more than three fail at once: none is run again', () => {
  const r = run([], [4, 'unit:a:x', 'unit:a:y', 'unit:b:x', 'docs:c:z']);
  assert.deepEqual([r.code, r.last, r.again, r.record.length], [1, '4 passed, 4 failed', undefined, 4], r.out);
});

test('it breaks off before it names anything: an older run\'s names are not run', () => {
  const r = run([], null);
  assert.deepEqual([r.code, r.last, r.again], [1, '0 passed, 1 failed', undefined], r.out);
});

// ---- the runners

const ODD = 'odd (1): it\'s [not] a/b, 50%? "so"';
const TESTS = `import { describe, test } from 'node:test';
import assert from 'node:assert/strict';
const mended = () => assert.ok(process.env.MENDED);
describe('a', () => {
  test('fine', () => {});
  test('unwanted', { skip: 'not here' }, () => {});
  test(${JSON.stringify(ODD)}, mended);
  describe('b', () => { test('deep', mended); });
  test('outer', async (t) => { await t.test('inner', mended); });
});`;
const node = (dir, env) => {
  const r = spawnSync(process.execPath, ['tests/lib/run.mjs', relative(join(ROOT, 'tests'), dir)],
    { cwd: ROOT, encoding: 'utf8', env: { ...process.env, NODE_TEST_CONTEXT: undefined, SHROFF_DEMO_ENV: '-', ONLY_TEST: undefined, ...env } });
  return { code: r.status, named: [...r.stdout.matchAll(/^failed test: (.*)$/gm)].map(([, n]) => n).sort(), last: r.stdout.trimEnd().split('\n').slice(-2) };
};

test('tests of Node: each that failed is named, and runs alone by its name', () => {
  const dir = folder();
  writeFileSync(join(dir, 'some.test.mjs'), TESTS);
  const all = node(dir, {});
  assert.deepEqual([all.code, all.named], [1, ['some:deep', `some:${ODD}`, 'some:outer']]);
  assert.deepEqual(all.last, ['1 skipped', '1 passed, 4 failed']);
  for (const [name, count] of [[ODD, 1], ['deep', 1], ['outer', 2]]) {
    assert.deepEqual(node(dir, { ONLY_TEST: name }).named, [`some:${name}`]);
    const again = node(dir, { ONLY_TEST: name, MENDED: '1' });
    assert.deepEqual([again.code, again.last.at(-1)], [0, `${count} passed, 0 failed`]);
  }
  assert.equal(node(dir, { ONLY_TEST: 'gone', MENDED: '1' }).code, 1, 'no test of this name');
});

test('tests of Node: a file that ends by itself is named without a test', () => {
  const dir = folder();
  writeFileSync(join(dir, 'ends.test.mjs'), 'process.exit(3);');
  assert.deepEqual(node(dir, {}).named, ['ends']);
});

test('cmocka: each test that failed is named, a program that ends by itself too; all programs run', () => {
  const dir = folder();
  const program = (name, text, code) => {
    writeFileSync(join(dir, name), `#!/bin/sh\necho '${text}'\nexit ${code}\n`, { mode: 0o755 });
    return join(dir, name);
  };
  const r = spawnSync(join(ROOT, 'tests/lib/cmocka'), [
    program('test_a', '[  FAILED  ] test_x__y\n[  FAILED  ] test_z\n[  FAILED  ] 2 test(s), listed below:\n[  FAILED  ] test_x__y\n[  FAILED  ] test_z', 2),
    program('test_b', 'AddressSanitizer', 1), program('test_c', '[  PASSED  ] 1 test(s).', 0)], { encoding: 'utf8' });
  assert.equal(r.status, 1);
  assert.deepEqual([...r.stdout.matchAll(/^failed test: (.*)$/gm)].map(([, n]) => n), ['test_a:test_x__y', 'test_a:test_z', 'test_b']);
  assert.match(r.stdout, /PASSED/);
});
