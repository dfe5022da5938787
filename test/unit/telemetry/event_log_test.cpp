#include "tipring/telemetry/event_log.hpp"

#include <catch2/catch.hpp>

using tipring::telemetry::Event;
using tipring::telemetry::EventLog;

TEST_CASE("events are numbered, timed and kept in order") {
    EventLog log;
    const auto before = std::chrono::system_clock::now();
    log.publish("port.off_hook", {{"port", "1"}});
    log.publish("port.on_hook", {{"port", "1"}});
    REQUIRE(log.history().size() == 2);
    CHECK(log.history()[0].sequence == 1);
    CHECK(log.history()[0].name == "port.off_hook");
    CHECK(log.history()[0].fields[0].second == "1");
    CHECK(log.history()[1].sequence == 2);
    CHECK(log.history()[0].time >= before);
}

TEST_CASE("the history is bounded and keeps the newest") {
    EventLog log(3);
    for (int i = 0; i < 10; ++i)
        log.publish("tick", {{"n", std::to_string(i)}});
    REQUIRE(log.history().size() == 3);
    CHECK(log.history().front().fields[0].second == "7");
    CHECK(log.history().back().sequence == 10);
}

TEST_CASE("a log without history still tells its subscribers") {
    EventLog log(0);
    int told = 0;
    log.subscribe([&](const Event&) { ++told; });
    log.publish("tick", {});
    CHECK(log.history().empty());
    CHECK(told == 1);
}

TEST_CASE("a subscriber may leave while it is told, or send another away") {
    EventLog log;
    std::vector<std::string> heard;
    EventLog::SubscriberKey first = 0, second = 0;
    first = log.subscribe([&](const Event& event) {
        heard.push_back("first " + event.name);
        log.unsubscribe(first);
        log.unsubscribe(second);
    });
    second = log.subscribe([&](const Event& event) { heard.push_back("second " + event.name); });
    log.subscribe([&](const Event& event) { heard.push_back("third " + event.name); });
    log.publish("a", {});
    log.publish("b", {});
    CHECK(heard == std::vector<std::string>{"first a", "third a", "third b"});
}

TEST_CASE("a subscriber may publish and subscribe") {
    EventLog log;
    std::vector<std::uint64_t> late;
    log.subscribe([&](const Event& event) {
        if (event.name != "a") return;
        log.subscribe([&](const Event& next) { late.push_back(next.sequence); });
        log.publish("b", {});
    });
    log.publish("a", {});
    CHECK(late == std::vector<std::uint64_t>{2});
}
