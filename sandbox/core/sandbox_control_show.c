/* sandbox_control_show.c - the list of trades, and one trade with notices and exchanges, as JSON or
 * as a page (sandbox_control.h). */
#include "sandbox/core/sandbox_control.h"

#include <string.h>
#include "base/clock.h"
#include "base/form.h"
#include "base/json_text.h"
#include "sandbox/core/sandbox_page.h"

#define SHOWN_MAX 40
#define TEXT_SHOWN 16384

struct showing {
    struct sandbox_answer *out;
    struct json_text json;
    bool page;
};

static bool wants_page(const struct sandbox_request *in)
{
    const char *accept = in->header(in->arg, "accept");

    return strstr(str_or(accept, ""), "text/html");
}

static void show_begin(struct showing *s, const struct sandbox_request *in,
                       struct sandbox_answer *out, const char *title)
{
    *s = (struct showing){ .out = out, .json = JSON_TEXT(out->body), .page = wants_page(in) };
    if (s->page) {
        page_begin(out, title, "");
        return;
    }
    out->type = "application/json";
    json_open(&s->json, NULL);
}

static void show_end(struct showing *s)
{
    if (s->page)
        page_end(s->out);
    else
        json_close(&s->json);
}

static void money_member(struct json_text *j, const char *name, struct money amount)
{
    char room[32];
    struct text t = TEXT(room);

    money_add_plain(&t, amount);
    json_str(j, name, room);
}

static void trade_json(struct json_text *j, const char *name, const struct sandbox_trade *t)
{
    json_open(j, name);
    json_str(j, "channel", t->channel);
    json_str(j, "product", t->product);
    json_str(j, "out_trade_no", t->out_trade_no);
    json_str(j, "trade_no", t->trade_no);
    json_str(j, "state", word_of(SANDBOX_TRADE_WORDS, t->state));
    money_member(j, "amount", t->amount);
    money_member(j, "refunded", t->refunded);
    json_str(j, "subject", t->subject);
    json_str(j, "scenario", t->scenario);
    json_str(j, "notify_url", t->notify_url);
    json_time(j, "create_time", t->create_time);
    json_time(j, "pay_time", t->pay_time);
    json_close(j);
}

static enum pay_err trade_row(void *arg, void *row)
{
    struct showing *s = arg;
    const struct sandbox_trade *t = row;
    struct text *to = s->out->body;

    if (!s->page) {
        trade_json(&s->json, NULL, t);
        return PAY_OK;
    }
    text_addf(to, "<tr><td>%s<td>", word_of(SANDBOX_TRADE_WORDS, t->state));
    money_add_plain(to, t->amount);
    text_add(to, "<td><a href=\"/control/trades/");
    text_add_form(to, t->out_trade_no);
    text_add(to, "\">");
    page_text(to, t->out_trade_no);
    text_add(to, "</a><td>");
    page_text(to, t->channel);
    text_add(to, "<td>");
    time_add(to, t->create_time);
    text_add(to, "<td>");
    page_text(to, t->scenario);
    return PAY_OK;
}

void sandbox_control_trades(const struct sandbox_request *in, struct sandbox_answer *out)
{
    const struct sandbox_trade_range all = { .channel = NULL };
    struct showing s;

    show_begin(&s, in, out, "Trades of the sandbox");
    if (s.page)
        text_add(out->body, "<div class=\"card\"><table><tr><th>state<th>amount<th>out_trade_no"
                            "<th>channel<th>made<th>scenario");
    else
        json_open_list(&s.json, "trades");
    if (sandbox_trade_each(in->db, &all, trade_row, &s) != PAY_OK)
        out->status = 503;
    if (s.page)
        text_add(out->body, "</table></div>");
    else
        json_close_list(&s.json);
    show_end(&s);
}

struct exchange_row {
    int64_t create_time, http_status;
    char direction[4], what[129], verdict[65];
    char received[TEXT_SHOWN + 1], canonical[TEXT_SHOWN + 1], sent[TEXT_SHOWN + 1];
};

static void pre(struct text *to, const char *title, const char *text)
{
    if (*text == '\0')
        return;
    text_addf(to, "<p>%s</p><pre>", title);
    page_text(to, text);
    text_add(to, "</pre>");
}

static enum pay_err exchange_show(void *arg, void *row)
{
    struct showing *s = arg;
    const struct exchange_row *e = row;
    const bool in = str_eq(e->direction, "in");

    if (!s->page) {
        json_open(&s->json, NULL);
        json_time(&s->json, "time", e->create_time);
        json_str(&s->json, "direction", e->direction);
        json_str(&s->json, "what", e->what);
        json_str(&s->json, "verdict", e->verdict);
        json_i64(&s->json, "http_status", e->http_status);
        json_str(&s->json, "received", e->received);
        json_str(&s->json, "canonical", e->canonical);
        json_str(&s->json, "sent", e->sent);
        json_close(&s->json);
        return PAY_OK;
    }
    text_addf(s->out->body, "<div class=\"card\"><h2>%s ", in ? "request" : "notice");
    page_text(s->out->body, e->what);
    text_add(s->out->body, ": ");
    page_text(s->out->body, e->verdict);
    text_add(s->out->body, "</h2>");
    pre(s->out->body, in ? "received" : "the merchant answered", e->received);
    pre(s->out->body, in ? "the text whose signature was checked" : "the text that was signed",
        e->canonical);
    pre(s->out->body, in ? "answered" : "sent", e->sent);
    text_add(s->out->body, "</div>");
    return PAY_OK;
}

static enum pay_err exchanges_each(struct db *db, const char *out_trade_no, struct showing *s)
{
    /* clang-format off */
#define SHOWN(column) " CONVERT(LEFT(" column ", 4000) USING utf8mb4) AS " column
    static const char SQL[] =
        "SELECT create_time, http_status, direction, what, verdict," SHOWN("received") ","
        SHOWN("canonical") "," SHOWN("sent") " FROM sandbox_exchange WHERE out_trade_no = ?"
        " ORDER BY id DESC LIMIT ?";
    /* clang-format on */
    static const struct db_column COLUMNS[] = {
        DB_COLUMN_TIME(struct exchange_row, create_time),
        DB_COLUMN(struct exchange_row, http_status),
        DB_COLUMN(struct exchange_row, direction),
        DB_COLUMN(struct exchange_row, what),
        DB_COLUMN(struct exchange_row, verdict),
        DB_COLUMN(struct exchange_row, received),
        DB_COLUMN(struct exchange_row, canonical),
        DB_COLUMN(struct exchange_row, sent),
    };
    static struct exchange_row row;
    const struct db_param in[] = { DB_STR(out_trade_no), DB_NUM(SHOWN_MAX) };
    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(COLUMNS),
                                                         .row = &row,
                                                         .each = exchange_show,
                                                         .arg = s });
    db_end(db);
    return err;
}

void sandbox_control_trade(const struct sandbox_request *in, struct sandbox_answer *out)
{
    static struct sandbox_trade trade;
    const struct sandbox_trade_key key = { .out_trade_no = in->segment };
    struct showing s;

    /* What was refused has exchanges, and no trade. */
    enum pay_err err = sandbox_trade_find(in->db, &key, &trade);
    show_begin(&s, in, out, in->segment);
    if (err != PAY_OK)
        out->status = err == PAY_NO_ROW ? 404 : 503;
    if (s.page && err == PAY_OK) {
        text_add(out->body, "<div class=\"card\"><table>");
        (void)trade_row(&s, &trade);
        text_add(out->body, "</table><p><a href=\"/control/trades\">All trades</a></p></div>");
    } else if (err == PAY_OK) {
        trade_json(&s.json, "trade", &trade);
    }
    if (!s.page)
        json_open_list(&s.json, "exchanges");
    if (exchanges_each(in->db, in->segment, &s) != PAY_OK)
        out->status = 503;
    if (!s.page)
        json_close_list(&s.json);
    show_end(&s);
}
