# shellcheck shell=bash disable=SC2034
# What the scripts print: steps with their seconds, and one line for a failure.
# Sourced by scripts/*; PROGRAM is the name put before an error.

PROGRAM=${PROGRAM:-${0##*/}}
STEP_PID=''

if [ -t 1 ] && [ -z "${NO_COLOR:-}" ] && [ "${TERM:-dumb}" != dumb ]; then
    UI_TTY=1 BOLD=$'\e[1m' DIM=$'\e[2m' GREEN=$'\e[32m' YELLOW=$'\e[33m' RED=$'\e[31m' PLAIN=$'\e[0m'
else
    UI_TTY='' BOLD='' DIM='' GREEN='' YELLOW='' RED='' PLAIN=''
fi

say() { printf '%s\n' "$*"; }
note() { printf '  %s%s%s\n' "$YELLOW" "$*" "$PLAIN"; }

# die PROBLEM [CURE]: one line on stderr, exit 1. The exit traps stop what was started.
die() {
    printf '%s%s: %s%s%s\n' "$RED" "$PROGRAM" "$1" "$PLAIN" "${2:+. $2}" >&2
    exit 1
}

now_us() { printf -v "$1" '%s' "${EPOCHREALTIME/[^0-9]/}"; }

# seconds_since MICROSECONDS VAR: "12.3"
seconds_since() {
    local _now=''
    now_us _now
    printf -v "$2" '%d.%d' $(((_now - $1) / 1000000)) $(((_now - $1) / 100000 % 10))
}

# step LABEL LOG COMMAND…: runs COMMAND with its output in LOG, in a process group of its own so that
# Ctrl-C ends all of it. On a terminal it shows the seconds. When COMMAND fails, it prints the log's end
# and dies with STEP_CURE.
step() {
    local label=$1 log=$2 began='' took='' rc=0
    shift 2
    local from=0
    [ ! -e "$log" ] || from=$(stat -c %s "$log")
    now_us began
    set -m
    "$@" >>"$log" 2>&1 </dev/null &
    STEP_PID=$!
    set +m
    while [ -n "$UI_TTY" ] && kill -0 "$STEP_PID" 2>/dev/null; do
        seconds_since "$began" took
        printf '\r  %s..%s  %-34s %s%s s%s ' "$DIM" "$PLAIN" "$label" "$DIM" "$took" "$PLAIN"
        sleep 0.1
    done
    wait "$STEP_PID" || rc=$?
    STEP_PID=''
    seconds_since "$began" took
    [ -z "$UI_TTY" ] || printf '\r\e[K'
    if [ "$rc" -eq 0 ]; then
        printf '  %sok%s  %-34s %s%s s%s\n' "$GREEN" "$PLAIN" "$label" "$DIM" "$took" "$PLAIN"
        return 0
    fi
    printf '  %sno%s  %-34s %s%s s%s\n' "$RED" "$PLAIN" "$label" "$DIM" "$took" "$PLAIN"
    tail -c "+$((from + 1))" "$log" | tail -n 25 | sed 's/^/      | /' >&2
    die "\"$label\" failed (exit $rc), all of it in $log" "${STEP_CURE:-}"
}

# Ends a step that is under way; for traps.
step_abort() {
    [ -n "$STEP_PID" ] || return 0
    kill -TERM -- "-$STEP_PID" 2>/dev/null || :
    wait "$STEP_PID" 2>/dev/null || :
    STEP_PID=''
}

# shell_quote TEXT VAR: TEXT as '…' for a POSIX shell.
shell_quote() { printf -v "$2" "'%s'" "${1//\'/\'\\\'\'}"; }
