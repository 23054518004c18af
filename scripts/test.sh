#!/usr/bin/env bash
# Runs every test and closes with the counts. Expects `make build` to have run.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

log="${CARGO_TARGET_DIR:-target}/test-log"
mkdir -p "$log"
failed_runs=0

# run NAME COMMAND...: shows and keeps the output, remembers a failure
run() {
    local name=$1
    shift
    "$@" 2>&1 | tee "$log/$name.txt" || failed_runs=$((failed_runs + 1))
}

# Adds up the closing lines of cargo test ("test result: ok. 3 passed; 0 failed; 1 ignored; ...")
# and of cargo nextest ("Summary [ 1.2s] 5 tests run: 4 passed (1 slow), 1 failed, 2 skipped").
count() {
    awk '
        { gsub(/\033\[[0-9;]*m/, "") }
        /^test result:/ { total($0, ";") }
        /^ *Summary \[/ { sub(/^.*tests? run:/, ""); total($0, ",") }
        function total(line, separator,   parts, n, i, words) {
            sub(/^test result: [A-Za-z]+\./, "", line)
            n = split(line, parts, separator)
            for (i = 1; i <= n; i++) {
                split(parts[i], words, " ")
                if (words[2] == "passed") passed += words[1]
                else if (words[2] == "skipped" || words[2] == "ignored") skipped += words[1]
                else if (words[2] == "failed" || words[2] == "exec" || words[2] == "timed") failed += words[1]
            }
        }
        END { printf "%d %d %d\n", passed, failed, skipped }
    ' "$@"
}

rm -f "$log"/*.txt
run doc cargo test --doc --workspace --locked
if cargo nextest --version >/dev/null 2>&1; then
    run suites cargo nextest run --workspace --locked --no-fail-fast --no-tests=fail
else
    run suites cargo test --workspace --lib --bins --tests --locked --no-fail-fast
fi

read -r passed failed skipped < <(count "$log"/*.txt)
# A runner that died (a compile error, say) is a failure even if it counted none.
if [ "$failed_runs" -ne 0 ] && [ "$failed" -eq 0 ]; then failed=$failed_runs; fi
if [ "$passed" -eq 0 ]; then failed=$((failed + 1)); fi
echo
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ]
