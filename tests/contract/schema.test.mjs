// What checks and people may rely on in the database and the state folder: names, keys, rights, secrecy.
import { test, describe } from 'node:test';
import assert from 'node:assert/strict';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { suite } from '../lib/suite.mjs';
import { createOpen } from '../lib/client.mjs';
import { payByCallback } from '../lib/channel.mjs';

const { stack, app1, db, root } = await suite();
const NEEDS_ROOT = { skip: !root && 'needs root' };

const COLUMNS = {
  pay_app: 'id app_key name status order_notify_url refund_notify_url transfer_notify_url notify_append_channel notify_closed notify_schedule late_payment allowed_nets remark create_time update_time',
  pay_app_key: 'app_id key_id algorithm scopes status expire_time last_used_time create_time update_time',
  pay_channel: 'id app_id code name status fee_rate config remark create_time update_time',
  pay_order: 'id no app_id user_id merchant_order_id subject body notify_url return_url metadata price currency channel_id channel_code channel_fee_rate channel_fee_price status user_ip expire_time success_time extension_id refund_price refunding_price channel_user_id channel_order_no query_token version create_time update_time',
  pay_order_extension: 'id order_id no channel_id channel_code user_ip status channel_extras display_mode display_content channel_order_no channel_error_code channel_error_msg price currency paid_price paid_currency duplicate_paid create_time success_time next_sync_time update_time',
  pay_refund: 'id no app_id channel_id channel_code order_id extension_id merchant_order_id merchant_refund_id notify_url status pay_price refund_price currency reason cause version channel_refund_no success_time channel_error_code channel_error_msg next_sync_time create_time update_time',
  pay_transfer: 'id no app_id channel_id merchant_transfer_id subject price currency notify_url user_account user_name status version success_time channel_transfer_no channel_error_code channel_error_msg create_time update_time',
  wallet: 'id app_id user_id currency balance frozen total_recharge total_expense version create_time update_time',
  wallet_adjust: 'id app_id merchant_adjust_id wallet_id price reason',
  ledger_entry: 'id no journal app_id account wallet_id currency kind biz_type biz_id step price balance version create_time',
  notify_task: 'id no app_id type event data_id merchant_order_id merchant_refund_id notify_url body status lane notify_times max_notify_times next_notify_time last_execute_time claim_token version create_time update_time',
  notify_log: 'task_id notify_times status http_status duration_ms response cause create_time',
  callback_log: 'channel_id kind headers body verdict create_time',
  notify_endpoint: 'app_id scheme host port consecutive_fail open_until paused',
  pay_alert: 'kind app_id text create_time closed_by remark',
  admin_log: 'who create_time',
  api_nonce: 'app_id nonce create_time',
  status_log: 'create_time',
  schema_migration: '',
};
const UNIQUE = [
  ['pay_app', 'app_key'], ['pay_channel', 'app_id,code'], ['pay_order', 'no'], ['pay_order', 'app_id,merchant_order_id'], ['pay_order_extension', 'no'],
  ['pay_refund', 'no'], ['pay_refund', 'app_id,merchant_refund_id'], ['pay_transfer', 'no'], ['pay_transfer', 'app_id,merchant_transfer_id'],
  ['wallet', 'app_id,user_id,currency'], ['wallet_adjust', 'app_id,merchant_adjust_id'], ['ledger_entry', 'no'], ['ledger_entry', 'biz_type,biz_id,step,account,kind'], ['ledger_entry', 'wallet_id,account,version'],
  ['notify_task', 'no'], ['notify_task', 'type,data_id,event,version'], ['api_nonce', 'app_id,nonce'],
];

describe('names', () => {
  for (const [table, columns] of Object.entries(COLUMNS)) {
    test(`${table} has its columns`, async () => {
      const have = (await db.rows('SELECT column_name AS name FROM information_schema.columns WHERE table_schema = ? AND table_name = ?', [stack.env.SHROFF_DB_NAME, table])).map((r) => r.name);
      assert.ok(have.length > 0, 'the table is there');
      assert.deepEqual(columns.split(' ').filter((c) => c && !have.includes(c)), []);
    });
  }
  test('what must be unique is', NEEDS_ROOT, async () => {
    const rows = await root.rows('SELECT table_name AS t, GROUP_CONCAT(column_name ORDER BY seq_in_index) AS c FROM information_schema.statistics WHERE table_schema = ? AND non_unique = 0 GROUP BY table_name, index_name', [stack.env.SHROFF_DB_NAME]);
    const have = rows.map((r) => `${r.t}(${r.c})`);
    for (const [t, c] of UNIQUE) assert.ok(have.includes(`${t}(${c})`), `${t}(${c})`);
  });
  test('every table has a primary key', NEEDS_ROOT, async () => {
    const without = await root.rows("SELECT t.table_name AS t FROM information_schema.tables t LEFT JOIN information_schema.table_constraints c ON c.table_schema = t.table_schema AND c.table_name = t.table_name AND c.constraint_type = 'PRIMARY KEY' WHERE t.table_schema = ? AND t.table_type = 'BASE TABLE' AND c.table_name IS NULL", [stack.env.SHROFF_DB_NAME]);
    assert.deepEqual(without, []);
  });
  test('money is BIGINT, times DATETIME(3), nowhere a float', NEEDS_ROOT, async () => {
    const rows = await root.rows('SELECT table_name AS t, column_name AS c, column_type AS k FROM information_schema.columns WHERE table_schema = ?', [stack.env.SHROFF_DB_NAME]);
    for (const { t, c, k } of rows) {
      assert.doesNotMatch(k, /float|double|decimal|timestamp/i, `${t}.${c}`);
      if (/price$/.test(c)) assert.match(k, /^bigint/, `${t}.${c}`);
      if (/_time$/.test(c) && t !== 'schema_migration') assert.equal(k, 'datetime(3)', `${t}.${c}`);
    }
  });
  test('the logs always have a partition for what comes', NEEDS_ROOT, async () => {
    for (const t of ['callback_log', 'status_log', 'notify_log']) {
      const rows = await root.rows('SELECT partition_description AS d FROM information_schema.partitions WHERE table_schema = ? AND table_name = ?', [stack.env.SHROFF_DB_NAME, t]);
      assert.ok(rows.some((r) => r.d === 'MAXVALUE'), t);
      assert.equal(await root.value("SELECT GROUP_CONCAT(column_name ORDER BY seq_in_index) FROM information_schema.statistics WHERE table_schema = ? AND table_name = ? AND index_name = 'PRIMARY'", [stack.env.SHROFF_DB_NAME, t]), 'id,create_time');
    }
  });
  test('every change of state leaves a line, one typed by hand too', NEEDS_ROOT, async () => {
    const order = await createOpen(stack, app1);
    await payByCallback(stack, app1, order);
    const id = await db.value('SELECT id FROM pay_order WHERE no = ?', [order.order_no]);
    const lines = () => db.rows("SELECT from_status AS f, to_status AS t FROM status_log WHERE kind = 'order' AND data_id = ? ORDER BY id", [id]);
    assert.deepEqual(await lines(), [{ f: 0, t: 10 }]);
    const xid = await db.value('SELECT id FROM pay_order_extension WHERE no = ?', [order.pay_id]);
    assert.deepEqual(await db.rows("SELECT from_status AS f, to_status AS t FROM status_log WHERE kind = 'attempt' AND data_id = ?", [xid]), [{ f: 0, t: 10 }]);
    const plain = await createOpen(stack, app1);
    await root.rows('UPDATE pay_order SET status = 20 WHERE no = ?', [plain.order_no]);
    const pid = await db.value('SELECT id FROM pay_order WHERE no = ?', [plain.order_no]);
    assert.deepEqual(await db.rows("SELECT from_status AS f, to_status AS t FROM status_log WHERE kind = 'order' AND data_id = ?", [pid]), [{ f: 0, t: 20 }]);
  });
});

describe('the reader', () => {
  test('reads every column but the encrypted ones', NEEDS_ROOT, async () => {
    const rows = await root.rows("SELECT c.table_name AS t, c.column_name AS c FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name) WHERE c.table_schema = ? AND t.table_type = 'BASE TABLE'", [stack.env.SHROFF_DB_NAME]);
    let sealed = 0;
    for (const { t, c } of rows) {
      const read = () => db.rows(`SELECT \`${c}\` FROM \`${t}\` LIMIT 1`);
      if (/_sealed$/.test(c)) { sealed++; await assert.rejects(read(), /denied/, `${t}.${c}`); } else await read();
    }
    assert.ok(sealed >= 3, 'secrets are in sealed columns');
  });
  test('changes nothing', async () => {
    for (const sql of ['UPDATE pay_order SET price = 1', 'DELETE FROM pay_order', "INSERT INTO api_nonce (app_id, nonce) VALUES (1, 'x')", 'DROP TABLE pay_order', 'TRUNCATE status_log', 'CREATE TABLE x (a INT)', 'SET GLOBAL max_connections = 5']) {
      await assert.rejects(db.rows(sql), /denied/i, sql);
    }
  });
});

describe('secrets', () => {
  test('no secret stands readable in the database', NEEDS_ROOT, async () => {
    const secrets = [app1.secret, app1.channelSecret, app1.webhookSecret, stack.app2.secret, stack.app2.channelSecret];
    const tables = await root.rows("SELECT table_name AS t FROM information_schema.tables WHERE table_schema IN (?, 'sandbox') AND table_type = 'BASE TABLE'", [stack.env.SHROFF_DB_NAME]);
    for (const { t } of tables) {
      const schema = t.startsWith('mock_') ? 'sandbox' : stack.env.SHROFF_DB_NAME;
      if (schema === 'sandbox' || !await root.value('SELECT 1 FROM information_schema.tables WHERE table_schema = ? AND table_name = ?', [schema, t])) continue;
      for (const row of await root.rows(`SELECT * FROM \`${t}\` ORDER BY 1 DESC LIMIT 2000`)) {
        const text = Object.values(row).map((v) => (Buffer.isBuffer(v) ? v.toString('latin1') : String(v))).join('\n');
        for (const s of secrets) assert.ok(!text.includes(s), `${t} holds a secret in clear`);
      }
    }
  });
  test('on no command line, in no readable file', () => {
    const secrets = [app1.secret, app1.channelSecret, app1.webhookSecret, stack.app2.secret, stack.env.SHROFF_DB_PASSWORD];
    for (const pid of readdirSync('/proc').filter((d) => /^\d+$/.test(d))) {
      let text = '';
      try { text = readFileSync(`/proc/${pid}/cmdline`, 'utf8'); } catch { continue; }
      if (Number(pid) !== process.pid) for (const s of secrets) assert.ok(!text.includes(s), text.slice(0, 200));
    }
    const mode = (f) => (statSync(join(stack.state, f)).mode & 0o777).toString(8);
    assert.equal(mode('.'), '700');
    assert.equal(mode('demo.env'), '600');
    for (const f of readdirSync(join(stack.state, 'secrets'))) assert.equal(mode(`secrets/${f}`), '600', f);
    for (const f of readdirSync(join(stack.state, 'run')).filter((n) => n.endsWith('.sock') && n !== 'mariadb.sock')) assert.equal(mode(`run/${f}`), '660', f);
  });
  test('demo.env has every name, quoted for a shell', () => {
    const lines = readFileSync(join(stack.state, 'demo.env'), 'utf8').trim().split('\n');
    for (const line of lines) assert.match(line, /^[A-Z0-9_]+='[^']*'$/);
    for (const n of ['BASE_URL', 'APP_KEY', 'APP_SECRET', 'WEBHOOK_SECRET', 'MOCK_CHANNEL_ID', 'MOCK_CHANNEL_SECRET', 'APP2_KEY', 'APP2_SECRET', 'APP2_MOCK_CHANNEL_ID', 'APP2_MOCK_CHANNEL_SECRET', 'STATE', 'DB_SOCKET', 'DB_NAME', 'DB_USER', 'DB_PASSWORD']) {
      assert.ok(stack.env[`SHROFF_${n}`], `SHROFF_${n}`);
    }
  });
  test('the database listens on its socket alone', NEEDS_ROOT, async () => {
    assert.equal(Number(await root.value('SELECT @@skip_networking')), 1);
  });
});
