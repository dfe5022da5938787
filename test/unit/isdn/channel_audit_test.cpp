// What the audit finds in lists, and when it acts.
#include "channel_audit.hpp"

#include <catch2/catch.hpp>

using namespace tipring;
using isdn::AuditedCall;
using isdn::AuditedChannel;
using isdn::discrepancies;
using isdn::Discrepancy;
using isdn::Finding;

namespace {

const int libpri_calls[3] = {};
const void* record(int index) {
    return &libpri_calls[index];
}

AuditedCall good_call(std::uint64_t serial, unsigned position, int index) {
    return {.serial = serial,
            .record = record(index),
            .position = position,
            .has_leg = true,
            .started = true,
            .clearing = false};
}

}  // namespace

TEST_CASE("an audit finds nothing where all agree") {
    CHECK(discrepancies({}, {}, {}).empty());
    CHECK(discrepancies({{1, true}, {2, false}}, {good_call(1, 1, 0)}, {record(0)}).empty());
    // Given up in a collision: no channel for the moment.
    CHECK(discrepancies({{1, false}}, {good_call(1, 0, 0)}, {record(0)}).empty());
    // While it is cleared the leg may be gone, and libpri may have to forget it yet.
    auto clearing = good_call(1, 1, 0);
    clearing.clearing = true;
    clearing.has_leg = false;
    CHECK(discrepancies({{1, true}}, {clearing}, {record(0)}).empty());
}

TEST_CASE("an audit finds each kind of disagreement once") {
    using Kind = Discrepancy;
    CHECK(discrepancies({{3, true}}, {}, {}) == std::vector<Finding>{{Kind::channel_without_call, 3}});
    CHECK(discrepancies({{3, false}}, {good_call(7, 3, 0)}, {record(0)}) ==
          std::vector<Finding>{{Kind::call_without_channel, 3, 7}});
    CHECK(discrepancies({{3, true}}, {good_call(7, 3, 0), good_call(8, 3, 1)}, {record(0), record(1)}) ==
          std::vector<Finding>{{Kind::shared_channel, 3, 8}});
    auto call = good_call(7, 3, 0);
    call.has_leg = false;
    CHECK(discrepancies({{3, true}}, {call}, {record(0)}) ==
          std::vector<Finding>{{Kind::call_without_leg, 3, 7}});
    CHECK(discrepancies({{3, true}}, {good_call(7, 3, 0)}, {}) ==
          std::vector<Finding>{{Kind::call_without_record, 3, 7}});
    call = good_call(7, 3, 0);
    call.started = false;
    call.record = nullptr;
    CHECK(discrepancies({{3, true}}, {call}, {}) == std::vector<Finding>{{Kind::call_not_started, 3, 7}});
    CHECK(discrepancies({}, {}, {record(2)}) ==
          std::vector<Finding>{{Kind::record_without_call, 0, 0, record(2)}});
    // libpri forgot a call that is being cleared: nobody needs to wait for the guard.
    call = good_call(7, 3, 0);
    call.clearing = true;
    CHECK(discrepancies({{3, true}}, {call}, {}) == std::vector<Finding>{{Kind::call_without_record, 3, 7}});
}

TEST_CASE("the audit reports at once and repairs what is still so the next time") {
    const Finding one{Discrepancy::channel_without_call, 3};
    const Finding other{Discrepancy::call_without_leg, 4, 9};
    auto verdict = isdn::judge({}, {one});
    CHECK(verdict.fresh == std::vector<Finding>{one});
    CHECK(verdict.due.empty());
    verdict = isdn::judge({one}, {one, other});
    CHECK(verdict.due == std::vector<Finding>{one});
    CHECK(verdict.fresh == std::vector<Finding>{other});
    CHECK(isdn::judge({one}, {}).due.empty());
    // Another call on the same channel is another matter.
    verdict = isdn::judge({other}, {{Discrepancy::call_without_leg, 4, 10}});
    CHECK(verdict.due.empty());
    CHECK(isdn::describe(one) == "channel 3 is in use without a call");
}
