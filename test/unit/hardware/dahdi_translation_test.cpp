// The driver's events, signalling types, alarms, gains and errors in our words.
#include <dahdi/user.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cmath>
#include <cstring>

#include "dahdi/errors.hpp"
#include "dahdi/events.hpp"
#include "dahdi/gain_table.hpp"
#include "dahdi/signalling.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::hardware::dahdi;
using Catch::Contains;

TEST_CASE("dahdi: one event number means different things on the two kinds of line") {
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_RINGOFFHOOK).kind == LineEventKind::off_hook);
    CHECK(map_event(ChannelKind::fxo, DAHDI_EVENT_RINGOFFHOOK).kind == LineEventKind::ring_end);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_ONHOOK).kind == LineEventKind::on_hook);
    CHECK(map_event(ChannelKind::fxo, DAHDI_EVENT_ONHOOK).kind == LineEventKind::battery_lost);
    CHECK(map_event(ChannelKind::fxo, DAHDI_EVENT_RINGBEGIN).kind == LineEventKind::ring_begin);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_RINGBEGIN).kind == LineEventKind::none);
    CHECK(map_event(ChannelKind::fxo, DAHDI_EVENT_POLARITY).kind == LineEventKind::polarity);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_WINKFLASH).kind == LineEventKind::flash);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_PULSE_START).kind == LineEventKind::pulse_start);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_RINGERON).kind == LineEventKind::ringer_on);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_RINGEROFF).kind == LineEventKind::ringer_off);
    for (const auto kind : {ChannelKind::fxs, ChannelKind::fxo}) {
        CHECK(map_event(kind, DAHDI_EVENT_HOOKCOMPLETE).kind == LineEventKind::hook_complete);
    }
}

TEST_CASE("dahdi: alarms and removal concern every kind of channel, hook events no B-channel") {
    for (const auto kind : {ChannelKind::fxs, ChannelKind::fxo, ChannelKind::bearer}) {
        CHECK(map_event(kind, DAHDI_EVENT_ALARM).kind == LineEventKind::alarm);
        CHECK(map_event(kind, DAHDI_EVENT_NOALARM).kind == LineEventKind::alarm_clear);
        CHECK(map_event(kind, DAHDI_EVENT_REMOVED).kind == LineEventKind::removed);
        CHECK(map_event(kind, DAHDI_EVENT_TX_CED_DETECTED).kind == LineEventKind::none);
        CHECK(map_event(kind, DAHDI_EVENT_NONE).kind == LineEventKind::none);
    }
    CHECK(map_event(ChannelKind::bearer, DAHDI_EVENT_RINGOFFHOOK).kind == LineEventKind::none);
    CHECK(map_event(ChannelKind::bearer, DAHDI_EVENT_PULSEDIGIT | '1').kind == LineEventKind::none);
}

TEST_CASE("dahdi: rotary digits") {
    for (const char digit : std::string("0123456789*#")) {
        const auto event = map_event(ChannelKind::fxs, DAHDI_EVENT_PULSEDIGIT | digit);
        CHECK(event.kind == LineEventKind::pulse_digit);
        CHECK(event.digit == digit);
    }
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_PULSEDIGIT | 'x').kind == LineEventKind::none);
    CHECK(map_event(ChannelKind::fxo, DAHDI_EVENT_PULSEDIGIT | '5').kind == LineEventKind::none);
    CHECK(map_event(ChannelKind::fxs, DAHDI_EVENT_DTMFDOWN | '5').kind == LineEventKind::none);
}

TEST_CASE("dahdi: signalling names the far end, the kind the local role") {
    CHECK(channel_kind(DAHDI_SIG_FXOKS) == ChannelKind::fxs);
    CHECK(channel_kind(DAHDI_SIG_FXOLS) == ChannelKind::fxs);
    CHECK(channel_kind(DAHDI_SIG_FXSKS) == ChannelKind::fxo);
    CHECK(channel_kind(DAHDI_SIG_FXSGS) == ChannelKind::fxo);
    CHECK(channel_kind(DAHDI_SIG_CLEAR) == ChannelKind::bearer);
    CHECK(channel_kind(DAHDI_SIG_HDLCFCS) == ChannelKind::d_channel);
    CHECK(channel_kind(DAHDI_SIG_HARDHDLC) == ChannelKind::d_channel);
    CHECK_FALSE(channel_kind(DAHDI_SIG_NONE));
    CHECK_FALSE(channel_kind(DAHDI_SIG_EM));
    CHECK_FALSE(channel_kind(DAHDI_SIG_HDLCNET));
    CHECK_FALSE(channel_kind(0x7FFFFFFF));
    CHECK(signalling_for(ChannelKind::fxs) == "fxoks");
}

TEST_CASE("dahdi: span status in words") {
    dahdi_spaninfo status{};
    status.spanno = 2;
    std::strcpy(status.name, "TE2/0/2");
    // No terminator: the field is full.
    std::memset(status.desc, 'd', sizeof status.desc);
    std::strcpy(status.spantype, "E1");
    std::strcpy(status.lboname, "0 db (CSU)/0-133 feet (DSX-1)");
    status.alarms = DAHDI_ALARM_RED | DAHDI_ALARM_LOS | DAHDI_ALARM_YELLOW;
    status.lineconfig = DAHDI_CONFIG_CCS | DAHDI_CONFIG_HDB3 | DAHDI_CONFIG_CRC4;
    status.linecompat = status.lineconfig;
    status.totalchans = 31;
    status.syncsrc = 2;
    status.irqmisses = 7;
    status.crc4count = 3;
    const auto span = span_info(status);
    CHECK(span.number == base::SpanNumber{2});
    CHECK(span.description == std::string(sizeof status.desc, 'd'));
    CHECK(span.is_e1);
    CHECK(span.is_digital);
    CHECK(span.alarms == std::vector<std::string>{"RED", "LOS", "RAI"});
    CHECK(span.settings == "framing CCS, coding HDB3, CRC-4, line build-out 0 db (CSU)/0-133 feet (DSX-1)");
    CHECK(span.sync_source == 2);
    CHECK(span.slips_or_irq_misses == 7);
    REQUIRE(span.counters.size() == 1);
    CHECK(span.counters[0].name == "CRC-4 errors");
    CHECK(span.counters[0].value == 3);

    dahdi_spaninfo analogue{};
    analogue.spanno = 1;
    std::strcpy(analogue.lboname, "0 db");
    CHECK_FALSE(span_info(analogue).is_digital);
    CHECK(span_info(analogue).settings.empty());
    CHECK(span_info(analogue).alarms.empty());
}

TEST_CASE("dahdi: a gain table changes the level by its gain and nothing else") {
    for (const auto law : {dsp::Law::alaw, dsp::Law::mulaw}) {
        const auto same = gain_table(law, 0);
        for (unsigned octet = 0; octet < 256; ++octet)
            CHECK(same[octet] == octet);

        for (const double gain_db : {-24.0, -6.0, 3.0, 12.0}) {
            const auto table = gain_table(law, gain_db);
            const double factor = std::pow(10.0, gain_db / 20);
            for (unsigned octet = 0; octet < 256; ++octet) {
                const double before = dsp::decode(law, static_cast<std::uint8_t>(octet));
                const double after = dsp::decode(law, table[octet]);
                const double ideal = std::clamp(before * factor, -32124.0, 32124.0);
                // Half of a quantizing step: 1/32 of the sample, or of the smallest segment.
                CHECK(std::abs(after - ideal) <= std::max(std::abs(ideal) / 31, 16.5));
            }
        }
    }
}

TEST_CASE("dahdi: errors name the channel, the reason and what to do") {
    const base::ChannelNumber channel{3};
    CHECK_THAT(open_failure("/dev/dahdi/ctl", ENOENT),
               Contains("driver is not loaded") && Contains("modprobe dahdi"));
    CHECK_THAT(open_failure("/dev/dahdi/ctl", EACCES), Contains("no permission") && Contains("udev rule"));
    CHECK_THAT(specify_failure(channel, EBUSY),
               Contains("channel 3 is in use by another program, for example Asterisk"));
    CHECK_THAT(specify_failure(channel, EINVAL), Contains("no channel 3"));
    CHECK_THAT(specify_failure(channel, ENXIO),
               Contains("channel 3 is not configured") && Contains("dahdi_cfg"));
    CHECK_THAT(wrong_signalling({5}, DAHDI_SIG_FXSKS, ChannelKind::fxs),
               Contains("channel 5 is configured as fxsks in /etc/dahdi/system.conf, the port map says fxs: "
                        "an fxs port needs fxoks"));
    CHECK_THAT(wrong_signalling({5}, DAHDI_SIG_NONE, ChannelKind::bearer),
               Contains("unused") && Contains("bchan"));
    CHECK_THAT(operation_failure(channel, "cannot ring", EBUSY),
               Contains("channel 3: cannot ring") && Contains("0.8 s"));
    CHECK_THAT(operation_failure(channel, "cannot ring", ENODATA), Contains("tone zone"));
    CHECK_THAT(operation_failure(channel, "cannot ring", ENODEV), Contains("card is gone"));
    CHECK_THAT(operation_failure(channel, "cannot ring", EINVAL), Contains("Invalid argument"));
}
