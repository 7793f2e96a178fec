// A thread that keeps connections busy with signed requests, so that the one that measures is not behind it.
//   workerData: { host, port, app, connections, seconds, calls: [{ path, body }], vary: name of a member that differs each time }
import http from 'node:http';
import { parentPort, workerData, Worker, isMainThread } from 'node:worker_threads';
import { authHeader, newNo } from '../lib/client.mjs';

// The codes that came, counted: { 0: 12, 50201: 3400 }.
export function keepBusy(stack, app, options) {
  const worker = new Worker(new URL(import.meta.url), { workerData: { host: stack.host, port: stack.port, app, ...options } });
  return new Promise((done, fail) => { worker.once('message', done); worker.once('error', fail); });
}

function send(agent, { path, body }) {
  const text = JSON.stringify(body), { host, port, app } = workerData;
  const headers = { Authorization: authHeader(app, { method: 'POST', path, body: text }), 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(text) };
  return new Promise((done) => {
    const req = http.request({ host, port, method: 'POST', path, headers, agent }, (res) => {
      const chunks = [];
      res.on('data', (d) => chunks.push(d));
      res.on('end', () => { try { done(JSON.parse(Buffer.concat(chunks)).code); } catch { done(`status ${res.statusCode}`); } });
      res.on('error', () => done('broken'));
    });
    req.on('error', () => done('broken'));
    req.end(text);
  });
}

const FRESH = {
  extras: (body) => ({ ...body, channel_extras: { n: newNo() } }),
  number: (body) => ({ ...body, merchant_order_id: newNo() }),
  nothing: (body) => body,
};

if (!isMainThread && workerData?.calls) {
  const { connections, seconds, calls, vary = 'nothing' } = workerData;
  const agent = new http.Agent({ keepAlive: true, maxSockets: connections });
  const until = Date.now() + seconds * 1000, codes = {};
  await Promise.all(Array.from({ length: connections }, async (_, i) => {
    while (Date.now() < until) {
      const one = calls[i % calls.length];
      const code = await send(agent, { path: one.path, body: FRESH[vary](one.body) });
      codes[code] = (codes[code] ?? 0) + 1;
    }
  }));
  agent.destroy();
  parentPort.postMessage(codes);
}
