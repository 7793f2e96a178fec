// schema/accounts.sql is run after every migration, while programs run: no account lacks a right for a moment,
// surplus rights are revoked, and an account's rights are those of the file.
import { test } from 'node:test';
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import mysql from 'mysql2/promise';
import { join } from 'node:path';
import { suite } from '../lib/suite.mjs';
import { isRoot } from '../lib/db.mjs';
import { ROOT } from '../lib/env.mjs';
import { createOpen, query } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';

const { stack, root } = await suite();
const SQL = readFileSync(join(ROOT, 'schema/accounts.sql'), 'utf8');
const apply = () => new Promise((done, fail) => {
  const child = spawn('mariadb', ['--no-defaults', '--user=root', `--socket=${stack.env.SHROFF_DB_SOCKET}`], { stdio: ['pipe', 'ignore', 'pipe'] });
  let said = '';
  child.stderr.on('data', (d) => { said += d; });
  child.on('close', (code) => (code === 0 ? done() : fail(new Error(said))));
  child.stdin.end(SQL);
});
// MariaDB lists columns in no order of its own.
const held = async (name) => (await root.rows(`SHOW GRANTS FOR '${name}'@'localhost'`)).map((r) => Object.values(r)[0]
  .replace(/ IDENTIFIED BY PASSWORD '.*?'/, '').replace(/\(.*?\)/g, (list) => list.slice(1, -1).split(', ').sort().join())).sort();

test('accounts.sql under load: no request meets an account without its rights', { skip: !isRoot && 'only root may grant' }, async () => {
  let over = false;
  let paid = 0;
  const clients = Promise.all(Array.from({ length: 4 }, async () => {
    while (!over) {
      const order = await createOpen(stack, stack.app1);
      const res = await payByCallback(stack, stack.app1, order);
      assert.equal(res.status, 200, res.text);
      assert.equal((await query(stack, stack.app1, { order_no: order.order_no })).status, 'SUCCESS');
      paid += 1;
    }
  }));
  for (let i = 0; i < 8; i++) await apply();
  over = true;
  await clients;
  assert.ok(paid > 20, `${paid} payments meanwhile`);
});

test('what is too much goes, what is missing comes, the rest stays as it is; no helper account is left', { skip: !isRoot && 'only root may grant' }, async () => {
  const before = {};
  for (const name of ['shroff_web', 'shroff_runner', 'shroff_ctl']) before[name] = await held(name);
  await root.rows(`GRANT DELETE, UPDATE (price) ON shroff.pay_order TO 'shroff_web'@'localhost'`);
  await root.rows(`GRANT SELECT ON shroff.* TO 'shroff_web'@'localhost'`);
  await root.rows(`GRANT PROCESS ON *.* TO 'shroff_runner'@'localhost'`);
  await root.rows(`GRANT SELECT ON shroff.pay_app TO 'shroff_runner'@'localhost' WITH GRANT OPTION`);
  await root.rows(`REVOKE EXECUTE ON PROCEDURE shroff.order_pay FROM 'shroff_web'@'localhost'`);
  await root.rows(`REVOKE INSERT ON shroff.admin_log FROM 'shroff_ctl'@'localhost'`);
  await apply();
  for (const name of Object.keys(before)) assert.deepEqual(await held(name), before[name], name);
  assert.equal(await root.value(`SELECT COUNT(*) FROM mysql.user WHERE Host = 'wanted'`), 0);
});

test('who raises alerts cannot close one, and raising one again opens it', { skip: !isRoot && 'only root may plant' }, async () => {
  await root.rows("INSERT INTO pay_alert (kind, about, text, closed_by, close_time) VALUES ('test', 'closed', 't', 'me', NOW(3)), ('test', 'open', 't', NULL, NULL)");
  for (const role of ['web', 'runner']) {
    const account = await mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: `shroff_${role}`,
      password: readFileSync(join(stack.state, 'secrets', `${role}.password`), 'utf8').trim(), database: stack.env.SHROFF_DB_NAME });
    try {
      for (const sql of ["UPDATE pay_alert SET closed_by = 'nobody' WHERE about = 'open'", "UPDATE pay_alert SET close_time = NOW(3) WHERE about = 'open'",
        "INSERT INTO pay_alert (kind, about, text, closed_by) VALUES ('test', 'born closed', 't', 'nobody')"]) await assert.rejects(account.query(sql), { errno: 1143 }, `${role}: ${sql}`);
      await root.rows("UPDATE pay_alert SET closed_by = 'me', close_time = NOW(3) WHERE about = 'closed'");
      await account.query("UPDATE pay_alert SET text = 'other words' WHERE kind = 'test' AND about = 'closed'");
      assert.equal((await root.row("SELECT closed_by FROM pay_alert WHERE kind = 'test' AND about = 'closed'")).closed_by, 'me', role);
      await account.query("UPDATE pay_alert SET times = times + 1, text = 'again' WHERE kind = 'test' AND about = 'closed'");
      const again = await root.row("SELECT closed_by, close_time FROM pay_alert WHERE kind = 'test' AND about = 'closed'");
      assert.deepEqual([again.closed_by, again.close_time], [null, null], role);
    } finally { await account.end(); }
  }
  await root.rows("DELETE FROM pay_alert WHERE kind = 'test'");
});
