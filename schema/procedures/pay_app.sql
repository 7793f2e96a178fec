-- Orders name their app without a foreign key (0001_tables.sql), so no account may delete or renumber it.
-- What refuses a change is AFTER the update: before it a column that is set to NULL is NULL, compares with
-- nothing, and without strict mode becomes 0 or '' then.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_app_kept BEFORE DELETE ON pay_app FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an app is never deleted, since orders name it: disable it'//
-- Since when an app has an address of its own: what ended before made no notification for it. The audit reads
-- these columns, so no account says what stands in them.
CREATE OR REPLACE TRIGGER pay_app_addressed BEFORE INSERT ON pay_app FOR EACH ROW
  SET NEW.order_notify_since = IF(NEW.order_notify_url IS NULL, NULL, UTC_TIMESTAMP(3)),
      NEW.refund_notify_since = IF(NEW.refund_notify_url IS NULL, NULL, UTC_TIMESTAMP(3)),
      NEW.transfer_notify_since = IF(NEW.transfer_notify_url IS NULL, NULL, UTC_TIMESTAMP(3))//
CREATE OR REPLACE TRIGGER pay_app_readdressed BEFORE UPDATE ON pay_app FOR EACH ROW
  SET NEW.order_notify_since =
        IF(NEW.order_notify_url IS NULL, NULL, IFNULL(OLD.order_notify_since, UTC_TIMESTAMP(3))),
      NEW.refund_notify_since =
        IF(NEW.refund_notify_url IS NULL, NULL, IFNULL(OLD.refund_notify_since, UTC_TIMESTAMP(3))),
      NEW.transfer_notify_since =
        IF(NEW.transfer_notify_url IS NULL, NULL, IFNULL(OLD.transfer_notify_since, UTC_TIMESTAMP(3)))//
CREATE OR REPLACE TRIGGER pay_app_number AFTER UPDATE ON pay_app FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.app_key <> OLD.app_key THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an app keeps its number and app_key, since others name it';
  END IF;
  IF NEW.status NOT IN (0, 1) OR NEW.late_payment NOT IN ('accept', 'refund', 'hold') THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an app has no such state or late_payment';
  END IF;
END//
DELIMITER ;
