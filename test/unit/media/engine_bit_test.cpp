// Bit-error tests of a line in the engine, ticked by hand, with a bearer whose other end is a loop.
#include <catch2/catch.hpp>

#include "media_bench.hpp"

using namespace tipring::media;
using namespace tipring::media::test;
using tipring::dsp::PrbsPattern;

namespace {

/// A line whose far end sends back what it gets.
struct LoopedLine {
    explicit LoopedLine(const PrbsPattern pattern = PrbsPattern::bits_2047) : id(bench.line(bearer)) {
        bench.engine.start_bit_test(id, pattern);
        bench.tick();
    }
    void run(unsigned blocks, std::uint8_t damage = 0) {
        for (unsigned i = 0; i < blocks; ++i) {
            auto octets = bearer.written().value_or(filled(0xD5));
            octets[7] = static_cast<std::uint8_t>(octets[7] ^ damage);
            bearer.say(octets);
            bench.tick();
        }
    }
    BitTestReport report() const { return bench.engine.bit_test(id); }

    Bench bench;
    FakeBearer bearer;
    EndpointId id;
};

}  // namespace

TEST_CASE("a bit-error test over a loop finds every wrong bit and no other") {
    const auto pattern = GENERATE(PrbsPattern::bits_2047, PrbsPattern::bits_32767);
    LoopedLine line(pattern);
    CHECK_FALSE(line.report().found);
    line.run(100);
    CHECK(line.report().in_sync);
    CHECK(line.report().errors == 0);
    CHECK(line.report().bits > 70 * 640);
    CHECK(line.report().bits <= 80 * 640);
    line.run(10, 0x81);
    line.run(10);
    CHECK(line.report().errors == 20);
    CHECK(line.report().losses == 0);
}

TEST_CASE("while a test runs nothing else sounds, and nobody hears the pattern") {
    Bench bench;
    FakeBearer tested, other;
    const auto line = bench.line(tested), peer = bench.line(other);
    bench.engine.connect(line, peer);
    bench.engine.play_tone(line, tone_of("1000"));
    bench.engine.start_bit_test(line, PrbsPattern::bits_2047);
    bench.tick();
    tested.all_written();
    other.all_written();
    for (unsigned i = 0; i < 50; ++i) {
        const auto back = tested.written().value_or(filled(0xD5));
        tested.say(back);
        other.say(pattern(i));
        bench.tick();
    }
    CHECK(bench.engine.bit_test(line).errors == 0);
    CHECK(bench.engine.bit_test(line).in_sync);
    for (const auto& octets : other.all_written())
        CHECK(octets == filled(0xD5));
}

TEST_CASE("a test that is stopped keeps its report, and the line carries calls again") {
    LoopedLine line;
    line.run(50);
    SECTION("by command") {
        line.bench.engine.stop_bit_test(line.id);
    }
    SECTION("with the line") {
        line.bench.engine.stop_line(line.id);
    }
    line.bench.tick(2);
    const auto report = line.report();
    CHECK(report.bits > 20 * 640);
    CHECK(report.found);
    line.bearer.all_written();
    line.bench.engine.start_line(line.id);
    line.bench.tick();
    line.bearer.say(filled(0x12));
    line.bench.tick();
    for (const auto& octets : line.bearer.all_written())
        CHECK(octets == filled(0xD5));
    CHECK(line.report().bits == report.bits);
    line.bench.engine.start_bit_test(line.id, PrbsPattern::bits_2047);
    CHECK(line.report().bits == 0);
}

TEST_CASE("the pattern of an earlier test that is still on its way is no loss of the new one") {
    LoopedLine line;
    line.run(60);
    line.bench.engine.start_bit_test(line.id, PrbsPattern::bits_2047);
    line.run(60);
    CHECK(line.report().in_sync);
    CHECK(line.report().losses == 0);
    CHECK(line.report().errors == 0);
}

TEST_CASE("a line may be removed in the middle of a test, and a new test may replace one") {
    LoopedLine line;
    line.run(20);
    line.bench.engine.start_bit_test(line.id, PrbsPattern::bits_32767);
    line.run(60);
    CHECK(line.report().in_sync);
    bool detached = false;
    line.bench.engine.remove(line.id, [&] { detached = true; });
    line.bench.tick(2);
    CHECK(detached);
    CHECK(line.report().bits == 0);
}
