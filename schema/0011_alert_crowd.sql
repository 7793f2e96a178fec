-- What comes in crowds (every notification to a host that is gone) is one alert, counted.
ALTER TABLE pay_alert
  ADD COLUMN crowd VARCHAR(300) NULL COMMENT 'what all of them have in common: the host' AFTER about,
  ADD UNIQUE KEY uk_crowd (kind, app_id, crowd);
