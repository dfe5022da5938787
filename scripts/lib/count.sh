# Counts passed and failed tests over many programs. Sourced by scripts/test.
passed=0
failed=0
failures=()
# How to run a program once more, by its name.
declare -A command_of
# Programs with failed test cases that run again alone at the end (settle): names, commands, the names of these cases, and of
# those that ran just before them, one of which may have left what they failed on.
postponed=()
postponed_commands=()
postponed_cases=()
postponed_before=()

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

# tally_catch NAME LOG STATUS: counts the test cases of a Catch2 program that has ended; a crash is one more failure. A few failed
# checks of a program that ran beside other work are for settle, where command_of[NAME] says how to run it.
tally_catch() {
    local name=$1 log=$2 status=$3 good bad cases
    good=$(sed -nE 's/^All tests passed \(.* in ([0-9]+) test cases?\).*/\1/p; s/^test cases: .*\| +([0-9]+) passed.*/\1/p' "$log" | tail -1)
    bad=$(sed -nE 's/^test cases: .*\| +([0-9]+) failed.*/\1/p' "$log" | tail -1)
    cases=$(sed -n 's/^failed case: //p' "$log")
    passed=$((passed + ${good:-0}))
    if [ "$status" -eq 0 ] && [ -n "$good" ] && [ -z "$bad" ]; then
        echo "ok      $name: $good test cases"
        return
    fi
    tail -120 "$log"
    if [ -n "$cases" ] && [ "$bad" -le 3 ] && [ -n "${command_of[$name]:-}" ]; then
        postponed+=("$name")
        postponed_commands+=("${command_of[$name]}")
        postponed_cases+=("$cases")
        postponed_before+=("$(sed -n 's/^case before: //p' "$log")")
        echo "AGAIN   $name: ${good:-0} passed, $bad failed beside other work, exit status $status; once more alone at the end"
    else
        note_failure "$name${cases:+: ${cases//$'\n'/; }}" "${bad:-1}"
        echo "FAILED  $name: ${good:-0} passed, ${bad:-1} failed, exit status $status"
    fi
}

# settle: the failed cases of postponed programs, each after the one that came before it, each program alone; they have passed when
# they pass three times in a row.
settle() {
    local i name cases file log turn status number
    file=$(mktemp) log=$(mktemp)
    for i in "${!postponed[@]}"; do
        name=${postponed[i]} cases=${postponed_cases[i]}
        printf '%s\n' "$cases" "${postponed_before[i]}" | sed '/^$/d' | sort -u >"$file"
        number=$(wc -l <"$file")
        for turn in 1 2 3; do
            status=0
            TIPRING_CASES=$file eval "${postponed_commands[i]}" >"$log" 2>&1 || status=$?
            if [ $status -ne 0 ]; then break; fi
        done
        if [ $status -eq 0 ] && grep -qE "^All tests passed \(.* in $number test cases?\)" "$log"; then
            passed=$((passed + $(wc -l <<<"$cases")))
            echo "ok      $name: three times in a row alone: ${cases//$'\n'/; }"
        else
            note_failure "$name: ${cases//$'\n'/; }" "$(wc -l <<<"$cases")"
            tail -80 "$log"
            echo "FAILED  $name, alone, attempt $turn: exit status $status"
        fi
    done
    rm -f "$file" "$log"
}

# print_total: the closing lines; status 1 when anything failed or nothing ran.
print_total() {
    local failure i
    for i in "${!postponed[@]}"; do echo "failed beside other work: ${postponed[i]}: ${postponed_cases[i]//$'\n'/; }"; done
    for failure in "${failures[@]}"; do echo "failed: $failure"; done
    echo "$passed passed, $failed failed"
    [ $failed -eq 0 ] && [ $passed -gt 0 ]
}
