-- What each account may do. Run as root of the database after every migration, any number of times:
-- `scripts/run` does; in production `mariadb < schema/accounts.sql` once the accounts are made
-- (docs/operate.md); accounts_demo.sql has those that only `run` makes. Nobody but migrate may change
-- tables, delete, or change a line of a log; status_log is written by triggers alone, in the name of
-- shroff_migrate.

-- migrate: tables, triggers, partitions; deletes spent nonces (cron/purge).
GRANT ALL ON shroff.* TO 'shroff_migrate'@'localhost';

-- web: the executables in cgi-bin. What an order is, whose it is and how much it costs is written
-- once: only the columns of its further life can be changed.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'shroff_web'@'localhost';
ALTER USER 'shroff_web'@'localhost' WITH MAX_STATEMENT_TIME 3;
GRANT SELECT ON shroff.pay_app          TO 'shroff_web'@'localhost';
GRANT SELECT, UPDATE (last_used_time)
             ON shroff.pay_app_key      TO 'shroff_web'@'localhost';
GRANT SELECT ON shroff.pay_channel      TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT, UPDATE (status, channel_id, channel_code, channel_fee_rate, channel_fee_price,
        expire_time, success_time, extension_id, channel_user_id, channel_order_no, version, update_time)
             ON shroff.pay_order        TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT, UPDATE (status, display_mode, display_content, pay_url, channel_order_no,
        channel_error_code, channel_error_msg, paid_price, paid_currency, duplicate_paid,
        success_time, next_sync_time, update_time)
             ON shroff.pay_order_extension TO 'shroff_web'@'localhost';
GRANT SELECT ON shroff.pay_refund       TO 'shroff_web'@'localhost';
GRANT SELECT ON shroff.pay_transfer     TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT, UPDATE (next_notify_time, update_time)
             ON shroff.notify_task      TO 'shroff_web'@'localhost';
GRANT SELECT, UPDATE (open_until)
             ON shroff.notify_endpoint  TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT ON shroff.callback_log TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT, UPDATE ON shroff.callback_bound TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT ON shroff.api_nonce    TO 'shroff_web'@'localhost';
GRANT SELECT, INSERT, UPDATE (times, text, closed_by, close_time, update_time)
             ON shroff.pay_alert        TO 'shroff_web'@'localhost';
-- They run with the rights above.
GRANT EXECUTE ON PROCEDURE shroff.order_open TO 'shroff_web'@'localhost';
GRANT EXECUTE ON PROCEDURE shroff.order_pay  TO 'shroff_web'@'localhost';

-- runner: notifications only.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'shroff_runner'@'localhost';
ALTER USER 'shroff_runner'@'localhost' WITH MAX_STATEMENT_TIME 10;
GRANT SELECT ON shroff.pay_app          TO 'shroff_runner'@'localhost';
GRANT SELECT, UPDATE (status, lane, notify_times, max_notify_times, next_notify_time, parked_since,
        last_execute_time, claim_token, manual, update_time)
             ON shroff.notify_task      TO 'shroff_runner'@'localhost';
-- A try that was written off as RUNNER_LOST and is heard of after all gets its true result.
GRANT SELECT, INSERT, UPDATE (status, error_code, http_status, peer_address, duration_ms, response)
             ON shroff.notify_log       TO 'shroff_runner'@'localhost';
GRANT SELECT, INSERT, UPDATE ON shroff.notify_endpoint TO 'shroff_runner'@'localhost';
GRANT SELECT, INSERT, UPDATE (times, text, closed_by, close_time, update_time)
             ON shroff.pay_alert        TO 'shroff_runner'@'localhost';

-- ctl: shroffctl. Reads everything; changes configuration, resends, closes alerts, and cannot do so
-- without leaving its line in admin_log, which it cannot change.
REVOKE ALL PRIVILEGES, GRANT OPTION FROM 'shroff_ctl'@'localhost';
GRANT SELECT ON shroff.* TO 'shroff_ctl'@'localhost';
GRANT INSERT, UPDATE ON shroff.pay_app      TO 'shroff_ctl'@'localhost';
GRANT INSERT, UPDATE ON shroff.pay_app_key  TO 'shroff_ctl'@'localhost';
GRANT INSERT, UPDATE ON shroff.pay_channel  TO 'shroff_ctl'@'localhost';
GRANT UPDATE (status, lane, max_notify_times, next_notify_time, parked_since, claim_token, manual,
        update_time)
                     ON shroff.notify_task     TO 'shroff_ctl'@'localhost';
GRANT UPDATE         ON shroff.notify_endpoint TO 'shroff_ctl'@'localhost';
GRANT INSERT, UPDATE (times, text, closed_by, close_time, remark, update_time)
                     ON shroff.pay_alert       TO 'shroff_ctl'@'localhost';
GRANT INSERT         ON shroff.admin_log       TO 'shroff_ctl'@'localhost';
