// How the exchange presents calls and ends them, and what else an exchange line may do.
#include <catch2/catch.hpp>

#include "near_line.hpp"
#include "patience.hpp"
#include "tipring/farend/far_end.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using farend::CallerIdTiming;
using test::patience;

namespace {

/// Its silence is long enough for a caller ID.
constexpr hardware::RingCadence quick_ring{300, 2500};

/// A telephone stands in for the gateway.
struct OfficeWire {
    hardware::CountryTones tones = hardware::country_tones("de").value();
    hardware::VirtualBoard board{{.fxo = 1}};
    std::unique_ptr<hardware::Board> near_board = board.near(), far_board = board.far();
    farend::FarEndThread thread;
    std::unique_ptr<farend::Telephone> phone =
        farend::make_telephone(thread, test::NearLine::open(*near_board, 1), tones);
    std::unique_ptr<farend::CentralOffice> office =
        farend::make_central_office(thread, test::NearLine::open(*far_board, 1), tones);

    /// Polls what nothing announces; the phone never hears a tone of this name.
    template <class Condition>
    bool eventually(Condition condition) {
        for (int i = 0; i < 250 && !condition(); ++i)
            phone->wait_for_tone("polling", 20ms);
        return condition();
    }
    void talk() {
        office->ring();
        REQUIRE(phone->wait_ringing(patience));
        phone->lift();
        REQUIRE(office->wait_state("talking", patience));
    }
};

const dsp::CallerId berta{.number = "5551234", .name = "BERTA", .month = 1, .day = 2, .hour = 3, .minute = 4};

}  // namespace

TEST_CASE("an exchange sends caller ID in every standard with its usual timing") {
    using Standard = dsp::CallerIdStandard;
    const auto standard =
        GENERATE(Standard::mdmf, Standard::sdmf, Standard::etsi, Standard::bt, Standard::dtmf);
    CAPTURE(std::string(name(standard)));
    OfficeWire wire;
    farend::IncomingCall call{
        .caller = berta, .timing = farend::usual_timing(standard), .cadence = quick_ring};
    call.signal.standard = standard;
    wire.office->ring(call);
    REQUIRE(wire.phone->wait_caller_ids(1, patience));
    CHECK(wire.phone->caller_ids()[0].number == "5551234");
    CHECK(wire.phone->wait_ringing(patience));
    CHECK(wire.office->wait_state("ringing", patience));
    wire.phone->lift();
    CHECK(wire.office->wait_state("talking", patience));
}

TEST_CASE("an exchange announces a caller ID in every way") {
    using Moment = farend::DisplayedCallerId::Moment;
    const auto [timing, reversals, moment] = GENERATE(
        table<CallerIdTiming, unsigned, Moment>({{CallerIdTiming::after_first_ring, 0, Moment::ringing},
                                                 {CallerIdTiming::before_ring, 0, Moment::on_hook},
                                                 {CallerIdTiming::polarity, 1, Moment::on_hook},
                                                 {CallerIdTiming::alert, 0, Moment::on_hook},
                                                 {CallerIdTiming::polarity_alert, 1, Moment::on_hook},
                                                 {CallerIdTiming::ring_pulse, 0, Moment::ringing}}));
    CAPTURE(std::string(name(timing)));
    OfficeWire wire;
    farend::IncomingCall call{.caller = berta, .timing = timing, .cadence = quick_ring};
    call.signal.standard = dsp::CallerIdStandard::etsi;
    call.signal.level_dbm0 = -25;
    wire.office->ring(call);
    REQUIRE(wire.phone->wait_caller_ids(1, patience));
    const auto shown = wire.phone->caller_ids()[0];
    CHECK(shown.number == "5551234");
    CHECK(shown.name == "BERTA");
    CHECK(shown.moment == moment);
    CHECK(wire.phone->polarity_reversals() == reversals);
    CHECK(wire.office->wait_state("ringing", patience));
    wire.office->stop_ringing();
    CHECK(wire.office->wait_state("idle", patience));
    CHECK(wire.phone->wait_polarity_reversals(2 * reversals, patience));  // normal again
}

namespace {

farend::IncomingCall japanese_call() {
    farend::IncomingCall call{.caller = berta,
                              .timing = farend::usual_timing(dsp::CallerIdStandard::ntt),
                              .cadence = hardware::RingCadence{1000, 2000}};
    call.signal.standard = dsp::CallerIdStandard::ntt;
    return call;
}

/// The telephone's modem closes the loop in the short bursts.
void answer_as_modem(OfficeWire& wire) {
    REQUIRE(wire.phone->wait_ringing(patience));
    REQUIRE(wire.phone->wait_polarity_reversals(1, patience));
    wire.phone->lift();
    REQUIRE(wire.office->wait_seized(patience));
    CHECK(wire.office->state() == "presenting");
}

}  // namespace

TEST_CASE("a Japanese exchange sends the number to a closed loop, and rings when it is open again") {
    OfficeWire wire;
    const auto call = japanese_call();
    CHECK(call.timing == CallerIdTiming::primary_answer);
    wire.office->ring(call);
    REQUIRE(wire.phone->wait_ringing(patience));
    REQUIRE(wire.eventually([&] { return wire.phone->ring_bursts().size() >= 2; }));  // two have begun
    const auto bursts = wire.phone->ring_bursts();
    CHECK(static_cast<double>(bursts[0].count()) == Approx(550).margin(120));  // its end is told 50 ms late
    CHECK(static_cast<double>(bursts[1].count()) == Approx(450).margin(120));
    wire.phone->start_recording();
    answer_as_modem(wire);
    REQUIRE(wire.eventually([&] { return wire.phone->hearing().level_dbm0 > -30; }));
    REQUIRE(wire.eventually([&] { return wire.phone->hearing().level_dbm0 < -60; }));
    dsp::CallerIdReceiver receiver;
    REQUIRE(receiver.process(wire.phone->stop_recording()));
    CHECK(receiver.heard().standard == dsp::CallerIdStandard::ntt);
    CHECK(receiver.heard().number_text() == "5551234");
    CHECK(wire.office->state() == "presenting");
    wire.phone->hang_up();
    REQUIRE(wire.office->wait_released(patience));
    REQUIRE(wire.office->wait_state("ringing", patience));
    // The gateway's side is deaf to ringing for 2 s after it opened the loop: the second ring.
    REQUIRE(wire.phone->wait_ringing(patience));
    CHECK(wire.phone->polarity_reversals() == 1);
    wire.phone->lift();
    REQUIRE(wire.office->wait_state("talking", patience));
    wire.office->send_dtmf("5");
    CHECK(wire.phone->wait_digits("5", patience));
    wire.phone->hang_up();
    CHECK(wire.office->wait_state("idle", patience));
    CHECK(wire.phone->wait_polarity_reversals(2, patience));
}

TEST_CASE("a Japanese exchange whose short bursts nobody answers rings after six of them") {
    OfficeWire wire;
    wire.office->ring(japanese_call());
    REQUIRE(wire.office->wait_state("presenting", patience));
    REQUIRE(wire.office->wait_state("ringing", patience));
    const auto bursts = wire.phone->ring_bursts();
    CHECK(bursts.size() >=
          11);  // six and the silences between them; the ring for the call may be told already
    CHECK(bursts.size() <= 12);
    CHECK(wire.phone->caller_ids().empty());
    wire.phone->lift();
    CHECK(wire.office->wait_state("talking", patience));
}

TEST_CASE("a Japanese exchange whose message is not taken") {
    OfficeWire wire;
    wire.office->ring(japanese_call());
    answer_as_modem(wire);
    SECTION("the caller gives up: busy tone, and no ring when the loop opens") {
        wire.office->stop_ringing();
        CHECK(wire.phone->wait_for_tone("busy", patience));
        wire.phone->hang_up();
        CHECK(wire.office->wait_state("idle", patience));
        CHECK_FALSE(wire.phone->ringing());
    }
    SECTION("the caller gives up: battery drop") {
        wire.office->hang_up_by_battery_drop(0ms);
        CHECK(wire.phone->wait_battery_drops(1, patience));
        CHECK(wire.office->wait_state("released", patience));
        wire.phone->hang_up();
        CHECK(wire.office->wait_state("idle", patience));
    }
    SECTION("the loop stays closed: somebody has lifted, and talks") {
        CHECK(wire.office->wait_state("talking", patience));
        wire.office->send_dtmf("5");
        CHECK(wire.phone->wait_digits("5", patience));
    }
    SECTION("the loop opens before it has come: the exchange rings all the same") {
        wire.phone->hang_up();
        CHECK(wire.office->wait_state("ringing", patience));
    }
}

TEST_CASE("a line is rung in a cadence of its own") {
    OfficeWire wire;
    wire.office->ring({.cadence = hardware::RingCadence{400, 200, 400, 1000}});
    REQUIRE(wire.phone->wait_ringing(patience));
    REQUIRE(wire.eventually([&] { return wire.phone->ring_bursts().size() >= 4; }));
    CHECK(wire.phone->caller_ids().empty());
    const auto bursts = wire.phone->ring_bursts();
    CHECK(static_cast<double>(bursts[0].count()) == Approx(400).margin(120));
    CHECK(static_cast<double>(bursts[1].count()) == Approx(200).margin(120));
}

TEST_CASE("a gateway that answers while the caller ID is sent has the call at once") {
    OfficeWire wire;
    wire.office->ring({.caller = berta, .timing = CallerIdTiming::polarity_alert});
    REQUIRE(wire.office->wait_state("presenting", patience));
    wire.phone->lift();
    REQUIRE(wire.office->wait_state("talking", patience));
    wire.office->send_dtmf("5");
    CHECK(wire.phone->wait_digits("5", patience));
}

TEST_CASE("the exchange ends a call in every way") {
    OfficeWire wire;
    wire.talk();
    SECTION("battery, as long as asked for") {
        wire.office->hang_up_by_battery_drop(250ms);
        CHECK(wire.phone->wait_battery_drops(1, patience));
        CHECK(wire.office->wait_state("released", patience));
        wire.phone->hang_up();
        CHECK(wire.office->wait_state("idle", patience));
        wire.office->ring();  // the port is free again
        CHECK(wire.office->wait_state("ringing", patience));
    }
    SECTION("polarity") {
        wire.office->play(farend::tone(1000, 0, 1s), true);
        wire.office->hang_up_by_polarity();
        CHECK(wire.phone->wait_polarity_reversals(1, patience));
        CHECK(wire.office->wait_state("silent", patience));
        CHECK(wire.office->wait_playing_done(patience));
        wire.phone->hang_up();
        CHECK(wire.phone->wait_polarity_reversals(2, patience));
        CHECK(wire.office->wait_state("idle", patience));
    }
    SECTION("silence") {
        wire.office->play(farend::tone(1000, 0, 1s), true);
        wire.office->hang_up_by_silence();
        CHECK(wire.office->wait_state("silent", patience));
        CHECK(wire.office->wait_playing_done(patience));
        CHECK(wire.phone->battery_drops() == 0);
        CHECK(wire.phone->polarity_reversals() == 0);
    }
    SECTION("a tone of the country, of another, and of nobody") {
        wire.office->hang_up_by_tone("congestion");
        CHECK(wire.phone->wait_for_tone("congestion", patience));
        wire.office->hang_up_by_tone("us:busy");
        CHECK(wire.phone->wait_for_tone("", patience));
        CHECK(wire.phone->hearing().level_dbm0 > -20);
        wire.office->hang_up_by_tone("425/480,0/480");
        CHECK(wire.phone->wait_for_tone("busy", patience));
        CHECK(wire.office->state() == "busy");
    }
}

TEST_CASE("tones are found by name, country and notation") {
    const auto plan = hardware::country_tones("de").value().tones;
    CHECK(farend::find_tone(plan, "dial")->segments.size() == plan.dial.segments.size());
    CHECK(farend::find_tone(plan, "us:dial")->segments.at(0).frequency2_hz == 440);
    CHECK(farend::find_tone(plan, "600/250,0/250")->segments.at(0).frequency1_hz == 600);
    CHECK(farend::find_tone(plan, "")->segments.empty());
    CHECK(farend::find_tone(plan, "nonsense").has_error());
    CHECK(farend::find_tone(plan, "xx:dial").has_error());
    CHECK(farend::find_tone(plan, "us:de:dial").has_error());
}

TEST_CASE("a called party that answers by polarity, without ringback") {
    OfficeWire wire;
    wire.office->set_service(
        {.number_length = 1, .answer_after = 500ms, .ringback = false, .answer_by_polarity = true});
    wire.phone->lift();
    REQUIRE(wire.phone->wait_for_tone("dial", patience));
    wire.phone->dial_dtmf("1");
    REQUIRE(wire.office->wait_state("ringback", patience));
    CHECK(wire.phone->polarity_reversals() == 0);
    REQUIRE(wire.office->wait_state("talking", patience));
    CHECK(wire.phone->wait_polarity_reversals(1, patience));
    CHECK(wire.phone->hearing().level_dbm0 < -60);
    wire.phone->hang_up();
    CHECK(wire.phone->wait_polarity_reversals(2, patience));
}

TEST_CASE("a dial tone of another kind") {
    OfficeWire wire;
    wire.office->set_service({.dial_tone_sound = "us:dial"});
    wire.phone->lift();
    REQUIRE(wire.office->wait_seized(patience));
    CHECK(wire.office->wait_state("dial_tone", patience));
    CHECK(wire.eventually([&] {
        const auto heard = wire.phone->hearing();
        const auto [low, high] = std::minmax(heard.frequency1_hz, heard.frequency2_hz);
        return std::abs(low - 350) < 15 && std::abs(high - 440) < 15;
    }));
}

TEST_CASE("the exchange counts flashes and measures them") {
    OfficeWire wire;
    wire.talk();
    // The driver sees no flash for 600 ms after the phone was lifted: these digits last longer.
    wire.phone->send_dtmf("123456", 100ms, 100ms);
    REQUIRE(wire.office->wait_digits("123456", patience));
    wire.phone->flash(300ms);
    REQUIRE(wire.office->wait_flashes(1, patience));
    wire.phone->flash(900ms);
    REQUIRE(wire.office->wait_flashes(2, patience));
    const auto flashes = wire.office->flashes();
    CHECK(static_cast<double>(flashes[0].count()) == Approx(300).margin(15));
    CHECK(static_cast<double>(flashes[1].count()) == Approx(900).margin(15));
    CHECK(wire.office->state() == "talking");
}

TEST_CASE("glare: the gateway that seizes has a caller and no dial tone") {
    OfficeWire wire;
    wire.office->ring_when_seized();
    wire.phone->lift();
    REQUIRE(wire.office->wait_state("talking", patience));
    wire.office->send_dtmf("9");
    CHECK(wire.phone->wait_digits("9", patience));
    wire.phone->hang_up();
    REQUIRE(wire.office->wait_state("idle", patience));
    wire.phone->lift();
    CHECK(wire.phone->wait_for_tone("dial", patience));
}

TEST_CASE("a line that another telephone uses") {
    OfficeWire wire;
    wire.office->set_line_in_use(true);
    REQUIRE(wire.office->wait_seized(patience));
    CHECK(wire.office->state() == "talking");
    wire.office->set_line_in_use(false);
    CHECK(wire.office->wait_released(patience));
}

TEST_CASE("noise and hum on the line are heard") {
    OfficeWire wire;
    wire.talk();
    wire.office->impair({.noise_dbm0 = -45, .hum_dbm0 = -30});
    CHECK(wire.eventually([&] { return wire.phone->hearing().level_dbm0 == Approx(-30).margin(1); }));
    wire.phone->impair({});
    CHECK(wire.eventually([&] { return wire.phone->hearing().level_dbm0 < -60; }));
}
