// A secret that does not open (another master key, a restored database) is our fault: 50000 with an alert, never a
// definite "wrong signature" or "no such channel", and never the fault of another app or key.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite, rep } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, now, post, query, strangerUlid, terms } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { newApp, newKey } from '../lib/ctl.mjs';
import { isRoot } from '../lib/db.mjs';
import { inForce } from '../lib/wait.mjs';

const { stack, app1, db, root } = await suite();
const PATH = () => `/payments/${strangerUlid()}`;
// One bit of the last byte: the sealed text no longer opens. The same again mends it.
const flip = (column) => `CONCAT(LEFT(${column}, LENGTH(${column}) - 1), CHAR(ASCII(RIGHT(${column}, 1)) ^ 1))`;
const alertOf = (what) => db.row("SELECT times, text, closed_by FROM pay_alert WHERE kind = 'unusable' AND about = ?", [what]);

describe('a secret that does not open', { skip: !isRoot && 'needs root' }, () => {
  test('a key: 50000 and an alert, other keys and other apps go on, and it is mended by the right secret', async () => {
    const app = await newApp(stack);
    const key = await newKey(stack, app);
    const spoil = () => root.rows(`UPDATE pay_app_key SET secret_sealed = ${flip('secret_sealed')} WHERE key_id = ?`, [key.keyId]);
    expectError(await get(stack, key, PATH()), 40400);
    await spoil();
    await inForce();
    try {
      const res = await get(stack, key, PATH());
      expectError(res, 50000);
      assert.doesNotMatch(res.text, /secret|master|vault|seal/i, 'nothing of the inside is told');
      expectError(await get(stack, { ...key, keyId: undefined }, PATH()), 50000);
      expectError(await post(stack, key, '/api/pay/create', terms()), 50000);
      // what is refused before a signature is, stays so; the other key and the other app do not notice
      expectError(await get(stack, key, PATH(), { auth: { ts: now() - 1000 } }), 40102);
      const other = await newKey(stack, app);
      expectError(await get(stack, app, PATH()), 40400);
      expectError(await get(stack, other, PATH()), 40400);
      expectError(await get(stack, other, PATH(), { auth: { set: { signature: rep('0', 64) } } }), 40101);
      expectError(await get(stack, app1, PATH()), 40400);
      const alert = await alertOf(`key ${app.key}/${key.keyId}`);
      assert.match(alert.text, /its secret does not open.*SHROFF_MASTER_KEY_FILE/);
      assert.equal(alert.closed_by, null);
    } finally { await spoil(); }
    await inForce();
    expectError(await get(stack, key, PATH()), 40400);
  });
  test('a channel: create, submit and callbacks of its attempts are 50000, as absent to strangers; the callback is on record and pays when it comes again', async () => {
    const app = await newApp(stack);
    const [open, bare] = [await createOpen(stack, app), await create(stack, app)];
    const spoil = () => root.rows(`UPDATE pay_channel SET config_sealed = ${flip('config_sealed')} WHERE id = ?`, [app.channelId]);
    await spoil();
    await inForce();
    try {
      expectError(await post(stack, app, '/api/pay/create', terms({ channel: 'mock' })), 50000);
      expectError(await post(stack, app, '/api/pay/submit', { order_no: bare.order_no, channel: 'mock' }), 50000);
      expectOk(await post(stack, app, '/api/pay/create', terms()), 201);
      const callback = signedCallback(open, app.channelSecret);
      expectError(await sendCallback(stack, callback), 50000);
      expectError(await sendCallback(stack, callback, `/api/pay/notify/order/${app.channelId}`), 50000);
      // a stranger knows no number of an attempt: a channel that does not open is answered like one that is not there
      for (const pay_id of [strangerUlid(), await createOpen(stack, app1).then((o) => o.pay_id)]) {
        const body = signedCallback({ ...open, pay_id }, 'a guess');
        const answers = [];
        for (const id of [app.channelId, app1.channelId, 987654]) answers.push(await sendCallback(stack, body, `/api/pay/notify/order/${id}`));
        for (const answer of answers) {
          expectError(answer, 40101);
          assert.deepEqual({ ...answer.json, request_id: '' }, { ...answers[0].json, request_id: '' });
        }
      }
      const row = await db.row('SELECT l.verdict FROM callback_log l JOIN pay_order_extension x ON x.id = l.extension_id WHERE x.no = ? ORDER BY l.id LIMIT 1', [open.pay_id]);
      assert.equal(row.verdict, 'FAULT');
      assert.equal((await query(stack, app, { order_no: open.order_no })).status, 'WAITING');
      assert.match((await alertOf(`channel ${app.key}/mock`)).text, /its secrets do not open/);
    } finally { await spoil(); }
    await inForce();
    assert.equal((await payByCallback(stack, app, open)).status, 200);
    assert.equal((await query(stack, app, { order_no: open.order_no })).status, 'SUCCESS');
  });
});
