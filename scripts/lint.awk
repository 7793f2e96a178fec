# lint.awk - reads C files, prints `file:line: rule: what`, ends with `lint: N files, M problems`.
# One line may be excused by a comment on it, `lint: allow RULE - why`; a file's length by the same
# within its first 30 lines. Plain awk: mawk and gawk both run it.

BEGIN {
    # common/ in layers, the lowest first: a folder may include itself and what stands before it. Folders
    # joined by "+" stand side by side and do not include each other.
    n = split("base io wire channel app notify order ledger refund+transfer settle checkout registry+watch+keep web+job", layers, " ")
    below = ""
    for (i = 1; i <= n; i++) {
        split(layers[i], side, "+")
        for (j in side) allow["common/" side[j]] = below " " side[j]
        gsub(/\+/, " ", layers[i])
        below = below " " layers[i]
    }
    # The programs: all of common/, but web endpoints know no jobs, jobs no web, the command neither.
    allow["cgi-bin"] = below; sub(/ job/, "", allow["cgi-bin"])
    allow["cron"]    = below; sub(/ web/, "", allow["cron"])
    allow["cli"]     = below " cli"; sub(/ web/, "", allow["cli"])
    # The benchmark stands where the programs stand; an example is built apart and knows only itself.
    allow["bench"] = below " bench"
    allow["examples"] = ""
    # The played third parties know nothing of ours but the libraries' wrappers and how texts are written.
    allow["sandbox"] = "base io wire sandbox"
    allow["cgi-bin sandbox"] = "base io wire web sandbox cgi-bin"
    allow["cron sandbox"]    = "base io wire job sandbox"

    # A library's headers -> the only files that see them.
    library["mysql"]      = "^common/io/db/[a-z_]*\\.c$|^common/io/db/[a-z_]*_private\\.h$"
    library["mariadb"]    = library["mysql"]
    library["errmsg.h"]   = library["mysql"]
    library["mysqld_error.h"] = library["mysql"]
    library["openssl"]    = "^common/io/crypto/(sign[a-z_]*|cert|tls)\\.c$|^common/io/crypto/sign[a-z_]*_private\\.h$"
    library["json-c"]     = "^common/io/json/json(_lenient)?\\.c$"
    library["json.h"]     = library["json-c"]
    library["curl"]       = "^common/io/http/[a-z_]*\\.c$|^common/io/http/[a-z_]*_private\\.h$"
    library["zlib"]       = "^common/io/(gunzip\\.c$|g?zip\\.c$|http/[a-z_]*(\\.c|_private\\.h)$)"
    library["minizip"]    = "^common/io/unzip\\.c$"
    library["iconv.h"]    = "^common/io/charset\\.c$|^sandbox/core/sandbox_gbk\\.c$"
    library["fcgi"]       = "^common/io/fcgi/[a-z_]*\\.c$|^common/io/fcgi/[a-z_]*_private\\.h$"
    library["qrencode"]   = "^common/io/qr\\.c$"

    # A module is a .c and its .h; X_part stands in one folder with X and belongs to it. Modules do not
    # include each other, nor in a circle of several, but for these pairs, each with its reason.
    pair("common/job/notify/notify_engine", "common/job/notify/notify_try")     # a try is a member of the engine
    pair("examples/shop/orders", "examples/shop/payments")        # a payment has an order, and an order that is paid ends its payment

    SQL_FILES = "^common/(app|notify|order|ledger|refund|transfer|settle|checkout|registry|watch|keep)/|^common/io/db/|^sandbox/|^tests/|^examples/|^bench/"
    APART = "^tests/|^examples/|^bench/bare\\.c$"     # libraries without our wrappers
    # A state is named by its constant: in texts of SQL by STATE(…), in C as it is. HTTP's numbers are longer.
    STATE_IN_TEXT = "(^|[^a-z_])((from|to|before|last)_)?(status|state) *((=|<>|!=|<=>|<|>) *|(NOT )?IN *\\( *)-?[0-9]"
    STATE_IN_CODE = "(->|\\.)(log_)?(status|state) *(=|==|!=|<|>|<=|>=) *-?[0-9][0-9]?([^0-9A-Za-z_]|$)"
    SQL = "^[ ]*(SELECT|INSERT|UPDATE|DELETE|REPLACE|CALL|ALTER|TRUNCATE|DROP|START TRANSACTION)[ ]"

    split("strcpy strcat sprintf vsprintf gets atoi atol atoll atof strtok strtok_r alloca system popen" \
          " rand srand random srandom tmpnam mktemp stpcpy", words, " ")
    for (i in words) banned[words[i]] = "^$"
    split("strtol strtoll strtoul strtoull strtoimax strtod strtof sscanf fscanf scanf", words, " ")
    for (i in words) banned[words[i]] = "^common/base/text\\.c$|^examples/|^bench/bare\\.c$"
    FLOAT_FILES = "^common/io/|^tests/"

    # A name is defined in one file of the service, and in one of each party that the sandbox plays.
    # These mean the same everywhere.
    ONE_NAME = "^(common|cgi-bin|cron|cli|sandbox)/"
    split("main", words, " ")
    for (i in words) shared[words[i]] = 1
    # A function is not named by one word that fits any domain.
    split("add apply ask begin book check clear delete do done end find finish get go handle insert keep" \
          " load lock look make move next note open pay process put read record refuse run save say send set show" \
          " start take update use work write", words, " ")
    for (i in words) empty_word[words[i]] = 1

    # Swapped arguments are to be an error of the compiler: beside an id no other whole number of 64 bits is a
    # parameter. A struct with named members takes both.
    ID = "^([a-z_]*_)?(id|owner|version)$"

    MAX_FILE = 350; MAX_CGI = 200; MAX_HEADER = 100; MAX_TEST = 800
    MAX_FUNCTION = 45; MAX_TEST_FUNCTION = 60; MAX_LINE = 100; MAX_PARAMS = 5; MAX_NESTING = 4

    for (i = 1; i < ARGC; i++) known[ARGV[i]] = 1
    NULL_STYLE = "^(common|sandbox|cli|cron|cgi-bin|examples|bench)/"    # a pointer is tested by itself
    problems = files = excused = 0
}

function report(line, rule, what) {
    if (rule == "file-size" ? head_allows : allowed[line] == rule) {
        excused++
        return
    }
    problems++
    printf "%s:%d: %s: %s\n", name, line, rule, what
}

# ---- once per file

function part(path, i,   parts) {
    split(path, parts, "/")
    return parts[i]
}

function begin_file() {
    name = FILENAME
    files++
    split("", allowed)
    head_allows = in_comment = in_directive = 0
    includes = 0; seen_quoted = 0
    depth = paren = in_function = 0
    prev = before = ""
    begin_statement()
    folder = name
    sub(/\/[^\/]*$/, "", folder)
    if (folder ~ /^common\//) folder = "common/" part(folder, 2)
    else sub(/\/.*/, "", folder)
    base = name
    sub(/^.*\//, "", base)
    role = folder
    if (folder == "cgi-bin" && (base ~ /^sandbox_/ || base == "mockpay.c")) role = "cgi-bin sandbox"
    if (folder == "cron" && base ~ /^sandbox_/) role = "cron sandbox"
    own = name
    sub(/\.c$/, ".h", own)
    if (own == name || !(own in known)) own = ""
}

function end_file(   max) {
    max = folder == "tests" ? MAX_TEST : name ~ /\.h$/ ? MAX_HEADER : folder == "cgi-bin" ? MAX_CGI : MAX_FILE
    if (last > max) report(last, "file-size", last " lines, at most " max)
}

FNR == 1 {
    if (files > 0) end_file()
    begin_file()
    if (name ~ /\.c$/ && index($0, "/* " base " - ") != 1)
        report(1, "head", "it begins with `/* " base " - what it is, what goes in and out`")
}

{
    last = FNR
    note_excuse($0)
    check_line($0)
    if (in_comment == 0 && $0 ~ /^[ \t]*#[ \t]*include/) {
        check_include($0)
        next
    }
    directive = in_directive || (!in_comment && $0 ~ /^[ \t]*#/)
    if (directive && !in_directive) note_macro($0)
    in_directive = directive && $0 ~ /\\$/
    code = strip($0)
    if (folder != "tests" && code ~ STATE_IN_CODE)
        report(FNR, "state", "a state's number: its constant comes from its table")
    tokens(code, directive)
}

END {
    if (files > 0) end_file()
    for (i = 1; i < ARGC; i++) if (!mark[ARGV[i]]) walk(ARGV[i])
    for (i = 1; i < ARGC; i++) pairs_of(ARGV[i])
    for (i = 1; i < ARGC; i++) if (!(module(ARGV[i]) in entered)) ring(module(ARGV[i]))
    if (excused > 0) printf "lint: %d excused in place\n", excused
    printf "lint: %d files, %d problems\n", files, problems
    exit problems > 0
}

# ---- lines

function note_excuse(line,   rule) {
    if (!match(line, /lint: allow [a-z-]+ - ./)) return
    rule = substr(line, RSTART + 12)
    sub(/ .*/, "", rule)
    allowed[FNR] = rule
    if (FNR <= 30 && rule == "file-size") head_allows = 1
}

function check_line(line) {
    if (line ~ /(^|[^A-Za-z_])(TODO|FIXME)([^A-Za-z_]|$)/)
        report(FNR, "note", "a note of unfinished work")
    gsub(/[\200-\277]/, "", line)           # continuation bytes take no column
    if (length(line) > MAX_LINE)
        report(FNR, "line-size", length(line) " columns, at most " MAX_LINE)
}

# The line without comments; strings are checked and left as "".
function strip(line,   code, mark, at) {
    code = ""
    while (line != "") {
        if (in_comment) {
            at = index(line, "*/")
            if (at == 0) return code
            line = substr(line, at + 2)
            in_comment = 0
            code = code " "
            continue
        }
        if (!match(line, /\/\*|\/\/|"|'/)) return code line
        mark = substr(line, RSTART, RLENGTH)
        code = code substr(line, 1, RSTART - 1)
        line = substr(line, RSTART + RLENGTH)
        if (mark == "/*") in_comment = 1
        else if (mark == "//") return code
        else if (mark == "\"") {
            if (!match(line, /^([^"\\]|\\.)*"/)) return code
            check_string(substr(line, 1, RLENGTH - 1))
            line = substr(line, RLENGTH + 1)
            code = code "\"\""
        } else {
            if (!match(line, /^([^'\\]|\\.)+'/)) return code
            line = substr(line, RLENGTH + 1)
            code = code "0"
        }
    }
    return code
}

function check_string(s) {
    if (s ~ SQL && name !~ SQL_FILES)
        report(FNR, "sql", "SQL text outside the business folders of common/ and sandbox")
    if (folder != "tests" && s ~ STATE_IN_TEXT)
        report(FNR, "state", "a state's number: STATE(…) gives it from its table")
}

# ---- includes

function check_include(line,   path, top, quoted) {
    quoted = line ~ /include[ \t]*"/
    path = line
    sub(/^[^"<]*["<]/, "", path)
    sub(/[">].*$/, "", path)
    top = path
    sub(/\/.*/, "", top)
    includes++
    if (path ~ /(^|\/)\.\.\//) report(FNR, "layer", "a path with .. in it: " path)
    if (name !~ APART && !quoted) check_library(path, top)
    if (quoted && allowed[FNR] != "circle") edge(path)
    if (folder != "tests" && quoted) check_layer(path, top)
    check_order(path, quoted)
}

# Which file an include names: beside the includer, in common/, or from the top.
function edge(path,   beside) {
    beside = name
    sub(/[^\/]*$/, "", beside)
    path = (beside path) in known ? beside path : ("common/" path) in known ? "common/" path : path
    if (!(path in known)) return
    seen_from[name] = seen_from[name] " " path
    line_of[name, path] = FNR
}

# Depth first: an include of a file that is being walked closes a circle.
function walk(file,   i, n, list) {
    mark[file] = 1
    n = split(seen_from[file], list, " ")
    for (i = 1; i <= n; i++) {
        if (mark[list[i]] == 1) {
            problems++
            printf "%s:%d: circle: %s includes this file in turn\n", file, line_of[file, list[i]], list[i]
        } else if (!mark[list[i]]) walk(list[i])
    }
    mark[file] = 2
}

function pair(a, b) { paired[a, b] = paired[b, a] = 1 }

function module(file) {
    sub(/(_private)?\.[ch]$/, "", file)
    return file
}

# What one module's files include of another's, and the other way round: reported where the second is seen.
function pairs_of(file,   i, n, list, mine, theirs) {
    mine = module(file)
    n = split(seen_from[file], list, " ")
    for (i = 1; i <= n; i++) {
        theirs = module(list[i])
        if (file ~ /^tests\// || mine == theirs || index(mine, theirs "_") == 1 || index(theirs, mine "_") == 1)
            continue
        if ((mine, theirs) in paired || (mine, theirs) in uses) continue
        uses[mine, theirs] = 1
        leads[mine] = leads[mine] " " theirs
        seen_in[mine, theirs] = file ":" line_of[file, list[i]]
        if (!((theirs, mine) in uses)) continue
        problems++
        printf "%s:%d: pair: %s and %s include each other\n", file, line_of[file, list[i]], mine, theirs
    }
}

# Depth first over modules, each once: a module that is still on the path closes a circle. One of two
# modules is a pair, which pairs_of reports.
function ring(mine,   i, n, list, theirs, way, k) {
    entered[mine] = ++deep
    on_path[deep] = mine
    n = split(leads[mine], list, " ")
    for (i = 1; i <= n; i++) {
        theirs = list[i]
        if (!(theirs in entered)) ring(theirs)
        if (entered[theirs] == 0 || deep - entered[theirs] < 2) continue
        way = ""
        for (k = entered[theirs]; k <= deep; k++) way = way on_path[k] ", "
        problems++
        printf "%s: ring: modules include each other in a circle: %sand %s again\n", seen_in[mine, theirs], way, theirs
    }
    entered[mine] = 0
    deep--
}

function check_library(path, top,   key) {
    key = top
    if (path ~ /^(mysql|fcgi|qrencode|curl|zlib)[a-z_]*\.h$/) {
        match(path, /^(mysqld_error\.h|mysql|fcgi|qrencode|curl|zlib)/)
        key = substr(path, 1, RLENGTH)
    }
    if (key in library && name !~ library[key])
        report(FNR, "library", "<" path "> belongs to its wrapper in common/io")
}

function check_layer(path, top,   i, n, list) {
    if (path !~ /\//) return       # beside the file itself
    n = split(allow[role], list, " ")
    for (i = 1; i <= n; i++) if (list[i] == top) return
    report(FNR, "layer", role " may not include " path)
}

# Own header (or, of a file that is a part of a module, the module's), then <…>, then ours.
function check_order(path, quoted,   stem, head) {
    if (includes == 1) {
        stem = base
        sub(/\.[ch]$/, "", stem)
        head = path
        sub(/^.*\//, "", head)
        if (own != "" && (!quoted || index(head, stem) != 1))
            report(FNR, "order", "its own header comes first")
        return
    }
    if (!quoted && seen_quoted) report(FNR, "order", "<" path "> stands after our own headers")
    if (quoted) seen_quoted = 1
}

# ---- code

function tokens(code, directive,   token) {
    while (match(code, /[A-Za-z_][A-Za-z0-9_]*|[0-9][A-Za-z0-9_.]*|[^ \t]/)) {
        token = substr(code, RSTART, RLENGTH)
        code = substr(code, RSTART + RLENGTH)
        check_token(token)
        if (!directive) {
            if (in_function) inside(token)
            else outside(token)
        }
        before = prev
        prev = token
    }
}

function check_token(token) {
    if (token == "goto") report(FNR, "banned", "goto")
    if (name ~ NULL_STYLE && token == "NULL" && prev == "=" && before ~ /^[=!]$/)
        report(FNR, "null", "a pointer is tested by itself: `p`, `!p`")
    if ((token == "float" || token == "double") && name !~ FLOAT_FILES)
        report(FNR, "banned", token)
    if (token == "(" && prev in banned && name !~ banned[prev])
        report(FNR, "banned", prev "()")
}

function begin_statement() {
    fn_name = ""; fn_line = commas = parts = equals = 0; only = ""
}

# At file level: finds where a function begins and how many parameters it has.
function outside(token) {
    if (depth > 0) {                        # a type or an initializer
        if (token == "{") depth++
        if (token == "}") depth--
        return
    }
    if (token == "(") {
        if (++paren == 1) {
            fn_name = prev; fn_line = FNR; commas = parts = wide = ids = 0
            return
        }
    } else if (token == ")" && --paren == 0) end_parameter()
    if (paren > 0) {
        if (paren == 1 && token == ",") { commas++; end_parameter() }
        else { parts++; only = token }
    } else if (token == "=") equals = 1
    else if (token == ";") begin_statement()
    else if (token == "{") {
        if (prev == ")" && !equals && fn_name != "") begin_function()
        else depth = 1
    }
}

# The first definition of a name in the service or in a played party is noted, one in another file is reported.
function note_name(line, what,   side) {
    if (name !~ ONE_NAME || what in shared) return
    side = name ~ /^sandbox\// ? part(name, 2) : role ~ / sandbox$/ ? base : "service"
    if (!((side, what) in named)) named[side, what] = name
    else if (named[side, what] != name)
        report(line, "name", what " is defined in " named[side, what] " too: a name is defined once")
}

function note_macro(line) {
    if (!match(line, /^[ \t]*#[ \t]*define[ \t]+[A-Za-z_0-9]+/)) return
    line = substr(line, RSTART, RLENGTH)
    sub(/^.*[ \t]/, "", line)
    note_name(FNR, line)
}

# What is before its comma: the name, and before that the type, if it is no pointer and no array.
function end_parameter() {
    if (before !~ /^u?int64_t$/) return
    wide++
    if (prev ~ ID) ids++
}

function begin_function(   params) {
    note_name(fn_line, fn_name)
    if (name ~ ONE_NAME && ids > 0 && wide > 1)
        report(fn_line, "swap", fn_name " takes an id and another whole number: a struct names both")
    if (name ~ ONE_NAME && fn_name in empty_word)
        report(fn_line, "name", fn_name "() says nothing of its domain: order_" fn_name "(), and the like")
    params = parts == 0 || (parts == 1 && only == "void") ? 0 : commas + 1
    if (params > MAX_PARAMS)
        report(fn_line, "parameters", fn_name " has " params ", at most " MAX_PARAMS)
    in_function = 1
    blocks = 1                              # kinds[1] is the body itself
    kinds[1] = "body"; levels[1] = 0; pending = 0; level = 0
    head = ""; last_head = ""; after_do = 0; too_deep = 0
}

function end_function(   lines, max) {
    lines = FNR - fn_line + 1
    max = folder == "tests" ? MAX_TEST_FUNCTION : MAX_FUNCTION
    if (lines > max)
        report(fn_line, "function-size", fn_name " has " lines " lines, at most " max)
    in_function = 0
    begin_statement()
}

# A control statement without braces counts until its `;`.
function inside(token) {
    if (last_head != "" && token != "{") {
        if (!(last_head == "else" && token == "if")) pending++
    }
    if (token == "{") open_block(last_head)
    else if (token == "}") close_block()
    else if (token == "(") {
        heads[++paren] = head
        head = ""
    } else if (token == ")") {
        last_head = heads[paren--]
        return
    } else if (token == ";" && paren == 0) pending = 0
    else control(token)
    last_head = token == "else" || token == "do" ? token : ""
}

function control(token) {
    head = ""
    if (token !~ /^(if|for|while|switch|do)$/) return
    if (token == "while" && after_do) { after_do = 0; return }
    after_do = 0
    if (token != "do") head = token
    if (level + pending + 1 > MAX_NESTING && !too_deep) {
        report(FNR, "nesting", fn_name " nests deeper than " MAX_NESTING)
        too_deep = 1
    }
}

function open_block(why) {
    blocks++
    kinds[blocks] = why
    levels[blocks] = pending
    level += pending + (why != "" ? 1 : 0)
    pending = 0
}

function close_block() {
    level -= levels[blocks] + (blocks > 1 && kinds[blocks] != "" ? 1 : 0)
    after_do = kinds[blocks] == "do"
    pending = 0
    blocks--
    if (blocks == 0) end_function()
}
