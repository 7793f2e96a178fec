/* fuzz_alipay_request.c - what the played Alipay reads of a request: an Authorization header, whose
 * parts are within it, and the parameters of a form, whose names come once. */
#include "fuzz.h"
#include "sandbox/alipay/alipay_params.h"
#include "sandbox/alipay/alipay_v3.h"

static void check_header(const char *header)
{
    struct alipay_v3_said said;

    if (!alipay_v3_read(header, &said))
        return;
    PROPERTY(strstr(header, said.signed_part) && strstr(header, said.sign));
    PROPERTY(!strstr(said.signed_part, ",sign="));
}

static void check_form(const char *form, size_t len)
{
    static struct alipay_params params;

    if (len > 4096 || !alipay_params_read(form, "", 0, &params))
        return;
    for (size_t i = 0; i < params.count; i++) {
        PROPERTY(*params.at[i].name);
        PROPERTY(alipay_param(&params, params.at[i].name) == params.at[i].value);
    }
    if (alipay_params_to_utf8(&params)) {
        for (size_t i = 0; i < params.count; i++)
            PROPERTY(utf8_is_valid(params.at[i].value, strlen(params.at[i].value)));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = fuzz_text(data, size);

    check_header(text);
    check_form(text, strlen(text));
    free(text);
    return 0;
}
