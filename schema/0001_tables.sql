-- Shroff's tables. Until the first release this one file is the schema and may change: migrate refuses a
-- database that an older one made. After the first release a change is a further file, NNNN_what.sql.
-- Procedures and triggers are in procedures/.
-- Money: BIGINT minor units. Times: DATETIME(3), UTC. Encrypted columns end in _sealed. A number that
-- leaves the system is a ULID in the column `no`. Keys that merchants choose compare byte for byte (nopad_bin).

CREATE TABLE pay_app (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_key VARCHAR(32) CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin NOT NULL
    COMMENT 'public name of the app, A-Za-z0-9_-',
  name VARCHAR(64) NOT NULL COMMENT 'for people',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 ENABLED, 1 DISABLED: no new orders, submits and transfers',
  order_notify_url VARCHAR(1024) NULL COMMENT 'where an order''s notification goes when the order names no address',
  refund_notify_url VARCHAR(1024) NULL COMMENT 'the same for refunds',
  transfer_notify_url VARCHAR(1024) NULL COMMENT 'the same for transfers',
  order_notify_since DATETIME(3) NULL
    COMMENT 'since when there is an order_notify_url, NULL: there is none; set by triggers alone',
  refund_notify_since DATETIME(3) NULL COMMENT 'the same for refunds',
  transfer_notify_since DATETIME(3) NULL COMMENT 'the same for transfers',
  notify_append_channel TINYINT NOT NULL DEFAULT 1
    COMMENT '1: /{channel_id} of the channel that was paid is added to the notification''s path',
  notify_closed TINYINT NOT NULL DEFAULT 0 COMMENT '1: a closed order makes the notification order.closed',
  notify_schedule VARCHAR(255) NOT NULL DEFAULT 'long'
    COMMENT 'seed, long, or gaps between tries in seconds, comma separated',
  late_payment VARCHAR(8) NOT NULL DEFAULT 'refund' COMMENT 'money for a closed order: accept, refund, hold',
  allowed_nets VARCHAR(1024) NOT NULL DEFAULT '' COMMENT 'networks (CIDR) whose requests are answered; empty: any',
  webhook_secret_sealed VARBINARY(512) NOT NULL COMMENT 'signs notifications; encrypted',
  webhook_secret_old_sealed VARBINARY(512) NULL COMMENT 'signs too until webhook_secret_old_until; encrypted',
  webhook_secret_old_until DATETIME(3) NULL COMMENT 'end of the old webhook secret',
  remark VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'for operators',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_app_key (app_key),
  CONSTRAINT app_status CHECK (status IN (0, 1)),
  CONSTRAINT app_late CHECK (late_payment IN ('accept', 'refund', 'hold'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='merchant applications';

CREATE TABLE pay_app_key (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  key_id VARCHAR(32) NOT NULL COMMENT 'public name of the credential, A-Za-z0-9_-',
  algorithm VARCHAR(16) NOT NULL COMMENT 'HMAC-SHA256 or RSA2',
  secret_sealed VARBINARY(512) NULL COMMENT 'HMAC secret; encrypted',
  public_key TEXT NULL COMMENT 'RSA2: PEM',
  fingerprint BINARY(32) NOT NULL
    COMMENT 'HMAC by installation_key of the SHA-256 of the secret or of the key in DER: registered once in the whole installation',
  scopes VARCHAR(255) NOT NULL COMMENT 'what its requests may do, comma separated',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 LIVE, 1 REVOKED',
  expire_time DATETIME(3) NULL COMMENT 'refused from then on; null: never',
  last_used_time DATETIME(3) NULL COMMENT 'last accepted request, to within some minutes',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_key_id (app_id, key_id),
  UNIQUE KEY uk_fingerprint (fingerprint),
  CONSTRAINT key_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT key_status CHECK (status IN (0, 1)),
  CONSTRAINT key_kind CHECK ((algorithm = 'HMAC-SHA256' AND secret_sealed IS NOT NULL)
                          OR (algorithm = 'RSA2' AND public_key IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='credentials that apps sign requests with';

CREATE TABLE pay_channel (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  code VARCHAR(32) NOT NULL COMMENT 'mock, wx_native, alipay_pc …',
  name VARCHAR(64) NOT NULL DEFAULT '' COMMENT 'for people',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 ENABLED, 1 DISABLED: no new attempts and transfers',
  fee_rate BIGINT NOT NULL DEFAULT 0 COMMENT 'the channel''s fee in parts per million',
  config TEXT NOT NULL COMMENT 'JSON: the members of its configuration that are not secret',
  config_sealed VARBINARY(16384) NOT NULL COMMENT 'JSON: the secret members; encrypted',
  remark VARCHAR(255) NOT NULL DEFAULT '' COMMENT 'for operators',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_code (app_id, code),
  CONSTRAINT channel_app FOREIGN KEY (app_id) REFERENCES pay_app (id),
  CONSTRAINT channel_status CHECK (status IN (0, 1)),
  CONSTRAINT channel_fee CHECK (fee_rate BETWEEN 0 AND 1000000),
  CONSTRAINT channel_config CHECK (JSON_VALID(config))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='ways to be paid, each configured for one app';

-- What a channel sent to one process and all have to know. Web programs write it, so a driver believes only what
-- proves itself: WeChat Pay's certificates open with the APIv3 key alone, Alipay's lead to the root that was pasted.
CREATE TABLE channel_note (
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'the protocol and the merchant''s number there: wechat/1900000001, alipay/2021000000000001',
  text TEXT CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'what the channel answered; empty: nothing came yet',
  ask_time DATETIME(3) NOT NULL COMMENT 'when the channel was last asked: not again within a minute',
  PRIMARY KEY (app_id, name),
  CONSTRAINT channel_note_app FOREIGN KEY (app_id) REFERENCES pay_app (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='certificates that channels sent';

-- Keys that belong to the installation and not to an app; shroffctl makes them with the first key of an app.
CREATE TABLE installation_key (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'fingerprint: the key of pay_app_key.fingerprint',
  value_sealed VARBINARY(512) NOT NULL COMMENT '32 random bytes; encrypted',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  UNIQUE KEY uk_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='keys of the installation itself';

-- Orders, attempts, refunds and transfers name their app and channel without a foreign key: each would
-- need an index of its own, which no query uses (8 to 10 % of create). Apps and channels are never deleted
-- (procedures/pay_app.sql, pay_channel.sql); the audit proves that no row names a missing one.
CREATE TABLE pay_order (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'order_no, a ULID',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  user_id VARCHAR(64) NULL COMMENT 'the merchant''s own name for the payer',
  merchant_order_id VARCHAR(64) NOT NULL COMMENT 'the merchant''s number',
  subject VARCHAR(127) NOT NULL COMMENT 'what is paid for, as the payer reads it',
  body VARCHAR(512) NULL COMMENT 'the same at length',
  notify_url VARCHAR(1024) NULL COMMENT 'as create asked; null: the app''s',
  return_url VARCHAR(1024) NULL COMMENT 'where the payer''s browser goes afterwards',
  metadata TEXT NULL COMMENT 'JSON, byte for byte as create received it',
  price BIGINT NOT NULL COMMENT 'minor units',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  channel_id BIGINT UNSIGNED NULL COMMENT 'the channel by which it was paid',
  channel_code VARCHAR(32) NULL COMMENT 'its code',
  channel_fee_rate BIGINT NULL COMMENT 'its fee in parts per million, as it was at the payment',
  channel_fee_price BIGINT NULL COMMENT 'the fee in minor units',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 CLOSED, 30 REFUND',
  user_ip VARCHAR(45) NULL COMMENT 'the payer''s address, as create said',
  expire_time DATETIME(3) NOT NULL COMMENT 'no attempt can be made from then on',
  asked_time DATETIME(3) NULL COMMENT 'when status last asked the channels, after expire_time',
  success_time DATETIME(3) NULL COMMENT 'when it was paid, as the channel says; written once',
  extension_id BIGINT UNSIGNED NULL COMMENT 'the attempt by which it was paid',
  refund_price BIGINT NOT NULL DEFAULT 0 COMMENT 'what went back',
  refunding_price BIGINT NOT NULL DEFAULT 0 COMMENT 'what open refunds have reserved',
  refund_count INT NOT NULL DEFAULT 0 COMMENT 'its rows of pay_refund, whatever became of them',
  channel_user_id VARCHAR(128) NULL COMMENT 'the payer''s name at the channel',
  channel_order_no VARCHAR(64) NULL COMMENT 'the channel''s number of the payment',
  kind VARCHAR(16) CHARACTER SET ascii COLLATE ascii_bin NOT NULL DEFAULT 'payment'
    COMMENT 'payment; recharge: what it brings goes onto the wallet of user_id',
  bonus_price BIGINT NOT NULL DEFAULT 0 COMMENT 'of a recharge: what goes onto the wallet besides the price',
  query_token CHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT '128 random bits for the payer''s browser',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every change that makes a notification',
  attempts INT NOT NULL DEFAULT 0 COMMENT 'how many attempts it has; the latest_ columns copy the newest one',
  latest_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'its pay_id; null: there is none',
  latest_channel_code VARCHAR(32) NULL COMMENT 'its channel_code',
  latest_create_time DATETIME(3) NULL COMMENT 'its create_time',
  latest_ended TINYINT NOT NULL DEFAULT 0 COMMENT '1: it is not WAITING, and is not what paid the order',
  latest_display_mode VARCHAR(16) NULL COMMENT 'its display_mode',
  latest_display_content TEXT NULL COMMENT 'its display_content',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  room VARBINARY(96) NOT NULL DEFAULT
    '------------------------------------------------------------------------------------------------'
    COMMENT 'emptied by the payment, whose columns take its place: a row that grows makes InnoDB rebuild its page',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_order_id),
  UNIQUE KEY uk_token (query_token),
  KEY idx_expire (status, asked_time, expire_time, app_id),
  KEY idx_time (app_id, create_time),
  KEY idx_state_time (app_id, status, create_time),
  CONSTRAINT order_price CHECK (price BETWEEN 1 AND 1000000000000),
  CONSTRAINT order_refunds CHECK (refund_price >= 0 AND refunding_price >= 0 AND refund_price + refunding_price <= price),
  CONSTRAINT order_fee CHECK (channel_fee_price IS NULL OR channel_fee_price BETWEEN 0 AND price),
  CONSTRAINT order_status CHECK (status IN (0, 10, 20, 30)),
  CONSTRAINT order_kind CHECK ((kind = 'payment' AND bonus_price = 0)
                            OR (kind = 'recharge' AND bonus_price BETWEEN 0 AND 1000000000000 AND user_id IS NOT NULL)),
  CONSTRAINT order_paid CHECK (status NOT IN (10, 30) OR (extension_id IS NOT NULL AND success_time IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what merchants want paid';

-- number_scope, here and in pay_refund and pay_transfer: a channel's number counts once within it. Alipay and
-- WeChat Pay number what they do across all their merchants, and one merchant account there serves several codes
-- and apps. So their numbers are unique among all codes of a family (alipay_…, wx_…), whatever app and account. A
-- code without a family (mock, wallet) is numbered by each channel for itself. The database makes the column of
-- channel_code: no program can write it, and no change of a configuration changes it.
CREATE TABLE pay_order_extension (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  order_id BIGINT UNSIGNED NOT NULL COMMENT 'the order (pay_order.id)',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'pay_id, a ULID; channels see it as out_trade_no',
  channel_id BIGINT UNSIGNED NOT NULL COMMENT 'the channel it is tried on',
  channel_code VARCHAR(32) NOT NULL COMMENT 'its code',
  user_ip VARCHAR(45) NULL COMMENT 'the payer''s address',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 CLOSED',
  channel_extras TEXT NULL COMMENT 'JSON: what the merchant gave for the channel, e.g. openid',
  display_mode VARCHAR(16) NULL COMMENT 'redirect, qr_code, form, app, bar_code, none',
  display_content TEXT NULL COMMENT 'what the payer''s browser is to show or open',
  display_expire_time DATETIME(3) NULL COMMENT 'when what is shown stops working; null: nothing is shown yet',
  channel_order_no VARCHAR(64) NULL COMMENT 'the channel''s number of the payment: one payment, one attempt',
  channel_error_code VARCHAR(64) NULL COMMENT 'the channel''s code of the last refusal',
  channel_error_msg VARCHAR(255) NULL COMMENT 'its text',
  price BIGINT NOT NULL COMMENT 'what is to be paid, minor units',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  paid_price BIGINT NULL COMMENT 'what the channel says was paid',
  paid_currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NULL COMMENT 'and in which currency',
  duplicate_paid TINYINT NOT NULL DEFAULT 0 COMMENT '1: the order was paid already by another attempt',
  of_id BIGINT UNSIGNED NULL COMMENT 'the attempt that this one is a second payment of',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  success_time DATETIME(3) NULL COMMENT 'when it was paid, as the channel says; written once',
  next_sync_time DATETIME(3) NULL COMMENT 'when the channel is asked next',
  sync_times INT NOT NULL DEFAULT 0 COMMENT 'how often channel_sync asked',
  cancel_time DATETIME(3) NULL
    COMMENT 'of a bar code: before the last cancel was sent, which may give the money back; null: none, or it did nothing',
  room VARBINARY(40) NOT NULL DEFAULT '----------------------------------------' COMMENT 'as in pay_order',
  number_scope VARCHAR(32)
    AS (IF(LOCATE('_', channel_code) > 0, SUBSTRING_INDEX(channel_code, '_', 1), channel_id)) STORED
    COMMENT 'where channel_order_no is unique: alipay, wx …, or its channel',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_channel_order_no (channel_order_no, number_scope),
  KEY idx_order (order_id),
  KEY idx_sync (status, next_sync_time, channel_id),
  CONSTRAINT extension_order FOREIGN KEY (order_id) REFERENCES pay_order (id),
  CONSTRAINT extension_price CHECK (price > 0),
  CONSTRAINT extension_status CHECK (status IN (0, 10, 20)),
  CONSTRAINT extension_paid CHECK (status <> 10 OR (paid_price IS NOT NULL AND success_time IS NOT NULL))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='attempts to pay an order on a channel';

CREATE TABLE pay_refund (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'refund_no, a ULID; channels see it as out_refund_no',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  channel_id BIGINT UNSIGNED NOT NULL COMMENT 'the channel that was paid through',
  channel_code VARCHAR(32) NOT NULL COMMENT 'its code',
  order_id BIGINT UNSIGNED NOT NULL COMMENT 'the order',
  extension_id BIGINT UNSIGNED NOT NULL COMMENT 'the attempt whose money goes back',
  merchant_order_id VARCHAR(64) NOT NULL COMMENT 'the merchant''s number of the order',
  merchant_refund_id VARCHAR(64) NOT NULL
    COMMENT 'the merchant''s number of the refund; an automatic one has auto: and the number of its attempt',
  notify_url VARCHAR(1024) NULL COMMENT 'as asked; null: the app''s',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 FAILURE',
  pay_price BIGINT NOT NULL COMMENT 'what was paid, minor units',
  refund_price BIGINT NOT NULL COMMENT 'what goes back, minor units',
  bonus_price BIGINT NOT NULL DEFAULT 0
    COMMENT 'of a recharge: its share of the bonus, taken off the balance besides; as of the last reservation',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  reason VARCHAR(512) NULL COMMENT 'for people',
  cause VARCHAR(16) NOT NULL DEFAULT 'merchant' COMMENT 'merchant, duplicate, late',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every change that makes a notification',
  channel_refund_no VARCHAR(64) NULL COMMENT 'the channel''s number',
  success_time DATETIME(3) NULL COMMENT 'when the money went back, as the channel says',
  channel_error_code VARCHAR(64) NULL COMMENT 'the channel''s code of the last refusal',
  channel_error_msg VARCHAR(255) NULL COMMENT 'its text',
  next_sync_time DATETIME(3) NULL
    COMMENT 'when the channel is asked next; while a job holds it, the end of the lease; null: it has ended',
  sync_times INT NOT NULL DEFAULT 0 COMMENT 'how often the channel was asked',
  claim_token BIGINT NOT NULL DEFAULT 0 COMMENT 'not 0: the job that holds it',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  number_scope VARCHAR(32)
    AS (IF(LOCATE('_', channel_code) > 0, SUBSTRING_INDEX(channel_code, '_', 1), channel_id)) STORED
    COMMENT 'where channel_refund_no is unique: alipay, wx …, or its channel',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_refund_id),
  UNIQUE KEY uk_channel_refund_no (channel_refund_no, number_scope),
  KEY idx_order (order_id),
  KEY idx_sync (status, next_sync_time, channel_id),
  KEY idx_time (app_id, create_time),
  KEY idx_state_time (app_id, status, create_time),
  CONSTRAINT refund_order FOREIGN KEY (order_id) REFERENCES pay_order (id),
  CONSTRAINT refund_extension FOREIGN KEY (extension_id) REFERENCES pay_order_extension (id),
  CONSTRAINT refund_price CHECK (refund_price > 0 AND refund_price <= pay_price),
  CONSTRAINT refund_bonus CHECK (bonus_price >= 0),
  CONSTRAINT refund_status CHECK (status IN (0, 10, 20)),
  CONSTRAINT refund_cause CHECK (cause IN ('merchant', 'duplicate', 'late'))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='money on its way back to payers';

CREATE TABLE pay_transfer (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'transfer_no, a ULID; channels see it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  channel_id BIGINT UNSIGNED NOT NULL COMMENT 'the channel that pays',
  channel_code VARCHAR(32) NOT NULL COMMENT 'its code',
  merchant_transfer_id VARCHAR(64) NOT NULL COMMENT 'the merchant''s number',
  subject VARCHAR(127) NOT NULL COMMENT 'what it is for',
  price BIGINT NOT NULL COMMENT 'minor units',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  notify_url VARCHAR(1024) NULL COMMENT 'as asked; null: the app''s',
  user_account VARCHAR(64) NOT NULL COMMENT 'the receiver''s account at the channel',
  user_name VARCHAR(64) NULL COMMENT 'the receiver''s name, for the channel to check',
  channel_extras TEXT NULL COMMENT 'JSON: what the merchant gave for the channel',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 5 PROCESSING, 10 SUCCESS, 20 CLOSED',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'grows with every change that makes a notification',
  success_time DATETIME(3) NULL COMMENT 'when it was paid out, as the channel says',
  channel_transfer_no VARCHAR(64) NULL COMMENT 'the channel''s number: one payout, one transfer',
  channel_error_code VARCHAR(64) NULL COMMENT 'the channel''s code of the last refusal',
  channel_error_msg VARCHAR(255) NULL COMMENT 'its text',
  next_sync_time DATETIME(3) NULL
    COMMENT 'when the channel is asked next; while a job holds it, the end of the lease; null: it has ended',
  sync_times INT NOT NULL DEFAULT 0 COMMENT 'how often the channel was asked',
  claim_token BIGINT NOT NULL DEFAULT 0 COMMENT 'not 0: the job that holds it',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  number_scope VARCHAR(32)
    AS (IF(LOCATE('_', channel_code) > 0, SUBSTRING_INDEX(channel_code, '_', 1), channel_id)) STORED
    COMMENT 'where channel_transfer_no is unique: alipay, wx …, or its channel',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_merchant (app_id, merchant_transfer_id),
  UNIQUE KEY uk_channel_transfer_no (channel_transfer_no, number_scope),
  KEY idx_sync (next_sync_time, status, channel_id),
  KEY idx_time (app_id, create_time),
  KEY idx_state_time (app_id, status, create_time),
  CONSTRAINT transfer_price CHECK (price BETWEEN 1 AND 1000000000000),
  CONSTRAINT transfer_status CHECK (status IN (0, 5, 10, 20))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='money paid out';

-- Balances of merchants' users, on a ledger of two or more rows for each event. A row of wallet is made when
-- it is first needed; no foreign key leads to it, since each would lock it.
CREATE TABLE wallet (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  user_id VARCHAR(64) NOT NULL COMMENT 'the merchant''s own name for the user',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  balance BIGINT NOT NULL DEFAULT 0 COMMENT 'what can be spent, minor units',
  frozen BIGINT NOT NULL DEFAULT 0 COMMENT 'taken off the balance by refunds of recharges that are under way',
  total_recharge BIGINT NOT NULL DEFAULT 0 COMMENT 'what recharges brought, without bonus, less what of them went back',
  total_expense BIGINT NOT NULL DEFAULT 0 COMMENT 'what payments took, less what of them was refunded',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'its rows in ledger_entry',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_owner (app_id, user_id, currency),
  CONSTRAINT wallet_balance CHECK (balance >= 0),
  CONSTRAINT wallet_frozen CHECK (frozen >= 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='balances of merchants'' users';

CREATE TABLE wallet_adjust (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  merchant_adjust_id VARCHAR(64) NOT NULL COMMENT 'the merchant''s number',
  wallet_id BIGINT UNSIGNED NOT NULL COMMENT 'the wallet',
  price BIGINT NOT NULL COMMENT 'minor units; below 0: taken',
  reason VARCHAR(512) NOT NULL COMMENT 'for people',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  UNIQUE KEY uk_merchant (app_id, merchant_adjust_id),
  CONSTRAINT adjust_price CHECK (price <> 0)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='corrections of balances';

CREATE TABLE ledger_entry (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'entry_no, a ULID',
  journal CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL
    COMMENT 'the rows of one event have one; they sum to nothing',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  account VARCHAR(16) NOT NULL COMMENT 'wallet, frozen, channel, bonus, adjustment, shortfall',
  wallet_id BIGINT UNSIGNED NULL COMMENT 'of account wallet and frozen: the wallet',
  currency CHAR(3) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'ISO 4217',
  kind VARCHAR(16) NOT NULL COMMENT 'recharge, bonus, payment, refund, recharge_refund, transfer, adjust',
  biz_type VARCHAR(16) NOT NULL COMMENT 'what caused it: order, refund, freeze (the reservation of a refund), transfer, adjust',
  biz_id BIGINT UNSIGNED NOT NULL COMMENT 'its id',
  step BIGINT NOT NULL COMMENT 'its version',
  price BIGINT NOT NULL COMMENT 'minor units; below 0: taken from the account',
  balance BIGINT NULL COMMENT 'the wallet''s balance after it',
  version BIGINT NULL COMMENT 'the wallet''s version after it',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_event (biz_type, biz_id, step, account, kind),
  UNIQUE KEY uk_version (wallet_id, account, version),
  KEY idx_journal (journal),
  KEY idx_time (wallet_id, account, create_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='the ledger of all wallets';

CREATE TABLE notify_task (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'the webhook-id, a ULID',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app (pay_app.id) that owns it',
  type TINYINT NOT NULL COMMENT '1 order, 2 refund, 3 transfer',
  event VARCHAR(32) NOT NULL COMMENT 'order.success …',
  data_id BIGINT UNSIGNED NOT NULL COMMENT 'id of the order, refund or transfer',
  version BIGINT NOT NULL DEFAULT 0 COMMENT 'of that object when it happened',
  merchant_order_id VARCHAR(64) NULL COMMENT 'the merchant''s number of the order, to find it by',
  merchant_refund_id VARCHAR(64) NULL COMMENT 'the merchant''s number of the refund, to find it by',
  notify_url VARCHAR(1100) NOT NULL COMMENT 'as it is called, with the channel''s number already added',
  body TEXT NOT NULL COMMENT 'written with the event: every try sends these bytes',
  status TINYINT NOT NULL DEFAULT 0 COMMENT '0 WAITING, 10 SUCCESS, 20 FAILURE (given up)',
  lane TINYINT NOT NULL DEFAULT 0 COMMENT '0 first try, 1 retry or resend',
  notify_times INT NOT NULL DEFAULT 0 COMMENT 'tries begun',
  max_notify_times INT NOT NULL COMMENT 'tries after which it is given up',
  next_notify_time DATETIME(3) NOT NULL COMMENT 'when due; while claimed, the end of the lease',
  parked_since DATETIME(3) NULL
    COMMENT 'not null: put off until next_notify_time, as its host or app is busy or failing; it was due at this time',
  last_execute_time DATETIME(3) NULL DEFAULT CURRENT_TIMESTAMP(3)
    COMMENT 'when the last try ended; before the first: when the row was made, so that the row never grows',
  claim_token BIGINT NOT NULL DEFAULT 0 COMMENT 'not 0: the claim of the runner that sends it',
  manual TINYINT NOT NULL DEFAULT 0 COMMENT '1: an operator asked for the next try',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_no (no),
  UNIQUE KEY uk_event (type, data_id, event, version),
  KEY idx_due (status, lane, next_notify_time),
  KEY idx_parked (parked_since, app_id),
  CONSTRAINT task_status CHECK (status IN (0, 10, 20))
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='notifications, one row each';

CREATE TABLE notify_endpoint (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app whose notifications go there',
  scheme VARCHAR(5) NOT NULL COMMENT 'http or https',
  host VARCHAR(255) NOT NULL COMMENT 'name or address',
  port INT NOT NULL COMMENT 'port',
  consecutive_fail INT NOT NULL DEFAULT 0 COMMENT 'tries that failed in a row',
  open_since DATETIME(3) NULL COMMENT 'the breaker is open since then; null: it is closed',
  open_until DATETIME(3) NULL COMMENT 'no try before this time, one probe after it',
  first_until DATETIME(3) NULL COMMENT 'no first try is a probe before this time',
  paused TINYINT NOT NULL DEFAULT 0 COMMENT '1: an operator stopped it',
  last_ok_time DATETIME(3) NULL COMMENT 'when it last acknowledged',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  UNIQUE KEY uk_host (app_id, scheme, host, port),
  KEY idx_open (open_since)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='state of merchant hosts: the breaker';

-- The logs have no foreign keys and a partition for each month; pmax takes rows of later months.
CREATE TABLE notify_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
    COMMENT 'number inside this database; with create_time the key, since a partitioned table needs that',
  task_id BIGINT UNSIGNED NOT NULL COMMENT 'the notification (notify_task.id)',
  notify_times INT NOT NULL COMMENT 'which try this was',
  status TINYINT NOT NULL COMMENT '10 SUCCESS, 21 NOT_ACKNOWLEDGED, 22 REQUEST_FAILED: how the try ended',
  error_code VARCHAR(16) NOT NULL
    COMMENT 'OK HTTP_nnn BODY_RULE DNS CONNECT TLS TIMEOUT TOO_LARGE BLOCKED_ADDR RUNNER_LOST CONFIG',
  reason VARCHAR(255) NULL COMMENT 'what went wrong, for people',
  http_status INT NULL COMMENT 'of the answer',
  peer_address VARCHAR(45) NULL COMMENT 'the address it was sent to',
  duration_ms INT NULL COMMENT 'how long the try took',
  response TEXT NULL COMMENT 'first 2 KiB of the answer',
  cause VARCHAR(16) NOT NULL DEFAULT 'automatic' COMMENT 'automatic, manual',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  PRIMARY KEY (id, create_time),
  KEY idx_task (task_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='tries to deliver a notification, one row each'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

-- Any stranger can send a callback. So of a refused one only the beginning of its body, its length and its
-- hash are kept, for a short time, and only so many rows a day (callback_bound).
CREATE TABLE callback_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
    COMMENT 'number inside this database; with create_time the key, since a partitioned table needs that',
  channel_id BIGINT UNSIGNED NULL COMMENT 'its channel; null: unknown',
  kind VARCHAR(16) NOT NULL DEFAULT 'order' COMMENT 'order, refund, transfer',
  remote_address VARCHAR(45) NOT NULL DEFAULT '' COMMENT 'the address it came from',
  headers TEXT NOT NULL COMMENT 'JSON; no credentials',
  body LONGTEXT NOT NULL COMMENT 'as it came; bytes that are not text as \\xHH',
  verdict VARCHAR(32) NOT NULL
    COMMENT 'ACCEPTED REPEATED BAD_BODY BAD_FIELD UNSIGNED BAD_SIGN BAD_TIME UNKNOWN_ATTEMPT OTHER_PRICE …',
  extension_id BIGINT UNSIGNED NULL COMMENT 'the attempt it is about, when that was found',
  out_no CHAR(26) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'the number of the refund or transfer it is about, when that was found',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  believed TINYINT NOT NULL DEFAULT 1 COMMENT '0: refused; deleted after SHROFF_KEEP_REFUSED_DAYS',
  body_length BIGINT NULL COMMENT 'of a refused one: bytes that came or were announced',
  body_hash CHAR(64) CHARACTER SET ascii COLLATE ascii_bin NULL
    COMMENT 'of a refused one: SHA-256 of the whole body, hex; null: the body was not read',
  PRIMARY KEY (id, create_time),
  KEY idx_extension (extension_id, out_no),
  KEY idx_refused (believed, create_time)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='every callback as it came'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

CREATE TABLE callback_bound (
  day DATE NOT NULL COMMENT 'the day, UTC',
  about VARCHAR(64) NOT NULL COMMENT 'what is counted: part, whole or length, of an address or of all; or an attempt',
  kept INT NOT NULL
    COMMENT 'rows of callback_log; 1 above the bound: one was not kept; 2 above: further ones were not kept',
  bytes BIGINT NOT NULL COMMENT 'of bodies and headers in these rows',
  PRIMARY KEY (day, about)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='how many refused callbacks were kept, by day';

-- Written by order_pay, order_open_paid and the triggers in procedures/, so that hand-typed SQL is on record too.
-- State 0 of a new row has no line here.
CREATE TABLE status_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT
    COMMENT 'number inside this database; with create_time the key, since a partitioned table needs that',
  kind VARCHAR(8) NOT NULL COMMENT 'order, attempt, refund, transfer',
  data_id BIGINT UNSIGNED NOT NULL COMMENT 'id of the row that changed',
  from_status TINYINT NOT NULL COMMENT 'the state before',
  to_status TINYINT NOT NULL COMMENT 'the state after',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  PRIMARY KEY (id, create_time),
  KEY idx_data (data_id, kind, from_status, to_status)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='each change of state of an order, attempt, refund or transfer'
  PARTITION BY RANGE COLUMNS (create_time) (PARTITION pmax VALUES LESS THAN (MAXVALUE));

CREATE TABLE api_nonce (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  app_id BIGINT UNSIGNED NOT NULL COMMENT 'the app that spent it',
  nonce VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'as signed',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  UNIQUE KEY uk_nonce (app_id, nonce)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='spent nonces, kept 900 s';

-- Alerts of the same cause (every notification to a host that is gone) are one row with a count.
CREATE TABLE pay_alert (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  kind VARCHAR(32) NOT NULL COMMENT 'duplicate_paid, late_paid, other_price, notify_gone, notify_given_up …',
  app_id BIGINT UNSIGNED NULL COMMENT 'the app concerned; null: none',
  about VARCHAR(64) NOT NULL COMMENT 'pay_id, order_no, webhook-id …',
  crowd VARCHAR(300) NULL COMMENT 'the common cause: the host; * counts those beyond twenty hosts',
  text VARCHAR(1024) NOT NULL COMMENT 'for people',
  times INT NOT NULL DEFAULT 1 COMMENT 'how often it was raised; one that is raised again opens again',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made',
  update_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)
    COMMENT 'when the row was last changed',
  closed_by VARCHAR(64) NULL COMMENT 'the operator that closed it; null: open',
  close_time DATETIME(3) NULL COMMENT 'when it was closed',
  remark VARCHAR(255) NULL COMMENT 'why it was closed',
  decision VARCHAR(8) NULL COMMENT 'what an operator decided about the money: refund, accept, keep',
  UNIQUE KEY uk_about (kind, about),
  UNIQUE KEY uk_crowd (kind, app_id, crowd),
  KEY idx_open (closed_by, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='what an operator must look at';

CREATE TABLE admin_log (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY COMMENT 'number inside this database; never leaves it',
  who VARCHAR(64) NOT NULL COMMENT 'the operator',
  what VARCHAR(64) NOT NULL COMMENT 'app.create, key.rotate …',
  on_what VARCHAR(128) NOT NULL COMMENT 'the row that was changed',
  why VARCHAR(255) NOT NULL COMMENT 'the reason that was given',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3) COMMENT 'when the row was made'
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='every change that operators made';
