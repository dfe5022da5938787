// Names the test cases that failed, those that ran just before them, and the ones that failed while the machine stood still:
// they measured the machine (repeat_void).
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>
#include <string>
#include <utility>

#include "machine_watch.hpp"

namespace {

/// Longer than the gateway writes ahead (media.write_lead, 30 ms): a digit or a message by modem is torn then.
constexpr std::chrono::milliseconds too_long{40};

#ifndef TIPRING_WATCHED_PRIORITY
/// Nothing but the machine itself excuses a gateway.
#define TIPRING_WATCHED_PRIORITY tipring::test::MachineWatch::highest_priority
#endif

/// A line with the name, as Catch2 reads it back (-f), in the file that this variable of the environment names.
void note_case(const char* variable, const std::string& name) {
    const char* path = std::getenv(variable);
    if (path == nullptr) return;
    std::ofstream file(path, std::ios::app);
    for (const char c : name) {
        if (c == ',') file << '\\';
        file << c;
    }
    file << "\n";
}

/// The watch is the listener's own: the cases restart theirs.
struct FailedCases : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testCaseStarting(const Catch::TestCaseInfo&) override { watch_.restart(); }
    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const auto before = std::exchange(before_, stats.testInfo.name);
        if (stats.totals.assertions.allOk()) return;
        note_case("TIPRING_FAILED_CASES", stats.testInfo.name);
        if (!before.empty()) note_case("TIPRING_CASES_BEFORE", before);
        if (watch_.stood_still() >= too_long) note_case("TIPRING_VOID_CASES", stats.testInfo.name);
    }

  private:
    std::string before_;
    tipring::test::MachineWatch watch_{TIPRING_WATCHED_PRIORITY};
};
CATCH_REGISTER_LISTENER(FailedCases)

}  // namespace
