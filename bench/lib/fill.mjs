// Orders with one open attempt each, made in SQL. Their numbers are computed from their ids, so that requests
// about them can be written without a query.
import { sql } from './stack.mjs';

const CHUNK = 50000;

export const orderNo = (id) => `01${String(id).padStart(24, '0')}`;
export const payId = (id) => `02${String(id).padStart(24, '0')}`;

// One chunk: [first, first + n). A share of `paid` per hundred is paid already, on `channel`.
function chunk(stack, first, n, { paid, channel }) {
  const done = `(seq % 100) < ${paid}`;
  const url = `CONCAT('http://127.0.0.1:20000/mockpay?pay_id=02', LPAD(seq, 24, '0'), '&token=0123456789abcdef0123456789abcdef')`;
  sql(stack, `SET autocommit = 0, unique_checks = 1, foreign_key_checks = 0, @now = UTC_TIMESTAMP(3);
    INSERT INTO pay_order (id, no, app_id, user_id, merchant_order_id, subject, price, currency, query_token, status,
      expire_time, success_time, extension_id, channel_id, channel_code, version, attempts,
      latest_no, latest_channel_code, latest_create_time, latest_display_mode, latest_display_content,
      create_time)
    SELECT seq, CONCAT('01', LPAD(seq, 24, '0')), ${stack.appId}, ${channel.code === 'wallet' ? "CONCAT('W', seq)" : 'NULL'},
      CONCAT('B', seq), 'Blue kettle', 8800, 'CNY',
      MD5(CONCAT('token', seq)), IF(${done}, 10, 0), UTC_TIMESTAMP(3) + INTERVAL 1 DAY,
      IF(${done}, @now, NULL), IF(${done}, seq, NULL), IF(${done}, ${channel.id}, NULL),
      IF(${done}, '${channel.code}', NULL), IF(${done}, 1, 0), 1,
      CONCAT('02', LPAD(seq, 24, '0')), '${channel.code}', @now, 'redirect', ${url}, @now FROM seq_${first}_to_${first + n - 1};
    INSERT INTO pay_order_extension (id, order_id, no, channel_id, channel_code, status, display_mode,
      display_content, price, currency, paid_price, paid_currency, success_time, next_sync_time, create_time)
    SELECT seq, seq, CONCAT('02', LPAD(seq, 24, '0')), ${channel.id}, '${channel.code}', IF(${done}, 10, 0), 'redirect',
      ${url}, 8800, 'CNY', IF(${done}, 8800, NULL), IF(${done}, 'CNY', NULL),
      IF(${done}, @now, NULL), IF(${done}, NULL, UTC_TIMESTAMP(3) + INTERVAL 1 DAY), @now
      FROM seq_${first}_to_${first + n - 1};
    COMMIT;`);
}

const inChunks = (n, tell, one) => {
  for (let at = 0; at < n; at += CHUNK) {
    one(at, Math.min(CHUNK, n - at));
    tell(at);
  }
};

// Adds n orders and gives the id of the first.
export function fillOrders(stack, n, { paid = 0, channel = { id: stack.channelId, code: 'mock' }, tell = () => {} } = {}) {
  const top = Number(sql(stack, 'SELECT GREATEST(COALESCE((SELECT MAX(id) FROM pay_order), 0), COALESCE((SELECT MAX(id) FROM pay_order_extension), 0))'));
  const first = top + 1001;       // a request that wrk no longer waits for may still insert
  inChunks(n, tell, (at, some) => chunk(stack, first + at, some, { paid, channel }));
  return first;
}

// Wallets of the users W{first} …, each with the price of ten orders. One begins with nothing and changes by what its
// newest journal says.
export function fillWallets(stack, first, n) {
  inChunks(n, () => {}, (at, some) => sql(stack, `SET autocommit = 0;
    INSERT INTO wallet (app_id, user_id, currency) SELECT ${stack.appId}, CONCAT('W', seq), 'CNY' FROM seq_${first + at}_to_${first + at + some - 1};
    INSERT INTO ledger_entry (no, journal, app_id, account, wallet_id, currency, kind, biz_type, biz_id, step, price, balance, version)
    SELECT CONCAT(x.mark, LPAD(w.id, 24, '0')), CONCAT('05', LPAD(w.id, 24, '0')), ${stack.appId}, x.account, IF(x.mark = '05', w.id, NULL),
      'CNY', 'adjust', 'adjust', 1000000000 + w.id, 0, x.price, IF(x.mark = '05', 88000, NULL), IF(x.mark = '05', 1, NULL)
      FROM wallet w JOIN (SELECT '05' AS mark, 'wallet' AS account, 88000 AS price UNION ALL SELECT '06', 'adjustment', -88000) x
     WHERE w.version = 0 AND w.app_id = ${stack.appId};
    UPDATE wallet SET balance = 88000, version = 1 WHERE version = 0 AND app_id = ${stack.appId}; COMMIT;`));
}

// Notification tasks that wait, first tries, due now.
export function fillTasks(stack, n, url, body) {
  const quoted = body.replaceAll('\\', '\\\\').replaceAll("'", "''");
  for (let at = 1; at <= n; at += CHUNK) {
    const last = Math.min(at + CHUNK - 1, n);
    sql(stack, `SET autocommit = 0;
      INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id, notify_url, body,
        max_notify_times, next_notify_time)
      SELECT CONCAT('03', LPAD(seq, 24, '0')), ${stack.appId}, 1, 'order.success', 1000000000 + seq, 1, CONCAT('B', seq),
        '${url}', '${quoted}', 16, UTC_TIMESTAMP(3) FROM seq_${at}_to_${last}; COMMIT;`);
  }
}
