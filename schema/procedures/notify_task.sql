-- A notification's body, object and address never change, and its state changes only by legal steps. This
-- holds for every account. The runner's account has no right to change such a column (schema/accounts.sql), so
-- its many updates skip the comparison, which would cost as much as half an update. The conditions are nested
-- as MariaDB prepares all of a condition before it looks at the first part. The bound of the body is held here and
-- by no CHECK: a CHECK would look at the body with each of the runner's updates, and a longer one would stop them.
-- Rows of earlier days: see pay_order.sql.
DELIMITER //
CREATE OR REPLACE TRIGGER notify_task_status AFTER UPDATE ON notify_task FOR EACH ROW
BEGIN
  IF USER() NOT LIKE 'shroff\_runner@%' THEN
    IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id OR NEW.type <> OLD.type
       OR NEW.event <> OLD.event OR NEW.data_id <> OLD.data_id OR NEW.version <> OLD.version
       OR NOT (NEW.merchant_order_id <=> OLD.merchant_order_id)
       OR NOT (NEW.merchant_refund_id <=> OLD.merchant_refund_id)
       OR NEW.notify_url <> OLD.notify_url OR NEW.body <> OLD.body THEN
      SET @refusal = CONCAT('notification ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @refusal;
    END IF;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF OLD.status <> 0 OR NEW.status <> 10 THEN
      IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 0)) THEN
        SET @refusal = CONCAT('notification ', OLD.no, ': no step from ', OLD.status, ' to ', NEW.status);
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = @refusal;
      END IF;
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER notify_task_birth AFTER INSERT ON notify_task FOR EACH ROW
BEGIN
  IF OCTET_LENGTH(NEW.body) > 32768 OR NEW.notify_times > 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a notification has 32768 bytes at most, and room for tries';
  END IF;
  IF NEW.create_time < SYSDATE() - INTERVAL 2 DAY THEN
    IF USER() LIKE 'shroff\_web@%' OR USER() LIKE 'shroff\_ctl@%' THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a new row is not of an earlier day';
    END IF;
  END IF;
END//
DELIMITER ;
