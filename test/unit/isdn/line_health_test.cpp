// Health of a line: seconds, quarters of an hour, wraps, unavailable time, and the verdict.
#include <catch2/catch.hpp>

#include "tipring/isdn/line_health.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using Catch::Contains;
using hardware::SpanAlarm;
using isdn::HealthCount;
using isdn::HealthInterval;
using isdn::HealthSample;
using isdn::LineHealth;

namespace {

/// A line that is looked at each second.
struct WatchedLine {
    explicit WatchedLine(bool t1 = false) : health(t1) {
        for (auto& count : sample.counts)
            count = 0;
        second();
    }
    std::uint32_t& count(HealthCount which) { return *sample.counts[static_cast<std::size_t>(which)]; }
    void second(unsigned seconds = 1) {
        for (; seconds > 0; --seconds, now += 1s)
            health.second(now, sample);
    }
    void errors(HealthCount which, std::uint32_t more) {
        count(which) += more;
        second();
    }
    void alarm(SpanAlarm which, unsigned seconds) {
        sample.alarms.set(which);
        second(seconds);
        sample.alarms = {};
    }
    HealthInterval current() const { return health.current(); }
    std::string verdict(bool d_channel_up = true, bool free = false) const {
        std::string text;
        for (const auto& line : isdn::health_verdict(3, health.day(), {health.alarms(), d_channel_up, free}))
            text += line + "\n";
        return text;
    }

    LineHealth health;
    HealthSample sample;
    HealthInterval::Time now{std::chrono::hours(24 * 20000)};
};

}  // namespace

TEST_CASE("health: errored and severely errored seconds of an E1 and a T1") {
    WatchedLine line;
    line.errors(HealthCount::crc_errors, 1);
    line.errors(HealthCount::crc_errors, 299);
    line.errors(HealthCount::crc_errors, 300);
    line.errors(HealthCount::bipolar_violations, 2048);
    line.errors(HealthCount::frame_errors, 1);
    line.errors(HealthCount::slips, 1);
    line.second(5);
    CHECK(line.current().errored == 6);
    CHECK(line.current().severely_errored == 2);
    CHECK(line.current().unavailable == 0);
    CHECK(line.current().seconds == 12);
    CHECK(line.current().count(HealthCount::crc_errors) == 600);

    WatchedLine t1(true);
    t1.errors(HealthCount::crc_errors, 319);
    t1.errors(HealthCount::crc_errors, 320);
    t1.errors(HealthCount::bipolar_violations, 1544);
    CHECK(t1.current().severely_errored == 2);
}

TEST_CASE("health: what the far end says and what the D-channel loses is no error of our line") {
    WatchedLine line;
    line.errors(HealthCount::e_bits, 100);
    line.errors(HealthCount::d_channel_errors, 2);
    line.errors(HealthCount::d_channel_losses, 1);
    line.alarm(SpanAlarm::rai, 3);
    CHECK(line.current().errored == 0);
    CHECK(line.current().alarm(SpanAlarm::rai) == 3);
    CHECK(line.current().count(HealthCount::e_bits) == 100);
    CHECK_FALSE(line.current().clean());
}

TEST_CASE("health: ten severely errored seconds are unavailable time, from the first of them on") {
    WatchedLine line;
    line.alarm(SpanAlarm::los, 9);
    CHECK(line.current().severely_errored == 9);
    line.second();
    CHECK(line.current().severely_errored == 9);
    CHECK_FALSE(line.health.unavailable());

    line.alarm(SpanAlarm::los, 9);
    CHECK(line.current().severely_errored == 18);
    line.alarm(SpanAlarm::los, 1);
    CHECK(line.health.unavailable());
    CHECK(line.current().severely_errored == 9);
    CHECK(line.current().errored == 9);
    CHECK(line.current().unavailable == 10);

    line.second(4);
    line.errors(HealthCount::crc_errors, 1);
    line.second(4);
    CHECK(line.current().unavailable == 19);
    CHECK(line.current().errored == 9);
    line.second();
    CHECK_FALSE(line.health.unavailable());
    CHECK(line.current().unavailable == 10);
    CHECK(line.current().errored == 10);
    CHECK(line.current().severely_errored == 9);
    line.second(20);
    CHECK(line.current().unavailable == 10);
}

TEST_CASE("health: a short good time does not end unavailable time") {
    WatchedLine line;
    line.alarm(SpanAlarm::ais, 12);
    line.second(9);
    line.alarm(SpanAlarm::ais, 1);
    CHECK(line.health.unavailable());
    CHECK(line.current().unavailable == 22);
    CHECK(line.current().errored == 0);
}

TEST_CASE("health: unavailable time is booked in the quarter in which it was") {
    WatchedLine line;
    line.second(899 - 5);
    REQUIRE(line.health.history().empty());
    line.alarm(SpanAlarm::lfa, 15);
    const auto history = line.health.history();
    REQUIRE(history.size() == 1);
    CHECK(history[0].seconds == 900);
    CHECK(history[0].unavailable == 5);
    CHECK(history[0].errored == 0);
    CHECK(line.current().unavailable == 10);
    CHECK(line.current().alarm(SpanAlarm::lfa) == 10);
    CHECK(line.health.day().unavailable == 15);
}

TEST_CASE("health: quarters begin on the quarter, and a day of them is kept") {
    WatchedLine line;
    line.now = HealthInterval::Time(24h * 20000 + 7min + 13s);
    line.second();
    CHECK(line.current().begins == HealthInterval::Time(24h * 20000));
    for (unsigned quarter = 0; quarter < 100; ++quarter) {
        line.now += 15min;
        line.errors(HealthCount::slips, 1);
    }
    CHECK(line.health.history().size() == 96);
    CHECK(line.health.day().count(HealthCount::slips) == 97);
    CHECK(line.health.history().front().begins == line.current().begins - 15min);
}

TEST_CASE("health: the clock may be set") {
    WatchedLine line;
    line.now += 1min;
    line.second();
    const auto begins = line.current().begins;
    line.now = begins - 1s;
    line.second(3);
    CHECK(line.current().begins == begins);
    CHECK(line.health.history().empty());
    line.now = begins - 48h;
    line.second(2);
    CHECK(line.current().begins == begins - 48h);
    CHECK(line.health.history().size() == 1);
}

TEST_CASE("health: counters wrap, begin anew, come late and go away") {
    WatchedLine line;
    auto& crc = line.count(HealthCount::crc_errors);
    crc = 0xFFFFFFF0;
    line.second();
    const auto before = line.current().count(HealthCount::crc_errors);
    crc = 0x10;
    line.second();
    CHECK(line.current().count(HealthCount::crc_errors) - before == 0x20);
    crc = 1000;
    line.second();
    const auto again = line.current().count(HealthCount::crc_errors);
    crc = 3;  // the driver was loaded again
    line.second();
    CHECK(line.current().count(HealthCount::crc_errors) - again == 3);

    // A driver that does not answer is no clean line, and no error either.
    line.health.second(line.now, std::nullopt);
    CHECK(line.current().unread == 1);
    crc = 5;
    line.second();
    CHECK(line.current().count(HealthCount::crc_errors) - again == 5);

    LineHealth late(false);
    HealthSample sample;
    late.second(line.now, sample);
    CHECK_FALSE(late.current().counts_it(HealthCount::slips));
    sample.counts[static_cast<std::size_t>(HealthCount::slips)] = 77;
    late.second(line.now + 1s, sample);
    CHECK(late.current().counts_it(HealthCount::slips));
    CHECK(late.current().count(HealthCount::slips) == 0);
}

TEST_CASE("health: the verdict names what to do") {
    WatchedLine line;
    CHECK_THAT(line.verdict(), Contains("less than a minute"));
    line.second(60);
    CHECK(line.verdict() == "span 3 is clean\n");
    SECTION("slips") {
        line.errors(HealthCount::slips, 5);  // in a day, as G.822 has it
        CHECK(line.verdict() == "span 3 is clean\n");
        line.errors(HealthCount::slips, 1);
        CHECK_THAT(line.verdict(), Contains("slips on span 3: check the clock source"));
        CHECK_THAT(line.verdict(true, true), Contains("the card runs on its own clock"));
    }
    SECTION("CRC only") {
        line.errors(HealthCount::crc_errors, 2);
        CHECK_THAT(line.verdict(),
                   Contains("CRC errors without bipolar violations on span 3: check the framing"));
    }
    SECTION("both") {
        line.errors(HealthCount::crc_errors, 2);
        line.errors(HealthCount::bipolar_violations, 2);
        CHECK_THAT(line.verdict(), Contains("the pair that we hear is disturbed") && !Contains("without"));
    }
    SECTION("violations only") {
        line.errors(HealthCount::bipolar_violations, 2);
        CHECK_THAT(line.verdict(), Contains("check the line coding"));
    }
    SECTION("E-bits only") {
        line.errors(HealthCount::e_bits, 2);
        CHECK_THAT(line.verdict(), Contains("E-bits only on span 3") && Contains("transmit pair"));
    }
    SECTION("RAI only") {
        line.alarm(SpanAlarm::rai, 2);
        CHECK_THAT(line.verdict(),
                   Contains("RAI only on span 3: the far end does not hear us: check the transmit pair"));
        line.second();
        CHECK_THAT(line.verdict(), Contains("did not hear us for a time"));
    }
    SECTION("LOS now and then") {
        line.alarm(SpanAlarm::los, 2);
        CHECK_THAT(line.verdict(false),
                   Contains("no signal on span 3 (LOS)") && !Contains("D-channel is down"));
        line.second();
        CHECK_THAT(line.verdict(), Contains("has lost its signal for a time"));
    }
    SECTION("a loop") {
        line.alarm(SpanAlarm::loopback, 1);
        CHECK_THAT(line.verdict(), Contains("tipringctl span 3 loop off"));
    }
    SECTION("the D-channel") {
        line.errors(HealthCount::d_channel_losses, 1);
        CHECK_THAT(line.verdict(), Contains("goes down while the line is well"));
        CHECK_THAT(line.verdict(false), Contains("its D-channel is down"));
    }
    SECTION("losses of the D-channel together with the line's are the line's") {
        line.alarm(SpanAlarm::los, 2);
        line.errors(HealthCount::d_channel_losses, 1);
        CHECK_THAT(line.verdict(), !Contains("while the line is well"));
    }
}

TEST_CASE("health: a driver without counters is said to have none") {
    LineHealth health(false);
    HealthInterval::Time now{24h * 20000};
    for (int i = 0; i < 70; ++i, now += 1s)
        health.second(now, HealthSample{});
    const auto verdict = isdn::health_verdict(1, health.day(), {});
    REQUIRE(verdict.size() == 2);
    CHECK(verdict[0] == "no alarm on span 1");
    CHECK_THAT(verdict[1], Contains("this driver counts no line errors"));
    CHECK_FALSE(isdn::health_verdict(1, {}, {}).empty());
}

TEST_CASE("totals only grow: over quarters of an hour, a wrap and a driver that was loaded again") {
    WatchedLine line;
    const auto slips = [&] { return line.health.totals()[static_cast<std::size_t>(HealthCount::slips)]; };
    line.errors(HealthCount::slips, 3);
    line.second(3600);
    line.errors(HealthCount::slips, 4);
    CHECK(slips() == 7);
    line.count(HealthCount::slips) = 2;
    line.second();
    CHECK(slips() == 9);
}
