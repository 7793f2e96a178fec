// Two apps of one installation: neither sees, touches or learns anything of the other's, on any endpoint.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, newNonce, post, query, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { withKey } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';

const { stack, app1, app2, db } = await suite();

for (const [mine, theirs, name] of [[app1, app2, 'app 2 at app 1\'s'], [app2, app1, 'app 1 at app 2\'s']]) {
  describe(name, () => {
    const same = (a, b) => {
      expectError(a, b.json.code);
      const strip = ({ request_id, ...rest }) => rest;
      assert.deepEqual(strip(a.json), strip(b.json), 'never told apart from what does not exist');
    };
    const rows = {
      'query by order_no': [(o) => get(stack, theirs, `/api/pay/query?order_no=${o.order_no}`), () => get(stack, theirs, `/api/pay/query?order_no=${strangerUlid()}`)],
      'query by merchant_order_id': [(o) => get(stack, theirs, `/api/pay/query?merchant_order_id=${o.merchant_order_id}`), () => get(stack, theirs, '/api/pay/query?merchant_order_id=none-such')],
      'query by pay_id': [(o) => get(stack, theirs, `/api/pay/query?pay_id=${o.pay_id}`), () => get(stack, theirs, `/api/pay/query?pay_id=${strangerUlid()}`)],
      'payments/{no}': [(o) => get(stack, theirs, `/payments/${o.order_no}`), () => get(stack, theirs, `/payments/${strangerUlid()}`)],
      'submit by order_no': [(o) => post(stack, theirs, '/api/pay/submit', { order_no: o.order_no, channel: 'mock' }), () => post(stack, theirs, '/api/pay/submit', { order_no: strangerUlid(), channel: 'mock' })],
      'submit by merchant_order_id': [(o) => post(stack, theirs, '/api/pay/submit', { merchant_order_id: o.merchant_order_id, channel: 'mock' }), () => post(stack, theirs, '/api/pay/submit', { merchant_order_id: 'none-such', channel: 'mock' })],
      'refund/query': [(o) => get(stack, theirs, `/api/pay/refund/query?refund_no=${o.order_no}`), () => get(stack, theirs, `/api/pay/refund/query?refund_no=${strangerUlid()}`)],
    };
    for (const [what, [foreign, none]] of Object.entries(rows)) {
      test(`${what}: 40400, in the words of what is not there`, async () => {
        const order = await createOpen(stack, mine);
        const before = await query(stack, mine, { order_no: order.order_no });
        const res = await foreign(order);
        expectError(res, 40400);
        same(res, await none());
        assert.deepEqual(await query(stack, mine, { order_no: order.order_no }), before, 'untouched');
      });
    }
    test('create under the same merchant number is an order of its own', async () => {
      const order = await create(stack, mine);
      const own = expectOk(await post(stack, theirs, '/api/pay/create', terms({ merchant_order_id: order.merchant_order_id })), 201);
      assert.notEqual(own.order_no, order.order_no);
      assert.notEqual(own.query_token, order.query_token);
    });
    test('the list holds none of it', async () => {
      const order = await createOpen(stack, mine);
      for (const path of ['/payments?limit=100', '/payments?status=WAITING&limit=100', `/payments?from=${order.create_time}`]) {
        assert.ok(!(await get(stack, theirs, path)).text.includes(order.order_no));
      }
    });
    test('one\'s key under the other\'s name: 40100 or 40101', () => withKey(stack, mine, {}, async (key) => {
      expectError(await get(stack, { key: theirs.key, keyId: key.keyId, secret: key.secret }, '/payments?limit=1'), 40100);
      expectError(await get(stack, { key: theirs.key, secret: key.secret }, '/payments?limit=1'), 40101);
      expectError(await get(stack, { key: theirs.key, secret: mine.secret }, '/payments?limit=1'), 40101);
    }));
    test('a callback by one\'s channel for the other\'s attempt: 40101', async () => {
      const order = await createOpen(stack, mine);
      for (const path of ['/api/pay/callback', `/api/pay/notify/order/${theirs.channelId}`, `/api/pay/notify/order/${mine.channelId}`]) {
        expectError(await sendCallback(stack, signedCallback(order, theirs.channelSecret), path), 40101);
      }
      assert.equal((await query(stack, mine, { order_no: order.order_no })).status, 'WAITING');
    });
    test('the clock of one moves nothing of the other', async () => {
      const order = await create(stack, mine);
      const due = () => db.value('SELECT expire_time FROM pay_order WHERE no = ?', [order.order_no]);
      const before = await due();
      expectOk(await post(stack, theirs, '/sandbox/clock', { advance: 50 }));
      assert.equal(await due(), before);
    });
    test('nonces are apart', async () => {
      const nonce = newNonce();
      expectOk(await post(stack, mine, '/api/pay/create', terms(), { auth: { nonce } }), 201);
      expectOk(await post(stack, theirs, '/api/pay/create', terms(), { auth: { nonce } }), 201);
    });
    test('a notification names its own app and holds nothing of the other', async () => {
      const m = await merchant(does.ack());
      const order = await createOpen(stack, mine, { notify_url: m.url });
      assert.equal((await payByCallback(stack, mine, order)).status, 200);
      const [hit] = await m.waitHits(1);
      assert.equal(JSON.parse(hit.text).data.app_key, mine.key);
      assert.ok(!hit.text.includes(theirs.key));
      assert.ok(hit.url.endsWith(`/${mine.channelId}`));
      m.close();
    });
  });
}
