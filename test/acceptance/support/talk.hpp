// Speaks on both sides of a call and judges what arrived, for the acceptance tests.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "machine_watch.hpp"
#include "sip_phone.hpp"
#include "speech.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::acceptance {

inline constexpr std::chrono::milliseconds talk_time{4000};
/// Patience with events; generous because the virtual machine emulates its processor.
inline constexpr std::chrono::milliseconds patience{20000};

/// No gateway can carry audio while the machine stands still.
inline std::chrono::milliseconds longest_gap_allowed() {
    return std::chrono::milliseconds(40) + test::machine_watch().stood_still();
}

/// What `side` hears while `said` is played by the other: no gap longer than allowed, the level within 1 dB.
inline void judge(const farend::Clip& said, const farend::Clip& heard, const std::string& side) {
    const auto result = farend::match(said, heard);
    INFO(side << " heard " << heard.size() / 8 << " ms: correlation " << result.correlation << ", level "
              << result.level_difference_db << " dB, gap " << result.longest_gap.count()
              << " ms; the machine stood still for " << test::machine_watch().stood_still().count() << " ms");
    CHECK(result.found);
    CHECK(std::abs(result.level_difference_db) <= 1.0);
    CHECK(result.longest_gap.count() <= longest_gap_allowed().count());
}

/// Says the clip and a moment of silence behind it, so that all of it has left every buffer on the path when
/// this returns.
inline void say(farend::AudioPort& speaker, farend::Clip clip) {
    clip.insert(clip.end(), 8000 * 6 / 10, 0);
    test::machine_watch().restart();
    speaker.play(std::move(clip), false);
    CHECK(speaker.wait_playing_done(patience));
}

/// Waits until the other side has finished its sentence (200 ms of silence).
inline void listen_to_the_end(const farend::AudioPort& listener) {
    CHECK(eventually(patience, [&] { return listener.hearing().level_dbm0 < -55; }));
}

/// The telephone calls the SIP client, which answers by itself.
inline void call_up(farend::Telephone& phone, SipPhone& client, const std::string& number) {
    phone.lift();
    REQUIRE(phone.wait_for_tone("dial", patience));
    phone.dial_dtmf(number);
    REQUIRE(client.wait_event("CALL_ESTABLISHED", patience));
}

/// Two far ends of wires talk to each other at the same time.
inline void talk(farend::AudioPort& a, farend::AudioPort& b) {
    const auto a_says = speech_like(1, talk_time);
    const auto b_says = speech_like(2, talk_time);
    a.start_recording();
    b.start_recording();
    b.play(b_says, false);
    say(a, a_says);
    CHECK(b.wait_playing_done(patience));
    listen_to_the_end(a);
    listen_to_the_end(b);
    judge(b_says, a.stop_recording(), "first party");
    judge(a_says, b.stop_recording(), "second party");
}

}  // namespace tipring::acceptance
