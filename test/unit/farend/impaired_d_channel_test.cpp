// A D-channel that loses, repeats and damages frames, over one in memory.
#include "impaired_d_channel.hpp"

#include <catch2/catch.hpp>

#include "../isdn/memory_d_channel.hpp"

using namespace tipring;
using test::Frame;

namespace {

struct ImpairedLine {
    std::shared_ptr<test::MemoryWire> wire = std::make_shared<test::MemoryWire>();
    farend::ImpairedDChannel channel{std::make_unique<test::MemoryDChannel>(wire, 0)};
    const Frame sent{2, 1, 0, 0, 8, 1, 2, 3, 0, 0};

    /// What of so many frames is read.
    std::vector<Frame> read(unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            wire->inject(0, sent);
        std::vector<Frame> all;
        for (;;) {
            Frame frame(64);
            const auto length = channel.read(frame);
            if (!length || *length == 0) return all;
            frame.resize(*length);
            all.push_back(frame);
        }
    }
    std::size_t written(unsigned count) {
        for (unsigned i = 0; i < count; ++i)
            CHECK(channel.write(sent).has_value());
        const auto arrived = wire->ends[1].waiting.size();
        wire->ends[1].waiting.clear();
        return arrived;
    }
};

}  // namespace

TEST_CASE("without faults every frame passes once and unchanged") {
    ImpairedLine line;
    CHECK(line.read(20) == std::vector<Frame>(20, line.sent));
    CHECK(line.written(20) == 20);
    CHECK(line.channel.counts().frames == 40);
}

TEST_CASE("frames are lost and come twice both ways, as often as counted, and the same with the same seed") {
    ImpairedLine line, same;
    for (auto* one : {&line, &same})
        one->channel.impair({.drop = 0.2, .duplicate = 0.3, .seed = 7});
    const auto read = line.read(200);
    CHECK(read == same.read(200));
    const auto counts = line.channel.counts();
    CHECK(read.size() == 200 - counts.dropped + counts.duplicated);
    CHECK(counts.dropped > 10);
    CHECK(counts.duplicated > 10);
    const auto arrived = line.written(200);
    const auto after = line.channel.counts();
    CHECK(arrived == 200 - (after.dropped - counts.dropped) + (after.duplicated - counts.duplicated));
    line.channel.impair({});
    CHECK(line.written(50) == 50);
}

TEST_CASE("damage is lost by the frame check sequence, or arrives") {
    ImpairedLine line;
    line.channel.impair({.corrupt = 1});
    CHECK(line.read(10).empty());
    line.channel.impair({.corrupt = 1, .fcs = false});
    unsigned changed = 0;
    for (const auto& frame : line.read(50)) {
        CHECK(frame.size() == line.sent.size());
        changed += frame != line.sent ? 1 : 0;
    }
    CHECK(changed > 40);  // two flips of one bit leave it as it was
    CHECK(line.channel.counts().corrupted == 60);
}
