// match(): what was said is found with its delay, level and gaps; what was not said is not.
#include <catch2/catch.hpp>
#include <random>

#include "speech.hpp"
#include "tipring/dsp/g711.hpp"

using namespace tipring;
using farend::Clip;
using farend::match;
using namespace std::chrono_literals;

namespace {

Clip heard_after(int delay_ms, Clip clip, double gain_db = 0) {
    auto heard = test::quiet(delay_ms);
    const double gain = std::pow(10, gain_db / 20);
    for (const auto sample : clip)
        heard.push_back(static_cast<std::int16_t>(std::lround(sample * gain)));
    test::append(heard, test::quiet(700));
    std::mt19937 random(3);
    for (auto& sample : heard) {
        sample = static_cast<std::int16_t>(sample + static_cast<int>(random() % 21) - 10);
        sample = dsp::decode(dsp::Law::alaw, dsp::encode(dsp::Law::alaw, sample));
    }
    return heard;
}

}  // namespace

TEST_CASE("speech is found with delay and level") {
    for (const int seconds : {3, 8}) {
        const auto said = test::speech(7, seconds * 1000);
        for (const double gain : {0.0, -6.0, 3.0}) {
            const auto result = match(said, heard_after(1234, said, gain));
            CHECK(result.found);
            CHECK(result.offset.count() == Approx(1234).margin(1));
            CHECK(result.level_difference_db == Approx(gain).margin(0.2));
            CHECK(result.longest_gap <= 20ms);
            CHECK(result.correlation > 0.95);
        }
    }
}

TEST_CASE("gaps and foreign sound are measured") {
    const auto said = test::speech(8, 5000);
    for (const int gap_ms : {60, 100, 400}) {
        auto damaged = said;
        // In the middle of the loudest part, so that the gap is not a pause of the speaker.
        std::size_t loudest = 0;
        double most = -99;
        for (std::size_t begin = 8000; begin + 8 * 400 < said.size() - 8000; begin += 400) {
            const double level =
                farend::level_dbm0(std::span(said).subspan(begin, static_cast<std::size_t>(gap_ms) * 8));
            if (level > most) most = level, loudest = begin;
        }
        std::fill_n(damaged.begin() + static_cast<std::ptrdiff_t>(loudest), gap_ms * 8, std::int16_t{0});
        const auto result = match(said, heard_after(500, damaged));
        CHECK(result.found);
        if (gap_ms < 200) {
            CHECK(result.longest_gap.count() >= gap_ms - 35);
            CHECK(result.longest_gap.count() <= gap_ms + 25);
        } else {
            CHECK(result.longest_gap.count() >= 100);
        }
    }
    auto foreign = said;
    const auto tone = farend::tone(1000, 0, 1000ms, -10);
    std::copy(tone.begin(), tone.end(), foreign.begin() + 16000);
    CHECK(match(said, heard_after(500, foreign)).longest_gap >= 60ms);
    auto cut = said;
    cut.resize(said.size() / 2);
    CHECK(match(said, cut).longest_gap >= 60ms);
}

TEST_CASE("a delay that changes on the way is followed") {
    const auto said = test::speech(9, 6000);
    auto stretched = said;
    stretched.insert(stretched.begin() + 20000, 160, std::int16_t{0});
    stretched.erase(stretched.begin() + 36000, stretched.begin() + 36080);
    const auto result = match(said, heard_after(300, stretched));
    CHECK(result.found);
    CHECK(result.longest_gap <= 50ms);
    CHECK(result.level_difference_db == Approx(0).margin(0.3));
}

TEST_CASE("a loop is found at its first whole turn") {
    const auto said = test::speech(10, 3000);
    Clip heard(said.begin() + 12000, said.end());
    for (int i = 0; i < 3; ++i)
        test::append(heard, said);
    const auto result = match(said, heard);
    CHECK(result.found);
    CHECK(result.offset.count() == Approx(1500).margin(1));
    CHECK(result.longest_gap <= 20ms);
}

TEST_CASE("a tone is found") {
    const auto said = farend::tone(700, 0, 3000ms);
    const auto result = match(said, heard_after(400, said));
    CHECK(result.found);
    CHECK(result.level_difference_db == Approx(0).margin(0.2));
    CHECK(result.longest_gap <= 40ms);
}

TEST_CASE("what was not said is not found") {
    const auto said = test::speech(11, 4000);
    CHECK_FALSE(match(said, heard_after(200, test::speech(12, 5000))).found);
    CHECK_FALSE(match(said, test::quiet(5000)).found);
    CHECK_FALSE(match(said, farend::tone(425, 0, 5000ms)).found);
    CHECK_FALSE(match({}, said).found);
    CHECK_FALSE(match(said, {}).found);
    CHECK_FALSE(match(Clip(100), Clip(100)).found);
}

TEST_CASE("twenty seconds are matched") {
    const auto said = test::speech(13, 20000);
    const auto heard = heard_after(3000, said);
    CHECK(match(said, heard).found);
}
