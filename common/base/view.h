/* view.h - what an object shows of itself: one table of its members, and for each place where it is
 * shown a list of them. Answers, notifications and shroffctl read the same table.
 *
 *     enum { S_NO, S_NAME };
 *     static const struct view_member MEMBERS[] = {
 *         [S_NO] = VIEW_MEMBER(struct shop, no, VIEW_TEXT, "shop_no", VIEW_ALWAYS),
 *         [S_NAME] = VIEW_MEMBER(struct shop, name, VIEW_TEXT, "name", VIEW_UNLESS_EMPTY),
 *     };
 *     static const unsigned char IN_LIST[] = { S_NAME, S_NO };
 *     const struct view SHOP_IN_LIST = VIEW_SHOWS(MEMBERS, IN_LIST);
 */
#ifndef BASE_VIEW_H
#define BASE_VIEW_H

#include "base/json_text.h"
#include "base/money.h"
#include "base/word.h"

enum view_kind {
    VIEW_TEXT,   /* char[] */
    VIEW_STRING, /* const char *; NULL is empty */
    VIEW_JSON,   /* char[]: JSON that was checked */
    VIEW_NUMBER, /* int64_t */
    VIEW_MONEY,  /* struct money, shown as its minor units */
    VIEW_TIME,   /* int64_t: ms, shown as RFC 3339; 0 is empty */
    VIEW_STATE,  /* int64_t, shown as its word */
    VIEW_FLAG    /* bool */
};
/* Empty are "", 0 and false. */
enum view_need { VIEW_ALWAYS, VIEW_UNLESS_EMPTY };

struct view_member {
    const char *name;
    enum view_kind kind;
    enum view_need need;
    size_t part;              /* where the object has the pointer to the part; or VIEW_WHOLE */
    size_t offset;            /* in the part */
    const struct word *words; /* VIEW_STATE */
};
#define VIEW_WHOLE SIZE_MAX /* the member is in the object itself */

/* A kind that does not fit the member's type does not compile: the array has a negative size. */
#define VIEW_IS_NUMBER(kind) ((kind) == VIEW_NUMBER || (kind) == VIEW_TIME || (kind) == VIEW_STATE)
#define VIEW_FITS(kind, at) \
    (VIEW_IS_NUMBER(kind) == _Generic((at), int64_t * : 1, const int64_t * : 1, default : 0) && \
     ((kind) == VIEW_MONEY) == \
         _Generic((at), struct money * : 1, const struct money * : 1, default : 0) && \
     ((kind) == VIEW_STRING) == _Generic((at), const char ** : 1, default : 0) && \
     ((kind) == VIEW_FLAG) == _Generic((at), bool * : 1, default : 0))
#define VIEW_OFFSET(type, member, kind) \
    (offsetof(type, member) + 0 * sizeof(char[VIEW_FITS(kind, &((type *)0)->member) ? 1 : -1]))

/* clang-format off */
#define VIEW_MEMBER(type, member, kind_, name_, /* need, .words */ ...) \
    { .name = (name_), .kind = (kind_), .part = VIEW_WHOLE, \
      .offset = VIEW_OFFSET(type, member, kind_), .need = __VA_ARGS__ }
/* The same for a member of a part: the object's member `part_` points to it, or is NULL. */
#define VIEW_PART(object, part_, type, member, kind_, name_, /* need, .words */ ...) \
    { .name = (name_), .kind = (kind_), .part = offsetof(object, part_), \
      .offset = VIEW_OFFSET(type, member, kind_), .need = __VA_ARGS__ }

struct view {
    const struct view_member *members;
    const unsigned char *shown; size_t count;   /* which members, and in which order */
};
#define VIEW_SHOWS(members, list) { (members), (list), sizeof(list) }
/* All of the table, in its order. */
#define VIEW_SHOWS_ALL(members) { (members), NULL, COUNT(members) }
/* clang-format on */
/* The i-th member that the view shows. */
const struct view_member *view_member(const struct view *view, size_t i);

/* A member of an object. Empty without text and number: its part is NULL. */
struct view_value {
    const char *text;
    int64_t number;
    bool empty;
};
void view_read(const struct view_member *member, const void *object, struct view_value *out);

/* Writes the members of the view into the JSON object under way. A member of a part that is NULL is
 * left out, whatever its need. */
void view_write(struct json_text *to, const struct view *view, const void *object);

#endif
