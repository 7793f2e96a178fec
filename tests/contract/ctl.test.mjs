// shroffctl as an operator uses it after `. demo.env`: listings in JSON, changes with a reason, no secret shown twice.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, expectOk, get, post, strangerUlid, submitAnother, terms } from '../lib/client.mjs';
import { payByCallback, signedCallback, sendCallback } from '../lib/channel.mjs';
import { ctl, ctlOk, newApp, newKey } from '../lib/ctl.mjs';
import { paidOrder, refundBody, refundCallback, sendRefundCallback } from '../lib/refund.mjs';
import { sendTransferCallback, transferBody, transferCallback } from '../lib/transfer.mjs';
import { adjust, newUser, recharged, walletOf } from '../lib/wallet.mjs';
import { payPage } from '../lib/page.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1, app2, db } = await suite();
const json = async (...args) => { const r = await ctlOk(stack, [...args, '--json']); assert.ok(r.json, `${args.join(' ')}: ${r.stdout}`); return r.json; };
const WHY = ['--reason', 'the auditor asked'];
const SECRETS = [app1.secret, app1.channelSecret, app1.webhookSecret, app1.webhookSecret.slice(6), app2.secret, app2.channelSecret];
const clean = (text) => { for (const s of SECRETS) assert.ok(!text.includes(s), 'a secret is shown'); };

describe('listings', () => {
  test('an app that is not there is no app without trouble', async () => {
    for (const args of [['notify', 'list'], ['key', 'list'], ['channel', 'list'], ['notify', 'resend', '--status', 'FAILURE', ...WHY]]) {
      const r = await ctl(stack, [...args, '--app', 'nope']);
      assert.equal(r.code, 1, r.stdout);
      assert.match(r.stderr, /nope: no such app/);
      assert.equal(r.stdout, '');
    }
  });
  for (const args of [['app', 'list'], ['key', 'list'], ['channel', 'list'], ['notify', 'list'], ['alerts']]) {
    test(`${args.join(' ')}: JSON with items, and a table for people; no secret`, async () => {
      assert.ok(Array.isArray((await json(...args)).items));
      const plain = await ctlOk(stack, args);
      clean(plain.stdout + JSON.stringify(await json(...args)));
      assert.ok(plain.stdout.length > 0);
    });
  }
  test('a key in use has its last_used_time', async () => {
    const app = await newApp(stack);
    expectOk(await get(stack, app, '/payments'));
    await until('it is told', async () => (await json('key', 'list', '--app', app.key)).items[0].last_used_time, 5000, 200);
  });
  test('app, key and channel show', async () => {
    assert.equal((await json('app', 'show', app1.key)).app_key, app1.key);
    assert.equal(String((await json('channel', 'show', app1.channelId)).channel_id), app1.channelId);
    const [key] = (await json('key', 'list', '--app', app1.key)).items;
    assert.equal((await json('key', 'show', key.key_id, '--app', app1.key)).key_id, key.key_id);
    clean((await ctlOk(stack, ['channel', 'show', app1.channelId])).stdout);
  });
  test('transfers: list, show; never the account', async () => {
    const body = transferBody('fail', { user_account: 'an-account-of-the-payee' });
    await post(stack, app1, '/api/pay/transfer', body);
    const { items } = await json('transfer', 'list', '--app', app1.key, '--status', 'closed', '--limit', '1');
    assert.deepEqual([items[0].merchant_transfer_id, items[0].status, items[0].price], [body.merchant_transfer_id, 'CLOSED', 700]);
    for (const no of [items[0].transfer_no, body.merchant_transfer_id]) {
      const one = await json('transfer', 'show', no);
      assert.deepEqual([one.transfer_no, one.channel, one.channel_error_code, one.version], [items[0].transfer_no, 'mock', 'MOCK_REFUSED', 1]);
      assert.ok(!JSON.stringify(one).includes(body.user_account));
      assert.deepEqual(one.events.map((e) => e.what), ['transfer', 'state', ...one.events.slice(2).map((e) => e.what)]);
      assert.deepEqual(one.events.filter((e) => e.what === 'state').map((e) => e.text), ['WAITING -> CLOSED']);
    }
    assert.match((await ctlOk(stack, ['transfer', 'show', body.merchant_transfer_id])).stdout, /^status +CLOSED$[^]*\n\ntime +what[^]*WAITING -> CLOSED/m);
    assert.equal((await ctl(stack, ['transfer', 'show', strangerUlid()])).code, 1);
  });
  test('callbacks of a transfer and of a refund are on its own time line, refused ones too, without signatures', async () => {
    const order = await paidOrder(stack, app1, 'never');
    const url = { notify_url: 'http://127.0.0.1:9/out' };
    const out = expectOk(await post(stack, app1, '/api/pay/transfer', transferBody('never', url)), 201);
    const [back, other] = [await post(stack, app1, '/api/pay/refund', refundBody(order, { refund_price: 1, ...url })), await post(stack, app1, '/api/pay/refund', refundBody(order, { refund_price: 2 }))].map((r) => expectOk(r, 201));
    for (const [what, done, send, body] of [['transfer', out, sendTransferCallback, transferCallback], ['refund', back, sendRefundCallback, refundCallback]]) {
      expectError(await send(stack, app1, body(done, 'another-key-that-is-long-enough')), 40101);
      const said = body(done, app1.channelSecret);
      for (let i = 0; i < 2; i++) assert.equal((await send(stack, app1, said)).status, 200);
      const { events } = await json(what, 'show', done[`${what}_no`]);
      assert.deepEqual(events.filter((e) => e.what === 'callback').map((e) => [e.about, e.text.split(' ')[0]]),
        ['BAD_SIGN', 'ACCEPTED', 'REPEATED'].map((verdict) => [done[`${what}_no`], verdict]), what);
      assert.ok(!JSON.stringify(events).includes(said.sign));
      assert.ok(events.some((e) => e.what === 'notification' && e.text.startsWith(`${what}.success to ${url.notify_url}`)), what);
    }
    assert.deepEqual((await json('refund', 'show', other.refund_no)).events.map((e) => e.what), ['refund'], 'those of the same attempt are not its own');
  });
  test('wallets: list, show with the newest entries; what an order, a refund and a transfer did to one is on their time lines', async () => {
    const user = newUser();
    const order = await recharged(stack, app1, user, { price: 1000, bonus_price: 100 });
    expectOk(await post(stack, app1, '/api/pay/refund', refundBody(order, { refund_price: 500 })), 201);
    const paid = transferBody(undefined, { channel: 'wallet', user_account: user });
    expectOk(await post(stack, app1, '/api/pay/transfer', paid), 201);
    expectOk(await adjust(stack, app1, user, 7, { currency: 'JPY' }), 201);
    const own = ['--app', app1.key, '--currency', 'CNY'];
    const { items } = await json('wallet', 'list', ...own, '--limit', '1000');
    const mine = items.find((w) => w.user_id === user);
    const { version, ...sums } = await walletOf(stack, app1, user);
    assert.deepEqual(mine, { wallet_id: mine.wallet_id, app_key: app1.key, ...sums, version });
    assert.deepEqual([sums.balance, sums.frozen, version], [1250, 0, 6]);
    const older = await json('wallet', 'list', '--after', String(mine.wallet_id), '--limit', '1');
    assert.ok(older.items.every((w) => w.wallet_id < mine.wallet_id));
    const { entries, ...one } = await json('wallet', 'show', user, ...own);
    assert.deepEqual(one, mine);
    assert.deepEqual(entries.map((e) => [e.kind, e.price, e.balance]), [['transfer', 700, 1250], ['recharge_refund', -550, 550], ['bonus', 100, 1100], ['recharge', 1000, 1000]]);
    assert.equal((await json('wallet', 'show', user, ...own, '--limit', '2')).entries.length, 2);
    assert.match((await ctlOk(stack, ['wallet', 'show', user, ...own])).stdout, /^balance +1250$[^]*\n\nentry_no +kind/m);
    const several = await ctl(stack, ['wallet', 'show', user]);
    assert.deepEqual([several.code, /add --app APP_KEY or --currency CODE/.test(several.stderr)], [1, true]);
    for (const [code, ...args] of [[1, newUser()], [1, user, '--currency', 'XXX'], [2, user, '--currency', '元'], [1, user, '--app', app2.key]]) {
      assert.equal((await ctl(stack, ['wallet', 'show', ...args])).code, code, args.join(' '));
    }
    const told = (list) => list.filter((e) => e.what === 'wallet').map((e) => e.text).sort();
    assert.deepEqual(told((await json('order', 'show', order.order_no)).items), ['bonus +100 CNY, balance 1100',
      'frozen: recharge_refund +550 CNY, balance 550', 'frozen: recharge_refund -550 CNY, balance 550',
      'recharge +1000 CNY, balance 1000', 'recharge_refund -550 CNY, balance 550']);
    assert.deepEqual(told((await json('transfer', 'show', paid.merchant_transfer_id)).events), ['transfer +700 CNY, balance 1250']);
  });
  test('order close and order sync: the channel is asked first; a change leaves its row in admin_log', async () => {
    const open = await createOpen(stack, app1);
    assert.deepEqual(await json('order', 'sync', open.order_no), { order_no: open.order_no, status: 'WAITING' });
    assert.deepEqual(await json('order', 'close', open.order_no, ...WHY), { order_no: open.order_no, status: 'CLOSED' });
    assert.equal(await db.value("SELECT COUNT(*) FROM pay_order_extension e JOIN pay_order o ON o.id = e.order_id WHERE o.no = ? AND e.status = 20", [open.order_no]), 1);
    assert.deepEqual({ ...await db.row('SELECT what, why FROM admin_log WHERE on_what = ?', [open.order_no]) }, { what: 'order.close', why: WHY[1] });
    const silent = await createOpen(stack, app1);
    await payPage(stack, silent).choose('silent');
    assert.equal((await json('order', 'sync', silent.order_no)).status, 'SUCCESS');
    const refused = await ctl(stack, ['order', 'close', silent.order_no, ...WHY]);
    assert.deepEqual([refused.code, /already paid/.test(refused.stderr)], [1, true], refused.stderr);
    assert.equal((await ctl(stack, ['order', 'close', strangerUlid(), ...WHY])).code, 1);
  });
  test('refunds: list, show, and their lines in the order\'s story', async () => {
    const order = await paidOrder(stack, app1, 'fail_then_ok');
    const body = refundBody(order, { refund_price: 400, reason: 'too small', notify_url: 'http://127.0.0.1:9/back' });
    for (let i = 0; i < 2; i++) await post(stack, app1, '/api/pay/refund', body);
    const { items } = await json('refund', 'list', '--app', app1.key, '--status', 'success', '--limit', '1');
    assert.deepEqual([items[0].merchant_refund_id, items[0].status, items[0].refund_price], [body.merchant_refund_id, 'SUCCESS', 400]);
    for (const no of [items[0].refund_no, body.merchant_refund_id]) {
      const one = await json('refund', 'show', no);
      assert.equal('asked_times' in one, false, 'its channel was not asked about it');
      assert.deepEqual([one.refund_no, one.reason, one.cause, one.pay_id, one.version], [items[0].refund_no, 'too small', 'merchant', order.pay_id, 2]);
      assert.deepEqual(one.events.filter((e) => e.what === 'state').map((e) => e.text), ['WAITING -> FAILURE', 'FAILURE -> WAITING', 'WAITING -> SUCCESS']);
      assert.deepEqual(one.events.filter((e) => e.what === 'notification').map((e) => e.text.split(' ')[0]).sort(), ['refund.failure', 'refund.success']);
    }
    for (const no of [order.order_no, items[0].refund_no, body.merchant_refund_id]) {
      const story = (await json('order', 'show', no)).items;
      const steps = story.filter((e) => e.what === 'state' && e.about === items[0].refund_no).map((e) => e.text);
      assert.deepEqual(steps, ['refund WAITING -> FAILURE', 'refund FAILURE -> WAITING', 'refund WAITING -> SUCCESS']);
      const lines = JSON.stringify(story);
      for (const s of ['too small', 'refund.failure', 'refund.success', body.merchant_refund_id]) assert.ok(lines.includes(s), s);
    }
    assert.equal((await ctl(stack, ['refund', 'show', strangerUlid()])).code, 1);
  });
  test('order show prints the whole story, by order_no and by pay_id', async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    const webhook = await until('its notification', () => db.value('SELECT t.no FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE o.no = ?', [order.order_no]));
    for (const no of [order.order_no, order.pay_id, webhook, order.merchant_order_id]) {
      const story = JSON.stringify(await json('order', 'show', no));
      for (const s of [order.order_no, order.pay_id, order.merchant_order_id, 'SUCCESS']) assert.ok(story.includes(s), s);
      clean(story);
    }
    assert.notEqual((await ctl(stack, ['order', 'show', strangerUlid()])).code, 0);
  });
  test('lists say that there are more rows, and how to see them', async () => {
    const some = await newApp(stack);
    for (let i = 0; i < 3; i++) await createOpen(stack, some, { user_id: `more${i}` });
    const list = (limit) => ['order', 'list', '--app', some.key, '--limit', String(limit)];
    assert.match((await ctlOk(stack, list(2))).stdout, /\nand more: --limit N, or --after the last one\n$/);
    const two = await json(...list(2));
    assert.deepEqual([two.items.length, two.more], [2, true]);
    const all = await json(...list(3));
    assert.deepEqual([all.items.length, all.more], [3, undefined]);
    for (const user of [newUser(), newUser()]) assert.equal((await adjust(stack, some, user, 5)).status, 201);
    assert.equal((await json('wallet', 'list', '--app', some.key, '--limit', '1')).more, true);
    assert.equal((await json('wallet', 'list', '--app', some.key, '--limit', '2')).more, undefined);
  });
  test('an address that is not notified today is a warning, not a refusal', async () => {
    const set = (...args) => ctlOk(stack, ['app', 'set', app2.key, ...args, ...WHY]);
    for (const [url, want] of [['http://10.0.0.1/n', /^shroffctl: warning: nothing is sent to http:\/\/10\.0\.0\.1\/n: .*SHROFF_NOTIFY_ALLOW_NETS/], ['', /^$/]]) {
      assert.match((await set('--refund-notify-url', url)).stderr, want);
    }
    assert.match((await ctlOk(stack, ['app', 'create', '--name', 'Inside', '--notify-url', 'http://10.0.0.1/n', ...WHY])).stderr, /warning: nothing is sent/);
  });
  test('order show by a merchant\'s number that two apps have: asks for the app', async () => {
    const mine = await create(stack, app1);
    await create(stack, app2, { merchant_order_id: mine.merchant_order_id });
    const r = await ctl(stack, ['order', 'show', mine.merchant_order_id]);
    assert.equal(r.code, 1);
    assert.match(r.stderr, /--app/);
    const story = JSON.stringify(await json('order', 'show', mine.merchant_order_id, '--app', app1.key));
    assert.ok(story.includes(mine.order_no));
  });
  test('order show lists callbacks that were refused, the latest 20', async () => {
    const order = await createOpen(stack, app1);
    for (let i = 0; i < 25; i++) await sendCallback(stack, signedCallback(order, `wrong-${i}`));
    await payByCallback(stack, app1, order);
    const verdicts = (await json('order', 'show', order.order_no)).items.filter((e) => e.what === 'callback').map((e) => e.text.split(' ')[0]);
    assert.deepEqual(verdicts, [...Array(20).fill('BAD_SIGN'), 'ACCEPTED']);
  });
  test('alerts list money that came twice, and another price until they are closed', async () => {
    const first = await createOpen(stack, app1);
    const second = expectOk(await submitAnother(stack, app1, first), 201);
    const about = async (order, ...more) => (await json('alerts', '--limit', '1000', ...more)).items.find((a) => JSON.stringify(a).includes(order.pay_id) || JSON.stringify(a).includes(order.order_no));
    await payByCallback(stack, app1, first);
    await sendCallback(stack, signedCallback(second, app1.channelSecret));
    assert.ok(await about(second));
    await payByCallback(stack, app1, first);        // under another number of the channel
    const { stdout } = await ctlOk(stack, ['order', 'show', first.order_no]);
    assert.match(stdout, /a second payment of an attempt on mock/);
    const odd = await createOpen(stack, app1);
    await sendCallback(stack, signedCallback(odd, app1.channelSecret, { price: 5 }));
    const alert = await about(odd);
    assert.ok(alert);
    await ctlOk(stack, ['alerts', 'close', String(alert.id ?? alert.alert_id), ...WHY]);
    assert.equal(await about(odd), undefined);
    assert.ok(await about(odd, '--all'));
  });
  test('doctor finds nothing wrong', async () => {
    const r = await ctl(stack, ['doctor']);
    assert.equal(r.code, 0, r.stdout + r.stderr);
  });
  test('migrate a second time changes nothing', async () => {
    const before = await db.rows('SELECT * FROM schema_migration');
    await ctlOk(stack, ['migrate']);
    assert.deepEqual(await db.rows('SELECT * FROM schema_migration'), before);
  });
});

describe('changes', () => {
  test('want a reason', async () => {
    for (const args of [['app', 'create', '--name', 'x'], ['app', 'disable', app1.key], ['key', 'create', '--app', app1.key, '--scopes', 'all'], ['channel', 'disable', app1.channelId]]) {
      const r = await ctl(stack, args);
      assert.notEqual(r.code, 0, args.join(' '));
      assert.match(r.stderr, /reason/);
    }
    expectOk(await post(stack, app1, '/api/pay/create', terms()), 201);
  });
  test('leave a line: who, when, what, on what, why', async () => {
    const app = await newApp(stack);
    const key = await newKey(stack, app);
    for (const args of [['app', 'disable', app.key], ['app', 'enable', app.key], ['app', 'set', app.key, '--remark', 'x'], ['app', 'rotate', app.key], ['key', 'revoke', key.keyId, '--app', app.key],
      ['channel', 'disable', app.channelId], ['channel', 'enable', app.channelId], ['channel', 'rotate', app.channelId]]) {
      const before = await db.value('SELECT COALESCE(MAX(id), 0) FROM admin_log');
      await ctlOk(stack, [...args, ...WHY]);
      const rows = await db.rows('SELECT * FROM admin_log WHERE id > ?', [before]);
      assert.equal(rows.length, 1, args.join(' '));
      assert.ok(rows[0].who);
      assert.equal(rows[0].why, 'the auditor asked');
      clean(JSON.stringify(rows));
    }
  });
  test('key rotate: the new secret at once, the old one for its overlap', async () => {
    const app = await newApp(stack);
    const [{ key_id: id }] = (await json('key', 'list', '--app', app.key)).items;
    const r = await json('key', 'rotate', id, '--app', app.key, '--overlap', '3', ...WHY);
    expectOk(await post(stack, { key: app.key, secret: r.secret }, '/api/pay/create', terms()), 201);
    expectOk(await post(stack, app, '/api/pay/create', terms()), 201);
    await until('the old one has ended', async () => (await get(stack, app, '/payments?limit=1')).status === 401, 7000, 100);
    expectOk(await get(stack, { key: app.key, secret: r.secret }, '/payments?limit=1'));
  });
  test('channel rotate: callbacks under the new secret are believed within 2 s', async () => {
    const app = await newApp(stack);
    const order = await createOpen(stack, app);
    const { secret } = await json('channel', 'rotate', app.channelId, ...WHY);
    assert.notEqual(secret, app.channelSecret);
    await until('the new secret', async () => (await payByCallback(stack, { ...app, channelSecret: secret }, order)).status === 200, 2000);
    expectError(await payByCallback(stack, app, order), 40101);
  });
  test('rotate-master: everything goes on', async () => {
    const order = await createOpen(stack, app1);
    const r = await json('key', 'rotate-master', ...WHY);
    assert.ok(r.secrets_sealed > 0);
    const app = await newApp(stack);
    await until('old and new secrets open', async () => (await get(stack, app1, '/payments?limit=1')).status === 200 && (await get(stack, app, '/payments?limit=1')).status === 200, 4000);
    await until('callbacks too', async () => (await payByCallback(stack, app1, order)).status === 200, 4000);
    expectOk(await post(stack, app2, '/api/pay/create', terms({ channel: 'mock' })), 201);
  });
  const bad = [
    ['app create of a bad URL', ['app', 'create', '--name', 'x', '--notify-url', 'javascript:alert(1)']], ['app set to bad networks', ['app', 'set', 'KEY', '--allowed-nets', '10.0.0.0/33']],
    ['app set to bad networks, a word', ['app', 'set', 'KEY', '--allowed-nets', 'home']], ['app set to a bad schedule', ['app', 'set', 'KEY', '--schedule', '15,-1']], ['app set to a bad late_payment', ['app', 'set', 'KEY', '--late-payment', 'keep']],
    ['a key of a scope that is none', ['key', 'create', '--app', 'KEY', '--scopes', 'payment:everything']], ['a key of no scope', ['key', 'create', '--app', 'KEY', '--scopes', '']],
    ['a key of an app that is none', ['key', 'create', '--app', 'nosuch', '--scopes', 'all']], ['a second mock channel', ['channel', 'create', '--app', 'KEY', '--code', 'mock']],
    ['a channel nobody knows', ['channel', 'create', '--app', 'KEY', '--code', 'paypal']], ['a fee above all of it', ['channel', 'create', '--app', 'KEY', '--code', 'mock', '--fee-rate', '1000001']],
    ['an unknown command', ['pay', 'me']], ['an unknown option', ['app', 'create', '--name', 'x', '--colour', 'red']], ['resend of nothing', ['notify', 'resend', strangerUlid()]],
  ];
  for (const [name, args] of bad) {
    test(`refused with one clear line: ${name}`, async () => {
      const before = await db.value('SELECT COUNT(*) FROM admin_log');
      const r = await ctl(stack, [...args.map((a) => (a === 'KEY' ? app1.key : a)), ...(args[0] === 'pay' ? [] : WHY)]);
      assert.notEqual(r.code, 0);
      assert.ok(r.stderr.trim().length > 0);
      assert.equal(await db.value('SELECT COUNT(*) FROM admin_log'), before);
    });
  }
  test('--help everywhere', async () => {
    for (const args of [['--help'], ['app', '--help'], ['app', 'create', '--help'], ['key', '--help'], ['channel', 'create', '--help'], ['notify', 'resend', '--help'], ['alerts', '--help'], ['doctor', '--help'], ['migrate', '--help']]) {
      const r = await ctl(stack, args);
      assert.equal(r.code, 0, args.join(' '));
      assert.match(r.stdout, /shroffctl/);
    }
  });
});
