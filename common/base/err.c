/* err.c - the result list as a table: one row per enumerator, by the same macro. */
#include "base/err.h"

#define AS_ROW(name, code, http, msg, help) [name] = { #name, code, http, msg, help },
static const struct err_row ROWS[] = { PAY_ERRORS(AS_ROW) };

static unsigned slot(enum pay_err err)
{
    return (unsigned)err < COUNT(ROWS) ? (unsigned)err : PAY_FAULT;
}

const struct err_row *err_row(enum pay_err err)
{
    const struct err_row *row = &ROWS[slot(err)];

    return err == PAY_OK || row->code != 0 ? row : &ROWS[PAY_FAULT];
}

const char *err_name(enum pay_err err)
{
    return ROWS[slot(err)].name;
}
