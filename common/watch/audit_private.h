/* audit_private.h - what the files of the proofs share. A proof is one SELECT of about and text. */
#ifndef WATCH_AUDIT_PRIVATE_H
#define WATCH_AUDIT_PRIVATE_H

/* Every proof has one parameter, the number of days that logs are kept, so that all are called
 * alike. */
#define KEPT " > UTC_TIMESTAMP() - INTERVAL k.days DAY"
#define KEEP "(SELECT ? AS days) k"
#define PAID STATE_IN(ORDER_PAID)

/* The money is handled: a refund is under way or done, an alert is open, or an operator decided to
 * keep it. */
/* clang-format off */
#define HANDLED(attempt) \
    "(EXISTS (SELECT 1 FROM pay_refund r WHERE r.extension_id = " attempt ".id AND r.status" \
    " <> " STATE(REFUND_FAILURE) ")" \
    " OR EXISTS (SELECT 1 FROM pay_alert a WHERE a.about = " attempt ".no" \
    " AND (a.closed_by IS NULL OR a.decision = 'keep')))"
/* clang-format on */

/* audit_refund.c */
extern const char AUDIT_REFUND_SUMS[], AUDIT_REFUND_OF_PAYMENT[], AUDIT_REFUND_TOLD[],
    AUDIT_REFUND_CALLBACKS[];

#endif
