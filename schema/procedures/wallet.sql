-- What no account may do to a wallet and its ledger, whatever its rights and session settings (CHECKs can be
-- switched off with check_constraint_checks, triggers cannot). It is refused with error 1644 and a text that
-- names it. Entries and adjustments are written once and never deleted. A wallet changes by one journal at a
-- time: what it holds and its totals change by what the rows of the newest entry's journal say, so that no
-- account can change a balance without entries. The audit proves that each journal has its cause.
DELIMITER //
-- Two lookups by the whole key uk_version: with account IN (…) all entries of the wallet would be read. The indexes are
-- named, since to choose them costs more than to read (8 % of order_open_paid). The comment stands here as the
-- mariadb client leaves out comments inside a body, and migrate keeps them.
CREATE OR REPLACE TRIGGER wallet_terms AFTER UPDATE ON wallet FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.app_id <> OLD.app_id OR NEW.user_id <> OLD.user_id
     OR NEW.currency <> OLD.currency OR NEW.version < OLD.version THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet keeps its owner and currency, and its version grows';
  END IF;
  IF NEW.balance < 0 OR NEW.frozen < 0 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a wallet''s balance and its frozen sum are never below nothing';
  END IF;
  IF NEW.version <> OLD.version OR NEW.balance <> OLD.balance OR NEW.frozen <> OLD.frozen
     OR NEW.total_recharge <> OLD.total_recharge OR NEW.total_expense <> OLD.total_expense THEN
    BEGIN
      DECLARE v_journal CHAR(26) CHARACTER SET ascii COLLATE ascii_bin;
      DECLARE v_agrees INT DEFAULT 0;
      SELECT journal INTO v_journal FROM ledger_entry FORCE INDEX (uk_version)
       WHERE wallet_id = NEW.id AND account = 'wallet' AND version = NEW.version;
      IF v_journal IS NULL THEN
        SELECT journal INTO v_journal FROM ledger_entry FORCE INDEX (uk_version)
         WHERE wallet_id = NEW.id AND account = 'frozen' AND version = NEW.version;
      END IF;
      SELECT SUM(l.price) = 0 AND SUM(l.wallet_id <=> NEW.id) = NEW.version - OLD.version
             AND SUM(IF(l.account = 'wallet', l.price, 0)) = NEW.balance - OLD.balance
             AND SUM(IF(l.account = 'frozen', l.price, 0)) = NEW.frozen - OLD.frozen
             AND SUM(IF(l.account = 'channel' AND l.kind IN ('recharge', 'recharge_refund'), -l.price, 0))
                 = NEW.total_recharge - OLD.total_recharge
             AND SUM(IF(l.account = 'channel' AND l.kind IN ('payment', 'refund'), l.price, 0))
                 = NEW.total_expense - OLD.total_expense
        INTO v_agrees FROM ledger_entry l FORCE INDEX (idx_journal) WHERE l.journal = v_journal;
      IF NOT IFNULL(v_agrees, 0) THEN
        SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT =
          'a wallet changes by what its newest journal says, and by nothing else';
      END IF;
    END;
  END IF;
END//

CREATE OR REPLACE TRIGGER wallet_birth AFTER INSERT ON wallet FOR EACH ROW
BEGIN
  IF NEW.balance <> 0 OR NEW.frozen <> 0 OR NEW.version <> 0
     OR NEW.total_recharge <> 0 OR NEW.total_expense <> 0 THEN
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
