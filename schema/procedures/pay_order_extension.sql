-- What no account may do to an attempt, whatever its rights and session settings (CHECKs can be switched off
-- with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that names it.
-- Each change of state leaves a line in status_log, except in order_pay, which writes its own. The triggers
-- are AFTER: an error undoes the statement all the same, and BEFORE costs twice as much, as it copies the row.
-- The step to 10 writes what came in (price, currency, number, time, is it a second payment); a number that
-- the channel did not give then may follow. Where the payer is to pay is written once. A cancel is noted while the
-- attempt waits, when it is sent: a later note would let no payment count.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_order_extension_status AFTER UPDATE ON pay_order_extension FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.order_id <> OLD.order_id
     OR NEW.channel_id <> OLD.channel_id OR NEW.channel_code <> OLD.channel_code
     OR NEW.price <> OLD.price OR NEW.currency <> OLD.currency OR NOT (NEW.of_id <=> OLD.of_id)
     OR NEW.sync_times > 1000000
     OR (NEW.cancel_time > IFNULL(OLD.cancel_time, '2000-01-01')
         AND (OLD.status <> 0 OR NEW.cancel_time > UTC_TIMESTAMP(3) + INTERVAL 1 SECOND))
     OR (OLD.display_mode IS NOT NULL
         AND NOT (NEW.display_mode <=> OLD.display_mode
                  AND NEW.display_content <=> OLD.display_content))
     OR ((NEW.status <> 10 OR OLD.status = 10)
         AND (NOT (NEW.success_time <=> OLD.success_time) OR NOT (NEW.paid_price <=> OLD.paid_price)
              OR NOT (NEW.paid_currency <=> OLD.paid_currency)
              OR NEW.duplicate_paid <> OLD.duplicate_paid
              OR (NOT (NEW.channel_order_no <=> OLD.channel_order_no)
                  AND (NEW.status <> 10 OR OLD.channel_order_no IS NOT NULL)))) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('attempt ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 10))
       OR (NEW.status = 10 AND NOT (NEW.paid_price <=> NEW.price AND NEW.success_time IS NOT NULL
                                    AND IFNULL(NEW.paid_currency, NEW.currency) = NEW.currency)) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('attempt ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, IF(NEW.status = 10, ' without its price as paid', ''));
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    IF NOT (@@default_week_format = 7 AND OLD.status = 0 AND NEW.status = 10) THEN
      INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
      VALUES ('attempt', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_order_extension_birth AFTER INSERT ON pay_order_extension FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 OR NEW.sync_times > 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an attempt''s price is 1 to 1000000000000, its counts are low';
  END IF;
  IF NEW.create_time < SYSDATE() - INTERVAL 2 DAY THEN
    IF USER() LIKE 'shroff\_web@%' OR USER() LIKE 'shroff\_ctl@%' THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a new row is not of an earlier day';
    END IF;
  END IF;
END//
DELIMITER ;
