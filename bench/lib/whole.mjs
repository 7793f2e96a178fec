// Whole orders, of which nothing is left to do: a few go through the programs, the others are copies of their rows under
// other numbers.
import { createOpen, newNo, post } from '../../tests/lib/client.mjs';
import { channelNo, payByCallback } from '../../tests/lib/channel.mjs';
import { refund } from '../../tests/lib/refund.mjs';
import { merchant } from '../../tests/lib/merchant.mjs';
import { buildPath, sql, start } from './stack.mjs';

const CHUNK = 20000;
const KINDS = { paid: 18, refunded: 1, closed: 1 };      // of 20
const PARTS = Object.values(KINDS).reduce((a, b) => a + b);

const numbered = (prefix) => `CONCAT('${prefix}', LPAD(s.seq, 24, '0'))`;

async function expect(answer, what) {
  if (answer.status >= 300) throw new Error(`${what}: ${answer.status} ${answer.text}`);
  return answer.json.data;
}

// One order of each kind. numbers: what its rows name it by, and what stands there in a copy.
async function model(stack, kind, heard) {
  const order = await createOpen(stack, stack.app1, { merchant_order_id: newNo('whole'), price: 8800, notify_url: heard.url });
  const paid = channelNo(), names = [[order.order_no, numbered('01')], [order.pay_id, numbered('02')],
    [order.merchant_order_id, "CONCAT('whole-', s.seq)"], [paid, "CONCAT('MOCK', LPAD(s.seq, 20, '0'))"]];
  if (kind === 'closed') await expect(await post(stack, stack.app1, '/api/pay/close', { order_no: order.order_no }), kind);
  else await payByCallback(stack, stack.app1, order, { channel_order_no: paid });
  if (kind === 'refunded') {
    const back = await expect(await refund(stack, stack.app1, order, { merchant_refund_id: newNo('back'), notify_url: heard.url }), kind);
    names.push([back.refund_no, numbered('05')], [back.merchant_refund_id, "CONCAT('back-', s.seq)"]);
    if (back.channel_refund_no) names.push([back.channel_refund_no, "CONCAT('MOCKR', LPAD(s.seq, 20, '0'))"]);
  }
  return { order, names };
}

async function toldAll(stack) {
  const runner = start(stack, buildPath('cron', 'notify_runner'), ['--for', '5'], stack.settings);
  await new Promise((done) => { runner.on('exit', done); });
  stack.children = stack.children.filter((child) => child !== runner);
  const open = sql(stack, 'SELECT COUNT(*) FROM notify_task WHERE status = 0');
  if (open !== '0') throw new Error(`${open} notifications of the models were not acknowledged`);
}

const columnsOf = (stack, table) => sql(stack, `SELECT COLUMN_NAME FROM information_schema.COLUMNS
  WHERE TABLE_SCHEMA = 'shroff' AND TABLE_NAME = '${table}' AND IS_GENERATED = 'NEVER' ORDER BY ORDINAL_POSITION`).split('\n');

function rowsOf(stack, table, where) {
  const columns = columnsOf(stack, table).map((c) => `'${c}', ${c}`).join();
  return sql(stack, `SELECT HEX(JSON_OBJECT(${columns})) FROM ${table} WHERE ${where} ORDER BY id`).split('\n')
    .filter(Boolean).map((hex) => JSON.parse(Buffer.from(hex, 'hex').toString('utf8')));
}

// A row of the model copied for each number of a sequence: ids are those given, numbers are replaced where they stand.
function copyOf(table, row, names, ids) {
  const value = (column) => {
    if (ids[column]) return ids[column];
    const inside = names.filter(([name]) => typeof row[column] === 'string' && row[column].includes(name));
    return inside.reduce((text, [name, other]) => `REPLACE(${text}, '${name}', ${other})`, `x.${column}`);
  };
  const columns = Object.keys(row).filter((c) => ids[c] !== null);
  return `INSERT INTO ${table} (${columns.join()}) SELECT ${columns.map(value).join()} FROM ${table} x JOIN SEQ s WHERE x.id = ${row.id};`;
}

// All rows of a model as statements. An order, its attempt and its refund have the sequence's number as id.
function copiesOf(stack, { order, names }) {
  const [whole] = rowsOf(stack, 'pay_order', `no = '${order.order_no}'`), of = `order_id = ${whole.id}`;
  const attempts = rowsOf(stack, 'pay_order_extension', of), refunds = rowsOf(stack, 'pay_refund', of);
  const ids = { order: whole.id, attempt: attempts[0].id, refund: refunds[0]?.id ?? 0 };
  const tasks = rowsOf(stack, 'notify_task', `(type = 1 AND data_id = ${ids.order}) OR (type = 2 AND data_id = ${ids.refund})`);
  const s = 's.seq', extension_id = whole.extension_id && s;
  const log = (table, where, set) => rowsOf(stack, table, where).map((row) => copyOf(table, row, names, { id: null, ...set }));
  return [
    copyOf('pay_order', whole, names, { id: s, ...(extension_id && { extension_id }), query_token: `MD5(CONCAT('token', ${s}))` }),
    ...attempts.map((row) => copyOf('pay_order_extension', row, names, { id: s, order_id: s })),
    ...refunds.map((row) => copyOf('pay_refund', row, names, { id: s, order_id: s, extension_id: s })),
    ...tasks.flatMap((row) => {
      const id = `${s} * 2 + ${row.type - 1}`;
      return [copyOf('notify_task', row, [...names, [row.no, numbered(`1${row.type}`)]], { id, data_id: s }),
        ...log('notify_log', `task_id = ${row.id}`, { task_id: id })];
    }),
    ...log('callback_log', `extension_id = ${ids.attempt}`, { extension_id: s }),
    ...log('status_log', `(kind, data_id) IN (('order', ${ids.order}), ('attempt', ${ids.attempt}), ('refund', ${ids.refund}))`, { data_id: s }),
  ];
}

// Adds n whole orders: of 20 one was refunded, one closed.
export async function fillWhole(stack, n, tell) {
  const heard = await merchant(), models = {};
  for (const kind of Object.keys(KINDS)) models[kind] = await model(stack, kind, heard);
  await toldAll(stack);
  heard.close();
  const statements = Object.fromEntries(Object.keys(KINDS).map((kind) => [kind, copiesOf(stack, models[kind])]));
  let next = 100000;
  for (let at = 0; at < n; at += CHUNK) {
    for (const [kind, share] of Object.entries(KINDS)) {
      const some = Math.round(Math.min(CHUNK, n - at) * share / PARTS);
      if (some === 0) continue;
      sql(stack, `SET SESSION foreign_key_checks = 0, autocommit = 0;
        ${statements[kind].join('\n').replaceAll('JOIN SEQ', `JOIN seq_${next}_to_${next + some - 1}`)} COMMIT;`);
      next += some;
    }
    tell(at + CHUNK);
  }
  sql(stack, 'ANALYZE TABLE pay_order, pay_order_extension, pay_refund, notify_task, notify_log, callback_log, status_log');
}
