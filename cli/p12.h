/* p12.h - shroffctl channel create --p12: the merchant's key from WeChat Pay's file. */
#ifndef CLI_P12_H
#define CLI_P12_H

#include "cli/command.h"

/* The rooms of the two JSON objects of a channel's configuration. */
struct p12_rooms {
    char *config, *secrets;
    size_t config_size, secrets_size;
};
/* With --p12: adds merchant_cert to the one object and private_key to the other. The password is in
 * --p12-password-file; without that it is the object's mchid. False after a message. */
bool p12_take(const struct cli *cli, const struct p12_rooms *rooms, struct channel_spec *spec);

#endif
