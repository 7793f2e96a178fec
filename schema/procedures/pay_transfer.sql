-- What no account may do to a transfer, whatever its rights and session settings (CHECKs can be switched off
-- with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that names it.
-- Each change of state leaves a line in status_log. The version grows by one, and only when the state changes.
-- The triggers are AFTER: an error undoes the statement all the same, and BEFORE costs twice as much, as it
-- copies the row.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_transfer_status AFTER UPDATE ON pay_transfer FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id
     OR NEW.channel_id <> OLD.channel_id OR NEW.channel_code <> OLD.channel_code
     OR NEW.merchant_transfer_id <> OLD.merchant_transfer_id OR NEW.price <> OLD.price
     OR NEW.currency <> OLD.currency OR NEW.user_account <> OLD.user_account
     OR NOT (NEW.user_name <=> OLD.user_name)
     OR (OLD.status = 10 AND NOT (NEW.channel_transfer_no <=> OLD.channel_transfer_no)
         AND OLD.channel_transfer_no IS NOT NULL)
     OR NEW.sync_times > 1000000
     OR (NEW.version <> OLD.version AND (NEW.version <> OLD.version + 1 OR NEW.status = OLD.status))
     OR (NOT (NEW.success_time <=> OLD.success_time) AND (NEW.status <> 10 OR OLD.status = 10)) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('transfer ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 5), (0, 10), (0, 20), (5, 10), (5, 20))
       OR (NEW.status = 10 AND NEW.success_time IS NULL) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('transfer ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, IF(NEW.status = 10, ' without its time', ''));
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('transfer', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_transfer_birth AFTER INSERT ON pay_transfer FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 OR NEW.version > 1000000000
     OR NEW.sync_times > 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a transfer''s price is 1 to 1000000000000, its counts are low';
  END IF;
  IF EXISTS (SELECT 1 FROM pay_channel WHERE id = NEW.channel_id AND code <> NEW.channel_code) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a transfer has the code of its channel';
  END IF;
  IF NEW.create_time < SYSDATE() - INTERVAL 2 DAY THEN
    IF USER() LIKE 'shroff\_web@%' OR USER() LIKE 'shroff\_ctl@%' THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a new row is not of an earlier day';
    END IF;
  END IF;
END//
DELIMITER ;
