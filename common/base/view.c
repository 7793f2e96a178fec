/* view.c - see view.h. */
#include "base/view.h"
#include <string.h>

/* Where the part is; NULL: the object has none. */
static const char *part_of(const struct view_member *member, const void *object)
{
    const char *part = object;

    if (member->part != VIEW_WHOLE)
        memcpy(&part, part + member->part, sizeof(part));
    return part;
}

static void read_number(const struct view_member *member, const char *at, struct view_value *out)
{
    if (member->kind == VIEW_FLAG)
        out->number = *(const bool *)at;
    else
        memcpy(&out->number, at, sizeof(out->number));
    out->empty = out->number == 0;
}

static void read_text(const struct view_member *member, const char *at, struct view_value *out)
{
    out->text = at;
    if (member->kind == VIEW_STRING)
        memcpy(&out->text, at, sizeof(out->text));
    out->text = str_or(out->text, "");
    out->empty = *out->text == '\0';
}

/* False when the object lacks the member's part. */
static bool view_member_read(const struct view_member *member, const void *object,
                             struct view_value *out)
{
    const char *part = part_of(member, object);

    *out = (struct view_value){ .text = "", .empty = true };
    if (!part)
        return false;
    switch (member->kind) {
    case VIEW_TEXT:
    case VIEW_STRING:
    case VIEW_JSON:
        read_text(member, part + member->offset, out);
        break;
    case VIEW_STATE:
        read_number(member, part + member->offset, out);
        out->text = word_of(member->words, out->number);
        break;
    case VIEW_NUMBER:
    case VIEW_MONEY:
    case VIEW_TIME:
    case VIEW_FLAG:
        read_number(member, part + member->offset, out);
        break;
    }
    return true;
}

void view_read(const struct view_member *member, const void *object, struct view_value *out)
{
    (void)view_member_read(member, object, out);
}

static void write_member(struct json_text *to, const struct view_member *member,
                         const struct view_value *value)
{
    switch (member->kind) {
    case VIEW_TEXT:
    case VIEW_STRING:
    case VIEW_STATE:
        json_str(to, member->name, value->text);
        break;
    case VIEW_JSON:
        json_raw(to, member->name, value->text);
        break;
    case VIEW_NUMBER:
    case VIEW_MONEY:
        json_i64(to, member->name, value->number);
        break;
    case VIEW_TIME:
        json_time(to, member->name, value->number);
        break;
    case VIEW_FLAG:
        json_bool(to, member->name, value->number != 0);
        break;
    }
}

const struct view_member *view_member(const struct view *view, size_t i)
{
    return &view->members[view->shown ? view->shown[i] : i];
}

void view_write(struct json_text *to, const struct view *view, const void *object)
{
    struct view_value value;

    for (size_t i = 0; i < view->count; i++) {
        const struct view_member *member = view_member(view, i);
        const bool there = view_member_read(member, object, &value);
        if (there && (member->need == VIEW_ALWAYS || !value.empty))
            write_member(to, member, &value);
    }
}
