-- An alert that is raised again is open again. The trigger does it, so that the accounts that raise
-- alerts need no right to write who closed one, and cannot close any (accounts.sql).
DELIMITER //
CREATE OR REPLACE TRIGGER pay_alert_again BEFORE UPDATE ON pay_alert FOR EACH ROW
BEGIN
  IF NEW.times > OLD.times THEN
    SET NEW.closed_by = NULL, NEW.close_time = NULL;
  END IF;
END//
DELIMITER ;
