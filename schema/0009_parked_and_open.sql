-- What is parked is due all the same, and how long a host has been failing is worth knowing.

ALTER TABLE notify_task
  ADD COLUMN parked_since DATETIME(3) NULL
    COMMENT 'when it was due; its host or app is busy or failing, so it waits until next_notify_time'
    AFTER next_notify_time,
  ADD KEY idx_parked (parked_since);

ALTER TABLE notify_endpoint
  ADD COLUMN open_since DATETIME(3) NULL COMMENT 'open or half-open since then' AFTER consecutive_fail,
  ADD COLUMN first_until DATETIME(3) NULL COMMENT 'no first try probes before' AFTER open_until,
  ADD KEY idx_open (open_since);
