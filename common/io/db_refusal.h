/* db_refusal.h - why this process could not connect: what PAY_DB_AWAY is told with. */
#ifndef IO_DB_REFUSAL_H
#define IO_DB_REFUSAL_H

/* Of the latest attempt that failed: the account, MariaDB's own words and number, and the cure; ""
 * before one has. */
const char *db_refusal(void);

#endif
