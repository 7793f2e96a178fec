// Runs test files one after the other against one stack: node lib/run.mjs contract [part of a file name …]
// Ends with one line `N passed, N failed`; the exit code is 0 only when none failed and some passed
// or were skipped, for a reason that is printed.
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
const sum = { pass: 0, fail: 0, skip: 0 };
// A file that hangs must not take the others with it.
const TIMEOUT_MS = (process.env.SHROFF_FULL ? 60 : 10) * 60_000;

function runFile(file) {
  return new Promise((done) => {
    const tap = join(scratch, `${file}.tap`);
    const started = Date.now();
    const child = spawn(process.execPath, ['--test',
      '--test-reporter=spec', '--test-reporter-destination=stdout',
      '--test-reporter=tap', `--test-reporter-destination=${tap}`, join(dir, file)],
    { env, stdio: 'inherit' });
    const timer = setTimeout(() => {
      console.log(`${file}: ended after ${TIMEOUT_MS / 60_000} minutes`);
      child.kill('SIGTERM');
    }, TIMEOUT_MS);
    child.on('exit', (code) => {
      clearTimeout(timer);
      let text = '';
      try { text = readFileSync(tap, 'utf8'); } catch { /* the file never ran */ }
      const number = (name) => Number(new RegExp(`^# ${name} (\\d+)$`, 'm').exec(text)?.[1] ?? 0);
      // A file that breaks before or after its tests is a failure too, whatever it counted.
      const fail = number('fail') + number('cancelled') || (code === 0 ? 0 : 1);
      sum.pass += number('pass');
      sum.fail += fail;
      sum.skip += (text.match(/^ *ok \d+ .* # SKIP/gm) ?? []).length;   // a whole suite too, which Node counts nowhere
      console.log(`${file}: ${number('pass')} passed, ${fail} failed, ${((Date.now() - started) / 1000).toFixed(1)} s\n`);
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
