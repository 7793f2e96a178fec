// docs/sandbox.md: its scenarios are those of the program, and its example of WeChat Pay runs as it stands.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';
import { startSandbox } from '../lib/sandbox.mjs';

const DOC = readFileSync(join(ROOT, 'docs/sandbox.md'), 'utf8');

test('every scenario of the program is in the table, with its number; every number to 35 has a row', () => {
  const list = readFileSync(join(ROOT, 'sandbox/core/sandbox_scenario_list.h'), 'utf8');
  const want = [...list.matchAll(/X\(\w+, (\d+), "([^"]+)"/g)].map(([, number, name]) => `${number} ${name}`).sort();
  const rows = [...DOC.matchAll(/^\| (\d+) \| (?:`([a-z0-9-]+)`|\(no name)/gm)];
  assert.deepEqual(rows.filter((r) => r[2]).map((r) => `${r[1]} ${r[2]}`).sort(), want);
  for (let n = 1; n <= 35; n++) assert.ok(rows.some((r) => Number(r[1]) === n), `number ${n}`);
});

let env;
before(async () => { env = await startSandbox(); });
after(() => env?.stop());

test('the example for WeChat Pay: a code, paid', () => {
  const code = /<!-- begin example wechat\.mjs -->\n```js\n([^]*?)```/.exec(DOC)[1];
  const file = join(ROOT, 'tests/sandbox', `.example.${process.pid}.mjs`);   // where the SDK is found
  writeFileSync(file, code);
  try {
    const out = execFileSync(process.execPath, [file], { env: { ...process.env, ...env }, encoding: 'utf8', timeout: 60_000 });
    assert.match(out, /^weixin:\/\/wxpay\/bizpayurl\/up\?pr=\w+&groupid=00\nSUCCESS\n$/);
  } finally { rmSync(file); }
});
