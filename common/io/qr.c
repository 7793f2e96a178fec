/* qr.c - libqrencode gives the modules, these lines draw them: a white square and one path. */
#include "io/qr.h"
#include <errno.h>
#include <qrencode.h>
#include <string.h>
#include "base/log.h"

#define QUIET 4 /* modules around the code, as ISO 18004 wants */

/* Dark modules of one row, each run a rectangle one module high. */
static void draw_row(struct text *to, const unsigned char *row, int width, int y)
{
    for (int x = 0, run; x < width; x += run) {
        const int dark = row[x] & 1;
        for (run = 1; x + run < width && (row[x + run] & 1) == dark; run++)
            continue;
        if (dark)
            text_addf(to, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, run, run);
    }
}

static void draw(struct text *to, const QRcode *code, const char *label)
{
    const int side = code->width + 2 * QUIET;

    text_addf(to,
              "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" role=\"img\""
              " aria-label=\"",
              side, side);
    text_add(to, label);
    text_addf(to,
              "\" shape-rendering=\"crispEdges\">"
              "<rect width=\"%d\" height=\"%d\" fill=\"#fff\"/>"
              "<path fill=\"#000\" d=\"",
              side, side);
    for (int y = 0; y < code->width; y++)
        draw_row(to, code->data + y * code->width, code->width, y);
    text_add(to, "\"/></svg>");
}

enum pay_err qr_svg(const char *text, const char *label, struct text *to)
{
    const size_t len = strlen(text);

    if (len == 0 || len > 2953) /* the largest code's bytes; for M the library says less */
        return PAY_FULL;
    QRcode *code = QRcode_encodeData((int)len, (const unsigned char *)text, 0, QR_ECLEVEL_M);
    if (!code && errno == ERANGE)
        return PAY_FULL;
    if (!code) {
        log_event(LOG_ERROR, "qr.failed", KN("errno", errno));
        return PAY_FAULT;
    }
    draw(to, code, label);
    QRcode_free(code);
    return to->full ? PAY_FULL : PAY_OK;
}
