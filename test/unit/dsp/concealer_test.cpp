// Loss concealment: a lost block sounds like its neighbours, a long loss fades.
#include <catch2/catch.hpp>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "tipring/dsp/concealer.hpp"

using namespace tipring;

TEST_CASE("a lost block continues the sound, a long loss fades to silence") {
    auto tone = test::mix({{400, -13}}, 200);
    dsp::Concealer concealer;
    test::Samples lost(160);
    test::Samples tiny(3, 77);
    const test::AllocationTrap trap;
    concealer.good(tone);
    concealer.lost(lost);
    CHECK(test::power_dbm0(lost) > -18);
    CHECK(test::level_of(lost, 400) > -18);
    for (int i = 0; i < 5; ++i)
        concealer.lost(lost);
    CHECK(test::power_dbm0(lost) < -40);
    concealer.good(tone);
    concealer.reset();
    concealer.lost(lost);
    CHECK(test::power_dbm0(lost) < -60);
    concealer.lost(tiny);
    CHECK(trap.count() == 0);
    CHECK(tiny == test::Samples(3));
}
