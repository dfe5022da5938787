// What is wrong with the keys of complete analogue lines, with its place and what to do.
#include <catch2/catch.hpp>

#include "loading.hpp"

using namespace tipring::config;
using tipring::base::fail;
using tipring::base::Result;

namespace {

struct Mistake {
    std::string text;
    std::string message;  ///< from the key on
};

/// `text` holds one mistake, which gives one message; `%` in it is where the message points.
void check_mistakes(const std::vector<Mistake>& mistakes, const LoadOptions& options = {}) {
    for (const auto& mistake : mistakes) {
        auto text = mistake.text;
        const auto at = text.find('%');
        REQUIRE(at != std::string::npos);
        text.erase(at, 1);
        const auto before = text.substr(0, at);
        const auto line = std::count(before.begin(), before.end(), '\n') + 1;
        const auto column = at - (before.rfind('\n') + 1) + 1;
        INFO(text);
        CHECK(load_bad(text, options) ==
              std::vector<std::string>{"test.yaml:" + std::to_string(line) + ":" + std::to_string(column) +
                                       ": " + mistake.message});
    }
}

std::string phone_with(const std::string& keys) {
    return "ports: [{channel: 1, kind: fxs, number: 1, " + keys + "}]\n";
}

std::string line_with(const std::string& keys) {
    return "ports: [{channel: 1, kind: fxo, number: 1, " + keys + "}]\n";
}

const std::string port_line = "ports: [{channel: 1, kind: fxs, number: 1}]\n";

}  // namespace

TEST_CASE("keys of a telephone that cannot be") {
    check_mistakes({
        {phone_with("profile: %phax"),
         "ports[0].profile: \"phax\" is not possible here; did you mean \"fax\"?"},
        {phone_with("profile: %5"),
         "ports[0].profile: \"5\" is not possible here; use phone, fax, modem, alarm, elevator, door, "
         "paging, "
         "hotel or emergency"},
        {phone_with("caller_id: %v23"),
         "ports[0].caller_id: \"v23\" is not possible here; use yes, no, mdmf, sdmf, etsi, bt, ntt or dtmf"},
        {phone_with("caller_id_timing: %afterring"),
         "ports[0].caller_id_timing: \"afterring\" is not possible here; did you mean "
         "\"after_first_ring\"?"},
        {phone_with("services: %some"),
         "ports[0].services: \"some\" is not possible here; use yes, no or limited"},
        {phone_with("hotline: %police"),
         "ports[0].hotline: \"police\" is no number; write the number that is called when the phone is "
         "lifted, or off"},
        {phone_with("hotline_delay: %5s"),
         "ports[0].hotline_delay: there is no hotline that could wait; add hotline: and a number"},
        {line_with("hardware_receive_gain_db: %-15.1"),
         "ports[0].hardware_receive_gain_db: \"-15.1\" is out of range; write a number from -15 to 12, "
         "without a unit"},
        {phone_with("reorder_tone: %999ms"),
         "ports[0].reorder_tone: \"999ms\" is out of range; use 1s to 600s"},
        {phone_with("howler: %11min"), "ports[0].howler: \"11min\" is out of range; use 1s to 600s"},
        {phone_with("confirmation_tone: %11s"),
         "ports[0].confirmation_tone: \"11s\" is out of range; use 500ms to 10s"},
        {phone_with("flash_digit_time: %31s"),
         "ports[0].flash_digit_time: \"31s\" is out of range; use 1s to 30s"},
        {phone_with("recall_ring: %4s"), "ports[0].recall_ring: \"4s\" is out of range; use 5s to 600s"},
        {phone_with("call_waiting_interval: %1s"),
         "ports[0].call_waiting_interval: \"1s\" is out of range; use 2s to 60s"},
        {phone_with("late_on_hook: %256s"),
         "ports[0].late_on_hook: \"256s\" is out of range; use 0s to 255s"},
        {phone_with("message_waiting: [stutter, %neon]"),
         "ports[0].message_waiting: \"neon\" is not possible here; use stutter, fsk, lamp or polarity"},
        {phone_with("mailbox: %a b"),
         "ports[0].mailbox: \"a b\" is no mailbox; write the mailbox's user, or "
         "user@host"},
        {phone_with("mailbox: %a@"),
         "ports[0].mailbox: \"a@\" is no mailbox; write the mailbox's user, or "
         "user@host"},
        {phone_with("disconnect: [battery, %silence]"),
         "ports[0].disconnect: \"silence\" is not possible here; use battery, polarity or tone"},
        {phone_with("ring_patterns: [{caller: 0., pattern: %8}]"),
         "ports[0].ring_patterns[0].pattern: \"8\" is out of range; write a whole number from 1 to 7"},
        {phone_with("ring_patterns: [%{caller: 0.}]"),
         "ports[0].ring_patterns[0]: the rule has no pattern; add pattern: 1 to 7, as bellcore-dr1 to dr7"},
        {phone_with("ring_patterns: [{pattern: 1}, {%calling: 0., pattern: 1}]"),
         "ports[0].ring_patterns[1].calling: there is no such key; use caller or pattern"},
        {phone_with("ring_patterns: %2"),
         "ports[0].ring_patterns: this is no list; write [{caller: 0., pattern: 2}]"},
        {phone_with("%hot_line: 110"), "ports[0].hot_line: there is no such key; did you mean \"hotline\"?"},
    });
}

TEST_CASE("flash windows and lengths that cannot be") {
    check_mistakes({
        {phone_with("flash: %130-50ms"),
         "ports[0].flash: the window ends before it begins; write the shortest and the longest flash, for "
         "example 100-700ms"},
        {phone_with("flash: %100-100ms"),
         "ports[0].flash: the window ends before it begins; write the shortest and the longest flash, for "
         "example 100-700ms"},
        {phone_with("flash: %10-100ms"),
         "ports[0].flash: \"10-100ms\" is out of range; use 20ms to 1500ms for both"},
        {phone_with("flash: %100ms-2s"),
         "ports[0].flash: \"100ms-2s\" is out of range; use 20ms to 1500ms for both"},
        {phone_with("flash: %600ms"),
         "ports[0].flash: \"600ms\" is no pair of durations; write for example 50-130ms, or off"},
        {phone_with("flash: %50-130"),
         "ports[0].flash: \"50-130\" has no unit, or no known one; write for example 50-130ms, or off"},
        {phone_with("flash: %[50, 130]"),
         "ports[0].flash: a list where a pair of durations belongs; write a single value"},
        {line_with("flash: %50-130ms"),
         "ports[0].flash: an exchange line has one length of flash, no window; write the length that the "
         "exchange expects, for example 600ms"},
        {line_with("flash: %off"),
         "ports[0].flash: \"off\" is no duration; write a duration with its unit: "
         "ms, s, min or h"},
        {line_with("flash: %10ms"), "ports[0].flash: \"10ms\" is out of range; use 20ms to 1500ms"},
    });
}

TEST_CASE("keys of an exchange line that cannot be") {
    check_mistakes({
        {line_with("rings: %0"), "ports[0].rings: \"0\" is out of range; write a whole number from 1 to 20"},
        {line_with("caller_id: %etsi"),
         "ports[0].caller_id: \"etsi\" is neither yes nor no; write yes or no"},
        {line_with("caller_id_timing: %alert"),
         "ports[0].caller_id_timing: \"alert\" is not possible here; use after_first_ring, before_ring, "
         "ring_pulse, dual_tone, reversal_dual_tone or reversal"},
        {line_with("dial_prefix: %0-0"),
         "ports[0].dial_prefix: \"0-0\" cannot be dialled; use at most 32 digits, *, #, w (wait 500 ms) and "
         "W "
         "(wait for dial tone)"},
        {line_with("dtmf_time: %100/100"),
         "ports[0].dtmf_time: \"100/100\" has no unit, or no known one; write for example 80/100ms "
         "(digit/pause)"},
        {line_with("dtmf_time: %20/100ms"),
         "ports[0].dtmf_time: \"20/100ms\" is out of range; use 40ms to 1s for both"},
        {line_with("dtmf_time: %100"),
         "ports[0].dtmf_time: \"100\" has no unit: is it 100s or 100ms; write a "
         "duration with its unit: ms, s, min or h"},
        {line_with("disconnect: [%tones]"),
         "ports[0].disconnect: \"tones\" is not possible here; did you mean \"tone\"?"},
        {line_with("disconnect: [battery], silence_limit: %30s"),
         "ports[0].silence_limit: silence is not among the ways of disconnect; add silence to disconnect, or "
         "remove this"},
        {line_with("tone_cycles: %1"),
         "ports[0].tone_cycles: \"1\" is out of range; write a whole number from 2 to 8"},
        {line_with("disconnect_tones: [%pbx busy]"),
         "ports[0].disconnect_tones: \"pbx busy\" is no name; use names of the section tones:"},
        {line_with("disconnect_tones: [%pbx]"),
         "ports[0].disconnect_tones: there is no tone \"pbx\"; this file defines none"},
        {line_with("disconnect_tones: [%pbx]") + "tones: [{name: pbx1, cadence: '400'}]\n",
         "ports[0].disconnect_tones: there is no tone \"pbx\"; did you mean \"pbx1\"?"},
        {line_with("answer_by: %ear"),
         "ports[0].answer_by: \"ear\" is not possible here; use immediate, "
         "polarity, voice or timer"},
        {line_with("answer_by: timer, answer_after: %0s"),
         "ports[0].answer_after: the timer has no length; give answer_after a length, or use answer_by: "
         "immediate"},
        {line_with("answer_by: polarity, first_reversal: %hang_up"),
         "ports[0].first_reversal: the answer is awaited from the first reversal, which is the hang-up; use "
         "another answer_by, or first_reversal: answer"},
        {line_with("answer_by: %polarity") + "defaults: {first_reversal: hang_up}\n",
         "ports[0].answer_by: the answer is awaited from the first reversal, which is the hang-up; use "
         "another answer_by, or first_reversal: answer"},
        {line_with("first_reversal: %hangup"),
         "ports[0].first_reversal: \"hangup\" is not possible here; did you mean \"hang_up\"?"},
        {line_with("caller_gone: %2s"), "ports[0].caller_gone: \"2s\" is out of range; use 3s to 60s"},
        {line_with("dial_tone_back: %2min"),
         "ports[0].dial_tone_back: \"2min\" is out of range; use 1s to 60s"},
        {line_with("pulse_time: %60ms"),
         "ports[0].pulse_time: \"60ms\" is no pair of durations; write for example 60/40ms (break/make)"},
        {line_with("pulse_time: %60/5ms"),
         "ports[0].pulse_time: \"60/5ms\" is out of range; use 10ms to 200ms for both"},
        {line_with("pulse_pause: %50ms"), "ports[0].pulse_pause: \"50ms\" is out of range; use 100ms to 5s"},
        {line_with("inter_digit: %4s"),
         "ports[0].inter_digit: nobody dials on this exchange line; add two_stage:, or remove this"},
    });
}

TEST_CASE("keys of the other kind of port") {
    const std::string of_fxo =
        ": this belongs to an exchange line (kind: fxo); remove it from the telephone port";
    for (const std::string key : {"rings: %2",
                                  "wait_for_dial_tone: %no",
                                  "dial_tone_limit: %5s",
                                  "dial_delay: %1s",
                                  "dial_prefix: %0",
                                  "dtmf_time: %80ms",
                                  "battery_gone: %250ms",
                                  "tone_cycles: %3",
                                  "silence_limit: %60s",
                                  "longest_call: %1h",
                                  "answer_by: %voice",
                                  "answer_after: %9s",
                                  "guard: %1s",
                                  "answer_at_once: %yes",
                                  "to: %9",
                                  "first_reversal: %answer",
                                  "caller_gone: %9s",
                                  "dial_tone_back: %9s",
                                  "pulse_time: %60/40ms",
                                  "pulse_pause: %600ms",
                                  "hardware_receive_gain_db: %1",
                                  "hardware_transmit_gain_db: %-1"}) {
        check_mistakes({{phone_with(key), "ports[0]." + key.substr(0, key.find(':')) + of_fxo}});
    }
    const std::string of_fxs = ": this belongs to a telephone (kind: fxs); remove it from the exchange line";
    for (const std::string key : {"profile: %fax",
                                  "call_waiting: %no",
                                  "call_waiting_id: %no",
                                  "services: %no",
                                  "anonymous: %yes",
                                  "hotline: %1",
                                  "hotline_delay: %1s",
                                  "answer_polarity: %yes",
                                  "late_on_hook: %1s",
                                  "message_waiting: %[lamp]",
                                  "mailbox: %1",
                                  "ring_patterns: %[]",
                                  "data: %yes",
                                  "dial_without_tone: %yes",
                                  "lock_out: %no",
                                  "sip_down_tone: %no",
                                  "reorder_tone: %5s",
                                  "howler: %5s",
                                  "confirmation_tone: %1s",
                                  "flash_digit_time: %5s",
                                  "recall_ring: %9s",
                                  "call_waiting_interval: %5s"}) {
        check_mistakes({{line_with(key), "ports[0]." + key.substr(0, key.find(':')) + of_fxs}});
    }
}

TEST_CASE("defaults are checked once") {
    check_mistakes({
        {port_line + "defaults: {profile: fax, hotline: %x, flash: 100-700ms}\n",
         "defaults.hotline: \"x\" is no number; write the number that is called when the phone is lifted, or "
         "off"},
        {port_line + "defaults: {disconnect: [%whistle]}\n",
         "defaults.disconnect: \"whistle\" is not possible here; use battery, polarity, tone, busy_tone, "
         "dial_tone or silence"},
        {port_line + "defaults: {flash: %soon}\n",
         "defaults.flash: \"soon\" is no duration; write a duration with its unit: ms, s, min or h"},
    });
}

TEST_CASE("groups that cannot be") {
    const std::string mixed =
        "ports:\n- {channel: 1, kind: fxs, number: 1, group: g}\n- {channel: 2, kind: fxo, number: 2, "
        "group: ";
    check_mistakes({
        {mixed + "%g}\n",
         "ports[1].group: group \"g\" has telephones and exchange lines; a group of telephones is for "
         "pickup, "
         "one of exchange lines for calls to the exchange: give them two names"},
        {"defaults: {group: %g}\nports:\n- {channel: 1, kind: fxs, number: 1}\n- {channel: 2, kind: fxo, "
         "number: 2}\n- {channel: 3, kind: fxo, number: 3}\n",
         "defaults.group: group \"g\" has telephones and exchange lines; a group of telephones is for "
         "pickup, "
         "one of exchange lines for calls to the exchange: give them two names"},
        {mixed + "h}\nroutes: [{to: %group g}]\n",
         "routes[0].to: group \"g\" is of telephones, in which calls are picked up; name a group of exchange "
         "lines, or a port"},
        {port_line + "groups: [{name: %city}]\n",
         "groups[0].name: no port belongs to group \"city\"; write group: city in its ports, or remove it"},
        {port_line + "groups: [%{strategy: random}]\n",
         "groups[0]: the group has no name; add name:, the ports' group: refers to it"},
        {mixed + "h}\ngroups: [{name: h}, {name: %h}]\n",
         "groups[1].name: group h is used twice (first in line 4); write one entry for each name"},
        {mixed + "h}\ngroups: [{name: g, strategy: %random}]\n",
         "groups[0].strategy: this is a group of telephones, in which calls are picked up; remove the "
         "strategy, which is for calls to exchange lines"},
        {mixed + "h}\ngroups: [{name: h, strategy: %roundrobin}]\n",
         "groups[0].strategy: \"roundrobin\" is not possible here; did you mean \"round_robin\"?"},
        {port_line + "groups: %city\n",
         "groups: this is no list; write \"- {name: city, strategy: round_robin}\" lines"},
    });
}

TEST_CASE("learnt tones that cannot be") {
    LoadOptions options;
    options.check_tone = [](std::string_view text) -> Result<void> {
        if (text == "425/480,0/480") return {};
        return fail("position 1: no frequency");
    };
    const std::string good = "name: a, cadence: '425/480,0/480'";
    check_mistakes(
        {
            {port_line + "tones: [{name: a, cadence: %beep}]\n",
             "tones[0].cadence: position 1: no frequency; write frequencies and milliseconds, for example "
             "425/480,0/480"},
            {port_line + "tones: [%{name: a}]\n",
             "tones[0]: the tone has no cadence; add for example cadence: \"425/480,0/480\""},
            {port_line + "tones: [%{cadence: '425/480,0/480'}]\n",
             "tones[0]: the tone has no name; add name:, disconnect_tones: refers to it"},
            {port_line + "tones: [{" + good + ", level_dbm0: %20}]\n",
             "tones[0].level_dbm0: \"20\" is out of range; write a number from -50 to 3, without a unit"},
            {port_line + "tones: [{" + good + "}, {" + "name: %a, cadence: '425/480,0/480'}]\n",
             "tones[1].name: tone a is used twice (first in line 2); write one entry for each name"},
            {port_line + "tones: %{name: a}\n",
             "tones: this is no list; write \"- {name: pbx-busy, cadence: '425/480,0/480', level_dbm0: "
             "-20}\" "
             "lines"},
        },
        options);
}

TEST_CASE("star codes that nobody could dial, or that hide another") {
    const std::string advice = "; use * or # and one to seven more digits, * or #, in quotes; or off";
    check_mistakes({
        {port_line + "services: {redial: %'72'}\n", "services.redial: \"72\" is no code" + advice},
        {port_line + "services: {redial: %'*'}\n", "services.redial: \"*\" is no code" + advice},
        {port_line + "services: {redial: %'*7a'}\n", "services.redial: \"*7a\" is no code" + advice},
        {port_line + "services: {redial: %'*12345678'}\n",
         "services.redial: \"*12345678\" is no code" + advice},
        {port_line + "services: {redial: %'*72'}\n",
         "services.redial: \"*72\" is also the code of forward_all; use another code, or switch forward_all "
         "off"},
        {port_line + "services: {forward_all: '*21', redial: %'*21'}\n",
         "services.redial: \"*21\" is also the code of forward_all; use another code, or switch forward_all "
         "off"},
        {port_line + "services: {pickup: %'*4'}\n",
         "services.pickup: \"*4\" and \"*43\" (call_waiting_on) begin alike; use another code, or switch "
         "call_waiting_on off"},
        {port_line + "services: {redial: %'*694'}\n",
         "services.redial: \"*694\" and \"*69\" (call_return) begin alike; use another code, or switch "
         "call_return off"},
        {port_line + "services: {%redail: '*66'}\n",
         "services.redail: there is no such key; did you mean \"redial\"?"},
        {port_line + "services: %no\n",
         "services: here stands a single value where keys and values belong; write \"key: value\" lines, or "
         "{key: value, ...}"},
        {port_line + "state_file: %telephones.state\n",
         "state_file: the service runs in no particular folder; write the whole path, for example "
         "/var/lib/tipring/telephones.state, or off"},
        {port_line + "emergency: [112, %1x0]\n",
         "emergency: \"1x0\" is no emergency number; write 2 to 6 digits"},
        {port_line + "emergency: [%1, 112]\n",
         "emergency: \"1\" is no emergency number; write 2 to 6 digits"},
        {port_line + "emergency: %1234567\n",
         "emergency: \"1234567\" is no emergency number; write 2 to 6 digits"},
        {port_line + "emergency: %[]\n",
         "emergency: the list is empty; write 1 to 16 numbers, for example [112, 110]"},
        {port_line + "emergency: %[11,12,13,14,15,16,17,18,19,20,21,22,23,24,25,26,27]\n",
         "emergency: these are too many numbers; write 1 to 16 numbers, for example [112, 110]"},
        {port_line + "forward_no_answer: %1s\n", "forward_no_answer: \"1s\" is out of range; use 5s to 300s"},
    });
}

TEST_CASE("no list is endless") {
    const auto repeated = [](const std::string& item, int count) {
        std::string text;
        for (int i = 0; i < count; ++i)
            text += (i == 0 ? "" : ", ") + item;
        return text;
    };
    check_mistakes({
        {phone_with("ring_patterns: %[" + repeated("{pattern: 1}", 65) + "]"),
         "ports[0].ring_patterns: these are more than 64 rules; a pattern such as 030. stands for many "
         "callers"},
        {line_with("disconnect_tones: %[" + repeated("a", 9) + "]"),
         "ports[0].disconnect_tones: these are more than 8 tones; name those of this line's exchange"},
        {port_line + "groups: %[" + repeated("{name: a}", 1024) + "]\n",
         "groups: 1024 entries are more than a board has lines; write at most 1023"},
        {port_line + "tones: %[" + repeated("{name: a}", 1024) + "]\n",
         "tones: 1024 entries are more than a board has lines; write at most 1023"},
    });
}

TEST_CASE("the usual codes are free of conflicts") {
    CHECK(load_good(port_line + "services: {}\n").services.pickup == "**");
}

TEST_CASE("a caller's pattern is checked as a route's") {
    LoadOptions options;
    options.check_pattern = [](std::string_view) -> Result<void> { return fail("bad pattern"); };
    check_mistakes({{phone_with("ring_patterns: [{caller: %q, pattern: 1}]"),
                     "ports[0].ring_patterns[0].caller: bad pattern; write digits, x, [2-9] and . for the "
                     "rest; leave it out for any caller"}},
                   options);
}
