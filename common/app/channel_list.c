/* channel_list.c - see channel_list.h. */
#include "app/channel_list.h"

#include "app/app_state.h"

#define OFFER(member, kind) VIEW_MEMBER(struct channel_offer, member, kind, #member, VIEW_ALWAYS)
static const struct view_member OFFER_MEMBERS[] = {
    OFFER(code, VIEW_TEXT),
    OFFER(name, VIEW_TEXT),
    OFFER(display_mode, VIEW_STRING),
};
const struct view CHANNEL_OFFER_VIEW = VIEW_SHOWS_ALL(OFFER_MEMBERS);

static const struct db_column OFFER_COLUMNS[] = {
    DB_COLUMN(struct channel_offer, code),
    DB_COLUMN(struct channel_offer, name),
};

struct offers {
    bool test_mode;
    struct channel_offer *out;
    size_t count;
};

static enum pay_err offer_add(void *arg, void *row)
{
    struct offers *offers = arg;
    struct channel_offer *offer = row;
    const struct channel_product *product;

    if (offers->count == CHANNELS_MAX || !channel_find(offer->code, offers->test_mode, &product))
        return PAY_OK;
    offer->display_mode = product->display;
    offers->out[offers->count++] = *offer;
    return PAY_OK;
}

enum pay_err channel_list(struct db *db, const struct config *config, int64_t app_id,
                          struct channel_offer out[CHANNELS_MAX], size_t *count)
{
    static const char SQL[] = "SELECT code, COALESCE(NULLIF(name, ''), code) AS name"
                              "  FROM pay_channel WHERE app_id = ? AND status = ? ORDER BY id";
    const struct db_param in[] = { DB_NUM(app_id), DB_NUM(CHANNEL_ENABLED) };
    struct offers offers = { .test_mode = config->test_mode, .out = out };
    struct channel_offer row;

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(OFFER_COLUMNS),
                                                         .row = &row,
                                                         .each = offer_add,
                                                         .arg = &offers });
    db_end(db);
    *count = offers.count;
    return err;
}
