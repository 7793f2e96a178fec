# shellcheck shell=bash
# Processes by pid file. A pid file holds "PID START BOOT": a pid alone may belong to somebody else
# by now, a pid that began at the same tick of the same boot cannot. Every service leads a session of
# its own, so that what a killed parent left behind is found by its group. Sourced after settings.sh.

SERVICES=()     # in the order of starting; services_list fills it

# process_start PID VAR: the tick it began, field 22 of stat. False when it is gone or a zombie.
process_start() {
    local stat='' fields
    { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null || :
    [ -n "$stat" ] || return 1
    read -ra fields <<<"${stat##*) }"
    [ "${fields[0]}" != Z ] || return 1
    printf -v "$2" '%s' "${fields[19]}"
}

# process_record NAME PID
process_record() {
    local start boot
    process_start "$2" start || return 0
    read -r boot </proc/sys/kernel/random/boot_id
    printf '%s %s %s\n' "$2" "$start" "$boot" >"$RUN/$1.pid"
}

# process_alive NAME [VAR]: is it ours and running? Its pid into VAR.
process_alive() {
    local pid='' start='' boot='' real boot_now
    [ -r "$RUN/$1.pid" ] || return 1
    read -r pid start boot <"$RUN/$1.pid" || return 1
    [[ $pid =~ ^[0-9]+$ ]] || return 1
    read -r boot_now </proc/sys/kernel/random/boot_id
    [ "$boot" = "$boot_now" ] && process_start "$pid" real && [ "$real" = "$start" ] || return 1
    [ -z "${2:-}" ] || printf -v "$2" '%s' "$pid"
}

# process_orphans NAME: true when the recorded process is gone but members of its group are not.
# A living process of that pid is then a stranger, and so is its group.
process_orphans() {
    local pid='' start boot boot_now
    [ -r "$RUN/$1.pid" ] || return 1
    read -r pid start boot <"$RUN/$1.pid" || return 1
    read -r boot_now </proc/sys/kernel/random/boot_id
    [[ $pid =~ ^[0-9]+$ ]] && [ "$boot" = "$boot_now" ] && [ ! -d "/proc/$pid" ] || return 1
    kill -0 -- "-$pid" 2>/dev/null || return 1
    printf -v "$2" '%s' "$pid"
}

# process_kill_orphans NAME: the workers of a parent that was killed.
process_kill_orphans() {
    local pid i
    process_orphans "$1" pid || return 0
    kill -TERM -- "-$pid" 2>/dev/null || :
    for ((i = 0; i < 30; i++)); do
        kill -0 -- "-$pid" 2>/dev/null || return 0
        sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || :
}

# process_end SECONDS NAME…: TERM to all at once, KILL to those still there after SECONDS, and to
# what they left in their groups. Appends the names of those it ended to ENDED.
process_end() {
    local limit=$1 name pid i left
    shift
    for name; do
        if process_alive "$name" pid; then
            kill -TERM "$pid" 2>/dev/null || :
            ENDED+=("$name")
        fi
    done
    for ((i = 0; i < limit * 20; i++)); do
        left=''
        for name; do process_alive "$name" && left=1 && break; done
        [ -n "$left" ] || break
        sleep 0.05
    done
    for name; do
        if process_alive "$name" pid; then
            kill -KILL -- "-$pid" 2>/dev/null || kill -KILL "$pid" 2>/dev/null || :
            say "$name did not end within $limit s and was killed"
        fi
        process_kill_orphans "$name"
        rm -f "$RUN/$name.pid"
    done
}

# services_list: mariadb, one per cgi-bin/*.c, shop, nginx, scheduler.
services_list() {
    local file
    SERVICES=(mariadb)
    for file in "$ROOT"/cgi-bin/*.c; do
        [ ! -e "$file" ] || SERVICES+=("$(basename "$file" .c)")
    done
    [ ! -e "$ROOT/examples/shop" ] || SERVICES+=(shop)
    SERVICES+=(nginx scheduler)
}

# services_stop: everything of this state but the supervisor, in order: scheduler and jobs, the
# FastCGI programs, nginx, MariaDB last. Works from the pid files, whoever started them.
services_stop() {
    local file name jobs=() web=()
    process_end 15 scheduler
    for file in "$RUN"/*.pid; do
        name=$(basename "$file" .pid)
        case $name in
        job.*) jobs+=("$name") ;;
        mariadb | nginx | scheduler | supervisor | run | '*') ;;
        *) web+=("$name") ;;
        esac
    done
    [ ${#jobs[@]} -eq 0 ] || process_end 15 "${jobs[@]}"
    [ ${#web[@]} -eq 0 ] || process_end 10 "${web[@]}"
    process_end 5 nginx
    process_end 120 mariadb
    rm -f "$RUN"/*.sock "$RUN/go"
}
