-- The triggers of orders and attempts ask of a step what the CHECKs ask of a row, and that what was
-- paid is the price; sums over other rows (is all of the money back?) are the audit's to prove. As
-- before in all else.
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
       OR (NEW.status = 10 AND (NEW.extension_id IS NULL OR NEW.success_time IS NULL)) THEN
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
       OR (NEW.status = 10 AND NOT (NEW.paid_price <=> NEW.price AND NEW.success_time IS NOT NULL
                                    AND IFNULL(NEW.paid_currency, NEW.currency) = NEW.currency)) THEN
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
DELIMITER ;
