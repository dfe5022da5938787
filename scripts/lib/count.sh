# Counts passed and failed tests over many programs. Sourced by scripts/test.
passed=0
failed=0
failures=()

note_failure() {
    failed=$((failed + $2))
    failures+=("$1")
}

# count_step NAME COMMAND...: one test that passes when the command exits 0; its output is shown when it fails.
count_step() {
    local name=$1 log status=0
    shift
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    tally_step "$name" "$log" $status
    rm -f "$log"
}

# tally_step NAME LOG STATUS: the same for a command that has ended.
tally_step() {
    local name=$1 log=$2 status=$3
    if [ "$status" -eq 0 ]; then
        passed=$((passed + 1))
        echo "ok      $name"
    else
        note_failure "$name" 1
        tail -80 "$log"
        echo "FAILED  $name"
    fi
}

# tally_catch NAME LOG STATUS: counts the test cases of a Catch2 program that has ended; a crash is one more failure.
tally_catch() {
    local name=$1 log=$2 status=$3 good bad
    good=$(sed -nE 's/^All tests passed \(.* in ([0-9]+) test cases?\).*/\1/p; s/^test cases: .*\| +([0-9]+) passed.*/\1/p' "$log" | tail -1)
    bad=$(sed -nE 's/^test cases: .*\| +([0-9]+) failed.*/\1/p' "$log" | tail -1)
    passed=$((passed + ${good:-0}))
    if [ "$status" -eq 0 ] && [ -n "$good" ] && [ -z "$bad" ]; then
        echo "ok      $name: $good test cases"
    else
        note_failure "$name" "${bad:-1}"
        tail -120 "$log"
        echo "FAILED  $name: ${good:-0} passed, ${bad:-1} failed, exit status $status"
    fi
}

# count_catch NAME COMMAND...: runs a Catch2 program.
count_catch() {
    local name=$1 log status=0
    shift
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    tally_catch "$name" "$log" $status
    rm -f "$log"
}

# print_total: the closing lines; status 1 when anything failed or nothing ran.
print_total() {
    local failure
    for failure in "${failures[@]}"; do echo "failed: $failure"; done
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
