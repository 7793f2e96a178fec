-- The two hot transactions as one call each: a round trip where there were four and six. They do the
-- plain case; what is not plain is told as error 32001 (or 1062) and done by their callers statement
-- by statement: common/checkout/checkout_create.c, common/settle/settle_paid.c. They run with their caller's
-- rights. Nothing is rolled back here: COMMIT comes last, and io/db rolls back after every error.

DELIMITER //
-- Nonce, order and, when p_pay_id is given, its first attempt. 32001: the nonce is spent; 1062: the
-- order is there already. Answers what is made here of the order.
CREATE PROCEDURE order_open (
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
  p_display_content TEXT,
  p_pay_url VARCHAR(1024))
  MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);
  START TRANSACTION;
  BEGIN
    DECLARE EXIT HANDLER FOR 1062
      SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'nonce used';
    INSERT INTO api_nonce (app_id, nonce, create_time) VALUES (p_app_id, p_nonce, v_now);
  END;
  INSERT INTO pay_order (no, app_id, user_id, merchant_order_id, subject, body, notify_url, return_url,
    metadata, price, currency, user_ip, query_token, expire_time, create_time, update_time)
  VALUES (p_no, p_app_id, p_user_id, p_merchant_order_id, p_subject, p_body, p_notify_url, p_return_url,
    p_metadata, p_price, p_currency, p_user_ip, p_query_token, v_now + INTERVAL p_expire_in SECOND,
    v_now, v_now)
  RETURNING id, create_time, expire_time;
  IF p_pay_id IS NOT NULL THEN
    INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, user_ip, channel_extras,
      display_mode, display_content, pay_url, price, currency, next_sync_time, create_time, update_time)
    VALUES (LAST_INSERT_ID(), p_pay_id, p_channel_id, p_channel_code, p_user_ip, p_channel_extras,
      p_display_mode, p_display_content, p_pay_url, p_price, p_currency, v_now + INTERVAL 10 SECOND,
      v_now, v_now);
  END IF;
  COMMIT;
END//

-- A waiting order is paid by its waiting attempt: both rows, the merchant's news when p_task_no is
-- given, the raw callback. p_version is the order's next one. 32001: a row is not as the caller saw it.
CREATE PROCEDURE order_pay (
  p_order_id BIGINT UNSIGNED,
  p_version BIGINT,
  p_attempt_id BIGINT UNSIGNED,
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
  MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);
  START TRANSACTION;
  UPDATE pay_order
     SET status = 10, success_time = p_success_time, channel_order_no = p_channel_order_no,
         channel_user_id = p_channel_user_id, channel_id = p_channel_id, channel_code = p_channel_code,
         channel_fee_rate = p_fee_rate, channel_fee_price = p_fee_price, extension_id = p_attempt_id,
         version = p_version
   WHERE id = p_order_id AND status = 0 AND version = p_version - 1;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'order not waiting';
  END IF;
  UPDATE pay_order_extension
     SET status = 10, paid_price = price, paid_currency = currency, success_time = p_success_time,
         channel_order_no = p_channel_order_no, next_sync_time = NULL
   WHERE id = p_attempt_id AND order_id = p_order_id AND status = 0;
  IF ROW_COUNT() <> 1 THEN
    SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'attempt not waiting';
  END IF;
  IF p_task_no IS NOT NULL THEN
    INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id, notify_url,
      body, max_notify_times, next_notify_time, create_time, update_time)
    VALUES (p_task_no, p_app_id, 1, 'order.success', p_order_id, p_version, p_merchant_order_id,
      p_notify_url, p_body, p_max_notify_times, v_now, v_now, v_now);
  END IF;
  INSERT INTO callback_log (channel_id, kind, remote_address, headers, body, verdict, extension_id,
    create_time)
  VALUES (p_channel_id, p_kind, p_remote_address, p_headers, p_raw, 'ACCEPTED', p_attempt_id, v_now);
  COMMIT;
END//
DELIMITER ;
