// What a telephone is told of the caller: its bell, and the clips, understood by the receivers that a telephone
// has.
#include "phone_sounds.hpp"
#include "phones.hpp"

using namespace tipring;
using namespace tipring::test;
using call::Presentation;
using config::CallerIdFormat;
using config::CallerIdTiming;

namespace {

const auto missing = Presentation::unavailable;

/// The clip that the phone gets, played to a telephone's receivers.
dsp::HeardCallerId understood(Phones& phones, unsigned index) {
    auto clip = phones.wires[index].clip;
    REQUIRE_FALSE(clip.empty());
    clip.resize(clip.size() + 1600);
    dsp::CallerIdReceiver receiver;
    REQUIRE(receiver.process(clip));
    return receiver.heard();
}

}  // namespace

TEST_CASE("caller: each standard tells number and name, private and unavailable") {
    struct Standard {
        CallerIdFormat format;
        CallerIdTiming timing;
        bool named;
    };
    const auto standard = GENERATE(Standard{CallerIdFormat::mdmf, CallerIdTiming::after_first_ring, true},
                                   Standard{CallerIdFormat::sdmf, CallerIdTiming::after_first_ring, false},
                                   Standard{CallerIdFormat::etsi, CallerIdTiming::after_first_ring, true},
                                   Standard{CallerIdFormat::etsi, CallerIdTiming::ring_pulse, true},
                                   Standard{CallerIdFormat::etsi, CallerIdTiming::dual_tone, true},
                                   Standard{CallerIdFormat::bt, CallerIdTiming::reversal_dual_tone, true},
                                   Standard{CallerIdFormat::ntt, CallerIdTiming::ring_pulse, false},
                                   Standard{CallerIdFormat::dtmf, CallerIdTiming::reversal, false},
                                   Standard{CallerIdFormat::dtmf, CallerIdTiming::before_ring, false});
    CAPTURE(static_cast<int>(standard.format), static_cast<int>(standard.timing));
    Phones phones([&](unsigned, config::Port& port) {
        port.country_profile.caller_id = standard.format;
        port.country_profile.caller_id_timing = standard.timing;
    });
    const auto kind = GENERATE(0, 1, 2);
    const auto request = kind == 0   ? from("0301234567", "Anna Berg")
                         : kind == 1 ? from("0301234567", "Anna Berg", Presentation::restricted)
                                     : from("", "", missing);
    Outside outside(phones, 1, request);
    CHECK(outside.watcher.heard == "alerting");
    if (standard.timing == CallerIdTiming::after_first_ring) {
        CHECK(phones.state(1) == "ringing");
        CHECK(phones.wires[1].clip.empty());
        phones.event(1, LineEventKind::ringer_off);
    } else if (standard.timing == CallerIdTiming::ring_pulse) {
        CHECK(phones.wires[1].take() == (standard.format == CallerIdFormat::ntt ? "ring500" : "ring250"));
        if (standard.format == CallerIdFormat::ntt) {
            phones.lift(1);
        } else {
            phones.event(1, LineEventKind::ringer_off);
        }
    }
    const auto heard = understood(phones, 1);
    CHECK(heard.number_text() == (kind == 0 ? "0301234567" : ""));
    CHECK(heard.disclosure == (kind == 0   ? dsp::Disclosure::given
                               : kind == 1 ? dsp::Disclosure::restricted
                                           : dsp::Disclosure::unavailable));
    if (kind == 0 && standard.named) CHECK(heard.name_text() == "Anna Berg");
    if (kind == 1) CHECK(heard.name_text().empty());
    phones.engine(1, media::EventKind::clip_played);
    if (standard.format == CallerIdFormat::ntt) {
        phones.event(1, LineEventKind::on_hook);
        phones.reactor.advance(2s);
    }
    CHECK(phones.state(1) == "ringing");
    phones.lift(1);
    CHECK(outside.watcher.heard == "alerting answered");
    CHECK(phones.state(1) == "talking");
    CHECK(outside.leg->media().value == 2);
    phones.event(1, LineEventKind::on_hook);
    outside.leg.reset();
    phones.check_quiet();
}

TEST_CASE("caller: a message goes only into a silence that holds it") {
    const auto ring = GENERATE(0, 1, 2, 3);
    const hardware::RingCadence cadences[] = {
        {1000, 1000}, {1000, 1600}, {400, 200, 400, 2000}, {2000, 4000}};
    Phones phones({}, cadences[ring]);
    Outside outside(phones, 1, from("030123456789", "Somebody With A Very Long Name"));
    phones.event(1, LineEventKind::ringer_off);
    if (ring == 2) {
        CHECK(phones.wires[1].clip.empty());  // the short silence between the two bursts
        phones.event(1, LineEventKind::ringer_off);
    }
    if (ring == 0) {
        CHECK(phones.wires[1].clip.empty());
        phones.event(1, LineEventKind::ringer_off);
        CHECK(phones.wires[1].clip.empty());
    } else {
        const auto heard = understood(phones, 1);
        CHECK(heard.number_text() == "030123456789");
        CHECK(heard.name_text().empty() == (ring == 1));
        const auto silence = ring == 1 ? 1600U : ring == 2 ? 2000U : 4000U;
        CHECK(phones.wires[1].clip.size() / 8 < silence);
    }
    outside.leg.reset();
    phones.reactor.run_posted();
    phones.check_quiet();
}

TEST_CASE("caller: the board gives no audio on-hook: the call has sound all the same") {
    Phones phones;
    Outside outside(phones, 1, from("0301234567"));
    phones.wires[1].failing = "audio_on";
    phones.event(1, LineEventKind::ringer_off);
    phones.wires[1].failing.clear();
    phones.wires[1].take();
    phones.lift(1);
    CHECK(phones.wires[1].take().find("audio_on start") != std::string::npos);
    CHECK(phones.state(1) == "talking");
    phones.event(1, LineEventKind::on_hook);
    outside.leg.reset();
    phones.check_quiet();
}

TEST_CASE("caller: the bell tells who calls") {
    Phones phones([](unsigned, config::Port& port) { port.fxs.ring_rules = {{"0301.", 3}, {"0302.", 7}}; });
    auto request = from("03012345");
    std::string ring = "ring400";
    SECTION("by his number") {}
    SECTION("by another number") {
        request = from("03029");
        ring = "ring500";
    }
    SECTION("whose number he hides: it tells nobody") {
        request.caller.presentation = Presentation::restricted;
        ring = "ring2000";
    }
    SECTION("no rule") {
        request = from("03039");
        ring = "ring2000";
    }
    SECTION("Alert-Info goes first") {
        request.alert_info = "<http://127.0.0.1/Bellcore-dr2>";
        ring = "ring800";
    }
    SECTION("one that means nothing does not") {
        request.alert_info = "<http://127.0.0.1/Bellcore-dr9>";
    }
    SECTION("the first that is known of several") {
        request.alert_info =
            "<http://127.0.0.1/moo.wav>;info=x, <http://h>;info=alert-internal, Bellcore-dr5";
        ring = "ring800";
    }
    Outside outside(phones, 1, request);
    CHECK(phones.wires[1].take() == ring);
    outside.leg.reset();
    phones.reactor.run_posted();
    // The next call rings as usual.
    Outside next(phones, 1, from("1"));
    CHECK(phones.wires[1].take() == "stop_ring ring2000");
    next.leg.reset();
    phones.check_quiet();
}

TEST_CASE("exchanges name the ring in several ways") {
    struct Row {
        const char* text;
        unsigned pattern;
    };
    const auto row =
        GENERATE(Row{"Bellcore-dr3", 3}, Row{"BELLCORE-DR7", 7}, Row{"<http://127.0.0.1/Bellcore-dr3>", 3},
                 Row{"http://h/Bellcore-dr1.wav", 1}, Row{"<http://h>;info=Bellcore-dr4;x-line-id=0", 4},
                 Row{";info=alert-internal", 2}, Row{"info=\"Alert-Internal\"", 2},
                 Row{"<http://h>;info=alert-external", 1}, Row{"<sip:h>;info = alert-group ;delay=0", 3},
                 Row{"alert-priority", 3}, Row{"alert-emergency", 3}, Row{"<urn:alert:source:internal>", 2},
                 Row{"<URN:alert:source:external>", 1}, Row{"<urn:alert:source:internal:floor-2>", 2},
                 Row{"<urn:alert:priority:high>", 3},
                 Row{"<urn:alert:service:normal>, <urn:alert:source:internal>", 2},
                 Row{"<http://h/Bellcore-dr5>;info=alert-internal", 5}, Row{"", 0}, Row{"Bellcore-dr", 0},
                 Row{"Bellcore-dr0", 0}, Row{"Bellcore-dr8", 0}, Row{"Bellcore-dr33", 0},
                 Row{"xBellcore-dr3", 0}, Row{"alert-internally", 0}, Row{"no-alert-internal", 0},
                 Row{"<urn:alert:source:friend>", 0}, Row{"alert-autoanswer", 0});
    CAPTURE(row.text);
    CHECK(analog::ring_pattern(row.text) == row.pattern);
}
