/* registry_view.c - see registry_view.h. */
#include "registry/registry_view.h"

#define APP(member, kind, name, /* need */...) \
    VIEW_MEMBER(struct app_row, member, kind, name, __VA_ARGS__)
static const struct view_member APP_MEMBERS[] = {
    APP(app_key, VIEW_TEXT, "app_key", VIEW_ALWAYS),
    APP(name, VIEW_TEXT, "name", VIEW_ALWAYS),
    APP(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(APP_STATES)),
    APP(order_notify_url, VIEW_TEXT, "notify_url", VIEW_UNLESS_EMPTY),
    APP(refund_notify_url, VIEW_TEXT, "refund_notify_url", VIEW_UNLESS_EMPTY),
    APP(transfer_notify_url, VIEW_TEXT, "transfer_notify_url", VIEW_UNLESS_EMPTY),
    APP(notify_append_channel, VIEW_NUMBER, "notify_append_channel", VIEW_ALWAYS),
    APP(notify_closed, VIEW_NUMBER, "notify_closed", VIEW_ALWAYS),
    APP(notify_schedule, VIEW_TEXT, "notify_schedule", VIEW_ALWAYS),
    APP(late_payment, VIEW_TEXT, "late_payment", VIEW_ALWAYS),
    APP(allowed_nets, VIEW_TEXT, "allowed_nets", VIEW_UNLESS_EMPTY),
    APP(remark, VIEW_TEXT, "remark", VIEW_UNLESS_EMPTY),
    APP(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
};
const struct view APP_VIEW = VIEW_SHOWS_ALL(APP_MEMBERS);

#define KEY(member, kind, need) \
    VIEW_PART(struct key_shown, key, struct key_row, member, kind, #member, need)
static const struct view_member KEY_MEMBERS[] = {
    KEY(app_key, VIEW_TEXT, VIEW_ALWAYS),
    KEY(key_id, VIEW_TEXT, VIEW_ALWAYS),
    KEY(algorithm, VIEW_TEXT, VIEW_ALWAYS),
    VIEW_MEMBER(struct key_shown, status, VIEW_STRING, "status", VIEW_ALWAYS),
    KEY(scopes, VIEW_TEXT, VIEW_ALWAYS),
    KEY(expire_time, VIEW_TIME, VIEW_UNLESS_EMPTY),
    KEY(last_used_time, VIEW_TIME, VIEW_UNLESS_EMPTY),
    KEY(create_time, VIEW_TIME, VIEW_ALWAYS),
};
const struct view KEY_VIEW = VIEW_SHOWS_ALL(KEY_MEMBERS);

#define CHANNEL(member, kind, name, /* need */...) \
    VIEW_MEMBER(struct channel_row, member, kind, name, __VA_ARGS__)
static const struct view_member CHANNEL_MEMBERS[] = {
    CHANNEL(id, VIEW_NUMBER, "channel_id", VIEW_ALWAYS),
    CHANNEL(app_key, VIEW_TEXT, "app_key", VIEW_ALWAYS),
    CHANNEL(code, VIEW_TEXT, "code", VIEW_ALWAYS),
    CHANNEL(name, VIEW_TEXT, "name", VIEW_ALWAYS),
    CHANNEL(status, VIEW_STATE, "status", VIEW_ALWAYS, .words = STATE_WORDS(CHANNEL_STATES)),
    CHANNEL(fee_rate, VIEW_NUMBER, "fee_rate", VIEW_ALWAYS),
    CHANNEL(config, VIEW_JSON, "config", VIEW_ALWAYS),
    CHANNEL(remark, VIEW_TEXT, "remark", VIEW_UNLESS_EMPTY),
    CHANNEL(create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
};
const struct view CHANNEL_VIEW = VIEW_SHOWS_ALL(CHANNEL_MEMBERS);
