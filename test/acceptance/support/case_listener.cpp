// Keeps the folders of a test case from its first failed check on, and fails a case whose gateway did not end well.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "gateway.hpp"
#include "process.hpp"

namespace {

struct CaseListener : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    void testRunStarting(const Catch::TestRunInfo&) override {
        tipring::acceptance::Gateway::on_bad_end([](const std::string& what) { FAIL_CHECK(what); });
    }
    void testCaseStarting(const Catch::TestCaseInfo&) override {
        tipring::acceptance::TemporaryFolder::keep(false);
    }
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        if (!stats.assertionResult.isOk()) tipring::acceptance::TemporaryFolder::keep(true);
        return false;
    }
};
CATCH_REGISTER_LISTENER(CaseListener)

}  // namespace
