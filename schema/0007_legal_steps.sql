-- What no account may do, whatever its rights and session settings (CHECKs can be switched off with
-- check_constraint_checks, triggers cannot): a step of state that is not in the table of legal
-- steps, a changed number, price or owner, refunds above the price. Refused with error 1644 and a
-- text that says what was asked. The same triggers write status_log, as before. AFTER is enough, since
-- an error undoes the statement, and costs half of BEFORE, which copies the row.

DELIMITER //
CREATE OR REPLACE TRIGGER pay_order_status AFTER UPDATE ON pay_order FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id
     OR NEW.merchant_order_id <> OLD.merchant_order_id OR NEW.price <> OLD.price
     OR NEW.currency <> OLD.currency OR NEW.subject <> OLD.subject
     OR NOT (NEW.user_id <=> OLD.user_id) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.refund_price < 0 OR NEW.refunding_price < 0
     OR NEW.refund_price > NEW.price - NEW.refunding_price THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': refunds of ', NEW.refund_price, ' and ',
        NEW.refunding_price, ' do not fit its price ', NEW.price);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (10, 30), (20, 10))
       OR (NEW.status = 10 AND (NEW.extension_id IS NULL OR NEW.success_time IS NULL))
       OR (NEW.status = 30 AND NEW.refund_price <> NEW.price) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, IF(NEW.status = 10, ' without what paid it', ''));
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('order', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_order_extension_status AFTER UPDATE ON pay_order_extension FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.order_id <> OLD.order_id
     OR NEW.channel_id <> OLD.channel_id OR NEW.channel_code <> OLD.channel_code
     OR NEW.price <> OLD.price OR NEW.currency <> OLD.currency OR NOT (NEW.of_id <=> OLD.of_id) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('attempt ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 10))
       OR (NEW.status = 10 AND NOT (NEW.paid_price <=> NEW.price AND NEW.paid_currency <=> NEW.currency
                                    AND NEW.success_time IS NOT NULL)) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('attempt ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, IF(NEW.status = 10, ' without its price as paid', ''));
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('attempt', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_refund_status AFTER UPDATE ON pay_refund FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id OR NEW.order_id <> OLD.order_id
     OR NEW.extension_id <> OLD.extension_id OR NEW.channel_id <> OLD.channel_id
     OR NEW.channel_code <> OLD.channel_code OR NEW.merchant_order_id <> OLD.merchant_order_id
     OR NEW.merchant_refund_id <> OLD.merchant_refund_id OR NEW.pay_price <> OLD.pay_price
     OR NEW.refund_price <> OLD.refund_price OR NEW.currency <> OLD.currency
     OR NEW.cause <> OLD.cause THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('refund ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 0)) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('refund ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status);
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('refund', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_transfer_status AFTER UPDATE ON pay_transfer FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id
     OR NEW.channel_id <> OLD.channel_id OR NEW.channel_code <> OLD.channel_code
     OR NEW.merchant_transfer_id <> OLD.merchant_transfer_id OR NEW.price <> OLD.price
     OR NEW.currency <> OLD.currency OR NEW.user_account <> OLD.user_account
     OR NOT (NEW.user_name <=> OLD.user_name) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('transfer ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.status <> OLD.status THEN
    IF (OLD.status, NEW.status) NOT IN ((0, 5), (0, 10), (0, 20), (5, 10), (5, 20)) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('transfer ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status);
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('transfer', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF;
END//

CREATE OR REPLACE TRIGGER notify_task_status AFTER UPDATE ON notify_task FOR EACH ROW
BEGIN
  IF NEW.status <> OLD.status AND (OLD.status, NEW.status) NOT IN ((0, 10), (0, 20), (20, 0)) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('notification ', OLD.no, ': no step from ', OLD.status, ' to ',
        NEW.status);
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
END//

-- The amounts that CHECKs hold. A birth in another state than 0 is not refused (INSERT and a legal
-- step would make the same row): the audit sees it, since no log leads there.
CREATE OR REPLACE TRIGGER pay_order_birth AFTER INSERT ON pay_order FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 OR NEW.refund_price < 0 OR NEW.refunding_price < 0
     OR NEW.refund_price > NEW.price - NEW.refunding_price THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an order''s price is 1 to 1000000000000, and refunds fit it';
  END IF;
END//
CREATE OR REPLACE TRIGGER pay_order_extension_birth AFTER INSERT ON pay_order_extension FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an attempt''s price is 1 to 1000000000000';
  END IF;
END//
CREATE OR REPLACE TRIGGER pay_refund_birth AFTER INSERT ON pay_refund FOR EACH ROW
BEGIN
  IF NEW.refund_price < 1 OR NEW.refund_price > NEW.pay_price THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a refund is 1 to what was paid';
  END IF;
END//
CREATE OR REPLACE TRIGGER pay_transfer_birth AFTER INSERT ON pay_transfer FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a transfer''s price is 1 to 1000000000000';
  END IF;
END//
DELIMITER ;
