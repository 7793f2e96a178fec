# shellcheck shell=bash
# Makes the two demo apps and the files with their keys: demo.env for people and tests, shop.env and two
# secrets for the demo shop. Sourced after settings.sh and mariadb.sh; MariaDB runs, migrated.

DEMO_NAMES=(SHROFF_BASE_URL
    SHROFF_APP_KEY SHROFF_APP_SECRET SHROFF_WEBHOOK_SECRET SHROFF_MOCK_CHANNEL_ID SHROFF_MOCK_CHANNEL_SECRET
    SHROFF_APP2_KEY SHROFF_APP2_SECRET SHROFF_APP2_MOCK_CHANNEL_ID SHROFF_APP2_MOCK_CHANNEL_SECRET
    SHROFF_STATE SHROFF_DB_SOCKET SHROFF_DB_NAME SHROFF_DB_USER SHROFF_DB_PASSWORD SHROFF_MODE)
declare -A DEMO=()

ctl() { "$BUILD/cli/shroffctl" "$@" --json; }
ctl_change() { ctl "$@" --reason 'demo of scripts/run'; }

# member NAME JSON: a member's value; dies when it is not there.
member() { jq -er --arg name "$1" '.[$name]' <<<"$2" || die "shroffctl answered without $1: $2"; }

# demo_read: reads demo.env into DEMO, if the file is there. A line of another form is skipped.
demo_read() {
    local line quote="'\\''"
    DEMO=()
    [ -r "$STATE/demo.env" ] || return 0
    while IFS= read -r line; do
        [[ $line =~ ^(SHROFF_[A-Z0-9_]+)=\'(.*)\'$ ]] || continue
        DEMO[${BASH_REMATCH[1]}]=${BASH_REMATCH[2]//"$quote"/"'"}
    done <"$STATE/demo.env"
}

# demo_app NAME PREFIX MOCK [WEBHOOK]: the app of that name and its key into DEMO[PREFIX_…], its mock
# channel into DEMO[MOCK_…], its webhook secret into DEMO[WEBHOOK]. What is missing is made. Where the
# secret is not in demo.env, it is rotated. So it works after an earlier run that stopped anywhere.
demo_app() {
    local name=$1 prefix=$2 mock=$3 webhook=${4:-} url='' app='' row out
    # The shop has one app's secret only, so the other app has no address of its own for notifications.
    [ -z "$webhook" ] || url=$SHROFF_BASE_URL/shop/notify
    row=$(ctl app list | jq -c --arg name "$name" '[.items[] | select(.name == $name)][0] // empty')
    [ -z "$row" ] || app=$(member app_key "$row")
    if [ -z "$app" ] || [ "${DEMO[${prefix}_KEY]:-}" != "$app" ]; then
        DEMO[${prefix}_SECRET]='' DEMO[${mock}_SECRET]=''
        [ -z "$webhook" ] || DEMO[$webhook]=''
    fi
    if [ -z "$app" ]; then
        out=$(ctl_change app create --name "$name" --notify-url "$url")
        app=$(member app_key "$out")
        [ -z "$webhook" ] || DEMO[$webhook]=$(member webhook_secret "$out")
    elif [ "$(jq -r '.order_notify_url // .notify_url // empty' <<<"$row")" != "$url" ]; then
        ctl_change app set "$app" --notify-url "$url" >/dev/null    # the port has changed
    fi
    DEMO[${prefix}_KEY]=$app
    if [ -n "$webhook" ] && [ -z "${DEMO[$webhook]}" ]; then
        out=$(ctl_change app rotate "$app")
        DEMO[$webhook]=$(member webhook_secret "$out")
    fi
    [ -n "${DEMO[${prefix}_SECRET]:-}" ] || demo_key "$app" "$prefix"
    demo_channel "$app" "$mock"
    [ -z "$webhook" ] || demo_wallet "$app"
    [ -z "$webhook" ] || demo_played "$app"
}

# demo_wallet APP: its channel wallet, which has no keys.
demo_wallet() {
    if [ -z "$(ctl channel list --app "$1" | jq -r '.items[] | select(.code == "wallet") | .code')" ]; then
        ctl_change channel create --app "$1" --code wallet >/dev/null
    fi
}

# The played channels' codes, whose two files sandbox_write made.
PLAYED=(alipay_pc alipay_wap alipay_app alipay_qr alipay_bar wx_pub wx_lite wx_app wx_native wx_wap wx_bar)

# demo_played APP: a channel of each of these codes, as the sandbox's demo merchant.
demo_played() {
    local app=$1 code have files
    have=$(ctl channel list --app "$app" | jq -r '[.items[].code] | join(" ")')
    for code in "${PLAYED[@]}"; do
        [[ " $have " != *" $code "* ]] || continue
        files=$STATE/sandbox/alipay
        [ "${code%%_*}" != wx ] || files=$STATE/sandbox/wechat
        ctl_change channel create --app "$app" --code "$code" --config-file "${files}_config.json" \
            --secrets-file "${files}_secrets.json" >/dev/null
    done
    # The sandbox's address may be another than at the last run.
    printf "UPDATE shroff.pay_channel SET config = JSON_REPLACE(config, '\$.gateway', '%s/gateway.do', '\$.base', '%s')
            WHERE app_id = (SELECT id FROM shroff.pay_app WHERE app_key = '%s');\n" \
        "$SHROFF_SANDBOX_URL" "$SHROFF_SANDBOX_URL" "$app" | db_root
}

demo_key() {
    local app=$1 prefix=$2 id out
    id=$(ctl key list --app "$app" |
        jq -r '[.items[] | select(.status == 0 or .status == "ENABLED" or .status == "LIVE")][0].key_id // empty')
    if [ -n "$id" ]; then
        out=$(ctl_change key rotate "$id" --app "$app" --overlap 0)
    else
        out=$(ctl_change key create --app "$app" --scopes all)
    fi
    DEMO[${prefix}_SECRET]=$(member secret "$out")
}

demo_channel() {
    local app=$1 mock=$2 id out
    id=$(ctl channel list --app "$app" |
        jq -r '[.items[] | select(.code == "mock")][0] | .channel_id // .id // empty')
    if [ -z "$id" ]; then
        out=$(ctl_change channel create --app "$app" --code mock)
        id=$(member channel_id "$out")
        DEMO[${mock}_SECRET]=$(member secret "$out")
    elif [ -z "${DEMO[${mock}_SECRET]:-}" ]; then
        out=$(ctl_change channel rotate "$id")
        DEMO[${mock}_SECRET]=$(member secret "$out")
    fi
    DEMO[${mock}_ID]=$id
}

demo_write() {
    local name value
    for name in "${DEMO_NAMES[@]}"; do
        shell_quote "${DEMO[$name]}" value
        printf '%s=%s\n' "$name" "$value"
    done >"$STATE/demo.env.new"
    mv -f "$STATE/demo.env.new" "$STATE/demo.env"
    printf '%s\n' "${DEMO[SHROFF_APP_SECRET]}" >"$STATE/secrets/shop_app_secret"
    printf '%s\n' "${DEMO[SHROFF_WEBHOOK_SECRET]}" >"$STATE/secrets/shop_webhook_secret"
    {
        shell_quote "${DEMO[SHROFF_APP_KEY]}" value
        printf 'SHOP_APP_KEY=%s\n' "$value"
        for name in app_secret webhook_secret; do
            shell_quote "$STATE/secrets/shop_$name" value
            printf 'SHOP_%s_FILE=%s\n' "${name^^}" "$value"
        done
        printf "SHOP_CHANNELS='%s'\n" "${PLAYED[*]}"
        printf "SHOP_OPENID='%s'\n" "$(cat "$STATE/sandbox/wechat_openid")"
        shell_quote "$SHROFF_SANDBOX_URL" value
        printf 'SHOP_SANDBOX_URL=%s\n' "$value"
    } >"$STATE/shop.env.new"
    mv -f "$STATE/shop.env.new" "$STATE/shop.env"
}

demo_make() {
    demo_read
    demo_app 'Demo shop' SHROFF_APP SHROFF_MOCK_CHANNEL SHROFF_WEBHOOK_SECRET
    demo_app 'Second shop' SHROFF_APP2 SHROFF_APP2_MOCK_CHANNEL
    DEMO[SHROFF_BASE_URL]=$SHROFF_BASE_URL
    DEMO[SHROFF_STATE]=$STATE
    DEMO[SHROFF_DB_SOCKET]=$DB_SOCKET
    DEMO[SHROFF_DB_NAME]=$SHROFF_DB_NAME
    DEMO[SHROFF_DB_USER]=shroff_reader
    DEMO[SHROFF_MODE]='test'       # so that shroffctl works after `. demo.env`
    DEMO[SHROFF_DB_PASSWORD]=$(cat "$STATE/secrets/reader.password")
    demo_write
}
