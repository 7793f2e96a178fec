-- Copies to an order's row how many attempts it has and what query shows of the newest one, so that most orders
-- are read from one table. It belongs to the caller's transaction, which holds the order's row and so needs no
-- lock on the attempts. The only caller is common/order/order_whole.c; after changes of attempts by hand it is
-- called by hand: CALL order_latest(id). It runs with its definer's rights: no account of a program may change
-- these columns otherwise. update_time stays, since it says when the order was closed.
DELIMITER //
CREATE OR REPLACE PROCEDURE order_latest (
  p_order_id BIGINT UNSIGNED)
  MODIFIES SQL DATA SQL SECURITY DEFINER
BEGIN
  DECLARE v_attempts INT DEFAULT (SELECT COUNT(*) FROM pay_order_extension WHERE order_id = p_order_id);
  DECLARE e ROW TYPE OF pay_order_extension;
  IF v_attempts > 0 THEN
    SELECT * INTO e FROM pay_order_extension WHERE order_id = p_order_id ORDER BY id DESC LIMIT 1;
  END IF;
  UPDATE pay_order
     SET attempts = v_attempts, latest_no = e.no, latest_channel_code = e.channel_code,
         latest_create_time = e.create_time,
         latest_ended = IFNULL(e.status <> 0 AND NOT (extension_id <=> e.id), 0),
         latest_display_mode = e.display_mode, latest_display_content = e.display_content,
         update_time = update_time
   WHERE id = p_order_id;
END//
DELIMITER ;
