/* test_sql_text.c - SQL files cut into statements. */
#include "unit.h"
#include <stdlib.h>
#include "keep/sql_text.h"

struct cut {
    const char *name, *file, *statements[4];
};
static const struct cut CUTS[] = {
    { "two", "SELECT 1;\nSELECT 2;\n", { "SELECT 1", "SELECT 2" } },
    { "over lines", "CREATE TABLE a (\n  b INT\n);\n", { "CREATE TABLE a (\n  b INT\n)" } },
    { "comments", "-- x\nSELECT\n-- y\n1;\n\n-- z\n", { "SELECT\n1" } },
    { "delimiter",
      "DELIMITER //\nBEGIN\n  SET a = 1;\nEND//\nDELIMITER ;\nSELECT 1;\n",
      { "BEGIN\n  SET a = 1;\nEND", "SELECT 1" } },
    { "crlf and blanks", "SELECT 1; \t\r\n  \r\nSELECT 2;\r\n", { "SELECT 1", "SELECT 2" } },
    { "the last one without a line end", "SELECT 1;\nSELECT 2;", { "SELECT 1", "SELECT 2" } },
    { "the last one without a delimiter", "SELECT 1;\nSELECT\n2", { "SELECT 1", "SELECT\n2" } },
    { "and with a line end", "SELECT 1;\nSELECT 2\n", { "SELECT 1", "SELECT 2" } },
    { "nothing", "", { NULL } },
    { "blank", "\n \n", { NULL } },
};

/* Each file stands in memory of exactly its size: reading on behind it is seen by the sanitizers.
 * */
static void cuts(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(CUTS); i++) {
        const struct cut *c = &CUTS[i];
        const size_t size = strlen(c->file) + 1;
        char *file = malloc(size);
        assert_non_null(file);
        memcpy(file, c->file, size);
        struct sql_text text = { .at = file };
        for (size_t k = 0; c->statements[k]; k++) {
            const char *got = sql_text_next(&text);
            CHECK(c->name, got != NULL);
            CHECK_TEXT(c->name, got, c->statements[k]);
        }
        CHECK(c->name, sql_text_next(&text) == NULL);
        free(file);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = { cmocka_unit_test(cuts) };

    return cmocka_run_group_tests_name("sql_text", tests, NULL, NULL);
}
