-- What no account may do to the record of a try: change it. One that was written off (RUNNER_LOST), since its
-- runner seemed to have died, gets its true result when that runner was only late.
DELIMITER //
CREATE OR REPLACE TRIGGER notify_log_written AFTER UPDATE ON notify_log FOR EACH ROW
BEGIN
  IF OLD.error_code <> 'RUNNER_LOST' OR NEW.status NOT IN (10, 21, 22) OR NEW.id <> OLD.id
     OR NEW.task_id <> OLD.task_id OR NEW.notify_times <> OLD.notify_times
     OR NEW.create_time <> OLD.create_time THEN
    SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'the record of a try is never changed';
  END IF;
END//
DELIMITER ;
