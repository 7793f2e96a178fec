/* The stylesheet and the script, served as files of their own so that the CSP can forbid inline. */
#ifndef SHOP_ASSETS_H
#define SHOP_ASSETS_H

/* Lines, ended by NULL. */
extern const char *const SHOP_CSS[];
extern const char *const SHOP_JS[];

#endif
