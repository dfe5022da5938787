// Digital spans of the virtual board: D-channel frames, alarms, faults.
#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

namespace {

using Frame = std::vector<std::uint8_t>;

std::unique_ptr<DChannel> open_d(Board& board, std::uint32_t number) {
    auto channel = board.open_d_channel({number});
    if (!channel) FAIL(channel.error().message);
    return std::move(*channel);
}

/// The next frame, waiting with a limit; empty when none came or an event was read instead.
Frame next_frame(DChannel& channel, milliseconds limit = patience) {
    Frame frame(600);
    if (!wait_readable(channel.descriptor(), limit)) return {};
    const auto size = channel.read(frame);
    if (!size) return {};
    frame.resize(*size);
    return frame;
}

/// An E1 whose D-channel (16) is open on both sides.
struct Span {
    VirtualBoard board{{.e1 = 1}};
    std::unique_ptr<DChannel> near = open_d(*board.near(), 16);
    std::unique_ptr<DChannel> far = open_d(*board.far(), 16);
};

}  // namespace

TEST_CASE("Frames cross the D-channel both ways with their FCS octets") {
    Span span;
    const Frame sabme{0x00, 0x01, 0x7F, 0xAB, 0xCD};
    REQUIRE(ok(span.near->write(sabme)));
    CHECK(next_frame(*span.far) == sabme);
    for (std::uint8_t i = 0; i < 20; ++i)
        REQUIRE(ok(span.far->write(Frame{i, 1, 2, 3})));
    for (std::uint8_t i = 0; i < 20; ++i)
        CHECK(next_frame(*span.near) == Frame{i, 1, 2, 3});
    Frame frame(100);
    CHECK(span.near->read(frame).value() == 0);
}

TEST_CASE("Frames that cannot be are refused, and one that is too long for the reader is an error") {
    Span span;
    CHECK_FALSE(ok(span.near->write(Frame{})));
    CHECK_FALSE(ok(span.near->write(Frame(1025))));
    REQUIRE(ok(span.near->write(Frame(1024, 5))));
    CHECK(next_frame(*span.far).empty());
    CHECK(span.far->errors() == 1);
    REQUIRE(ok(span.near->write(Frame{1, 2, 3})));
    CHECK(next_frame(*span.far) == Frame{1, 2, 3});
}

TEST_CASE("Faults lose and damage frames") {
    Span span;
    span.board.set_faults({16}, {.d_channel_corruption = 1});
    REQUIRE(ok(span.near->write(Frame{1, 2, 3})));
    CHECK(next_frame(*span.far).empty());
    CHECK(span.far->errors() == 1);
    span.board.set_faults({16}, {.d_channel_loss = 1});
    REQUIRE(ok(span.near->write(Frame{1, 2, 3})));
    CHECK_FALSE(wait_readable(span.far->descriptor(), milliseconds(50)));
    span.board.set_faults({16}, {.d_channel_loss = 0.5});
    for (std::uint8_t i = 0; i < 100; ++i)
        REQUIRE(ok(span.near->write(Frame{i, 2, 3})));
    // The board carries frames in its own time: the faults stay until a last frame has come through them.
    std::size_t received = 0;
    for (bool over = false; !over;) {
        REQUIRE(ok(span.near->write(Frame{255, 2, 3})));
        while (!over && wait_readable(span.far->descriptor(), milliseconds(50))) {
            const auto frame = next_frame(*span.far);
            REQUIRE_FALSE(frame.empty());
            over = frame[0] == 255;
            if (!over) ++received;
        }
    }
    CHECK(received > 20);
    CHECK(received < 80);
}

TEST_CASE("Unplugging any channel of a span is an alarm of the whole span") {
    Span span;
    auto bearer = open(*span.board.near(), 3);
    auto far_bearer = open(*span.board.far(), 31);
    span.board.set_faults({1}, {.unplugged = true});
    CHECK(bearer.event() == "alarm");
    CHECK(far_bearer.event() == "alarm");
    CHECK(next_frame(*span.near).empty());
    CHECK(span.near->alarm());
    CHECK(next_frame(*span.far).empty());
    CHECK(span.far->alarm());
    CHECK(span.board.near()->spans().value()[0].alarms == std::vector<std::string>{"LOS"});
    REQUIRE(ok(span.near->write(Frame{1, 2, 3})));
    CHECK_FALSE(wait_readable(span.far->descriptor(), milliseconds(50)));

    span.far.reset();
    for (const auto end = Clock::now() + patience; !span.far && Clock::now() < end;) {
        if (auto again = span.board.far()->open_d_channel({16})) span.far = std::move(*again);
    }
    REQUIRE(span.far);
    CHECK(next_frame(*span.far).empty());
    CHECK(span.far->alarm());  // whoever opens it later is told, too

    span.board.set_faults({1}, {});
    CHECK(bearer.event() == "alarm_clear");
    CHECK(next_frame(*span.near).empty());
    CHECK_FALSE(span.near->alarm());
    CHECK(span.board.near()->spans().value()[0].alarms.empty());
}

TEST_CASE("A B-channel carries audio and knows no hook") {
    VirtualBoard board({.t1 = 1});
    auto near = open(*board.near(), 1, dsp::Law::mulaw);
    auto far = open(*board.far(), 1, dsp::Law::mulaw);
    CHECK_FALSE(ok(near.control().seize()));
    CHECK_FALSE(ok(near.control().ring(quick_ring)));
    CHECK(ok(near.control().set_echo_canceller(128)));
    CHECK_FALSE(ok(near.control().set_echo_canceller(4096)));
    REQUIRE(ok(near.control().start_audio()));
    REQUIRE(ok(far.control().start_audio()));
    CHECK((carry(near, block_of(0x12), far, 0xFF) == block_of(0x12)));
}

TEST_CASE("A D-channel whose board is gone fails") {
    Frame frame(100);
    std::unique_ptr<DChannel> channel;
    {
        VirtualBoard board({.e1 = 1});
        channel = open_d(*board.near(), 16);
    }
    REQUIRE(wait_readable(channel->descriptor()));
    CHECK_FALSE(ok(channel->read(frame)));
    CHECK_FALSE(ok(channel->write(Frame{1, 2, 3})));
}
