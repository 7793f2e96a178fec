# shellcheck shell=bash
# Processes by pid file. A pid file has "PID START BOOT": a pid alone may by now belong to another
# process, a pid that started at the same tick of the same boot cannot. Every service leads a session of
# its own, so that the children of a killed parent are found by their group. Sourced after settings.sh.

SERVICES=()     # in the order of starting; services_list fills it
ENDED=()        # names of the processes that process_end ended

# Locals begin with _ in functions that set a variable of the caller, which they would hide.

# process_stat PID: its state, its group and the tick of its start into _state, _group, _began.
process_stat() {
    local stat='' fields
    { IFS= read -r -d '' stat <"/proc/$1/stat"; } 2>/dev/null || :
    [ -n "$stat" ] || return 1
    read -ra fields <<<"${stat##*) }"
    _state=${fields[0]} _group=${fields[2]} _began=${fields[19]}
}

# group_alive PGID: has it a member that is no zombie?
group_alive() {
    local dir _state _group _began
    kill -0 -- "-$1" 2>/dev/null || return 1
    for dir in /proc/[0-9]*; do
        if process_stat "${dir#/proc/}" && [ "$_group" = "$1" ] && [ "$_state" != Z ]; then return 0; fi
    done
    return 1
}

# file_write FILE TEXT: replaces the whole file, or fails (a full disk) and leaves it unchanged.
file_write() {
    if ! { printf '%s\n' "$2" >"$1.new"; } 2>/dev/null || ! mv -f "$1.new" "$1" 2>/dev/null; then
        rm -f "$1.new"
        return 1
    fi
}

# process_record NAME PID: false when it could not be written.
process_record() {
    local boot _state _group _began
    process_stat "$2" || return 0
    read -r boot </proc/sys/kernel/random/boot_id
    file_write "$RUN/$1.pid" "$2 $_began $boot"
}

# process_recorded NAME: reads its pid file into _pid and _start; false when it is of another boot.
process_recorded() {
    local boot='' boot_now
    [ -r "$RUN/$1.pid" ] || return 1
    read -r _pid _start boot <"$RUN/$1.pid" || return 1
    read -r boot_now </proc/sys/kernel/random/boot_id
    [[ $_pid =~ ^[0-9]+$ ]] && [ "$boot" = "$boot_now" ]
}

# process_alive NAME [VAR]: is it ours and running? Its pid into VAR.
process_alive() {
    local _pid='' _start='' _state _group _began
    process_recorded "$1" && process_stat "$_pid" || return 1
    [ "$_began" = "$_start" ] && [ "$_state" != Z ] || return 1
    [ -z "${2:-}" ] || printf -v "$2" '%s' "$_pid"
}

# process_orphans NAME VAR: true when the recorded process is gone but members of its group are not;
# the group into VAR. When another process has that pid by now, the group is not ours either.
process_orphans() {
    local _pid='' _start='' _state _group _began
    process_recorded "$1" || return 1
    if process_stat "$_pid" && { [ "$_began" != "$_start" ] || [ "$_state" != Z ]; }; then return 1; fi
    group_alive "$_pid" || return 1
    printf -v "$2" '%s' "$_pid"
}

# process_kill_orphans NAME: the workers of a parent that was killed.
process_kill_orphans() {
    local pid='' i
    process_orphans "$1" pid || return 0
    kill -TERM -- "-$pid" 2>/dev/null || :
    for ((i = 0; i < 30; i++)); do
        group_alive "$pid" || return 0
        sleep 0.1
    done
    kill -KILL -- "-$pid" 2>/dev/null || :
}

# process_end SECONDS NAME…: TERM to all at once, KILL to those still there after SECONDS; then ends
# the other members of their groups. Appends the names of those it ended to ENDED.
process_end() {
    local limit=$1 name pid='' i left
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

# services_list: mariadb, one per cgi-bin/*.c, shop, nginx, scheduler. With SHROFF_SANDBOX_ONLY without
# Shroff's own programs.
services_list() {
    local file
    SERVICES=(mariadb)
    for file in "$ROOT"/cgi-bin/"${SHROFF_SANDBOX_ONLY:+sandbox_}"*.c; do
        [ ! -e "$file" ] || SERVICES+=("$(basename "$file" .c)")
    done
    [ -n "${SHROFF_SANDBOX_ONLY:-}" ] || [ ! -e "$ROOT/examples/shop" ] || SERVICES+=(shop)
    SERVICES+=(nginx scheduler)
}

# services_stop: ends every process of this state but the supervisor, in order: scheduler and jobs, the
# FastCGI programs, nginx, MariaDB last. It reads the pid files, so any script can call it.
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
    rm -f "$RUN"/*.sock "$RUN"/*.died "$RUN/go" "$RUN/ready"
}
