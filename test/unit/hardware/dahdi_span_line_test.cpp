// The driver's answer about a span: settings, counters, alarms, loops.
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstring>

#include "dahdi/board.hpp"
#include "dahdi/span_line.hpp"
#include "dahdi_fake.hpp"

using namespace tipring;
using namespace tipring::hardware;
using Catch::Contains;
using test::FakeDriver;

namespace {

dahdi_spaninfo e1_status() {
    dahdi_spaninfo status{};
    status.spanno = 2;
    std::strcpy(status.name, "TE2/0/2");
    std::strcpy(status.desc, "T2XXP (PCI) Card 0 Span 2");
    std::strcpy(status.spantype, "E1");
    std::strcpy(status.manufacturer, "Digium");
    std::strcpy(status.devicetype, "Wildcard TE220");
    std::strcpy(status.lboname, "0 db (CSU)/0-133 feet (DSX-1)");
    status.linecompat = DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CCS | DAHDI_CONFIG_CRC4 | DAHDI_CONFIG_AMI;
    status.lineconfig = DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CCS | DAHDI_CONFIG_CRC4;
    status.syncsrc = 1;
    status.totalchans = 31;
    status.numchans = 30;
    return status;
}

std::optional<std::uint32_t> counter_of(const SpanReading& reading, LineCounter counter) {
    return reading.counts[static_cast<std::size_t>(counter)];
}

}  // namespace

TEST_CASE("dahdi span: what an E1 is set to") {
    const auto settings = dahdi::span_settings(e1_status());
    CHECK(settings.type == SpanType::e1);
    CHECK(name(settings.framing) == "ccs");
    CHECK(name(settings.coding) == "hdb3");
    CHECK(settings.crc4 == true);
    CHECK(settings.build_out == 0U);
    CHECK(settings.build_out_text == "0 db (CSU)/0-133 feet (DSX-1)");
    CHECK(settings.sync_source == 1);
    CHECK(settings.device == "Digium, Wildcard TE220");
    CHECK(settings.channels == 31);
    CHECK(settings.configured_channels == 30);

    auto cas = e1_status();
    cas.lineconfig = DAHDI_CONFIG_AMI;
    CHECK(dahdi::span_settings(cas).framing == Framing::cas);
    CHECK(dahdi::span_settings(cas).coding == Coding::ami);
    CHECK(dahdi::span_settings(cas).crc4 == false);
}

TEST_CASE("dahdi span: a T1 has no CRC-4, and a span over memory tells nothing") {
    auto t1 = e1_status();
    std::strcpy(t1.spantype, "T1");
    t1.lineconfig = DAHDI_CONFIG_B8ZS | DAHDI_CONFIG_ESF;
    t1.lbo = 3;
    t1.totalchans = 24;
    const auto settings = dahdi::span_settings(t1);
    CHECK(settings.type == SpanType::t1);
    CHECK(settings.framing == Framing::esf);
    CHECK(settings.coding == Coding::b8zs);
    CHECK_FALSE(settings.crc4);
    CHECK(settings.build_out == 3U);

    auto dynamic = e1_status();
    std::strcpy(dynamic.spantype, "DYN-D");
    dynamic.lineconfig = 0;
    dynamic.syncsrc = 0;
    const auto untold = dahdi::span_settings(dynamic);
    CHECK(untold.type == SpanType::e1);
    CHECK_FALSE(untold.told());
    CHECK_FALSE(untold.crc4);
    CHECK_FALSE(untold.build_out);
    const auto reading = dahdi::span_reading(dynamic, "Span 2: DYN\n");
    for (const auto& count : reading.counts)
        CHECK_FALSE(count);
}

TEST_CASE("dahdi span: counters of old and new drivers, and slips from the page in /proc") {
    auto status = e1_status();
    status.cvcount = 7;
    status.fecount = 2;
    status.crc4count = 3;
    status.ebitcount = 1;
    const std::string page =
        "Span 2: TE2/0/2 \"T2XXP\" HDB3/CCS/CRC4 RED \n\tIRQ misses: 9\n\tTiming slips: 12\n\n";
    const auto reading = dahdi::span_reading(status, page);
    CHECK(counter_of(reading, LineCounter::bipolar_violations) == 7U);
    CHECK(counter_of(reading, LineCounter::frame_errors) == 2U);
    CHECK(counter_of(reading, LineCounter::crc_errors) == 3U);
    CHECK(counter_of(reading, LineCounter::e_bits) == 1U);
    CHECK(counter_of(reading, LineCounter::slips) == 12U);

    status.cvcount = 0;
    status.bpvcount = 5;
    CHECK(counter_of(dahdi::span_reading(status, std::nullopt), LineCounter::bipolar_violations) == 5U);
    CHECK_FALSE(counter_of(dahdi::span_reading(status, std::nullopt), LineCounter::slips));
    CHECK(counter_of(dahdi::span_reading(status, "Span 2: no such line\n"), LineCounter::slips) == 0U);
    CHECK(counter_of(dahdi::span_reading(status, "\tTiming slips:"), LineCounter::slips) == 0U);
    CHECK(counter_of(dahdi::span_reading(status, "\tTiming slips: -1\n"), LineCounter::slips) == 0xFFFFFFFFU);
}

TEST_CASE("dahdi span: alarms; red only where the driver does not say which") {
    const auto alarms = [](int bits) {
        auto status = e1_status();
        status.alarms = bits;
        return dahdi::span_reading(status, std::nullopt).alarms;
    };
    CHECK_FALSE(alarms(DAHDI_ALARM_NONE).any());
    CHECK(alarms(DAHDI_ALARM_RED).has(SpanAlarm::red));
    const auto los = alarms(DAHDI_ALARM_RED | DAHDI_ALARM_LOS);
    CHECK(los.has(SpanAlarm::los));
    CHECK_FALSE(los.has(SpanAlarm::red));
    CHECK(alarms(DAHDI_ALARM_LMFA).has(SpanAlarm::lfa));
    CHECK(alarms(DAHDI_ALARM_BLUE).has(SpanAlarm::ais));
    CHECK(alarms(DAHDI_ALARM_YELLOW).has(SpanAlarm::rai));
    CHECK(alarms(DAHDI_ALARM_LOOPBACK).has(SpanAlarm::loopback));
}

TEST_CASE("dahdi span: the board asks the driver, and says in words what it cannot do") {
    FakeDriver driver;
    driver.add_channel(4, DAHDI_SIG_CLEAR, 2);
    driver.spans[2] = e1_status();
    const auto board = dahdi::open_board(driver).value();
    driver.files["/sys/bus/dahdi_spans/devices/span-2/is_sync_master"] = "1";
    driver.files["/proc/dahdi/2"] = "Span 2:\n\tTiming slips: 4\n";
    CHECK(board->span_settings({2}).value().sync_master);
    CHECK(counter_of(board->read_span({2}).value(), LineCounter::slips) == 4U);
    CHECK_THAT(board->span_settings({9}).error().message, Contains("span 9") && Contains("no such span"));
    CHECK_THAT(board->read_span({9}).error().message, Contains("dahdi_scan"));

    REQUIRE(board->set_loop({2}, SpanLoop::payload).has_value());
    CHECK(driver.loop_span == 2);
    CHECK(driver.loop_command == DAHDI_MAINT_NETWORKPAYLOADLOOP);
    REQUIRE(board->set_loop({2}, SpanLoop::local).has_value());
    CHECK(driver.loop_command == DAHDI_MAINT_LOCALLOOP);
    REQUIRE(board->set_loop({2}, SpanLoop::remote).has_value());
    CHECK(driver.loop_command == DAHDI_MAINT_REMOTELOOP);
    REQUIRE(board->set_loop({2}, SpanLoop::off).has_value());
    CHECK(driver.loop_command == DAHDI_MAINT_NONE);
    driver.failures[DAHDI_MAINT] = -ENOSYS;
    CHECK_THAT(board->set_loop({2}, SpanLoop::remote).error().message,
               Contains("span 2: cannot set the remote loop") && Contains("its driver cannot do that"));
}

TEST_CASE("dahdi span: a clear channel has neither audio mode nor gains nor canceller") {
    FakeDriver driver;
    driver.add_channel(1, DAHDI_SIG_FXOKS);
    driver.add_channel(4, DAHDI_SIG_CLEAR, 2);
    const auto board = dahdi::open_board(driver).value();
    auto channel = board->open({4}, {.law = dsp::Law::alaw}).value();
    REQUIRE(channel.control->set_gain(6, 6).has_value());
    driver.requests.clear();
    REQUIRE(channel.control->start_clear_channel().has_value());
    CHECK(driver.asked(DAHDI_AUDIOMODE, 0));
    CHECK_FALSE(driver.asked(DAHDI_AUDIOMODE, 1));
    CHECK(driver.count(DAHDI_SETGAINS) == 0);
    CHECK(driver.count(DAHDI_FLUSH) == 1);
    std::array<std::uint8_t, block_samples> block;
    for (std::size_t i = 0; i < block.size(); ++i)
        block[i] = static_cast<std::uint8_t>(i * 3);
    CHECK(channel.bearer->write(block));
    REQUIRE(driver.sent.size() == 1);
    CHECK(std::equal(block.begin(), block.end(), driver.sent[0].begin()));
    driver.received.emplace_back(block.begin(), block.end());
    std::array<std::uint8_t, block_samples> heard{};
    CHECK(channel.bearer->read(heard).status == Bearer::ReadStatus::block);
    CHECK(heard == block);
    REQUIRE(channel.control->stop_audio().has_value());
    CHECK_FALSE(channel.bearer->write(block));
    CHECK_FALSE(board->open({1}, {}).value().control->start_clear_channel().has_value());
}
