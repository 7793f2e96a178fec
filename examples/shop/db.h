/* The database functions of orders.c and payments.c. */
#ifndef SHOP_DB_H
#define SHOP_DB_H

#include <mysql.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* True when there is a connection, new or old. */
bool db_connect(void);
void db_disconnect(void);

/* Parameters and columns. The room of a column is zeroed before: its last byte stays zero. */
MYSQL_BIND in_text(const char *text);
MYSQL_BIND in_number(const int64_t *number);
MYSQL_BIND out_text(char *room, size_t size);
MYSQL_BIND out_number(int64_t *number);

/* Runs one statement; the caller closes it. NULL, with *error set, when it failed. */
MYSQL_STMT *db_run(const char *sql, MYSQL_BIND *in, unsigned *error);

/* How many rows a statement changed; -1 when it failed. */
int db_change(const char *sql, MYSQL_BIND *in, unsigned *error);

/* A transaction around several statements. */
bool db_begin(void);
bool db_end(bool commit);

#endif
