/* alert.c - raises, reads and closes rows of pay_alert. */
#include "app/alert.h"

#include "app/admin_log.h"
#include "base/text.h"

static const struct view_member ALERT_MEMBERS[] = {
    VIEW_MEMBER(struct alert, id, VIEW_NUMBER, "id", VIEW_ALWAYS),
    VIEW_MEMBER(struct alert, kind, VIEW_TEXT, "kind", VIEW_ALWAYS),
    VIEW_MEMBER(struct alert, app_id, VIEW_NUMBER, "app_id", VIEW_UNLESS_EMPTY),
    VIEW_MEMBER(struct alert, about, VIEW_TEXT, "about", VIEW_ALWAYS),
    VIEW_MEMBER(struct alert, times, VIEW_NUMBER, "times", VIEW_ALWAYS),
    VIEW_MEMBER(struct alert, create_time, VIEW_TIME, "create_time", VIEW_ALWAYS),
    VIEW_MEMBER(struct alert, closed_by, VIEW_TEXT, "closed_by", VIEW_UNLESS_EMPTY),
    VIEW_MEMBER(struct alert, decision, VIEW_TEXT, "decision", VIEW_UNLESS_EMPTY),
    VIEW_MEMBER(struct alert, text, VIEW_TEXT, "text", VIEW_ALWAYS),
};
const struct view ALERT_VIEW = VIEW_SHOWS_ALL(ALERT_MEMBERS);

/* A trigger opens a closed alert again: the programs' accounts may not write closed_by. */
static enum pay_err alert_again(struct db *db, const char *kind, const char *about,
                                const char *text, int64_t *changed)
{
    static const char SQL[] =
        "UPDATE pay_alert SET times = times + 1, text = ? WHERE kind = ? AND about = ?";
    const struct db_param in[] = { DB_STR(text), DB_STR(kind), DB_STR(about) };

    return db_exec(db, SQL, DB_LIST(in), changed);
}

/* Not ON DUPLICATE KEY UPDATE: it wants the right to change every column that is inserted, and the
 * accounts may only count up. */
enum pay_err alert_raise(struct db *db, const char *kind, int64_t app_id, const char *about,
                         const char *text)
{
    static const char SQL[] =
        "INSERT INTO pay_alert (kind, app_id, about, text) VALUES (?, ?, ?, ?)";
    const struct db_param in[] = { DB_STR(kind), DB_NUM_OPT(app_id), DB_STR(about), DB_STR(text) };
    int64_t changed = 0;

    enum pay_err err = alert_again(db, kind, about, text, &changed);
    if (err != PAY_OK || changed > 0)
        return err;
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_DUPLICATE ? alert_again(db, kind, about, text, &changed) : err;
}

/* Open alerts of one kind and app; further ones share one. */
#define CROWDS_MAX 20
#define EACH_MAX 100
#define CROWD_OF_ALL "*" /* no host's name */

static enum pay_err crowd_again(struct db *db, const struct alert_crowd *alert, int64_t *changed)
{
    static const char SQL[] = "UPDATE pay_alert SET times = times + 1, text = ?"
                              " WHERE kind = ? AND app_id = ? AND crowd = ?";
    const struct db_param in[] = {
        DB_STR(alert->text),
        DB_STR(alert->kind),
        DB_NUM(alert->app_id),
        DB_STR(alert->crowd),
    };
    return db_exec(db, SQL, DB_LIST(in), changed);
}

static enum pay_err crowd_raise(struct db *db, const struct alert_crowd *alert)
{
    static const char SQL[] =
        "INSERT INTO pay_alert (kind, app_id, crowd, about, text) VALUES (?, ?, ?, ?, ?)";
    const struct db_param in[] = {
        DB_STR(alert->kind),  DB_NUM(alert->app_id), DB_STR(alert->crowd),
        DB_STR(alert->about), DB_STR(alert->text),
    };
    int64_t changed = 0;

    enum pay_err err = crowd_again(db, alert, &changed);
    if (err != PAY_OK || changed > 0)
        return err;
    err = db_exec(db, SQL, DB_LIST(in), NULL);
    return err == PAY_DUPLICATE ? crowd_again(db, alert, &changed) : err;
}

/* True: this crowd has no alert yet, and the app has `most` open ones of the kind. */
static enum pay_err crowds_are_many(struct db *db, const struct alert_crowd *alert, int64_t most,
                                    bool *many)
{
    static const char SQL[] = "SELECT COUNT(*) >= ? AND SUM(crowd = ?) = 0 FROM pay_alert"
                              " WHERE kind = ? AND app_id = ? AND (crowd = ? OR"
                              "       (crowd IS NOT NULL AND closed_by IS NULL))";
    const struct db_param in[] = {
        DB_NUM(most),          DB_STR(alert->crowd), DB_STR(alert->kind),
        DB_NUM(alert->app_id), DB_STR(alert->crowd),
    };
    int64_t answer = 0;

    enum pay_err err = db_number(db, SQL, DB_LIST(in), &answer);
    *many = answer != 0;
    return err;
}

/* The one of all is about the app: a thing of its own may get its own alert later. */
static enum pay_err crowd_raise_bounded(struct db *db, const struct alert_crowd *alert,
                                        int64_t most)
{
    struct alert_crowd of_all = *alert;
    char room[900], app[32];
    struct text text = TEXT(room), about = TEXT(app);
    bool many = false;

    enum pay_err err = crowds_are_many(db, alert, most, &many);
    if (err != PAY_OK || !many)
        return err == PAY_OK ? crowd_raise(db, alert) : err;
    text_addf(&text, "more than %lld alerts like this of one app; the last one: %s",
              (long long)most, alert->text);
    text_addf(&about, "app %lld", (long long)alert->app_id);
    of_all.crowd = CROWD_OF_ALL;
    of_all.about = app;
    of_all.text = room;
    return crowd_raise(db, &of_all);
}

enum pay_err alert_raise_crowd(struct db *db, const struct alert_crowd *alert)
{
    return crowd_raise_bounded(db, alert, CROWDS_MAX);
}

enum pay_err alert_raise_each(struct db *db, const struct alert_crowd *alert)
{
    struct alert_crowd of_itself = *alert;

    of_itself.crowd = alert->about;
    return crowd_raise_bounded(db, &of_itself, EACH_MAX);
}

enum pay_err alert_raise_silence(struct db *db, int64_t channel_id, const struct alert_crowd *alert)
{
    struct alert_crowd of_channel = *alert;
    char room[40];
    struct text crowd = TEXT(room);

    text_addf(&crowd, "channel %lld", (long long)channel_id);
    of_channel.crowd = room;
    return alert_raise_crowd(db, &of_channel);
}

static const struct db_column ALERT_COLUMNS[] = {
    DB_COLUMN(struct alert, id),
    DB_COLUMN(struct alert, app_id),
    DB_COLUMN(struct alert, times),
    DB_COLUMN_TIME(struct alert, create_time),
    DB_COLUMN_TIME(struct alert, close_time),
    DB_COLUMN(struct alert, kind),
    DB_COLUMN(struct alert, about),
    DB_COLUMN(struct alert, text),
    DB_COLUMN(struct alert, closed_by),
    DB_COLUMN(struct alert, remark),
    DB_COLUMN(struct alert, decision),
};

enum pay_err alert_list(struct db *db, const struct alert_filter *filter, db_each *each, void *arg)
{
    static const char SQL[] =
        "SELECT id, app_id, times, create_time, close_time, kind, about, text, closed_by, remark,"
        " decision"
        "  FROM pay_alert"
        " WHERE id > ? AND (? = 1 OR closed_by IS NULL)"
        " ORDER BY id LIMIT ?";
    const struct db_param in[] = {
        DB_NUM(filter->after),
        DB_NUM(filter->all ? 1 : 0),
        DB_NUM(filter->limit),
    };
    struct alert row;

    enum pay_err err = db_select(db, &(struct db_query){ .sql = SQL,
                                                         .in = in,
                                                         .n = COUNT(in),
                                                         .shape = DB_SHAPE(ALERT_COLUMNS),
                                                         .row = &row,
                                                         .each = each,
                                                         .arg = arg });
    db_end(db);
    return err;
}

enum pay_err alert_count(struct db *db, const struct alert_filter *filter, int64_t *count)
{
    static const char SQL[] =
        "SELECT COUNT(*) FROM pay_alert WHERE id > ? AND (? = 1 OR closed_by IS NULL)";
    const struct db_param in[] = { DB_NUM(filter->after), DB_NUM(filter->all ? 1 : 0) };

    enum pay_err err = db_number(db, SQL, DB_LIST(in), count);
    db_end(db);
    return err;
}

struct alert_closing {
    int64_t id;
    const char *who, *remark;
};

static enum pay_err alert_close_work(struct db *db, void *arg)
{
    static const char SQL[] =
        "UPDATE pay_alert SET closed_by = ?, close_time = UTC_TIMESTAMP(3), remark = ?"
        " WHERE id = ? AND closed_by IS NULL";
    const struct alert_closing *w = arg;
    const struct db_param in[] = { DB_STR(w->who), DB_OPT(w->remark), DB_NUM(w->id) };
    char room[32];
    struct text on = TEXT(room);

    enum pay_err err = db_exec_one(db, SQL, DB_LIST(in));
    if (err == PAY_WRONG_STATE)
        return PAY_NOT_FOUND;
    text_add_i64(&on, w->id);
    if (err != PAY_OK)
        return err;
    return admin_log_add(db, w->who, "alert.close", room, str_or(w->remark, ""));
}

enum pay_err alert_close(struct db *db, int64_t id, const char *who, const char *remark)
{
    struct alert_closing work = { id, who, remark };
    return db_txn(db, alert_close_work, &work);
}
