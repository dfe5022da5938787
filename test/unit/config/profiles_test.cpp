// Profiles are defaults: what each sets, and what counts more.
#include <catch2/catch.hpp>

#include "loading.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

namespace {

Port with_profile(const std::string& keys, const std::string& above = "") {
    return load_good(above + "ports: [{channel: 1, kind: fxs, number: 1, " + keys + "}]\n").ports.at(0);
}

bool shows_messages(const Port& port) {
    const auto& waiting = port.fxs.message_waiting;
    return waiting.stutter || waiting.fsk || waiting.lamp || waiting.polarity;
}

/// Only the profile's own word may differ from a port without any.
bool is_plain(const Port& port) {
    return port.fxs.call_waiting && port.fxs.services && port.fxs.may_forward && port.fxs.caller_id &&
           !port.fxs.data && port.fxs.lock_out && port.fxs.sip_down_tone && port.echo_taps == 128 &&
           port.first_digit == 16s && port.ring_timeout == 2min &&
           port.country_profile == *country_profile("us");
}

}  // namespace

TEST_CASE("a phone is what a port is anyway") {
    CHECK(is_plain(with_profile("profile: phone")));
    CHECK(with_profile("profile: phone").profile == PortProfile::phone);
}

TEST_CASE("no machine is disturbed by services, messages or a flash") {
    for (const std::string profile : {"fax", "modem", "alarm", "elevator", "door", "paging", "emergency"}) {
        INFO(profile);
        const auto port = with_profile("profile: " + profile);
        CHECK_FALSE(port.fxs.call_waiting);
        CHECK_FALSE(port.fxs.call_waiting_id);
        CHECK_FALSE(port.fxs.services);
        CHECK_FALSE(shows_messages(port));
        CHECK_FALSE(port.fxs.sip_down_tone);
        CHECK(port.country_profile.flash_max == 0ms);
    }
}

TEST_CASE("data devices have an untouched line") {
    const auto fax = with_profile("profile: fax");
    CHECK(fax.profile == PortProfile::fax);
    CHECK(fax.fxs.data);
    CHECK(fax.fxs.caller_id);
    CHECK(fax.echo_taps == 128);
    const auto modem = with_profile("profile: modem");
    CHECK(modem.fxs.data);
    CHECK(modem.fxs.caller_id);
    CHECK(modem.echo_taps == 0);
    const auto alarm = with_profile("profile: alarm");
    CHECK(alarm.fxs.data);
    CHECK(alarm.fxs.dial_without_tone);
    CHECK_FALSE(alarm.fxs.caller_id);
    CHECK_FALSE(alarm.fxs.lock_out);
    CHECK(alarm.echo_taps == 0);
    CHECK(alarm.first_digit == 1min);
    CHECK(alarm.inter_digit == 15s);
}

TEST_CASE("lines for help wait long and never fall silent") {
    for (const std::string profile : {"elevator", "emergency"}) {
        INFO(profile);
        const auto port =
            with_profile("profile: " + profile + ", hotline: 110", "defaults: {anonymous: yes}\n");
        CHECK_FALSE(port.fxs.lock_out);
        CHECK_FALSE(port.fxs.anonymous);
        CHECK_FALSE(port.fxs.data);
        CHECK(port.fxs.late_on_hook == 10s);
        CHECK(port.dial_tone == 1min);
        CHECK(port.first_digit == 1min);
        CHECK(port.inter_digit == 15s);
        CHECK(port.short_inter_digit == 5s);
        CHECK(port.ring_timeout == 5min);
        CHECK(port.fxs.hotline == "110");
        CHECK(port.fxs.caller_id == (profile == "emergency"));
    }
}

TEST_CASE("doors, loudspeakers and hotel rooms") {
    const auto door = with_profile("profile: door");
    CHECK_FALSE(door.fxs.caller_id);
    CHECK(door.echo_taps == 128);
    CHECK(door.country_profile.disconnect_battery);
    CHECK(door.country_profile.disconnect_tone);
    const auto paging = with_profile("profile: paging");
    CHECK_FALSE(paging.fxs.caller_id);
    CHECK(paging.country_profile.disconnect_battery);
    CHECK_FALSE(paging.country_profile.disconnect_tone);
    CHECK(paging.ring_timeout == 30s);
    const auto hotel = with_profile("profile: hotel");
    CHECK(hotel.fxs.services);
    CHECK(hotel.fxs.sip_down_tone);
    CHECK_FALSE(hotel.fxs.may_forward);
    CHECK(hotel.fxs.call_waiting);
    CHECK(hotel.fxs.message_waiting.stutter);
    CHECK(hotel.fxs.message_waiting.lamp);
    CHECK_FALSE(hotel.fxs.message_waiting.fsk);
}

TEST_CASE("a port's keys count more than its profile, that more than the defaults, those more than theirs") {
    // the port's own key
    const auto own = with_profile("profile: fax, call_waiting: yes, echo_taps: 64, flash: 90-300ms");
    CHECK(own.fxs.call_waiting);
    CHECK(own.echo_taps == 64);
    CHECK(own.country_profile.flash_min == 90ms);
    CHECK(own.fxs.data);
    // the port's profile over a key of the defaults, which keeps what the profile does not set
    const auto over = with_profile("profile: elevator", "defaults: {inter_digit: 4s, echo_taps: 64}\n");
    CHECK(over.inter_digit == 15s);
    CHECK(over.echo_taps == 64);
    // a key of the defaults over their profile
    const auto shared = with_profile("echo_taps: 32", "defaults: {profile: modem, call_waiting: yes}\n");
    CHECK(shared.profile == PortProfile::modem);
    CHECK(shared.fxs.data);
    CHECK(shared.fxs.call_waiting);
    CHECK(shared.echo_taps == 32);
    // nothing of the defaults' profile is left beside the port's own
    CHECK(is_plain(with_profile("profile: phone", "defaults: {profile: alarm}\n")));
    CHECK_FALSE(with_profile("profile: hotel", "defaults: {profile: alarm}\n").fxs.data);
}

TEST_CASE("a profile of the defaults leaves exchange lines alone") {
    const auto port =
        load_good("defaults: {profile: modem}\nports: [{channel: 1, kind: fxo, number: 1}]\n").ports[0];
    CHECK(port.echo_taps == 128);
    CHECK(port.profile == PortProfile::phone);
}
