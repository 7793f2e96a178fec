-- A key belongs to one app for good, and once revoked it is never live again. No account can do otherwise.
-- AFTER: see pay_app.sql.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_app_key_owner AFTER UPDATE ON pay_app_key FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.app_id <> OLD.app_id OR NEW.key_id <> OLD.key_id
     OR NEW.algorithm <> OLD.algorithm THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a key keeps its app, key_id and algorithm';
  END IF;
  IF (OLD.status, NEW.status) NOT IN ((0, 0), (0, 1), (1, 1)) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a revoked key stays revoked';
  END IF;
END//
DELIMITER ;
