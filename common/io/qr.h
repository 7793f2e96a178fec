/* qr.h - libqrencode: a QR code as SVG. */
#ifndef IO_QR_H
#define IO_QR_H

#include "base/err.h"
#include "base/text.h"

/* <svg …> with one <path>, 4 modules of quiet zone, no inline style; role="img" and aria-label (the
 * label is escaped by the caller). Error correction M. PAY_FULL when text is too long. */
MUST_USE enum pay_err qr_svg(const char *text, const char *label, struct text *to);

#endif
