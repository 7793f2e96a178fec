# cites.awk - reads texts of any kind, prints `file:line: cite: what` where one names a document that is
# not among the files read, or a numbered rule of a list that a reader does not have (cite: allow: "rule 14", "M14").
# `cite: allow` on the line excuses it, and so does a URL that contains the name. And `file:line: form: what` where
# a line is not as .editorconfig has it: a blank or carriage return at its end, a tab outside of a Makefile.
# And `file:line: node: what` where JavaScript calls what Node 18 does not know: Debian 12 has that one.

BEGIN {
    for (i = 1; i < ARGC; i++) {
        at = ARGV[i]
        sub(/^\.\//, "", at)
        here[at] = 1
        sub(/^.*\//, "", at)
        named[at] = 1
    }
}

FNR == 1 {
    name = FILENAME
    sub(/^\.\//, "", name)
}

/[ \t\r]$/ { problem("form", "a blank at the line's end") }
/\t/ && name !~ /(^|\/)Makefile$/ { problem("form", "a tab") }
name ~ /\.mjs$/ && /\.(toSorted|toReversed|toSpliced|with|fromAsync|withResolvers|groupBy)\(|import\.meta\.(dir|file)name/ {
    problem("node", "Node 18 does not know this call")
}

# The linter's own tests plant what is wrong.
/cite: allow/ || name ~ /^tests\/lint\// { next }

{
    line = $0
    gsub(/https?:\/\/[^ )>"']*/, "", line)
    rest = line
    while (match(rest, /[A-Za-z0-9_][A-Za-z0-9_.\/-]*\.md/)) {
        cited = substr(rest, RSTART, RLENGTH)
        end = substr(rest, RSTART + RLENGTH, 1)
        rest = substr(rest, RSTART + RLENGTH)
        file = cited
        sub(/^.*\//, "", file)
        if (end !~ /[A-Za-z0-9_]/ && !(file in named)) report(cited " is not in this repository")
    }
    if (match(line, /(^|[^A-Za-z0-9])[Rr]ules? [0-9]+/))
        report("\"" substr(line, RSTART, RLENGTH) "\": a rule of which list? Say it in place")
    if (match(line, /[ (]M[0-9][0-9]?([),:;.]|$)/))
        report("\"" substr(line, RSTART, RLENGTH) "\": say the reason in place")
}

function report(what) { problem("cite", what) }
function problem(rule, what) {
    problems++
    printf "%s:%d: %s: %s\n", name, FNR, rule, what
}

END { exit problems > 0 }
