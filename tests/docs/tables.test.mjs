// The tables of states and verdicts in the documents are as the code has them (`make docs-tables` writes them).
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const program = 'build/tests/docs/tables';
for (const [name, marker] of [['merchant.md', '<!-- states: '], ['architecture.md', '<!-- numbers: '], ['operate.md', '<!-- verdicts -->'], ['channels.md', '<!-- codes: alipay -->'], ['channels.md', '<!-- codes: wechat -->']]) {
  test(`${name}: its tables are not stale`, () => {
    execFileSync('make', ['-s', program], { cwd: ROOT });
    const path = join('docs', name), text = readFileSync(join(ROOT, path), 'utf8');
    assert.ok(text.includes(marker));
    assert.equal(text, execFileSync(program, [path], { cwd: ROOT, encoding: 'utf8' }));
  });
}
