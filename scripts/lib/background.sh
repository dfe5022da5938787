# What scripts/test does at the same time: builds in the background while tests run, and test programs beside each other.
# $job_folder: where this run keeps their commands and logs. Sourced after count.sh.
job_folder=$(mktemp -d)
builds=()
builder=
together=()

# build_later NAME COMMAND...: one more build for start_builds.
build_later() {
    builds+=("$1")
    printf '%q ' "${@:2}" >"$job_folder/$1.command"
}

run_builds() {
    local name status
    for name in "${builds[@]}"; do
        status=0
        eval "$(cat "$job_folder/$name.command")" >"$job_folder/$name.log" 2>&1 || status=$?
        echo $status >"$job_folder/$name.ended"
        mv "$job_folder/$name.ended" "$job_folder/$name.status"
    done
}

# start_builds: one after the other, in the order of build_later, with what the tests leave of the machine.
start_builds() {
    set -m  # a process group of its own, so that an interrupted script takes its compilers with it
    { renice -n 19 $BASHPID && run_builds; } >/dev/null &
    builder=$!
    set +m
    # A builder that has ended cannot be killed, and under `set -e` a failure here would become the status of the whole script.
    trap 'kill -- -$builder 2>/dev/null || true; rm -rf "$job_folder"' EXIT
    trap 'exit 130' INT TERM
}

# finish_build NAME: waits for the build, shows its log when it failed, and has its exit status.
finish_build() {
    until [ -e "$job_folder/$1.status" ]; do
        kill -0 "$builder" || break
        sleep 0.5
    done
    cat "$job_folder/$1.log"
    [ -e "$job_folder/$1.status" ] || return 1
    return "$(cat "$job_folder/$1.status")"
}

# together_later NAME COMMAND...: one more Catch2 program for run_together.
together_later() {
    together+=("$1")
    printf '%q ' "${@:2}" >"$job_folder/$1.program"
}

# run_together: all at the same time, each in a network namespace of its own, since they use the same ports. They mostly wait.
run_together() {
    local name status
    local -A jobs=()
    for name in "${together[@]}"; do
        unshare --net bash -c 'ip link set lo up && eval "exec $(cat "$1")"' bash "$job_folder/$name.program" \
            >"$job_folder/$name.output" 2>&1 &
        jobs[$name]=$!
    done
    for name in "${together[@]}"; do
        status=0
        wait "${jobs[$name]}" || status=$?
        tally "$name" "$job_folder/$name.output" $status
    done
}
