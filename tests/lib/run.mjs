// Runs test files one after the other against one stack: node lib/run.mjs contract [part of a file name …]
// Ends with one line `N passed, N failed`; the exit code is 0 only when none failed and some passed
// or were skipped, for a reason that is printed. A test that failed has a line `failed test: FILE:NAME`, a file
// that failed without one `failed test: FILE`. With ONLY_TEST=NAME only the tests with this name run.
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { tmpdir } from 'node:os';
import { ROOT } from './env.mjs';
import { startStack, stopStack } from './stack.mjs';

const [folder = 'contract', ...parts] = process.argv.slice(2);
const dir = join(ROOT, 'tests', folder);
const files = readdirSync(dir).filter((f) => f.endsWith('.test.mjs'))
  .filter((f) => !parts.length || parts.some((p) => f.includes(p))).sort();
if (!files.length) console.log(`no test file of tests/${folder} has ${parts.join(' or ')} in its name`);

let stack;
const env = { ...process.env };
if (files.length && !env.SHROFF_DEMO_ENV) {
  console.log('starting a stack …');
  stack = await startStack();
  env.SHROFF_DEMO_ENV = join(stack.state, 'demo.env');
  env.SHROFF_BUILT = '1';
}

const scratch = mkdtempSync(join(tmpdir(), 'sh-run-'));
const ONLY = process.env.ONLY_TEST;
const chosen = ONLY ? [`--test-name-pattern=^${ONLY.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&')}$`] : [];
const sum = { pass: 0, fail: 0, skip: 0 };
// A file that hangs must not take the others with it.
const TIMEOUT_MS = (process.env.SHROFF_FULL ? 60 : 10) * 60_000;

function runFile(file) {
  return new Promise((done) => {
    const results = join(scratch, `${file}.results`);
    const started = Date.now();
    const child = spawn(process.execPath, ['--test',
      '--test-reporter=spec', '--test-reporter-destination=stdout',
      `--test-reporter=${join(ROOT, 'tests/lib/results.mjs')}`, `--test-reporter-destination=${results}`, ...chosen, join(dir, file)],
    { env, stdio: 'inherit' });
    const timer = setTimeout(() => {
      console.log(`${file}: ended after ${TIMEOUT_MS / 60_000} minutes`);
      child.kill('SIGTERM');
    }, TIMEOUT_MS);
    child.on('exit', (code) => {
      clearTimeout(timer);
      let lines = [];
      try { lines = readFileSync(results, 'utf8').split('\n'); } catch { /* the file never ran */ }
      const number = (name) => Number(lines.findLast((l) => new RegExp(`^${name} \\d+$`).test(l))?.split(' ')[1] ?? 0);
      const after = (word) => lines.filter((l) => l.startsWith(word)).map((l) => l.slice(word.length));
      // A file that breaks before or after its tests is a failure too, whatever it counted.
      const fail = number('fail') + number('cancelled') || (code === 0 ? 0 : 1);
      sum.pass += number('pass');
      sum.fail += fail;
      // A whole suite too, which Node counts nowhere; not what ONLY_TEST leaves out.
      sum.skip += after('skipped: ').filter((why) => why !== 'test name does not match pattern').length;
      console.log(`${file}: ${number('pass')} passed, ${fail} failed, ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
      const short = file.replace('.test.mjs', ''), failed = after('failed: ').filter((name) => name !== join(dir, file));
      if (fail) console.log((failed.length ? failed.map((name) => `failed test: ${short}:${name}`) : [`failed test: ${short}`]).join('\n'));
      done();
    });
  });
}

for (const file of files) await runFile(file);
if (stack) stopStack(stack);
rmSync(scratch, { recursive: true, force: true });
if (sum.skip) console.log(`${sum.skip} skipped`);
console.log(`${sum.pass} passed, ${sum.fail} failed`);
process.exit(sum.fail === 0 && sum.pass + sum.skip > 0 ? 0 : 1);
