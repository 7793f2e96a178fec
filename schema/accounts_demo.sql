-- The accounts that only `scripts/run` and tests have, after accounts.sql: the mock gateway,
-- the demo shop, and a reader for people and checks.

GRANT ALL ON sandbox.* TO 'shroff_migrate'@'localhost';

-- sandbox and shop: a database each, without rights on Shroff's. The shop makes its own tables. Of the sandbox's
-- views the gateway may only read: what is written to a view is written to Shroff's tables, with the rights of
-- shroff_migrate.
ALTER USER 'shroff_sandbox'@'localhost' WITH MAX_STATEMENT_TIME 3;
GRANT SELECT ON sandbox.* TO 'shroff_sandbox'@'localhost';
REVOKE INSERT, UPDATE, DELETE ON sandbox.* FROM 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.mock_trade    TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.mock_payout   TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.mock_callback TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.sandbox_trade TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.sandbox_move TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE ON sandbox.sandbox_notice TO 'shroff_sandbox'@'localhost';
GRANT INSERT, UPDATE, DELETE ON sandbox.sandbox_exchange TO 'shroff_sandbox'@'localhost';
ALTER USER 'shroff_shop'@'localhost' WITH MAX_STATEMENT_TIME 3;
GRANT CREATE, SELECT, INSERT, UPDATE ON shop.* TO 'shroff_shop'@'localhost';

-- reader: for people and checks. Every column of every table but the encrypted ones.
DELIMITER //
BEGIN NOT ATOMIC
  SET SESSION group_concat_max_len = 65536;
  FOR t IN (SELECT TABLE_NAME AS name,
                   GROUP_CONCAT(CONCAT('`', COLUMN_NAME, '`') ORDER BY ORDINAL_POSITION) AS open_columns
              FROM information_schema.COLUMNS
             WHERE TABLE_SCHEMA = 'shroff' AND COLUMN_NAME NOT LIKE '%\_sealed'
             GROUP BY TABLE_NAME) DO
    EXECUTE IMMEDIATE CONCAT('GRANT SELECT (', t.open_columns, ') ON shroff.`', t.name,
                             '` TO \'shroff_reader\'@\'localhost\'');
  END FOR;
END//
DELIMITER ;
