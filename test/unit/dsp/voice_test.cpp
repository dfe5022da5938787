// VoiceDetector: speech of many languages is a voice, the tones of no country are.
#include <catch2/catch.hpp>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "spoken.hpp"
#include "tipring/dsp/voice_detector.hpp"

using namespace tipring;
using test::Samples;

namespace {

/// When a voice is heard first, ms; -1: never.
int voice_after(const Samples& samples) {
    dsp::VoiceDetector detector;
    for (std::size_t i = 0; i + 160 <= samples.size(); i += 160)
        if (detector.process(std::span(samples).subspan(i, 160))) return static_cast<int>(i / 8 + 20);
    return -1;
}

const char* const tones[] = {
    // Ringback, dial, busy and congestion tones as libtonezone has them.
    "440+480/2000,0/4000", "400+450/400,0/200,400+450/400,0/2000", "425/1000,0/4000", "440/1500,0/3500",
    "400+15/1000,0/2000", "400*33/400,0/200,400*33/400,0/2000", "413+438/400,0/200,413+438/400,0/2000",
    "400*25/400,0/200,400*25/400,0/2000", "400*16/1000,0/2000", "425*50/1000,0/4000", "500*100/1000,0/2000",
    "425+400/1000,0/4000", "350+440", "425", "400*33", "415+440", "425+400", "350+440/750,440/750",
    "425/200,0/200,425/600,0/1000", "480+620/500,0/500", "480+620/250,0/250", "425/165,0/165",
    "400/400,0/350,400/225,0/525", "425/375,0/375,425@/375,0/375", "500*100/250,0/250", "425/100,0/100",
    "!350+440/100,!0/100,!350+440/100,!0/100,!350+440/100,!0/100,350+440",
    // Information tones, call waiting, fax answer tone.
    "950/330,1400/330,1800/330,0/1000", "950/330,0/30,1400/330,0/30,1800/330,0/1000",
    "!985/274,!1428/274,!1777/274,0", "!950/330,!1400/330,!1800/330,0", "425/2500,0/500", "440/300,0/10000",
    "2100", "1400/500,0/15000"};

}  // namespace

TEST_CASE("a voice in any language is heard within two and a half seconds, three when it is weak") {
    int slowest = 0;
    for (const auto& voice : test::voices()) {
        for (const double level : {-12.0, -22.0, -32.0}) {
            auto samples = test::spoken(voice, 150 + static_cast<int>(level), 40);
            test::set_level(samples, level);
            auto line = test::played(dsp::parse_tone("425/1000,0/4000").value(), 6300);
            test::append(line, samples);
            test::add(line, test::noise(-52, static_cast<int>(line.size() / 8), 31));
            test::through(dsp::Law::alaw, line);
            const int heard = voice_after(line) - 6300;
            INFO(voice.name << " at " << level << " dBm0: after " << heard << " ms");
            CHECK(heard > 0);
            CHECK(heard < (level < -30 ? 3000 : 2500));
            slowest = std::max(slowest, heard);
        }
    }
    std::printf("voice: 12 languages at 3 levels, the slowest after %d ms\n", slowest);
}

TEST_CASE("no country's tones are a voice, with noise and hum") {
    for (const auto* text : tones) {
        for (const double level : {-8.0, -20.0, -32.0}) {
            CAPTURE(text, level);
            auto tone = dsp::parse_tone(text).value();
            tone.level_dbm0 = static_cast<float>(level);
            auto line = test::quiet(770);
            test::append(line, test::played(tone, 15'000));
            test::add(line, test::noise(std::max(level - 20, -50.0), 15'770, 32));
            test::add(line, test::mix({{50, -30}, {100, -45}}, 15'770));
            test::through(dsp::Law::mulaw, line);
            CHECK(voice_after(line) == -1);
        }
    }
}

TEST_CASE("silence, noise, hum, clicks and lost packets in a tone are no voice") {
    CHECK(voice_after(test::quiet(3000)) == -1);
    for (const double level : {-60.0, -45.0, -35.0, -28.0}) {
        CAPTURE(level);
        CHECK(voice_after(test::noise(level, 20'000, 33)) == -1);
        auto late = test::quiet(3000);
        test::append(late, test::noise(level - 12, 10'000, 35));
        CHECK(voice_after(late) == -1);
    }
    CHECK(voice_after(test::mix({{50, -15}, {150, -25}, {250, -35}}, 9000)) == -1);
    auto ringback = test::played(dsp::parse_tone("440+480/2000,0/4000").value(), 30'000);
    for (std::size_t at = 1003; at + 160 < ringback.size(); at += 8000)
        std::fill_n(ringback.begin() + static_cast<std::ptrdiff_t>(at), 160, std::int16_t{0});
    CHECK(voice_after(ringback) == -1);
    auto clicks = test::quiet(20'000);
    for (std::size_t at = 500; at + 100 < clicks.size(); at += 1777)
        for (std::size_t i = 0; i < 24; ++i)
            clicks[at + i] = static_cast<std::int16_t>(i % 2 == 0 ? 8000 : -8000);
    CHECK(voice_after(clicks) == -1);
}

TEST_CASE("voice: ends after it, reset, allocates nothing") {
    auto samples = test::spoken(test::voices()[0]);
    test::set_level(samples, -15);
    test::append(samples, test::quiet(2000));
    dsp::VoiceDetector detector;
    const test::AllocationTrap trap;
    bool heard = false;
    bool last = false;
    for (std::size_t i = 0; i + 80 <= samples.size(); i += 80) {
        last = detector.process(std::span(samples).subspan(i, 80));
        heard = heard || last;
    }
    detector.reset();
    CHECK(trap.count() == 0);
    CHECK(heard);
    CHECK_FALSE(last);
}
