-- Shroff's tables: apps, channels, orders, attempts, callbacks, notifications. Forward only: a later
-- change is a later file. Money: BIGINT minor units. Times: DATETIME(3), UTC. Encrypted columns end in
-- _sealed. Keys that merchants choose compare byte for byte (nopad_bin).

CREATE TABLE pay_app (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  app_key VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL COMMENT 'public name of the app, A-Za-z0-9_-',
  name VARCHAR(64) NOT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 ENABLED, 1 DISABLED',
  order_notify_url VARCHAR(1024) NULL COMMENT 'used when an order has none of its own',
  refund_notify_url VARCHAR(1024) NULL,
  transfer_notify_url VARCHAR(1024) NULL,
  notify_append_channel TINYINT NOT NULL DEFAULT 1 COMMENT '1: /{channel_id} of the paying channel ends the notify path',
  notify_closed TINYINT NOT NULL DEFAULT 0 COMMENT '1: order.closed is told',
  notify_schedule VARCHAR(255) NOT NULL DEFAULT 'long' COMMENT 'seed, long, or gaps in seconds, comma separated',
  late_payment VARCHAR(8) NOT NULL DEFAULT 'refund' COMMENT 'money for a closed order: accept, refund, hold',
  allowed_nets VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'CIDR list of callers; empty: any',
  webhook_secret_sealed VARBINARY(512) NOT NULL COMMENT 'signs notifications; sealed',
  webhook_secret_old_sealed VARBINARY(512) NULL COMMENT 'signs too until webhook_secret_old_until; sealed',
  webhook_secret_old_until DATETIME(3) NULL,
  remark VARCHAR(255) NOT NULL DEFAULT '',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_app_key (app_key),
  CONSTRAINT app_status CHECK (status IN (0, 1)),
  CONSTRAINT app_late CHECK (late_payment IN ('accept', 'refund', 'hold'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='merchant applications';

CREATE TABLE pay_app_key (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  app_id BIGINT UNSIGNED NOT NULL,
  key_id VARCHAR(32) NOT NULL COMMENT 'A-Za-z0-9_-',
  algorithm VARCHAR(16) NOT NULL COMMENT 'HMAC-SHA256 or RSA2',
  secret_sealed VARBINARY(512) NULL COMMENT 'HMAC secret; sealed',
  public_key TEXT NULL COMMENT 'RSA2: PEM',
  fingerprint BINARY(32) NOT NULL COMMENT 'SHA-256 of the secret or of the key in DER: one registration in the whole installation',
  scopes VARCHAR(255) NOT NULL COMMENT 'comma separated',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 live, 1 revoked',
  expire_time DATETIME(3) NULL,
  last_used_time DATETIME(3) NULL COMMENT 'to within some minutes',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_key_id (app_id, key_id),
  UNIQUE KEY uk_fingerprint (fingerprint),
  CONSTRAINT key_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT key_status CHECK (status IN (0, 1)),
  CONSTRAINT key_kind CHECK ((algorithm = 'HMAC-SHA256' AND secret_sealed IS NOT NULL)
                          OR (algorithm = 'RSA2' AND public_key IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='credentials apps sign requests with';

CREATE TABLE pay_channel (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  app_id BIGINT UNSIGNED NOT NULL,
  code VARCHAR(32) NOT NULL COMMENT 'mock, wx_native, alipay_pc …',
  name VARCHAR(64) NOT NULL DEFAULT '',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 ENABLED, 1 DISABLED',
  fee_rate BIGINT NOT NULL DEFAULT 0 COMMENT 'parts per million',
  config TEXT NOT NULL COMMENT 'JSON: what is not secret',
  config_sealed VARBINARY(16384) NOT NULL COMMENT 'JSON: the secrets; sealed',
  remark VARCHAR(255) NOT NULL DEFAULT '',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_code (app_id, code),
  CONSTRAINT channel_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT channel_status CHECK (status IN (0, 1)),
  CONSTRAINT channel_fee CHECK (fee_rate BETWEEN 0 AND 1000000),
  CONSTRAINT channel_config CHECK (JSON_VALID(config))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='one way to be paid, for one app';

CREATE TABLE pay_order (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'order_no, a ULID',
  app_id BIGINT UNSIGNED NOT NULL,
  user_id VARCHAR(64) NULL COMMENT 'the merchant''s own name for the payer',
  merchant_order_id VARCHAR(64) NOT NULL,
  subject VARCHAR(127) NOT NULL,
  body VARCHAR(512) NULL,
  notify_url VARCHAR(1024) NULL COMMENT 'as asked; else the app''s',
  return_url VARCHAR(1024) NULL,
  metadata TEXT NULL COMMENT 'JSON, byte for byte as it came',
  price BIGINT NOT NULL COMMENT 'minor units',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  channel_id BIGINT UNSIGNED NULL COMMENT 'that paid it',
  channel_code VARCHAR(32) NULL,
  channel_fee_rate BIGINT NULL COMMENT 'parts per million, as it was when paid',
  channel_fee_price BIGINT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 CLOSED, 30 REFUND',
  user_ip VARCHAR(45) NULL,
  expire_time DATETIME(3) NOT NULL,
  success_time DATETIME(3) NULL,
  extension_id BIGINT UNSIGNED NULL COMMENT 'the attempt that paid',
  refund_price BIGINT NOT NULL DEFAULT 0 COMMENT 'went back',
  refunding_price BIGINT NOT NULL DEFAULT 0 COMMENT 'reserved by open refunds',
  channel_user_id VARCHAR(128) NULL,
  channel_order_no VARCHAR(64) NULL,
  query_token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT '128 random bits for the payer''s browser',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every change that is told',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_order_id),
  UNIQUE KEY uk_token (query_token),
  KEY idx_expire (status, expire_time),
  KEY idx_list (app_id, status, id),
  CONSTRAINT order_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT order_channel FOREIGN KEY (channel_id) REFERENCES pay_channel (id),
  CONSTRAINT order_price CHECK (price BETWEEN 1 AND 1000000000000),
  CONSTRAINT order_refunds CHECK (refund_price >= 0 AND refunding_price >= 0 AND refund_price + refunding_price <= price),
  CONSTRAINT order_fee CHECK (channel_fee_price IS NULL OR channel_fee_price BETWEEN 0 AND price),
  CONSTRAINT order_status CHECK (status IN (0, 10, 20, 30)),
  CONSTRAINT order_paid CHECK (status NOT IN (10, 30) OR (extension_id IS NOT NULL AND success_time IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what merchants want paid';

CREATE TABLE pay_order_extension (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  order_id BIGINT UNSIGNED NOT NULL,
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'pay_id; channels see it as out_trade_no',
  channel_id BIGINT UNSIGNED NOT NULL,
  channel_code VARCHAR(32) NOT NULL,
  user_ip VARCHAR(45) NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 CLOSED',
  channel_extras TEXT NULL COMMENT 'JSON: what the merchant gave for the channel, e.g. openid',
  display_mode VARCHAR(16) NULL COMMENT 'redirect, qr_code, form, app, bar_code, none',
  display_content TEXT NULL,
  pay_url VARCHAR(1024) NULL COMMENT 'where a person can go and pay',
  channel_order_no VARCHAR(64) NULL,
  channel_error_code VARCHAR(64) NULL,
  channel_error_msg VARCHAR(255) NULL,
  price BIGINT NOT NULL COMMENT 'what is to be paid',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  paid_price BIGINT NULL COMMENT 'what the channel says was paid',
  paid_currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL,
  duplicate_paid TINYINT NOT NULL DEFAULT 0 COMMENT '1: the order was paid already by another attempt',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  success_time DATETIME(3) NULL,
  next_sync_time DATETIME(3) NULL COMMENT 'when the channel is asked next',
  UNIQUE KEY uk_no (no),
  KEY idx_order (order_id),
  KEY idx_sync (status, next_sync_time),
  CONSTRAINT extension_order FOREIGN KEY (order_id) REFERENCES pay_order (id),
  CONSTRAINT extension_channel FOREIGN KEY (channel_id) REFERENCES pay_channel (id),
  CONSTRAINT extension_price CHECK (price > 0),
  CONSTRAINT extension_status CHECK (status IN (0, 10, 20)),
  CONSTRAINT extension_paid CHECK (status <> 10 OR (paid_price IS NOT NULL AND success_time IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='attempts to pay an order on a channel';

CREATE TABLE pay_refund (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_id BIGINT UNSIGNED NOT NULL,
  channel_id BIGINT UNSIGNED NOT NULL,
  channel_code VARCHAR(32) NOT NULL,
  order_id BIGINT UNSIGNED NOT NULL,
  extension_id BIGINT UNSIGNED NOT NULL,
  merchant_order_id VARCHAR(64) NOT NULL,
  merchant_refund_id VARCHAR(64) NOT NULL,
  notify_url VARCHAR(1024) NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 FAILURE',
  pay_price BIGINT NOT NULL,
  refund_price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  reason VARCHAR(512) NULL,
  cause VARCHAR(16) NOT NULL DEFAULT 'merchant' COMMENT 'merchant, duplicate, late',
  version BIGINT NOT NULL DEFAULT 0,
  channel_refund_no VARCHAR(64) NULL,
  success_time DATETIME(3) NULL,
  channel_error_code VARCHAR(64) NULL,
  channel_error_msg VARCHAR(255) NULL,
  next_sync_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_refund_id),
  KEY idx_order (order_id),
  KEY idx_sync (status, next_sync_time),
  CONSTRAINT refund_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT refund_order FOREIGN KEY (order_id) REFERENCES pay_order (id),
  CONSTRAINT refund_extension FOREIGN KEY (extension_id) REFERENCES pay_order_extension (id),
  CONSTRAINT refund_channel FOREIGN KEY (channel_id) REFERENCES pay_channel (id),
  CONSTRAINT refund_price CHECK (refund_price > 0 AND refund_price <= pay_price),
  CONSTRAINT refund_status CHECK (status IN (0, 10, 20)),
  CONSTRAINT refund_cause CHECK (cause IN ('merchant', 'duplicate', 'late'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='money on its way back';

CREATE TABLE pay_transfer (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  app_id BIGINT UNSIGNED NOT NULL,
  channel_id BIGINT UNSIGNED NOT NULL,
  channel_code VARCHAR(32) NOT NULL,
  merchant_transfer_id VARCHAR(64) NOT NULL,
  subject VARCHAR(127) NOT NULL,
  price BIGINT NOT NULL,
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  notify_url VARCHAR(1024) NULL,
  user_account VARCHAR(64) NOT NULL,
  user_name VARCHAR(64) NULL,
  channel_extras TEXT NULL,
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 5 PROCESSING, 10 SUCCESS, 20 CLOSED',
  version BIGINT NOT NULL DEFAULT 0,
  success_time DATETIME(3) NULL,
  channel_transfer_no VARCHAR(64) NULL,
  channel_error_code VARCHAR(64) NULL,
  channel_error_msg VARCHAR(255) NULL,
  next_sync_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_transfer_id),
  KEY idx_sync (status, next_sync_time),
  CONSTRAINT transfer_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT transfer_channel FOREIGN KEY (channel_id) REFERENCES pay_channel (id),
  CONSTRAINT transfer_price CHECK (price BETWEEN 1 AND 1000000000000),
  CONSTRAINT transfer_status CHECK (status IN (0, 5, 10, 20))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='money paid out';

CREATE TABLE notify_task (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the webhook-id',
  app_id BIGINT UNSIGNED NOT NULL,
  type TINYINT NOT NULL COMMENT '1 order, 2 refund, 3 transfer',
  event VARCHAR(32) NOT NULL COMMENT 'order.success …',
  data_id BIGINT UNSIGNED NOT NULL COMMENT 'id of the order, refund or transfer',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'of that object when it happened',
  merchant_order_id VARCHAR(64) NULL,
  merchant_refund_id VARCHAR(64) NULL,
  notify_url VARCHAR(1100) NOT NULL COMMENT 'as it is called, the channel number already put on',
  body TEXT NOT NULL COMMENT 'frozen when it happened: every try sends these bytes',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 FAILURE (given up)',
  lane TINYINT NOT NULL DEFAULT 0 COMMENT '0 first try, 1 retry or resend',
  notify_times INT NOT NULL DEFAULT 0 COMMENT 'tries begun',
  max_notify_times INT NOT NULL,
  next_notify_time DATETIME(3) NOT NULL COMMENT 'when due; while claimed, the end of the lease',
  last_execute_time DATETIME(3) NULL,
  claim_token BIGINT NOT NULL DEFAULT 0 COMMENT 'not 0: a runner holds it',
  manual TINYINT NOT NULL DEFAULT 0 COMMENT '1: the next try was asked for by an operator',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_event (type, data_id, event, version),
  KEY idx_due (status, lane, next_notify_time),
  CONSTRAINT task_status CHECK (status IN (0, 10, 20)),
  CONSTRAINT task_body CHECK (OCTET_LENGTH(body) <= 32768)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='news for merchants, one row each';

CREATE TABLE notify_endpoint (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  app_id BIGINT UNSIGNED NOT NULL,
  scheme VARCHAR(5) NOT NULL,
  host VARCHAR(255) NOT NULL,
  port INT NOT NULL,
  consecutive_fail INT NOT NULL DEFAULT 0,
  open_until DATETIME(3) NULL COMMENT 'no try before, but one probe after',
  paused TINYINT NOT NULL DEFAULT 0 COMMENT '1: an operator stopped it',
  last_ok_time DATETIME(3) NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_host (app_id, scheme, host, port)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='state of merchants'' hosts: the breaker';

-- The logs: no foreign keys, by month, and never a row without a partition.
CREATE TABLE notify_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  task_id BIGINT UNSIGNED NOT NULL,
  notify_times INT NOT NULL COMMENT 'which try this was',
  status TINYINT NOT NULL COMMENT '10 acknowledged, 21 answered but not acknowledged, 22 request failed',
  error_code VARCHAR(16) NOT NULL COMMENT 'OK HTTP_nnn BODY_RULE DNS CONNECT TLS TIMEOUT TOO_LARGE BLOCKED_ADDR RUNNER_LOST CONFIG',
  http_status INT NULL,
  peer_address VARCHAR(45) NULL,
  duration_ms INT NULL,
  response TEXT NULL COMMENT 'first 2 KiB of the answer',
  cause VARCHAR(16) NOT NULL DEFAULT 'automatic' COMMENT 'automatic, manual',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id, create_time),
  KEY idx_task (task_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='one row per delivery try'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

CREATE TABLE callback_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  channel_id BIGINT UNSIGNED NULL,
  kind VARCHAR(16) NOT NULL DEFAULT 'order' COMMENT 'order, refund, transfer',
  remote_address VARCHAR(45) NOT NULL DEFAULT '',
  headers TEXT NOT NULL COMMENT 'JSON; no credentials',
  body LONGTEXT NOT NULL COMMENT 'as it came; bytes that are not text as \\xHH',
  verdict VARCHAR(32) NOT NULL COMMENT 'ACCEPTED REPEATED BAD_BODY BAD_FIELD UNSIGNED BAD_SIGN BAD_TIME UNKNOWN_ATTEMPT OTHER_PRICE …',
  extension_id BIGINT UNSIGNED NULL COMMENT 'the attempt found',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id, create_time),
  KEY idx_extension (extension_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='every callback as it came'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

CREATE TABLE status_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT,
  kind VARCHAR(8) NOT NULL COMMENT 'order, attempt, refund, transfer',
  data_id BIGINT UNSIGNED NOT NULL COMMENT 'id of the row; every row begins in state 0',
  from_status TINYINT NOT NULL,
  to_status TINYINT NOT NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  PRIMARY KEY (id, create_time),
  KEY idx_data (data_id, kind)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='each change of state, by triggers'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

CREATE TABLE api_nonce (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  app_id BIGINT UNSIGNED NOT NULL,
  nonce VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_nonce (app_id, nonce)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='spent nonces, kept 900 s';

CREATE TABLE pay_alert (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  kind VARCHAR(32) NOT NULL COMMENT 'duplicate_paid, late_paid, other_price, notify_gone, notify_given_up …',
  app_id BIGINT UNSIGNED NULL,
  about VARCHAR(64) NOT NULL COMMENT 'pay_id, order_no, webhook-id …',
  text VARCHAR(1024) NOT NULL,
  times INT NOT NULL DEFAULT 1 COMMENT 'how often it was raised',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3),
  closed_by VARCHAR(64) NULL,
  close_time DATETIME(3) NULL,
  remark VARCHAR(255) NULL,
  UNIQUE KEY uk_about (kind, about),
  KEY idx_open (closed_by, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what an operator must look at';

CREATE TABLE admin_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  who VARCHAR(64) NOT NULL,
  what VARCHAR(64) NOT NULL COMMENT 'app.create, key.rotate …',
  on_what VARCHAR(128) NOT NULL,
  why VARCHAR(255) NOT NULL,
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='every change operators made';

DELIMITER //
CREATE TRIGGER pay_order_status AFTER UPDATE ON pay_order FOR EACH ROW
  IF NEW.status <> OLD.status THEN
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('order', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF//
CREATE TRIGGER pay_order_extension_status AFTER UPDATE ON pay_order_extension FOR EACH ROW
  IF NEW.status <> OLD.status THEN
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('attempt', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF//
CREATE TRIGGER pay_refund_status AFTER UPDATE ON pay_refund FOR EACH ROW
  IF NEW.status <> OLD.status THEN
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('refund', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF//
CREATE TRIGGER pay_transfer_status AFTER UPDATE ON pay_transfer FOR EACH ROW
  IF NEW.status <> OLD.status THEN
    INSERT INTO status_log (kind, data_id, from_status, to_status, create_time)
    VALUES ('transfer', NEW.id, OLD.status, NEW.status, UTC_TIMESTAMP(3));
  END IF//
DELIMITER ;
