// A telephone's machine in each of its states, for the tests of its transition table.
#pragma once

#include <catch2/catch.hpp>

#include "line_text.hpp"
#include "tipring/analog/fxs_line.hpp"

namespace tipring::test {

using namespace std::chrono_literals;
using Fxs = Fed<analog::FxsLine>;
using FxsSettings = analog::FxsLine::Settings;
using analog::LineTimer;
using Kind = analog::LineInputKind;

inline FxsSettings with_codes() {
    FxsSettings settings;
    settings.digit_map = routing::DigitMap::parse("2xx|9x.T|112").value();
    settings.codes = analog::ServiceCodes(config::ServiceCodes{});
    return settings;
}

inline Fxs idle_phone(const FxsSettings& settings = with_codes()) {
    return {analog::FxsLine(settings)};
}

/// Called, and answered: the call is in slot 0.
inline Fxs called_phone(const FxsSettings& settings = with_codes()) {
    auto fed = idle_phone(settings);
    fed.call(0);
    fed.feed(Kind::off_hook);
    REQUIRE(fed.state() == "talking");
    return fed;
}

/// Has dialled 201, which answered: the call is in slot 0.
inline Fxs calling_phone(const FxsSettings& settings = with_codes()) {
    auto fed = idle_phone(settings);
    fed.feed(Kind::off_hook);
    fed.digits("201");
    fed.feed(Kind::answer);
    REQUIRE(fed.state() == "talking");
    return fed;
}

/// The second call (slot 1) was dialled and answered; the first (slot 0) is held.
inline Fxs consulting(Fxs fed) {
    fed.feed(Kind::flash);
    fed.digits("202");
    fed.command(Kind::answer, 1);
    REQUIRE(fed.state() == "talking");
    REQUIRE(fed.machine.has_held_call());
    return fed;
}

/// A second call (slot 1) waits.
inline Fxs waited_on(Fxs fed, bool with_id = false) {
    REQUIRE(fed.machine.waiting_slot() == 1);
    fed.call(1, with_id);
    REQUIRE(fed.state() == "talking");
    REQUIRE(fed.machine.held_calls() == 1);
    return fed;
}

inline FxsSettings plain_flash() {
    auto settings = with_codes();
    settings.flash_digits = false;
    return settings;
}

/// Everything off, from a call.
inline const std::string wire_down = "listen stop_audio release_wire";

}  // namespace tipring::test
