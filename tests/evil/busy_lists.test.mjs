// Long lists have seats, as requests that call channels do: one app cannot have all workers of `query` busy with them. The
// table is locked, so that each list takes its time.
import { before, test } from 'node:test';
import assert from 'node:assert/strict';
import { createOpen, expectError, expectOk, get } from '../lib/client.mjs';
import { isRoot, rootDb } from '../lib/db.mjs';
import { startStack } from '../lib/stack.mjs';
import { sleep } from './lib.mjs';

let stack;
before(async () => { stack = await startStack({ SHROFF_WORKERS_QUERY: '4' }); });
const lists = (count, limit) => Array.from({ length: count }, () => get(stack, stack.app1, `/payments?limit=${limit}`));

test('thirty long lists at once are all answered', async () => {
  for (const res of await Promise.all(lists(30, 100))) expectOk(res);
});

test('of four long lists that take their time two are refused, short ones are not', { skip: isRoot ? false : 'needs root of the database' }, async () => {
  await createOpen(stack, stack.app1);
  for (const res of await Promise.all(lists(2, 20))) expectOk(res);       // app and key are known to the workers
  const root = rootDb(stack), lock = await root.pool.getConnection();
  try {
    await lock.query('LOCK TABLES pay_order WRITE');
    const asked = lists(4, 100);
    const first = await Promise.race(asked);
    expectError(first, 42900);
    assert.match(first.json.msg, /too many lists of over 20 items at once/);
    await lock.query('UNLOCK TABLES');
    const codes = (await Promise.all(asked)).map((res) => res.json.code).sort();
    assert.deepEqual(codes, [0, 0, 42900, 42900]);
    await lock.query('LOCK TABLES pay_order WRITE');
    const short = lists(3, 20);
    await sleep(1500);
    await lock.query('UNLOCK TABLES');
    for (const res of await Promise.all(short)) expectOk(res);
  } finally {
    lock.release();
    await root.close();
  }
});

// nginx keeps connections to each worker of `query`. None of a worker that has a long list, or waits for a seat for one, is
// used meanwhile: on it a request would wait as long as the list.
test('what is asked beside long lists does not wait for them', { skip: isRoot ? false : 'needs root of the database' }, async (t) => {
  const root = rootDb(stack), lock = await root.pool.getConnection();
  try {
    const short = () => get(stack, stack.app1, '/api/pay/transfers?limit=1');
    for (let i = 0; i < 10; i++) for (const res of await Promise.all(Array.from({ length: 32 }, short))) expectOk(res);      // connections are kept
    await lock.query('LOCK TABLES pay_order WRITE');
    const asked = lists(2, 100), waits = [];
    await sleep(50);
    for (const until = Date.now() + 1000; Date.now() < until;) {
      await Promise.all(Array.from({ length: 16 }, async () => {             // so many that every kept connection is tried
        const at = Date.now();
        expectOk(await short());
        waits.push(Date.now() - at);
      }));
    }
    await lock.query('UNLOCK TABLES');
    await Promise.all(asked);
    t.diagnostic(`${waits.length} answers, the slowest after ${Math.max(...waits)} ms`);
    assert.ok(Math.max(...waits) < 700, `${Math.max(...waits)} ms`);
  } finally {
    lock.release();
    await root.close();
  }
});
