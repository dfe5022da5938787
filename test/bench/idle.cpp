// What the daemon costs when nothing happens: processor time and resident memory of an idle box with 24
// telephones. Usage: bench_idle [SECONDS]   (default 20)
#include <cstdio>
#include <cstdlib>
#include <thread>

#include "support/gateway.hpp"

using namespace tipring::acceptance;
using namespace std::chrono_literals;

int main(int argc, char** argv) {
    const int seconds = argc > 1 ? std::atoi(argv[1]) : 20;
    TemporaryFolder folder;
    Gateway gateway(folder,
                    "country: us\nboard: {simulator: {fxs: 24}}\nsip: {listen: 127.0.0.1:5060, server: "
                    "127.0.0.1:5091, mode: peer}\n"
                    "ports:\n  - {channels: 1-24, kind: fxs, number: 201}\n");
    const auto before = gateway.cpu_time();
    std::this_thread::sleep_for(std::chrono::seconds(seconds));
    const auto used = gateway.cpu_time() - before;
    std::printf(
        "idle, 24 ports, %d s: %.2f %% of one core, %.1f MB resident (simulated board and telephones in the "
        "same process)\n",
        seconds, static_cast<double>(used.count()) / (10.0 * seconds),
        static_cast<double>(gateway.resident_kib()) / 1024.0);
    return 0;
}
