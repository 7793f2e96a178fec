/* channel_setup.c - see channel_setup.h. */
#include "app/channel_setup.h"

#include "app/alert.h"
#include "base/text.h"

static const char *setup_cure(const struct channel_config *channel, const struct channel_said *said)
{
    const struct channel_code *row =
        channel_code_told(channel->driver->codes, said->error_code, said->error_msg);

    return row ? row->says : "see docs/channels.md";
}

void channel_setup_tell(struct db *db, const struct channel_config *channel,
                        const struct channel_said *said)
{
    const char *app_key = channel->app_key, *code = channel->account.code;
    char about_room[96], room[1024];
    struct text about = TEXT(about_room), text = TEXT(room);

    if (said->meaning != MEANS_SETUP)
        return;
    text_addf(&about, "channel %s/%s", app_key, code);
    text_addf(&text,
              "channel %s of app %s fails for every order: %s (%s): %s. shroffctl channel test %s"
              " --app %s asks it again",
              code, app_key, said->error_code, said->error_msg, setup_cure(channel, said), code,
              app_key);
    alert_raise_seldom(db, &(const struct alert_crowd){ .kind = "channel_setup",
                                                        .app_id = channel->account.app_id,
                                                        .about = about_room,
                                                        .text = room });
}
