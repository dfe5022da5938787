// What calls carry beside audio: who sent them on, how they ring, who hides, redirections, hook flashes.
#include "service_fixture.hpp"

using namespace tipring;
using test::Called;
using test::PlacedCall;

TEST_CASE("an incoming call tells how it should ring and who sent it on") {
    Called called;
    auto& incoming = called.invite(
        test::sdp_with(test::plain_audio),
        {"Alert-Info: <http://127.0.0.1/ring.wav>;info=x", "Alert-Info: <http://127.0.0.1/Bellcore-dr3>",
         "Diversion: <sip:205@pbx>;reason=no-answer", "Diversion: <sip:206@pbx>;reason=user-busy",
         "History-Info: <sip:207@pbx?Reason=SIP%3Bcause%3D486>;index=1"});
    CHECK(incoming.request.alert_info ==
          "<http://127.0.0.1/ring.wav>;info=x, <http://127.0.0.1/Bellcore-dr3>");
    REQUIRE(incoming.request.diversions.size() == 2);
    CHECK(incoming.request.diversions[0].number == "205");
    CHECK(incoming.request.diversions[0].reason == call::DivertReason::no_answer);
    CHECK(incoming.request.diversions[1].number == "206");
}

TEST_CASE("user-to-user information comes in and goes out") {
    Called called;
    const auto& incoming =
        called.invite(test::sdp_with(test::plain_audio), {"User-to-User: 0048692121;encoding=hex"});
    CHECK(incoming.request.user_to_user == call::UserToUser{0x00, "Hi!!"});
    PlacedCall call({.caller = {"300", ""}, .called = "201", .source = {}, .user_to_user = {0x04, "A"}});
    CHECK(test::header(call.invite, "User-to-User") == "0441;encoding=hex;purpose=isdn-uui");
    call.refuse();
}

TEST_CASE("only numbers that somebody vouches for are asserted") {
    using call::Screening;
    const auto screening = GENERATE(Screening::unspecified, Screening::unscreened, Screening::failed,
                                    Screening::passed, Screening::network);
    const bool vouched = screening == Screening::passed || screening == Screening::network;
    PlacedCall call({{"300", "Ann", call::Presentation::allowed, screening}, "201", {}});
    CHECK(test::header(call.invite, "P-Asserted-Identity") == (vouched ? "\"Ann\" <sip:300@127.0.0.1>" : ""));
    CHECK(test::header(call.invite, "Privacy").empty());
    call.refuse();
}

TEST_CASE("who answers is asserted in the 200, and nobody without a number") {
    struct Row {
        call::Party party;
        const char* asserted;
        const char* privacy;
    };
    const auto row =
        GENERATE(Row{{"201", "Ben"}, "\"Ben\" <sip:201@127.0.0.1>", ""},
                 Row{{"201", "Ben", call::Presentation::restricted}, "<sip:201@127.0.0.1>", "id"},
                 Row{{"", "Ben"}, "", ""}, Row{{"201", "Ben", call::Presentation::unavailable}, "", ""});
    Called called;
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    incoming.leg->connected_party(row.party);
    incoming.leg->answer();
    const auto answer = called.peer.expect(called.loop, "SIP/2.0 200");
    CHECK(test::header(answer, "P-Asserted-Identity") == row.asserted);
    CHECK(test::header(answer, "Privacy") == row.privacy);
    called.call.learn(answer);
    called.peer.send(called.call.request("ACK", 1), called.side.port);
    called.hang_up(2);
}

TEST_CASE("the party that a 200 asserts is told before the answer") {
    const bool hidden = GENERATE(false, true);
    PlacedCall call;
    std::vector<std::string> headers{"Contact: <sip:201@" + call.server.at() + ">",
                                     "P-Asserted-Identity: \"Ben\" <sip:+4930201@h>"};
    if (hidden) headers.emplace_back("Privacy: id");
    call.server.send(test::response(call.invite, "200 OK", headers, test::sdp_with(test::plain_audio)),
                     call.side.port);
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("answered"); }));
    const std::string party = hidden ? "connected - +4930201" : "connected Ben +4930201";
    REQUIRE(call.observer.saw(party));
    CHECK(std::find(call.observer.seen.begin(), call.observer.seen.end(), party) <
          std::find(call.observer.seen.begin(), call.observer.seen.end(), "answered"));
    call.hang_up();
}

TEST_CASE("a 183 is early media, and a 180 after it rings in that") {
    PlacedCall call;
    const auto contact = "Contact: <sip:201@" + call.server.at() + ">";
    call.server.send(
        test::response(call.invite, "183 Session Progress", {contact}, test::sdp_with(test::plain_audio)),
        call.side.port);
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("progress"); }));
    CHECK_FALSE(call.observer.saw("early media"));
    call.server.send(test::response(call.invite, "180 Ringing", {contact}), call.side.port);
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("early media"); }));
    call.refuse();
}

TEST_CASE("refusals carry cause and location, by the operator's table where there is one") {
    const bool own = GENERATE(false, true);
    Called called([&](config::SipAccount& account) {
        if (own) account.causes.to_sip[17] = 600;
    });
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    incoming.leg->release({call::q850::user_busy, call::Location::public_local, ""});
    const auto answer = called.peer.expect(called.loop, own ? "SIP/2.0 600" : "SIP/2.0 486");
    REQUIRE_FALSE(answer.empty());
    CHECK(test::header(answer, "Reason").find("Q.850;cause=17;location=LN;") == 0);
    called.call.learn(answer);
    called.peer.send(called.call.request("ACK", 1), called.side.port);
}

TEST_CASE("the operator's table says what a refusal means, unless it has a Reason") {
    const bool reason = GENERATE(false, true);
    PlacedCall call({{"300", ""}, "201", {}},
                    [](config::SipAccount& account) { account.causes.to_isdn[486] = 34; });
    std::vector<std::string> headers;
    if (reason) headers.emplace_back("Reason: Q.850;cause=17;location=LN");
    call.server.send(test::response(call.invite, "486 Busy Here", headers), call.side.port);
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("released"); }));
    CHECK(call.observer.cause.value == (reason ? 17 : 34));
    if (reason) CHECK(call.observer.cause.location == call::Location::public_local);
}

TEST_CASE("History-Info serves where there is no Diversion") {
    Called called;
    auto& incoming = called.invite(test::sdp_with(test::plain_audio),
                                   {"History-Info: <sip:207@pbx?Reason=SIP%3Bcause%3D486>;index=1",
                                    "History-Info: <sip:201@pbx>;index=1.1"});
    REQUIRE(incoming.request.diversions.size() == 1);
    CHECK(incoming.request.diversions[0].number == "207");
    CHECK(incoming.request.diversions[0].reason == call::DivertReason::busy);
}

TEST_CASE("whichever tells of more forwardings is believed, and a hidden history stays hidden") {
    const bool hidden = GENERATE(false, true);
    Called called;
    const auto& incoming = called.invite(
        test::sdp_with(test::plain_audio),
        {"Diversion: <sip:207@pbx>;reason=user-busy", hidden ? "Privacy: history" : "X-Plain: 1",
         "History-Info: <sip:206@pbx?Reason=SIP%3Bcause%3D302>;index=1",
         "History-Info: <sip:207@pbx?Reason=SIP%3Bcause%3D486>;index=1.1, <sip:201@pbx>;index=1.2"});
    const auto& diversions = incoming.request.diversions;
    REQUIRE(diversions.size() == 2);
    CHECK(diversions[0].number == "207");
    CHECK(diversions[1].number == "206");
    for (const auto& diversion : diversions)
        CHECK((diversion.presentation == call::Presentation::restricted) == hidden);
}

TEST_CASE("a call that has passed too many systems goes no further") {
    struct Row {
        std::string given;
        int left;
    };
    const auto row = GENERATE(Row{"70", 69}, Row{"5", 4}, Row{"1", 0}, Row{"0", -1}, Row{"4000000000", 69});
    CAPTURE(row.given);
    Called called;
    auto text = called.call.request("INVITE", 1, test::sdp_with(test::plain_audio));
    const std::string usual = "Max-Forwards: 70";
    text.replace(text.find(usual), usual.size(), "Max-Forwards: " + row.given);
    called.peer.send(text, called.side.port);
    REQUIRE(called.loop.wait_for([&] { return called.side.sink.calls.size() == 1; }));
    const auto& request = called.side.sink.calls[0]->request;
    CHECK(request.hops_left == row.left);

    call::Cause why;
    test::FakeObserver observer;
    auto leg = called.side.service->exits().at(0)->open(base::LegId{1}, request, why);
    leg->observe(&observer);
    leg->start(request);
    if (row.left < 0) {
        REQUIRE(called.loop.wait_for([&] { return observer.saw("released"); }));
        CHECK(observer.cause.value == call::q850::exchange_routing_error);
        return;
    }
    const auto invite = called.peer.expect(called.loop, "INVITE");
    CHECK(test::header(invite, "Max-Forwards") == std::to_string(row.left));
    called.peer.send(test::response(invite, "486 Busy Here"), called.side.port);
    CHECK(called.loop.wait_for([&] { return observer.saw("released"); }));
}

TEST_CASE("callers arrive with number, name and what they want shown") {
    struct Row {
        const char* from;
        const char* more;
        const char* number;
        const char* name;
        call::Presentation presentation;
    };
    const auto row =
        GENERATE(Row{"\"Ann\" <sip:300@h>", "X-Plain: 1", "300", "Ann", call::Presentation::allowed},
                 Row{"\"Anonymous\" <sip:anonymous@anonymous.invalid>", "X-Plain: 1", "", "",
                     call::Presentation::restricted},
                 Row{"<sip:anonymous.invalid>", "X-Plain: 1", "", "", call::Presentation::restricted},
                 Row{"<sip:h>", "X-Plain: 1", "", "", call::Presentation::unavailable},
                 Row{"\"Ann\" <sip:h>", "X-Plain: 1", "", "Ann", call::Presentation::unavailable},
                 Row{"<sip:h>", "Privacy: id", "", "", call::Presentation::restricted},
                 Row{"\"Ann\" <sip:300@h>", "Privacy: user;id", "300", "Ann", call::Presentation::restricted},
                 Row{"\"Ann\" <sip:300@h>", "Privacy: none", "300", "Ann", call::Presentation::allowed},
                 Row{"<sip:anonymous@anonymous.invalid>", "P-Asserted-Identity: \"Ann B.\" <sip:300@h>",
                     "300", "Ann B.", call::Presentation::restricted},
                 Row{"\"Main\" <sip:100@h>", "P-Asserted-Identity: <tel:+49300>", "+49300", "",
                     call::Presentation::allowed});
    CAPTURE(row.from, row.more);
    Called called;
    auto text = called.call.request("INVITE", 1, test::sdp_with(test::plain_audio), {row.more});
    const std::string from = "From: \"Caller\" <sip:300@127.0.0.1>";
    text.replace(text.find(from), from.size(), "From: " + std::string(row.from));
    called.peer.send(text, called.side.port);
    REQUIRE(called.loop.wait_for([&] { return called.side.sink.calls.size() == 1; }));
    const auto& caller = called.side.sink.calls[0]->request.caller;
    CHECK(caller.number == row.number);
    CHECK(caller.name == row.name);
    CHECK(caller.presentation == row.presentation);
}

TEST_CASE("a call that is sent on keeps its caller and says who did it") {
    call::CallRequest request{{"300", "Ann", call::Presentation::allowed}, "201", {}};
    request.alert_info = "Bellcore-dr2\r\nEvil: 1";
    request.diversions = {{"205", call::DivertReason::no_answer},
                          {"206", call::DivertReason::busy, call::Presentation::restricted, 3}};
    PlacedCall call(request);
    CHECK(test::header(call.invite, "From").find("\"Ann\" <sip:300@127.0.0.1>") == 0);
    CHECK(test::header(call.invite, "Diversion") ==
          "<sip:205@127.0.0.1>;reason=no-answer;counter=1, "
          "<sip:206@127.0.0.1>;reason=user-busy;counter=3;privacy=full");
    CHECK(test::header(call.invite, "Alert-Info") == "Bellcore-dr2Evil: 1");
    CHECK(test::header(call.invite, "Evil").empty());
    call.refuse();
}

TEST_CASE("who hides is anonymous, and asserted to the server only") {
    PlacedCall call({{"300", "Ann", call::Presentation::restricted}, "201", {}});
    CHECK(test::header(call.invite, "From").find("\"Anonymous\" <sip:anonymous@anonymous.invalid>") == 0);
    CHECK(test::header(call.invite, "Privacy") == "id");
    CHECK(test::header(call.invite, "P-Asserted-Identity") == "<sip:300@127.0.0.1>");
    CHECK(test::header(call.invite, "Diversion").empty());
    CHECK(test::header(call.invite, "Alert-Info").empty());
    call.refuse();
}

TEST_CASE("a hidden number that nobody vouches for is not asserted, the account's user is") {
    using call::Screening;
    const auto screening = GENERATE(Screening::unspecified, Screening::unscreened, Screening::failed,
                                    Screening::passed, Screening::network);
    const bool claimed = screening == Screening::unscreened || screening == Screening::failed;
    PlacedCall call({{"300", "Ann", call::Presentation::restricted, screening}, "201", {}},
                    [](config::SipAccount& account) { account.user = "main"; });
    CHECK(test::header(call.invite, "From").find("\"Anonymous\" <sip:anonymous@anonymous.invalid>") == 0);
    CHECK(test::header(call.invite, "Privacy") == "id");
    CHECK(test::header(call.invite, "P-Asserted-Identity") ==
          (claimed ? "<sip:main@127.0.0.1>" : "<sip:300@127.0.0.1>"));
    CHECK(call.invite.find("Ann\"") == std::string::npos);
    if (claimed) CHECK(call.invite.find("300@") == std::string::npos);
    call.refuse();
}

namespace {

/// What a message tells beside what is meant for the server alone.
std::string without(std::string message, const std::vector<std::string>& names) {
    std::string rest;
    for (const auto line : base::split(message, '\n')) {
        const auto field = line.substr(0, line.find(':'));
        const bool drop = std::any_of(names.begin(), names.end(), [&](const std::string& name) {
            return base::equal_ignoring_case(field, name);
        });
        if (!drop) rest += std::string(line) + "\n";
    }
    return rest;
}

}  // namespace

TEST_CASE("no message of a hidden call names who hides, and the call works") {
    PlacedCall call({{"8675309", "Annabel", call::Presentation::restricted}, "201", {}},
                    [](config::SipAccount& account) {
                        account.refer = true;
                        account.flash_info = true;
                    });
    std::vector<std::string> sent{call.invite};
    const auto expect = [&](const std::string& start) {
        sent.push_back(call.server.expect(call.loop, start));
        REQUIRE_FALSE(sent.back().empty());
        return sent.back();
    };
    const auto answer = [&](const std::string& request, const std::string& sdp = {}) {
        call.server.send(
            test::response(request, "200 OK", {"Contact: <sip:201@" + call.server.at() + ">"}, sdp),
            call.side.port);
    };
    const auto contact = test::header(call.invite, "Contact");
    CHECK(contact.find("<sip:anonymous@127.0.0.1:" + std::to_string(call.side.port)) == 0);
    call.server.send(
        test::response(call.invite, "183 Session Progress",
                       {"Contact: <sip:201@" + call.server.at() + ">", "Require: 100rel", "RSeq: 1"},
                       test::sdp_with(test::plain_audio)),
        call.side.port);
    answer(expect("PRACK"));
    answer(call.invite);
    expect("ACK");
    REQUIRE(call.loop.wait_for([&] { return call.observer.saw("answered"); }));
    call.leg->hold(true);
    answer(expect("INVITE"), test::sdp_with(test::plain_audio + "a=recvonly\r\n"));
    expect("ACK");
    call.leg->flash();
    answer(expect("INFO"));
    REQUIRE(call.leg->refer({"205", nullptr}));
    const auto refer = expect("REFER");
    CHECK(test::header(refer, "Referred-By") == "<sip:anonymous@anonymous.invalid>");
    call.server.send(test::response(refer, "603 Decline"), call.side.port);

    // Requests to that Contact find the call.
    const auto target = contact.substr(1, contact.find('>') - 1);
    unsigned sequence = 0;
    const auto ask = [&](const std::string& method, const std::string& sdp = {}) {
        const auto to = "To: " + test::header(call.invite, "From");
        call.server.send(
            test::message(method + " " + target + " SIP/2.0",
                          {"Via: SIP/2.0/UDP " + call.server.at() + ";branch=z9hG4bKhidden" +
                               std::to_string(++sequence),
                           "Max-Forwards: 70", "From: " + test::header(call.invite, "To") + ";tag=peer", to,
                           "Call-ID: " + test::header(call.invite, "Call-ID"),
                           "CSeq: " + std::to_string(sequence) + " " + method,
                           "Contact: <sip:201@" + call.server.at() + ">"},
                          sdp),
            call.side.port);
        expect("SIP/2.0 200");
    };
    ask("OPTIONS");
    ask("UPDATE", test::sdp_with(test::plain_audio));
    ask("INVITE", test::sdp_with(test::plain_audio));
    ask("BYE");
    CHECK(call.loop.wait_for([&] { return call.observer.saw("released"); }));
    for (const auto& message : sent) {
        const auto shown = without(message, {"P-Asserted-Identity"});
        CAPTURE(message);
        CHECK(shown.find("8675309") == std::string::npos);
        CHECK(shown.find("Annabel") == std::string::npos);
        CHECK(shown.find("sip:gw@") == std::string::npos);
    }
}

TEST_CASE("a telephone that hides is not named by what it answers") {
    const bool hides = GENERATE(false, true);
    Called called([](config::SipAccount& account) { account.refer = true; },
                  hides ? std::vector<std::string>{"201"} : std::vector<std::string>{"202"});
    const std::string user = hides ? "<sip:anonymous@" : "<sip:201@";
    auto& incoming = called.invite(test::sdp_with(test::plain_audio));
    incoming.leg->alert(false);
    CHECK(test::header(called.peer.expect(called.loop, "SIP/2.0 180"), "Contact").find(user) == 0);
    incoming.leg->answer();
    const auto answer = called.peer.expect(called.loop, "SIP/2.0 200");
    CHECK(test::header(answer, "Contact").find(user) == 0);
    called.call.learn(answer);
    called.peer.send(called.call.request("ACK", 1), called.side.port);
    REQUIRE(incoming.leg->refer({"205", nullptr}));
    const auto refer = called.peer.expect(called.loop, "REFER");
    CHECK(test::header(refer, "Contact").find(user) == 0);
    CHECK(test::header(refer, "Referred-By") ==
          (hides ? "<sip:anonymous@anonymous.invalid>" : "<sip:201@127.0.0.1>"));
    called.peer.send(test::response(refer, "603 Decline"), called.side.port);
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("refused"); }));
    called.hang_up(2);
}

TEST_CASE("a redirection within the account is reported, any other is a refusal") {
    struct Row {
        std::string contact;
        std::string seen;
    };
    const auto row =
        GENERATE(Row{"Contact: <sip:207@127.0.0.1>", "redirected to 207"},
                 Row{"Contact: <sip:207@127.0.0.1:5070;user=phone>;q=0.5", "redirected to 207"},
                 Row{"Contact: <sip:207@192.0.2.99>", "released"},
                 Row{"Contact: <sip:207@127.0.0.1>, <sip:208@127.0.0.1>", "released"},
                 Row{"Contact: <tel:+123>", "released"}, Row{"Contact: <sip:127.0.0.1>", "released"},
                 Row{"X-No-Contact: 1", "released"});
    CAPTURE(row.contact);
    PlacedCall call;
    call.server.send(test::response(call.invite, "302 Moved Temporarily", {row.contact}), call.side.port);
    CHECK_FALSE(call.server.expect(call.loop, "ACK").empty());
    CHECK(call.loop.wait_for([&] { return call.observer.saw(row.seen); }));
    CHECK(call.observer.seen.back() == row.seen);
    CHECK(call.loop.wait_for([&] { return call.side.service->stats().dialogs == 0; }));
    CHECK(call.server.expect(call.loop, "INVITE", std::chrono::milliseconds(50)).empty());
}

TEST_CASE("a hook flash comes and goes as INFO") {
    const bool wanted = GENERATE(true, false);
    Called called([&](config::SipAccount& account) { account.flash_info = wanted; });
    auto& incoming = called.talk();
    auto info = called.call.request("INFO", 2, "Signal=hf\r\nDuration=500\r\n");
    info.replace(info.find("application/sdp"), 15, "application/dtmf-relay");
    CHECK_FALSE(called.exchange(info, "SIP/2.0 200").empty());
    CHECK(called.loop.wait_for([&] { return incoming.observer.saw("flash"); }));
    const auto empty = called.call.request("INFO", 3, {}, {"Content-Type: application/hook-flash"});
    CHECK_FALSE(called.exchange(empty, "SIP/2.0 200").empty());
    CHECK(called.loop.wait_for([&] {
        return std::count(incoming.observer.seen.begin(), incoming.observer.seen.end(), "flash") == 2;
    }));
    incoming.leg->flash();
    incoming.leg->hold(true);  // comes after an INFO
    const auto out = called.peer.expect(called.loop, wanted ? "INFO" : "INVITE");
    REQUIRE_FALSE(out.empty());
    if (wanted) {
        CHECK(test::header(out, "Content-Type") == "application/dtmf-relay");
        CHECK(test::body(out).find("Signal=hf") == 0);
        called.peer.send(test::response(out, "200 OK"), called.side.port);
    }
    called.accept(wanted ? called.peer.expect(called.loop, "INVITE") : out, "recvonly");
    called.hang_up(4);
}

TEST_CASE("a call that carries data offers and accepts no digits beside the audio") {
    SECTION("incoming, before the answer") {
        Called called;
        auto& incoming = called.invite(test::sdp_with(test::plain_audio));
        incoming.leg->carry_data();
        incoming.leg->answer();
        const auto answer = called.peer.expect(called.loop, "SIP/2.0 200");
        CHECK(test::body(answer).find("RTP/AVP 8\r\n") != std::string::npos);
        CHECK(test::body(answer).find("telephone-event") == std::string::npos);
    }
    SECTION("incoming, after the answer") {
        Called called;
        auto& incoming = called.talk();
        incoming.leg->carry_data();
        incoming.leg->hold(true);
        const auto hold = called.peer.expect(called.loop, "INVITE");
        CHECK(test::body(hold).find("RTP/AVP 8 0\r\n") != std::string::npos);
    }
    SECTION("outgoing") {
        test::Loop loop;
        test::RawPeer server;
        test::Side side(loop, 41510);
        side.add_account("pbx", server.port());
        side.start();
        call::Cause why;
        test::FakeObserver observer;
        const call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
        auto leg = side.service->exits().at(0)->open(base::LegId{1}, request, why);
        leg->observe(&observer);
        leg->carry_data();
        leg->start(request);
        const auto invite = server.expect(loop, "INVITE");
        CHECK(test::body(invite).find("RTP/AVP 8 0\r\n") != std::string::npos);
        server.send(test::response(invite, "486 Busy Here"), side.port);
        CHECK(loop.wait_for([&] { return observer.saw("released"); }));
    }
}
