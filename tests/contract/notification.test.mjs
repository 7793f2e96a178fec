// What the merchant hears: signed, frozen, until he has acknowledged it.
import { test, describe, after } from 'node:test';
import assert from 'node:assert/strict';
import { createRequire } from 'node:module';
import { suite, rep } from '../lib/suite.mjs';
import { ULID, TIME, createOpen, expectOk, post, query } from '../lib/client.mjs';
import { callbackOf, payByCallback } from '../lib/channel.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { ctl, newApp, setApp } from '../lib/ctl.mjs';
import { dbMs } from '../lib/db.mjs';
import { sleep, until } from '../lib/wait.mjs';

const { Webhook } = createRequire(import.meta.url)('standardwebhooks');
const { stack, app1, db, root } = await suite();
const sinks = [];
after(() => sinks.forEach((s) => s.close()));
const sink = async (...script) => { const m = await merchant(...script); sinks.push(m); return m; };
const advance = async (app, seconds) => expectOk(await post(stack, app, '/sandbox/clock', { advance: seconds }));

async function paidOrder(app, more = {}, cb = {}) {
  const order = await createOpen(stack, app, more);
  const res = await payByCallback(stack, app, order, cb);
  assert.equal(res.status, 200, res.text);
  return order;
}
const taskOf = (order) => db.row('SELECT t.* FROM notify_task t JOIN pay_order o ON o.id = t.data_id WHERE t.type = 1 AND o.no = ?', [order.order_no]);
const logsOf = (task) => db.rows('SELECT * FROM notify_log WHERE task_id = ? ORDER BY id', [task.id]);
// The task once it has `n` log rows.
const tried = (order, n, ms = 15_000) => until(`try ${n} of ${order.order_no}`, async () => {
  const task = await taskOf(order);
  if (!task) return undefined;
  const logs = await logsOf(task);
  return logs.length >= n && { task: await taskOf(order), logs };
}, ms, 100);

describe('one notification', () => {
  test('arrives within two seconds, signed by Standard Webhooks, with the order', async () => {
    const m = await sink();
    const metadata = '{"z":1,"a":1.0,"中":"\\u4e2d"}';
    const made = await post(stack, app1, '/api/pay/create', `{"merchant_order_id":"N-${Date.now()}","price":4321,"currency":"CNY","subject":"茶 & <b>","body":"two","user_id":"u1","channel":"mock","return_url":"https://example.com/r","notify_url":"${m.url}","metadata":${metadata}}`);
    const order = expectOk(made, 201);
    const cb = callbackOf(order);
    const paidAt = Date.now();
    assert.equal((await payByCallback(stack, app1, order, cb)).status, 200);
    const [hit] = await m.waitHits(1);
    assert.ok(hit.at - paidAt < 2000, `took ${hit.at - paidAt} ms`);
    assert.equal(hit.method, 'POST');
    assert.match(hit.headers['content-type'], /^application\/json/);
    const wh = new Webhook(app1.webhookSecret);
    wh.verify(hit.text, hit.headers);
    assert.throws(() => wh.verify(hit.text.replace('4321', '1'), hit.headers));
    assert.throws(() => wh.verify(hit.text, { ...hit.headers, 'webhook-id': 'x' }));
    assert.match(app1.webhookSecret, /^whsec_[A-Za-z0-9+/]+=*$/);
    assert.match(hit.headers['webhook-signature'], /^v1,[A-Za-z0-9+/]{43}=$/);
    assert.match(hit.headers['webhook-id'], ULID);
    assert.ok(Math.abs(Number(hit.headers['webhook-timestamp']) - Date.now() / 1000) < 10);
    const event = JSON.parse(hit.text);
    assert.deepEqual(Object.keys(event), ['type', 'timestamp', 'data']);
    assert.equal(event.type, 'order.success');
    assert.match(event.timestamp, TIME);
    const { attempts, refunds, query_token, ...want } = await query(stack, app1, { order_no: order.order_no });
    assert.ok(attempts && refunds && query_token);
    assert.deepEqual(event.data, { ...want, app_key: app1.key });
    assert.equal(event.data.status, 'SUCCESS');
    assert.equal(event.data.channel_order_no, cb.channel_order_no);
    assert.ok(hit.text.includes(`"metadata":${metadata}`), 'metadata is told untouched');
    for (const k of ['query_token', 'pay_id', 'display_mode', 'display_content', 'pay_url']) assert.equal(event.data[k], undefined, k);
  });
  test('goes to the order\'s URL with the channel\'s id at the end of its path', async () => {
    const m = await sink();
    await paidOrder(app1, { notify_url: `${m.base}/hook/a?x=1&y=2` });
    const [hit] = await m.waitHits(1);
    assert.equal(hit.url, `/hook/a/${app1.channelId}?x=1&y=2`);
    await paidOrder(app1, { notify_url: `${m.base}/hook/` });
    await m.waitHits(2);
    assert.match(m.hits[1].url, new RegExp(`^/hook//?${app1.channelId}$`));
    await paidOrder(app1, { notify_url: m.base });
    await m.waitHits(3);
    assert.equal(m.hits[2].url, `/${app1.channelId}`);
  });
  test('carries no secret and no cookie, asks for an answer that is not compressed', async () => {
    const m = await sink();
    await paidOrder(app1, { notify_url: m.url });
    const [hit] = await m.waitHits(1);
    assert.equal(hit.headers['accept-encoding'], 'identity');
    for (const k of ['authorization', 'cookie', 'expect']) assert.equal(hit.headers[k], undefined, k);
    for (const s of [app1.secret, app1.channelSecret, app1.webhookSecret]) assert.ok(!JSON.stringify(hit).includes(s));
  });
  test('an order of the largest fields is sent whole', async () => {
    const m = await sink();
    const fill = (head, n) => head + rep('a', n - head.length);
    const metadata = { a: rep('\u4e2d', 1362) };
    const more = { subject: rep('😀', 127), body: rep('😀', 512), user_id: rep('中', 64), return_url: fill('https://example.com/', 1024), notify_url: fill(`${m.base}/`, 1024), metadata, price: 1000000000000 };
    const order = await paidOrder(app1, more);
    const [hit] = await m.waitHits(1);
    const { data } = JSON.parse(hit.text);
    for (const k of ['subject', 'body', 'user_id', 'return_url', 'metadata', 'price']) assert.deepEqual(data[k], more[k], k);
    assert.ok(hit.url.endsWith(`/${app1.channelId}`));
    new Webhook(app1.webhookSecret).verify(hit.text, hit.headers);
    assert.equal((await tried(order, 1)).task.status, 10);
  });
  test('once per order, however often the channel repeats itself', async () => {
    const m = await sink();
    const order = await paidOrder(app1, { notify_url: m.url });
    for (let i = 0; i < 5; i++) await payByCallback(stack, app1, order, { channel_order_no: 'SAME1' });
    const { task } = await tried(order, 1);
    assert.equal(task.status, 10);
    assert.equal(m.hits.length, 1);
    assert.equal(await db.value('SELECT COUNT(*) FROM notify_task WHERE type = 1 AND data_id = ?', [task.data_id]), 1);
  });
  test('the row: type, number, url, counters, snapshot', async () => {
    const m = await sink();
    const order = await paidOrder(app1, { notify_url: m.url });
    const { task, logs } = await tried(order, 1);
    assert.equal(task.no, m.hits[0].headers['webhook-id']);
    assert.equal(String(task.body), m.hits[0].text);
    assert.deepEqual([task.type, task.status, task.notify_times, task.max_notify_times, task.merchant_order_id], [1, 10, 1, 16, order.merchant_order_id]);
    assert.equal(task.notify_url, m.base + m.hits[0].url);
    assert.equal(logs.length, 1);
    assert.deepEqual([logs[0].status, logs[0].http_status, logs[0].notify_times, String(logs[0].response)], [10, 200, 1, 'success']);
  });
});

describe('acknowledged by 200 and success, or by a JSON object whose code is 0 or SUCCESS; by nothing else', () => {
  const s = (status, body, headers) => does.status(status, body, headers);
  // name: [behaviour, task status, log status]
  const rows = {
    'success': [does.ack('success'), 10, 10],
    'SUCCESS': [does.ack('SUCCESS'), 10, 10],
    'Success with blanks and newlines around': [does.ack(' \r\n\tSuccess\r\n '), 10, 10],
    '{"code":0}': [does.ack('{"code":0}'), 10, 10],
    '{"code":"SUCCESS"}': [does.ack('{"code":"SUCCESS","message":"ok"}'), 10, 10],
    '{"msg":"x","code":0,"data":{"code":1}}': [does.ack(' {"msg":"x", "code" : 0, "data":{"code":1}}\n'), 10, 10],
    'our own acknowledgement': [does.ack('{"code":0,"msg":"SUCCESS"}'), 10, 10],
    '"success" as a JSON string': [does.ack(' "Success"\n'), 10, 10],
    'a byte order mark before it': [does.ack('\ufeffsuccess'), 10, 10],
    'no-break and zero-width blanks around it': [does.ack('\u00a0\u3000success\u200b\u2028'), 10, 10],
    '{"code":0.0} beside a repeated member': [does.ack('{"code":0.0,"msg":"a","msg":"b"}'), 10, 10],
    'nothing': [does.ack(''), 0, 21],
    'ok': [does.ack('ok'), 0, 21],
    'NOT_SUCCESS': [does.ack('NOT_SUCCESS'), 0, 21],
    'UNSUCCESSFUL': [does.ack('UNSUCCESSFUL'), 0, 21],
    'success twice': [does.ack('success success'), 0, 21],
    'success!': [does.ack('success!'), 0, 21],
    '"success in an open string': [does.ack('"success'), 0, 21],
    "'success' in single quotes": [does.ack("'success'"), 0, 21],
    'a NUL after it': [does.ack('success\0'), 0, 21],
    'an HTML page that says success': [does.ack('<html>success</html>'), 0, 21],
    '{"code":"0"}': [does.ack('{"code":"0"}'), 0, 21],
    '{"code":1}': [does.ack('{"code":1}'), 0, 21],
    '{"code":-1,"msg":"success"}': [does.ack('{"code":-1,"msg":"success"}'), 0, 21],
    '{"code":500,"msg":"SUCCESS"}': [does.ack('{"code":500,"msg":"SUCCESS"}'), 0, 21],
    '{"code":false}': [does.ack('{"code":false}'), 0, 21],
    '{"code":null}': [does.ack('{"code":null}'), 0, 21],
    '{"code":"FAIL"}': [does.ack('{"code":"FAIL"}'), 0, 21],
    '{"data":{"code":0}}': [does.ack('{"data":{"code":0}}'), 0, 21],
    '[{"code":0}]': [does.ack('[{"code":0}]'), 0, 21],
    '{}': [does.ack('{}'), 0, 21],
    '{"code":0} and more': [does.ack('{"code":0}x'), 0, 21],
    '{"code":0 cut short': [does.ack('{"code":0'), 0, 21],
    '{"code":0,"code":1}': [does.ack('{"code":0,"code":1}'), 0, 21],
    '201 success': [s(201, 'success'), 0, 21],
    '202 success': [s(202, 'success'), 0, 21],
    '204': [s(204), 0, 21],
    '299 success': [s(299, 'success'), 0, 21],
    '301 to one who says success': [(res) => does.redirect(`${good.base}/x`, 301)(res), 0, 21],
    '302 to one who says success': [(res) => does.redirect(`${good.base}/x`, 302)(res), 0, 21],
    '307 to one who says success': [(res) => does.redirect(`${good.base}/x`, 307)(res), 0, 21],
    '308 with a body of success': [s(308, 'success'), 0, 21],
    '400 success': [s(400, 'success'), 0, 21],
    '404': [s(404, 'not found'), 0, 21],
    '429': [s(429, 'success'), 0, 21],
    '500 success': [s(500, 'success'), 0, 21],
    '503': [s(503, ''), 0, 21],
    'success of 70 KiB, blanks after it': [does.big(200_000), 0, 22],
    'success that breaks off': [does.cut('success'), 0, 22],
    'a connection that is reset': [does.reset(), 0, 22],
    'an answer that never comes': [does.hang(), 0, 22],
    'an answer that drips': [does.drip(), 0, 22],
  };
  let good;
  const started = {};
  const begin = () => { begin.once ??= (async () => {
    good = await sink();
    // All at once, each with a server of its own; the slow ones take their ten seconds side by side.
    for (const [name, [behaviour]] of Object.entries(rows)) {
      started[name] = (async () => {
        const m = await sink(behaviour);
        return { m, order: await paidOrder(app1, { notify_url: m.url }) };
      })();
      await started[name];
    }
  })(); return begin.once; };
  for (const [name, [, taskStatus, logStatus]] of Object.entries(rows)) {
    test(name, async () => {
      await begin();
      const { order } = await started[name];
      const { task, logs } = await tried(order, 1, 20_000);
      assert.deepEqual([task.status, logs[0].status], [taskStatus, logStatus], `response: ${String(logs[0].response).slice(0, 100)} ${JSON.stringify(logs[0])}`);
      assert.equal(task.notify_times, 1);
      if (logStatus === 22) assert.ok(logs[0].duration_ms <= 11_500, `${logs[0].duration_ms} ms: ten seconds a try`);
      if (taskStatus === 0) assert.ok(task.next_notify_time !== null);
    });
  }
  test('no redirect was followed', async () => { await begin(); assert.equal(good.hits.length, 0); });
  test('2 KiB of an answer are kept', async () => {
    const m = await sink(does.status(500, rep('x', 10_000)));
    const order = await paidOrder(app1, { notify_url: m.url });
    const { logs } = await tried(order, 1);
    assert.equal(String(logs[0].response), rep('x', 2048));
  });
  test('no program listens: tried, on record, due again', async () => {
    const gone = await merchant();
    gone.close();
    await sleep(50);
    const order = await paidOrder(app1, { notify_url: gone.url });
    const { task, logs } = await tried(order, 1);
    assert.deepEqual([task.status, logs[0].status], [0, 22]);
  });
});

describe('tried again', () => {
  test('the same id and body, a new timestamp and signature, after 15, 15, 30, 180 s lengthened by at most a tenth, until acknowledged', async () => {
    const m = await sink(does.status(500), does.ack('ok'), does.status(404), does.status(503), does.ack('success'));
    const order = await paidOrder(app1, { notify_url: m.url });
    const gaps = [15, 15, 30, 180];
    for (let n = 1; n <= gaps.length; n++) {
      const { task, logs } = await tried(order, n);
      const gap = dbMs(task.next_notify_time) - dbMs(task.last_execute_time ?? logs[n - 1].create_time);
      assert.ok(gap >= gaps[n - 1] * 1000 - 1500 && gap <= gaps[n - 1] * 1100 + 1500, `gap ${n}: ${gap} ms`);
      assert.equal(task.notify_times, n);
      const hits = m.hits.length;
      // Not before its time …
      assert.equal(hits, n);
      await advance(app1, Math.ceil(gaps[n - 1] * 1.1) + 1);
    }
    const { task, logs } = await tried(order, 5);
    assert.equal(task.status, 10);
    assert.deepEqual(logs.map((l) => l.status), [21, 21, 21, 21, 10]);
    assert.deepEqual(logs.map((l) => l.notify_times), [1, 2, 3, 4, 5]);
    assert.equal(new Set(m.hits.map((h) => h.text)).size, 1, 'frozen body');
    assert.equal(new Set(m.hits.map((h) => h.headers['webhook-id'])).size, 1, 'one id');
    const wh = new Webhook(app1.webhookSecret);
    for (const h of m.hits) wh.verify(h.text, h.headers);
    await advance(app1, 4000);
    await sleep(600);
    assert.equal(m.hits.length, 5, 'an acknowledged one is never sent again');
  });
  test('the body stays as it was at the commit, even when the order changes later', { skip: !root && 'needs root' }, async () => {
    const m = await sink(does.status(500), does.ack());
    const order = await paidOrder(app1, { notify_url: m.url });
    await tried(order, 1);
    await root.rows('UPDATE pay_order SET version = version + 1, body = ? WHERE no = ?', ['changed', order.order_no]);
    await advance(app1, 20);
    await m.waitHits(2);
    assert.equal(m.hits[1].text, m.hits[0].text);
  });
  test('410 ends it: FAILURE and an alert', async () => {
    const m = await sink(does.status(410));
    const order = await paidOrder(app1, { notify_url: m.url });
    const { task } = await tried(order, 1);
    assert.equal(task.status, 20);
    const alerts = await until('an alert', async () => {
      const rows = await db.rows('SELECT * FROM pay_alert ORDER BY id DESC LIMIT 30');
      return rows.find((r) => [task.no, order.order_no, order.merchant_order_id].some((n) => JSON.stringify(r).includes(n)));
    });
    assert.ok(alerts);
    await advance(app1, 400_000);
    await sleep(600);
    assert.equal(m.hits.length, 1);
  });
  for (const [status, header, least] of [[503, '120', 120], [429, '300', 300], [500, '60', 60], [503, '1', 15]]) {
    test(`Retry-After: ${header} with ${status} is a lower bound`, async () => {
      const m = await sink(does.status(status, '', { 'Retry-After': header }));
      const order = await paidOrder(app1, { notify_url: m.url });
      const { task, logs } = await tried(order, 1);
      const gap = (dbMs(task.next_notify_time) - dbMs(task.last_execute_time ?? logs[0].create_time)) / 1000;
      assert.ok(gap >= least - 1.5, `${gap} s`);
      assert.ok(gap <= least * 1.1 + 35, `${gap} s`);
    });
  }
  test('Retry-After as a date', async () => {
    const m = await sink(does.status(503, '', { 'Retry-After': new Date(Date.now() + 200_000).toUTCString() }));
    const order = await paidOrder(app1, { notify_url: m.url });
    const { task, logs } = await tried(order, 1);
    const gap = (dbMs(task.next_notify_time) - dbMs(task.last_execute_time ?? logs[0].create_time)) / 1000;
    assert.ok(gap >= 195 && gap < 260, `${gap} s`);
  });
  test('a Retry-After of nonsense changes nothing', async () => {
    const m = await sink(does.status(500, '', { 'Retry-After': 'soon' }));
    const order = await paidOrder(app1, { notify_url: m.url });
    const { task, logs } = await tried(order, 1);
    const gap = (dbMs(task.next_notify_time) - dbMs(task.last_execute_time ?? logs[0].create_time)) / 1000;
    assert.ok(gap >= 13.5 && gap < 18.5, `${gap} s`);
  });
  test('one that hangs does not hold up another', async () => {
    const slow = await sink(does.hang());
    for (let i = 0; i < 12; i++) await paidOrder(app1, { notify_url: slow.url });
    const quick = await sink();
    const at = Date.now();
    await paidOrder(app1, { notify_url: quick.url });
    await quick.waitHits(1);
    assert.ok(quick.hits[0].at - at < 3000, `${quick.hits[0].at - at} ms`);
  });
});

describe('an app\'s own settings', () => {
  test('without any URL there is no task', async () => {
    const app = await newApp(stack);
    const order = await paidOrder(app);
    assert.equal((await query(stack, app, { order_no: order.order_no })).status, 'SUCCESS');
    assert.equal(await taskOf(order), undefined);
  });
  test('the app\'s URL is used when the order has none, the order\'s when it has one; notify_append_channel off', async () => {
    const [own, other] = [await sink(), await sink()];
    const app = await newApp(stack, { notifyUrl: `${own.base}/app` });
    await paidOrder(app);
    await own.waitHits(1);
    assert.equal(own.hits[0].url, `/app/${app.channelId}`);
    await setApp(stack, app, { appendChannel: false });
    await until('no channel at the end', async () => {
      const n = other.hits.length;
      await paidOrder(app, { notify_url: `${other.base}/order?x=1` });
      await other.waitHits(n + 1);
      return other.hits.at(-1).url === '/order?x=1';
    }, 2000);
    assert.equal(own.hits.length, 1);
    const wh = new Webhook(app.webhookSecret);
    wh.verify(own.hits[0].text, own.hits[0].headers);
    assert.throws(() => new Webhook(app1.webhookSecret).verify(own.hits[0].text, own.hits[0].headers));
  });
  test('schedule seed: nine tries; one of its own: as many as it says', async () => {
    const m = await sink(does.status(500));
    const app = await newApp(stack, { notifyUrl: m.url, schedule: 'seed' });
    assert.equal((await tried(await paidOrder(app), 1)).task.max_notify_times, 9);
    const own = await newApp(stack, { notifyUrl: m.url, schedule: '20,40' });
    const order = await paidOrder(own);
    const { task, logs } = await tried(order, 1);
    assert.equal(task.max_notify_times, 3);
    const gap = (dbMs(task.next_notify_time) - dbMs(task.last_execute_time ?? logs[0].create_time)) / 1000;
    assert.ok(gap >= 18.5 && gap <= 24, `${gap} s`);
    await advance(own, 25);
    await tried(order, 2);
    await advance(own, 50);
    const end = await until('given up', async () => { const t = await taskOf(order); return t.status === 20 && t; });
    assert.equal(end.notify_times, 3);
    assert.equal(m.hits.length, 4);
  });
  test('while a secret rotates both sign', async () => {
    const m = await sink();
    const app = await newApp(stack, { notifyUrl: m.url });
    const old = app.webhookSecret;
    const rotated = await setApp(stack, app, { rotateWebhook: true });
    await until('the new secret signs', async () => {
      const before = m.hits.length;
      await paidOrder(app);
      await m.waitHits(before + 1);
      return m.hits.at(-1).headers['webhook-signature'].split(' ').length === 2;
    }, 6000);
    const hit = m.hits.at(-1);
    new Webhook(old).verify(hit.text, hit.headers);
    new Webhook(rotated.webhookSecret).verify(hit.text, hit.headers);
  });
});

describe('sent again by hand', () => {
  test('shroffctl notify resend: the same id and body once more', async () => {
    const m = await sink(does.status(410), does.ack());
    const order = await paidOrder(app1, { notify_url: m.url });
    const { task } = await tried(order, 1);
    assert.equal(task.status, 20);
    const r = await ctl(stack, ['notify', 'resend', task.no, '--reason', 'the merchant asked']);
    assert.equal(r.code, 0, r.stderr || r.stdout);
    await m.waitHits(2);
    const end = await tried(order, 2);
    assert.equal(end.task.status, 10);
    assert.equal(m.hits[1].text, m.hits[0].text);
    assert.equal(m.hits[1].headers['webhook-id'], m.hits[0].headers['webhook-id']);
  });
});
