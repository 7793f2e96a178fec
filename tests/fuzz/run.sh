#!/usr/bin/env bash
# Builds the fuzz targets and lets each run for a while: tests/fuzz/run.sh [NAME …]. Seeds are in
# corpus/NAME; what is found new is kept in build/fuzz/found/NAME and used by the next run. A crash, a
# leak, ten seconds or a gigabyte for one input fail; the input is kept and named.
set -euo pipefail
cd "$(dirname -- "${BASH_SOURCE[0]}")/../.."
export SECONDS_EACH=${SHROFF_FUZZ_SECONDS:-10}
OUT=build/fuzz

fuzz_one() {
    local name=$1 log=$OUT/$1.log input
    mkdir -p "$OUT/found/$name" "$OUT/crash"
    if "$OUT/$name" -max_total_time="$SECONDS_EACH" -max_len=4096 -timeout=10 -rss_limit_mb=1024 \
        -dict="tests/fuzz/$name.dict" -artifact_prefix="$OUT/crash/$name-" -print_final_stats=1 \
        "$OUT/found/$name" "tests/fuzz/corpus/$name" >"$log" 2>&1; then
        printf 'ok   %-10s %10s runs, %5s edges\n' "$name" \
            "$(awk '/number_of_executed_units/ { print $2 }' "$log")" \
            "$(awk '/DONE/ { for (i = 1; i < NF; i++) if ($i == "cov:") print $(i + 1) }' "$log")"
        return
    fi
    input=$(sed -n 's/.*Test unit written to //p' "$log" | tail -n 1)
    printf 'FAIL %-10s %s\n' "$name" "$(grep -m 1 -E 'PROPERTY BROKEN|runtime error|ERROR:' "$log")"
    printf '     again: %s %s\n' "$OUT/$name" "${input:-(no input was kept, see $log)}"
}
export -f fuzz_one
export OUT

names=("$@")
if [ ${#names[@]} -eq 0 ]; then
    for file in tests/fuzz/fuzz_*.c; do
        file=${file##*/fuzz_}
        names+=("${file%.c}")
    done
fi
flock build make -s -j2 "${names[@]/#/$OUT/}"
result=$(printf '%s\n' "${names[@]}" | xargs -P 2 -I '{}' bash -c 'fuzz_one {}' | tee /dev/stderr)
failed=$(grep -c '^FAIL' <<<"$result" || true)
echo "$(grep -c '^ok' <<<"$result" || true) passed, $failed failed"
[ "$failed" -eq 0 ]
