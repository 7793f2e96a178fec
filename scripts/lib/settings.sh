# shellcheck shell=bash
# The paths and settings of one copy, from SHROFF_STATE and SHROFF_PORT. Sourced after ui.sh.

ROOT=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)

# settings_paths: checks SHROFF_STATE (a socket's path must fit); sets STATE, RUN, LOGS, BUILD, DB_SOCKET.
settings_paths() {
    local longest
    STATE=$(realpath -ms -- "${SHROFF_STATE:-$ROOT/var}")
    case $STATE in
    / | /tmp | /var | /home | /root | /etc | /usr | "$ROOT")
        die "SHROFF_STATE=$STATE is no place for a state folder" "Name a folder of its own, such as $ROOT/var" ;;
    *[\'\"\\\$\;{}#%\`]* | *[[:cntrl:][:space:]]*)
        die "SHROFF_STATE has a blank, quote or special character in it" "Choose a path without them" ;;
    esac
    longest=$STATE/run/callback.sock
    local LC_ALL=C
    if [ ${#longest} -gt 107 ]; then
        die "SHROFF_STATE is $((${#longest} - 107)) bytes too long: a socket's path has at most 107 ($longest)" \
            "Choose a shorter one, for example SHROFF_STATE=/tmp/shroff"
    fi
    RUN=$STATE/run LOGS=$STATE/log
    BUILD=$(cd "$ROOT" && realpath -ms -- "${SHROFF_BUILD:-build}")
    # shellcheck disable=SC2034  # used by the scripts that source this file
    DB_SOCKET=$RUN/mariadb.sock
}

settings_port() {
    local name=$1 value=$2
    if [[ ! $value =~ ^[1-9][0-9]{0,4}$ ]] || ((value > 65535)); then
        die "$name=$value is not a port" "Give a number from 1 to 65535"
    fi
}

# settings_bind: SHROFF_BIND in nginx's form, with brackets around IPv6; LOCAL_URL, nginx's address for
# programs on this machine. Browsers leave port 80 out, so it is left out here.
settings_bind() {
    local host
    SHROFF_BIND=${SHROFF_BIND:-127.0.0.1}
    SHROFF_BIND=${SHROFF_BIND//[\[\]]/}
    case $SHROFF_BIND in
    *[!0-9a-fA-F.:]*) die "SHROFF_BIND=$SHROFF_BIND is not an address" "Give one like 127.0.0.1, 0.0.0.0 or ::1" ;;
    *:*) SHROFF_BIND="[$SHROFF_BIND]" ;;
    esac
    case $SHROFF_BIND in 0.0.0.0) host=127.0.0.1 ;; '[::]') host='[::1]' ;; *) host=$SHROFF_BIND ;; esac
    LOCAL_URL=http://$host:$SHROFF_PORT
    LOCAL_URL=${LOCAL_URL%:80}
}

# settings_sizes: checks MariaDB's sizes when the environment sets them.
settings_sizes() {
    local name
    for name in SHROFF_DB_BUFFER_POOL SHROFF_DB_REDO_LOG; do
        [[ ${!name:-256M} =~ ^[0-9]+[KMG]?$ ]] || die "$name=${!name} is not a size" "Write it like 256M or 2G"
    done
    [[ ${SHROFF_DB_CONNECTIONS:-400} =~ ^[1-9][0-9]{1,4}$ ]] ||
        die "SHROFF_DB_CONNECTIONS=$SHROFF_DB_CONNECTIONS is not a number" "Write it like 400"
}

# settings_export: the environment of every program of this copy. `run` is test mode by definition.
settings_export() {
    SHROFF_PORT=${SHROFF_PORT:-8080}
    settings_port SHROFF_PORT "$SHROFF_PORT"
    SHROFF_SANDBOX_PORT=${SHROFF_SANDBOX_PORT:-$((SHROFF_PORT < 65535 ? SHROFF_PORT + 1 : SHROFF_PORT - 1))}
    settings_port SHROFF_SANDBOX_PORT "$SHROFF_SANDBOX_PORT"
    [ "$SHROFF_SANDBOX_PORT" != "$SHROFF_PORT" ] ||
        die "SHROFF_SANDBOX_PORT and SHROFF_PORT are both $SHROFF_PORT" "Give the played channels a port of their own"
    SHROFF_SANDBOX_HTTPS_PORT=${SHROFF_SANDBOX_HTTPS_PORT:-}    # empty: scripts/run chooses (https_port_choose)
    [ -z "$SHROFF_SANDBOX_HTTPS_PORT" ] || settings_port SHROFF_SANDBOX_HTTPS_PORT "$SHROFF_SANDBOX_HTTPS_PORT"
    settings_bind
    SHROFF_SANDBOX_URL=${SHROFF_SANDBOX_URL:-${LOCAL_URL%":$SHROFF_PORT"}:$SHROFF_SANDBOX_PORT}
    SHROFF_BASE_URL=${SHROFF_BASE_URL:-$LOCAL_URL}
    [[ $SHROFF_BASE_URL =~ ^https?://[^/[:space:]\'\"\\]+$ ]] ||
        die "SHROFF_BASE_URL=$SHROFF_BASE_URL is not http(s)://host[:port]" "Leave the trailing slash and path out"
    settings_sizes
    # These variables of a sourced demo.env are for merchants, not for the programs.
    unset SHROFF_APP_KEY SHROFF_APP_SECRET SHROFF_WEBHOOK_SECRET SHROFF_MOCK_CHANNEL_ID \
        SHROFF_MOCK_CHANNEL_SECRET SHROFF_APP2_KEY SHROFF_APP2_SECRET SHROFF_APP2_MOCK_CHANNEL_ID \
        SHROFF_APP2_MOCK_CHANNEL_SECRET SHROFF_DB_USER SHROFF_DB_PASSWORD SHROFF_LISTEN
    SHROFF_STATE=$STATE SHROFF_MODE=test
    SHROFF_NOTIFY_ALLOW_NETS=${SHROFF_NOTIFY_ALLOW_NETS-127.0.0.0/8,::1/128}
    SHROFF_DB_SOCKET=$DB_SOCKET SHROFF_DB_NAME=shroff SHROFF_SANDBOX_DB_NAME=sandbox SHROFF_SHOP_DB_NAME=shop
    SHROFF_MASTER_KEY_FILE=$STATE/secrets/master.key
    local role
    for role in WEB RUNNER MIGRATE CTL SANDBOX SHOP; do
        unset "SHROFF_${role}_DB_USER" "SHROFF_${role}_DB_PASSWORD"
        export "SHROFF_${role}_DB_PASSWORD_FILE=$STATE/secrets/${role,,}.password"
    done
    # For cron/shroff.crontab: the paths of programs, settings and logs.
    SHROFF_HOME=$BUILD SHROFF_ENV=$RUN/shroff.env SHROFF_LOG_DIR=$LOGS
    export SHROFF_STATE SHROFF_PORT SHROFF_SANDBOX_PORT SHROFF_SANDBOX_HTTPS_PORT SHROFF_SANDBOX_URL SHROFF_BASE_URL SHROFF_MODE SHROFF_BIND \
        SHROFF_NOTIFY_ALLOW_NETS SHROFF_DB_SOCKET SHROFF_DB_NAME SHROFF_SANDBOX_DB_NAME \
        SHROFF_SHOP_DB_NAME SHROFF_MASTER_KEY_FILE SHROFF_HOME SHROFF_ENV SHROFF_LOG_DIR
}

# settings_write: writes run/shroff.env, every SHROFF_* setting in shell syntax; the cron jobs source it.
settings_write() {
    local name value
    for name in $(compgen -e SHROFF_); do
        shell_quote "${!name}" value
        printf '%s=%s\n' "$name" "$value"
    done >"$RUN/shroff.env.new"
    mv -f "$RUN/shroff.env.new" "$RUN/shroff.env"
}

# settings_recorded NAME: prints the value with which the copy on this state was started.
settings_recorded() {
    [ ! -r "$RUN/shroff.env" ] || sed -n "s/^$1='\(.*\)'\$/\1/p" "$RUN/shroff.env"
}
