-- Adds a notification: the one INSERT of notify_task, for order_pay and for common/notify/notify_enqueue.c.
-- It belongs to the caller's transaction and runs with the caller's rights.
DELIMITER //
CREATE OR REPLACE PROCEDURE notify_add (
  p_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin,
  p_app_id BIGINT UNSIGNED,
  p_type TINYINT,
  p_event VARCHAR(32),
  p_data_id BIGINT UNSIGNED,
  p_version BIGINT,
  p_merchant_order_id VARCHAR(64),
  p_merchant_refund_id VARCHAR(64),
  p_notify_url VARCHAR(1100),
  p_body TEXT,
  p_max_notify_times INT)
  MODIFIES SQL DATA SQL SECURITY INVOKER
BEGIN
  INSERT INTO notify_task (no, app_id, type, event, data_id, version, merchant_order_id,
    merchant_refund_id, notify_url, body, max_notify_times, next_notify_time, create_time, update_time)
  VALUES (p_no, p_app_id, p_type, p_event, p_data_id, p_version, p_merchant_order_id,
    p_merchant_refund_id, p_notify_url, p_body, p_max_notify_times, UTC_TIMESTAMP(3), UTC_TIMESTAMP(3),
    UTC_TIMESTAMP(3));
END//
DELIMITER ;
