-- A fingerprint that is a bare SHA-256 lets who stole the database guess weak secrets that merchants
-- brought along, without the master key. Fingerprints are keyed, by a key that is sealed like a secret;
-- shroffctl makes it with the next key and rewrites the old ones.

CREATE TABLE installation_key (
  id BIGINT UNSIGNED NOT NULL AUTO_INCREMENT PRIMARY KEY,
  name VARCHAR(32) CHARACTER SET ascii COLLATE ascii_bin NOT NULL COMMENT 'fingerprint',
  value_sealed VARBINARY(512) NOT NULL COMMENT '32 random bytes under the master key',
  create_time DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
  UNIQUE KEY uk_name (name)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_nopad_bin COMMENT='keys of the installation itself';

ALTER TABLE pay_app_key MODIFY fingerprint BINARY(32) NOT NULL
  COMMENT 'HMAC by installation_key of the SHA-256 of the secret or of the key in DER: registered once in the whole installation';
