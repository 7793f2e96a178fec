-- The list of an app's orders, by time or by state and time, reads as many rows as it answers.
ALTER TABLE pay_order
  ADD KEY idx_time (app_id, create_time),
  ADD KEY idx_state_time (app_id, status, create_time);
