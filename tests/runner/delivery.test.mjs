// One notification at a time: what is sent, what its answer means, what is written down.
import { after, before, test } from 'node:test';
import assert from 'node:assert/strict';
import { Webhook } from 'standardwebhooks';
import { Bench, LARGEST_KIB, sleep } from './lib/bench.mjs';
import { deadPort, rawReceiver, receiver } from './lib/receiver.mjs';

let bench, app;
before(async () => { bench = await Bench.start(); app = await bench.app(); });
after(() => bench?.stop());

// Sends one notification to a receiver that answers so; gives the task, its log row and what was heard.
async function once(answer, { task = {}, of = app, env = {} } = {}) {
  const merchant = await receiver(typeof answer === 'function' ? answer : () => answer);
  const [no] = await bench.tasks(of, { url: merchant.url, ...task });
  const run = await bench.run('notify_runner', ['--once'], env);
  const heard = merchant.hits;
  await merchant.close();
  assert.equal(run.code, 0, run.stderr);
  const logs = await bench.logs(no);
  return { no, run, heard, task: await bench.task(no), log: logs.at(-1), logs };
}

const secondsUntil = async (no) => Number(await bench.value(
  'SELECT TIMESTAMPDIFF(MICROSECOND, last_execute_time, next_notify_time) / 1000000 FROM notify_task WHERE no = ?', [no]));

test('headers and signature are Standard Webhooks, the body is byte for byte what was stored', async () => {
  const body = '{"type":"order.success",  "data":{"subject":"茶 🍵 \\u00e9","n":1}}\n';
  const { heard, no, task, log } = await once('SUCCESS', { task: { body } });
  assert.equal(heard.length, 1);
  const [{ headers, body: sent, method }] = heard;
  assert.equal(method, 'POST');
  assert.equal(sent.toString('utf8'), body);
  assert.equal(headers['content-type'], 'application/json');
  assert.match(headers['user-agent'], /^Shroff\/\d/);
  assert.equal(headers['webhook-id'], no);
  assert.equal(headers['webhook-attempt'], '1');
  assert.equal(headers.expect, undefined);
  assert.equal(headers['accept-encoding'], 'identity');
  assert.ok(Math.abs(Number(headers['webhook-timestamp']) - Date.now() / 1000) < 30);
  new Webhook(app.secret).verify(sent, headers);
  assert.throws(() => new Webhook(app.secret).verify(`${sent} `, headers));
  assert.equal(task.status, 10);
  assert.equal(task.claim_token, 0);
  assert.deepEqual([log.status, log.error_code, log.http_status, log.peer_address, log.notify_times, log.cause],
    [10, 'OK', 200, '127.0.0.1', 1, 'automatic']);
});

test('while a secret rotates both sign, afterwards the new one alone', async () => {
  const fresh = `whsec_${Buffer.from('0123456789abcdef0123456789abcdef').toString('base64')}`;
  const rotating = await bench.app();
  await bench.rows('UPDATE pay_app SET webhook_secret_old_sealed = ?, webhook_secret_sealed = ?,'
    + ' webhook_secret_old_until = UTC_TIMESTAMP(3) + INTERVAL 1 HOUR WHERE id = ?',
  [bench.seal('pay_app', rotating.key, 'webhook_secret_old_sealed', rotating.secret),
    bench.seal('pay_app', rotating.key, 'webhook_secret_sealed', fresh), rotating.id]);
  let { heard: [hit] } = await once('success', { of: rotating });
  assert.equal(hit.headers['webhook-signature'].split(' ').length, 2);
  new Webhook(rotating.secret).verify(hit.body, hit.headers);
  new Webhook(fresh).verify(hit.body, hit.headers);
  await bench.rows('UPDATE pay_app SET webhook_secret_old_until = UTC_TIMESTAMP(3) WHERE id = ?', [rotating.id]);
  ({ heard: [hit] } = await once('success', { of: rotating }));
  assert.equal(hit.headers['webhook-signature'].split(' ').length, 1);
  assert.throws(() => new Webhook(rotating.secret).verify(hit.body, hit.headers));
});

const RULES = [
  ['SUCCESS', 10, 'OK'], [' success\r\n', 10, 'OK'], ['{"code":0}', 10, 'OK'], ['{"code":"SUCCESS","x":[1]}', 10, 'OK'],
  ['UNSUCCESSFUL', 21, 'BODY_RULE'], ['{"code":"0"}', 21, 'BODY_RULE'], ['{"code":500,"msg":"NOT SUCCESS"}', 21, 'BODY_RULE'],
  ['{"code":0,"code":0}', 21, 'BODY_RULE'], ['', 21, 'BODY_RULE'], ['\ufeffSUCCESS', 10, 'OK'], ['{"code":0.0,"msg":1,"msg":2}', 10, 'OK'],
  ['"SUCCESS"', 10, 'OK'], ['\u00a0success\u200b', 10, 'OK'], ['suc\u200bcess', 21, 'BODY_RULE'],
  [{ status: 500, body: 'SUCCESS' }, 21, 'HTTP_500'], [{ status: 404, body: '' }, 21, 'HTTP_404'],
  [{ status: 201, body: 'SUCCESS' }, 21, 'HTTP_201'],
];
for (const [answer, status, code] of RULES) {
  test(`the answer ${JSON.stringify(answer)} is ${code}`, async () => {
    const { task, log } = await once(answer);
    assert.deepEqual([log.status, log.error_code], [status, code]);
    assert.equal(task.status, status === 10 ? 10 : 0);
    assert.equal(task.lane, 1);
  });
}

test('a redirect is not followed', async () => {
  const inner = await receiver();
  const { log } = await once({ status: 302, headers: { location: inner.url } });
  assert.equal(log.error_code, 'HTTP_302');
  assert.equal(inner.hits.length, 0);
  await inner.close();
});

test('the gaps are the schedule\'s, lengthened by at most a tenth; then it is given up with an alert', async () => {
  const seed = await bench.app({ schedule: 'seed' });
  const merchant = await receiver(() => ({ status: 400, body: 'no' }));
  const [no] = await bench.tasks(seed, { url: merchant.url, max: 9 });
  for (const gap of [15, 15, 30, 180, 1800, 1800, 1800, 3600]) {
    await bench.run('notify_runner', ['--once']);
    const waits = await secondsUntil(no);
    assert.ok(waits >= gap && waits <= gap * 1.1 + 0.01, `${waits} s for ${gap}`);
    await bench.hurry(no);
  }
  await bench.run('notify_runner', ['--once']);
  const task = await bench.task(no);
  assert.deepEqual([task.status, task.notify_times, (await bench.logs(no)).length], [20, 9, 9]);
  assert.equal(merchant.hits.length, 9);
  assert.deepEqual(merchant.hits.map((h) => h.headers['webhook-attempt']), [...'123456789']);
  assert.equal(new Set(merchant.hits.map((h) => h.id)).size, 1);
  const alert = await bench.row('SELECT * FROM pay_alert WHERE about = ?', [no]);
  assert.equal(alert.kind, 'notify_given_up');
  assert.match(alert.text, /9 tries.*HTTP_400/);
  // Resent by an operator there is room for a whole schedule again, counted from its start.
  await bench.rows('UPDATE notify_task SET status = 0, lane = 1, manual = 1, max_notify_times = notify_times + 9,'
    + ' next_notify_time = UTC_TIMESTAMP(3) WHERE no = ?', [no]);
  await bench.run('notify_runner', ['--once']);
  const waits = await secondsUntil(no);
  assert.ok(waits >= 15 && waits <= 16.6, `${waits} s after a resend`);
  assert.deepEqual((await bench.logs(no)).at(-1).cause, 'manual');
  assert.equal((await bench.task(no)).manual, 0);
  await bench.rows('UPDATE notify_task SET status = 20 WHERE no = ?', [no]);
  await merchant.close();
});

const PUSHED = [
  ['Retry-After in seconds', { status: 503, headers: { 'retry-after': '120' }, body: '' }, 120, 132.1],
  ['Retry-After as a date', () => ({ status: 429, headers: { 'retry-after': new Date(Date.now() + 300_000).toUTCString() }, body: '' }), 297, 331],
  ['429 without it', { status: 429, body: '' }, 60, 66.1],
  ['a Retry-After shorter than the gap', { status: 500, headers: { 'retry-after': '1' }, body: '' }, 15, 16.6],
  ['a Retry-After of a year', { status: 503, headers: { 'retry-after': '31536000' }, body: '' }, 3615, 3977],
];
for (const [name, answer, least, most] of PUSHED) {
  test(`${name} pushes the next try out`, async () => {
    const { no } = await once(answer);
    const waits = await secondsUntil(no);
    assert.ok(waits >= least && waits <= most, `${waits} s`);
  });
}

test('410 ends the task with an alert', async () => {
  const { task, no, log } = await once({ status: 410, body: 'gone' });
  assert.deepEqual([task.status, log.error_code], [20, 'HTTP_410']);
  assert.equal((await bench.row('SELECT kind FROM pay_alert WHERE about = ?', [no])).kind, 'notify_gone');
});

test('hosts that are gone are one alert each and app, counted, however many notifications', async () => {
  const gone = await receiver(() => ({ status: 410, body: '' })), other = await bench.app();
  const [first] = await bench.tasks(other, { url: gone.url, n: 150 });
  await bench.run('notify_runner', ['--once']);
  const again = await bench.tasks(other, { url: gone.url, n: 150 });
  await bench.tasks(app, { url: gone.url });
  await Promise.all([1, 2].map(() => bench.run('notify_runner', ['--once'])));
  const alerts = await bench.rows('SELECT * FROM pay_alert WHERE crowd = ? ORDER BY id', [new URL(gone.url).origin]);
  assert.deepEqual(alerts.map((a) => [a.kind, a.app_id, a.times]), [['notify_gone', other.id, 300], ['notify_gone', app.id, 1]]);
  assert.ok(alerts[0].about >= first && alerts[0].about < again[0]);
  await gone.close();
});

test('an address that is not public is not reached, and tried again later', async () => {
  const merchant = await receiver();
  const nos = await Promise.all([`http://127.0.0.1:${merchant.port}/`, `http://localhost:${merchant.port}/`, `http://[::ffff:127.0.0.1]:${merchant.port}/`,
    `http://2130706433:${merchant.port}/`].map((url) => bench.tasks(app, { url })));
  await bench.run('notify_runner', ['--once'], { SHROFF_NOTIFY_ALLOW_NETS: '' });
  assert.equal(merchant.hits.length, 0);
  for (const [no] of nos) {
    const [log] = await bench.logs(no);
    assert.deepEqual([log.error_code, log.status, log.response], ['BLOCKED_ADDR', 22, null]);
    assert.equal((await bench.task(no)).status, 0);
  }
  await merchant.close();
  await bench.rows('DELETE FROM notify_endpoint');
});

test('what comes back is kept in 2 KiB a person can read', async () => {
  const { log } = await once({ status: 500, body: Buffer.concat([Buffer.from('a\0b\x1b\xff茶\n', 'latin1'), Buffer.from('茶'), Buffer.alloc(9000, 0x61)]) });
  assert.ok(Buffer.byteLength(log.response) <= 2048);
  assert.match(log.response, /^a\\x00b\\x1b\\xff/);
  assert.match(log.response, /茶aaa/);
  const { log: hidden } = await once('suc\u200bcess\u00a0\u202e');
  assert.equal(hidden.response, 'suc\\xe2\\x80\\x8bcess\\xc2\\xa0\\xe2\\x80\\xae');
  const { log: cut } = await once({ status: 500, body: `${'a'.repeat(2047)}茶` });
  assert.equal(cut.response, 'a'.repeat(2047));
});

// Receivers that misbehave: [name, what they do on the socket, error codes that fit].
const EVIL = [
  ['closes at once', (s) => s.destroy(), ['CONNECT']],
  ['breaks off in the body', (s) => s.end('HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nSUCCESS'), ['CONNECT']],
  ['is no HTTP', (s) => s.end('SUCCESS\r\n\r\n'), ['CONNECT', 'TLS', 'TOO_LARGE']],
  ['sends 10 MB', (s) => { s.write('HTTP/1.1 200 OK\r\nContent-Length: 10000000\r\n\r\n'); s.end(Buffer.alloc(10_000_000, 0x61)); }, ['TOO_LARGE']],
  ['sends chunks without end', (s) => {
    s.write('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n');
    const more = setInterval(() => s.write(`4000\r\n${'a'.repeat(0x4000)}\r\n`), 1);
    s.on('close', () => clearInterval(more));
  }, ['TOO_LARGE']],
  ['sends headers without end', (s) => {
    s.write('HTTP/1.1 200 OK\r\n');
    const more = setInterval(() => s.write(`X-Flood-${Math.random()}: ${'a'.repeat(900)}\r\n`), 1);
    s.on('close', () => clearInterval(more));
  }, ['TOO_LARGE', 'CONNECT']],
];
for (const [name, talk, codes] of EVIL) {
  test(`a receiver that ${name}`, async () => {
    const merchant = await rawReceiver(talk);
    const [no] = await bench.tasks(app, { url: merchant.url });
    const run = await bench.run('notify_runner', ['--once']);
    const [log] = await bench.logs(no);
    assert.ok(codes.includes(log.error_code), log.error_code);
    assert.equal(log.status, 22);
    assert.equal((await bench.task(no)).status, 0);
    assert.ok(run.hwm < LARGEST_KIB, `${run.hwm} KiB`);
    await merchant.close();
  });
}

test('receivers that hang or drip are cut at 10 s, all at the same time', async () => {
  const hang = await rawReceiver(() => {});
  const drip = await rawReceiver((s) => {
    s.write('HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n');
    const more = setInterval(() => s.write('a'), 500);
    s.on('close', () => clearInterval(more));
  });
  const [a] = await bench.tasks(app, { url: hang.url });
  const [b] = await bench.tasks(app, { url: drip.url });
  const begun = Date.now();
  await bench.run('notify_runner', ['--once']);
  assert.ok(Date.now() - begun < 14_000);
  for (const no of [a, b]) {
    const [log] = await bench.logs(no);
    assert.equal(log.error_code, 'TIMEOUT');
    assert.ok(log.duration_ms >= 9500 && log.duration_ms < 12_000);
  }
  await Promise.all([hang.close(), drip.close()]);
});

test('no program listens; no such name', async () => {
  const [a] = await bench.tasks(app, { url: `http://127.0.0.1:${await deadPort()}/` });
  const [b] = await bench.tasks(app, { url: 'http://no-such-host.invalid/' });
  await bench.run('notify_runner', ['--once']);
  assert.equal((await bench.logs(a))[0].error_code, 'CONNECT');
  assert.equal((await bench.logs(b))[0].error_code, 'DNS');
});

test('TLS is verified', async () => {
  const plain = await receiver();
  const [no] = await bench.tasks(app, { url: `https://127.0.0.1:${plain.port}/` });
  await bench.run('notify_runner', ['--once']);
  await plain.close();
  assert.ok(['TLS', 'CONNECT'].includes((await bench.logs(no))[0].error_code));
});

test('a URL that cannot be called is CONFIG, and tried again', async () => {
  const [no] = await bench.tasks(app, { url: 'ftp://127.0.0.1/' });
  await bench.run('notify_runner', ['--once']);
  const [log] = await bench.logs(no);
  assert.deepEqual([log.error_code, log.status], ['CONFIG', 22]);
  assert.equal((await bench.task(no)).status, 0);
});

test('a webhook secret that does not open: an alert, no try used up, and it goes once it opens', async () => {
  const broken = await bench.app(), merchant = await receiver();
  const { webhook_secret_sealed: good } = await bench.row('SELECT webhook_secret_sealed FROM pay_app WHERE id = ?', [broken.id]);
  await bench.rows('UPDATE pay_app SET webhook_secret_sealed = ? WHERE id = ?', [Buffer.alloc(80, 1), broken.id]);
  const [no] = await bench.tasks(broken, { url: merchant.url });
  for (let i = 0; i < 2; i++) {
    await bench.run('notify_runner', ['--once']);
    const task = await bench.task(no);
    assert.deepEqual([task.status, task.notify_times, task.claim_token, task.lane], [0, 0, 0, 0]);
    assert.ok(task.parked_since, 'it is due all the same');
    assert.equal((await bench.logs(no)).length, 0);
    await bench.hurry();
  }
  assert.equal(Number(await bench.value("SELECT COUNT(*) FROM pay_alert WHERE kind = 'unusable' AND app_id = ?", [broken.id])), 1);
  await bench.rows('UPDATE pay_app SET webhook_secret_sealed = ? WHERE id = ?', [good, broken.id]);
  await bench.run('notify_runner', ['--once']);
  assert.equal((await bench.task(no)).status, 10);
  assert.equal((await bench.logs(no)).length, 1);
  await merchant.close();
});

test('a disabled app\'s notifications go on', async () => {
  const { task } = await once('success', { of: await bench.app({ status: 1 }) });
  assert.equal(task.status, 10);
});

test('a proxy in the environment is ignored', async () => {
  const { task } = await once('success', { env: { http_proxy: 'http://127.0.0.1:1', ALL_PROXY: 'http://127.0.0.1:1' } });
  assert.equal(task.status, 10);
});

test('a waiting task that is not due is left alone', async () => {
  const merchant = await receiver();
  const [no] = await bench.tasks(app, { url: merchant.url, ago: -30 });
  await bench.run('notify_runner', ['--for', '1']);
  assert.equal(merchant.hits.length, 0);
  assert.equal((await bench.task(no)).notify_times, 0);
  await merchant.close();
  await sleep(0);
});
