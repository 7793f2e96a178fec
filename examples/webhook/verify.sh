#!/bin/sh
# Check a notification kept in files:  verify.sh HEADERS BODY   (exit 0: genuine)
# For looking into a delivery by hand. Needs SHROFF_WEBHOOK_SECRET (whsec_…); openssl and od.
# The key goes through pipes alone, for the reason in ../signing/sign.sh.
set -eu
LC_ALL=C
secret=${SHROFF_WEBHOOK_SECRET-}
secret=${secret#whsec_}
unset SHROFF_WEBHOOK_SECRET
now=${SHROFF_NOW:-$(date +%s)}

# pad BYTE: the 64 bytes of the key, each xor BYTE (keys of Standard Webhooks have 24 to 64)
pad() {
    octal=
    left=64
    for byte in $(printf '%s\n' "$secret" | openssl base64 -d -A | od -An -v -tu1); do
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

# hmac: HMAC-SHA256 of standard input, in base64
hmac() {
    { pad 92; { pad 54; cat; } | openssl dgst -sha256 -binary; } |
        openssl dgst -sha256 -binary | openssl base64 -A
}

# header NAME: its value, from lines like "webhook-id: 01J…"
header() { sed -n "s/^$1: *//Ip" "$headers" | tr -d '\r' | head -n 1; }

refuse() {
    printf 'verify.sh: %s\n' "$1" >&2
    exit 2
}

[ $# -eq 2 ] || refuse 'usage: verify.sh HEADERS BODY (two files)'
[ "${#secret}" -ge 32 ] || refuse 'SHROFF_WEBHOOK_SECRET is not whsec_ and base64'
headers=$1 body=$2
for file in "$headers" "$body"; do
    [ -r "$file" ] || refuse "cannot read $file"
done
id=$(header webhook-id)
sent=$(header webhook-timestamp)
case $sent in '' | 0* | *[!0-9]* | ???????????*) echo 'no usable webhook-timestamp' >&2; exit 1 ;; esac
age=$((now - sent))
[ "${age#-}" -le 300 ] || { echo "sent $age s ago, more than 300" >&2; exit 1; }
ours=v1,$({ printf '%s.%s.' "$id" "$sent"; cat "$body"; } | hmac)
for entry in $(header webhook-signature); do    # several while the secret rotates
    [ "$entry" != "$ours" ] || { echo 'genuine'; exit 0; }
done
echo 'bad signature' >&2
exit 1
