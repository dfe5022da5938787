// Keeps the folders of a test case from its first failed check on.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "process.hpp"

namespace {

struct KeepOnFailure : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testCaseStarting(const Catch::TestCaseInfo&) override {
        tipring::acceptance::TemporaryFolder::keep(false);
    }
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        if (!stats.assertionResult.isOk()) tipring::acceptance::TemporaryFolder::keep(true);
        return false;
    }
};
CATCH_REGISTER_LISTENER(KeepOnFailure)

}  // namespace
