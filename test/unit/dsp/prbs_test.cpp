// The patterns of bit-error tests, and the checker that finds them again.
#include <array>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tipring/dsp/prbs.hpp"

using namespace tipring::dsp;

namespace {

std::vector<std::uint8_t> prbs_octets(PrbsPattern pattern, std::size_t count) {
    std::vector<std::uint8_t> octets(count);
    PrbsGenerator(pattern).produce(octets);
    return octets;
}

unsigned prbs_bit(const std::vector<std::uint8_t>& octets, std::size_t index) {
    return (octets[index / 8] >> (7 - index % 8)) & 1U;
}

PrbsChecker::Counts checked_prbs(PrbsPattern pattern, const std::vector<std::uint8_t>& octets) {
    PrbsChecker checker(pattern);
    checker.check(octets);
    return checker.counts();
}

}  // namespace

TEST_CASE("prbs: length, longest runs and balance are those of the Recommendation") {
    struct Row {
        PrbsPattern pattern;
        std::size_t period, tap, length;
        unsigned longest_run_of;  ///< the bit value with the run of `length`
    };
    for (const Row& row :
         {Row{PrbsPattern::bits_2047, 2047, 9, 11, 1}, Row{PrbsPattern::bits_32767, 32767, 14, 15, 0}}) {
        const auto octets = prbs_octets(row.pattern, row.period / 4 + 8);
        std::size_t ones = 0, run = 0, longest = 0, wrong = 0;
        for (std::size_t i = 0; i < row.period; ++i) {
            ones += prbs_bit(octets, i);
            wrong += prbs_bit(octets, i) != prbs_bit(octets, i + row.period) ? 1 : 0;
            run = prbs_bit(octets, i) == row.longest_run_of ? run + 1 : 0;
            longest = std::max(longest, run);
        }
        CHECK(wrong == 0);
        // One more one than zeros, turned round by the inversion.
        CHECK(ones == row.period / 2 + (row.longest_run_of == 1 ? 1 : 0));
        CHECK(longest <= row.length);
        const unsigned turned = row.longest_run_of == 1 ? 0 : 1;
        for (std::size_t i = row.length; i < row.period; ++i) {
            const auto feedback = prbs_bit(octets, i - row.tap) ^ prbs_bit(octets, i - row.length) ^ turned;
            REQUIRE(prbs_bit(octets, i) == feedback);
        }
    }
}

TEST_CASE("prbs: a checker that comes in anywhere finds the pattern, and every wrong bit once") {
    for (const auto pattern : {PrbsPattern::bits_2047, PrbsPattern::bits_32767}) {
        auto octets = prbs_octets(pattern, 8000);
        octets.erase(octets.begin(), octets.begin() + 123);
        auto counts = checked_prbs(pattern, octets);
        CHECK(counts.in_sync);
        CHECK(counts.losses == 0);
        CHECK(counts.errors == 0);
        CHECK(counts.bits > 60000);
        CHECK(counts.bits < octets.size() * 8);

        for (const std::size_t at : {1000U, 2000U, 2001U, 5000U})
            octets[at] = static_cast<std::uint8_t>(octets[at] ^ 0x10);
        octets[3000] = static_cast<std::uint8_t>(octets[3000] ^ 0xFF);
        counts = checked_prbs(pattern, octets);
        CHECK(counts.errors == 12);
        CHECK(counts.losses == 0);
    }
}

TEST_CASE("prbs: neither silence, noise nor the other pattern is taken for it") {
    std::mt19937 random(1);
    std::vector<std::uint8_t> noise(80000);
    for (auto& octet : noise)
        octet = static_cast<std::uint8_t>(random());
    CHECK_FALSE(checked_prbs(PrbsPattern::bits_2047, noise).found);
    for (const auto octet : std::array<std::uint8_t, 6>{0x00, 0xFF, 0xD5, 0x55, 0xAA, 0x7E}) {
        const std::vector<std::uint8_t> idle(80000, octet);
        CHECK_FALSE(checked_prbs(PrbsPattern::bits_2047, idle).found);
        CHECK_FALSE(checked_prbs(PrbsPattern::bits_32767, idle).found);
    }
    CHECK_FALSE(checked_prbs(PrbsPattern::bits_2047, prbs_octets(PrbsPattern::bits_32767, 80000)).found);
    CHECK_FALSE(checked_prbs(PrbsPattern::bits_32767, prbs_octets(PrbsPattern::bits_2047, 80000)).found);
}

TEST_CASE("prbs: a slip is a loss and no heap of errors") {
    const auto whole = prbs_octets(PrbsPattern::bits_2047, 20000);
    for (const int at : {5000, 5001, 5020, 5040, 5060}) {
        auto octets = whole;
        const auto there = octets.begin() + at;
        SECTION("an octet too few " + std::to_string(at)) {
            octets.erase(there);
        }
        SECTION("an octet twice " + std::to_string(at)) {
            octets.insert(there, *there);
        }
        const auto counts = checked_prbs(PrbsPattern::bits_2047, octets);
        CHECK(counts.in_sync);
        if (octets.size() == whole.size()) continue;  // the section of another round
        CHECK(counts.losses == 1);
        CHECK(counts.errors == 0);
    }
}

TEST_CASE("prbs: one wrong bit in a hundred is counted as it is, one in three is no pattern") {
    std::mt19937 random(7);
    const auto damaged = [&](unsigned one_in) {
        auto octets = prbs_octets(PrbsPattern::bits_2047, 80000);
        std::uint64_t made = 0;
        for (auto& octet : octets) {
            for (unsigned bit = 0; bit < 8; ++bit) {
                if (random() % one_in != 0) continue;
                octet = static_cast<std::uint8_t>(octet ^ 1U << bit);
                ++made;
            }
        }
        return std::pair{octets, made};
    };
    const auto [poor, made] = damaged(100);
    const auto counts = checked_prbs(PrbsPattern::bits_2047, poor);
    CHECK(counts.losses == 0);
    CHECK(counts.errors <= made);
    CHECK(counts.errors + 60 > made);
    CHECK(checked_prbs(PrbsPattern::bits_2047, damaged(3).first).bits < 8000);
}
