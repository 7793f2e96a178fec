/* db_refusal.h - why this process could not connect, in words, for messages about PAY_DB_AWAY. */
#ifndef IO_DB_REFUSAL_H
#define IO_DB_REFUSAL_H

/* Of the latest attempt that failed: the account, MariaDB's own words and number, and the cure; ""
 * before one has. */
const char *db_refusal(void);

#endif
