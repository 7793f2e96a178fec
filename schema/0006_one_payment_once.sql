-- A payment has one number at its channel, and one attempt here. Until now two attempts could carry
-- the same one: the attempt that was paid first keeps it, and an operator is told of the others.

-- What failed or was closed is no payment.
UPDATE pay_order_extension
   SET channel_order_no = NULL, update_time = update_time
 WHERE status <> 10 AND channel_order_no IS NOT NULL;

INSERT INTO pay_alert (kind, app_id, about, text)
SELECT 'other_payment', o.app_id, x.no,
       CONCAT('order ', o.no, ': attempt ', x.no, ' was paid by payment ', x.channel_order_no,
              ' of channel ', x.channel_code, ' (', x.channel_id, '), which paid attempt ', x.first_no,
              ' already')
  FROM (SELECT p.*,
               ROW_NUMBER() OVER (PARTITION BY channel_order_no, channel_id ORDER BY step, id) AS place,
               FIRST_VALUE(no) OVER (PARTITION BY channel_order_no, channel_id ORDER BY step, id) AS first_no
          FROM (SELECT e.id, e.no, e.order_id, e.channel_id, e.channel_code, e.channel_order_no,
                       (SELECT MIN(s.id) FROM status_log s
                         WHERE s.data_id = e.id AND s.kind = 'attempt' AND s.to_status = 10) AS step
                  FROM pay_order_extension e
                 WHERE e.channel_order_no IS NOT NULL) p) x
  JOIN pay_order o ON o.id = x.order_id
 WHERE x.place > 1
    ON DUPLICATE KEY UPDATE times = times;

UPDATE pay_order o
  JOIN pay_order_extension e ON e.id = o.extension_id
  JOIN pay_alert a ON a.kind = 'other_payment' AND a.about = e.no
   SET o.channel_order_no = NULL, o.update_time = o.update_time;

UPDATE pay_order_extension e
  JOIN pay_alert a ON a.kind = 'other_payment' AND a.about = e.no
   SET e.channel_order_no = NULL, e.update_time = e.update_time;

ALTER TABLE pay_order_extension
  ADD COLUMN IF NOT EXISTS of_id BIGINT UNSIGNED NULL
      COMMENT 'the attempt that this one is a second payment of' AFTER duplicate_paid,
  ADD UNIQUE KEY IF NOT EXISTS uk_channel_order_no (channel_order_no, channel_id);
