// SilenceDetector: what is silent, what is not, and when it says so.
#include "tipring/dsp/silence_detector.hpp"

#include <catch2/catch.hpp>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "spoken.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using test::Samples;

namespace {

/// When the detector says so first, ms; -1: never.
int silent_after(const Samples& samples, std::chrono::milliseconds limit) {
    dsp::SilenceDetector detector(limit);
    for (std::size_t i = 0; i + 160 <= samples.size(); i += 160)
        if (detector.process(std::span(samples).subspan(i, 160))) return static_cast<int>(i / 8 + 20);
    return -1;
}

}  // namespace

TEST_CASE("silence, hum and comfort noise are silent") {
    CHECK(silent_after(test::quiet(5000), 3s) == 3000);
    CHECK(silent_after(test::mix({{50, -20}, {100, -40}}, 5000), 3s) <= 3120);
    CHECK(silent_after(test::mix({{60, -30}}, 5000), 3s) <= 3120);
    for (const double level : {-70.0, -55.0, -48.0, -42.0}) {
        CAPTURE(level);
        CHECK(silent_after(test::noise(level, 8000, 6), 3s) <= 3120);
        auto hum = test::noise(level, 20'000, 8);
        test::add(hum, test::mix({{50, -30}}, 20'000));
        auto after_speech = test::spoken(test::voices()[2]);
        const int spoken_ms = static_cast<int>(after_speech.size() / 8);
        test::set_level(after_speech, -20);
        test::append(after_speech, hum);
        const int found = silent_after(after_speech, 6s);
        CHECK(found > spoken_ms + 4000);
        CHECK(found < spoken_ms + 10'500);
    }
}

TEST_CASE("speech, tones and music are not silent") {
    for (const auto& voice : test::voices()) {
        CAPTURE(voice.name);
        auto samples = test::spoken(voice);
        test::set_level(samples, -35);
        test::add(samples, test::noise(-58, static_cast<int>(samples.size() / 8), 9));
        CHECK(silent_after(samples, 2s) == -1);
    }
    CHECK(silent_after(test::mix({{425, -35}}, 20'000), 2s) == -1);
    CHECK(silent_after(test::played(dsp::parse_tone("425/1000,0/4000").value(), 30'000), 5s) == -1);
}

TEST_CASE("a click does not end a silence, a word does") {
    auto samples = test::quiet(10'000);
    for (std::size_t at = 4000; at + 400 < samples.size(); at += 8000)
        for (std::size_t i = 0; i < 240; ++i)
            samples[at + i] = static_cast<std::int16_t>(i % 3 == 0 ? 12'000 : -12'000);
    CHECK(silent_after(samples, 9s) <= 9020);
    auto word = test::quiet(6000);
    test::append(word, test::mix({{300, -30}, {900, -35}}, 200));
    test::append(word, test::quiet(9000));
    CHECK(silent_after(word, 5s) == 5000);
    CHECK(silent_after(word, 7s) > 13'000);
    CHECK(silent_after(word, 7s) < 13'400);
}

TEST_CASE("silence: reset begins anew, listening allocates nothing") {
    dsp::SilenceDetector detector(1s);
    const auto samples = test::quiet(1500);
    const test::AllocationTrap trap;
    CHECK(detector.process(samples));
    detector.reset();
    CHECK(detector.silent_for() == 0ms);
    CHECK_FALSE(detector.process(std::span(samples).first(4000)));
    CHECK(detector.silent_for() == 500ms);
    CHECK(trap.count() == 0);
}
