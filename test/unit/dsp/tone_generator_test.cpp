// Levels, phase continuity, cadence and end of generated tones.
#include <catch2/catch.hpp>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "tipring/dsp/tone_generator.hpp"

using namespace tipring;
using dsp::ToneGenerator;
using dsp::ToneSequence;
using test::Samples;

namespace {
ToneSequence sequence(std::string_view text, float level = -13) {
    auto tone = dsp::parse_tone(text).value();
    tone.level_dbm0 = level;
    return tone;
}
}  // namespace

TEST_CASE("levels are exact to 0.1 dB") {
    for (const float level : {3.0F, 0.0F, -6.0F, -13.0F, -30.0F}) {
        CHECK(test::power_dbm0(test::played(sequence("1000", level), 1000)) == Approx(level).margin(0.05));
    }
    const auto pair = test::played(sequence("350+440"), 1000);
    CHECK(test::level_of(pair, 350) == Approx(-13).margin(0.1));
    CHECK(test::level_of(pair, 440) == Approx(-13).margin(0.1));
    CHECK(test::power_dbm0(pair) == Approx(-10).margin(0.1));
    const auto four = test::played(sequence("1400+2060+2450+2600"), 1000);
    for (const double hz : {1400.0, 2060.0, 2450.0, 2600.0})
        CHECK(test::level_of(four, hz) == Approx(-13).margin(0.1));
    CHECK(test::power_dbm0(test::played(sequence("425@"), 1000)) == Approx(-23).margin(0.1));
}

TEST_CASE("modulation puts the side bands where they belong") {
    const auto modulated = test::played(sequence("400*33"), 1000);
    CHECK(test::level_of(modulated, 400) == Approx(-13).margin(0.1));
    CHECK(test::level_of(modulated, 367) == Approx(-13 - 6.94).margin(0.1));
    CHECK(test::level_of(modulated, 433) == Approx(-13 - 6.94).margin(0.1));
    CHECK(test::level_of(modulated, 450) < -50);
}

TEST_CASE("output does not depend on how it is cut into blocks") {
    const auto tone = sequence("!440/37,!0/21,425+620/111,0/53");
    const auto whole = test::played(tone, 2000);
    ToneGenerator generator(tone);
    Samples pieces;
    std::size_t size = 1;
    while (pieces.size() < whole.size()) {
        Samples piece(std::min(size, whole.size() - pieces.size()));
        CHECK(generator.produce(piece));
        test::append(pieces, piece);
        size = size * 3 % 197 + 1;
    }
    CHECK(pieces == whole);
}

TEST_CASE("a sequence played once ends, and silence follows") {
    ToneGenerator generator(sequence("!950/330,!1400/330"));
    Samples out(8 * 700, 99);
    CHECK_FALSE(generator.produce(out));
    CHECK(test::power_dbm0(std::span(out).first(8 * 660)) > -14);
    CHECK(std::all_of(out.begin() + 8 * 660, out.end(), [](auto sample) { return sample == 0; }));
    CHECK_FALSE(generator.produce(out));
    ToneGenerator empty{ToneSequence{}};
    CHECK_FALSE(empty.produce(out));
    ToneSequence strange = sequence("!950/330");
    strange.repeat_from = 17;
    CHECK_FALSE(ToneGenerator(strange).produce(out));
}

TEST_CASE("producing allocates nothing") {
    ToneGenerator generator(sequence("400*33/400,0/200,480+620/400,0/2000"));
    Samples block(80);
    const test::AllocationTrap trap;
    for (int i = 0; i < 1000; ++i)
        generator.produce(block);
    CHECK(trap.count() == 0);
}
