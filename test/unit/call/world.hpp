// A CallManager among fakes: two exits, a route "9." to both, and whatever else a test adds. Single-threaded.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "fakes.hpp"

namespace tipring::test {

inline const call::Cause hung_up{call::q850::normal_clearing, call::Location::user, ""};

/// The last command that the leg was given.
inline std::string end_of(const FakeLeg& leg) {
    const auto comma = leg.heard.rfind(", ");
    return comma == std::string::npos ? leg.heard : leg.heard.substr(comma + 2);
}

struct World {
    ManualReactor reactor;
    LegTable legs;
    FakeConnector connector;
    FakeExit first{{routing::DestinationKind::sip, "office"}, legs};
    FakeExit second{{routing::DestinationKind::group, "city"}, legs};
    std::vector<call::CallRecord> records;
    std::vector<call::CallState> states;
    std::vector<std::string> shown;
    call::CallManager manager{
        reactor, connector, {std::chrono::seconds(30), std::chrono::seconds(60), ringback_tone()}};
    FakeLeg* caller = nullptr;

    World() {
        routing::RouteRule rule;
        rule.name = "out";
        rule.called = "9.";
        rule.strip = 1;
        rule.to = {first.destination(), second.destination()};
        manager.set_routes({rule});
        manager.add_exit(first);
        manager.add_exit(second);
        manager.on_record = [this](const call::CallRecord& record) { records.push_back(record); };
        manager.on_change = [this](const call::CallView& view) {
            states.push_back(view.state);
            shown.emplace_back(shown_state(view));
        };
    }

    std::unique_ptr<FakeLeg> telephone(const std::string& name = "fxs 1") {
        return std::make_unique<FakeLeg>(manager.next_leg_id(), name, legs);
    }
    void call(const std::string& number) {
        auto leg = telephone();
        caller = leg.get();
        manager.incoming(std::move(leg),
                         {{"201", "Kitchen", {}}, number, {routing::DestinationKind::port, "201", ""}});
        reactor.run_posted();
    }
    void release(FakeLeg& leg, const call::Cause& cause = hung_up) {
        legs.released(leg, cause);
        reactor.run_posted();
    }
    void answer(FakeLeg& leg) {
        report([&] { leg.report().on_answered(leg); });
    }
    void report(const std::function<void()>& task) {
        legs.report(task);
        reactor.run_posted();
    }
    /// Every leg that was told to end does so.
    void end_released() {
        for (bool again = true; again;) {
            again = false;
            for (const auto& [id, leg] : std::map(legs.alive)) {
                if (leg->over || !leg->observed() || !leg->released_by_us()) continue;
                release(*leg);
                again = true;
            }
        }
    }
    void check_clean() {
        CHECK(legs.alive.empty());
        CHECK_FALSE(legs.destroyed_inside_callback);
        CHECK(connector.pairs.empty());
        CHECK(connector.ringing.empty());
        CHECK(connector.strange_parts == 0);
        CHECK(manager.calls().empty());
        CHECK(reactor.timers() == 0);
    }
};

}  // namespace tipring::test
