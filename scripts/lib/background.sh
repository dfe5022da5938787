# Builds that go on in the background while tests run. Sourced by scripts/test.
# $build_folder: where this run keeps commands and logs.
builds=()
build_folder=$(mktemp -d)
builder=

# build_later NAME COMMAND...: one more build for start_builds.
build_later() {
    builds+=("$1")
    printf '%q ' "${@:2}" >"$build_folder/$1.command"
}

run_builds() {
    local name status
    for name in "${builds[@]}"; do
        status=0
        eval "$(cat "$build_folder/$name.command")" >"$build_folder/$name.log" 2>&1 || status=$?
        echo $status >"$build_folder/$name.ended"
        mv "$build_folder/$name.ended" "$build_folder/$name.status"
    done
}

# start_builds: one after the other, in the order of build_later, with what the tests leave of the machine.
start_builds() {
    set -m  # a process group of its own, so that an interrupted script takes its compilers with it
    { renice -n 19 $BASHPID && run_builds; } >/dev/null &
    builder=$!
    set +m
    trap 'kill -- -$builder 2>/dev/null; rm -rf "$build_folder"' EXIT
    trap 'exit 130' INT TERM
}

# finish_build NAME: waits for the build, shows its log when it failed, and has its exit status.
finish_build() {
    until [ -e "$build_folder/$1.status" ]; do
        kill -0 "$builder" || break
        sleep 0.5
    done
    cat "$build_folder/$1.log"
    [ -e "$build_folder/$1.status" ] || return 1
    return "$(cat "$build_folder/$1.status")"
}
