// A merchant's notification endpoint with scripted behaviour; it records everything it is sent.
// One server per test: a host that keeps failing is put aside by the runner, and must not slow others.
import http from 'node:http';
import { until } from './wait.mjs';

const plain = (res, status, body, headers = {}) => {
  res.writeHead(status, { 'Content-Type': 'text/plain', ...headers });
  res.end(body);
};

// What an endpoint can do with a POST.
export const does = {
  ack: (body = 'success') => (res) => plain(res, 200, body),
  status: (code, body = '', headers = {}) => (res) => plain(res, code, body, headers),
  redirect: (to, code = 302) => (res) => plain(res, code, '', { Location: to }),
  // Never answers.
  hang: () => () => {},
  // One byte now and then, for ever.
  drip: (every = 300) => (res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain' });
    const t = setInterval(() => res.write('s'), every);
    res.on('close', () => clearInterval(t));
  },
  // `success`, then blanks up to n bytes, in chunks.
  big: (n) => (res) => {
    res.writeHead(200, { 'Content-Type': 'text/plain' });
    res.write('success');
    let left = n;
    const room = Buffer.alloc(16384, 0x20);
    const more = () => {
      while (left > 0) { left -= room.length; if (!res.write(room)) { res.once('drain', more); return; } }
      res.end();
    };
    more();
  },
  // Announces more than it sends.
  cut: (body = 'success') => (res) => {
    res.writeHead(200, { 'Content-Length': String(body.length + 50) });
    res.write(body, () => res.destroy());
  },
  reset: () => (res) => res.socket.destroy(),
};

export async function merchant(...script) {
  const hits = [];
  const steps = script.length ? script : [does.ack()];
  const server = http.createServer((req, res) => {
    const chunks = [];
    req.on('data', (d) => chunks.push(d));
    req.on('end', () => {
      const body = Buffer.concat(chunks);
      hits.push({ at: Date.now(), method: req.method, url: req.url, headers: req.headers, rawHeaders: req.rawHeaders,
        body, text: body.toString('utf8') });
      const step = steps[Math.min(hits.length, steps.length) - 1];
      res.on('error', () => {});
      step(res, req);
    });
    req.on('error', () => {});
  });
  server.keepAliveTimeout = 1000;
  await new Promise((done) => server.listen(0, '127.0.0.1', done).unref());
  server.unref();
  const { port } = server.address();
  return {
    port, hits, url: `http://127.0.0.1:${port}/notify`, base: `http://127.0.0.1:${port}`,
    waitHits: (n, ms = 10_000) => until(`${n} notifications (${hits.length} so far)`, () => hits.length >= n && hits, ms),
    close: () => { server.closeAllConnections?.(); server.close(); },
  };
}
