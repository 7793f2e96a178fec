/* db_procedure.h - a stored procedure's arguments, each named once beside its value.
 *
 *     #define ORDER_PAY_ARGS(FIRST, NEXT)                 (names and values, in the order of
 *         FIRST(p_order_id, DB_NUM(paid->id))              schema/procedures/)
 *         NEXT(p_version, DB_NUM(paid->version))
 *     static const char SQL[] = DB_PROCEDURE_CALL(order_pay, ORDER_PAY_ARGS);
 *     const struct db_param in[] = { DB_PROCEDURE_VALUES(ORDER_PAY_ARGS) };
 *     const struct db_procedure ORDER_PAY = DB_PROCEDURE(order_pay, ORDER_PAY_ARGS);
 *
 * tests/db/test_procedures.c compares the names with those of the database. */
#ifndef IO_DB_PROCEDURE_H
#define IO_DB_PROCEDURE_H

struct db_procedure {
    const char *name, *args;
}; /* args: "p_order_id,p_version" */

#define DB_ARG_MARK_FIRST(name, ...) "?"
#define DB_ARG_MARK_NEXT(name, ...) ",?"
#define DB_ARG_NAME_FIRST(name, ...) #name
#define DB_ARG_NAME_NEXT(name, ...) "," #name
#define DB_ARG_VALUE(name, ...) __VA_ARGS__,

#define DB_PROCEDURE_CALL(procedure, args) \
    "CALL " #procedure "(" args(DB_ARG_MARK_FIRST, DB_ARG_MARK_NEXT) ")"
#define DB_PROCEDURE_VALUES(args) args(DB_ARG_VALUE, DB_ARG_VALUE)
#define DB_PROCEDURE(procedure, args) \
    { \
#procedure, args(DB_ARG_NAME_FIRST, DB_ARG_NAME_NEXT) \
    }

#endif
