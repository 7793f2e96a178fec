# shellcheck shell=bash
# nginx of one copy: its configuration from nginx/shroff.conf.in. Sourced after settings.sh.

# nginx_config: fills the template's @NAMES@.
nginx_config() {
    local text user='' connections
    text=$(cat "$ROOT/nginx/shroff.conf.in")
    # Workers of a root nginx would become nobody, who cannot enter the state folder.
    [ "$(id -u)" -ne 0 ] || user='user root;'
    text=${text//@USER@/"$user"}
    text=${text//@STATE@/"$STATE"}
    text=${text//@LISTEN@/"$SHROFF_BIND:$SHROFF_PORT"}
    # A client that has not finished its head counts nowhere else: room for more than one address can
    # open. A connection is a descriptor, and some are for logs and sockets.
    connections=$(($(ulimit -n) - 64))
    text=${text//@CONNECTIONS@/"$((connections < 32768 ? connections : 32768))"}
    mkdir -p "$STATE/nginx/temp" "$STATE/nginx/shroff"
    # Read from the state folder: a configuration that is reloaded is the one that was started.
    cp "$ROOT"/nginx/*.conf "$STATE/nginx/shroff/"
    printf '%s\n' "$text" >"$STATE/nginx/nginx.conf"
}

nginx_command() {
    local server
    server=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)
    CMD=("$server" -p "$STATE/nginx" -c "$STATE/nginx/nginx.conf" -e "$LOGS/nginx.log")
}

# nginx_check: the configuration is read before anything is started.
nginx_check() {
    nginx_command
    "${CMD[@]}" -t
}

# port_taken PORT: does somebody answer there?
port_taken() {
    local host=${LOCAL_URL#http://}
    host=${host%":$SHROFF_PORT"}
    host=${host//[\[\]]/}
    (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null
}
