# shellcheck shell=bash
# nginx of one copy: its configuration from nginx/shroff.conf.in. Sourced after settings.sh.

# nginx_config: fills the template's @NAMES@.
nginx_config() {
    local text user='' connections
    text=$(cat "$ROOT/nginx/shroff.conf.in")
    # Started by root, nginx would run its workers as the user nobody, which cannot enter the state folder.
    [ "$(id -u)" -ne 0 ] || user='user root;'
    text=${text//@USER@/"$user"}
    text=${text//@STATE@/"$STATE"}
    # The sandbox alone has no other server.
    [ -z "${SHROFF_SANDBOX_ONLY:-}" ] || text=${text/$'    server {\n        listen @LISTEN@'*$'test_mode.conf;\n    }\n'/}
    text=${text//@LISTEN@/"$SHROFF_BIND:$SHROFF_PORT"}
    text=${text//@SANDBOX_LISTEN@/"$SHROFF_BIND:$SHROFF_SANDBOX_PORT"}
    text=${text//@SANDBOX_HTTPS_LISTEN@/"$SHROFF_BIND:$SHROFF_SANDBOX_HTTPS_PORT"}
    # No other limit counts a client that has not finished its head, so there are more connections than
    # one address can open. Each needs a descriptor; 64 are left for logs and sockets.
    connections=$(($(ulimit -n) - 64))
    text=${text//@CONNECTIONS@/"$((connections < 32768 ? connections : 32768))"}
    mkdir -p "$STATE/nginx/temp" "$STATE/nginx/shroff"
    # Copied to the state folder, so that a reload reads the same files as the start did.
    cp "$ROOT"/nginx/*.conf "$STATE/nginx/shroff/"
    printf '%s\n' "$text" >"$STATE/nginx/nginx.conf"
}

nginx_command() {
    local server
    server=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v nginx)
    CMD=("$server" -p "$STATE/nginx" -c "$STATE/nginx/nginx.conf" -e "$LOGS/nginx.log")
}

# nginx_check: nginx checks its configuration before anything is started.
nginx_check() {
    nginx_command
    "${CMD[@]}" -t
}

# https_port_choose: unless SHROFF_SANDBOX_HTTPS_PORT says which, 8443 beside 8081, or the next free one.
https_port_choose() {
    local port=$SHROFF_SANDBOX_HTTPS_PORT
    if [ -n "$port" ]; then
        ! port_taken "$port" || die "port $port is taken by another program" \
            "Choose a free one for the played channels' https: SHROFF_SANDBOX_HTTPS_PORT=$((port + 10)) ./scripts/run"
        return
    fi
    port=$((SHROFF_SANDBOX_PORT + (SHROFF_SANDBOX_PORT <= 65000 ? 362 : -362)))
    while port_taken "$port"; do port=$((port + 1)); done
    SHROFF_SANDBOX_HTTPS_PORT=$port
}

# port_taken PORT: does a program listen there?
port_taken() {
    local host=${LOCAL_URL#http://}
    host=${host%":$SHROFF_PORT"}
    host=${host//[\[\]]/}
    (exec 3<>"/dev/tcp/$host/$1") 2>/dev/null
}
