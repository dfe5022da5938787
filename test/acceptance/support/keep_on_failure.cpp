// Keeps the folders of a test program from its first failed check on.
#define CATCH_CONFIG_EXTERNAL_INTERFACES
#include <catch2/catch.hpp>

#include "process.hpp"

namespace {

struct KeepOnFailure : Catch::TestEventListenerBase {
    using TestEventListenerBase::TestEventListenerBase;
    bool assertionEnded(const Catch::AssertionStats& stats) override {
        if (!stats.assertionResult.isOk()) tipring::acceptance::TemporaryFolder::keep_all();
        return false;
    }
};
CATCH_REGISTER_LISTENER(KeepOnFailure)

}  // namespace
