# What scripts/test does at the same time: builds in the background while tests run, and test programs beside each other.
# $job_folder: where this run keeps their commands and logs. Sourced after count.sh.
job_folder=$(mktemp -d)
builds=()
builder=
programs=()
declare -A program_kind program_job

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
    trap 'kill -- -$builder "${program_job[@]/#/-}" 2>/dev/null || true; rm -rf "$job_folder"' EXIT
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

# beside KIND NAME COMMAND...: starts a program that runs beside whatever comes next, in a network namespace of its own, since
# they all use the same ports. KIND as of count.
beside() {
    local kind=$1 name=$2
    shift 2
    set -m  # ends with an interrupted script, too
    test/support/alone "$@" >"$job_folder/$name.output" 2>&1 &
    set +m
    command_of[$name]=$(printf '%q ' test/support/alone "$@")
    programs+=("$name")
    program_kind[$name]=$kind
    program_job[$name]=$!
}

# join_beside HEADLINE [NAME...]: waits for these, or for all, and counts what they say; without any it does nothing.
join_beside() {
    local headline=$1 name status left=()
    shift
    [ ${#programs[@]} -gt 0 ] || return 0
    headline "$headline"
    for name in "${programs[@]}"; do
        if [ $# -gt 0 ] && [[ " $* " != *" $name "* ]]; then
            left+=("$name")
            continue
        fi
        status=0
        wait "${program_job[$name]}" || status=$?
        "tally_${program_kind[$name]}" "$name" "$job_folder/$name.output" $status
        unset "program_job[$name]"
    done
    programs=("${left[@]}")
}
