-- What the played channels Alipay and WeChat Pay keep (test mode only): trades, refunds and transfers, what
-- they send to merchants, and a log of what came and went.

-- Which app of Shroff's a number belongs to, for the test clock.
CREATE SQL SECURITY DEFINER VIEW merchant_number AS
  SELECT e.no, a.app_key
    FROM @MAIN@.pay_order_extension e
    JOIN @MAIN@.pay_order o ON o.id = e.order_id
    JOIN @MAIN@.pay_app a ON a.id = o.app_id;

-- The same of a transfer's number.
CREATE SQL SECURITY DEFINER VIEW merchant_transfer AS
  SELECT t.no, a.app_key FROM @MAIN@.pay_transfer t JOIN @MAIN@.pay_app a ON a.id = t.app_id;

CREATE TABLE sandbox_trade (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'alipay, wechat',
  merchant VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'seller_id, mchid',
  app VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'app_id, appid',
  product VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  out_trade_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the merchant''s number',
  trade_no VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the channel''s number',
  handle VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'the code, prepay_id',
  status TINYINT NOT NULL COMMENT '0 code, 10 waiting, 15 paying, 20 paid, 30 closed, 40 revoked, 50 failed',
  amount BIGINT NOT NULL,
  discount BIGINT NOT NULL DEFAULT 0 COMMENT 'what coupons paid',
  refunded BIGINT NOT NULL DEFAULT 0,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  subject VARCHAR(256) NOT NULL,
  marker VARCHAR(512) NOT NULL DEFAULT '' COMMENT 'attach, passback_params',
  notify_url VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  return_url VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  buyer VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  scenario VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  detail VARCHAR(2048) NOT NULL DEFAULT '' COMMENT 'the channel''s own',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  expire_time DATETIME(3) NULL,
  pay_time DATETIME(3) NULL,
  close_time DATETIME(3) NULL,
  UNIQUE KEY uk_out_trade_no (channel, merchant, out_trade_no),
  UNIQUE KEY uk_trade_no (channel, trade_no),
  KEY idx_handle (channel, handle),
  KEY idx_number (out_trade_no),
  KEY idx_pay_time (channel, pay_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='trades of the played channels';

CREATE TABLE sandbox_move (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'refund, transfer, batch',
  channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  merchant VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  trade_id BIGINT UNSIGNED NOT NULL DEFAULT 0 COMMENT 'of a refund; of a batch''s part the batch',
  out_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the merchant''s number',
  no VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the channel''s number',
  status TINYINT NOT NULL COMMENT '0 pending, 5 confirm, 10 done, 20 failed, 30 stuck, 40 cancelled',
  amount BIGINT NOT NULL,
  account VARCHAR(512) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  name VARCHAR(64) NOT NULL DEFAULT '',
  reason VARCHAR(256) NOT NULL DEFAULT '',
  notify_url VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  scenario VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  error VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'why it failed',
  detail VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'the channel''s own',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  done_time DATETIME(3) NULL,
  due_time DATETIME(3) NULL COMMENT 'when a pending one ends by itself',
  UNIQUE KEY uk_out_no (kind, channel, merchant, trade_id, out_no),
  UNIQUE KEY uk_no (channel, no),
  KEY idx_trade (trade_id),
  KEY idx_number (channel, merchant, out_no),
  KEY idx_due (due_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='refunds and transfers of the played channels';

CREATE TABLE sandbox_notice (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  trade_id BIGINT UNSIGNED NOT NULL DEFAULT 0,
  kind VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the channel''s word',
  notice_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the same in all tries',
  out_trade_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  url VARCHAR(1024) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  fault VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '' COMMENT 'what is wrong with it on purpose',
  content TEXT NOT NULL COMMENT 'what is signed or encrypted for each try',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 waiting, 10 done, 20 given up',
  tries INT NOT NULL DEFAULT 0,
  due_time DATETIME(3) NOT NULL COMMENT 'while being sent, the end of the lease',
  claim_token BIGINT NOT NULL DEFAULT 0,
  http_status INT NULL COMMENT 'of the last try',
  answer VARCHAR(512) NULL COMMENT 'of the last try',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  KEY idx_due (status, due_time),
  KEY idx_number (out_trade_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='notices of the played channels, sent or to be sent';

CREATE TABLE sandbox_exchange (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  channel VARCHAR(8) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  direction VARCHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'in: a request; out: a notice',
  what VARCHAR(128) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'method, path, or kind of notice',
  out_trade_no VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT '',
  received MEDIUMBLOB NOT NULL,
  canonical MEDIUMBLOB NOT NULL COMMENT 'the text that the sandbox built, and checked or signed',
  sent MEDIUMBLOB NOT NULL,
  verdict VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  http_status INT NOT NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  KEY idx_number (out_trade_no)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what came to the played channels and went from them';
