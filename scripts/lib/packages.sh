# Debian packages by purpose, and a function that installs what is missing. Sourced by scripts/demo and scripts/test.

build_packages=(g++ cmake ninja-build ccache pkg-config mold libboost1.81-dev libboost-json1.81-dev libsofia-sip-ua-dev libspandsp-dev
    libpri-dev libtonezone-dev dahdi-source libspdlog-dev libyaml-cpp-dev libsystemd-dev libcli11-dev catch2)
demo_packages=(baresip-core kamailio espeak-ng sox)
test_packages=(sip-tester faketime clang llvm clang-format clang-tidy libclang-rt-14-dev iproute2 procps tshark)
package_packages=(debhelper dpkg-dev fakeroot lintian)

# install_missing PACKAGE...: one apt-get run for those that are not installed; nothing when all are there.
install_missing() {
    local missing=() package
    for package in "$@"; do
        dpkg-query -W -f '${db:Status-Status}\n' "$package" 2>/dev/null | grep -qx installed || missing+=("$package")
    done
    [ ${#missing[@]} -eq 0 ] && return 0
    echo "Installing: ${missing[*]}"
    local as_root=()
    [ "$(id -u)" -eq 0 ] || as_root=(sudo)
    "${as_root[@]}" apt-get update -qq
    # Programs such as Kamailio are started by the scripts themselves, never as services of the machine.
    local policy=/usr/sbin/policy-rc.d made_policy=no
    if [ ! -e $policy ]; then
        printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee $policy >/dev/null
        "${as_root[@]}" chmod +x $policy
        made_policy=yes
    fi
    local status=0
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" \
        >/tmp/tipring-apt.$$.log 2>&1 || status=$?
    if [ $made_policy = yes ]; then "${as_root[@]}" rm -f $policy; fi
    if [ $status -ne 0 ]; then
        tail -20 /tmp/tipring-apt.$$.log >&2
        echo "Could not install the packages named above." >&2
    fi
    rm -f /tmp/tipring-apt.$$.log
    return $status
}
