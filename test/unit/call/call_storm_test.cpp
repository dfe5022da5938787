// Thousands of random interleavings of what legs report and what people do: every call ends in one record,
// and no leg, timer or connection is left behind.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "fakes.hpp"
#include "tipring/base/log.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using routing::DestinationKind;

namespace {

class Storm {
  public:
    explicit Storm(unsigned seed) : random_(seed), manager_(reactor_, connector_, {20s}) {
        routing::RouteRule rule;
        rule.name = "all";
        rule.to = {{DestinationKind::sip, "a"},
                   {DestinationKind::sip, "b"},
                   {DestinationKind::sip, "nobody"},
                   {DestinationKind::port, "c"}};
        manager_.set_routes({rule});
        for (auto* exit : {&a_, &b_, &c_})
            manager_.add_exit(*exit);
        manager_.on_record = [this](const call::CallRecord& record) {
            CHECK(recorded_.insert(record.id).second);
        };
    }

    void run(int steps) {
        for (int step = 0; step < steps; ++step)
            this->step();
        finish();
    }

  private:
    std::mt19937 random_;
    test::ManualReactor reactor_;
    test::LegTable legs_;
    test::FakeConnector connector_;
    test::FakeExit a_{{DestinationKind::sip, "a"}, legs_}, b_{{DestinationKind::sip, "b"}, legs_},
        c_{{DestinationKind::port, "c"}, legs_};
    std::set<base::CallId> recorded_;
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
        for (auto* exit : {&a_, &b_, &c_})
            exit->refuse_with = dice(4) == 0 ? some_cause().value : std::uint8_t{0};
        auto leg = std::make_unique<test::FakeLeg>(manager_.next_leg_id(), "fxs 1", legs_);
        manager_.incoming(std::move(leg), {{"1", "", {}}, "2", {DestinationKind::port, "1", ""}});
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
                leg.endpoint = dice(3) == 0 ? media::EndpointId{} : media::EndpointId{leg.id().value + 5000};
                legs_.report([&] { leg.report().on_media_changed(leg); });
                break;
            default:
                // Mostly as the answer to a release, sometimes by itself.
                if (leg.released_by_us() || dice(4) == 0) legs_.released(leg, some_cause());
        }
    }

    void step() {
        switch (dice(12)) {
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
            default:
                if (auto* leg = some_leg(); leg != nullptr) leg_reports(*leg);
        }
        REQUIRE_FALSE(legs_.destroyed_inside_callback);
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
        CHECK(connector_.peers.empty());
        CHECK(reactor_.timers() == 0);
    }
};

}  // namespace

TEST_CASE("no call and no leg is left behind, whatever the order of events") {
    base::log::set_level(base::log::Level::error);  // hundreds of thousands of lines otherwise
    for (unsigned seed = 1; seed <= 2000; ++seed) {
        CAPTURE(seed);
        Storm(seed).run(150);
    }
    base::log::set_level(base::log::Level::info);
}
