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
import { createOpen, expectOk, post, query } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';
import { paidOrder, refundBody } from '../lib/refund.mjs';
import { transfer } from '../lib/transfer.mjs';
import { until } from '../lib/wait.mjs';
import { newUser, recharged } from '../lib/wallet.mjs';
import { newApp, newKey, revokeKey } from '../lib/ctl.mjs';

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

test('an account that raises alerts cannot close one, and raising one again opens it', { skip: !isRoot && 'only root may plant' }, async () => {
  await root.rows("INSERT INTO pay_alert (kind, about, text, closed_by, close_time) VALUES ('test', 'closed', 't', 'me', NOW(3)), ('test', 'open', 't', NULL, NULL)");
  for (const role of ['web', 'runner']) {
    const account = await mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: `shroff_${role}`,
      password: readFileSync(join(stack.state, 'secrets', `${role}.password`), 'utf8').trim(), database: stack.env.SHROFF_DB_NAME });
    try {
      for (const sql of ["UPDATE pay_alert SET closed_by = 'nobody' WHERE about = 'open'", "UPDATE pay_alert SET close_time = NOW(3) WHERE about = 'open'",
        "INSERT INTO pay_alert (kind, about, text, closed_by) VALUES ('test', 'born closed', 't', 'nobody')"]) await assert.rejects(account.query(sql), { errno: 1143 }, `${role}: ${sql}`);
      await root.rows("UPDATE pay_alert SET closed_by = 'me', close_time = NOW(3) WHERE about = 'closed'");
      for (const sets of ["text = 'other words'", 'times = times - 1']) await assert.rejects(account.query(`UPDATE pay_alert SET ${sets} WHERE kind = 'test' AND about = 'closed'`), { errno: 1644 }, `${role}: ${sets}`);
      await account.query("UPDATE pay_alert SET times = times + 1, text = 'again' WHERE kind = 'test' AND about = 'closed'");
      const again = await root.row("SELECT closed_by, close_time FROM pay_alert WHERE kind = 'test' AND about = 'closed'");
      assert.deepEqual([again.closed_by, again.close_time], [null, null], role);
    } finally { await account.end(); }
  }
  await root.rows("DELETE FROM pay_alert WHERE kind = 'test'");
});

// Jobs change many rows at once: one that breaks a CHECK would stop them all. A row that says it is old would pass the
// proofs that look at the days whose logs are kept.
test('an account in wrong hands: no row is made that a job cannot change, none that says it is of an earlier day', async () => {
  const paid = await paidOrder(stack, stack.app1, 'never');
  expectOk(await post(stack, stack.app1, '/api/pay/refund', refundBody(paid, { refund_price: 1 })), 201);
  expectOk(await transfer(stack, stack.app1, 'never'), 201);
  await until('a task', () => root.row('SELECT id FROM notify_task LIMIT 1'));
  const OF = {   // what tells a copy of any row from that row
    pay_order: { no: "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", merchant_order_id: "'copy'", query_token: "'copy'", extension_id: 'NULL', status: '0', success_time: 'NULL', channel_fee_price: 'NULL', refund_price: '0', refunding_price: '0', kind: "'payment'", bonus_price: '0' },
    pay_order_extension: { no: "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", channel_order_no: 'NULL', status: '0' },
    pay_refund: { no: "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", merchant_refund_id: "'copy'", channel_refund_no: 'NULL' },
    pay_transfer: { no: "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", merchant_transfer_id: "'copy'", channel_transfer_no: 'NULL' },
    notify_task: { no: "'01ARZ3NDEKTSV4RRFFQ69G5FAV'", data_id: '999999999' },
  };
  const CASES = [
    ...Object.keys(OF).flatMap((table) => [[table, { create_time: "'2020-01-01'" }], [table, { create_time: "'0000-00-00'" }], [table, { create_time: 'UTC_TIMESTAMP(3) - INTERVAL 4 DAY' }]]),
    ['pay_order', { kind: "'zzz'" }], ['pay_order', { bonus_price: '1' }], ['pay_order', { kind: "'recharge'", user_id: "'u'", bonus_price: '-1' }], ['pay_order', { kind: "'recharge'", user_id: 'NULL' }], ['pay_order', { channel_fee_price: 'price + 1' }], ['pay_order', { version: '9223372036854775807' }],
    ['pay_order', { refund_count: '2147483647' }], ['pay_order', { refund_count: '-5' }], ['pay_order_extension', { sync_times: '2147483647' }],
    ['pay_refund', { version: '9223372036854775807' }], ['pay_refund', { sync_times: '2147483647' }],
    ['pay_transfer', { version: '9223372036854775807' }], ['pay_transfer', { sync_times: '2147483647' }], ['pay_transfer', { channel_code: "'wallet'" }],
    ['pay_refund', { cause: "'zzz'" }], ['pay_refund', { bonus_price: '-1' }], ['pay_refund', { channel_code: "'wallet'" }],
    ['notify_task', { notify_times: '2147483647' }], ['notify_task', { body: "REPEAT('x', 32769)" }], ['notify_task', { body: 'REPEAT(\'é\', 16385)' }],
  ];
  const as = (role) => mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: `shroff_${role}`,
    password: readFileSync(join(stack.state, 'secrets', `${role}.password`), 'utf8').trim(), database: stack.env.SHROFF_DB_NAME });
  const refusesAll = async (account, role) => {
    await account.query("SET check_constraint_checks = 0, foreign_key_checks = 0, sql_mode = ''");
    for (const [table, other] of CASES) {
      if (role === 'ctl' && !['pay_refund', 'notify_task'].includes(table)) continue;   // no right to INSERT
      const values = { ...OF[table], ...other };
      const columns = (await root.rows(`SHOW COLUMNS FROM ${table}`)).map((c) => c.Field).filter((c) => c !== 'id');
      const sql = `INSERT INTO ${table} (${columns}) SELECT ${columns.map((c) => values[c] ?? c)} FROM ${table} ORDER BY id DESC LIMIT 1`;
      await assert.rejects(account.query(sql), { errno: 1644 }, `${role}: ${table} ${JSON.stringify(other)}`);
    }
  };
  for (const role of ['web', 'ctl']) {
    const account = await as(role);
    try {
      await assert.rejects(account.query('SET timestamp = 1577836800'), { errno: 1227 }, 'secure_timestamp');
      await refusesAll(account, role);
      await account.query('START TRANSACTION');
      for (const [table, values] of Object.entries(OF)) {   // and the copy itself is not what was refused
        if (role === 'ctl' && !['pay_refund', 'notify_task'].includes(table)) continue;
        const columns = (await root.rows(`SHOW COLUMNS FROM ${table}`)).map((c) => c.Field).filter((c) => c !== 'id');
        await account.query(`INSERT INTO ${table} (${columns}) SELECT ${columns.map((c) => values[c] ?? c)} FROM ${table} ORDER BY id DESC LIMIT 1`);
      }
      await account.query('ROLLBACK');
    } finally { await account.end(); }
    // A server without secure_timestamp lets each account set its session's clock. So does this right.
    await root.rows(`GRANT BINLOG REPLAY ON *.* TO 'shroff_${role}'@'localhost'`);
    const elsewhen = await as(role);
    try {
      await elsewhen.query('SET timestamp = 1577836800');
      await refusesAll(elsewhen, role);
    } finally {
      await elsewhen.end();
      await root.rows(`REVOKE BINLOG REPLAY ON *.* FROM 'shroff_${role}'@'localhost'`);
    }
  }
});

// What an account may write in the course of its work it could write for harm as well: each change that no program makes
// is refused (1644), whatever the session sets. What no trigger can know the audit finds (tests/fault/audit).
test('an account in wrong hands: no money without its rows, no record rewritten', async () => {
  const user = newUser();
  await recharged(stack, stack.app1, user);
  const order = await createOpen(stack, stack.app1, { channel: 'mock' });
  const paid = await paidOrder(stack, stack.app1, 'never');
  const back = expectOk(await post(stack, stack.app1, '/api/pay/refund', refundBody(paid, { refund_price: 1 })), 201);
  const sent = expectOk(await transfer(stack, stack.app1, 'never'), 201);
  const task = await until('a try is on record', () => root.row('SELECT task_id FROM notify_log ORDER BY id DESC LIMIT 1'));
  const WALLET = ['wallet', 'user_id', user], ORDER = ['pay_order', 'no', paid.order_no];
  const CASES = [
    ...['balance = balance + 1', 'balance = balance + 1, version = version + 1', 'frozen = frozen + 1', 'version = version + 1', 'total_recharge = total_recharge + 1',
      'total_expense = total_expense + 1', 'balance = balance - 1, frozen = frozen + 1'].flatMap((sets) => [['web', ...WALLET, sets], ['ctl', ...WALLET, sets]]),
    ...['status = 30', 'status = 30, refund_price = 1', 'refund_price = price, refunding_price = 0', 'version = version + 2', 'version = version - 1', "channel_user_id = 'x'"].map((sets) => ['web', ...ORDER, sets]),
    ['ctl', ...ORDER, 'status = 30'], ['web', 'pay_order', 'no', order.order_no, 'refund_price = 1'], ['web', 'pay_order', 'no', order.order_no, 'refunding_price = 1'],
    ...["display_content = 'x'", 'display_mode = NULL', "cancel_time = '2100-01-01'"].map((sets) => ['web', 'pay_order_extension', 'no', order.pay_id, sets]),
    ['ctl', 'pay_order_extension', 'no', order.pay_id, "cancel_time = '2100-01-01'"],
    ...['version = version + 1', 'status = 20, version = version + 2', 'status = 20, version = version - 1'].flatMap((sets) => [['web', 'pay_refund', 'no', back.refund_no, sets], ['web', 'pay_transfer', 'no', sent.transfer_no, sets]]),
    ['web', 'pay_transfer', 'no', sent.transfer_no, 'status = 10'],
    ...["status = 22, error_code = 'DNS'", "response = 'x'", 'duration_ms = 1'].map((sets) => ['runner', 'notify_log', 'task_id', task.task_id, sets]),
  ];
  for (const role of ['web', 'runner', 'ctl']) {
    const account = await mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: `shroff_${role}`,
      password: readFileSync(join(stack.state, 'secrets', `${role}.password`), 'utf8').trim(), database: stack.env.SHROFF_DB_NAME });
    try {
      await account.query('SET check_constraint_checks = 0, foreign_key_checks = 0, default_week_format = 7');
      for (const [, table, key, value, sets] of CASES.filter((c) => c[0] === role)) await assert.rejects(account.query(`UPDATE ${table} SET ${sets} WHERE ${key} = ?`, [value]), { errno: 1644 }, `${role}: ${table} ${sets}`);
    } finally { await account.end(); }
  }
});

// The gateway's views show Shroff's tables with the rights of shroff_migrate: written to, they would change them.
test('the mock gateway\'s account in wrong hands: Shroff\'s tables can be read through its views, and not written', async () => {
  const order = await createOpen(stack, stack.app1, { return_url: 'https://shop.example/' });
  const account = await mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: 'shroff_sandbox',
    password: readFileSync(join(stack.state, 'secrets', 'sandbox.password'), 'utf8').trim(), database: 'sandbox' });
  try {
    assert.equal((await account.query('SELECT price FROM merchant_attempt WHERE pay_id = ?', [order.pay_id]))[0][0].price, order.price);
    for (const sql of ["UPDATE merchant_attempt SET return_url = 'https://evil.example/'", "UPDATE merchant_attempt SET expire_time = '2020-01-01'",
      "UPDATE merchant_channel SET config = '{}'", "UPDATE merchant_channel SET shop = 'x'", 'DELETE FROM merchant_attempt', "INSERT INTO merchant_channel (shop) VALUES ('x')"]) await assert.rejects(account.query(sql), { errno: 1142 }, sql);
  } finally { await account.end(); }
});

// Without strict mode a NULL becomes 0 or '' in a column that has no NULL, after the triggers that come before the change.
test('an account in wrong hands: NULL is no way around a refusal, and no alert is made to refuse the next one', { skip: !isRoot && 'only root may plant' }, async () => {
  const app = await newApp(stack);
  const key = await newKey(stack, app);
  await revokeKey(stack, key);
  const alert = (await root.rows("INSERT INTO pay_alert (kind, about, text, times) VALUES ('test', 'null', 'words', 3)")).insertId;
  const ROWS = { pay_app: ['app_key', app.key], pay_app_key: ['key_id', key.keyId], pay_channel: ['id', app.channelId], pay_alert: ['id', alert] };
  const CASES = {
    ctl: ['pay_app_key status', 'pay_app_key app_id', 'pay_app_key key_id', 'pay_app_key algorithm', 'pay_app_key id', 'pay_channel app_id', 'pay_channel id', 'pay_app app_key', 'pay_app id', 'pay_app late_payment', 'pay_alert text', 'pay_alert times'],
    web: ['pay_alert text', 'pay_alert times', 'pay_alert times + 2', 'pay_alert times 2147483647'], runner: ['pay_alert text', 'pay_alert times', 'pay_alert times 2147483647'],
  };
  for (const [role, cases] of Object.entries(CASES)) {
    const account = await mysql.createConnection({ socketPath: stack.env.SHROFF_DB_SOCKET, user: `shroff_${role}`,
      password: readFileSync(join(stack.state, 'secrets', `${role}.password`), 'utf8').trim(), database: stack.env.SHROFF_DB_NAME });
    try {
      await account.query("SET sql_mode = '', check_constraint_checks = 0, foreign_key_checks = 0");
      for (const [table, column, ...value] of cases.map((c) => c.split(' '))) {
        const sets = `${column} = ${value.length === 0 ? 'NULL' : value[0] === '+' ? `${column} + ${value[1]}` : value[0]}`;
        await assert.rejects(account.query(`UPDATE ${table} SET ${sets} WHERE ${ROWS[table][0]} = ?`, [ROWS[table][1]]), { errno: 1644 }, `${role}: ${table} ${sets}`);
      }
    } finally { await account.end(); }
  }
  await root.rows('DELETE FROM pay_alert WHERE id = ?', [alert]);
});
