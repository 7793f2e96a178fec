-- Orders name their channel without a foreign key (0001_tables.sql), so no account may delete or renumber it.
-- AFTER: see pay_app.sql.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_channel_kept BEFORE DELETE ON pay_channel FOR EACH ROW
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a channel is never deleted, since orders name it: disable it'//
CREATE OR REPLACE TRIGGER pay_channel_number AFTER UPDATE ON pay_channel FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id OR NEW.app_id <> OLD.app_id THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a channel keeps its number and app, since orders name it';
  END IF;
  IF NEW.status NOT IN (0, 1) OR NEW.fee_rate NOT BETWEEN 0 AND 1000000 THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a channel has no such state or fee_rate';
  END IF;
END//
DELIMITER ;
