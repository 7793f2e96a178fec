/* sql_text.h - cuts a .sql file into statements as the mariadb client does: ended by ; at a line's
 * end, or, after a line "DELIMITER //", by //; lines of comment are left out. */
#ifndef KEEP_SQL_TEXT_H
#define KEEP_SQL_TEXT_H

struct sql_text {
    char *at;          /* the file's text; it is cut up */
    char delimiter[8]; /* "" is ";" */
};

/* The next statement without its delimiter (the last one may lack it), NULL at the end. */
const char *sql_text_next(struct sql_text *text);

#endif
