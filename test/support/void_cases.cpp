// Names the test cases that failed while the machine stood still: they measured the machine (repeat_void).
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "machine_watch.hpp"

namespace {

/// Longer than the gateway writes ahead (media.write_lead, 30 ms): a digit or a message by modem is torn then.
constexpr std::chrono::milliseconds too_long{40};

#ifndef TIPRING_WATCHED_PRIORITY
/// Nothing but the machine itself excuses a gateway.
#define TIPRING_WATCHED_PRIORITY tipring::test::MachineWatch::highest_priority
#endif

/// Writes a line with the name, as Catch2 reads it back (-f), into the file $TIPRING_VOID_CASES. The watch is
/// the listener's own: the cases restart theirs.
struct VoidCases : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testCaseStarting(const Catch::TestCaseInfo&) override { watch_.restart(); }
    void testCaseEnded(const Catch::TestCaseStats& stats) override {
        const char* path = std::getenv("TIPRING_VOID_CASES");
        if (path == nullptr || stats.totals.assertions.allOk() || watch_.stood_still() < too_long) return;
        std::ofstream file(path, std::ios::app);
        for (const char c : stats.testInfo.name) {
            if (c == ',') file << '\\';
            file << c;
        }
        file << "\n";
    }

  private:
    tipring::test::MachineWatch watch_{TIPRING_WATCHED_PRIORITY};
};
CATCH_REGISTER_LISTENER(VoidCases)

}  // namespace
