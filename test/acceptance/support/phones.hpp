// What tests with several telephones do again and again: dial, connect two, find out who hears whom.
#pragma once

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <span>
#include <string>
#include <vector>

#include "gateway.hpp"
#include "talk.hpp"
#include "tipring/farend/far_end.hpp"
#include "world.hpp"

namespace tipring::acceptance {

inline void lift_and_dial(farend::Telephone& phone, const std::string& digits) {
    phone.lift();
    REQUIRE(phone.wait_for_tone("dial", patience));
    phone.dial_dtmf(digits);
}

/// `caller` dials, `called` rings and is lifted; both talk.
inline void connect(const Gateway& gateway, unsigned caller_channel, farend::Telephone& caller,
                    const std::string& digits, farend::Telephone& called) {
    lift_and_dial(caller, digits);
    REQUIRE(called.wait_ringing(patience));
    called.lift();
    REQUIRE(gateway.wait_port_state(caller_channel, "talking", patience));
}

/// Level and frequency that no tone of a country and no DTMF digit has.
inline constexpr double whistle_dbm0 = -16;
inline constexpr std::array<double, 3> whistle_hz{810, 1270, 1830};

inline constexpr std::chrono::milliseconds flash_time{300};

/// The telephone hears this pitch, and one other at most.
inline bool hears(const farend::Telephone& phone, double hz) {
    return eventually(patience, [&] {
        const auto now = phone.hearing();
        return (std::abs(now.frequency1_hz - hz) < 20 || std::abs(now.frequency2_hz - hz) < 20) &&
               now.level_dbm0 > whistle_dbm0 - 3;
    });
}

/// The median over parts of 100 ms: a block that slipped between two clocks spoils one of them.
inline double usual_level(const farend::Clip& heard, double frequency_hz) {
    constexpr std::size_t part = 800;
    std::vector<double> levels;
    for (std::size_t first = 0; first + part <= heard.size(); first += part)
        levels.push_back(farend::level_at(std::span(heard).subspan(first, part), frequency_hz));
    REQUIRE_FALSE(levels.empty());
    std::nth_element(levels.begin(), levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 2),
                     levels.end());
    return levels[levels.size() / 2];
}

/// All of them whistle, each in its own pitch, and every one hears each other at the right level and itself not
/// at all.
inline void whistle(const std::vector<farend::AudioPort*>& parties) {
    REQUIRE(parties.size() <= whistle_hz.size());
    const auto tone = [](std::size_t i, std::chrono::milliseconds length) {
        return farend::tone(whistle_hz.at(i), 0, length, whistle_dbm0);
    };
    for (std::size_t i = 0; i < parties.size(); ++i)
        parties[i]->play(tone(i, std::chrono::milliseconds(1000)), true);
    for (auto* party : parties)
        CHECK(eventually(patience, [&] { return party->hearing().level_dbm0 > whistle_dbm0 - 3; }));
    // The first one's whistle is the clock of the recording. What a machine that stands still makes of it tells
    // nothing.
    std::vector<farend::Clip> recordings;
    for (int attempt = 0; attempt < 3; ++attempt) {
        test::machine_watch().restart();
        parties[0]->play(tone(0, std::chrono::milliseconds(2200)), false);
        CHECK(eventually(patience, [&] { return parties[1]->hearing().level_dbm0 > whistle_dbm0 - 3; }));
        for (auto* party : parties)
            party->start_recording();
        CHECK(parties[0]->wait_playing_done(patience));
        recordings.clear();
        for (auto* party : parties)
            recordings.push_back(party->stop_recording());
        if (test::machine_watch().stood_still() < std::chrono::milliseconds(40)) break;
    }
    for (std::size_t listener = 0; listener < parties.size(); ++listener) {
        auto heard = recordings[listener];
        INFO("party " << listener << " recorded " << heard.size() / 8 << " ms");
        REQUIRE(heard.size() > 12000);
        heard.erase(heard.begin(), heard.begin() + 4000);  // the clock's whistle has just begun anew
        heard.resize(8000);
        for (std::size_t speaker = 0; speaker < parties.size(); ++speaker) {
            const auto level = usual_level(heard, whistle_hz.at(speaker));
            INFO("party " << listener << " hears party " << speaker << " at " << level << " dBm0");
            if (speaker == listener) {
                CHECK(level < -45);
            } else {
                CHECK(level == Approx(whistle_dbm0).margin(1));
            }
        }
    }
    for (auto* party : parties)
        party->stop_playing();
}

inline void all_down(const Gateway& gateway, const World& world,
                     const std::vector<farend::Telephone*>& phones) {
    for (auto* phone : phones)
        phone->hang_up();
    CHECK(gateway.wait_no_calls(patience));
    for (unsigned i = 1; i <= phones.size(); ++i)
        CHECK(gateway.wait_port_state(world.fxs(i), "idle", patience));
}

}  // namespace tipring::acceptance
