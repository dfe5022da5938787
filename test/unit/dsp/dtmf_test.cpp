// DTMF: generator levels and timing, detector at its limits.
#include <catch2/catch.hpp>
#include <string>

#include "allocation_trap.hpp"
#include "digits.hpp"

using namespace tipring;
using test::Samples;

namespace {

Samples dialled(std::string_view digits, unsigned on_ms, unsigned off_ms, float level = -9) {
    Samples out;
    dsp::DtmfGenerator generator;
    for (const char digit : digits) {
        generator.start(digit, on_ms * 8, off_ms * 8, level);
        Samples part((on_ms + off_ms) * 8);
        CHECK(generator.produce(part) == part.size());
        CHECK_FALSE(generator.active());
        test::append(out, part);
    }
    return out;
}

}  // namespace

TEST_CASE("digit numbers of RFC 4733") {
    for (int i = 0; i < 16; ++i)
        CHECK(dsp::dtmf_index(dsp::dtmf_digit(i)) == i);
    CHECK(dsp::dtmf_index('a') == 12);
    CHECK(dsp::dtmf_index('E') == -1);
    CHECK(dsp::dtmf_index('\0') == -1);
    CHECK(dsp::dtmf_digit(16) == '\0');
    CHECK(dsp::dtmf_digit(-1) == '\0');
}

TEST_CASE("generator: levels, twist, stop, wrong digit") {
    const auto five = dialled("5", 1000, 0);
    CHECK(test::level_of(five, 770) == Approx(-9).margin(0.1));
    CHECK(test::level_of(five, 1336) == Approx(-7).margin(0.1));
    dsp::DtmfGenerator generator;
    Samples block(80);
    generator.start('1', 800, 80);
    generator.produce(block);
    generator.stop();
    CHECK(generator.active());
    CHECK(generator.produce(block) == 80);
    CHECK(test::power_dbm0(block) < -90);
    CHECK_FALSE(generator.active());
    generator.start('x', 800, 80);
    CHECK_FALSE(generator.active());
    CHECK(generator.produce(block) == 0);
}

TEST_CASE("every digit is found at 40/40 ms, once, through either law") {
    for (const auto law : {dsp::Law::alaw, dsp::Law::mulaw}) {
        auto samples = dialled(test::all_digits, 40, 40);
        test::append(samples, test::quiet(50));
        test::through(law, samples);
        CHECK(test::digits_in(samples) == test::all_digits);
    }
    CHECK(test::digits_in(dialled("1122##", 60, 50)) == "1122##");
    CHECK(test::digits_in(dialled(test::all_digits, 100, 100, -25)) == test::all_digits);
}

TEST_CASE("digits are found over dial tone") {
    auto samples = dialled("1590", 80, 80);
    test::add(samples, test::mix({{350, -19}, {440, -19}}, 640));
    CHECK(test::digits_in(samples) == "1590");
    samples = dialled("1590", 80, 80);
    test::add(samples, test::mix({{425, -20}}, 640));
    CHECK(test::digits_in(samples) == "1590");
}

TEST_CASE("no digit is found in noise, speech-like sound, single tones or short bursts") {
    CHECK(test::digits_in(test::noise(-15, 20000, 3)).empty());
    CHECK(test::digits_in(test::speech_like(30000, 4)).empty());
    CHECK(test::digits_in(test::mix({{770, -9}}, 2000)).empty());
    CHECK(test::digits_in(test::mix({{770, -9}, {1336, -22}}, 2000)).empty());
    CHECK(test::digits_in(dialled("5", 15, 100)).empty());
}

TEST_CASE("detector starts again after reset and allocates nothing") {
    const auto samples = dialled("7", 100, 100);
    dsp::DtmfDetector detector;
    const test::AllocationTrap trap;
    detector.process(std::span(samples).first(400));
    detector.reset();
    CHECK_FALSE(detector.process(std::span(samples).subspan(1200, 80)).changed);
    for (std::size_t i = 0; i + 160 <= samples.size(); i += 160)
        detector.process(std::span(samples).subspan(i, 160));
    CHECK(trap.count() == 0);
}
