/* json_gate.c - decides which texts are JSON: RFC 8259 to the letter, and stricter (json.h says
 * where). json-c alone accepts repeated names, NaN, single quotes, raw control bytes and lone
 * surrogates. For json_lenient.c it is as lenient as JSON libraries are. The characters inside
 * strings are in json_string.c. */
#include "io/json/json.h"
#include <stdlib.h>
#include <string.h>
#include "io/json/json_string.h"

/* Between the quotes, as written. */
struct name {
    const char *at, *end;
    bool has_nul;
};

struct gate {
    const char *at, *end;
    int depth;
    struct name *names; /* of the objects that are open, innermost last */
    size_t count, room;
    const char *wrong, *wrong_at; /* the first thing that is wrong, and where */
    size_t seen, most;            /* names so far; so many at most, unless 0 */
    bool containers;              /* are counted, not names; which may be repeated */
    const char *wanted;           /* a member of the outermost object whose value is looked for */
    const char *span;
    size_t span_len, spans;
    bool lenient;
};

#define LENIENT_DEPTH 512

static bool value(struct gate *g);

static bool wrong(struct gate *g, const char *at, const char *what)
{
    if (!g->wrong) {
        g->wrong = what;
        g->wrong_at = at;
    }
    return false;
}

static bool next_is(struct gate *g, char c)
{
    if (g->at == g->end || *g->at != c)
        return false;
    g->at++;
    return true;
}

static void blanks(struct gate *g)
{
    while (g->at < g->end && (*g->at == ' ' || *g->at == '\t' || *g->at == '\n' || *g->at == '\r'))
        g->at++;
}

/* ---- strings */

static bool string(struct gate *g, struct name *out)
{
    uint32_t c;

    if (!next_is(g, '"'))
        return wrong(g, g->at, "want a name in double quotes");
    *out = (struct name){ .at = g->at };
    while (g->at < g->end && *g->at != '"') {
        c = 0;
        size_t step = g->lenient ? json_character_lenient(g->at, g->end)
                                 : json_character(g->at, g->end, &c);
        if (step == 0)
            return wrong(g, g->at, "in a string: not UTF-8, a control character, or a bad escape");
        out->has_nul = out->has_nul || (c == 0 && !g->lenient);
        g->at += step;
    }
    out->end = g->at;
    return next_is(g, '"') || wrong(g, g->at, "the string does not end");
}

/* ---- names: equal when equal after unescaping */

static int compare(const void *a, const void *b)
{
    struct name x = *(const struct name *)a, y = *(const struct name *)b;

    while (x.at < x.end && y.at < y.end) {
        uint32_t c = 0, d = 0;
        x.at += json_character(x.at, x.end, &c);
        y.at += json_character(y.at, y.end, &d);
        if (c != d)
            return c < d ? -1 : 1;
    }
    return (x.at < x.end) - (y.at < y.end);
}

static bool is_wanted(const struct gate *g, const struct name *name)
{
    if (!g->wanted || g->depth != 1)
        return false;
    const char *at = name->at, *want = g->wanted, *end = want + strlen(want);
    while (at < name->end && want < end) {
        uint32_t c = 0, d = 0;
        at += json_character(at, name->end, &c);
        size_t step = utf8_next(want, (size_t)(end - want), &d);
        if (step == 0 || c != d)
            return false;
        want += step;
    }
    return at == name->end && want == end;
}

static void keep_name(struct gate *g, const struct name *name)
{
    if (g->lenient || g->containers) /* may be repeated */
        return;
    if (g->count == g->room) {
        g->room = g->room > 0 ? g->room * 2 : 32;
        struct name *more = realloc(g->names, g->room * sizeof(*more));
        if (!more)
            abort(); /* out of memory ends the process: nothing half-read goes on */
        g->names = more;
    }
    g->names[g->count++] = *name;
}

static bool no_name_twice(struct gate *g, size_t from)
{
    const size_t count = g->count - from;

    if (count < 2)
        return true;
    struct name *names = g->names + from;
    qsort(names, count, sizeof(*names), compare);
    for (size_t i = 1; i < count; i++) {
        if (compare(&names[i - 1], &names[i]) == 0)
            return wrong(g, names[i].at > names[i - 1].at ? names[i].at : names[i - 1].at,
                         "a member is repeated");
    }
    return true;
}

/* ---- values */

static bool one_more_is_over(struct gate *g)
{
    return ++g->seen > g->most && g->most > 0;
}

static bool member(struct gate *g)
{
    struct name name;

    blanks(g);
    if (!string(g, &name))
        return false;
    if (name.has_nul) /* names are C strings behind the gate */
        return wrong(g, name.at, "a name holds U+0000");
    if (!g->containers && one_more_is_over(g))
        return false;
    keep_name(g, &name);
    blanks(g);
    if (!next_is(g, ':'))
        return wrong(g, g->at, "want a colon behind the name");
    blanks(g);
    const char *start = g->at;
    if (!value(g))
        return false;
    if (is_wanted(g, &name)) {
        g->span = start;
        g->span_len = (size_t)(g->at - start);
        g->spans++;
    }
    return true;
}

static bool element(struct gate *g)
{
    blanks(g);
    return value(g);
}

/* What is between the brackets, up to and with the closing one. */
static bool items(struct gate *g, bool (*item)(struct gate *g), char closing)
{
    g->at++;
    blanks(g);
    if (next_is(g, closing))
        return true;
    do {
        if (!item(g))
            return false;
        blanks(g);
    } while (next_is(g, ','));
    return next_is(g, closing) || wrong(g, g->at, "want a comma or the closing bracket");
}

static bool container(struct gate *g)
{
    const size_t from = g->count;
    const bool object = *g->at == '{';

    if (g->depth == (g->lenient ? LENIENT_DEPTH : JSON_DEPTH))
        return wrong(g, g->at, "deeper than 8");
    if (g->containers && one_more_is_over(g))
        return false;
    g->depth++;
    bool good = object ? items(g, member, '}') && no_name_twice(g, from) : items(g, element, ']');
    g->depth--;
    g->count = from;
    return good;
}

static bool digits(struct gate *g)
{
    const char *start = g->at;

    while (g->at < g->end && *g->at >= '0' && *g->at <= '9')
        g->at++;
    return g->at > start;
}

static bool number(struct gate *g)
{
    next_is(g, '-');
    if (!next_is(g, '0') && !digits(g))
        return false;
    if (next_is(g, '.') && !digits(g))
        return false;
    if (next_is(g, 'e') || next_is(g, 'E')) {
        if (!next_is(g, '+'))
            next_is(g, '-');
        return digits(g);
    }
    return true;
}

static bool word(struct gate *g, const char *text)
{
    const size_t len = strlen(text);

    if ((size_t)(g->end - g->at) < len || memcmp(g->at, text, len) != 0)
        return false;
    g->at += len;
    return true;
}

/* What some libraries write for numbers that are none. */
static bool no_number(struct gate *g)
{
    return g->lenient && (word(g, "NaN") || word(g, "Infinity") || word(g, "-Infinity"));
}

static bool value(struct gate *g)
{
    struct name unused;

    if (g->at == g->end)
        return wrong(g, g->at, "it ends where a value is wanted");
    switch (*g->at) {
    case '{':
    case '[':
        return container(g);
    case '"':
        return string(g, &unused);
    case 't':
        return word(g, "true");
    case 'f':
        return word(g, "false");
    case 'n':
        return word(g, "null");
    default:
        return no_number(g) || number(g) || wrong(g, g->at, "no value of JSON");
    }
}

static bool pass(struct gate *g, const char *at, size_t len)
{
    g->at = at;
    g->end = at + len;
    blanks(g);
    bool good = value(g);
    blanks(g);
    free(g->names);
    good = good || wrong(g, g->at, "no value of JSON");
    return good && (g->at == g->end || wrong(g, g->at, "something stands behind the end"));
}

bool json_check(const char *at, size_t len)
{
    struct gate gate = { .wanted = NULL };

    return pass(&gate, at, len);
}

const char *json_behind_mark(const char *at, size_t *len)
{
    const bool marked = *len >= 3 && memcmp(at, "\xEF\xBB\xBF", 3) == 0;

    *len -= marked ? 3 : 0;
    return at + (marked ? 3 : 0);
}

bool json_members_over(const char *at, size_t len, size_t most)
{
    struct gate gate = { .most = most };

    return !pass(&gate, at, len) && gate.seen > most;
}

bool json_containers_over(const char *at, size_t len, size_t most)
{
    struct gate gate = { .most = most, .containers = true };

    return !pass(&gate, at, len) && gate.seen > most;
}

const char *json_span(const char *at, size_t len, const char *name, size_t *span_len)
{
    struct gate gate = { .wanted = name };

    *span_len = 0;
    if (!pass(&gate, at, len) || !gate.span)
        return NULL;
    *span_len = gate.span_len;
    return gate.span;
}

const char *json_span_lenient(const char *at, size_t len, const char *name, size_t *span_len)
{
    struct gate gate = { .wanted = name, .lenient = true };

    if (memchr(at, '\0', len) || !pass(&gate, at, len) || gate.spans != 1)
        return NULL;
    *span_len = gate.span_len;
    return gate.span;
}

void json_explain(const char *at, size_t len, struct text *why)
{
    struct gate gate = { .wanted = NULL };

    if (len == 0)
        text_add(why, "the body is empty: send one JSON object");
    else if (len > 1 && memcmp(at, "\x1f\x8b", 2) == 0)
        text_add(why, "the body is compressed: send it plain");
    else if (pass(&gate, at, len))
        text_add(why, "the body is JSON, but no object");
    else
        text_addf(why, "the body is not JSON: byte %zu: %s", (size_t)(gate.wrong_at - at) + 1,
                  gate.wrong);
}
