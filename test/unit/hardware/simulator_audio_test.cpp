// Samples over the virtual wire: blocks, queues, laws, gains, faults.
#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

namespace {

constexpr std::uint8_t quiet = 0xD5;

/// A phone line whose two ends are open.
struct Pair {
    explicit Pair(dsp::Law near_law = dsp::Law::alaw, dsp::Law far_law = dsp::Law::alaw)
        : board({.fxs = 1}), near(open(*board.near(), 1, near_law)), far(open(*board.far(), 1, far_law)) {}
    VirtualBoard board;
    Reader near, far;

    void start() {
        REQUIRE(ok(near.control().start_audio()));
        REQUIRE(ok(far.control().start_audio()));
    }
};

}  // namespace

TEST_CASE("Blocks cross the wire unchanged, in order, one every 10 ms") {
    Pair pair;
    pair.start();
    for (std::uint8_t i = 1; i <= 5; ++i)
        REQUIRE(pair.near.bearer().write(block_of(i)));
    const auto begun = Clock::now();
    const auto first = pair.far.next_block_other_than(quiet);
    REQUIRE(first);
    CHECK(*first == block_of(1));
    for (std::uint8_t i = 2; i <= 5; ++i)
        CHECK(pair.far.next_block() == block_of(i));
    CHECK(Clock::now() - begun >= milliseconds(40));
}

TEST_CASE("The write queue holds eight blocks") {
    Pair pair;
    for (unsigned i = 0; i < 8; ++i)
        CHECK(pair.near.bearer().write(block_of(1)));
    CHECK_FALSE(pair.near.bearer().write(block_of(1)));
    REQUIRE(ok(pair.near.control().start_audio()));  // flushes
    CHECK(pair.near.bearer().write(block_of(2)));
    REQUIRE(ok(pair.far.control().start_audio()));
}
