// AnalogPort: out of service or in an alarm for a while, and back.
#include "office.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using hardware::LineEventKind;
using test::Office;
using Reason = Office::Reason;

TEST_CASE("port: taken out of service in a call, and back") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.leave(1, Reason::service);
    CHECK(office.state(1) == "unavailable");
    CHECK_FALSE(office.ports[1]->view().in_service);
    CHECK(office.records.at(0).cause.value == call::q850::destination_out_of_order);
    office.event(1, LineEventKind::on_hook);
    office.come_back(1, Reason::service);
    CHECK(office.state(1) == "idle");
    office.event(0, LineEventKind::on_hook);
    office.reactor.advance(3s);
    office.check_quiet();
}

TEST_CASE("port: a phone put down unreported while its port was away is free when it comes back") {
    Office office;
    office.dial(0, "");
    const auto reason = GENERATE(Reason::service, Reason::alarm);
    office.leave(0, reason);
    office.reactor.advance(5s);
    office.wires[0].status.off_hook = false;
    office.come_back(0, reason);
    CHECK(office.state(0) == "idle");
    CHECK(office.ports[0]->view().hook == "on-hook");
    office.event(0, LineEventKind::on_hook);  // late
    CHECK(office.ports[0]->view().counters.unexpected_events == 0);
    office.check_quiet();
}

TEST_CASE("port: a phone lifted unreported while its port was away is busy until it goes down") {
    Office office;
    const auto reason = GENERATE(Reason::service, Reason::alarm);
    office.leave(0, reason);
    office.wires[0].status.off_hook = true;
    office.come_back(0, reason);
    CHECK(office.state(0) == "lockout");
    call::Cause why;
    CHECK(office.ports[0]->exit().open({99}, {}, why) == nullptr);
    CHECK(why.value == call::q850::user_busy);
    office.event(0, GENERATE(LineEventKind::off_hook, LineEventKind::flash));  // late
    CHECK(office.state(0) == "lockout");
    CHECK(office.ports[0]->view().counters.unexpected_events == 0);
    office.event(0, LineEventKind::on_hook);
    office.check_quiet();
}

TEST_CASE("port: one of two reasons to be away ends: the phone may still move until the other does") {
    Office office;
    office.dial(0, "");
    office.leave(0, Reason::service);
    office.leave(0, Reason::alarm);
    office.wires[0].status.off_hook = false;  // what a cut wire shows
    office.come_back(0, Reason::service);
    CHECK(office.state(0) == "unavailable");
    office.wires[0].status.off_hook = true;
    office.come_back(0, Reason::alarm);
    CHECK(office.state(0) == "lockout");
}

TEST_CASE("port: a board that tells no status leaves what was known of the phone") {
    Office office;
    office.dial(0, "");
    office.leave(0, Reason::service);
    office.reactor.advance(5s);
    office.wires[0].status.off_hook = false;
    office.wires[0].failing = "status";
    office.come_back(0, Reason::service);
    CHECK(office.state(0) == "lockout");
    CHECK(office.ports[0]->view().last_error.find("refused") != std::string::npos);
}

TEST_CASE("port: put into service though it is: the flash of a phone in a call is left to the driver") {
    Office office;
    office.dial(0, "202");
    office.event(1, LineEventKind::off_hook);
    office.wires[1].status.off_hook = false;
    office.come_back(1, Reason::service);
    CHECK(office.state(1) == "talking");
}

TEST_CASE("port: a line that rings already when it comes back brings its call") {
    const int away_by = GENERATE(0, 1, 2);
    Office office(away_by == 2);
    if (away_by == 0) {
        office.leave(2, Reason::service);
        office.event(2, LineEventKind::ring_begin);
        office.wires[2].status.ringing = true;
        office.come_back(2, Reason::service);
    } else if (away_by == 1) {
        office.leave(2, Reason::alarm);
        office.wires[2].status.ringing = true;
        office.come_back(2, Reason::alarm);
        office.event(2, LineEventKind::ring_begin);  // late
    }
    CHECK(office.state(2) == "ring_check");
    office.reactor.advance(500ms);
    office.wires[2].status.ringing = false;
    office.event(2, LineEventKind::ring_end);
    CHECK(office.state(2) == "ringing");
    CHECK(office.state(1) == "ringing");
    CHECK(office.ports[2]->view().counters.unexpected_events == 0);
}

TEST_CASE("port: a line that comes back out of one reason of two does not ring yet") {
    Office office;
    office.leave(2, Reason::service);
    office.leave(2, Reason::alarm);
    office.wires[2].status.ringing = true;
    office.come_back(2, Reason::service);
    CHECK(office.state(2) == "unavailable");
    CHECK(office.ports[2]->view().counters.unexpected_events == 0);
}
