// Samples over the virtual wire: blocks, queues, laws, gains, faults.
#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

namespace {

using ReadStatus = Bearer::ReadStatus;

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
    VirtualBoard::Counters counters(bool far_side) const { return board.counters({1}, far_side); }
};

}  // namespace

TEST_CASE("Blocks cross the wire unchanged, in order, one every 10 ms") {
    Pair pair;
    std::string heard;
    // Again when the machine kept the reader waiting so long that it lost blocks.
    CHECK(eventually([&] {
        pair.start();
        heard.clear();
        const auto lost_before = pair.counters(true).read_overruns;
        const auto begun = Clock::now();
        for (std::uint8_t i = 1; i <= 5; ++i)
            REQUIRE(pair.near.bearer().write(block_of(i)));
        for (auto block = pair.far.next_block_other_than(quiet, milliseconds(500)); block;
             block = pair.far.next_block()) {
            if (*block == block_of(quiet)) break;
            heard += std::to_string(block->front());
        }
        CHECK(Clock::now() - begun >= milliseconds(40));
        return pair.counters(true).read_overruns == lost_before;
    }));
    CHECK(heard == "12345");
    CHECK((carry(pair.far, block_of(9), pair.near, quiet) == block_of(9)));
}

TEST_CASE("An end hears silence in its own law while the other end is not started") {
    Pair pair(dsp::Law::alaw, dsp::Law::mulaw);
    REQUIRE(ok(pair.far.control().start_audio()));
    CHECK((pair.far.next_block() == block_of(0xFF)));
    REQUIRE(ok(pair.near.control().start_audio()));
    CHECK((pair.near.next_block() == block_of(0xD5)));
}

TEST_CASE("Samples are converted when the laws of the two ends differ") {
    Pair pair(dsp::Law::alaw, dsp::Law::mulaw);
    pair.start();
    Block sent;
    for (std::size_t i = 0; i < sent.size(); ++i)
        sent[i] = static_cast<std::uint8_t>(3 * i);
    auto expected = sent;
    dsp::transcode(dsp::Law::alaw, dsp::Law::mulaw, expected);
    CHECK(carry(pair.near, sent, pair.far, 0xFF) == expected);
}

TEST_CASE("Gains act on the wire") {
    Pair pair;
    REQUIRE(ok(pair.near.control().set_gain(-6.0206, 6.0206)));
    pair.start();
    const auto loud = dsp::encode(dsp::Law::alaw, 8000);
    const auto sent = carry(pair.near, block_of(loud), pair.far, quiet);
    REQUIRE(sent);
    CHECK(dsp::decode(dsp::Law::alaw, sent->front()) == Approx(16000).epsilon(0.03));
    const auto received = carry(pair.far, block_of(loud), pair.near, quiet);
    REQUIRE(received);
    CHECK(dsp::decode(dsp::Law::alaw, received->front()) == Approx(4000).epsilon(0.03));

    REQUIRE(ok(pair.near.control().set_gain(0, 12)));
    pair.start();  // flushes
    const auto clipped = carry(pair.near, block_of(dsp::encode(dsp::Law::alaw, 30000)), pair.far, quiet);
    REQUIRE(clipped);
    CHECK(clipped->front() == dsp::encode(dsp::Law::alaw, 32767));

    CHECK_FALSE(ok(pair.near.control().set_gain(12.1, 0)));
    CHECK_FALSE(ok(pair.near.control().set_gain(0, -24.1)));
    CHECK_FALSE(ok(pair.near.control().set_gain(std::nan(""), 0)));
}

TEST_CASE("The write queue holds eight blocks and is flushed when audio starts") {
    Pair pair;
    for (unsigned i = 0; i < 8; ++i)
        CHECK(pair.near.bearer().write(block_of(1)));
    CHECK_FALSE(pair.near.bearer().write(block_of(1)));
    pair.start();
    for (std::uint8_t i = 2; i < 10; ++i)
        CHECK(pair.near.bearer().write(block_of(i)));
    CHECK((pair.far.next_block_other_than(quiet) == block_of(2)));
}

TEST_CASE("A late writer is filled up with silence, and counted") {
    Pair pair;
    pair.start();
    CHECK(eventually([&] { return pair.counters(false).write_underruns >= 3; }));
    CHECK((pair.far.next_block() == block_of(quiet)));
    REQUIRE(ok(pair.near.control().stop_audio()));
    const auto before = pair.counters(false).write_underruns;
    const auto far_before = pair.counters(true).write_underruns;
    CHECK(eventually([&] { return pair.counters(true).write_underruns > far_before; }));
    CHECK(pair.counters(false).write_underruns == before);
}

TEST_CASE("A late reader loses the newest blocks, and an event overtakes the old ones") {
    Pair pair;
    pair.start();
    CHECK(eventually([&] { return pair.counters(true).read_overruns >= 2; }));
    pair.board.set_faults({1}, {.unplugged = true});  // no more samples from now on
    auto& bearer = pair.far.bearer();
    Block block;
    auto result = bearer.read(block);
    CHECK(result.status == ReadStatus::event);
    CHECK(result.event.kind == LineEventKind::alarm);
    result = bearer.read(block);
    CHECK(result.status == ReadStatus::event);
    CHECK(result.event.kind == LineEventKind::battery_lost);
    for (unsigned i = 0; i < 8; ++i)
        CHECK(bearer.read(block).status == ReadStatus::block);
    CHECK(bearer.read(block).status == ReadStatus::empty);
    CHECK_FALSE(wait_readable(bearer.descriptor(), milliseconds(50)));
}

TEST_CASE("No block is returned after the audio was stopped") {
    Pair pair;
    pair.start();
    CHECK(eventually([&] { return pair.counters(true).read_overruns >= 1; }));
    REQUIRE(ok(pair.far.control().stop_audio()));
    Block block;
    CHECK(pair.far.bearer().read(block).status == ReadStatus::empty);
    REQUIRE(ok(pair.far.control().start_audio()));
    CHECK(pair.far.next_block().has_value());
}

TEST_CASE("An unplugged wire carries no samples, and says so on both sides") {
    Pair pair;
    pair.board.set_faults({1}, {.unplugged = true});
    CHECK(pair.near.event() == "alarm");
    CHECK(pair.far.event() == "alarm");
    CHECK(pair.near.control().status()->alarm);
    pair.start();
    REQUIRE(pair.near.bearer().write(block_of(7)));
    CHECK_FALSE(pair.far.next_block(milliseconds(60)));
    pair.board.set_faults({1}, {});
    CHECK(pair.near.event() == "alarm_clear");
    CHECK_FALSE(pair.near.control().status()->alarm);
    CHECK(pair.far.next_block().has_value());
}

TEST_CASE("Sixty channels at once lose no block that is not counted") {
    VirtualBoard board({.e1 = 2});
    const auto near = board.near(), far = board.far();
    std::vector<Channel> nears, fars;
    for (std::uint32_t i = 1; i <= 62; ++i) {
        if (i % 31 == 16) continue;
        nears.push_back(near->open({i}, {}).value());
        fars.push_back(far->open({i}, {}).value());
        REQUIRE(ok(nears.back().control->start_audio()));
        REQUIRE(ok(fars.back().control->start_audio()));
    }
    Block block;
    std::vector<std::string> heard(fars.size());
    const auto listen = [&] {
        for (std::size_t i = 0; i < fars.size(); ++i) {
            while (fars[i].bearer->read(block).status == ReadStatus::block) {
                if (block != block_of(quiet)) heard[i] += std::to_string(block.front());
            }
        }
    };
    const auto underruns = [&](const Channel& channel) {
        return board.counters(channel.info.number, false).write_underruns;
    };
    listen();  // what came while the others were opened
    std::vector<std::uint64_t> lost_before, late_before;
    for (auto& channel : nears) {
        lost_before.push_back(board.counters(channel.info.number, true).read_overruns);
        for (std::uint8_t i = 1; i <= 4; ++i)
            REQUIRE(channel.bearer->write(block_of(i)));
        late_before.push_back(underruns(channel));
    }
    for (std::size_t i = 0; i < nears.size(); ++i) {  // silence again: all four blocks went over the wire
        CHECK(eventually([&] {
            listen();
            return underruns(nears[i]) > late_before[i];
        }));
    }
    listen();
    for (std::size_t i = 0; i < fars.size(); ++i) {
        const auto lost = board.counters(nears[i].info.number, true).read_overruns - lost_before[i];
        CHECK(std::is_sorted(heard[i].begin(), heard[i].end()));
        CHECK(heard[i].size() <= 4);
        CHECK(heard[i].size() + lost >= 4);
    }
}
