-- All that create does to the database, in one round trip: it spends the nonce and inserts the order and,
-- when p_pay_id is given, its first attempt. The only caller is common/checkout/order_open.c.
-- Error 32001: the nonce is spent; 1062: the order exists. p_display_mode is NULL for a channel that is
-- called after the COMMIT. It runs with the caller's rights. io/db rolls back after every error.
-- The answer is a SELECT after the COMMIT: before it (INSERT … RETURNING), create lost up to a sixth of its
-- speed.
DELIMITER //
CREATE OR REPLACE PROCEDURE order_open (
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
  p_display_expire_time DATETIME(3),
  p_kind VARCHAR(16),
  p_bonus_price BIGINT)
  MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  DECLARE v_now DATETIME(3) DEFAULT UTC_TIMESTAMP(3);
  DECLARE v_expire_time DATETIME(3) DEFAULT v_now + INTERVAL p_expire_in SECOND;
  DECLARE v_order_id, v_attempt_id BIGINT UNSIGNED;
  START TRANSACTION;
  BEGIN
    DECLARE EXIT HANDLER FOR 1062
      SIGNAL SQLSTATE '45000' SET MYSQL_ERRNO = 32001, MESSAGE_TEXT = 'nonce used';
    INSERT INTO api_nonce (app_id, nonce, create_time) VALUES (p_app_id, p_nonce, v_now);
  END;
  INSERT INTO pay_order (no, app_id, user_id, merchant_order_id, subject, body, notify_url, return_url,
    metadata, price, currency, user_ip, query_token, expire_time, create_time, update_time, kind,
    bonus_price, attempts, latest_no, latest_channel_code, latest_create_time, latest_display_mode,
    latest_display_content)
  VALUES (p_no, p_app_id, p_user_id, p_merchant_order_id, p_subject, p_body, p_notify_url, p_return_url,
    p_metadata, p_price, p_currency, p_user_ip, p_query_token, v_expire_time, v_now, v_now, p_kind,
    p_bonus_price, p_pay_id IS NOT NULL, p_pay_id, p_channel_code, IF(p_pay_id IS NULL, NULL, v_now),
    p_display_mode, p_display_content);
  SET v_order_id = LAST_INSERT_ID();
  IF p_pay_id IS NOT NULL THEN
    INSERT INTO pay_order_extension (order_id, no, channel_id, channel_code, user_ip, channel_extras,
      display_mode, display_content, display_expire_time, price, currency, next_sync_time,
      create_time, update_time)
    VALUES (v_order_id, p_pay_id, p_channel_id, p_channel_code, p_user_ip, p_channel_extras,
      p_display_mode, p_display_content,
      IF(p_display_mode IS NULL, NULL, IFNULL(p_display_expire_time, v_expire_time)), p_price, p_currency,
      v_now + INTERVAL 10 SECOND, v_now, v_now);
    SET v_attempt_id = LAST_INSERT_ID();
  END IF;
  COMMIT;
  SELECT v_order_id AS id, v_now AS create_time, v_expire_time AS expire_time, v_attempt_id AS attempt_id;
END//
DELIMITER ;
