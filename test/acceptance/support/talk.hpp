// Speaks on both sides of a call and judges what arrived, for the acceptance tests.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "sip_phone.hpp"
#include "speech.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::acceptance {

inline constexpr std::chrono::milliseconds talk_time{4000};
/// Patience with events; generous because the virtual machine emulates its processor.
inline constexpr std::chrono::milliseconds patience{20000};

/// What `side` hears while `said` is played by the other: no gap over 40 ms, the level within 1 dB.
inline void judge(const farend::Clip& said, const farend::Clip& heard, const std::string& side) {
    const auto result = farend::match(said, heard);
    INFO(side << " heard " << heard.size() / 8 << " ms: correlation " << result.correlation << ", level "
              << result.level_difference_db << " dB, gap " << result.longest_gap.count() << " ms");
    CHECK(result.found);
    CHECK(std::abs(result.level_difference_db) <= 1.0);
    CHECK(result.longest_gap.count() <= 40);
}

/// Two far ends of wires talk to each other.
inline void talk(farend::AudioPort& a, farend::AudioPort& b) {
    const auto a_says = speech_like(1, talk_time);
    const auto b_says = speech_like(2, talk_time);
    a.start_recording();
    b.start_recording();
    a.play(a_says, false);
    b.play(b_says, false);
    CHECK(a.wait_playing_done(patience));
    CHECK(b.wait_playing_done(patience));
    // What was said last is still on its way for as long as buffers on the path are deep.
    std::this_thread::sleep_for(std::chrono::milliseconds(400));
    judge(b_says, a.stop_recording(), "first party");
    judge(a_says, b.stop_recording(), "second party");
}

}  // namespace tipring::acceptance
