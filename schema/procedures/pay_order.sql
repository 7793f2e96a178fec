-- What no account may do to an order, whatever its rights and session settings (CHECKs can be switched off
-- with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that names it.
-- Each change of state leaves a line in status_log, except in order_pay, which writes its own. The triggers
-- are AFTER: an error undoes the statement all the same, and BEFORE costs twice as much, as it copies the row.
-- The step to 10 writes what the payment was (its attempt, channel, fee, number, payer and time); a number that
-- the channel did not give then may follow. The version grows by one at a time. Refunds belong to a paid order; it
-- is in state 30 when all of its price is back, and only then.
-- The audit proves sums over other rows (is all of the money back?).
-- A row is refused at its birth when a CHECK would refuse it while an account has CHECKs switched off, or when it
-- counts so high that a column has no room for more: no job could change that row later, nor the others that the
-- same statement changes. Rows of earlier days are refused to the programs' accounts, since proofs of the audit
-- pass over rows older than the logs. SYSDATE() is the server's clock (a session can set what UTC_TIMESTAMP()
-- says) in the session's time zone, which the two days allow for. The same holds for attempts, refunds, transfers
-- and notifications.
-- An INSERT with another state than 0 is not refused (INSERT and a legal step would make the same row): the
-- audit finds it, since no line of status_log leads to that state.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_order_status AFTER UPDATE ON pay_order FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.no <> OLD.no OR NEW.app_id <> OLD.app_id
     OR NEW.merchant_order_id <> OLD.merchant_order_id OR NEW.price <> OLD.price
     OR NEW.currency <> OLD.currency OR NEW.subject <> OLD.subject
     OR NOT (NEW.user_id <=> OLD.user_id) OR NEW.kind <> OLD.kind OR NEW.bonus_price <> OLD.bonus_price
     OR NEW.version NOT BETWEEN OLD.version AND OLD.version + 1
     OR NEW.refund_count NOT BETWEEN 0 AND 1000000
     OR ((NEW.status <> 10 OR OLD.status = 10)
         AND (NOT (NEW.success_time <=> OLD.success_time) OR NOT (NEW.extension_id <=> OLD.extension_id)
              OR NOT (NEW.channel_id <=> OLD.channel_id) OR NOT (NEW.channel_code <=> OLD.channel_code)
              OR NOT (NEW.channel_fee_rate <=> OLD.channel_fee_rate)
              OR NOT (NEW.channel_fee_price <=> OLD.channel_fee_price)
              OR NOT (NEW.channel_user_id <=> OLD.channel_user_id)
              OR (NOT (NEW.channel_order_no <=> OLD.channel_order_no)
                  AND (NEW.status <> 10 OR OLD.channel_order_no IS NOT NULL)))) THEN
    BEGIN
      DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': its terms are written once');
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
    END;
  END IF;
  IF NEW.refund_price <> OLD.refund_price OR NEW.refunding_price <> OLD.refunding_price
     OR NEW.status = 30 THEN
    IF NEW.refund_price < OLD.refund_price AND NEW.refund_price >= 0 THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'what went back of an order never grows less';
    END IF;
    IF NEW.refund_price < 0 OR NEW.refunding_price < 0
       OR NEW.refund_price > NEW.price - NEW.refunding_price THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': refunds of ', NEW.refund_price, ' and ',
          NEW.refunding_price, ' do not fit its price ', NEW.price);
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
    IF (NEW.status = 30) <> (NEW.refund_price = NEW.price) OR OLD.status NOT IN (10, 30) THEN
      BEGIN
        DECLARE why VARCHAR(128) DEFAULT CONCAT('order ', OLD.no, ': no step from ', OLD.status, ' to ',
          NEW.status, ' with ', NEW.refund_price, ' of ', NEW.price, ' back');
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = why;
      END;
    END IF;
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
    IF NOT (@@default_week_format = 7 AND OLD.status = 0 AND NEW.status = 10) THEN
      INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
      VALUES ('order', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
    END IF;
  END IF;
END//

CREATE OR REPLACE TRIGGER pay_order_birth AFTER INSERT ON pay_order FOR EACH ROW
BEGIN
  IF NEW.price NOT BETWEEN 1 AND 1000000000000 OR NEW.refund_price < 0 OR NEW.refunding_price < 0
     OR NEW.refund_price > NEW.price - NEW.refunding_price OR NEW.version > 1000000000
     OR NEW.refund_count NOT BETWEEN 0 AND 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an order''s price is 1 to 1000000000000, refunds fit it, its counts are low';
  END IF;
  IF NEW.kind <> 'payment' OR NEW.bonus_price <> 0 THEN
    IF NEW.kind <> 'recharge' OR NEW.user_id IS NULL OR NEW.bonus_price NOT BETWEEN 0 AND 1000000000000 THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an order is a payment, or a recharge of a user with a bonus';
    END IF;
  END IF;
  IF NEW.channel_fee_price IS NOT NULL THEN
    IF NEW.status IN (0, 20) THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an order that is not paid has no fee';
    END IF;
  END IF;
  IF NEW.create_time < SYSDATE() - INTERVAL 2 DAY THEN
    IF USER() LIKE 'shroff\_web@%' OR USER() LIKE 'shroff\_ctl@%' THEN
      SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a new row is not of an earlier day';
    END IF;
  END IF;
END//
DELIMITER ;
