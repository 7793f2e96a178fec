// A scripted merchant: what it answers is a function; what it received is kept. A listening socket does
// not keep the process: a test that failed before it closed its receivers must not hang the file.
import { createServer } from 'node:http';
import { createServer as createTcp } from 'node:net';

export async function receiver(answer = () => 'SUCCESS', { keep = true } = {}) {
  const hits = [], byId = new Map();
  const server = createServer((req, res) => {
    const parts = [];
    req.on('data', (d) => parts.push(d));
    req.on('error', () => {});
    res.on('error', () => {});
    req.on('end', async () => {
      const id = req.headers['webhook-id'];
      const hit = { id, at: Date.now(), url: req.url, method: req.method, headers: req.headers, body: Buffer.concat(parts) };
      byId.set(id, (byId.get(id) ?? 0) + 1);
      if (keep) hits.push(hit);
      const reply = await answer(hit, res, req);
      if (reply === undefined) return;          // the script answered by itself, or never will
      const { status = 200, headers = {}, body = '' } = typeof reply === 'string' ? { body: reply } : reply;
      res.writeHead(status, headers);
      res.end(body);
    });
  });
  server.keepAliveTimeout = 30_000;
  await new Promise((done) => { server.listen(0, '127.0.0.1', 1024, done).unref(); });
  const { port } = server.address();
  return {
    port, hits, byId, url: `http://127.0.0.1:${port}/n`,
    close: () => new Promise((done) => { server.closeAllConnections(); server.close(done); }),
  };
}

// Raw bytes: talk(socket) is called once the request's head is there.
export async function rawReceiver(talk) {
  const sockets = new Set();
  const server = createTcp((socket) => {
    let begun = false;
    sockets.add(socket);
    socket.on('error', () => {});
    socket.on('close', () => sockets.delete(socket));
    socket.on('data', () => {
      if (!begun) talk(socket);
      begun = true;
    });
  });
  await new Promise((done) => { server.listen(0, '127.0.0.1', done).unref(); });
  const { port } = server.address();
  return {
    port, url: `http://127.0.0.1:${port}/n`,
    close: () => new Promise((done) => { for (const s of sockets) s.destroy(); server.close(done); }),
  };
}

// A port on which no program listens.
export async function deadPort() {
  const server = createTcp();
  await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
  const { port } = server.address();
  await new Promise((done) => { server.close(done); });
  return port;
}
