// What the keys of telephones and exchange lines become.
#include <catch2/catch.hpp>

#include "loading.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

namespace {

Port one_port(const std::string& keys, const std::string& above = "") {
    return load_good(above + "ports: [{channel: 1, number: 1, " + keys +
                     "}]\n"
                     "tones: [{name: pbx, cadence: '425/480,0/480'}, {name: old, cadence: '400'}]\n")
        .ports.at(0);
}

Port telephone(const std::string& keys, const std::string& above = "") {
    return one_port("kind: fxs" + (keys.empty() ? "" : ", " + keys), above);
}

Port exchange_line(const std::string& keys, const std::string& above = "") {
    return one_port("kind: fxo" + (keys.empty() ? "" : ", " + keys), above);
}

}  // namespace

TEST_CASE("a telephone takes its country's data, and its own keys replace them") {
    const auto plain = telephone("", "country: gb\n");
    CHECK(plain.country_profile == *country_profile("uk"));
    CHECK(plain.profile == PortProfile::phone);
    CHECK(plain.fxs.caller_id);
    CHECK(plain.fxs.services);
    CHECK(plain.fxs.may_forward);
    CHECK(plain.fxs.lock_out);
    const auto own = telephone(
        "country: de, caller_id: dtmf, caller_id_timing: before_ring, flash: 90-500ms, disconnect: "
        "[polarity]",
        "country: gb\n");
    CHECK(own.country_profile.code == "de");
    CHECK(own.country_profile.caller_id == CallerIdFormat::dtmf);
    CHECK(own.country_profile.caller_id_timing == CallerIdTiming::before_ring);
    CHECK(own.country_profile.flash_min == 90ms);
    CHECK(own.country_profile.flash_max == 500ms);
    CHECK(own.country_profile.disconnect_polarity);
    CHECK_FALSE(own.country_profile.disconnect_battery);
    CHECK_FALSE(own.country_profile.disconnect_tone);
    CHECK(own.country_profile.opermode == "GERMANY");
}

TEST_CASE("caller ID: on, off, or a standard with its usual timing") {
    CHECK_FALSE(telephone("caller_id: no").fxs.caller_id);
    CHECK(telephone("caller_id: yes", "defaults: {caller_id: no}\n").fxs.caller_id);
    CHECK(telephone("caller_id: MDMF", "defaults: {caller_id: no}\n").fxs.caller_id);
    const auto timing = [](const std::string& standard) {
        return telephone("caller_id: " + standard, "country: us\n").country_profile.caller_id_timing;
    };
    CHECK(timing("mdmf") == CallerIdTiming::after_first_ring);
    CHECK(timing("sdmf") == CallerIdTiming::after_first_ring);
    CHECK(timing("etsi") == CallerIdTiming::after_first_ring);
    CHECK(timing("bt") == CallerIdTiming::reversal_dual_tone);
    CHECK(timing("ntt") == CallerIdTiming::reversal);
    CHECK(timing("dtmf") == CallerIdTiming::reversal);
    // The country's own standard keeps the country's timing.
    CHECK(telephone("caller_id: dtmf", "country: br\n").country_profile.caller_id_timing ==
          CallerIdTiming::before_ring);
    CHECK(telephone("caller_id: mdmf, caller_id_timing: ring_pulse", "country: uk\n")
              .country_profile.caller_id_timing == CallerIdTiming::ring_pulse);
    CHECK(telephone("caller_id_timing: dual_tone").country_profile.caller_id_timing ==
          CallerIdTiming::dual_tone);
}

TEST_CASE("the services of a telephone") {
    const auto port = telephone(
        "call_waiting: no, call_waiting_id: no, services: no, anonymous: yes, hotline: 110, hotline_delay: "
        "5s, "
        "answer_polarity: yes, late_on_hook: 255s, message_waiting: [fsk, lamp, polarity], mailbox: "
        "801@vm.example.com, data: yes, dial_without_tone: yes, lock_out: no, sip_down_tone: no, group: "
        "hall, ring_patterns: "
        "[{caller: 0., pattern: 2}, {pattern: 7}]");
    CHECK_FALSE(port.fxs.call_waiting);
    CHECK_FALSE(port.fxs.call_waiting_id);
    CHECK_FALSE(port.fxs.services);
    CHECK(port.fxs.anonymous);
    CHECK(port.fxs.hotline == "110");
    CHECK(port.fxs.hotline_delay == 5s);
    CHECK(port.fxs.answer_polarity);
    CHECK(port.fxs.late_on_hook == 255s);
    CHECK_FALSE(port.fxs.message_waiting.stutter);
    CHECK(port.fxs.message_waiting.fsk);
    CHECK(port.fxs.message_waiting.lamp);
    CHECK(port.fxs.message_waiting.polarity);
    CHECK(port.fxs.mailbox == "801@vm.example.com");
    CHECK(port.fxs.data);
    CHECK(port.fxs.dial_without_tone);
    CHECK_FALSE(port.fxs.lock_out);
    CHECK_FALSE(port.fxs.sip_down_tone);
    CHECK(port.group == "hall");
    REQUIRE(port.fxs.ring_rules.size() == 2);
    CHECK(port.fxs.ring_rules[0].caller == "0.");
    CHECK(port.fxs.ring_rules[0].pattern == 2);
    CHECK(port.fxs.ring_rules[1].caller.empty());
    CHECK(port.fxs.ring_rules[1].pattern == 7);
    const auto limited = telephone("services: limited");
    CHECK(limited.fxs.services);
    CHECK_FALSE(limited.fxs.may_forward);
    CHECK(telephone("services: yes", "defaults: {services: limited}\n").fxs.may_forward);
    CHECK(telephone("hotline: off", "defaults: {hotline: 9, hotline_delay: 3s}\n").fxs.hotline.empty());
    const auto silent = telephone("message_waiting: no").fxs.message_waiting;
    CHECK_FALSE((silent.stutter || silent.fsk || silent.lamp || silent.polarity));
}

TEST_CASE("the durations of a telephone's tones, flash digit and recall") {
    const auto usual = telephone("label: x").fxs.timers;
    CHECK(usual.reorder_tone == 20s);
    CHECK(usual.howler == 40s);
    CHECK(usual.confirmation_tone == 1500ms);
    CHECK(usual.flash_digit == 3s);
    CHECK(usual.recall_ring == 30s);
    CHECK(usual.call_waiting_interval == 10s);
    const auto set =
        telephone("reorder_tone: 1s, howler: 10min, confirmation_tone: 500ms, flash_digit_time: 30s",
                  "defaults: {recall_ring: 5s, call_waiting_interval: 1min}\n")
            .fxs.timers;
    CHECK(set == PhoneTimers{1s, 10min, 500ms, 30s, 5s, 1min});
}

TEST_CASE("the hardware gain of an exchange line is left alone unless it is set") {
    const auto line = [](const std::string& keys) {
        return load_good("ports: [{channel: 1, kind: fxo, number: 1" + keys + "}]\n").ports.at(0).fxo;
    };
    CHECK_FALSE(line("").hardware_receive_gain_db);
    CHECK_FALSE(line("").hardware_transmit_gain_db);
    const auto set = line(", hardware_receive_gain_db: -3.5, hardware_transmit_gain_db: 12");
    CHECK(set.hardware_receive_gain_db == -3.5);
    CHECK(set.hardware_transmit_gain_db == 12);
}

TEST_CASE("a flash window can be switched off") {
    const auto port = telephone("flash: off");
    CHECK(port.country_profile.flash_min == 0ms);
    CHECK(port.country_profile.flash_max == 0ms);
    CHECK(port.country_profile.flash_out == 600ms);
}

TEST_CASE("an exchange line's defaults are those that release a line in every case") {
    const auto fxo = exchange_line("").fxo;
    CHECK(fxo.disconnect_battery);
    CHECK(fxo.disconnect_polarity);
    CHECK(fxo.disconnect_tones);
    CHECK(fxo.disconnect_dial_tone);
    CHECK(fxo.silence == 0ms);
    CHECK(fxo.wait_for_dial_tone);
    CHECK(fxo.rings == 2);
    CHECK(fxo.guard == 1s);
    CHECK(fxo.battery_gone == 250ms);
}

TEST_CASE("the keys of an exchange line") {
    const auto port = exchange_line(
        "rings: 4, caller_id: no, wait_for_dial_tone: no, dial_tone_limit: 8s, dial_delay: 500ms, "
        "dial_prefix: "
        "0w9W, dtmf_time: 80/120ms, battery_gone: 400ms, disconnect: [battery, busy_tone, silence], "
        "disconnect_tones: [pbx, old], tone_cycles: 5, silence_limit: 2min, longest_call: 1h, answer_by: "
        "voice, "
        "answer_after: 20s, guard: 3s, flash: 90ms, answer_at_once: yes");
    const auto& fxo = port.fxo;
    CHECK(fxo.rings == 4);
    CHECK_FALSE(fxo.caller_id);
    CHECK_FALSE(fxo.wait_for_dial_tone);
    CHECK(fxo.dial_tone_limit == 8s);
    CHECK(fxo.dial_delay == 500ms);
    CHECK(fxo.dial_prefix == "0w9W");
    CHECK(fxo.dtmf_on == 80ms);
    CHECK(fxo.dtmf_off == 120ms);
    CHECK(fxo.battery_gone == 400ms);
    CHECK(fxo.disconnect_battery);
    CHECK_FALSE(fxo.disconnect_polarity);
    CHECK(fxo.disconnect_tones);
    CHECK_FALSE(fxo.disconnect_dial_tone);
    CHECK(fxo.silence == 2min);
    CHECK(fxo.learnt_tones == std::vector<std::string>{"pbx", "old"});
    CHECK(fxo.tone_cycles == 5);
    CHECK(fxo.longest_call == 1h);
    CHECK(fxo.answer_by == AnswerBy::voice);
    CHECK(fxo.answer_after == 20s);
    CHECK(fxo.guard == 3s);
    CHECK(port.country_profile.flash_out == 90ms);
    CHECK(port.country_profile.flash_min == 100ms);
    CHECK(port.answer_at_once);
    CHECK(exchange_line("dtmf_time: 70ms").fxo.dtmf_on == 70ms);
    CHECK(exchange_line("dtmf_time: 70ms").fxo.dtmf_off == 70ms);
}

TEST_CASE(
    "an exchange line's caller ID comes when its country's exchanges send it, unless the port says "
    "otherwise") {
    const auto timing = [](const std::string& keys, const std::string& above) {
        return exchange_line(keys, above).country_profile.caller_id_timing;
    };
    CHECK(timing("", "country: de\n") == CallerIdTiming::after_first_ring);
    CHECK(timing("", "country: br\n") == CallerIdTiming::before_ring);
    CHECK(timing("caller_id_timing: dual_tone", "country: de\n") == CallerIdTiming::dual_tone);
    CHECK(timing("", "country: de\ndefaults: {caller_id_timing: before_ring}\n") ==
          CallerIdTiming::before_ring);
    const auto line = exchange_line("caller_id_timing: dual_tone", "country: de\n");
    CHECK(line.country_profile.caller_id == CallerIdFormat::etsi);
    CHECK(line.fxo.caller_id);
}

TEST_CASE("the times of an exchange line") {
    const auto usual = exchange_line("").fxo;
    CHECK(usual.caller_gone == 8s);
    CHECK(usual.dial_tone_back == 10s);
    CHECK(usual.first_digit == 10s);
    CHECK(usual.inter_digit == 5s);
    CHECK(usual.short_inter_digit == 3s);
    CHECK(usual.pulse_break == 50ms);
    CHECK(usual.pulse_make == 50ms);
    CHECK(usual.pulse_pause == 750ms);
    CHECK(usual.first_reversal == FirstReversal::answer);
    const auto own = exchange_line(
                         "caller_gone: 12s, dial_tone_back: 4s, pulse_time: 67/33ms, pulse_pause: 600ms, "
                         "two_stage: 2xx, first_digit: 20s, inter_digit: 4s, short_inter_digit: 2s, "
                         "first_reversal: hang_up")
                         .fxo;
    CHECK(own.caller_gone == 12s);
    CHECK(own.dial_tone_back == 4s);
    CHECK(own.pulse_break == 67ms);
    CHECK(own.pulse_make == 33ms);
    CHECK(own.pulse_pause == 600ms);
    CHECK(own.first_digit == 20s);
    CHECK(own.inter_digit == 4s);
    CHECK(own.short_inter_digit == 2s);
    CHECK(own.first_reversal == FirstReversal::hang_up);
    const std::string defaults = "defaults: {first_digit: 30s, first_reversal: hang_up}\n";
    CHECK(exchange_line("", defaults).fxo.first_digit == 30s);
    CHECK(telephone("", defaults).first_digit == 30s);
    CHECK(exchange_line("answer_by: voice", defaults).fxo.first_reversal == FirstReversal::hang_up);
    CHECK(telephone("").first_digit == 16s);
}

TEST_CASE("where the exchange tells the answer, no clock does unless it was asked for") {
    CHECK(exchange_line("answer_by: polarity").fxo.answer_after == 0s);
    CHECK(exchange_line("answer_by: polarity, answer_after: 30s").fxo.answer_after == 30s);
    CHECK(exchange_line("answer_by: voice").fxo.answer_after == 10s);
    CHECK(exchange_line("answer_by: timer").fxo.answer_after == 10s);
    CHECK(exchange_line("answer_by: polarity", "defaults: {answer_after: 20s}\n").fxo.answer_after == 20s);
    CHECK(exchange_line("answer_by: timer", "defaults: {answer_by: polarity}\n").fxo.answer_after == 10s);
    CHECK(exchange_line("rings: 3", "defaults: {answer_by: polarity}\n").fxo.answer_after == 0s);
}

TEST_CASE("silence ends a call when it is listed or has a limit") {
    CHECK(exchange_line("disconnect: [silence]").fxo.silence == 60s);
    CHECK(exchange_line("silence_limit: 90s").fxo.silence == 90s);
    CHECK(exchange_line("silence_limit: 90s").fxo.disconnect_battery);
    CHECK(exchange_line("disconnect: [battery]", "defaults: {silence_limit: 90s}\n").fxo.silence == 0s);
    CHECK_FALSE(exchange_line("disconnect: []").fxo.disconnect_battery);
}

TEST_CASE("defaults serve both kinds, each with what it has a use for") {
    const std::string defaults =
        "defaults: {caller_id: etsi, flash: 80ms, disconnect: [polarity, tone, dial_tone], rings: 1, "
        "call_waiting: no, hotline_delay: 2s}\n";
    const auto phone = telephone("", defaults);
    CHECK(phone.country_profile.caller_id == CallerIdFormat::etsi);
    CHECK(phone.country_profile.flash_min == 100ms);
    CHECK(phone.country_profile.disconnect_polarity);
    CHECK(phone.country_profile.disconnect_tone);
    CHECK_FALSE(phone.country_profile.disconnect_battery);
    CHECK_FALSE(phone.fxs.call_waiting);
    const auto line = exchange_line("", defaults);
    CHECK(line.fxo.caller_id);
    CHECK(line.country_profile.flash_out == 80ms);
    CHECK(line.fxo.disconnect_polarity);
    CHECK(line.fxo.disconnect_tones);
    CHECK(line.fxo.disconnect_dial_tone);
    CHECK_FALSE(line.fxo.disconnect_battery);
    CHECK(line.fxo.rings == 1);
    CHECK_FALSE(exchange_line("", "defaults: {caller_id: no}\n").fxo.caller_id);
    CHECK(telephone("", "defaults: {flash: 50-130ms}\n").country_profile.flash_min == 50ms);
    CHECK(exchange_line("", "defaults: {flash: 50-130ms}\n").country_profile.flash_out == 600ms);
    CHECK(telephone("", "defaults: {flash: off}\n").country_profile.flash_max == 0ms);
}

TEST_CASE("groups, tones, star codes and where the services are kept") {
    const auto config = load_good(R"(
ports:
  - {channel: 1, kind: fxs, number: 1, group: hall}
  - {channel: 2, kind: fxo, number: 2, group: city, disconnect_tones: pbx-busy}
groups: [{name: city, strategy: round_robin}, {name: hall}]
tones: [{name: pbx-busy, cadence: "425/480,0/480", level_dbm0: -24.5}, {name: plain, cadence: "400"}]
services: {forward_all: "*21*", forward_all_off: "#21#", redial: off, pickup: "*5", show_number: "*31", blind_transfer: "*8"}
state_file: /srv/tipring/state.json
forward_no_answer: 35s
routes: [{called: 9., to: group city}, {from: group hall, to: port 1}]
)");
    REQUIRE(config.groups.size() == 2);
    CHECK(config.groups[0].name == "city");
    CHECK(config.groups[0].strategy == GroupStrategy::round_robin);
    CHECK(config.groups[1].strategy == GroupStrategy::first_free);
    REQUIRE(config.tones.size() == 2);
    CHECK(config.tones[0].cadence == "425/480,0/480");
    CHECK(config.tones[0].level_dbm0 == Approx(-24.5));
    CHECK(config.tones[1].level_dbm0 == Approx(-20));
    CHECK(config.services.forward_all == "*21*");
    CHECK(config.services.forward_all_off == "#21#");
    CHECK(config.services.redial.empty());
    CHECK(config.services.pickup == "*5");
    CHECK(config.services.show_number == "*31");
    CHECK(config.services.blind_transfer == "*8");
    CHECK(config.services.call_return == "*69");
    CHECK(config.state_file == "/srv/tipring/state.json");
    CHECK(config.forward_no_answer == 35s);
}

TEST_CASE("the services' state is kept, except for a virtual board") {
    const std::string port = "ports: [{channel: 1, kind: fxs, number: 1}]\n";
    CHECK(load_good(port).state_file == "/var/lib/tipring/telephones.state");
    CHECK(load_good(port + "state_file: off\n").state_file.empty());
    CHECK(load_good(port + "board: {simulator: {fxs: 1}}\n").state_file.empty());
    CHECK(load_good(port + "board: {simulator: {fxs: 1}}\nstate_file: /tmp/s\n").state_file == "/tmp/s");
}

TEST_CASE("emergency numbers: of the country of each port, or the gateway's own") {
    using Numbers = std::vector<std::string>;
    const std::string ports =
        "country: de\nports:\n  - {channel: 1, kind: fxs, number: 101}\n"
        "  - {channel: 2, kind: fxs, number: 102, country: fr}\n"
        "  - {channel: 3, kind: fxs, number: 103, country: nowhere}\n";
    const auto countries = load_good(ports);
    CHECK(countries.ports.at(0).country_profile.emergency == Numbers{"110", "112"});
    CHECK(countries.ports.at(1).country_profile.emergency.front() == "15");
    CHECK(countries.ports.at(2).country_profile.emergency == Numbers{"112", "911"});
    const auto own = load_good(ports + "emergency: [112, 000, 19222]\n");
    for (const auto& port : own.ports)
        CHECK(port.country_profile.emergency == Numbers{"112", "000", "19222"});
    CHECK(load_good(ports + "emergency: 112\n").ports.at(1).country_profile.emergency == Numbers{"112"});
}
