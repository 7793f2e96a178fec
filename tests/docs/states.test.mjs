// The schema's states are those of the code, as docs/architecture.md lists them (tables.test.mjs: generated): the comment,
// default and CHECK of each column, and the numbers in its triggers. That these allow the legal steps and no others is
// tests/db/test_steps.c.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const read = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
const tables = [...read('docs/architecture.md').matchAll(/^\| \w+ \(`(\w+)`\) \|.*\n\|.*\n((?:\| `.*\n)+)/gm)].map(([, name, rows]) =>
  ({ name, states: [...rows.matchAll(/^\| `(\w+)` \| (\d+) \|/gm)].map(([, word, number]) => ({ word, number })) }));

test('each table has states', () => assert.ok(tables.length >= 9 && tables.every((t) => t.states.length >= 2)));

const schema = read('schema/0001_tables.sql');
for (const { name, states } of tables) {
  test(`${name}: comment, default and CHECK of its status`, () => {
    const text = new RegExp(`CREATE TABLE ${name} \\(\\n([^]*?)\\n\\) ENGINE`).exec(schema)[1];
    const [, first, comment] = /^ {2}status TINYINT NOT NULL(?: DEFAULT (\d+))? COMMENT '(.*)',$/m.exec(text);
    const numbers = states.map((s) => s.number);
    assert.ok(comment.startsWith(states.map((s) => `${s.number} ${s.word}`).join(', ')), comment);
    if (first !== undefined) assert.equal(first, numbers[0]);
    const check = /CHECK \(status IN \((.*?)\)\)/.exec(text);
    if (check) assert.deepEqual(check[1].split(', '), numbers);
  });
}

for (const { name, states } of tables.filter((t) => readdirSync(join(ROOT, 'schema/procedures')).includes(`${t.name}.sql`))) {
  test(`${name}: its triggers name no other states`, () => {
    const text = read('schema/procedures', `${name}.sql`).replace(/^ *--.*$/gm, '');
    for (const [whole, number] of text.matchAll(/\bstatus (?:=|<>|<=>) (\d+)/g)) {
      assert.ok(states.some((s) => s.number === number), whole);
    }
  });
}
