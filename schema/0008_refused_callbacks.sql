-- A refused callback can come from any stranger, so little of it is kept, for a short time, and so many
-- a day: the beginning of its body, its length and its hash (common/settle/callback_refused.c).
ALTER TABLE callback_log
  ADD COLUMN believed TINYINT NOT NULL DEFAULT 1 COMMENT '0: refused; deleted after SHROFF_KEEP_REFUSED_DAYS',
  ADD COLUMN body_length BIGINT NULL COMMENT 'of a refused one: bytes that came or were announced',
  ADD COLUMN body_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a refused one: SHA-256 of the whole body, hex; NULL: the body was not read',
  ADD KEY idx_refused (believed, create_time);

UPDATE callback_log SET believed = 0
 WHERE verdict IN ('BAD_BODY', 'BAD_FIELD', 'UNSIGNED', 'BAD_SIGN', 'BAD_TIME', 'UNKNOWN_ATTEMPT');

CREATE TABLE callback_bound (
  day DATE NOT NULL,
  about VARCHAR(64) NOT NULL COMMENT 'what is counted: part, whole or length, of an address or of all; or an attempt',
  kept INT NOT NULL COMMENT 'rows of callback_log; 1 above the bound: the first that was not kept; 2 above: further ones',
  bytes BIGINT NOT NULL COMMENT 'of bodies and headers in them',
  PRIMARY KEY (day, about)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='refused callbacks put on record, by day';
