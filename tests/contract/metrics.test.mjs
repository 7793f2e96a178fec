// /healthz and /metrics.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { createServer } from 'node:net';
import { networkInterfaces } from 'node:os';
import { suite } from '../lib/suite.mjs';
import { create, createOpen, expectError, get, hasRequestId, request, strangerUlid } from '../lib/client.mjs';
import { payByCallback, sendCallback, signedCallback } from '../lib/channel.mjs';
import { ctl, ctlOk, newApp } from '../lib/ctl.mjs';
import { does, merchant } from '../lib/merchant.mjs';
import { until } from '../lib/wait.mjs';

const { stack, app1 } = await suite();
const closedPort = () => new Promise((done) => { const s = createServer().listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); }); });
const LINE = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{[^}]*\})? (-?[0-9.e+]+|NaN|[+-]Inf)$/;

async function scrape() {
  const res = await request(stack, { path: '/metrics' });
  assert.equal(res.status, 200, res.text.slice(0, 300));
  hasRequestId(res);
  assert.match(res.headers['content-type'], /^text\/plain/);
  const series = {};
  for (const line of res.text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    const m = LINE.exec(line);
    assert.ok(m, `no line of Prometheus: ${line}`);
    assert.ok(!(m[1] + (m[2] ?? '') in series), `twice: ${m[1]}${m[2] ?? ''}`);
    series[m[1] + (m[2] ?? '')] = Number(m[3]);
  }
  return { series, text: res.text };
}
// The sum of all series whose name and labels match.
const sum = (series, re) => Object.entries(series).filter(([k]) => re.test(k)).reduce((a, [, v]) => a + v, 0);

describe('healthz', () => {
  test('200 when all is well, and nothing else in it', async () => {
    const res = await request(stack, { path: '/healthz' });
    assert.equal(res.status, 200);
    hasRequestId(res);
    assert.ok(res.text.length < 100, res.text);
    assert.doesNotMatch(res.text, /maria|version|uptime|sock/i);
  });
  test('quick', async () => {
    const at = Date.now();
    await request(stack, { path: '/healthz' });
    assert.ok(Date.now() - at < 1000);
  });
  test('40001 or ignored, but never a fault, with a query', async () => {
    const res = await request(stack, { path: '/healthz?x=1' });
    assert.ok(res.status < 500);
  });
});

describe('metrics', () => {
  test('40400 through a proxy on this machine: what was passed on is not the loopback', async () => {
    for (const [name, value] of [['X-Forwarded-For', '203.0.113.7'], ['X-Forwarded-For', '127.0.0.1'], ['X-Forwarded-For', '::1'], ['X-Forwarded-For', ''], ['X-Real-IP', '203.0.113.7'],
      ['Forwarded', 'for=203.0.113.7'], ['Via', '1.1 proxy'], ['X-Forwarded-Proto', 'https'], ['X-Forwarded-Host', 'pay.example'], ['CF-Connecting-IP', '203.0.113.7']]) {
      expectError(await request(stack, { path: '/metrics', headers: { [name]: value } }), 40400);
      assert.equal((await request(stack, { path: '/healthz', headers: { [name]: value } })).status, 200);
    }
  });
  test('every series has its TYPE, histograms add up', async () => {
    await create(stack, app1);
    const { series, text } = await scrape();
    const types = Object.fromEntries([...text.matchAll(/^# TYPE (\S+) (\S+)$/gm)].map((m) => [m[1], m[2]]));
    for (const key of Object.keys(series)) {
      const name = key.replace(/\{.*/, '');
      assert.ok(types[name] || types[name.replace(/_(bucket|sum|count)$/, '')], `${name} has no TYPE`);
    }
    const histograms = Object.entries(types).filter(([, t]) => t === 'histogram').map(([n]) => n);
    assert.ok(histograms.length > 0, 'durations are histograms');
    for (const name of histograms) {
      for (const key of Object.keys(series).filter((k) => k.startsWith(`${name}_count`))) {
        const labels = key.slice(`${name}_count`.length).replace(/[{}]/g, '');
        const buckets = Object.entries(series).filter(([k]) => k.startsWith(`${name}_bucket`) && labels.split(',').every((l) => k.includes(l)));
        const inf = buckets.find(([k]) => k.includes('le="+Inf"'));
        assert.ok(inf, `${key} has no +Inf bucket`);
        assert.equal(inf[1], series[key]);
        const values = buckets.map(([k, v]) => [Number(/le="([^"]+)"/.exec(k)[1].replace('+Inf', 'Infinity')), v]).sort((a, b) => a[0] - b[0]);
        for (let i = 1; i < values.length; i++) assert.ok(values[i][1] >= values[i - 1][1], `${key}: buckets grow`);
      }
    }
  });
  test('requests are counted by endpoint and result', async () => {
    const before = (await scrape()).series;
    await create(stack, app1);
    await get(stack, app1, `/api/pay/query?order_no=${strangerUlid()}`);
    await request(stack, { path: '/api/pay/query' });
    // A program counts a request when its answer has gone out.
    for (const re of [/create/, /query.*40400/, /query.*40100/]) {
      await until(`a count of requests that fits ${re}`, async () => {
        const after = (await scrape()).series;
        return Object.keys(after).find((k) => /requests_total/.test(k) && re.test(k) && after[k] > (before[k] ?? 0));
      });
    }
  });
  test('callbacks are counted by verdict', async () => {
    const before = (await scrape()).series;
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    await sendCallback(stack, signedCallback(order, 'wrong'));
    const after = (await scrape()).series;
    const grown = Object.keys(after).filter((k) => /callback/.test(k) && /verdict/.test(k) && after[k] > (before[k] ?? 0));
    assert.ok(grown.length >= 2, `two verdicts grow: ${grown.join()}`);
  });
  test('tasks due, the age of the oldest, give-ups', async () => {
    const { text } = await scrape();
    assert.match(text, /^\S*due\S* /m);
    assert.match(text, /^\S*oldest\S* /m);
    assert.match(text, /give|dead/i);
    assert.match(text, /^shroff_orders_overdue \d+$/m);
    assert.match(text, /^shroff_sync_oldest_due_seconds [\d.]+$/m);
  });
  test('a host that does not answer, since when, and what waits for it: metrics, doctor, notify list, order show', async () => {
    const app = await newApp(stack), port = await closedPort();
    const orders = [];
    for (let i = 0; i < 8; i++) {
      orders.push(await createOpen(stack, app, { notify_url: `http://127.0.0.1:${port}/n` }));
      await payByCallback(stack, app, orders[i]);
    }
    const host = `http://127.0.0.1:${port}`;
    const { series, text } = await until('the breaker', async () => { const m = await scrape(); return m.text.includes(`host="${host}"`) && m; }, 15_000, 200);
    const since = sum(series, new RegExp(`^shroff_notify_host_open_since_seconds.*${port}`));
    assert.ok(Math.abs(Date.now() / 1000 - since) < 60, `${since}`);
    assert.ok(series.shroff_notify_hosts_open >= 1 && !text.includes(app.key));
    // Those that come now find the breaker open: one may probe, the others are due though they are put off.
    for (let i = 0; i < 4; i++) {
      orders.push(await createOpen(stack, app, { notify_url: `http://127.0.0.1:${port}/n` }));
      await payByCallback(stack, app, orders.at(-1));
    }
    // Asked of this app alone: other files leave hosts that do not answer as well.
    const waiting = await until('they are put off', async () => {
      const listed = (await ctlOk(stack, ['notify', 'list', '--app', app.key, '--json'])).json;
      const rows = (listed.items ?? listed).filter((t) => t.status === 'WAITING');
      return rows.some((t) => t.parked_since) && rows;
    }, 15_000, 300);
    assert.ok(waiting.every((t) => t.host_open_since), JSON.stringify(waiting));
    await until('what is put off is due, and its age counts', async () => {
      const { series: s } = await scrape();
      return s.shroff_notify_parked >= 1 && s.shroff_notify_due >= s.shroff_notify_parked && s.shroff_notify_oldest_due_seconds > 2;
    }, 10_000, 300);
    const story = (await ctlOk(stack, ['order', 'show', orders[0].order_no])).stdout;
    assert.match(story, new RegExp(`host.*127.0.0.1:${port}.*does not answer`));
    const doctor = (await ctl(stack, ['doctor'])).stdout;
    assert.match(doctor, /merchants' hosts.*[1-9]\d* do not answer, for longest http/);
  });
  test('the notifications of a second ago are counted', async () => {
    const before = (await scrape()).series;
    const m = await merchant(does.ack());
    const order = await createOpen(stack, app1, { notify_url: m.url });
    await payByCallback(stack, app1, order);
    await until('a try is counted', async () => {
      const after = (await scrape()).series;
      return sum(after, /notif.*(attempt|tr[iy]|sent|result|deliver)/) > sum(before, /notif.*(attempt|tr[iy]|sent|result|deliver)/);
    }, 8000, 200);
    m.close();
  });
  test('no order number, key or token is in it', async () => {
    const order = await createOpen(stack, app1);
    const { text } = await scrape();
    for (const s of [order.order_no, order.merchant_order_id, order.query_token, app1.key, app1.secret]) assert.ok(!text.includes(s));
  });
  test('40400 for a stranger, were the port reachable', async (t) => {
    const outside = Object.values(networkInterfaces()).flat().find((i) => !i.internal && i.family === 'IPv4');
    if (!outside) return t.skip('no other interface');
    let res;
    try { res = await request({ ...stack, host: outside.address }, { path: '/metrics', timeout: 2000 }); } catch { return t.skip('only the loopback is served'); }
    return expectError(res, 40400);
  });
});
