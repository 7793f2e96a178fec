-- What no account may do to a refund, whatever its rights and session settings (CHECKs can be switched off
-- with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that names it.
-- Each change of state leaves a line in status_log. The version grows by one, and only when the state changes.
-- When an automatic refund succeeds, the alerts about its money are closed here, since the accounts that raise
-- alerts may not close them (accounts.sql). The triggers are AFTER: an error undoes the statement all the same,
-- and BEFORE costs twice as much, as it copies the row.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_refund_status AFTER UPDATE ON pay_refund FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id OR NEW.order_id <> OLD.order_id
     OR NEW.extension_id <> OLD.extension_id OR NEW.channel_id <> OLD.channel_id
     OR NEW.channel_code <> OLD.channel_code OR NEW.merchant_order_id <> OLD.merchant_order_id
     OR NEW.merchant_refund_id <> OLD.merchant_refund_id OR NEW.pay_price <> OLD.pay_price
     OR NEW.refund_price <> OLD.refund_price OR NEW.currency <> OLD.currency
     OR NEW.cause <> OLD.cause
     OR (NEW.bonus_price <> OLD.bonus_price AND (NEW.bonus_price < 0 OR NOT (OLD.status = 20 AND NEW.status = 0)))
     OR (OLD.status = 10 AND NOT (NEW.channel_refund_no <=> OLD.channel_refund_no)
         AND OLD.channel_refund_no IS NOT NULL)
     OR NEW.sync_times > 1000000
     OR (NEW.version <> OLD.version AND (NEW.version <> OLD.version + 1 OR NEW.status = OLD.status))
     OR (NOT (NEW.success_time <=> OLD.success_time) AND (NEW.status <> 10 OR OLD.status = 10)) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('refund ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 0))
       OR (NEW.status = 10 AND NEW.success_time IS NULL) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('refund ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, IF(NEW.status = 10, ' without its time', ''));
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('refund', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
    IF NEW.status = 10 AND NEW.cause <> 'merchant' THEN
      UPDATE pay_alert
         SET closed_by = 'shroff', close_time = UTC_TIMESTAMP(3),
             remark = CONCAT('refund ', NEW.no, ': the money went back')
       WHERE kind IN ('duplicate_paid', 'late_paid', 'refund_failed', 'refund_unknown')
         AND about IN (SUBSTRING(NEW.merchant_refund_id, 6), NEW.no) AND closed_by IS NULL;
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_refund_birth AFTER INSERT ON pay_refund FOR EACH ROW
BEGIN
  IF NEW.refund_price < 1 OR NEW.refund_price > NEW.pay_price OR NEW.version > 1000000000
     OR NEW.sync_times > 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a refund is 1 to what was paid, its counts are low';
  END IF;
  IF NEW.bonus_price < 0 OR NEW.cause NOT IN ('merchant', 'duplicate', 'late') THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a refund has a cause, and a bonus that is not below 0';
  END IF;
  IF EXISTS (SELECT 1 FROM pay_channel WHERE id = NEW.channel_id AND code <> NEW.channel_code) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a refund has the code of its channel';
  END IF;
  IF NEW.create_time < SYSDATE() - INTERVAL 2 DAY THEN
    IF USER() LIKE 'shroff\_web@%' OR USER() LIKE 'shroff\_ctl@%' THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a new row is not of an earlier day';
    END IF;
  END IF;
END//
DELIMITER ;
