-- What no account may do to a wallet and its ledger, whatever its rights and session settings (CHECKs can be
-- switched off with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that
-- names it. Entries and adjustments are written once and never deleted. The audit proves the sums over rows.
DELIMITER //
CREATE OR REPLACE TRIGGER wallet_terms AFTER UPDATE ON wallet FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.app_id <> OLD.app_id OR NEW.user_id <> OLD.user_id
     OR NEW.currency <> OLD.currency OR NEW.version < OLD.version THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet keeps its owner and currency, and its version grows';
  END IF;
  IF NEW.balance < 0 OR NEW.frozen < 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet''s balance and its frozen sum are never below nothing';
  END IF;
END//

CREATE OR REPLACE TRIGGER wallet_birth AFTER INSERT ON wallet FOR EACH ROW
BEGIN
  IF NEW.balance <> 0 OR NEW.frozen <> 0 OR NEW.version <> 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet begins with nothing';
  END IF;
END//

CREATE OR REPLACE TRIGGER wallet_kept BEFORE DELETE ON wallet FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet is never deleted';
END//

CREATE OR REPLACE TRIGGER ledger_entry_written BEFORE UPDATE ON ledger_entry FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an entry of the ledger is never changed';
END//

CREATE OR REPLACE TRIGGER ledger_entry_kept BEFORE DELETE ON ledger_entry FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an entry of the ledger is never deleted';
END//

CREATE OR REPLACE TRIGGER wallet_adjust_written BEFORE UPDATE ON wallet_adjust FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an adjustment is never changed';
END//

CREATE OR REPLACE TRIGGER wallet_adjust_kept BEFORE DELETE ON wallet_adjust FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an adjustment is never deleted';
END//
DELIMITER ;
