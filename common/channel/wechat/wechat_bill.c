/* wechat_bill.c - fetching a bill: WeChat Pay gives an address (signed) and the SHA-1 of the bill
 * before compression; the file itself is not signed, so its SHA-1 is compared. */
#include "channel/wechat/wechat_bill.h"

#include <string.h>

#include "channel/bill.h"
#include "io/crypto/sign_stream.h"
#include "io/gunzip.h"

#define FILE_PATH "/v3/billdownload/file?"

static enum pay_err refused(const struct channel_said *said, struct bill_answer *out)
{
    out->end = BILL_LATER;
    if (str_eq(said->error_code, "STATEMENT_CREATING"))
        return PAY_OK;
    out->end = BILL_NONE;
    return str_eq(said->error_code, "NO_STATEMENT_EXIST") ? PAY_OK : PAY_REFUSED;
}

/* Of the address only the path is used: a signed request goes to WeChat Pay's hosts alone. */
static const char *path_of(const char *url)
{
    const char *path = url ? strstr(url, FILE_PATH) : NULL;

    return path && strlen(path) < WECHAT_URL_MAX ? path : NULL;
}

static bool file_hash(int fd, char out[SHA1_HEX_SIZE], struct text *why)
{
    static char room[65536];
    struct sign_stream *hash = sign_stream_open(SIGN_SHA1);
    struct source *plain = gunzip_open(fd);
    struct text hex = text_over(out, SHA1_HEX_SIZE);
    int64_t total = 0;
    ptrdiff_t n;

    while ((n = plain->read(plain, room, sizeof(room))) > 0 && total <= BILL_PLAIN_MAX) {
        sign_stream_add(hash, room, (size_t)n);
        total += n;
    }
    if (n != 0)
        text_add(why, n < 0 ? plain->why : "the bill is too long");
    const bool good = n == 0 && sign_stream_end(hash, &hex);
    source_close(&plain);
    sign_stream_close(&hash);
    return good;
}

static enum pay_err file_fetch(const struct channel_account *account, const struct json *root,
                               const struct bill_ask *ask, struct text *why)
{
    const char *path = path_of(wechat_str(root, "download_url"));
    const char *hash = wechat_str(root, "hash_value");
    char found[SHA1_HEX_SIZE] = "";

    if (!path || !hash || !str_eq(wechat_str(root, "hash_type"), "SHA1")) {
        text_add(why, "the answer lacks the bill's address, or its SHA1");
        return PAY_UNKNOWN;
    }
    enum pay_err err = wechat_download(account, path, ask->fd, BILL_FILE_MAX);
    if (err != PAY_OK) {
        text_add(why, "the bill's file did not come");
        return err;
    }
    if (!file_hash(ask->fd, found, why))
        return PAY_BAD_BODY;
    if (str_eq_nocase(found, hash))
        return PAY_OK;
    text_addf(why, "the bill's SHA1 is %s, not %.40s", found, hash);
    return PAY_BAD_BODY;
}

enum pay_err wechat_bill(const struct channel_account *account, const struct bill_ask *ask,
                         struct bill_answer *out)
{
    char path[128];
    struct text to = TEXT(path), why = TEXT(out->why);
    const struct wechat_request request = { .what = "bill", .path = path };
    struct channel_said said = { .error_code = "" };
    struct json *root = NULL;

    text_addf(&to, "/v3/bill/%s?bill_date=%s&%s&tar_type=GZIP",
              ask->kind == BILL_FUNDS ? "fundflowbill" : "tradebill", ask->day,
              ask->kind == BILL_FUNDS ? "account_type=BASIC" : "bill_type=ALL");
    enum pay_err err = wechat_ask(account, &request, &root, &said);
    if (err == PAY_REFUSED)
        err = refused(&said, out);
    else if (err == PAY_OK) {
        out->end = BILL_HERE;
        err = root ? file_fetch(account, root, ask, &why) : PAY_UNKNOWN;
    }
    if (*said.error_code != '\0')
        text_addf(&why, "%s %s", said.error_code, said.error_msg);
    json_free(&root);
    return err;
}
