-- All that a create which is paid from a wallet does to the database, in one round trip: it spends the nonce,
-- inserts the order and its paid attempt, books the journal, changes the balance, pays the order, and adds the
-- merchant's notification when p_task_no is given. The only caller is common/checkout/order_open.c. The first
-- arguments are those of order_open. p_create_time is the database's clock as the caller just read it, since the
-- notification's body names it; the order is paid at that time, too. p_entry_no: the journal and its row of the
-- wallet; p_other_no: its row of the channel.
-- Error 32001: the nonce is spent, or the wallet does not cover the price; then checkout_create.c opens the order
-- without an attempt and checkout_ledger.c pays or refuses it statement by statement. 1062: the order exists. COMMIT
-- comes last: io/db rolls back after errors.
-- The locks are taken in the order of all others: order, attempt, wallet. The triggers of wallet compare the change
-- with the journal, so the journal is written first. Its rows have the time of their INSERT, under the wallet's lock,
-- since entries are listed by it.
-- It runs with its definer's rights, and default_week_format = 7 keeps the trigger from writing the order's line in
-- status_log, as in order_pay.
DELIMITER //
CREATE OR REPLACE PROCEDURE order_open_paid (
  p_app_id BIGINT UNSIGNED,
  p_nonce VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin,
  p_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_user_id VARCHAR(64),
  p_merchant_order_id VARCHAR(64),
  p_subject VARCHAR(127),
  p_body VARCHAR(512),
  p_notify_url VARCHAR(1024),
  p_return_url VARCHAR(1024),
  p_metadata TEXT,
  p_price BIGINT,
  p_currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin,
  p_user_ip VARCHAR(45),
  p_query_token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin,
  p_expire_in BIGINT,
  p_pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_channel_id BIGINT UNSIGNED,
  p_channel_code VARCHAR(32),
  p_channel_extras TEXT,
  p_display_mode VARCHAR(16),
  p_create_time DATETIME(3),
  p_entry_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_other_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_fee_rate BIGINT,
  p_fee_price BIGINT,
  p_task_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_task_url VARCHAR(1100),
  p_task_body TEXT,
  p_max_notify_times INT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_order_id, v_attempt_id, v_wallet_id BIGINT UNSIGNED;
  DECLARE v_balance, v_version BIGINT;
  START TRANSACTION;
  BEGIN
    DECLARE EXIT HANDLER FOR 1062
      SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'nonce used';
    INSERT INTO api_nonce (app_id, nonce, create_time) VALUES (p_app_id, p_nonce, p_create_time);
  END;
  INSERT INTO pay_order (no, app_id, user_id, merchant_order_id, subject, body, notify_url, return_url,
    metadata, price, currency, user_ip, query_token, expire_time, create_time, update_time, attempts,
    latest_no, latest_channel_code, latest_create_time, latest_display_mode)
  VALUES (p_no, p_app_id, p_user_id, p_merchant_order_id, p_subject, p_body, p_notify_url, p_return_url,
    p_metadata, p_price, p_currency, p_user_ip, p_query_token, p_create_time + INTERVAL p_expire_in SECOND,
    p_create_time, p_create_time, 1, p_pay_id, p_channel_code, p_create_time, p_display_mode);
  SET v_order_id = LAST_INSERT_ID();
  INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, user_ip, channel_extras,
    display_mode, price, currency, status, paid_price, paid_currency, success_time, channel_order_no, room,
    create_time, update_time)
  VALUES (v_order_id, p_pay_id, p_channel_id, p_channel_code, p_user_ip, p_channel_extras, p_display_mode,
    p_price, p_currency, 10, p_price, p_currency, p_create_time, p_entry_no, '', p_create_time, p_create_time);
  SET v_attempt_id = LAST_INSERT_ID();
  SELECT id, balance - p_price, version + 1 INTO v_wallet_id, v_balance, v_version FROM wallet
   WHERE app_id = p_app_id AND user_id = p_user_id AND currency = p_currency FOR UPDATE;
  IF NOT IFNULL(v_balance >= 0, 0) THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'the wallet does not cover it';
  END IF;
  INSERT INTO ledger_entry (no, journal, app_id, account, wallet_id, currency, kind, biz_type, biz_id, step,
    price, balance, version)
  VALUES (p_entry_no, p_entry_no, p_app_id, 'wallet', v_wallet_id, p_currency, 'payment', 'order', v_order_id,
      1, -p_price, v_balance, v_version),
    (p_other_no, p_entry_no, p_app_id, 'channel', NULL, p_currency, 'payment', 'order', v_order_id, 1,
      p_price, NULL, NULL);
  UPDATE wallet
     SET balance = balance - p_price, total_expense = total_expense + p_price, version = v_version
   WHERE id = v_wallet_id AND version = v_version - 1 AND balance - p_price >= 0;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the wallet changed under its lock';
  END IF;
  SET STATEMENT default_week_format = 7 FOR UPDATE pay_order FORCE INDEX (PRIMARY)
     SET status = 10, success_time = p_create_time, channel_order_no = p_entry_no, channel_id = p_channel_id,
         channel_code = p_channel_code, channel_fee_rate = p_fee_rate, channel_fee_price = p_fee_price,
         extension_id = v_attempt_id, version = 1, room = ''
   WHERE id = v_order_id AND status = 0;
  INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
  VALUES ('order', v_order_id, 0, 10, p_create_time), ('attempt', v_attempt_id, 0, 10, p_create_time);
  IF p_task_no IS NOT NULL THEN
    CALL notify_add(p_task_no, p_app_id, 1, 'order.success', v_order_id, 1, p_merchant_order_id, NULL,
      p_task_url, p_task_body, p_max_notify_times);
  END IF;
  COMMIT;
  SELECT v_order_id AS id, v_attempt_id AS attempt_id;
END//
DELIMITER ;
