# shellcheck shell=bash
# A private MariaDB under a state folder: its data folder, configuration, start and accounts. Used by
# run and test. It reads nothing of /etc/mysql. Sourced after process.sh.

DB_ROLES=(web runner migrate ctl audit reader sandbox shop)

# db_root: a client as the administrator, whom the socket admits by this user's id; SQL on stdin.
db_root() {
    mariadb --no-defaults --user="$(id -un)" --socket="$DB_SOCKET" --default-character-set=utf8mb4 \
        --batch --skip-column-names
}

# secrets_make: makes passwords and the master key, once. When the key file is lost and there are data,
# no new key is made: it could not open what is sealed under the old one.
secrets_make() {
    local role file
    mkdir -p "$STATE/secrets"
    if [ ! -s "$STATE/secrets/master.key" ]; then
        [ ! -e "$STATE/mysql/shroff.ready" ] ||
            die "$STATE/secrets/master.key is gone, and the secrets in the database are sealed under it" \
                "Put it back from your copy; or start anew with an empty state: rm -r $STATE"
        printf '1:%s\n' "$(openssl rand -base64 32)" >"$STATE/secrets/master.key.new"
        mv "$STATE/secrets/master.key.new" "$STATE/secrets/master.key"
    fi
    for role in "${DB_ROLES[@]}"; do
        file=$STATE/secrets/$role.password
        [ -s "$file" ] || { openssl rand -hex 24 >"$file.new" && mv "$file.new" "$file"; }
    done
    chmod 700 "$STATE/secrets"
    chmod 600 "$STATE"/secrets/*
}

# reliability: one commit, one flush; READ COMMITTED; short waits. Statement time is limited per
# account (accounts_make), so that migrations and purge may take longer. Sizes come from sizes_export.
mariadb_config() {
    cat <<END
[mariadbd]
datadir = $STATE/mysql
socket = $DB_SOCKET
pid_file = $RUN/mariadbd.own.pid
log_error = $LOGS/mariadb.log
tmpdir = $STATE/tmp
skip_networking = 1
skip_name_resolve = 1
local_infile = 0
symbolic_links = 0
max_connections = $SHROFF_DB_CONNECTIONS
character_set_server = utf8mb4
collation_server = utf8mb4_nopad_bin
default_time_zone = '+00:00'
transaction_isolation = READ-COMMITTED
sql_mode = STRICT_TRANS_TABLES,ERROR_FOR_DIVISION_BY_ZERO,NO_ZERO_DATE,NO_ZERO_IN_DATE,NO_ENGINE_SUBSTITUTION
default_storage_engine = InnoDB
innodb_buffer_pool_size = $SHROFF_DB_BUFFER_POOL
innodb_log_file_size = $SHROFF_DB_REDO_LOG
innodb_flush_log_at_trx_commit = 1
innodb_flush_method = O_DIRECT
innodb_lock_wait_timeout = 2
innodb_rollback_on_timeout = ON
lock_wait_timeout = 60
secure_timestamp = SUPER
idle_transaction_timeout = 10
max_allowed_packet = 16M
log_bin_trust_function_creators = 1
END
    [ -z "${SHROFF_DB_BINLOG:-}" ] || cat <<END
log_bin = binlog
server_id = 1
binlog_format = ROW
sync_binlog = 1
END
}

# redo_size WANT: MiB of redo log: WANT, but less on a disk with little free space, and never less than
# the log that is there: a server that must make a new one on a full disk does not start.
redo_size() {
    local free have=0
    [ ! -e "$STATE/mysql/ib_logfile0" ] || have=$(($(stat -c %s "$STATE/mysql/ib_logfile0") >> 20))
    free=$(df -Pm "$STATE" | awk 'NR == 2 { print $4 }')
    if ((free < 8 * $1)); then echo "$((have > 0 ? have : 128))"; else echo "$((have > $1 ? have : $1))"; fi
}

# sizes_export: MariaDB's sizes from shroffctl, which must be built; the environment may override them.
sizes_export() {
    local sizes pool redo connections
    sizes=$("$BUILD/cli/shroffctl" sizes --json)
    read -r pool redo connections < <(
        jq -r '"\(.innodb_buffer_pool_mb) \(.innodb_log_file_mb) \(.max_connections)"' <<<"$sizes")
    SHROFF_DB_BUFFER_POOL=${SHROFF_DB_BUFFER_POOL:-${pool}M}
    SHROFF_DB_REDO_LOG=${SHROFF_DB_REDO_LOG:-$(redo_size "$redo")M}
    SHROFF_DB_CONNECTIONS=${SHROFF_DB_CONNECTIONS:-$connections}
    export SHROFF_DB_BUFFER_POOL SHROFF_DB_REDO_LOG SHROFF_DB_CONNECTIONS
}

# mariadb_init: makes the data folder under another name and renames it when it is complete. A folder
# without the file shroff.ready is unfinished, and is moved away.
mariadb_init() {
    local user
    user=$(id -un)
    [ ! -e "$STATE/mysql/shroff.ready" ] || return 0
    if [ -e "$STATE/mysql" ]; then
        mv "$STATE/mysql" "$STATE/mysql.unfinished.$(date -u +%Y%m%dT%H%M%S)"
    fi
    rm -rf "$STATE/mysql.new"
    # Not in /tmp: a server that starts there removes every #sql file, also those of another installation.
    TMPDIR=$STATE/tmp mariadb-install-db --no-defaults --datadir="$STATE/mysql.new" --user="$user" --skip-test-db \
        --skip-name-resolve --force --auth-root-authentication-method=socket --auth-root-socket-user="$user"
    chmod 700 "$STATE/mysql.new"
    : >"$STATE/mysql.new/shroff.ready"
    mv "$STATE/mysql.new" "$STATE/mysql"
}

# mariadb_command: the server's command line into CMD.
mariadb_command() {
    local server
    server=$(PATH=$PATH:/usr/sbin:/usr/local/sbin command -v mariadbd)
    # On a full disk the file of the last start is used.
    file_write "$RUN/mariadb.cnf" "$(mariadb_config)" || [ -s "$RUN/mariadb.cnf" ]
    CMD=("$server" "--defaults-file=$RUN/mariadb.cnf")
    [ "$(id -u)" -ne 0 ] || CMD+=(--user=root)
}

# mariadb_wait: waits until MariaDB answers, 120 s at most; fails at once when the server does not stay up.
mariadb_wait() {
    local i
    for ((i = 0; i < 1200; i++)); do
        if [ -S "$DB_SOCKET" ] && db_root <<<'SELECT 1;' >/dev/null 2>"$RUN/db_wait.err"; then
            rm -f "$RUN/db_wait.err"
            chmod 660 "$DB_SOCKET"
            return 0
        fi
        if [ -e "$RUN/mariadb.died" ]; then
            tail -n 15 "$LOGS/mariadb.log"
            echo 'MariaDB does not stay up; the end of its log is above.'
            return 1
        fi
        sleep 0.1
    done
    echo 'MariaDB has not answered within 120 s:'
    cat "$RUN/db_wait.err"
    return 1
}

# accounts_make: databases and accounts with the passwords of this state. Their rights are in
# schema/accounts.sql and accounts_demo.sql, which need the tables. Passwords go through stdin.
accounts_make() {
    local role
    {
        for role in shroff sandbox shop; do
            echo "CREATE DATABASE IF NOT EXISTS $role CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin;"
        done
        for role in "${DB_ROLES[@]}"; do
            echo "CREATE USER IF NOT EXISTS 'shroff_$role'@'localhost';"
            echo "ALTER USER 'shroff_$role'@'localhost' IDENTIFIED BY '$(cat "$STATE/secrets/$role.password")';"
        done
        echo "GRANT ALL ON shroff.* TO 'shroff_migrate'@'localhost';"
        echo "GRANT ALL ON sandbox.* TO 'shroff_migrate'@'localhost';"
    } | db_root
}

accounts_grant() { cat "$ROOT/schema/accounts.sql" "$ROOT/schema/accounts_demo.sql" | db_root; }
