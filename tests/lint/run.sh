#!/usr/bin/env bash
# Tests scripts/lint with planted violations: each case is one file in a tree of its own and the
# problems wanted, as `line: rule` (empty: none). Prints `N passed, N failed`.
set -u
shopt -s lastpipe      # `… | check` counts in this shell
lint=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)/scripts/lint
passed=0 failed=0

# case NAME PATH WANTED…  with the file's text on stdin. Heads are asked for only by what begins with "head".
check() {
    local name=$1 path=$2 tree got want quiet
    shift 2
    tree=$(mktemp -d)
    mkdir -p "$tree/$(dirname "$path")"
    cat >"$tree/$path"
    if [[ $path == *own.c ]]; then : >"$tree/${path%.c}.h"; fi
    quiet=': head: '
    if [[ $name == head* ]]; then quiet='^$'; fi
    got=$("$lint" "$tree" | grep -v -e '^lint: ' -e "$quiet" | sed -e "s|^$path:||" -e 's/^\([0-9]*: [a-z-]*\): .*/\1/')
    want=$(printf '%s\n' "$@")
    if [ "$got" == "$want" ]; then
        passed=$((passed + 1))
    else
        failed=$((failed + 1))
        printf '%s: got:\n%s\nwant:\n%s\n' "$name" "$got" "$want"
    fi
    rm -rf "$tree"
}
# N lines of text
lines() { for ((i = 0; i < $1; i++)); do echo "$2"; done; }

# ---- layers: up, across, and past what a program may know
for row in common/base:io/db/db.h common/io:order/order.h common/io/db:wire/signed_json.h common/wire:channel/channel.h \
    common/channel:app/app.h common/app:notify/notify.h common/notify:order/order.h common/order:settle/settle.h \
    common/settle:checkout/checkout.h common/checkout:registry/registry.h common/registry:watch/audit.h \
    common/watch:keep/purge.h common/keep:web/skeleton/reply.h common/web/page:job/job.h common/job/notify:web/skeleton/reply.h \
    cgi-bin:job/job.h cgi-bin:sandbox/gateway.h cron:web/skeleton/reply.h cli:web/skeleton/reply.h sandbox:order/order.h \
    sandbox:channel/channel.h sandbox:web/skeleton/reply.h common/io:sandbox/gateway.h examples/shop:base/text.h bench:sandbox/gateway.h; do
    check "layer ${row/:/ includes }" "${row%%:*}/x.c" '1: layer' <<<"#include \"${row#*:}\""
done
for row in common/base:base/err.h common/io/db:base/err.h common/io/http:io/json/json.h common/wire:io/json/json.h \
    common/channel/mock:wire/signed_json.h common/app:channel/channel.h common/notify:app/app.h common/order:notify/notify.h \
    common/settle:order/order.h common/checkout:settle/settle.h common/watch:checkout/checkout.h common/web/skeleton:keep/test_clock.h \
    common/web/page:web/skeleton/request.h common/job:watch/gauges.h cgi-bin:web/skeleton/reply.h cron:job/job.h \
    cli:order/order.h cli:job/notify/notify_try.h cli:command.h sandbox:io/db/db.h sandbox:wire/signed_json.h \
    sandbox:sandbox/gateway.h tests/unit:sandbox/gateway.h examples/shop:orders.h bench:order/order_row.h; do
    check "layer ${row/:/ may include }" "${row%%:*}/x.c" '' <<<"#include \"${row#*:}\""
done
check 'mockpay uses the sandbox' cgi-bin/mockpay.c '' <<<'#include "sandbox/gateway.h"'
check 'mockpay leaves the business alone' cgi-bin/mockpay.c '1: layer' <<<'#include "order/order.h"'
check 'sandbox runner uses the sandbox' cron/sandbox_runner.c '' <<<'#include "sandbox/gateway.h"'
check 'sandbox runner leaves the business alone' cron/sandbox_runner.c '1: layer' <<<'#include "order/order.h"'
check 'a path upward' common/io/x.c '1: layer' '1: layer' <<<'#include "../order/order.h"'

# ---- a line as .editorconfig has it
check 'a blank at the end' docs/x.md '2: form' <<<$'one\ntwo \nthree'
check 'a carriage return' scripts/x '1: form' <<<$'one\r'
check 'a tab' tests/x.mjs '1: form' <<<$'\tone'
check 'node: newer than 18' tests/x.mjs '1: node' '2: node' <<<$'a.toSorted()\nimport.meta.dirname'
check 'node: of 18' tests/x.mjs '' <<<'a.sort(); a.findLast(f); t.within(3)'
check 'a tab in a Makefile' Makefile '' <<<$'all:\n\tcc'

# ---- library headers
for header in mysql.h mysql/mysql.h mariadb/mysql.h openssl/evp.h json-c/json.h curl/curl.h fcgiapp.h \
    fcgi_stdio.h qrencode.h errmsg.h zlib.h; do
    check "library <$header> in app" common/app/x.c '1: library' <<<"#include <$header>"
    check "library <$header> in a public io header" common/io/x.h '1: library' <<<"#include <$header>"
done
check 'mysql in db'        common/io/db/db_bind.c ''  <<<'#include <mysql.h>'
check 'openssl in sign'    common/io/crypto/sign_rsa.c '' <<<'#include <openssl/evp.h>'
check 'json-c in json'     common/io/json/json.c ''     <<<'#include <json-c/json.h>'
check 'curl in http'       common/io/http/http_pool.c '' <<<'#include <curl/curl.h>'
check 'fcgi in fcgi'       common/io/fcgi/fcgi.c ''     <<<'#include <fcgiapp.h>'
check 'qrencode in qr'     common/io/qr.c ''       <<<'#include <qrencode.h>'
check 'zlib in http'       common/io/http/http_decode.c '' <<<'#include <zlib.h>'
check 'openssl in db'      common/io/db/db.c '1: library' <<<'#include <openssl/evp.h>'
check 'an example is built apart' examples/shop/x.c '' <<<'#include <mysql.h>'
check 'so is bare'         bench/bare.c ''        <<<'#include <fcgiapp.h>'
check 'not all of bench'   bench/limit.c '1: library' <<<'#include <mysql.h>'
check 'libc anywhere'      common/app/x.c ''       <<<'#include <string.h>'

# ---- SQL
check 'SELECT in web' common/web/x.c '1: sql' <<<'static const char A[] = "SELECT no FROM pay_order";'
check 'UPDATE in job' common/job/x.c '2: sql' <<'C'
static const char A[] =
    "UPDATE notify_task SET state = ?";
C
check 'CALL in cgi-bin'     cgi-bin/x.c '1: sql' <<<'static const char A[] = "CALL open_order(?)";'
check 'DELETE in cli'       cli/x.c '1: sql'     <<<'static const char A[] = " DELETE FROM t";'
check 'INSERT in channel'   common/channel/x.c '1: sql' <<<'static const char A[] = "INSERT INTO t";'
check 'SQL in app'          common/app/x.c ''    <<<'static const char A[] = "SELECT 1 FROM t";'
check 'SQL in the sandbox'  sandbox/x.c ''       <<<'static const char A[] = "SELECT 1 FROM t";'
check 'SQL in a comment'    common/web/x.c ''    <<<'/* "SELECT 1 FROM t" */'
check 'a method is no SQL'  common/web/x.c ''    <<<'static const char A[] = "DELETE";'
check 'words are no SQL'    common/web/x.c ''    <<<'static const char A[] = "Select one";'

# ---- banned
for call in strcpy strcat sprintf gets atoi atol strtok alloca system popen strtol sscanf rand; do
    check "call of $call" common/app/x.c '3: banned' <<C
static void f(void)
{
    $call(a, b);
}
C
done
check 'strtol at home'        common/base/text.c '' <<<'static int f(void) { return strtol(a, b, 10); }'
check 'snprintf is fine'      common/app/x.c ''     <<<'static void f(void) { snprintf(a, 1, b); }'
check 'a member of that name' common/app/x.c ''     <<<'static int f(void) { return x.system; }'
check 'in a string'           common/app/x.c ''     <<<'static const char A[] = "atoi(x)";'
check 'in a comment'          common/app/x.c ''     <<<'// atoi(x)'
check 'in a macro'            common/app/x.c '2: banned' <<'C'
#define A(x) \
    atoi(x)
C
check 'goto'            common/app/x.c '1: banned' <<<'static void f(void) { goto out; }'
check 'double in app'   common/app/x.c '1: banned' <<<'static double price;'
check 'float in base'   common/base/x.h '1: banned' <<<'float price(void);'

# ---- sizes
lines 350 'int x;' | check 'a file of 350' common/app/x.c ''
lines 351 'int x;' | check 'a file of 351' common/app/x.c '351: file-size'
lines 200 'int x;' | check 'a program of 200' cgi-bin/x.c ''
lines 201 'int x;' | check 'a program of 201' cgi-bin/x.c '201: file-size'
lines 100 'int x;' | check 'a header of 100' common/app/x.h ''
lines 101 'int x;' | check 'a header of 101' common/app/x.h '101: file-size'
{ echo '/* lint: allow file-size - one table */'; lines 400 'int x;'; } |
    check 'a long file that says why' common/app/x.c ''
{ echo 'static void f(void)'; echo '{'; lines 42 '    x++;'; echo '}'; } |
    check 'a function of 45' common/app/x.c ''
{ echo 'static void f(void)'; echo '{'; lines 43 '    x++;'; echo '}'; } |
    check 'a function of 46' common/app/x.c '1: function-size'
{ echo 'static void f(void)'; echo '{'; lines 57 '    x++;'; echo '}'; } |
    check 'a test of 60' tests/unit/x.c ''
{ echo 'static void f(void)'; echo '{'; lines 58 '    x++;'; echo '}'; } |
    check 'a test of 61' tests/unit/x.c '1: function-size'
{ echo 'static const int T[] = {'; lines 80 '    1,'; echo '};'; } |
    check 'a table of 82' common/app/x.c ''
{ echo 'static void f(int a,'; echo '              int b)'; echo '{'; lines 42 '    x++;'; echo '}'; } |
    check 'a function counts from its name' common/app/x.c '1: function-size'
{ echo 'static void f(void) { g("}"); h(0); }'; lines 60 'int x;'; } |
    check 'a brace in a string' common/app/x.c ''
{ printf '%s\n' "static void f(void) { g('}', '\"', '\\''); }"; lines 60 'int x;'; } |
    check 'a brace in quotes' common/app/x.c ''
printf '%0100d\n' 0 | tr 0 / | check 'a line of 100' common/app/x.c ''
printf '%0101d\n' 0 | tr 0 / | check 'a line of 101' common/app/x.c '1: line-size'
printf '//%s\n' "$(lines 98 é | tr -d '\n')" | check 'columns, not bytes' common/app/x.c ''
check 'five parameters' common/app/x.c '' <<<'void f(int a, int b, int (*c)(int, int), int d, int e) { }'
check 'six parameters' common/app/x.c '1: parameters' <<<'void f(int a, int b, int c, int d, int e, int g) { }'
check 'six, excused' common/app/x.c '' <<'C'
void f(int a, int b, int c, int d, int e, int g)    /* lint: allow parameters - as the library */
{
}
C
nest4='for (;;) { while (x) { if (y) { switch (z) { case 1:'
check 'nesting of 4' common/app/x.c '' <<<"static void f(void) { $nest4 g(); } } } } }"
check 'nesting of 5' common/app/x.c '1: nesting' <<<"static void f(void) { $nest4 if (a) g(); } } } } }"
check 'nesting of 5 without braces' common/app/x.c '7: nesting' <<'C'
static void f(void)
{
    for (;;)
        if (a)
            while (b)
                for (;;)
                    if (c)
                        g();
}
C
check 'else if is no nesting' common/app/x.c '' <<'C'
static void f(void)
{
    if (a) { g(); } else if (b) { g(); } else if (c) { g(); } else if (d) { g(); }
    else if (e) { g(); } else if (h) { g(); }
    if (a)
        g();
    else if (b)
        g();
    else if (c)
        g();
    else if (d)
        g();
    else if (e)
        g();
}
C
check 'initializers are no nesting' common/app/x.c '' <<'C'
static void f(void)
{
    for (;;) {
        if (a) {
            if (b) {
                struct x v = { .y = { { { 1 } } } };
                if (c)
                    g((struct x){ { { 1 } } });
            }
        }
    }
}
C
check 'do while' common/app/x.c '' <<'C'
static void f(void)
{
    do {
        do {
            do {
                do {
                    g();
                } while (a);
            } while (a);
        } while (a);
    } while (a);
}
C

# ---- order, notes
printf '#include <a.h>\n#include "base/err.h"\n#include <b.h>\n' |
    check 'libc after ours' common/app/x.c '3: order'
printf '#include "base/err.h"\n#include <a.h>\n#include "base/log.h"\n' |
    check 'first of ours, then libc' common/app/x.c ''
printf '#include <a.h>\n#include "app/own.h"\n' | check 'own header late' common/app/own.c '1: order'
printf '#include "app/own.h"\n#include <a.h>\n' | check 'own header first' common/app/own.c ''
printf '#include "app/own_private.h"\n#include <a.h>\n' |
    check 'own private header first' common/app/own.c ''
check 'TODO'  common/app/x.c '1: note' <<<'/* TODO: later */'
check 'FIXME' common/app/x.h '1: note' <<<'// FIXME'
check 'a word with TODO in it' common/app/x.c '' <<<'/* TODOS METHODO */'

# ---- heads
check 'head: its name and what it does' common/app/x.c '' <<<'/* x.c - adds. */'
check 'head: none' common/app/x.c '1: head' <<<'#include "base/err.h"'
check 'head: of another file' common/app/x.c '1: head' <<<'/* y.c - adds. */'
check 'head: in its second line' common/app/x.c '1: head' <<<$'\n/* x.c - adds. */'
check 'head: a header needs none in this form' common/app/x.h '' <<<'int x;'

# ---- NULL
check 'NULL compared'      examples/shop/x.c '1: null' <<<'static int f(void) { return p == NULL; }'
check 'NULL, unequal'      examples/shop/x.c '1: null' <<<'static int f(void) { return (p = g()) != NULL; }'
check 'NULL compared in a test' tests/unit/x.c '' <<<'static int f(void) { return p == NULL; }'
check 'NULL by itself'     examples/shop/x.c ''        <<<'static int f(void) { p = NULL; return !p || g(NULL); }'

# ---- what texts cite
check 'cite: a document'          common/app/x.c '1: cite' <<<'/* see contract.md */'
check 'cite: one that is there'   docs/x.md '' <<<'This is docs/x.md.'
check 'cite: one on the net'      docs/x.md '' <<<'See https://example.com/y.md.'
check 'cite: a word with md'      common/app/x.c '' <<<'/* a.mdx */'
check 'cite: a numbered rule'     common/app/x.c '1: cite' <<<'/* never lost (rule 14) */'
check 'cite: a letter and number' tests/unit/x.mjs '1: cite' <<<'// MariaDB aborts (M17).'
check 'cite: a path of an image'  common/app/x.c '' <<<'static const char A[] = "M17 4h7";'
check 'cite: excused'             scripts/x '' <<<'# cite: allow: "rule 14"'

# ---- circles: several files, so not by check
# circle WANTED FILE=TEXT…      for the rule "circle", or the one that RULE names
circle() {
    local want=$1 rule=${RULE:-circle} tree got pair
    shift
    tree=$(mktemp -d)
    for pair; do
        mkdir -p "$tree/$(dirname "${pair%%=*}")"
        printf '%s\n' "${pair#*=}" >"$tree/${pair%%=*}"
    done
    got=$("$lint" "$tree" | grep ": $rule: " | sed "s/: $rule: .*//")
    if [ "$got" == "$want" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf '%s %s: got:\n%s\nwant:\n%s\n' "$rule" "$*" "$got" "$want"
    fi
    rm -rf "$tree"
}
circle 'common/app/b.h:1' 'common/app/a.h=#include "app/b.h"' 'common/app/b.h=#include "app/a.h"'
circle 'common/io/db/c.h:1' 'common/io/db/a.h=#include "io/db/b.h"' 'common/io/db/b.h=#include "c.h"' 'common/io/db/c.h=#include "io/db/a.h"'
circle '' 'common/app/a.h=#include "app/b.h"' 'common/app/b.h=int x;' 'common/app/a.c=#include "app/a.h"'
circle '' 'common/app/a.h=#include "app/b.h"' 'common/app/b.h=#include "app/a.h" /* lint: allow circle - as it must be */'

# ---- modules that include each other
RULE=pair circle 'common/app/b.c:1' 'common/app/a.c=#include "app/b.h"' 'common/app/b.c=#include "app/a.h"' 'common/app/a.h=int x;' 'common/app/b.h=int y;'
RULE=pair circle 'common/app/b.c:1' 'common/app/a.h=#include "app/b.h"' 'common/app/b.c=#include "app/a.h"' 'common/app/b.h=int y;'
RULE=pair circle '' 'common/app/a.c=#include "app/b.h"' 'common/app/b.c=#include "app/b.h"' 'common/app/a.h=int x;' 'common/app/b.h=int y;'
RULE=pair circle '' 'common/app/a.c=#include "app/a_row.h"' 'common/app/a_row.c=#include "app/a.h"' 'common/app/a.h=int x;' 'common/app/a_row.h=int y;'
RULE=pair circle '' 'common/job/notify/notify_try.c=#include "job/notify/notify_engine.h"' 'common/job/notify/notify_engine.c=#include "job/notify/notify_try.h"' 'common/job/notify/notify_engine.h=int x;' 'common/job/notify/notify_try.h=int y;'
RULE=ring circle 'common/app/c.c:1' 'common/app/a.c=#include "app/b.h"' 'common/app/b.c=#include "app/c.h"' 'common/app/c.c=#include "app/a.h"' 'common/app/a.h=int x;' 'common/app/b.h=int y;' 'common/app/c.h=int z;'
RULE=ring circle '' 'common/app/a.c=#include "app/b.h"' 'common/app/b.c=#include "app/c.h"' 'common/app/d.c=#include "app/c.h"' 'common/app/b.h=#include "app/d.h"' 'common/app/c.h=int z;' 'common/app/d.h=int z;'
RULE=ring circle '' 'common/app/a.c=#include "app/b.h"' 'common/app/b.c=#include "app/a.h"' 'common/app/a.h=int x;' 'common/app/b.h=int y;'

# ---- a name is defined once in the service, and once in each played party
RULE=name circle 'common/app/b.c:1' 'common/app/a.c=static void row_read(void) { }' 'common/app/b.c=static void row_read(void) { }'
RULE=name circle 'cron/b.c:1' 'common/app/a.h=#define ROW_MAX 1' 'cron/b.c=#  define ROW_MAX(n) 2'
RULE=name circle 'sandbox/mock/b.c:1' 'sandbox/mock/a.c=#define ROW_MAX 1' 'sandbox/mock/b.c=#define ROW_MAX 1'
RULE=name circle '' 'common/app/a.c=static void row_read(void) { row_write(); }' 'common/app/b.c=static void row_write(void) { row_read(); }'
RULE=name circle '' 'common/app/a.c=static void row_read(void) { }' 'sandbox/mock/b.c=static void row_read(void) { }' 'sandbox/core/b.c=static void row_read(void) { }' 'cgi-bin/sandbox_b.c=static void row_read(void) { }' 'tests/unit/c.c=static void row_read(void) { }'
RULE=name circle '' 'cron/a.c=int main(void) { }' 'cron/b.c=int main(void) { }'
check 'a name of nothing but a verb' common/app/x.c '1: name' <<<'static void find(void) { }'
check 'a verb in its domain' common/app/x.c '' <<<'static void app_find(void) { find(); }'
check 'two in one file' common/app/x.h '' <<<$'#ifdef A\n#define ROW_MAX 1\n#else\n#define ROW_MAX 2\n#endif'

# ---- an id beside another whole number
check 'two ids' common/app/x.c '1: swap' <<<'static void app_f(int64_t app_id, int64_t order_id) { }'
check 'an id and a time' common/app/x.c '1: swap' <<<'static void app_f(struct db *db, int64_t now, const char *s, int64_t id) { }'
check 'an owner and a rate' cli/x.c '1: swap' <<<'static void app_f(uint64_t owner, int64_t rate) { }'
check 'an id by itself' common/app/x.c '' <<<'static void app_f(int64_t app_id, int most, bool all, int64_t *out) { }'
check 'two numbers, no id' common/app/x.c '' <<<'static void app_f(int64_t least, int64_t most, int64_t ids[2], void (*f)(int64_t id, int64_t n)) { }'

# ---- states by their constants
for text in 'WHERE status = 0' 'SET o.status = 10, x = 1' 's.to_status <> 20' 'status NOT IN (0, 10)' 'state=0'; do
    check "state in a text: $text" common/order/x.c '1: state' <<<"const char *s = \"$text\";"
done
for text in 'WHERE status = ?' 'http_status = 200' 'status = ' 'is_status = 1'; do
    check "no state in a text: $text" common/order/x.c '' <<<"const char *s = \"$text\";"
done
for code in 'if (o->status == 0)' 'if (o.status < 0)' 'w->state = 20;' 'if (r.log_status != 10)'; do
    check "state in C: $code" cli/x.c '1: state' <<<"$code"
done
for code in 'if (o->status == ORDER_WAITING)' 'if (a->status != 200)' 'if (h->state.fails > 0)' '/* o->status == 0 */' 'long status = 0;'; do
    check "no state in C: $code" cli/x.c '' <<<"$code"
done
check 'tests type what they expect' tests/db/x.c '' <<<'run("UPDATE pay_order SET status = 20");'

# ---- the form of C: `make lint` in a tree with one file
tree=$(mktemp -d)
mkdir -p "$tree/common/app"
cp "$(dirname "$lint")/../.clang-format" "$tree"
ln -s "$(dirname "$lint")" "$tree/scripts"
# formed WANTED TEXT: does make lint take it
formed() {
    local got=taken
    printf '/* x.c - nothing. */\n%s\n' "$2" >"$tree/common/app/x.c"
    make -s -C "$tree" -f scripts/../Makefile lint >/dev/null 2>&1 || got=refused
    if [ "$got" == "$1" ]; then passed=$((passed + 1)); else
        failed=$((failed + 1))
        printf 'form of %s: %s\n' "$2" "$got"
    fi
}
formed taken $'int x; /* one */'
formed refused $'int  x;'
formed taken $'/* clang-format off */\nint  x;\n/* clang-format on */'
rm -rf "$tree"

# ---- the program itself
tree=$(mktemp -d)
mkdir -p "$tree/common/app"
echo '/* x.c - nothing. */' >"$tree/common/app/x.c"
summary=$("$lint" "$tree"); status=$?
if [ "$summary" == 'lint: 1 files, 0 problems' ] && [ $status -eq 0 ]; then passed=$((passed + 1))
else failed=$((failed + 1)); echo "clean tree: status $status: $summary"; fi
echo '// TODO' >>"$tree/common/app/x.c"
summary=$("$lint" "$tree" | tail -1; exit "${PIPESTATUS[0]}"); status=$?
if [ "$summary" == 'lint: 1 files, 1 problems' ] && [ $status -eq 1 ]; then passed=$((passed + 1))
else failed=$((failed + 1)); echo "bad tree: status $status: $summary"; fi
rm -rf "$tree"

echo "$passed passed, $failed failed"
[ $failed -eq 0 ]
