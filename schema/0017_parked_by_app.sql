-- What is parked for a host is found when it answers again. Among 300,000 parked tasks of another app
-- that took two seconds, in which the runner sent nothing: the index now has the app too.
ALTER TABLE notify_task DROP KEY IF EXISTS idx_parked;
ALTER TABLE notify_task ADD KEY IF NOT EXISTS idx_parked (parked_since, app_id);
