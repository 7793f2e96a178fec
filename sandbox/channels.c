/* channels.c - the table of the played channels. */
#include "sandbox/channels.h"
#include "sandbox/alipay/alipay.h"
#include "sandbox/wechat/wechat.h"

const struct sandbox_channel *const SANDBOX_CHANNELS[] = { &SANDBOX_ALIPAY, &SANDBOX_WECHAT, NULL };
