// What the documents name is there: links, their anchors, files and folders of this tree.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ROOT } from '../lib/env.mjs';

const DOCUMENTS = ['README.md', 'CONTRIBUTING.md', 'SECURITY.md', 'CHANGELOG.md',
  ...readdirSync(join(ROOT, 'docs')).filter((f) => f.endsWith('.md')).map((f) => `docs/${f}`)];
const TOPS = readdirSync(ROOT, { withFileTypes: true }).filter((e) => e.isDirectory()).map((e) => e.name);
const COMMON = readdirSync(join(ROOT, 'common')), TESTS = readdirSync(join(ROOT, 'tests'));
const read = (file) => readFileSync(join(ROOT, file), 'utf8');
// As GitHub makes them of headings.
const anchors = (text) => new Set([...text.matchAll(/^#+ +(.*)$/gm)].map(([, h]) =>
  h.toLowerCase().replace(/[^\p{L}\p{N} _-]/gu, '').replaceAll(' ', '-')));

test('links lead somewhere', () => {
  for (const file of DOCUMENTS) {
    for (const [, target] of read(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^[a-z]+:/.test(target)) continue;
      const [path, anchor] = target.split('#');
      const at = path ? join(dirname(file), path) : file;
      assert.ok(existsSync(join(ROOT, at)), `${file}: ${target}`);
      if (anchor) assert.ok(anchors(read(at)).has(anchor), `${file}: ${target}: no such heading`);
    }
  }
});

test('files and folders that are named exist', () => {
  let seen = 0;
  const gone = [];
  for (const file of DOCUMENTS.filter((f) => f !== 'CHANGELOG.md')) {
    for (const [path] of read(file).matchAll(/(?<![\w./$~@{-])\.?[A-Za-z][\w-]*(?:\/[\w.-]+)+/g)) {
      const name = path.replace(/[.]+$/, ''), top = name.split('/')[0];
      if (![...TOPS, ...COMMON, ...TESTS].includes(top)) continue;
      if (['build', 'var'].includes(top) || /NNNN|NAME|node_modules/.test(name)) continue;
      seen++;
      // A module or a test may be named without its ending.
      const found = ['', 'common/', 'tests/'].some((head) => ['', '.h', '.c', '.test.mjs'].some((tail) => existsSync(join(ROOT, `${head}${name}${tail}`))));
      if (!found) gone.push(`${file}: ${path} is not there`);
    }
  }
  assert.deepEqual(gone, []);
  assert.ok(seen > 100, `only ${seen} paths were found`);
});

// ---- functions, and files that are named without their folder

const SOURCES = ['bench', 'cgi-bin', 'cli', 'common', 'cron', 'nginx', 'sandbox', 'schema', 'scripts', 'tests'].flatMap((top) =>
  readdirSync(join(ROOT, top), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && e.name !== 'paths.test.mjs' && !/node_modules/.test(e.parentPath ?? e.path))
    .map((e) => join(e.parentPath ?? e.path, e.name)));
const CODE = SOURCES.filter((f) => /\.(c|h|sql|mjs|sh|awk|lua|conf|in)$/.test(f)).map((f) => [f, readFileSync(f, 'utf8')]);
const WALKED = ['docs/architecture.md', 'docs/reliability.md', 'CONTRIBUTING.md'];
// Their words and names; of a test, test_x__what_it_promises, also what it promises.
const WORDS = new Set(CODE.flatMap(([, text]) => text.match(/[A-Za-z]\w+/g) ?? []).flatMap((w) => [w, w.split('__').at(-1)])
  .concat(SOURCES.map((f) => f.split('/').at(-1).replace(/\..*/, ''))));
const spans = (file) => [...read(file).matchAll(/`([^`\n]+)`/g)].map(([, span]) => span);

test('functions, tests and columns that are named exist', () => {
  const named = WALKED.flatMap((file) => spans(file).filter((s) => /^[a-z]\w*_\w+$/.test(s)).map((s) => [file, s]));
  assert.deepEqual(named.filter(([, word]) => !WORDS.has(word)), []);
  assert.ok(named.length > 100, `only ${named.length} names were found`);
});

test('files that are named without their folder exist', () => {
  const there = new Set(SOURCES.map((f) => f.split('/').at(-1)));
  const gone = WALKED.flatMap((file) => spans(file).filter((s) => /^[a-z][\w-]*\.(c|h|sql|mjs|awk)$/.test(s) && !there.has(s))
    .map((s) => `${file}: ${s}`));
  assert.deepEqual(gone, []);
});

// `settle_paid.c`, `settle_pair`; `skeleton/serve.c` (`endpoint_serve`); `attempt_find_about` of `settle_paid.c`
test('a function is in the file that it is named with', () => {
  const FILE = '`([\\w./-]+\\.(?:c|h|sql))`', NAME = '`([a-z]\\w*_\\w+)`';
  const wrong = [];
  let seen = 0;
  for (const file of WALKED) {
    const pairs = [...read(file).matchAll(new RegExp(`${FILE}(?:, | \\()${NAME}`, 'g'))].map(([, f, n]) => [f, n])
      .concat([...read(file).matchAll(new RegExp(`${NAME} of ${FILE}`, 'g'))].map(([, n, f]) => [f, n]));
    for (const [path, name] of pairs) {
      seen++;
      const text = CODE.filter(([f]) => f.endsWith(`/${path}`)).map(([, t]) => t).join('\n');
      if (!new RegExp(`\\b${name}\\b`).test(text)) wrong.push(`${file}: ${name} is not in ${path}`);
    }
  }
  assert.deepEqual(wrong, []);
  assert.ok(seen >= 5, `only ${seen} functions with their files were found`);
});

test('each of the three walks reads eight files at most', () => {
  const rows = read('docs/architecture.md').match(/## Three walks\n[^]*?\n## /)[0].split('\n').filter((l) => /^\| \d/.test(l));
  assert.deepEqual(rows.map((r) => Number(r.split('|')[1])), rows.map((_, i) => i + 1));
  assert.ok(rows.length <= 8, `${rows.length} steps`);
  for (const row of rows) {
    for (const cell of row.split('|').slice(2, -1)) {
      const [, path] = cell.match(/^ `([\w./-]+)`/) ?? [];
      assert.ok(path && existsSync(join(ROOT, path)), `a step begins with its file:${cell}`);
    }
  }
});
