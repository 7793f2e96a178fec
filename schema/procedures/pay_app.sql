-- Orders name their app without a foreign key (0001_tables.sql), so no account may delete or renumber it.
DELIMITER //
CREATE OR REPLACE TRIGGER pay_app_kept BEFORE DELETE ON pay_app FOR EACH ROW
BEGIN
  SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an app is never deleted, since orders name it: disable it';
END//

CREATE OR REPLACE TRIGGER pay_app_number BEFORE UPDATE ON pay_app FOR EACH ROW
BEGIN
  IF NEW.id <> OLD.id THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'an app keeps its number, since orders name it';
  END IF;
END//
DELIMITER ;
