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

# authorization METHOD PATH BODY TIMESTAMP NONCE
authorization() {
    signature=$(printf '%s\n' "$1" "$2" "$4" "$5" "$3" | hmac)
    printf 'SHROFF-HMAC-SHA256 app_key="%s",timestamp="%s",nonce="%s",signature="%s"' \
        "$SHROFF_APP_KEY" "$4" "$5" "$signature"
}

# request METHOD PATH [BODY] [CURL OPTION…]
request() {
    method=$1 path=$2 body=${3-}
    shift "$(($# < 3 ? $# : 3))"
    header=$(authorization "$method" "$path" "$body" "$(date +%s)" "$(openssl rand -hex 16)")
    [ -z "$body" ] || set -- "$@" -H 'Content-Type: application/json' --data-raw "$body"
    printf 'Authorization: %s\n' "$header" |
        curl -sS -m 10 --path-as-is -X "$method" -H @- "$@" "$SHROFF_BASE_URL$path"
}

case ${0##*/} in
sign.sh) request "$@" && echo ;;
esac
