# Counts passed and failed tests over many programs. Sourced by scripts/test.
passed=0
failed=0
failures=()

note_failure() {
    failed=$((failed + $2))
    failures+=("$1")
}

# count KIND NAME COMMAND...: runs it and counts. KIND: step (one test that passes when the command exits 0) or catch (a Catch2
# program). Output is shown when it fails.
count() {
    local kind=$1 name=$2 log status=0
    shift 2
    log=$(mktemp)
    "$@" >"$log" 2>&1 || status=$?
    "tally_$kind" "$name" "$log" $status
    rm -f "$log"
}

# tally_step NAME LOG STATUS: counts a command that has ended.
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

# print_total: the closing lines; status 1 when anything failed or nothing ran.
print_total() {
    local failure
    for failure in "${failures[@]}"; do echo "failed: $failure"; done
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
