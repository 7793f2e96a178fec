// What every contract file starts with: the stack, both demo apps, the database, all closed at the end.
import { after } from 'node:test';
import { useStack } from './stack.mjs';
import { readerDb, rootDb, isRoot } from './db.mjs';

export async function suite() {
  const stack = await useStack();
  const db = readerDb(stack);
  const root = isRoot ? rootDb(stack) : undefined;
  const closers = [() => db.close(), () => root?.close()];
  after(async () => { for (const close of closers) await close(); });
  return { stack, app1: stack.app1, app2: stack.app2, db, root, atEnd: (f) => closers.unshift(f) };
}

// Runs `f` over `items`, `width` at a time.
export async function inParallel(items, width, f) {
  const list = [...items];
  const out = new Array(list.length);
  let next = 0;
  await Promise.all(Array.from({ length: Math.min(width, list.length) }, async () => {
    while (next < list.length) { const i = next++; out[i] = await f(list[i], i); }
  }));
  return out;
}
export const times = (n, f) => Promise.all(Array.from({ length: n }, (_, i) => f(i)));
// 'a' repeated, etc.
export const rep = (s, n) => s.repeat(n);
export const count = (list, f) => list.filter(f).length;
