/* qr.c - libqrencode finds the code's modules; each is drawn as a square of an SVG. */
#include "qr.h"

#include <qrencode.h>
#include <stdio.h>
#include <string.h>

enum { QUIET = 4 }; /* modules left white around the code */

void html_qr(struct web *web, const char *content, const char *label)
{
    QRcode *code =
        QRcode_encodeData((int)strlen(content), (const unsigned char *)content, 0, QR_ECLEVEL_M);
    char text[64];

    if (!code)
        return; /* too long: the page's link is left */
    snprintf(text, sizeof(text), "0 0 %d %d", code->width + 2 * QUIET, code->width + 2 * QUIET);
    html(web,
         "<svg class=\"qr\" role=\"img\" aria-label=\"%s\" viewBox=\"%s\""
         " shape-rendering=\"crispEdges\"><path d=\"",
         label, text);
    for (int i = 0; i < code->width * code->width; i++) {
        if (!(code->data[i] & 1))
            continue;
        snprintf(text, sizeof(text), "M%d %dh1v1h-1z", i % code->width + QUIET,
                 i / code->width + QUIET);
        html_raw(web, text);
    }
    html_raw(web, "\"/></svg>\n");
    QRcode_free(code);
}
