// Who calls, who sent the call on, who answers, and why a call ends: over a span, with libpri on both ends.
#include <catch2/catch.hpp>

#include "pri_party.hpp"
#include "q931_message.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using call::DivertReason;
using call::Presentation;
using call::Screening;
using isdn::LinkEventKind;

namespace {

BenchOptions in_germany() {
    BenchOptions options;
    options.settings.numbers.country_code = "49";
    options.settings.numbers.area_code = "30";
    options.settings.numbers.received = config::ReceivedForm::e164;
    options.settings.numbers.sent = config::SentForm::typed;
    return options;
}

void answer_with(Bench& bench, std::optional<call::Party> connected) {
    bench.peer->on_event = [&bench, connected](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.alerting(event.call, 1, false);
        if (connected) bench.peer->link.connected(event.call, *connected);
        bench.peer->link.answer(event.call, 1);
    };
}

}  // namespace

TEST_CASE("numbers leave typed and arrive as E.164") {
    Bench bench(in_germany());
    REQUIRE(bench.up());
    answer_with(bench, call::Party{"+498912345", ""});  // the peer's plan knows no country
    Listener listener;
    const auto leg = bench.dial(listener, "+493012345", {"+498912300", ""});
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    const auto* setup = bench.peer->last(LinkEventKind::setup);
    CHECK(setup->called_wire ==
          routing::TypedNumber{"12345", config::NumberType::subscriber, config::NumberingPlanId::isdn});
    CHECK(setup->caller.number == "8912300");
    REQUIRE(listener.connected);
    CHECK(listener.connected->number == "+498912345");

    bench.peer->link.setup({.caller = {"08912345", ""},
                            .called = "+493012345",
                            .channel = 5,
                            .exclusive = true,
                            .diversions = {{"+441632960001", DivertReason::busy}}});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    const auto& request = bench.sink.calls[0].request;
    CHECK(request.called == "+493012345");
    CHECK(request.caller.number == "+498912345");
    REQUIRE(request.diversions.size() == 1);
    CHECK(request.diversions[0].number == "+441632960001");
}

TEST_CASE("screening and presentation travel with the number") {
    struct Row {
        Presentation presentation;
        Screening said, heard;
    };
    // The gateway is the user here, and only a network provides numbers.
    const auto row = GENERATE(Row{Presentation::allowed, Screening::unspecified, Screening::unscreened},
                              Row{Presentation::allowed, Screening::unscreened, Screening::unscreened},
                              Row{Presentation::restricted, Screening::passed, Screening::passed},
                              Row{Presentation::allowed, Screening::failed, Screening::failed},
                              Row{Presentation::allowed, Screening::network, Screening::passed});
    Bench bench;
    REQUIRE(bench.up());
    answer_with(bench, std::nullopt);
    Listener listener;
    const auto leg = bench.dial(listener, "5551234", {"201", "Secret", row.presentation, row.said});
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    const auto& caller = bench.peer->last(LinkEventKind::setup)->caller;
    CHECK(caller.number == "201");
    CHECK(caller.presentation == row.presentation);
    CHECK(caller.screening == (row.heard == Screening::failed ? row.heard : Screening::unscreened));
    const auto wire = isdn::party_to_libpri({"201", "", row.presentation, row.said}, {}, false);
    CHECK(isdn::party_of(wire, {}, false).screening == row.heard);  // as another network believes it
    CHECK(caller.name.empty());  // EuroISDN's Display goes from the network to the user only
    CHECK_FALSE(listener.connected);

    bench.peer->link.setup({.caller = {"555", "", row.presentation, row.said},
                            .called = "201",
                            .channel = 5,
                            .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    const auto& back = bench.sink.calls[0].request.caller;
    CHECK(back.presentation == row.presentation);
    const bool hidden = row.presentation == Presentation::restricted;  // the peer is the network
    CHECK(back.number == (hidden ? "" : "555"));
    CHECK(back.screening ==
          (hidden || row.said == Screening::unspecified ? Screening::unscreened : row.said));
}

TEST_CASE(
    "a number that is shown leaves with its own screening, but to an exchange that wants the network's") {
    struct Row {
        Screening said;
        std::uint8_t by_user, by_network;  // Q.931 table 4-11; a user's own number is never the network's
    };
    const auto row = GENERATE(Row{Screening::unspecified, 0, 0}, Row{Screening::unscreened, 0, 0},
                              Row{Screening::passed, 1, 1}, Row{Screening::failed, 2, 2},
                              Row{Screening::network, 1, 3});  // of another span
    const auto type =
        GENERATE(config::SwitchType::euroisdn, config::SwitchType::national, config::SwitchType::dms100,
                 config::SwitchType::lucent4e, config::SwitchType::lucent5e, config::SwitchType::qsig);
    const auto side = GENERATE(config::SpanSide::user, config::SpanSide::network);
    CAPTURE(static_cast<int>(row.said), static_cast<int>(type), static_cast<int>(side));
    BenchOptions options;
    options.side = side;
    options.settings.switch_type = type;
    Bench bench(options);
    REQUIRE(bench.up());
    std::vector<std::uint8_t> calling, connected;  // octets 3a
    bench.wire->tamper = [&](int from, Frame& frame) {
        const auto head = from == 0 ? isdn::q931::head_of(frame) : std::nullopt;
        if (!head) return;
        const auto caller = isdn::q931::find_element(frame, isdn::q931::calling_party_number);
        const auto answerer = isdn::q931::find_element(frame, isdn::q931::connected_number);
        if (head->type == isdn::q931::setup && caller.size() > 1) calling.push_back(caller[1]);
        if (head->type == isdn::q931::connect && answerer.size() > 1) connected.push_back(answerer[1]);
    };
    Listener shown, hidden;
    const auto first = bench.dial(shown, "5551234", {"201", "", Presentation::allowed, row.said});
    const auto second = bench.dial(hidden, "5551234", {"201", "", Presentation::restricted, row.said});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::setup) == 2; }));
    const bool network = side == config::SpanSide::network;
    const bool wants_network =
        !network && (type == config::SwitchType::dms100 || type == config::SwitchType::lucent4e);
    const auto screening = network ? row.by_network : row.by_user;
    const auto shown_as = wants_network ? std::uint8_t{3} : screening;
    REQUIRE(calling.size() == 2);
    CHECK(calling[0] == (0x80U | shown_as));
    CHECK(calling[1] == (0xa0U | (network ? 0U : screening)));  // a network does not send the digits either

    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 9, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    leg.connected_party({"201", "", Presentation::allowed, row.said});
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    REQUIRE(connected.size() == 1);
    CHECK(connected[0] == (0x80U | shown_as));
}

TEST_CASE("to a PBX nothing is sent that somebody hides, and nothing is believed that it claims") {
    const auto type = GENERATE(config::SwitchType::euroisdn, config::SwitchType::qsig);
    const auto said = GENERATE(Screening::unspecified, Screening::unscreened, Screening::failed,
                               Screening::passed, Screening::network);
    CAPTURE(static_cast<int>(type), static_cast<int>(said));
    BenchOptions options;
    options.side = config::SpanSide::network;
    options.settings.switch_type = type;
    options.settings.number_default = "4930100";
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->on_event = [&bench, said](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.connected(event.call, {"201", "Ben", Presentation::allowed, said});
        bench.peer->link.answer(event.call, event.channel.value_or(1));
    };
    Listener listener;
    call::CallRequest request{
        .caller = {"8675309", "Annabel", Presentation::allowed, said}, .called = "201", .source = {}};
    request.diversions = {{"7654321", DivertReason::busy, Presentation::restricted},
                          {"7654322", DivertReason::busy, Presentation::restricted}};
    const auto open = bench.dial(listener, request);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    const auto heard = *bench.peer->last(LinkEventKind::setup);
    CHECK(heard.caller.number == "8675309");
    CHECK(heard.caller.name == "Annabel");
    CHECK(heard.caller.screening == (said == Screening::unspecified ? Screening::unscreened : said));
    REQUIRE_FALSE(heard.diversions.empty());
    for (const auto& diversion : heard.diversions) {
        CHECK(diversion.number.empty());
        CHECK(diversion.presentation == Presentation::restricted);
    }
    REQUIRE(listener.connected);
    CHECK(listener.connected->number == "201");
    CHECK(listener.connected->screening == (said == Screening::failed ? said : Screening::unscreened));

    request.caller.presentation = Presentation::restricted;
    request.diversions.clear();
    Listener second;
    const auto hidden = bench.dial(second, request);
    REQUIRE(bench.until([&] { return second.has("answered"); }));
    const auto& caller = bench.peer->last(LinkEventKind::setup)->caller;
    CHECK(caller.number.empty());
    CHECK(caller.name.empty());
    CHECK(caller.presentation == Presentation::restricted);

    request.caller = {};
    Listener third;
    const auto nameless = bench.dial(third, request);
    REQUIRE(bench.until([&] { return third.has("answered"); }));
    CHECK(bench.peer->last(LinkEventKind::setup)->caller.number == "4930100");
    CHECK(bench.peer->last(LinkEventKind::setup)->caller.screening == Screening::network);

    bench.peer->link.setup({.caller = {"201", "Ben", Presentation::restricted, said},
                            .called = "5551234",
                            .channel = 9,
                            .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    const auto& back = bench.sink.calls[0].request.caller;
    CHECK(back.number == "201");
    CHECK(back.presentation == Presentation::restricted);
    CHECK(back.screening == (said == Screening::failed ? said : Screening::unscreened));

    auto& leg = *bench.sink.calls[0].leg;
    leg.connected_party({"8675309", "Annabel", Presentation::restricted, said});
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    const auto connected = bench.peer->last(LinkEventKind::answer)->connected;
    REQUIRE(connected);
    CHECK(connected->number.empty());
    CHECK(connected->name.empty());
    CHECK(connected->presentation == Presentation::restricted);
}

TEST_CASE("names travel in the way of the switch type") {
    const auto type =
        GENERATE(config::SwitchType::euroisdn, config::SwitchType::national, config::SwitchType::dms100,
                 config::SwitchType::lucent5e, config::SwitchType::qsig);
    CAPTURE(static_cast<int>(type));
    BenchOptions options;
    options.settings.switch_type = type;
    Bench bench(options);
    REQUIRE(bench.up());
    answer_with(bench, call::Party{"5551234", "Zo\xc3\xab"});
    bench.peer->link.setup(
        {.caller = {"555", "J\xc3\xbcrgen"}, .called = "201", .channel = 5, .exclusive = true});
    bench.peer->link.setup({.caller = {"555", "Secret", Presentation::restricted},
                            .called = "202",
                            .channel = 6,
                            .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 2; }));
    CHECK(bench.sink.calls[0].request.caller.name == "J\xc3\xbcrgen");
    CHECK(bench.sink.calls[1].request.caller.name.empty());
    Listener listener;
    const auto leg = bench.dial(listener, "5551234", {"201", "Anna"});
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    const bool euroisdn = type == config::SwitchType::euroisdn;
    CHECK(bench.peer->last(LinkEventKind::setup)->caller.name == (euroisdn ? "" : "Anna"));
    REQUIRE(listener.connected);
    CHECK(listener.connected->number == "5551234");
    CHECK(listener.connected->name == "Zo\xc3\xab");
}

TEST_CASE("who answers on our side is told with CONNECT, and hidden where he wants it") {
    const bool hidden = GENERATE(false, true);
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    leg.connected_party({"+4930200", "", hidden ? Presentation::restricted : Presentation::allowed});
    leg.answer();
    leg.connected_party({"+4930999", ""});  // too late for EuroISDN
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    const auto connected = bench.peer->last(LinkEventKind::answer)->connected;
    REQUIRE(connected);
    CHECK(connected->number == "+4930200");
    CHECK(connected->presentation == (hidden ? Presentation::restricted : Presentation::allowed));
    CHECK(bench.peer->count(LinkEventKind::connected) == 0);
}

TEST_CASE("a private network hears of a new party in the call") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::qsig;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    leg.answer();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::answer) == 1; }));
    leg.connected_party({"202", "Ben"});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::connected) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::connected)->connected->number == "202");
}

TEST_CASE("who sent a call on goes with it, with reason and count") {
    const auto type = GENERATE(config::SwitchType::euroisdn, config::SwitchType::qsig);
    CAPTURE(static_cast<int>(type));
    BenchOptions options;
    options.settings.switch_type = type;
    Bench bench(options);
    REQUIRE(bench.up());
    answer_with(bench, std::nullopt);
    Listener listener;
    call::CallRequest request{.caller = {"201", ""}, .called = "5551234", .source = {}};
    SECTION("once") {
        request.diversions = {{"+4930777", DivertReason::no_answer}};
        const auto leg = bench.dial(listener, request);
        REQUIRE(bench.until([&] { return listener.has("answered"); }));
        const auto& heard = bench.peer->last(LinkEventKind::setup)->diversions;
        REQUIRE(heard.size() == 1);
        CHECK(heard[0].number == "+4930777");
        CHECK(heard[0].reason == DivertReason::no_answer);
        CHECK(heard[0].presentation == Presentation::allowed);
        CHECK(heard[0].counter == 1);
    }
    SECTION("by three, of whom the last hides himself") {
        request.diversions = {{"777", DivertReason::busy, Presentation::restricted},
                              {"778", DivertReason::busy},
                              {"779", DivertReason::unconditional}};
        const auto leg = bench.dial(listener, request);
        REQUIRE(bench.until([&] { return listener.has("answered"); }));
        const auto& heard = bench.peer->last(LinkEventKind::setup)->diversions;
        REQUIRE(heard.size() == 2);
        CHECK(heard[0].number == "777");
        CHECK(heard[0].presentation == Presentation::restricted);
        CHECK(heard[0].reason == DivertReason::busy);
        CHECK(heard[0].counter == 2);
        CHECK(heard[1].number == "779");
        CHECK(call::forwardings_of(heard) == 3);
    }
}

TEST_CASE("the redirecting number element is enough where there are no facilities") {
    BenchOptions options;
    options.settings.switch_type = config::SwitchType::national;
    Bench bench(options);
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {"555", ""},
                            .called = "201",
                            .channel = 5,
                            .exclusive = true,
                            .diversions = {{"777", DivertReason::unconditional}}});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    const auto& heard = bench.sink.calls[0].request.diversions;
    REQUIRE(heard.size() == 1);
    CHECK(heard[0].number == "777");
    CHECK(heard[0].reason == DivertReason::unconditional);
}

TEST_CASE("what users tell each other keeps its protocol, and its octets") {
    Bench bench;
    REQUIRE(bench.up());
    answer_with(bench, std::nullopt);
    const call::UserToUser ours{0x00, std::string("\x00\xff\x80 text", 8)}, theirs{0x04, "hello"};
    Listener listener;
    const auto leg = bench.dial(
        listener, call::CallRequest{.caller = {}, .called = "5551234", .source = {}, .user_to_user = ours});
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    CHECK(bench.peer->last(LinkEventKind::setup)->user_to_user == ours);
    bench.peer->link.setup(
        {.caller = {}, .called = "201", .channel = 5, .exclusive = true, .user_to_user = theirs});
    bench.peer->link.setup({.caller = {}, .called = "202", .channel = 6, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 2; }));
    CHECK(bench.sink.calls[0].request.user_to_user == theirs);
    CHECK(bench.sink.calls[1].request.user_to_user.empty());
}

TEST_CASE("a cause keeps its location on its way to the network") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    bench.sink.calls[0].leg->release({call::q850::user_busy, call::Location::public_remote, ""});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::disconnect)->cause == 17);
    CHECK(bench.peer->last(LinkEventKind::disconnect)->location == call::Location::public_remote);
    CHECK(bench.idle());
}

TEST_CASE("a cause keeps its location in a call of ours, too") {
    Bench bench;
    REQUIRE(bench.up());
    answer_with(bench, std::nullopt);
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("answered"); }));
    leg->release({call::q850::user_busy, call::Location::public_remote, ""});
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::disconnect)->location == call::Location::public_remote);
    CHECK(bench.idle());
}

TEST_CASE("early media that does not ring is PROGRESS, and ringing in it ALERTING") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->link.setup({.caller = {}, .called = "201", .channel = 5, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.sink.calls.size() == 1; }));
    auto& leg = *bench.sink.calls[0].leg;
    leg.progress();
    leg.progress();
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::progress) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::progress)->inband);
    CHECK(bench.audio->running[5]);
    CHECK(bench.peer->count(LinkEventKind::alerting) == 0);
    leg.alert(true);
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::alerting) == 1; }));
    CHECK(bench.peer->last(LinkEventKind::alerting)->inband);
    CHECK(bench.peer->count(LinkEventKind::progress) == 1);
}

TEST_CASE("PROGRESS with in-band information is heard before it rings") {
    Bench bench;
    REQUIRE(bench.up());
    bench.peer->on_event = [&](const isdn::LinkEvent& event) {
        if (event.kind != LinkEventKind::setup) return;
        bench.peer->link.proceeding(event.call, 1);
        bench.peer->link.progress(event.call, 1);
        bench.peer->link.alerting(event.call, 1, true);
    };
    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(bench.until([&] { return listener.has("inband"); }));
    CHECK(listener.heard == "proceeding progress inband ");
}
