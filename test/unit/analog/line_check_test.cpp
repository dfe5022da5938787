// LineCheck: its table, input by input; and the port that hands its line over to it.
#include "line_check.hpp"

#include <catch2/catch.hpp>

#include "office.hpp"

using namespace tipring;
using namespace tipring::analog;
using namespace std::chrono_literals;

namespace {

std::string actions_text(const CheckActions& actions) {
    std::string words;
    for (const auto& action : actions) {
        if (action.kind == CheckActionKind::tell) continue;
        words += words.empty() ? "" : " ";
        words += name(action.kind);
        if (action.duration.count() > 0) words += std::to_string(action.duration.count());
        if (action.kind == CheckActionKind::keep) words += ":" + std::string(name(action.step));
        if (!action.text.empty()) words += ":" + action.text;
        if (action.progress) words += "+progress";
        if (action.dtmf) words += "+dtmf";
    }
    return words;
}

struct CheckFed {
    explicit CheckFed(CheckRequest request, LineCheck::Settings settings = {})
        : check(std::move(request), settings) {}
    std::string operator()(CheckInputKind kind) { return actions_text(check.handle({.kind = kind})); }
    std::string stop(const std::string& why) {
        return actions_text(check.handle({.kind = CheckInputKind::stop, .why = why}));
    }
    std::string state() const { return std::string(name(check.state())); }
    LineCheck check;
};

CheckRequest learning(std::string number, std::chrono::seconds seconds = 20s) {
    return {.kind = CheckKind::learn, .number = std::move(number), .seconds = seconds};
}

}  // namespace

TEST_CASE("line check: a number is dialled and what follows is recorded") {
    CheckFed fed(learning("555"), {.dial_prefix = "9w"});
    CHECK(fed(CheckInputKind::begin) == "stop_timer seize start_timer5000");
    CHECK(fed(CheckInputKind::hook_complete) == "stop_timer start_audio listen+progress capture5000");
    CHECK(fed(CheckInputKind::dial_tone) == "prove_good start_timer700");
    CHECK(fed(CheckInputKind::dial_tone) == "");
    CHECK(fed(CheckInputKind::timer) == "stop_capture");
    CHECK(fed(CheckInputKind::captured) == "stop_timer keep:dial_tone listen send_digits:9w555");
    CHECK(fed(CheckInputKind::captured) == "");
    CHECK(fed(CheckInputKind::digits_sent) == "capture20000");
    CHECK(fed(CheckInputKind::battery_lost) == "");
    CHECK(fed.check.report().battery_lost);
    CHECK_FALSE(fed.check.report().reversed);
    CHECK(fed(CheckInputKind::captured) == "keep:after_call stop_timer stop_audio release start_timer1000");
    CHECK(fed.check.report().ended.empty());
    CHECK(fed(CheckInputKind::timer) == "finish");
    CHECK(fed.state() == "done");
    CHECK(fed(CheckInputKind::timer) == "");
}

TEST_CASE("line check: a call is waited for, answered and recorded") {
    CheckFed fed(learning("", 10s));
    CHECK(fed(CheckInputKind::begin) == "start_timer45000");
    SECTION("it comes") {
        CHECK(fed(CheckInputKind::ring_end) == "stop_timer seize start_timer5000");
        CHECK(fed(CheckInputKind::ring_end) == "");
        CHECK(fed(CheckInputKind::hook_complete) == "stop_timer start_audio capture10000");
        CHECK(fed(CheckInputKind::polarity) == "");
        CHECK(fed.check.report().reversed);
    }
    SECTION("it does not: nothing was seized, nothing is released") {
        CHECK(fed(CheckInputKind::timer) == "stop_timer start_timer1000");
        CHECK(fed.check.report().ended == "no call came");
    }
}

TEST_CASE("line check: a line is measured, and a number is called after it") {
    CheckFed fed({.number = "700"});
    fed(CheckInputKind::begin);
    fed(CheckInputKind::hook_complete);
    fed(CheckInputKind::dial_tone);
    fed(CheckInputKind::timer);
    CHECK(fed(CheckInputKind::captured) == "stop_timer keep:dial_tone listen send_digits:1");
    CHECK(fed(CheckInputKind::digits_sent) == "start_timer500");
    CHECK(fed(CheckInputKind::timer) == "capture1000");
    CHECK(fed(CheckInputKind::captured) == "keep:quiet capture1300 play_tone");
    CHECK(fed(CheckInputKind::captured) == "keep:tone stop_tone start_timer200");
    CHECK(fed(CheckInputKind::timer) == "capture2200 play_noise");
    CHECK(fed(CheckInputKind::captured) == "keep:noise stop_timer stop_audio release start_timer1000");
    CHECK(fed.state() == "pausing");
    CHECK(fed(CheckInputKind::captured) == "");
    CHECK(fed(CheckInputKind::timer) == "stop_timer seize start_timer5000");
    CHECK(fed(CheckInputKind::hook_complete) == "stop_timer start_audio listen+progress capture5000");
    fed(CheckInputKind::dial_tone);
    fed(CheckInputKind::timer);
    CHECK(fed(CheckInputKind::captured) == "stop_timer listen send_digits:700");
    CHECK(fed(CheckInputKind::digits_sent) == "capture12000");
    CHECK(fed(CheckInputKind::captured) == "keep:far_end capture2200 play_noise");
    CHECK(fed(CheckInputKind::captured) == "keep:far_noise listen+dtmf send_digits:1590");
    for (const char digit : {'1', '5'})
        fed.check.handle({.kind = CheckInputKind::digit, .digit = digit});
    CHECK(fed(CheckInputKind::digits_sent) == "start_timer1000");
    CHECK(fed(CheckInputKind::timer) == "stop_timer stop_audio release start_timer1000");
    CHECK(fed.check.report().digits_back == "15");
    CHECK(fed(CheckInputKind::timer) == "finish");
}

TEST_CASE("line check: a line that cannot be used is counted with its reason") {
    CheckFed fed({});
    fed(CheckInputKind::begin);
    std::string ended;
    SECTION("no confirmation") {
        CHECK(fed(CheckInputKind::timer) == "refuse:not_confirmed stop_timer release start_timer1000");
        ended = "the seizure was not confirmed";
    }
    SECTION("no dial tone") {
        fed(CheckInputKind::hook_complete);
        CHECK(fed(CheckInputKind::captured) ==
              "stop_timer keep:dial_tone listen refuse:no_dial_tone stop_timer stop_audio release "
              "start_timer1000");
        ended = "no dial tone";
    }
    SECTION("another tone") {
        fed(CheckInputKind::hook_complete);
        CHECK(fed(CheckInputKind::other_tone) ==
              "refuse:busy_tone stop_timer stop_audio release start_timer1000");
        ended = "another tone instead of dial tone";
    }
    SECTION("the board") {
        CHECK(fed(CheckInputKind::hardware_failed) == "stop_timer release start_timer1000");
        ended = "the board refused";
    }
    CHECK(fed.check.report().ended == ended);
    CHECK(fed.stop("later") == "");
    CHECK(fed.check.report().ended == ended);
    CHECK(fed(CheckInputKind::timer) == "finish");
}

TEST_CASE("line check: without a digit only dial tone is measured") {
    CheckFed fed({.digit = ""});
    fed(CheckInputKind::begin);
    fed(CheckInputKind::hook_complete);
    fed(CheckInputKind::dial_tone);
    fed(CheckInputKind::timer);
    CHECK(fed(CheckInputKind::captured) ==
          "stop_timer keep:dial_tone listen stop_timer stop_audio release start_timer1000");
    CHECK(fed.check.report().ended.empty());
}

TEST_CASE("line check: telephones") {
    SECTION("on the hook the line is only listened to") {
        CheckFed fed({}, {.fxs = true});
        CHECK(fed(CheckInputKind::begin) == "start_audio capture1000");
        CHECK(fed(CheckInputKind::captured) == "keep:quiet stop_timer stop_audio start_timer1000");
    }
    SECTION("on the hook, and somebody wants to call") {
        CheckFed fed({}, {.fxs = true});
        fed(CheckInputKind::begin);
        CHECK(fed(CheckInputKind::off_hook) == "stop_timer stop_audio start_timer1000");
        CHECK(fed.check.report().ended == "somebody lifted the telephone");
    }
    SECTION("lifted") {
        CheckFed fed({.off_hook = true}, {.fxs = true});
        CHECK(fed(CheckInputKind::begin) == "start_timer40000");
        CHECK(fed(CheckInputKind::off_hook) == "stop_timer seize stop_timer start_audio start_timer500");
        CHECK(fed(CheckInputKind::timer) == "capture1000");
        SECTION("to the end") {
            CHECK(fed(CheckInputKind::captured) == "keep:quiet capture1300 play_tone");
            fed(CheckInputKind::captured);
            fed(CheckInputKind::timer);
            CHECK(fed(CheckInputKind::captured) ==
                  "keep:noise stop_timer stop_audio release start_timer1000");
        }
        SECTION("and hung up too early") {
            CHECK(fed(CheckInputKind::on_hook) == "stop_timer stop_audio release start_timer1000");
            CHECK(fed.check.report().ended == "the telephone was hung up");
        }
    }
    SECTION("not lifted") {
        CheckFed fed({.off_hook = true}, {.fxs = true});
        fed(CheckInputKind::begin);
        fed(CheckInputKind::timer);
        CHECK(fed.check.report().ended == "nobody lifted the telephone");
    }
}

TEST_CASE("line check: any input in any state ends in done") {
    unsigned seed = 1;
    const auto random = [&] { return seed = seed * 1103515245U + 12345U, seed >> 16U; };
    for (int round = 0; round < 3000; ++round) {
        CheckRequest request;
        request.kind = random() % 2 == 0 ? CheckKind::learn : CheckKind::test;
        if (random() % 2 == 0) request.number = "5";
        request.off_hook = random() % 2 == 0;
        const bool fxs = request.kind == CheckKind::test && random() % 3 == 0;
        CheckFed fed(request, {.fxs = fxs});
        bool seized = false, audio = false, done = false;
        const auto feed = [&](CheckInputKind kind) {
            for (const auto& action : fed.check.handle({.kind = kind})) {
                if (action.kind == CheckActionKind::seize) seized = true;
                if (action.kind == CheckActionKind::release) seized = false;
                if (action.kind == CheckActionKind::start_audio) audio = true;
                if (action.kind == CheckActionKind::stop_audio) audio = false;
                if (action.kind == CheckActionKind::finish) done = true;
            }
        };
        feed(CheckInputKind::begin);
        const unsigned events = random() % 40;
        for (unsigned i = 0; i < events; ++i)
            feed(static_cast<CheckInputKind>(1 + random() %
                                                     static_cast<unsigned>(CheckInputKind::hardware_failed)));
        feed(CheckInputKind::stop);
        CHECK_FALSE(seized);
        CHECK_FALSE(audio);
        feed(CheckInputKind::timer);
        CHECK(done);
    }
}

namespace {

/// The exchange line of an office under check.
struct Checked {
    test::Office office;
    std::optional<CheckReport> report;
    std::vector<std::string> told;
    std::shared_ptr<void> owner;

    explicit Checked(std::function<void(config::Port&)> edit = {}) : office(false, std::move(edit)) {}
    std::string start(const CheckRequest& request, unsigned index = 2) {
        const auto started = office.ports[index]->start_check(
            request, {.progress = [this](std::string_view what) { told.emplace_back(what); },
                      .done = [this](CheckReport result) { report = std::move(result); }});
        if (!started) return started.error().message;
        owner = *started;
        return "";
    }
    void to_recording() {
        office.event(2, hardware::LineEventKind::hook_complete);
        office.engine(2, media::EventKind::tone_heard, 0, media::HeardTone::dial);
        office.reactor.advance(700ms);
        office.engine(2, media::EventKind::captured);
        office.engine(2, media::EventKind::digits_sent);
    }
};

}  // namespace

TEST_CASE("port check: the echo canceller is off meanwhile, and the line is free again afterwards") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start(learning("555", 5s)) == "");
    CHECK(office.state(2) == "check");
    CHECK(office.ports[2]->view().in_service);
    CHECK_FALSE(office.ports[2]->use().free);
    CHECK(office.wires[2].take() == "echo0 seize");
    checked.to_recording();
    CHECK(office.ports[2]->view().last_proved_good);
    office.wires[2].recording = {1, 2, 3};
    CHECK(office.wires[2].take() ==
          "audio_on start listen+tones capture5000 stop_capture listen digits:555 capture5000");
    office.engine(2, media::EventKind::captured);
    CHECK(office.wires[2].take() == "listen stop audio_off release");
    CHECK_FALSE(checked.report);
    office.reactor.advance(2s);
    CHECK(office.wires[2].take() == "echo128");
    REQUIRE(checked.report);
    CHECK(checked.report->ended.empty());
    REQUIRE(checked.report->recordings.size() == 2);
    CHECK(checked.report->recordings[1].step == CheckStep::after_call);
    CHECK(checked.report->recordings[1].heard == dsp::Samples{1, 2, 3});
    CHECK(office.state(2) == "idle");
    office.check_quiet();
}

TEST_CASE("port check: a call that needs the line ends the check, waits and goes out") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start(learning("555")) == "");
    checked.to_recording();
    CHECK(checked.start({}) == "line in use: it is being checked");
    office.wires[2].take();
    office.dial(0, "9123");
    CHECK(office.state(0) == "calling");
    CHECK(office.state(2) == "check");
    CHECK(office.wires[2].take().starts_with("listen stop audio_off release"));
    SECTION("out on the line") {
        office.reactor.advance(2s);
        REQUIRE(checked.report);
        CHECK(checked.report->ended == "a call needs the line");
        CHECK(office.state(2) == "seizing");
        CHECK(office.wires[2].take() == "echo128 seize");
        CHECK(office.ports[2]->view().counters.calls_out == 1);
        CHECK(office.ports[2]->use().opened != base::TimePoint{});
        office.event(0, hardware::LineEventKind::on_hook);
        office.reactor.advance(2s);
    }
    SECTION("only one") {
        call::Cause why;
        CHECK(office.ports[2]->exit().open({99}, {}, why) == nullptr);
        CHECK(why.detail == "line in use");
        CHECK(call::may_try_next(why));
        office.reactor.advance(2s);
        CHECK(office.state(2) == "seizing");
        office.event(0, hardware::LineEventKind::on_hook);
        office.reactor.advance(2s);
    }
    SECTION("who hangs up meanwhile wants it no more") {
        office.event(0, hardware::LineEventKind::on_hook);
        office.reactor.advance(2s);
        CHECK(office.wires[2].take() == "echo128");
        CHECK(office.state(2) == "idle");
    }
    SECTION("not when the line rings by then") {
        office.wires[2].status.ringing = true;
        office.reactor.advance(2s);
        CHECK(office.state(2) == "ring_check");
        CHECK(office.state(0) == "warning");
        return;
    }
    SECTION("not out of service") {
        office.ports[2]->set_in_service(false);
        office.reactor.advance(2s);
        CHECK(office.state(2) == "unavailable");
        CHECK(office.state(0) == "warning");
        return;
    }
    SECTION("not when the port goes away") {
        office.ports[2]->shut_down();
        office.event(0, hardware::LineEventKind::on_hook);
        office.reactor.advance(70s);
        CHECK(office.calls.calls().empty());
        return;
    }
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE("port check: a telephone under check rings afterwards, unless it was lifted") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start({}, 1) == "");
    office.dial(0, "202");
    CHECK(office.state(1) == "check");
    SECTION("rings") {
        office.reactor.advance(2s);
        CHECK(office.state(1) == "ringing");
        office.event(0, hardware::LineEventKind::on_hook);
    }
    SECTION("lifted") {
        office.event(1, hardware::LineEventKind::off_hook);
        office.reactor.advance(2s);
        CHECK(office.state(1) == "dial_tone");
        CHECK(office.state(0) == "warning");
        office.event(0, hardware::LineEventKind::on_hook);
        office.event(1, hardware::LineEventKind::on_hook);
    }
    office.reactor.advance(2s);
    office.check_quiet();
}

TEST_CASE(
    "port check: it ends when nobody wants it any more, in an alarm, out of service, and with the port") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start(learning("555")) == "");
    checked.to_recording();
    office.wires[2].take();
    std::string ended, state = "idle";
    SECTION("nobody") {
        checked.owner.reset();
        ended = "given up";
    }
    SECTION("alarm") {
        office.event(2, hardware::LineEventKind::alarm);
        ended = "alarm on the line";
        state = "unavailable";
    }
    SECTION("out of service") {
        office.ports[2]->set_in_service(false);
        CHECK_FALSE(office.ports[2]->view().in_service);
        ended = "taken out of service";
        state = "unavailable";
    }
    SECTION("too long") {
        office.reactor.advance(60s);
        ended = "it took too long";
    }
    SECTION("the port") {
        office.ports[2]->shut_down();
        CHECK(office.wires[2].take() == "listen stop audio_off release echo128 remove");
        office.reactor.run_posted();
        REQUIRE(checked.report);
        CHECK(office.reactor.timers() == 0);
        return;
    }
    CHECK(office.wires[2].take().starts_with("listen stop audio_off release"));
    office.reactor.advance(2s);
    REQUIRE(checked.report);
    CHECK(checked.report->ended == ended);
    CHECK(office.state(2) == state);
    CHECK(office.reactor.timers() == 0);
}

TEST_CASE("port check: what cannot be checked is refused in words") {
    Checked checked;
    auto& office = checked.office;
    CHECK(checked.start(learning(""), 0) == "only an exchange line (fxo) has a tone to learn");
    CHECK(checked.start({.number = "55"}, 0) == "a telephone line dials no number");
    CHECK(checked.start(learning("5 5")).starts_with("a number to dial has"));
    CHECK(checked.start(learning("5", 41s)) == "a recording takes 5 to 40 seconds");
    office.wires[2].status.in_use = true;
    CHECK(checked.start({}) == "another telephone is off-hook");
    CHECK(office.ports[2]->view().counters.refused.at("in_use") == 1);
    office.wires[2].status.in_use = false;
    office.event(0, hardware::LineEventKind::off_hook);
    CHECK(checked.start({}, 0).starts_with("line in use"));
    office.event(0, hardware::LineEventKind::on_hook);
    office.ports[2]->set_in_service(false);
    CHECK(checked.start({}) == "the port is out of service");
}

TEST_CASE("port check: the board refuses") {
    Checked checked;
    auto& office = checked.office;
    office.wires[2].failing = "seize";
    REQUIRE(checked.start({}) == "");
    office.reactor.advance(2s);
    REQUIRE(checked.report);
    CHECK(checked.report->ended == "the board refused");
    CHECK(office.ports[2]->view().counters.hardware_errors == 1);
    office.check_quiet();
}

TEST_CASE("port check: a rotary line is dialled by pulses") {
    Checked checked([](config::Port& port) { port.dial_mode = config::DialMode::pulse; });
    auto& office = checked.office;
    REQUIRE(checked.start(learning("5w55")) == "");
    office.event(2, hardware::LineEventKind::hook_complete);
    office.engine(2, media::EventKind::tone_heard, 0, media::HeardTone::dial);
    office.reactor.advance(700ms);
    office.wires[2].take();
    office.engine(2, media::EventKind::captured);
    CHECK(office.wires[2].take() == "listen stop audio_off pulses:555");
    office.event(2, hardware::LineEventKind::pulses_dialled);
    CHECK(office.wires[2].take() == "audio_on start capture20000");
}

TEST_CASE("port check: a ring that comes during the check rings afterwards") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start(learning("555")) == "");
    checked.to_recording();
    checked.owner.reset();
    office.event(2, hardware::LineEventKind::ring_begin);
    office.wires[2].status.ringing = true;
    office.reactor.advance(2s);
    CHECK(office.state(2) == "ring_check");
}

TEST_CASE("port check: a telephone that is lifted during the check gets dial tone after it") {
    Checked checked;
    auto& office = checked.office;
    REQUIRE(checked.start({}, 0) == "");
    office.event(0, hardware::LineEventKind::off_hook);
    office.reactor.advance(2s);
    REQUIRE(checked.report);
    CHECK(checked.report->ended == "somebody lifted the telephone");
    CHECK(office.state(0) == "dial_tone");
    office.event(0, hardware::LineEventKind::on_hook);
    office.reactor.advance(2s);
    office.check_quiet();
}
