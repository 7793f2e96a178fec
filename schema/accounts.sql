-- What each account may do. Run as root of the database after every migration, any number of times:
-- `scripts/run` does; in production `mariadb < schema/accounts.sql` once the accounts are made
-- (docs/operate.md); accounts_demo.sql has those that only `run` makes. No account but shroff_migrate may
-- change tables, delete, or change a line of a log. Only triggers, order_pay and order_open_paid write status_log,
-- with the rights of shroff_migrate.
--
-- Programs may run meanwhile. The wanted rights of an account are granted to a locked twin of it
-- (@'wanted'). At the end the account itself gets the rights it lacks, and then loses the surplus ones.
-- So it never lacks a right that it had and keeps.

-- migrate: tables, triggers, partitions; deletes spent nonces (cron/purge).
GRANT ALL ON shroff.* TO 'shroff_migrate'@'localhost';

-- web: the executables in cgi-bin. They can change only those columns of an order that change after it is
-- made, not its number, owner or price.
CREATE OR REPLACE USER 'shroff_web'@'wanted' ACCOUNT LOCK;
ALTER USER 'shroff_web'@'localhost' WITH MAX_STATEMENT_TIME 3;
GRANT SELECT ON shroff.pay_app          TO 'shroff_web'@'wanted';
GRANT SELECT, UPDATE (last_used_time)
             ON shroff.pay_app_key      TO 'shroff_web'@'wanted';
GRANT SELECT ON shroff.pay_channel      TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (status, channel_id, channel_code, channel_fee_rate, channel_fee_price,
        expire_time, asked_time, success_time, extension_id, refund_price, refunding_price, refund_count,
        channel_user_id, channel_order_no, version, room, update_time)
             ON shroff.pay_order        TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (status, display_mode, display_content, display_expire_time,
        channel_order_no, channel_error_code, channel_error_msg, paid_price, paid_currency, duplicate_paid,
        success_time, next_sync_time, sync_times, cancel_time, room, update_time)
             ON shroff.pay_order_extension TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (status, version, bonus_price, channel_refund_no, success_time, channel_error_code,
        channel_error_msg, next_sync_time, sync_times, claim_token, update_time)
             ON shroff.pay_refund       TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (status, version, channel_transfer_no, success_time, channel_error_code,
        channel_error_msg, next_sync_time, sync_times, claim_token, update_time)
             ON shroff.pay_transfer     TO 'shroff_web'@'wanted';
-- INSERT … ON DUPLICATE KEY UPDATE wants the right to change every column that it inserts; a trigger refuses
-- to change a wallet's owner.
GRANT SELECT, INSERT, UPDATE ON shroff.wallet TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT ON shroff.wallet_adjust TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT ON shroff.ledger_entry TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (next_notify_time, update_time)
             ON shroff.notify_task      TO 'shroff_web'@'wanted';
GRANT SELECT, UPDATE (open_until)
             ON shroff.notify_endpoint  TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT ON shroff.callback_log TO 'shroff_web'@'wanted';
GRANT SELECT ON shroff.status_log       TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE ON shroff.callback_bound TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT ON shroff.api_nonce    TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT (kind, app_id, crowd, about, text), UPDATE (times, text, update_time)
             ON shroff.pay_alert        TO 'shroff_web'@'wanted';
GRANT SELECT, INSERT, UPDATE (text, ask_time)
             ON shroff.channel_note     TO 'shroff_web'@'wanted';
-- order_open and notify_add run with the rights above, order_pay, order_open_paid and order_latest with those of
-- migrate, since they write status_log and the order's copy of its latest attempt.
GRANT EXECUTE ON PROCEDURE shroff.order_open TO 'shroff_web'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.order_open_paid TO 'shroff_web'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.order_latest TO 'shroff_web'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.order_pay  TO 'shroff_web'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.notify_add TO 'shroff_web'@'wanted';

-- runner: notifications only.
CREATE OR REPLACE USER 'shroff_runner'@'wanted' ACCOUNT LOCK;
ALTER USER 'shroff_runner'@'localhost' WITH MAX_STATEMENT_TIME 10;
GRANT SELECT ON shroff.pay_app          TO 'shroff_runner'@'wanted';
GRANT SELECT, UPDATE (status, lane, notify_times, max_notify_times, next_notify_time, parked_since,
        last_execute_time, claim_token, manual, update_time)
             ON shroff.notify_task      TO 'shroff_runner'@'wanted';
-- A try recorded as RUNNER_LOST gets its true result when the runner was only late.
GRANT SELECT, INSERT, UPDATE (status, error_code, reason, http_status, peer_address, duration_ms,
        response)
             ON shroff.notify_log       TO 'shroff_runner'@'wanted';
GRANT SELECT, INSERT, UPDATE ON shroff.notify_endpoint TO 'shroff_runner'@'wanted';
GRANT SELECT, INSERT (kind, app_id, crowd, about, text), UPDATE (times, text, update_time)
             ON shroff.pay_alert        TO 'shroff_runner'@'wanted';

-- ctl: shroffctl. Reads everything; changes apps, keys and channels, resends, closes alerts, decides what
-- becomes of late and double money, and writes a line of admin_log for each. It cannot change those lines.
CREATE OR REPLACE USER 'shroff_ctl'@'wanted' ACCOUNT LOCK;
GRANT SELECT ON shroff.* TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE ON shroff.pay_app      TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE ON shroff.pay_app_key  TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE ON shroff.pay_channel  TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE ON shroff.installation_key TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE (text, ask_time) ON shroff.channel_note TO 'shroff_ctl'@'wanted';
GRANT UPDATE (status, lane, notify_times, max_notify_times, next_notify_time, parked_since,
        last_execute_time, claim_token, manual, update_time)
                     ON shroff.notify_task     TO 'shroff_ctl'@'wanted';
GRANT INSERT         ON shroff.notify_log      TO 'shroff_ctl'@'wanted';
GRANT UPDATE         ON shroff.notify_endpoint TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE (times, text, closed_by, close_time, remark, decision, update_time)
                     ON shroff.pay_alert       TO 'shroff_ctl'@'wanted';
GRANT UPDATE (status, channel_id, channel_code, channel_fee_rate, channel_fee_price, success_time,
        extension_id, refund_count, channel_user_id, channel_order_no, version, room, update_time)
                     ON shroff.pay_order       TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE (status, channel_order_no, channel_error_code, channel_error_msg, paid_price, paid_currency,
        duplicate_paid, success_time, next_sync_time, sync_times, cancel_time, room, update_time)
                     ON shroff.pay_order_extension TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE (status, bonus_price, channel_error_code, channel_error_msg, next_sync_time,
        sync_times, update_time)
                     ON shroff.pay_refund      TO 'shroff_ctl'@'wanted';
GRANT INSERT         ON shroff.notify_task     TO 'shroff_ctl'@'wanted';
GRANT INSERT, UPDATE ON shroff.wallet          TO 'shroff_ctl'@'wanted';
GRANT INSERT         ON shroff.ledger_entry    TO 'shroff_ctl'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.order_latest TO 'shroff_ctl'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.order_pay    TO 'shroff_ctl'@'wanted';
GRANT EXECUTE ON PROCEDURE shroff.notify_add   TO 'shroff_ctl'@'wanted';
GRANT INSERT         ON shroff.admin_log       TO 'shroff_ctl'@'wanted';

-- audit: shroffctl audit. It may only read, and only what the proofs read.
CREATE OR REPLACE USER 'shroff_audit'@'wanted' ACCOUNT LOCK;
ALTER USER 'shroff_audit'@'localhost' WITH MAX_STATEMENT_TIME 600;
GRANT SELECT (id, app_key, order_notify_since, refund_notify_since, transfer_notify_since)
             ON shroff.pay_app          TO 'shroff_audit'@'wanted';
GRANT SELECT (id, app_id, code) ON shroff.pay_channel TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.pay_order        TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.pay_order_extension TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.pay_refund       TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.pay_transfer     TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.wallet           TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.wallet_adjust    TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.ledger_entry     TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.notify_task      TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.notify_log       TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.callback_log     TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.status_log       TO 'shroff_audit'@'wanted';
GRANT SELECT ON shroff.pay_alert        TO 'shroff_audit'@'wanted';

-- From each twin to its account: first the missing rights are granted, then the surplus ones revoked.
DELIMITER //
BEGIN NOT ATOMIC
  FOR s IN (
    WITH twin AS (SELECT User AS name FROM mysql.user WHERE Host = 'wanted'),
    held AS (
      SELECT GRANTEE AS account, PRIVILEGE_TYPE AS what, IS_GRANTABLE AS hands_on,
             CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`') AS place
        FROM information_schema.TABLE_PRIVILEGES
      UNION ALL
      SELECT GRANTEE, CONCAT(PRIVILEGE_TYPE, ' (`', COLUMN_NAME, '`)'), IS_GRANTABLE,
             CONCAT('`', TABLE_SCHEMA, '`.`', TABLE_NAME, '`')
        FROM information_schema.COLUMN_PRIVILEGES
      UNION ALL
      SELECT GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE, CONCAT('`', TABLE_SCHEMA, '`.*')
        FROM information_schema.SCHEMA_PRIVILEGES
      UNION ALL
      SELECT GRANTEE, PRIVILEGE_TYPE, IS_GRANTABLE, '*.*'
        FROM information_schema.USER_PRIVILEGES WHERE PRIVILEGE_TYPE <> 'USAGE'
      UNION ALL
      SELECT CONCAT('\'', User, '\'@\'', Host, '\''), right_.name, 'NO',
             CONCAT(Routine_type, ' `', Db, '`.`', Routine_name, '`')
        FROM mysql.procs_priv JOIN (SELECT 'Execute' AS name UNION SELECT 'Alter Routine') right_
          ON FIND_IN_SET(right_.name, Proc_priv) > 0),
    both_ AS (
      SELECT twin.name, account LIKE '%@\'wanted\'' AS wanted, what, place FROM held JOIN twin
          ON account IN (CONCAT('\'', twin.name, '\'@\'wanted\''), CONCAT('\'', twin.name, '\'@\'localhost\''))
      UNION
      SELECT twin.name, 0, 'GRANT OPTION', place FROM held JOIN twin
          ON hands_on = 'YES' AND account = CONCAT('\'', twin.name, '\'@\'localhost\''))
    SELECT CONCAT(IF(MAX(wanted), 'GRANT ', 'REVOKE '), what, ' ON ', place,
                  IF(MAX(wanted), ' TO ', ' FROM '), '\'', name, '\'@\'localhost\'') AS text
      FROM both_ GROUP BY name, what, place HAVING COUNT(*) = 1 ORDER BY MAX(wanted) DESC) DO
    EXECUTE IMMEDIATE s.text;
  END FOR;
  FOR t IN (SELECT User AS name FROM mysql.user WHERE Host = 'wanted') DO
    EXECUTE IMMEDIATE CONCAT('DROP USER \'', t.name, '\'@\'wanted\'');
  END FOR;
END//
DELIMITER ;
