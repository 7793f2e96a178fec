// The states that schema/ types are those of the code: each number beside a column of states, in tables, CHECKs, triggers
// and procedures, is compared with the lists in the C headers (common/base/state.h says how they are written). A list of states must
// be one that C has by name; the steps of a trigger must be all of the object's. A number in a form that is not read here fails
// the test. That the triggers allow these steps and no others when they run is tests/db/test_steps.c.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const read = (...path) => readFileSync(join(ROOT, ...path), 'utf8');
const filesOf = (folder, ending) => readdirSync(join(ROOT, folder), { recursive: true }).filter((f) => f.endsWith(ending)).map((f) => `${folder}/${f}`).sort();

// ---- the lists in C

const C = [...filesOf('common', '_state.h'), ...filesOf('common', '_state.c'), ...filesOf('sandbox', '_state.h')].map((f) => read(f)).join('\n').replaceAll('\\\n', ' ');
const constant = new Map([...C.matchAll(/#define (\w+)_IS\(X\)\s+X\(\1, (-?\d+), "(\w+)"/g)].map(([, name, number, word]) => [name, { number: Number(number), word }]));
const lists = new Map([...C.matchAll(/#define (\w+)\(X\)((?:\s+\w+_IS\(X\))+)/g)].map(([, name, members]) =>
  [name, [...members.matchAll(/(\w+)_IS\(X\)/g)].map(([, m]) => constant.get(m)).filter((s) => s.number >= 0)]));
const steps = new Map([...C.matchAll(/#define (\w+_STEPS)\(X\)((?:\s+X\(\w+, \w+, "[^"]*"\))+)/g)].map(([, name, members]) =>
  [name, [...members.matchAll(/X\((\w+), (\w+),/g)].map(([, from, to]) => `${constant.get(from).number}>${constant.get(to).number}`)]));
// table.column → its lists. The sandbox's states have no table of steps.
const machine = new Map([...C.matchAll(/STATE_TABLE\("(\w+)", "(\w+)", (\w+), (\w+)\)/g)].map(([, kind, table, states, of]) =>
  [`${table}.status`, { kind, states: lists.get(states), steps: steps.get(of), prefix: states.replace('_STATES', '_') }]));
for (const [column, states] of [['notify_task.type', 'NOTIFY_TYPES'], ['mock_trade.status', 'MOCK_STATES'], ['mock_payout.status', 'PAYOUT_STATES'], ['mock_callback.state', 'OWED_STATES']]) {
  machine.set(column, { states: lists.get(states), prefix: states.replace(/_[A-Z]+$/, '_') });
}
const ofKind = (kind) => [...machine.values()].find((m) => m.kind === kind);
const named = (m) => [...lists].filter(([name]) => name.startsWith(m.prefix)).map(([, list]) => list.map((s) => s.number).join());

test('the code has its lists', () => {
  assert.equal(machine.size, 13);
  for (const [column, m] of machine) assert.ok(m.states?.length >= 2 && (!m.kind || m.steps?.length >= 1), column);
});

// ---- the texts of SQL: objects, each with its table; comments are left out

const NAMES = 'status|state|from_status|to_status|type';
function objectsOf(text) {
  const plain = text.replace(/^ *--.*$/gm, '').replace(/ +-- .*$/gm, '');
  return [...plain.matchAll(/CREATE (?:OR REPLACE )?(?:SQL SECURITY \w+ )?(TABLE|TRIGGER|PROCEDURE|VIEW) (\w+)([^]*?)(?:\n\) ENGINE|\/\/\n|;\n(?=\n|$))/g)]
    .map(([, what, name, body]) => ({ what, name, body, table: what === 'TABLE' ? name : /\bON (\w+) FOR EACH ROW/.exec(body)?.[1] }));
}
const objects = filesOf('schema', '.sql').flatMap((file) => objectsOf(read(file)).map((o) => ({ ...o, file })));
const tableOf = new Map(objects.filter((o) => o.what === 'TABLE').map((o) => [o.name, o]));

// The statements of a body, each with the table whose columns it names without a prefix.
const statementsOf = (o) => o.body.replace(/'(?:[^']|'')*'/g, (s) => (/^'(order|attempt|refund|transfer)'$/.test(s) ? s : "''")).split(/;/).map((text) =>
  ({ text, table: (o.what !== 'TABLE' && /\b(?:UPDATE|INSERT INTO|DELETE FROM) (?!ON\b)(\w+)/.exec(text)?.[1]) || o.table }));

const numbersIn = (text) => [...text.matchAll(/-?\d+/g)].map(([n]) => Number(n));
const isState = (m, number) => m.states.some((s) => s.number === Number(number));

// What is compared with a column of states: [what was read, complaint or undefined]; undefined: nothing is.
function comparison(m, column, rest) {
  const number = /^\s*(?:=|<>|<=>|!=|<=|>=|<|>)\s*(-?\d+)/.exec(rest);
  if (number) return [number[0], isState(m, number[1]) ? undefined : 'no such state'];
  const list = /^\s*(?:NOT )?IN \(([\d, ]+)\)/.exec(rest);
  if (list) return [list[0], named(m).includes(numbersIn(list[1]).join()) ? undefined : 'no list of states that C has by name'];
  if (/^\s*(?:=|<>|<=>|!=|<=|>=|<|>)\s*(?:(?:NEW|OLD|[a-z])\.\w+|p_\w+)/.test(rest)) return undefined;
  if (/^\s*(?:[,);]|THEN\b|AND\b|OR\b|AS\b|FROM\b|TINYINT\b|VARCHAR\b|$)/.test(rest)) return undefined;
  return [rest.slice(0, 30), 'a form that this test does not read'];
}

// (OLD.status, NEW.status) NOT IN ((0, 10), …): all steps, and with the first states' own pairs those that stay.
function pairsRead(m, text) {
  const pairs = [...text.matchAll(/\((\d+), (\d+)\)/g)].map(([, from, to]) => `${from}>${to}`);
  const stays = pairs.some((p) => /^(\d+)>\1$/.test(p)) ? m.states.map((s) => `${s.number}>${s.number}`) : [];
  assert.deepEqual([...pairs].sort(), [...m.steps, ...stays].sort());
}

// INSERT … (columns) VALUES (…), (…): the value of a column of states, and both of status_log as a step.
function insertsRead(text) {
  let read_ = 0;
  const [, table, columns, values] = /INSERT INTO (\w+)\s*\(([^)]*)\)\s*VALUES\s*([^]*)/.exec(text) ?? [];
  if (!table) return 0;
  const names = columns.split(',').map((c) => c.trim());
  for (const [, row] of values.matchAll(/\(((?:[^()]|\([^()]*\))*)\)/g)) {
    const cells = row.split(/,(?![^(]*\))/).map((c) => c.trim());
    const at = (name) => cells[names.indexOf(name)];
    const m = machine.get(`${table}.status`);
    if (m && /^\d+$/.test(at('status') ?? '')) { assert.ok(isState(m, at('status')), row); read_++; }
    if (table !== 'status_log') continue;
    const kind = ofKind(at('kind').replaceAll("'", ''));
    assert.ok(kind, row);
    if (/^\d+$/.test(at('from_status') + at('to_status'))) { assert.ok(kind.steps.includes(`${at('from_status')}>${at('to_status')}`), row); read_++; }
    else assert.deepEqual([at('from_status'), at('to_status')], ['OLD.status', 'NEW.status'], row);
  }
  return read_;
}

let numbers = 0;
for (const o of objects) {
  test(`${o.file}: ${o.what.toLowerCase()} ${o.name}`, () => {
    for (const { text, table } of statementsOf(o)) {
      numbers += insertsRead(text);
      const rest = text.replace(/INSERT INTO[^]*/, '').replace(/^\s*KEY .*$/gm, '').replace(/\(OLD\.status, NEW\.status\) (?:NOT )?IN \(((?:\(\d+, \d+\)(?:, )?)+)\)/g, (all, pairs) => {
        pairsRead(machine.get(`${o.table}.status`), pairs);
        numbers++;
        return '';
      });
      for (const found of rest.matchAll(new RegExp(`(?<![\\w])(?:(NEW|OLD)\\.)?\\b(${NAMES})\\b(?! *\\()`, 'g'))) {
        const m = machine.get(`${found[1] ? o.table : table}.${found[2]}`);
        if (!m) continue;
        const [what, wrong] = comparison(m, found[2], rest.slice(found.index + found[0].length)) ?? [];
        assert.equal(wrong, undefined, `${found[0]}${what}: ${wrong}`);
        if (what) numbers++;
      }
    }
  });
}
test('numbers were found', () => assert.ok(numbers >= 50, `only ${numbers}`));

// ---- each column: its comment, default and CHECK

for (const [column, m] of machine) {
  const [table, name] = column.split('.');
  test(`${column}: comment, default and CHECK`, () => {
    const text = tableOf.get(table).body;
    const [, first, comment] = new RegExp(`^ {2}${name} TINYINT NOT NULL(?: DEFAULT (\\d+))? COMMENT '(.*)',$`, 'm').exec(text);
    assert.deepEqual([...comment.matchAll(/(?<=^|, )(\d+) /g)].map(([, n]) => Number(n)), m.states.map((s) => s.number));
    if (m.kind) assert.ok(comment.startsWith(m.states.map((s) => `${s.number} ${s.word}`).join(', ')), comment);
    if (first !== undefined) assert.equal(Number(first), m.states[0].number);
    const check = new RegExp(`CHECK \\(${name} IN \\((.*?)\\)\\)`).exec(text);
    if (check) assert.deepEqual(numbersIn(check[1]), m.states.map((s) => s.number));
  });
}

// ---- the call of notify_add has the number of what it is about

test('notify_add is called with a type of C', () => {
  const names = /notify_add \(([^]*?)\)\n/.exec(read('schema/procedures/notify_add.sql'))[1].split('\n').map((l) => l.trim().split(' ')[0]).filter(Boolean);
  let calls = 0;
  for (const o of objects) {
    for (const [, args] of o.body.matchAll(/CALL notify_add\(([^]*?)\);/g)) {
      const type = args.split(',')[names.indexOf('p_type')].trim(), event = args.split(',')[names.indexOf('p_event')].trim();
      const m = machine.get('notify_task.type').states.find((s) => s.number === Number(type));
      assert.equal(event.slice(1).split('.')[0], m?.word, `${o.name}: ${args}`);
      calls++;
    }
  }
  assert.ok(calls >= 1);
});
