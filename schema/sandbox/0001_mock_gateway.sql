-- The mock gateway's own tables (test mode only). @MAIN@ is Shroff's database: of it the gateway reads only
-- this view, which has what a merchant would send to a gateway.

CREATE SQL SECURITY DEFINER VIEW merchant_attempt AS
  SELECT e.no AS pay_id, e.price, e.currency, e.channel_id, o.subject, o.return_url, o.expire_time,
         a.app_key, a.name AS shop, c.code, c.config, c.config_sealed,
         LEFT(JSON_VALUE(o.metadata, '$.mock.refund'), 16) AS refund_play
    FROM @MAIN@.pay_order_extension e
    JOIN @MAIN@.pay_order o ON o.id = e.order_id
    JOIN @MAIN@.pay_channel c ON c.id = e.channel_id
    JOIN @MAIN@.pay_app a ON a.id = c.app_id;

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

CREATE TABLE mock_refund (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  refund_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the merchant''s number, out_refund_no',
  pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the trade whose money goes back',
  channel_order_no VARCHAR(64) NOT NULL COMMENT 'which of its payments',
  price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 waiting, 10 done, 20 failed',
  tries INT NOT NULL DEFAULT 0 COMMENT 'how often the merchant asked for it',
  channel_refund_no VARCHAR(64) NOT NULL COMMENT 'the gateway''s number',
  error_code VARCHAR(32) NOT NULL DEFAULT '' COMMENT 'why it failed',
  success_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_refund_no (refund_no),
  KEY idx_pay_id (pay_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='refunds of the mock gateway';

CREATE TABLE mock_notice (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  pay_id CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  refund_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'a refund that ends when this is sent first; null: it is about the trade',
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
