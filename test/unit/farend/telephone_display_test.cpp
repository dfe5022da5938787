// What a telephone shows and does beyond hook and ringer: caller ID of all standards, type II, message
// waiting, polarity; several telephones on one line, dials and flashes of any timing.
#include <catch2/catch.hpp>

#include "near_line.hpp"
#include "patience.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/farend/far_end.hpp"

using namespace tipring;
using hardware::LineEventKind;
using namespace std::chrono_literals;
using test::patience;

namespace {

struct DisplayWire {
    hardware::CountryTones tones = hardware::country_tones("de").value();
    hardware::VirtualBoard board{{.fxs = 1}};
    std::unique_ptr<hardware::Board> near_board = board.near(), far_board = board.far();
    test::NearLine near{*near_board, 1};
    farend::FarEndThread thread;
    std::unique_ptr<farend::Telephone> phone =
        farend::make_telephone(thread, test::NearLine::open(*far_board, 1), tones);

    void talk() {
        phone->lift();
        REQUIRE(near.wait_event(LineEventKind::off_hook));
        REQUIRE(near.control().seize().has_value());
        REQUIRE(near.control().start_audio().has_value());
        // The driver debounces for 600 ms before it takes pulses and flashes.
        near.play(tones.tones.dial);
        REQUIRE(phone->wait_for_tone("dial", patience));
        near.play(dsp::ToneSequence{});
        REQUIRE(phone->wait_for_tone("", patience));
    }
    /// Again when the machine kept the line waiting for so long that samples were lost.
    bool show(const dsp::Samples& message, std::size_t count) {
        for (int i = 0; i < 4; ++i) {
            near.play(message);
            if (phone->wait_caller_ids(count, 3s)) return true;
        }
        return false;
    }
    std::chrono::milliseconds last_break() {
        return dynamic_cast<hardware::VirtualLineControl&>(near.control()).last_break().value();
    }
};

const dsp::CallerId anna{
    .number = "0301234567", .name = "ANNA", .month = 3, .day = 4, .hour = 5, .minute = 6};

void append(farend::Clip& to, const farend::Clip& more) {
    to.insert(to.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("a phone on the hook shows the caller ID of every standard") {
    using Standard = dsp::CallerIdStandard;
    DisplayWire wire;
    REQUIRE(wire.near.control().start_audio().has_value());
    std::size_t count = 0;
    for (const auto standard :
         {Standard::mdmf, Standard::sdmf, Standard::etsi, Standard::bt, Standard::ntt, Standard::dtmf}) {
        CAPTURE(std::string(name(standard)));
        dsp::CallerIdSignal signal;
        signal.standard = standard;
        REQUIRE(wire.show(dsp::caller_id_audio(signal, anna), ++count));
        const auto shown = wire.phone->caller_ids().back();
        CHECK(shown.number == "0301234567");
        CHECK(shown.disclosure == dsp::Disclosure::given);
        CHECK(shown.moment == farend::DisplayedCallerId::Moment::on_hook);
        if (standard != Standard::sdmf && standard != Standard::dtmf && standard != Standard::ntt)
            CHECK(shown.name == "ANNA");
    }
    dsp::CallerId secret;
    secret.disclosure = dsp::Disclosure::restricted;
    REQUIRE(wire.show(dsp::caller_id_audio({}, secret), ++count));
    CHECK(wire.phone->caller_ids().back().disclosure == dsp::Disclosure::restricted);
    CHECK(wire.phone->caller_ids().back().number.empty());
    CHECK(wire.phone->digits().empty());
}

TEST_CASE("a caller ID while it rings, and one in a call") {
    DisplayWire wire;
    using Moment = farend::DisplayedCallerId::Moment;
    REQUIRE(wire.near.control().ring({300, 3000}).has_value());
    REQUIRE(wire.phone->wait_ringing(patience));
    REQUIRE(wire.near.wait_event(LineEventKind::ringer_off));
    REQUIRE(wire.near.control().start_audio().has_value());
    wire.near.play(dsp::caller_id_audio({}, anna));
    REQUIRE(wire.phone->wait_caller_ids(1, patience));
    CHECK(wire.phone->caller_ids()[0].moment == Moment::ringing);
    CHECK(wire.phone->caller_ids()[0].minute == 6);

    wire.talk();
    wire.phone->play(farend::tone(1000, 0, 1s), true);
    wire.phone->start_recording();
    dsp::CallerIdSignal in_call;
    in_call.off_hook = true;
    auto sounds = dsp::alerting_tone(80ms, -15);
    append(sounds, farend::Clip(8 * 400));
    append(sounds, dsp::caller_id_audio(in_call, {.number = "555", .name = "M\xC3\xBCLLER"}));
    append(sounds, farend::Clip(8 * 100));
    append(sounds, farend::tone(700, 0, 300ms));
    wire.near.play(sounds);
    REQUIRE(wire.phone->wait_caller_ids(2, patience));
    CHECK(wire.phone->alerts_answered() == 1);
    CHECK(wire.near.digits() == "D");
    const auto shown = wire.phone->caller_ids()[1];
    CHECK(shown.moment == Moment::in_call);
    CHECK(shown.number == "555");
    CHECK(shown.name == "M\xC3\xBCLLER");
    REQUIRE(
        wire.near.wait(patience, [&] { return std::abs(wire.phone->hearing().frequency1_hz - 700) < 30; }));
    const auto heard = wire.phone->stop_recording();
    CHECK(farend::level_at(heard, 1200) < -50);  // the mark tone was muted
}

TEST_CASE("without type II a phone does not answer the alerting tone") {
    DisplayWire wire;
    wire.phone->set_type_two(false);
    wire.talk();
    auto sounds = dsp::alerting_tone(80ms, -15);
    append(sounds, farend::tone(700, 0, 500ms));
    wire.near.play(sounds);
    REQUIRE(
        wire.near.wait(patience, [&] { return std::abs(wire.phone->hearing().frequency1_hz - 700) < 30; }));
    CHECK(wire.phone->alerts_answered() == 0);
    CHECK(wire.near.digits().empty());
}

TEST_CASE("messages that wait are told by FSK and by a lamp") {
    DisplayWire wire;
    REQUIRE(wire.near.control().start_audio().has_value());
    dsp::CallerIdSignal signal;
    signal.standard = dsp::CallerIdStandard::etsi;
    wire.near.play(dsp::message_waiting_audio(signal, true, 3).value());
    REQUIRE(wire.phone->wait_message_waiting(true, patience));
    CHECK(wire.phone->message_waiting().messages == 3);
    CHECK_FALSE(wire.phone->message_waiting().lamp);
    wire.near.play(dsp::message_waiting_audio(signal, false, 0).value());
    REQUIRE(wire.phone->wait_message_waiting(false, patience));
    REQUIRE(wire.near.control().set_message_lamp(1).has_value());
    CHECK(wire.phone->wait_lamp(true, patience));
    REQUIRE(wire.near.control().set_message_lamp(0).has_value());
    CHECK(wire.phone->wait_lamp(false, patience));
    CHECK(wire.phone->caller_ids().empty());
}

TEST_CASE("a phone counts reversals of the line") {
    DisplayWire wire;
    REQUIRE(wire.near.control().set_polarity(true).has_value());
    REQUIRE(wire.near.control().set_polarity(false).has_value());
    CHECK(wire.phone->wait_polarity_reversals(2, patience));
    CHECK(wire.phone->polarity_reversals() == 2);
}

TEST_CASE("the loop is closed while any of several phones is off-hook") {
    DisplayWire wire;
    wire.talk();
    wire.phone->lift_parallel();
    wire.phone->hang_up();
    wire.phone->lift_parallel();
    wire.phone->hang_up_parallel();
    wire.near.play(wire.tones.tones.busy);
    CHECK(wire.phone->wait_for_tone("busy", patience));  // the one that is left hears it
    CHECK(wire.near.control().status()->off_hook);
    CHECK(wire.near.count(LineEventKind::on_hook) == 0);
    wire.phone->hang_up_parallel();
    wire.phone->hang_up_parallel();
    CHECK(wire.near.wait_event(LineEventKind::on_hook));
    wire.phone->lift_parallel();
    CHECK(wire.near.wait_event(LineEventKind::off_hook, 2));
}

TEST_CASE("rotary dials of any speed are understood") {
    const auto [speed, ratio] = GENERATE(table<double, double>({{8, 0.5}, {8, 0.75}, {12, 0.5}, {12, 0.75}}));
    CAPTURE(speed, ratio);
    DisplayWire wire;
    wire.talk();
    wire.phone->dial_pulse("30", {.pulses_per_second = speed, .break_ratio = ratio, .pause = 400ms});
    CHECK(wire.near.wait(patience, [&] { return wire.near.pulse_digits() == "30"; }));
    CHECK(static_cast<double>(wire.last_break().count()) == Approx(1000 / speed * ratio).margin(1));
    wire.phone->dial_pulse("1", {.pulses_per_second = 0});  // no such dial
    wire.phone->hang_up();
    CHECK(wire.near.wait_event(LineEventKind::on_hook));
    CHECK(wire.near.pulse_digits() == "30");
}

TEST_CASE("a flash has the length that it was asked for") {
    DisplayWire wire;
    wire.talk();
    wire.phone->flash(100ms);
    CHECK(wire.near.wait_event(LineEventKind::pulse_digit));
    CHECK(static_cast<double>(wire.last_break().count()) == Approx(100).margin(1));
    wire.phone->flash(700ms);
    CHECK(wire.near.wait_event(LineEventKind::flash));
    CHECK(static_cast<double>(wire.last_break().count()) == Approx(700).margin(1));
    wire.phone->flash(1400ms);
    CHECK(wire.near.wait_event(LineEventKind::on_hook));
    CHECK(wire.near.wait_event(LineEventKind::off_hook, 2));
}
