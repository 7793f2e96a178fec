/* bare.c - the cost of libfcgi and one prepared SELECT alone, to compare query and status with. One
 * process per worker, a kept connection in each, no checks, no log. It answers ?no=ORDER_NO.
 *
 * usage: bare SOCKET WORKERS DB_SOCKET USER DATABASE
 *
 * The environment variable BARE_PASSWORD_FILE names the file with the database password. */
#include <fcgiapp.h>
#include <mysql.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

static const char SQL[] =
    "SELECT no, status, price, currency, subject, return_url FROM pay_order WHERE no = ?";

struct row {
    char no[27], currency[4], subject[509], return_url[1025];
    long long status, price;
};

static void fail(const char *what, const char *why)
{
    fprintf(stderr, "bare: %s: %s\n", what, why);
    exit(1);
}

static void text_in(MYSQL_BIND *bind, char *at, unsigned long size, unsigned long *len)
{
    *bind = (MYSQL_BIND){
        .buffer_type = MYSQL_TYPE_STRING, .buffer = at, .buffer_length = size, .length = len
    };
}

static int find(MYSQL_STMT *stmt, const char *no, struct row *out)
{
    MYSQL_BIND in[1] = { { .buffer_type = MYSQL_TYPE_STRING, .buffer_length = strlen(no) } };
    MYSQL_BIND cols[6] = { 0 };
    unsigned long len[6] = { 0 };

    memcpy(&in[0].buffer, &no, sizeof(no));
    text_in(&cols[0], out->no, sizeof(out->no) - 1, &len[0]);
    cols[1] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &out->status };
    cols[2] = (MYSQL_BIND){ .buffer_type = MYSQL_TYPE_LONGLONG, .buffer = &out->price };
    text_in(&cols[3], out->currency, sizeof(out->currency) - 1, &len[3]);
    text_in(&cols[4], out->subject, sizeof(out->subject) - 1, &len[4]);
    text_in(&cols[5], out->return_url, sizeof(out->return_url) - 1, &len[5]);
    memset(out, 0, sizeof(*out));
    if (mysql_stmt_bind_param(stmt, in) || mysql_stmt_execute(stmt) ||
        mysql_stmt_bind_result(stmt, cols) || mysql_stmt_store_result(stmt))
        fail("SELECT", mysql_stmt_error(stmt));
    int rc = mysql_stmt_fetch(stmt);
    mysql_stmt_free_result(stmt);
    return rc;
}

static const char *password(void)
{
    static char room[256];
    const char *path = getenv("BARE_PASSWORD_FILE");
    FILE *file = path ? fopen(path, "r") : NULL;

    if (!file || !fgets(room, sizeof(room), file))
        fail("BARE_PASSWORD_FILE", "cannot be read");
    fclose(file);
    room[strcspn(room, "\n")] = '\0';
    return room;
}

static void work(int listener, char **argv)
{
    FCGX_Request request;
    MYSQL *link = mysql_init(NULL);
    struct row row;

    prctl(PR_SET_PDEATHSIG, SIGTERM);
    if (!mysql_real_connect(link, NULL, argv[4], password(), argv[5], 0, argv[3], 0))
        fail("connect", mysql_error(link));
    MYSQL_STMT *stmt = mysql_stmt_init(link);
    if (mysql_stmt_prepare(stmt, SQL, sizeof(SQL) - 1))
        fail("prepare", mysql_stmt_error(stmt));
    FCGX_InitRequest(&request, listener, 0);
    while (FCGX_Accept_r(&request) == 0) {
        const char *query = FCGX_GetParam("QUERY_STRING", request.envp);
        if (!query || strncmp(query, "no=", 3) != 0 || find(stmt, query + 3, &row) != 0)
            FCGX_PutS("Status: 404 Not Found\r\n\r\n", request.out);
        else
            FCGX_FPrintF(request.out,
                         "Content-Type: application/json\r\n\r\n{\"code\":0,\"msg\":\"success\","
                         "\"data\":{\"order_no\":\"%s\",\"status\":%d,\"price\":%ld,"
                         "\"currency\":\"%s\",\"subject\":\"%s\"}}",
                         row.no, (int)row.status, (long)row.price, row.currency, row.subject);
        FCGX_Finish_r(&request);
    }
}

int main(int argc, char **argv)
{
    if (argc != 6)
        fail("usage", "bare SOCKET WORKERS DB_SOCKET USER DATABASE");
    FCGX_Init();
    int listener = FCGX_OpenSocket(argv[1], 512);
    if (listener < 0)
        fail(argv[1], "cannot listen there");
    for (long left = strtol(argv[2], NULL, 10); left > 0; left--) {
        if (fork() == 0) {
            work(listener, argv);
            _exit(0);
        }
    }
    while (wait(NULL) > 0)
        ;
    return 0;
}
