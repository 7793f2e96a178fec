/* QR codes. */
#ifndef SHOP_QR_H
#define SHOP_QR_H

#include "web.h"

/* Writes a picture of the code, with a text for those who do not see it. */
void html_qr(struct web *web, const char *content, const char *label);

#endif
