// Thousands of random interleavings of what legs report and what people do: every call ends in one record,
// audio is joined exactly where two talk, and no leg, timer, tone or connection is left behind.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "fakes.hpp"
#include "tipring/base/log.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using routing::DestinationKind;

namespace {

/// That the storms get where they should: records with these marks.
struct Reached {
    unsigned joined = 0, transferred = 0, diverted = 0;
    std::size_t talking = 0;
};

class Storm {
  public:
    /// Half of the storms are those of one telephone with several calls on its line; then only its legs are
    /// joined to each other (to join their other sides would be to join the line to itself).
    explicit Storm(unsigned seed)
        : random_(seed),
          one_line_(seed % 2 == 0),
          manager_(reactor_, connector_, {20s, 60s, test::ringback_tone()}) {
        routing::RouteRule rule;
        rule.name = "all";
        rule.to = {{DestinationKind::sip, "a"},
                   {DestinationKind::sip, "b"},
                   {DestinationKind::sip, "nobody"},
                   {DestinationKind::port, "c"}};
        manager_.set_routes({rule});
        c_.at = routing::Source{DestinationKind::port, "c", "", routing::LineKind::fxs};
        for (auto* exit : {&a_, &b_, &c_})
            manager_.add_exit(*exit);
        manager_.on_record = [this](const call::CallRecord& record) {
            CHECK(recorded_.insert(record.id).second);
            if (record.joined) ++reached_.joined;
            if (!record.transferred_to.empty()) ++reached_.transferred;
            if (!record.diversions.empty()) ++reached_.diverted;
        };
    }

    Reached run(int steps) {
        for (int step = 0; step < steps; ++step)
            this->step();
        finish();
        return reached_;
    }

  private:
    std::mt19937 random_;
    const bool one_line_;
    std::set<base::LegId> telephone_;
    test::ManualReactor reactor_;
    test::LegTable legs_;
    test::FakeConnector connector_;
    test::FakeExit a_{{DestinationKind::sip, "a"}, legs_}, b_{{DestinationKind::sip, "b"}, legs_},
        c_{{DestinationKind::port, "c"}, legs_};
    std::set<base::CallId> recorded_;
    Reached reached_;
    call::CallManager manager_;

    unsigned dice(unsigned sides) { return static_cast<unsigned>(random_() % sides); }

    call::Cause some_cause() {
        static constexpr std::uint8_t values[] = {16, 17, 19, 21, 27, 34, 38, 41, 127};
        return {values[dice(std::size(values))], call::Location::user, ""};
    }

    test::FakeLeg* some_leg() {
        if (legs_.alive.empty()) return nullptr;
        auto found = legs_.alive.begin();
        std::advance(found, dice(static_cast<unsigned>(legs_.alive.size())));
        auto* leg = found->second;
        return leg->over || !leg->observed() ? nullptr : leg;
    }

    void new_call() {
        for (auto* exit : {&a_, &b_, &c_}) {
            exit->refuse_with = dice(4) == 0 ? some_cause().value : std::uint8_t{0};
            exit->can_refer = dice(2) == 0;
            exit->data = dice(4) == 0;
        }
        auto leg = std::make_unique<test::FakeLeg>(manager_.next_leg_id(), "fxs 1", legs_);
        leg->can_refer = dice(4) == 0;
        const call::CallRequest request{{"1", "", {}}, "2", {DestinationKind::port, "1", ""}};
        if (dice(4) == 0) {
            manager_.pick_up(std::move(leg), request, {DestinationKind::port, "c"});
            return;
        }
        telephone_.insert(leg->id());
        leg->endpoint = home(*leg);
        manager_.incoming(std::move(leg), request);
    }

    media::EndpointId home(const test::FakeLeg& leg) const {
        return one_line_ && telephone_.contains(leg.id()) ? media::EndpointId{1}
                                                          : media::EndpointId{leg.id().value + 1000};
    }

    std::string some_number() { return std::to_string(1 + dice(9)); }

    void user_acts(test::FakeLeg& leg) {
        switch (dice(7)) {
            case 0:
            case 1:
                legs_.report([&] { leg.report().on_hold(leg, dice(2) == 0); });
                break;
            case 2:
                legs_.report([&] { leg.report().on_flash(leg); });
                break;
            case 3:
                if (dice(2) == 0) legs_.report([&] { leg.report().on_transfer(leg, some_number()); });
                break;
            case 4:
                legs_.report(
                    [&] { leg.report().on_referred(leg, static_cast<call::ReferOutcome>(dice(3))); });
                break;
            case 5:
                if (dice(3) == 0)
                    legs_.redirected(leg, some_number(), static_cast<call::DivertReason>(dice(3)));
                break;
            default:
                auto* other = some_leg();
                if (other == nullptr) break;
                const bool telephones = telephone_.contains(leg.id()) && telephone_.contains(other->id());
                if (telephones || !one_line_) legs_.report([&] { leg.report().on_join(leg, *other); });
        }
    }

    void leg_reports(test::FakeLeg& leg) {
        switch (dice(7)) {
            case 0:
                legs_.report([&] { leg.report().on_proceeding(leg); });
                break;
            case 1:
                legs_.report([&] { leg.report().on_alerting(leg, dice(2) == 0); });
                break;
            case 2:
                legs_.report([&] { leg.report().on_answered(leg); });
                break;
            case 3:
                legs_.report([&] { leg.report().on_digit(leg, '5'); });
                break;
            case 4:
                leg.endpoint = dice(3) == 0 ? media::EndpointId{} : home(leg);
                legs_.report([&] { leg.report().on_media_changed(leg); });
                break;
            default:
                // Mostly as the answer to a release, sometimes by itself.
                if (leg.released_by_us() || dice(4) == 0) legs_.released(leg, some_cause());
        }
    }

    void step() {
        switch (dice(18)) {
            case 0:
                new_call();
                break;
            case 1:
                reactor_.advance(std::chrono::milliseconds(dice(15000)));
                break;
            case 2:
                reactor_.run_posted();
                break;
            case 3: {
                const auto calls = manager_.calls();
                if (!calls.empty() && dice(4) == 0)
                    manager_.hang_up(calls[dice(static_cast<unsigned>(calls.size()))].id, some_cause());
                break;
            }
            case 4:
            case 5:
            case 6:
            case 7:
                if (auto* leg = some_leg(); leg != nullptr) user_acts(*leg);
                break;
            default:
                if (auto* leg = some_leg(); leg != nullptr) leg_reports(*leg);
        }
        check();
    }

    void check() {
        REQUIRE_FALSE(legs_.destroyed_inside_callback);
        REQUIRE(connector_.strange_parts == 0);
        std::size_t may_be_joined = 0, may_ring = 0;
        for (const auto& view : manager_.calls()) {
            if (view.transferring) ++may_ring;
            if (view.state == call::CallState::alerting) ++may_be_joined;
            if (view.state != call::CallState::talking || !view.from_media || !view.to_media) continue;
            ++may_be_joined;
            ++reached_.talking;
            REQUIRE(connector_.joined(view.from_media, view.to_media));
        }
        REQUIRE(connector_.pairs.size() <= may_be_joined);
        REQUIRE(connector_.ringing.size() <= may_ring);
    }

    void finish() {
        if (dice(2) == 0) {
            manager_.hang_up_all(some_cause());
            while (auto* leg = some_leg())
                legs_.released(*leg, some_cause());
        }
        reactor_.advance(300s);  // no-answer and release guards do the rest
        manager_.hang_up_all(some_cause());
        reactor_.advance(60s);
        CHECK(manager_.calls().empty());
        CHECK(recorded_.size() == manager_.total());
        CHECK(legs_.alive.empty());
        CHECK(connector_.pairs.empty());
        CHECK(connector_.ringing.empty());
        CHECK(reactor_.timers() == 0);
    }
};

}  // namespace

TEST_CASE("no call and no leg is left behind, whatever the order of events") {
    base::log::set_level(base::log::Level::error);  // hundreds of thousands of lines otherwise
    Reached all;
    for (unsigned seed = 1; seed <= 4000; ++seed) {
        CAPTURE(seed);
        const auto reached = Storm(seed).run(200);
        all.joined += reached.joined;
        all.transferred += reached.transferred;
        all.diverted += reached.diverted;
        all.talking += reached.talking;
    }
    CHECK(all.joined > 1000);
    CHECK(all.transferred > 1000);
    CHECK(all.diverted > 1000);
    CHECK(all.talking > 10000);
    base::log::set_level(base::log::Level::info);
}
