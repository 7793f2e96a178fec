#!/bin/sh
# Sign one request, send it, print the answer:  sign.sh METHOD PATH [BODY]
# Needs SHROFF_BASE_URL, SHROFF_APP_KEY and SHROFF_APP_SECRET; openssl, od and curl.
#
# `openssl dgst -macopt key:…` and `openssl mac -macopt …` take the key as an argument only, where
# `ps` shows it to every user. HMAC is two plain hashes, so here the key goes through pipes alone.
set -eu
LC_ALL=C
secret=${SHROFF_APP_SECRET-}
unset SHROFF_APP_SECRET
unset='is not set (set -a; . var/demo.env; set +a)'
tries=4
newline='
'

sha256() { openssl dgst -sha256 -binary; }
bytes() { od -An -v -tu1; }

# pad BYTE: the 64 bytes of the key, each xor BYTE
pad() {
    key=$(if [ "${#secret}" -gt 64 ]; then printf %s "$secret" | sha256 | bytes
          else printf %s "$secret" | bytes; fi)
    octal=
    left=64
    for byte in $key; do
        byte=$((byte ^ $1))
        octal="$octal\\$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
        left=$((left - 1))
    done
    while [ "$left" -gt 0 ]; do
        octal="$octal\\$(($1 / 64))$(($1 / 8 % 8))$(($1 % 8))"
        left=$((left - 1))
    done
    # shellcheck disable=SC2059  # the escapes are the point
    printf "$octal"
}

# hmac: HMAC-SHA256 of standard input, in lower-case hex
hmac() {
    { pad 92; { pad 54; cat; } | sha256; } | openssl dgst -sha256 -r | cut -d ' ' -f 1
}

# spelled PATH: as it is sent and signed, without a fragment, blanks and other letters in percents
spelled() {
    for byte in $(printf %s "${1%%#*}" | bytes); do
        if [ "$byte" -gt 32 ] && [ "$byte" -lt 127 ]; then
            printf %b "\\0$((byte / 64))$((byte / 8 % 8))$((byte % 8))"
        else
            printf '%%%02X' "$byte"
        fi
    done
}

refuse() {
    printf '%s: %s\n' "${0##*/}" "$1" >&2
    exit 2
}

# authorization METHOD PATH BODY TIMESTAMP NONCE
authorization() {
    [ -n "$secret" ] || refuse "SHROFF_APP_SECRET $unset"
    signature=$(printf '%s\n' "$1" "$2" "$4" "$5" "$3" | hmac)
    printf 'SHROFF-HMAC-SHA256 app_key="%s",timestamp="%s",nonce="%s",signature="%s"' \
        "$SHROFF_APP_KEY" "$4" "$5" "$signature"
}

# send_once METHOD PATH BODY [CURL OPTION…]: the answer, and a last line "STATUS RETRY-AFTER"
send_once() {
    method=$1 path=$2 body=$3
    shift 3
    header=$(authorization "$method" "$path" "$body" "$(date +%s)" "$(openssl rand -hex 16)")
    [ -z "$body" ] || set -- "$@" -H 'Content-Type: application/json' --data-raw "$body"
    # as-is and -g: curl must send the path that was signed
    printf 'Authorization: %s\n' "$header" |
        curl -sS -g -m 10 --path-as-is -X "$method" -H @- -w '\n%{http_code} %header{retry-after}' \
            "$@" "${SHROFF_BASE_URL%/}$path"
}

# request METHOD PATH [BODY] [CURL OPTION…]: prints the answer. No answer, 429 and 503 are repeated,
# signed anew each time: the same merchant_order_id makes one order, however often it is sent.
request() {
    [ -n "${SHROFF_BASE_URL-}" ] || refuse "SHROFF_BASE_URL $unset"
    [ -n "${SHROFF_APP_KEY-}" ] || refuse "SHROFF_APP_KEY $unset"
    [ -n "$secret" ] || refuse "SHROFF_APP_SECRET $unset"
    method=$(printf %s "$1" | tr '[:lower:]' '[:upper:]') body=${3-}
    path=$(spelled "$2")
    shift "$(($# < 3 ? $# : 3))"
    case $path in
    /*) ;;
    *) refuse "the path must begin with /, and \"$path\" does not" ;;
    esac
    try=1 pause=1
    while :; do
        answer=$(send_once "$method" "$path" "$body" "$@") || :
        state=${answer##*"$newline"}
        case $state in
        429* | 503* | 000*) [ "$try" -lt "$tries" ] || break ;;
        *) break ;;
        esac
        after=${state#* }
        case $after in '' | *[!0-9]* | ????*) after=$pause ;; esac
        sleep "$after"
        try=$((try + 1)) pause=$((pause * 2))
    done
    printf %s "${answer%"$newline"*}"
    [ "${state%% *}" != 000 ]
}

case ${0##*/} in
sign.sh)
    [ $# -ge 2 ] || refuse 'usage: sign.sh METHOD PATH [BODY]'
    request "$@" && echo ;;
esac
