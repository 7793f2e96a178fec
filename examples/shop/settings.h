/* The shop's settings, from the environment; README.md lists the names. */
#ifndef SHOP_SETTINGS_H
#define SHOP_SETTINGS_H

struct settings {
    char listen[108]; /* the Unix socket nginx talks to */
    int workers;
    int ask_after;          /* s after Pay until the shop asks about an order by itself */
    char base_url[256];     /* the shop's address for browsers and Shroff */
    char pay_base_url[256]; /* Shroff's address for browsers */
    char api_url[256];      /* Shroff's address for the shop */
    char channel[33];       /* the channel to pay through */
    char channels[257];     /* those offered besides, with blanks between; "" none */
    char openid[129];       /* the payer inside WeChat; a real shop learns it from WeChat's login */
    char sandbox_url[256];  /* the played channels, where a payer without a phone pays; "" none */
    char app_key[65];
    char app_secret[257];
    char webhook_secret[257]; /* whsec_… */
    char db_socket[108], db_name[65], db_user[81], db_password[257];
};

/* Filled once by settings_read(), constant afterwards. */
extern struct settings settings;

/* Reads them; what is missing or too long ends the program with exit 78 and one line. */
void settings_read(void);

#endif
