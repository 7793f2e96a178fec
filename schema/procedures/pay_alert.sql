-- An alert that is raised again opens again. A trigger does this, so that the accounts that raise
-- alerts need no right on the column closed_by, and cannot close alerts (accounts.sql).
DELIMITER //
CREATE OR REPLACE TRIGGER pay_alert_again BEFORE UPDATE ON pay_alert FOR EACH ROW
BEGIN
  IF NEW.times > OLD.times THEN
    SET NEW.closed_by = NULL, NEW.close_time = NULL, NEW.decision = NULL;
  END IF;
END//
DELIMITER ;
