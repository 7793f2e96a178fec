/* sandbox.c - see sandbox.h. */
#include "sandbox/core/sandbox.h"

#include "base/clock.h"
#include "base/file.h"
#include "sandbox/core/sandbox_scenario.h"

const struct word SANDBOX_TRADE_WORDS[] = { SANDBOX_TRADE_STATES(STATE_AS_ROW){ .word = NULL } };
const struct word SANDBOX_MOVE_WORDS[] = { SANDBOX_MOVE_STATES(STATE_AS_ROW){ .word = NULL } };
const struct word SANDBOX_NOTICE_WORDS[] = { SANDBOX_NOTICE_STATES(STATE_AS_ROW){ .word = NULL } };

void sandbox_header(struct sandbox_answer *answer, const char *name, const char *value)
{
    text_addf(&answer->headers, "%s: %s\r\n", name, value);
}

void sandbox_base_add(struct text *to, const struct sandbox_request *in)
{
    const char *host = in->tls ? in->header(in->arg, "host") : NULL;

    if (host)
        text_addf(to, "https://%s", host);
    else
        text_add(to, in->config->sandbox_url);
}

int64_t sandbox_gap_ms(const struct config *config, int64_t seconds)
{
    return seconds * 1000 / config->sandbox_time_scale;
}

bool sandbox_file(const struct config *config, const char *name, char *room, size_t size)
{
    char path_room[CONFIG_TEXT + 80];
    struct text path = TEXT(path_room);

    text_addf(&path, "%s/sandbox/%s", config->state, name);
    return !path.full && file_read(path_room, room, size) == PAY_OK;
}

static void answer_page(struct sandbox_answer *answer, int status, const char *title)
{
    text_reset(answer->body);
    text_reset(&answer->headers);
    answer->status = status;
    answer->type = "text/html";
    text_addf(answer->body,
              "<html><head><title>%d %s</title></head><body><h1>%d %s</h1></body></html>", status,
              title, status, title);
}

void sandbox_answer_spoil(const struct config *config, const char *scenario,
                          struct sandbox_answer *answer)
{
    if (sandbox_plays(scenario, SCENARIO_RESET))
        answer->reset = true;
    if (sandbox_plays(scenario, SCENARIO_EMPTY_ANSWER))
        text_reset(answer->body);
    if (sandbox_plays(scenario, SCENARIO_HTML_502))
        answer_page(answer, 502, "Bad Gateway");
    if (sandbox_plays(scenario, SCENARIO_HTML_503))
        answer_page(answer, 503, "Service Unavailable");
    if (sandbox_plays(scenario, SCENARIO_TOO_MANY))
        answer_page(answer, 429, "Too Many Requests");
    if (sandbox_plays(scenario, SCENARIO_SLOW_10))
        clock_sleep_ms(sandbox_gap_ms(config, 10));
    if (sandbox_plays(scenario, SCENARIO_SLOW_60))
        clock_sleep_ms(sandbox_gap_ms(config, 60));
}
