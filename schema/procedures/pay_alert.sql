-- An alert that is raised again opens again. A trigger does this, so that the accounts that raise
-- alerts need no right on the column closed_by, and cannot close alerts (accounts.sql). For every account: an
-- alert keeps what it is about, its count grows by one at a time (a count at its column's end would refuse the
-- next alert, and with it the money that raises it), and its words change with the count alone. AFTER: see
-- pay_app.sql.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_alert_again BEFORE UPDATE ON pay_alert FOR EACH ROW
BEGIN
  IF NEW.times > OLD.times THEN
    SET NEW.closed_by = NULL, NEW.close_time = NULL, NEW.decision = NULL;
  END IF;
END//
CREATE OR REPLACE TRIGGER pay_alert_words AFTER UPDATE ON pay_alert FOR EACH ROW
BEGIN
  IF NEW.kind <> OLD.kind OR NEW.about <> OLD.about OR NOT (NEW.app_id <=> OLD.app_id)
     OR NOT (NEW.crowd <=> OLD.crowd) OR NEW.times NOT BETWEEN OLD.times AND OLD.times + 1
     OR (NEW.times = OLD.times AND NEW.text <> OLD.text) THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an alert is not rewritten: raise it again, or close it';
  END IF;
END//
DELIMITER ;
