// The framers of the virtual board: settings, counters, alarms, loops.
#include "simulator_fixture.hpp"

using namespace tipring;
using namespace tipring::hardware;
using namespace tipring::test;

namespace {

std::uint32_t line_count(Board& board, std::uint32_t span, LineCounter counter) {
    return board.read_span({span}).value().counts[static_cast<std::size_t>(counter)].value();
}

/// What one end says is heard at the other (or the same) in the end: what was on its way before comes first.
bool gets_through(Reader& from, std::uint8_t octet, Reader& to) {
    return eventually([&] {
        from.bearer().write(block_of(octet));
        return to.next_block(milliseconds(150)) == block_of(octet);
    });
}

}  // namespace

TEST_CASE("virtual spans tell their settings, and the analogue card has none") {
    VirtualBoard board{{.fxs = 2, .e1 = 1, .t1 = 1}};
    const auto near = board.near();
    const auto e1 = near->span_settings({2}).value();
    CHECK(e1.type == SpanType::e1);
    CHECK(e1.framing == Framing::ccs);
    CHECK(e1.coding == Coding::hdb3);
    CHECK(e1.crc4 == true);
    CHECK(e1.sync_source == 2);
    CHECK(e1.sync_master);
    CHECK(e1.channels == 31);
    const auto t1 = near->span_settings({3}).value();
    CHECK(t1.type == SpanType::t1);
    CHECK(t1.framing == Framing::esf);
    CHECK_FALSE(t1.crc4);
    CHECK_FALSE(t1.sync_master);
    CHECK(near->span_settings({1}).value().type == SpanType::analogue);
    CHECK_FALSE(near->span_settings({4}).has_value());
    CHECK_FALSE(near->read_span({1}).has_value());
}

TEST_CASE("line errors and alarms of the model are read on the near side") {
    VirtualBoard board{{.e1 = 2}};
    const auto near = board.near();
    CHECK(line_count(*near, 2, LineCounter::crc_errors) == 0);
    board.add_line_errors({2}, LineCounter::crc_errors, 5);
    board.add_line_errors({2}, LineCounter::crc_errors, 2);
    board.add_line_errors({9}, LineCounter::slips, 2);
    CHECK(line_count(*near, 2, LineCounter::crc_errors) == 7);
    CHECK(line_count(*near, 1, LineCounter::crc_errors) == 0);
    board.show_alarm({2}, SpanAlarm::rai, true);
    CHECK(near->read_span({2}).value().alarms.has(SpanAlarm::rai));
    board.show_alarm({2}, SpanAlarm::rai, false);
    CHECK_FALSE(near->read_span({2}).value().alarms.any());
    board.set_faults({40}, {.unplugged = true});
    CHECK(near->read_span({2}).value().alarms.has(SpanAlarm::los));
    CHECK_FALSE(near->read_span({1}).value().alarms.any());
}

TEST_CASE("loops: local sends ours back to us, remote sends theirs back to them, both are an alarm here") {
    VirtualBoard board{{.e1 = 1}};
    const auto near_board = board.near(), far_board = board.far();
    auto near = open(*near_board, 1), far = open(*far_board, 1);
    REQUIRE(ok(near.control().start_clear_channel()));
    REQUIRE(ok(far.control().start_clear_channel()));

    REQUIRE(ok(near_board->set_loop({1}, SpanLoop::local)));
    CHECK(near.wait_event(LineEventKind::alarm));
    CHECK(near_board->read_span({1}).value().alarms.has(SpanAlarm::loopback));
    CHECK(gets_through(near, 0x12, near));

    REQUIRE(ok(near_board->set_loop({1}, SpanLoop::payload)));
    CHECK(gets_through(far, 0x34, far));

    REQUIRE(ok(near_board->set_loop({1}, SpanLoop::off)));
    CHECK(near.wait_event(LineEventKind::alarm_clear));
    CHECK_FALSE(near_board->read_span({1}).value().alarms.any());
    CHECK(gets_through(near, 0x56, far));
    CHECK_FALSE(ok(far_board->set_loop({1}, SpanLoop::local)));
    CHECK_FALSE(ok(near_board->set_loop({7}, SpanLoop::local)));
}
