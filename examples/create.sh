#!/bin/sh
# Create an order at a running Shroff, as a merchant's server would. See `create.sh --help`.
# signing/sign.sh signs and sends the request, and says why it does not use `openssl mac`.
set -eu
# An exported variable would stay exported, and so reach curl: unset them first.
unset SHROFF_APP_SECRET SHROFF_APP2_SECRET SHROFF_WEBHOOK_SECRET SHROFF_MOCK_CHANNEL_SECRET \
    SHROFF_APP2_MOCK_CHANNEL_SECRET SHROFF_DB_PASSWORD
here=$(dirname -- "$0")

usage() {
    cat <<'END'
Usage: examples/create.sh [OPTION VALUE]...

Creates an order as a demo app, prints the answer (JSON) and, on a terminal, where to pay it.
Every run signs afresh. The secret is read from demo.env and never stands on a command line.

  --price N               in minor units, so 8800 is 88.00 in CNY    (default 8800)
  --currency CODE         ISO 4217                                   (default CNY)
  --subject TEXT          what is sold                               (default "Demo order")
  --merchant-order-id ID  your number for it          (default: one made from date and chance)
  --channel CODE          submit it there at once; '' for not yet    (default mock)
  --notify-url URL        where to tell the result                   (default: the app's own)
  --return-url URL        where the payer goes afterwards
  --app 1|2               which of the two demo apps                 (default 1)
  --env FILE              the settings `run` wrote     (default $SHROFF_STATE/demo.env, var/demo.env)
  --help                  this text

The same --merchant-order-id with the same terms answers with the same order.
END
}

die() {
    printf 'create.sh: %s\n' "$1" >&2
    exit 2
}

price=8800 currency=CNY subject='Demo order' channel=mock notify_url='' return_url='' app=1
merchant_order_id=DEMO-$(date -u +%Y%m%d%H%M%S)-$(openssl rand -hex 4)
env=${SHROFF_STATE:-$here/../var}/demo.env

while [ $# -gt 0 ]; do
    option=$1
    case $option in
    --help | -h) usage; exit 0 ;;
    --*=*) value=${option#*=} option=${option%%=*} ;;
    --*) [ $# -ge 2 ] || die "$option wants a value"; value=$2; shift ;;
    *) die "what is \"$option\"? See --help" ;;
    esac
    shift
    case $option in
    --price) price=$value ;;
    --currency) currency=$value ;;
    --subject) subject=$value ;;
    --merchant-order-id) merchant_order_id=$value ;;
    --channel) channel=$value ;;
    --notify-url) notify_url=$value ;;
    --return-url) return_url=$value ;;
    --app) app=$value ;;
    --env) env=$value ;;
    *) die "no option $option; see --help" ;;
    esac
done
case $price in '' | *[!0-9]*) die '--price wants a whole number of minor units: 8800 for 88.00' ;; esac
case $app in 1 | 2) ;; *) die '--app is 1 or 2' ;; esac
[ -r "$env" ] || die "cannot read $env. Is Shroff running (./scripts/run)? Else --env FILE"

case $env in /*) ;; *) env=./$env ;; esac
# shellcheck source=/dev/null
. "$env"
if [ "$app" = 2 ]; then
    # shellcheck disable=SC2153  # demo.env sets them
    SHROFF_APP_KEY=$SHROFF_APP2_KEY SHROFF_APP_SECRET=$SHROFF_APP2_SECRET
fi
# shellcheck source=examples/signing/sign.sh
. "$here/signing/sign.sh"

# member NAME TEXT: ,"NAME":"TEXT", or nothing when TEXT is empty
member() {
    case $2 in
    '') ;;
    *[[:cntrl:]]*) die "$1 holds a control character" ;;
    *) printf ',"%s":"%s"' "$1" "$(printf %s "$2" | sed 's/[\\"]/\\&/g')" ;;
    esac
}

body="{\"price\":$price$(
    member merchant_order_id "$merchant_order_id"
    member currency "$currency"
    member subject "$subject"
    member channel "$channel"
    member notify_url "$notify_url"
    member return_url "$return_url"
)}"

answer=$(request POST /payments "$body") || {
    [ $? -ne 2 ] || exit 2              # the message says what is missing
    die "no answer from $SHROFF_BASE_URL"
}
printf '%s\n' "$answer"
case $answer in
'{"code":0,'*) ;;
*) exit 1 ;;
esac
pay_url=$(printf %s "$answer" | sed -n 's/.*"pay_url":"\([^"]*\)".*/\1/p' | sed 's,\\/,/,g')
if [ -t 1 ] && [ -n "$pay_url" ]; then
    printf '\nPay it here:\n%s\n' "$pay_url"
fi
