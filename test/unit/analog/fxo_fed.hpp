// An exchange line's machine in each of its states, for the tests of its transition table.
#pragma once

#include <catch2/catch.hpp>
#include <cstring>
#include <functional>

#include "line_text.hpp"
#include "tipring/analog/fxo_line.hpp"

namespace tipring::test {

using namespace std::chrono_literals;
using Fxo = Fed<analog::FxoLine>;
using FxoSettings = analog::FxoLine::Settings;

/// What the wire needs to become free after a conversation.
inline const std::string clear_talk = "listen stop_audio release_wire start_timer(drop 1000)";

/// One ring announces a call, and nobody listens for the caller's number.
inline FxoSettings plain() {
    FxoSettings settings;
    settings.rings = 1;
    settings.caller_id = false;
    return settings;
}

inline Fxo fxo(const FxoSettings& settings = plain()) {
    return {analog::FxoLine(settings)};
}

/// A burst and the silence after it.
inline std::string burst(Fxo& fed, std::chrono::milliseconds on = 1000ms,
                         std::chrono::milliseconds off = 4000ms) {
    fed.feed(analog::LineInputKind::ring_begin);
    fed.timer(analog::LineTimer::burst);
    fed.now += on;
    auto said = fed.feed(analog::LineInputKind::ring_end);
    fed.now += off;
    return said;
}

inline std::string hear_caller(Fxo& fed, const char* number, bool message_waiting = false) {
    analog::LineInput input;
    input.kind = analog::LineInputKind::caller_id_heard;
    std::strncpy(input.caller_id.number.data(), number, input.caller_id.number.size() - 1);
    input.caller_id.message_waiting = message_waiting;
    return fed.feed(input);
}

inline Fxo ringing(const FxoSettings& settings = plain()) {
    auto fed = fxo(settings);
    burst(fed);
    CHECK(fed.state() == "ringing");
    return fed;
}

/// An answered call from the exchange, long enough after the answer.
inline Fxo answered(const FxoSettings& settings = plain()) {
    auto fed = ringing(settings);
    fed.feed(analog::LineInputKind::answer);
    fed.timer(analog::LineTimer::settle);
    CHECK(fed.state() == "talking");
    return fed;
}

inline Fxo seizing(const std::string& number = "5551234", const FxoSettings& settings = plain()) {
    auto fed = fxo(settings);
    CHECK(fed.start(number) == "seize start_timer(dial 3000)");
    CHECK(fed.state() == "seizing");
    return fed;
}

inline Fxo waiting(const std::string& number = "5551234", const FxoSettings& settings = plain()) {
    auto fed = seizing(number, settings);
    fed.feed(analog::LineInputKind::hook_complete);
    CHECK(fed.state() == "dial_tone_wait");
    return fed;
}

inline Fxo dialling(const std::string& number = "12", const FxoSettings& settings = plain()) {
    auto fed = waiting(number, settings);
    fed.hear(media::HeardTone::dial);
    CHECK(fed.state() == "dialling");
    return fed;
}

/// A call to the exchange whose digits are out.
inline Fxo dialled(const FxoSettings& settings = plain()) {
    auto fed = dialling("12", settings);
    fed.feed(analog::LineInputKind::digits_sent);
    return fed;
}

inline FxoSettings answer_by(config::AnswerBy how) {
    auto settings = plain();
    settings.answer_by = how;
    return settings;
}

inline Fxo answer_wait(config::AnswerBy how = config::AnswerBy::voice) {
    auto fed = dialled(answer_by(how));
    CHECK(fed.state() == "answer_wait");
    return fed;
}

inline FxoSettings at_once() {
    auto settings = plain();
    settings.answer_at_once = true;
    return settings;
}

inline Fxo held() {
    auto fed = fxo(at_once());
    burst(fed);
    CHECK(fed.state() == "held");
    return fed;
}

}  // namespace tipring::test
