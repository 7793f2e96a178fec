/* wechat_probe.c - three harmless requests that show whether all keys of an account work: a
 * question about an order that nobody has (the merchant's key: its answer is not signed), an echo
 * (WeChat Pay's key), and the platform certificates (the APIv3 key; a merchant of the public key
 * has none). */
#include "channel/wechat/wechat_private.h"

static void echo_write(struct json_text *to, const struct wechat_keys *keys, const void *arg)
{
    (void)keys;
    json_str(to, "echo_message", arg);
}

static bool apiv3_opens(const struct wechat_keys *keys, const struct json *root)
{
    char plain[WECHAT_PLAIN_MAX];
    size_t len = 0;

    const struct json *list = root ? json_member(root, "data") : NULL;
    if (!list || json_kind(list) != JSON_ARRAY || json_size(list) == 0)
        return true; /* there is nothing to try it on */
    const struct json *one = json_element(list, 0);
    return json_kind(one) != JSON_OBJECT ||
           wechat_unseal(keys, json_member(one, "encrypt_certificate"), plain, &len);
}

static enum pay_err certificates_probe(const struct channel_account *account,
                                       struct channel_said *out)
{
    const struct wechat_request request = { .what = "certificates",
                                            .path = "/v3/certificates",
                                            .nameless = true };
    struct json *root;

    enum pay_err err = wechat_ask(account, &request, &root, out);
    const bool opens = err != PAY_OK || apiv3_opens(account->keys, root);
    json_free(&root);
    if (err == PAY_REFUSED)
        return PAY_OK;
    if (opens)
        return err;
    (void)!said_code(out, &WECHAT_CODES, CODE_APIV3, "a certificate does not open");
    return PAY_UNKNOWN;
}

enum pay_err wechat_probe(const struct channel_account *account, const char *pay_id,
                          struct channel_said *out)
{
    const struct wechat_request echo = {
        .what = "echo", .path = "/v3/security/echo", .write = echo_write, .arg = pay_id
    };
    struct json *root;

    enum pay_err err = wechat_query(account, pay_id, out);
    if (err != PAY_OK)
        return err;
    err = wechat_ask(account, &echo, &root, out);
    json_free(&root);
    return err == PAY_OK ? certificates_probe(account, out) : err;
}
