// The peer: a program of another project, behind the same nginx, on the same MariaDB with a database of its
// own, once in each mode. docs/performance.md says what it must accept.
import { randomBytes } from 'node:crypto';
import { createServer } from 'node:net';
import { addServers, sql, start } from './stack.mjs';
import { sleep } from './time.mjs';

const MODES = ['full', 'plain'];

function freePort() {
  return new Promise((done) => {
    const s = createServer();
    s.listen(0, '127.0.0.1', () => { const { port } = s.address(); s.close(() => done(port)); });
  });
}

async function answers(port) {
  for (let i = 0; i < 100; i++) {
    try { await fetch(`http://127.0.0.1:${port}/`); return; } catch { await sleep(100); }
  }
  throw new Error('the peer does not answer');
}

// {full: {port}, plain: {port}, take(n)}: ports of nginx; take gives the first of n fresh ids.
export async function openPeers(stack, program) {
  const password = randomBytes(12).toString('hex');
  sql(stack, `CREATE DATABASE peer; CREATE USER peer@localhost IDENTIFIED BY '${password}'; GRANT ALL ON peer.* TO peer@localhost`);
  const extras = [];
  for (const mode of MODES) {
    const port = await freePort();
    start(stack, program, [], {
      PEER_MODE: mode, PEER_LISTEN: `127.0.0.1:${port}`, GIN_MODE: 'release',
      PEER_DSN: `peer:${password}@unix(${stack.dbSocket})/peer?parseTime=true&loc=UTC&interpolateParams=true`,
    }).label = `peer ${mode}`;
    await answers(port);
    extras.push({ kind: 'peer', to: port });
  }
  await addServers(stack, extras);
  // The ids of rows that the peer makes begin here, above those that are filled in.
  sql(stack, 'ALTER TABLE payments AUTO_INCREMENT = 1000000000', 'peer');
  let next = 1;
  const take = (n) => {
    const first = next, rows = `FROM seq_${first}_to_${first + n - 1}`;
    next += n;
    sql(stack, `INSERT INTO orders (id, user_id, pay_amount, status) SELECT seq, 1 + seq % 1000, 10.00, 0 ${rows};
      INSERT INTO payments (id, order_id, user_id, amount, status, pay_channel, pay_sn, created_at, updated_at)
      SELECT seq, seq, 1 + seq % 1000, 10.00, 0, 1, CONCAT('mock-', seq), NOW(), NOW() ${rows};`, 'peer');
    return first;
  };
  take(20000);
  return { full: { port: extras[0].port }, plain: { port: extras[1].port }, take, count: () => next - 1 };
}
