-- Why a delivery failed, in words; error_code stays the word to group by.
ALTER TABLE notify_log
  ADD COLUMN reason VARCHAR(255) NULL COMMENT 'what went wrong, in words' AFTER error_code;
