-- All that a usual payment does to the database, in one round trip: a waiting order is paid by its waiting
-- attempt. It changes both rows and writes their lines in status_log, the merchant's notification when
-- p_task_no is given, and the raw callback when p_raw is given. p_version is the order's next one. The only
-- caller is common/settle/settle_paid.c. Error 32001: a row is not as the caller read it; then
-- common/settle/settle.c applies the payment statement by statement. COMMIT comes last: io/db rolls back
-- after errors.
-- p_others: the order has other attempts; channel_sync ends the open ones at their channels, now or when the
-- call that opens them is over.
-- It runs with its definer's rights, since no account of a program may write status_log. The two rows are
-- found by their primary keys alone: without FORCE INDEX the optimizer looks into every index that begins
-- with the state (9 % of the procedure's CPU).
-- default_week_format = 7 during one statement makes the rows' triggers leave out their line in status_log,
-- which is written here (one INSERT in place of two: 5 % of the procedure's CPU). No program sets that
-- variable, and SET STATEMENT ends with its statement, also when that fails or is killed.
-- The order's copy of its newest attempt (latest_ columns) says the same after this payment as before.
DELIMITER //
CREATE OR REPLACE PROCEDURE order_pay (
  p_order_id BIGINT UNSIGNED,
  p_version BIGINT,
  p_attempt_id BIGINT UNSIGNED,
  p_others TINYINT,
  p_success_time DATETIME(3),
  p_channel_order_no VARCHAR(64),
  p_channel_user_id VARCHAR(128),
  p_channel_id BIGINT UNSIGNED,
  p_channel_code VARCHAR(32),
  p_fee_rate BIGINT,
  p_fee_price BIGINT,
  p_app_id BIGINT UNSIGNED,
  p_merchant_order_id VARCHAR(64),
  p_task_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_notify_url VARCHAR(1100),
  p_body TEXT,
  p_max_notify_times INT,
  p_kind VARCHAR(16),
  p_remote_address VARCHAR(45),
  p_headers TEXT,
  p_raw LONGTEXT)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);
  START TRANSACTION;
  SET STATEMENT default_week_format = 7 FOR UPDATE pay_order FORCE INDEX (PRIMARY)
     SET status = 10, success_time = p_success_time, channel_order_no = p_channel_order_no,
         channel_user_id = p_channel_user_id, channel_id = p_channel_id, channel_code = p_channel_code,
         channel_fee_rate = p_fee_rate, channel_fee_price = p_fee_price, extension_id = p_attempt_id,
         version = p_version, room = ''
   WHERE id = p_order_id AND status = 0 AND version = p_version - 1;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'order not waiting';
  END IF;
  SET STATEMENT default_week_format = 7 FOR UPDATE pay_order_extension FORCE INDEX (PRIMARY)
     SET status = 10, paid_price = price, paid_currency = currency, success_time = p_success_time,
         channel_order_no = p_channel_order_no, next_sync_time = NULL, channel_error_code = NULL,
         channel_error_msg = NULL, room = ''
   WHERE id = p_attempt_id AND order_id = p_order_id AND status = 0 AND cancel_time IS NULL;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'attempt not waiting, or cancelled';
  END IF;
  IF p_others THEN
    UPDATE pay_order_extension SET next_sync_time = GREATEST(v_now, create_time + INTERVAL 10 SECOND)
     WHERE order_id = p_order_id AND id <> p_attempt_id AND status = 0;
  END IF;
  INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
  VALUES ('order', p_order_id, 0, 10, v_now), ('attempt', p_attempt_id, 0, 10, v_now);
  IF p_task_no IS NOT NULL THEN
    CALL notify_add(p_task_no, p_app_id, 1, 'order.success', p_order_id, p_version, p_merchant_order_id,
      NULL, p_notify_url, p_body, p_max_notify_times);
  END IF;
  IF p_raw IS NOT NULL THEN
    INSERT INTO callback_log (channel_id, kind, remote_address, headers, body, verdict, extension_id,
      create_time)
    VALUES (p_channel_id, p_kind, p_remote_address, p_headers, p_raw, 'ACCEPTED', p_attempt_id, v_now);
  END IF;
  COMMIT;
END//
DELIMITER ;
