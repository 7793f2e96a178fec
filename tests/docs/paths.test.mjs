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
