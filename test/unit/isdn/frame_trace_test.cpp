// The ring of frames, and what libpri on both ends of a span writes into it.
#include "tipring/isdn/frame_trace.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

#include "octets.hpp"
#include "span_bench.hpp"
#include "tipring/isdn/frame_text.hpp"

using namespace tipring;
using isdn::FrameDirection;
using isdn::FrameTrace;
using isdn::TracedFrame;
using test::Bench;
using test::octets;

namespace {

struct Said {
    bool sent;
    std::string message;
    std::string line;
};

/// The messages of a span's trace; no frame of libpri's is malformed.
std::vector<Said> said_on(const isdn::Span& span) {
    std::vector<Said> said;
    const auto* trace = span.trace();
    REQUIRE(trace != nullptr);
    for (auto sequence = trace->first(); sequence <= trace->last(); ++sequence) {
        const auto* frame = trace->find(sequence);
        REQUIRE(frame != nullptr);
        const auto text = isdn::frame_text(frame->octets(),
                                           {.direction = frame->direction,
                                            .network_side = span.settings().side == config::SpanSide::network,
                                            .length = frame->length});
        INFO(text.line);
        CHECK_FALSE(text.malformed);
        if (text.layer3) said.push_back({frame->direction == FrameDirection::sent, text.message, text.line});
    }
    return said;
}

std::string conversation(const std::vector<Said>& said) {
    std::string text;
    for (const auto& one : said)
        text += (one.sent ? ">" : "<") + one.message + " ";
    return text;
}

}  // namespace

TEST_CASE("the ring keeps the newest frames in their order") {
    FrameTrace trace;
    CHECK(trace.last() == 0);
    CHECK(trace.first() == 1);
    CHECK(trace.find(0) == nullptr);
    CHECK(trace.find(1) == nullptr);
    trace.record(FrameDirection::sent, {});
    CHECK(trace.last() == 0);
    const auto before = std::chrono::steady_clock::now();
    for (unsigned i = 1; i <= FrameTrace::capacity + 3; ++i) {
        const std::vector<std::uint8_t> frame{static_cast<std::uint8_t>(i),
                                              static_cast<std::uint8_t>(i >> 8)};
        trace.record(i % 2 == 0 ? FrameDirection::sent : FrameDirection::received, frame);
    }
    CHECK(trace.last() == FrameTrace::capacity + 3);
    CHECK(trace.first() == 4);
    CHECK(trace.find(3) == nullptr);
    CHECK(trace.find(FrameTrace::capacity + 4) == nullptr);
    for (auto sequence = trace.first(); sequence <= trace.last(); ++sequence) {
        const auto* frame = trace.find(sequence);
        REQUIRE(frame != nullptr);
        CHECK(frame->sequence == sequence);
        CHECK(frame->octets()[0] + 256U * frame->octets()[1] == sequence);
        CHECK(frame->direction == (sequence % 2 == 0 ? FrameDirection::sent : FrameDirection::received));
        CHECK(frame->instant >= before);
    }
}

TEST_CASE("of a frame that is too long the ring keeps the beginning and the length") {
    FrameTrace trace;
    std::vector<std::uint8_t> frame(TracedFrame::most_octets + 100);
    frame.back() = 1;
    frame[TracedFrame::most_octets - 1] = 7;
    trace.record(FrameDirection::received, frame);
    REQUIRE(trace.find(1) != nullptr);
    CHECK(trace.find(1)->length == frame.size());
    CHECK(trace.find(1)->octets().size() == TracedFrame::most_octets);
    CHECK(trace.find(1)->octets().back() == 7);
    trace.record(FrameDirection::received, std::vector<std::uint8_t>(70000));
    CHECK(trace.find(2)->length == 65535);
    // A shorter one in the same place shows nothing of the one before.
    trace.record(FrameDirection::sent, octets("02 01 7f"));
    CHECK(trace.find(3)->octets().size() == 3);
}

TEST_CASE("a call of libpri's to the other side is in the trace, message by message") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != isdn::LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, 1);
        bench.peer->link.alerting(event.call, 1, true);
        bench.peer->link.answer(event.call, 1);
    };
    test::Listener listener;
    const auto leg =
        bench.dial(listener, "+4930123456",
                   {.number = "+441632960001", .name = "", .presentation = call::Presentation::restricted});
    REQUIRE(leg);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    leg->release({call::q850::user_busy, call::Location::user, ""});
    REQUIRE(bench.idle());
    const auto said = said_on(*bench.span);
    CHECK(conversation(said) ==
          ">SETUP <CALL PROCEEDING <ALERTING <CONNECT >CONNECT ACKNOWLEDGE >DISCONNECT <RELEASE >RELEASE "
          "COMPLETE ");
    REQUIRE(said.size() == 8);
    CHECK(said[0].line.find("bearer 3.1 kHz audio 64 kbit/s A-law, channel 1 preferred") !=
          std::string::npos);
    CHECK(said[0].line.find("calling 441632960001 (international/ISDN) restricted") != std::string::npos);
    CHECK(said[0].line.find("called 4930123456 (international/ISDN)") != std::string::npos);
    CHECK(said[2].line.find("progress 8 (in-band information)") != std::string::npos);
    CHECK(said[5].line.find("cause 17 (user busy)") != std::string::npos);
    // Only the side that made the call reference says so.
    CHECK(said[0].line.find("(orig)") != std::string::npos);
    CHECK(said[1].line.find("(dest)") != std::string::npos);
}

TEST_CASE("a call of the other side, with its name, and how layer 2 came up") {
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    Bench bench({.side = side});
    REQUIRE(bench.up());
    // The frames of layer 2 that brought the link up, in both directions.
    bool set_up = false, confirmed = false;
    const auto& trace = *bench.span->trace();
    for (auto sequence = trace.first(); sequence <= trace.last(); ++sequence) {
        const auto* frame = trace.find(sequence);
        const auto line =
            isdn::frame_text(frame->octets(), {.direction = frame->direction,
                                               .network_side = side == config::SpanSide::network})
                .line;
        set_up = set_up || line == "SABME command P=1";
        confirmed = confirmed || line == "UA response F=1";
    }
    CHECK(set_up);
    CHECK(confirmed);

    auto* record = bench.peer->link.setup(
        {.caller = {.number = "5550100", .name = "J\xc3\xbcrg", .presentation = call::Presentation::allowed},
         .called = "204",
         .channel = 7,
         .exclusive = true});
    REQUIRE(record != nullptr);
    REQUIRE(bench.until([&] { return !bench.sink.calls.empty(); }));
    bench.sink.calls[0].leg->alert(false);
    bench.sink.calls[0].leg->answer();
    REQUIRE(bench.until([&] { return bench.peer->count(isdn::LinkEventKind::answer) == 1; }));
    bench.peer->link.hangup(record, 16);
    REQUIRE(bench.idle());
    const auto said = said_on(*bench.span);
    REQUIRE_FALSE(said.empty());
    CHECK(said[0].message == "SETUP");
    CHECK_FALSE(said[0].sent);
    CHECK(said[0].line.find("channel 7 exclusive") != std::string::npos);
    CHECK(said[0].line.find("calling 5550100 (unknown/unknown) allowed") != std::string::npos);
    CHECK(said[0].line.find("called 204 (unknown/unknown)") != std::string::npos);
    // Q.931 4.5.16: only the network sends a Display.
    CHECK((said[0].line.find("display \"J\xc3\xbcrg\"") != std::string::npos) ==
          (side == config::SpanSide::user));
    const auto all = conversation(said);
    CHECK(all.find(">ALERTING >CONNECT <CONNECT ACKNOWLEDGE <DISCONNECT >RELEASE <RELEASE COMPLETE ") !=
          std::string::npos);
}

TEST_CASE("the trace shows what was on the wire, not what libpri is given") {
    Bench bench;
    REQUIRE(bench.up());
    // Maintenance that nobody asked for is hidden from libpri; the last two octets are the FCS.
    const auto wire = octets("02 01 00 00 03 02 00 00 07 01 01 c0 5a a5");
    bench.wire->inject(0, wire);
    const auto& trace = *bench.span->trace();
    CHECK(bench.until([&] {
        for (auto sequence = trace.first(); sequence <= trace.last(); ++sequence) {
            const auto seen = trace.find(sequence)->octets();
            if (std::equal(seen.begin(), seen.end(), wire.begin(), wire.end() - 2)) return true;
        }
        return false;
    }));
}
