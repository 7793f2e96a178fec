-- The mock gateway's own tables (test mode only). @MAIN@ is Shroff's database: of it the gateway reads only
-- these views, which have what a merchant would send to a gateway.

CREATE SQL SECURITY DEFINER VIEW merchant_attempt AS
  SELECT e.no AS pay_id, e.price, e.currency, e.channel_id,
         IF(e.channel_code = 'mock', LEFT(e.display_content, 1024), NULL) AS pay_url, o.subject, o.return_url, o.expire_time,
         LEFT(JSON_VALUE(o.metadata, '$.mock.refund'), 16) AS refund_play,
         LEFT(JSON_VALUE(o.metadata, '$.mock.callback'), 16) AS callback_play
    FROM @MAIN@.pay_order_extension e
    JOIN @MAIN@.pay_order o ON o.id = e.order_id;

-- The gateway's merchants, and the keys agreed with them.
CREATE SQL SECURITY DEFINER VIEW merchant_channel AS
  SELECT c.id AS channel_id, a.app_key, a.name AS shop, c.config, c.config_sealed
    FROM @MAIN@.pay_channel c
    JOIN @MAIN@.pay_app a ON a.id = c.app_id
   WHERE c.code = 'mock';

CREATE TABLE mock_trade (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the merchant''s number, out_trade_no',
  price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 waiting, 10 paid, 20 failed, 30 closed',
  channel_order_no VARCHAR(64) NOT NULL COMMENT 'the gateway''s number',
  success_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_pay_id (pay_id),
  UNIQUE KEY uk_channel_order_no (channel_order_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='trades of the mock gateway';

CREATE TABLE mock_payout (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(8) NOT NULL COMMENT 'refund, transfer',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the merchant''s number, out_refund_no',
  channel_id BIGINT UNSIGNED NOT NULL COMMENT 'the merchant',
  pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'of a refund: the trade whose money goes back',
  channel_order_no VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'and which of its payments',
  user_account VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT ''
    COMMENT 'of a transfer: where to, its bytes in hex',
  price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 waiting, 10 done, 20 failed',
  tries INT NOT NULL DEFAULT 0 COMMENT 'how often the merchant asked for it',
  channel_no VARCHAR(64) NOT NULL COMMENT 'the gateway''s number',
  error_code VARCHAR(32) NOT NULL DEFAULT '' COMMENT 'why it failed',
  success_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_no (no),
  KEY idx_pay_id (pay_id),
  KEY idx_account (channel_id, user_account)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='refunds and transfers of the mock gateway';

CREATE TABLE mock_callback (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'the trade that it is about',
  payout_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'or the payout, which ends when this is sent first',
  status VARCHAR(8) NOT NULL COMMENT 'SUCCESS, FAILED, CLOSED',
  fault VARCHAR(8) NOT NULL DEFAULT '' COMMENT 'price, sign: sent wrong on purpose, once',
  state TINYINT NOT NULL DEFAULT 0 COMMENT '0 waiting, 10 acknowledged, 20 given up',
  tries INT NOT NULL DEFAULT 0,
  due_time DATETIME(3) NOT NULL COMMENT 'while being sent, the end of the lease',
  claim_token BIGINT NOT NULL DEFAULT 0,
  http_status INT NULL COMMENT 'of the last try',
  answer VARCHAR(512) NULL COMMENT 'of the last try',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  KEY idx_due (state, due_time),
  KEY idx_pay_id (pay_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='callbacks of the mock gateway, sent or to be sent';
