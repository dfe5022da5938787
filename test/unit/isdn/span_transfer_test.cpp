// Transfers between two calls of a span: by the network on our wish, and by us on the other end's.
#include <catch2/catch.hpp>

#include "octets.hpp"
#include "pri_supplementary.hpp"
#include "q931_message.hpp"
#include "span_bench.hpp"

using namespace tipring;
using namespace tipring::test;
using isdn::LinkEventKind;

namespace {

struct JoinListener final : call::LegObserver {
    explicit JoinListener(Listener& rest) : plain(rest) {}
    void on_proceeding(call::Leg&) override {}
    void on_alerting(call::Leg&, bool) override {}
    void on_answered(call::Leg& leg) override { plain.on_answered(leg); }
    void on_released(call::Leg& leg, const call::Cause& why) override { plain.on_released(leg, why); }
    void on_media_changed(call::Leg&) override {}
    void on_digit(call::Leg&, char) override {}
    void on_referred(call::Leg&, call::ReferOutcome outcome) override {
        plain.heard += outcome == call::ReferOutcome::reached ? "referred " : "not referred ";
    }
    void on_join(call::Leg& leg, call::Leg& other) override {
        plain.heard += "join ";
        joined = {&leg, &other};
    }
    Listener& plain;
    std::pair<call::Leg*, call::Leg*> joined{};
};

constexpr std::size_t type_at = 8, first_element_at = 9;
constexpr std::uint8_t connect_message = 0x07, notify_message = 0x6e;
using isdn::q931::check_octets;

bool carries(const Frame& frame, std::uint8_t type) {
    const auto head = isdn::q931::head_of(frame);
    return head && head->type == type;
}

/// The network does not hear what it is asked for.
void ignore_facility(int from, Frame& frame) {
    if (from == 0 && carries(frame, isdn::q931::facility)) frame[isdn::q931::address_and_control_octets] = 0;
}

/// "1c 03 91 a3 ...", the element and its contents, in place of all elements of a message, or behind them.
void add_facility(Frame& frame, const std::string& contents, bool instead) {
    auto element = octets(contents);
    element.insert(element.begin(), {0x1c, static_cast<std::uint8_t>(element.size())});
    if (instead) frame.resize(first_element_at + check_octets);
    frame.insert(frame.end() - check_octets, element.begin(), element.end());
}

/// Two answered calls of the gateway, to A and to B.
struct TwoCalls {
    using Tamper = std::function<void(int, Frame&)>;
    explicit TwoCalls(bool ours = true, bool theirs = true) : TwoCalls(options(ours, theirs), nullptr) {}
    TwoCalls(const BenchOptions& options, Tamper tamper) : bench(options) {
        bench.wire->tamper = std::move(tamper);
        REQUIRE(bench.up());
        bench.peer->on_event = [this](const isdn::LinkEvent& event) {
            if (event.kind != LinkEventKind::setup) return;
            records.push_back(event.call);
            bench.peer->link.answer(event.call, *event.channel);
        };
        for (auto* side : {&a, &b}) {
            const call::CallRequest request{.caller = {}, .called = "5551234", .source = {}};
            side->leg = bench.span->open(bench.sink.next_leg_id(), request, bench.refused);
            REQUIRE(side->leg);
            side->leg->observe(&side->listener);
            side->leg->start(request);
            REQUIRE(bench.until([&] { return side->plain.has("answered"); }));
            side->plain.heard.clear();
        }
    }
    static BenchOptions options(bool ours, bool theirs) {
        BenchOptions options;
        options.settings.transfer = ours;
        options.peer_link.transfer = theirs;
        options.times.transfer = 300ms;
        options.times.transfer_settle = 100ms;
        return options;
    }
    struct Side {
        Listener plain;
        JoinListener listener{plain};
        std::unique_ptr<call::Leg> leg;
    };
    Bench bench;
    Side a, b;
    std::vector<q931_call*> records;
};

}  // namespace

TEST_CASE("the network joins two calls of the span, and clears both") {
    TwoCalls calls;
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    CHECK_FALSE(calls.a.leg->refer({"", calls.b.leg.get()}));  // once at a time
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::transfer) == 1; }));
    const auto event = *bench.peer->last(LinkEventKind::transfer);
    isdn::answer_transfer(bench.peer->link, event.call, event.invoke, true);
    bench.peer->link.hangup(event.call, 16);
    bench.peer->link.hangup(event.other, 16);
    REQUIRE(bench.until([&] { return calls.a.plain.has("released") && calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "referred released ");
    CHECK(calls.b.plain.heard == "released ");
    CHECK(bench.idle());
}

TEST_CASE("a network that does not join the calls leaves them to the gateway") {
    const bool refuses = GENERATE(false, true);
    CAPTURE(refuses);
    auto options = TwoCalls::options(true, false);
    if (refuses) options.times.transfer = 1h;  // the answer counts, not the time
    TwoCalls calls(options, refuses ? TwoCalls::Tamper() : ignore_facility);
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    REQUIRE(calls.bench.until([&] { return calls.a.plain.has("referred"); }));
    CHECK(calls.a.plain.heard == "not referred ");
    CHECK(calls.b.plain.heard.empty());
    CHECK(calls.bench.span->view().in_use == 2);
    CHECK(calls.a.leg->refer({"", calls.b.leg.get()}));  // may be tried again
}

TEST_CASE(
    "two B-channel transfer: the reference of the other call goes out, and an error or a reject comes back") {
    using config::SwitchType;
    const auto type = GENERATE(SwitchType::national, SwitchType::lucent5e, SwitchType::lucent4e);
    const std::string answer = GENERATE("91 a3 06 02 01 01 02 01 00", "91 a4 06 02 01 01 81 01 01");
    CAPTURE(static_cast<int>(type), answer);
    auto options = TwoCalls::options(true, false);
    options.settings.switch_type = type;
    options.times.transfer = 1h;
    Frame asked;
    TwoCalls calls(options, [&](int from, Frame& frame) {
        if (from == 0 && carries(frame, isdn::q931::facility)) asked = frame;
        if (from != 1 || !carries(frame, notify_message)) return;
        frame[type_at] = isdn::q931::facility;
        add_facility(frame, answer, true);
    });
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    REQUIRE(calls.bench.until([&] { return !asked.empty(); }));
    const auto head = isdn::q931::head_of(asked);
    REQUIRE(head);
    CHECK((head->reference == 1 && head->by_originator));
    const auto element = isdn::q931::find_element(asked, isdn::q931::facility_element);
    auto expected = octets("91 a1 11 02 01 00 06 07 2a 86 48 ce 15 00 08 30 03 02 01 02");
    REQUIRE(element.size() == expected.size());
    expected[5] = element[5];  // the invoke identifier
    CHECK(std::equal(element.begin(), element.end(), expected.begin()));

    isdn::send_notification(calls.bench.peer->link, calls.records[0], 2);
    REQUIRE(calls.bench.until([&] { return calls.a.plain.has("referred"); }));
    CHECK(calls.a.plain.heard == "not referred ");
    CHECK(calls.bench.span->view().in_use == 2);
}

TEST_CASE(
    "a release link trunk: the identity that the exchange gives to one call goes out in the other one") {
    auto options = TwoCalls::options(true, false);
    options.settings.switch_type = config::SwitchType::dms100;
    options.times.transfer = 1h;
    const bool has_identity = GENERATE(true, false);
    CAPTURE(has_identity);
    Frame first, asked;
    TwoCalls calls(options, [&](int from, Frame& frame) {
        if (from == 0 && carries(frame, isdn::q931::setup) && first.empty()) first = frame;
        if (from == 0 && carries(frame, isdn::q931::facility)) asked = frame;
        if (from == 1 && carries(frame, connect_message) && has_identity && frame[7] == 2)
            add_facility(frame, "11 be a2 0d 02 01 01 30 08 02 01 01 80 03 01 fd 3b", false);
        if (from != 1 || !carries(frame, notify_message)) return;
        frame[type_at] = isdn::q931::facility;
        add_facility(frame, "11 be a3 06 02 01 02 02 01 12", true);
    });
    const auto in_setup = isdn::q931::find_element(first, isdn::q931::facility_element);
    const auto wish = octets("11 be a1 06 02 01 01 02 01 01");
    CHECK(std::equal(in_setup.begin(), in_setup.end(), wish.begin(), wish.end()));
    const bool asks = calls.a.leg->refer({"", calls.b.leg.get()});
    CHECK(asks == has_identity);
    if (!asks) return;
    REQUIRE(calls.bench.until([&] { return !asked.empty(); }));
    const auto head = isdn::q931::head_of(asked);
    CHECK((head && head->reference == 1));
    const auto element = isdn::q931::find_element(asked, isdn::q931::facility_element);
    const auto expected = octets("11 be a1 10 02 01 02 02 01 02 30 08 80 03 01 fd 3b 81 01 00");
    CHECK(std::equal(element.begin(), element.end(), expected.begin(), expected.end()));
    isdn::send_notification(calls.bench.peer->link, calls.records[0], 2);
    REQUIRE(calls.bench.until([&] { return calls.a.plain.has("referred"); }));
    CHECK(calls.a.plain.heard == "not referred ");
}

TEST_CASE("a party who hangs up while the network is asked is no success") {
    TwoCalls calls(TwoCalls::options(true, false), ignore_facility);
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    bench.peer->link.hangup(calls.records[1], 16);
    REQUIRE(bench.until([&] { return calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "not referred ");
    CHECK(bench.span->view().in_use == 1);
}

TEST_CASE("a call that the gateway ends meanwhile tells nothing more") {
    TwoCalls calls(TwoCalls::options(true, false), ignore_facility);
    auto& bench = calls.bench;
    REQUIRE(calls.a.leg->refer({"", calls.b.leg.get()}));
    bench.peer->link.hangup(calls.records[1], 16);
    REQUIRE(bench.until([&] { return bench.span->view().in_use == 1; }));
    calls.a.leg->release({call::q850::normal_clearing, call::Location::user, ""});
    REQUIRE(bench.until([&] { return calls.a.plain.has("released") && calls.b.plain.has("released"); }));
    CHECK(calls.a.plain.heard == "released ");
    CHECK(calls.b.plain.heard == "released ");
}

TEST_CASE("no transfer without transfer: on, to a number, or to the call itself") {
    TwoCalls calls(false);
    CHECK_FALSE(calls.a.leg->refer({"", calls.b.leg.get()}));
    auto at_the_network = TwoCalls::options(true, true);
    at_the_network.side = config::SpanSide::network;
    TwoCalls as_network(at_the_network, nullptr);
    CHECK_FALSE(as_network.a.leg->refer({"", as_network.b.leg.get()}));
    TwoCalls allowed;
    CHECK_FALSE(allowed.a.leg->refer({"5550100", nullptr}));
    CHECK_FALSE(allowed.a.leg->refer({"", allowed.a.leg.get()}));
    CHECK_FALSE(allowed.a.leg->refer({"", calls.b.leg.get()}));  // of another span
}

TEST_CASE("the other end asks for two calls to be joined") {
    TwoCalls calls;
    auto& bench = calls.bench;
    REQUIRE(isdn::send_transfer(bench.peer->link, calls.records[0], calls.records[1]));
    REQUIRE(bench.until([&] { return calls.a.plain.has("join") || calls.b.plain.has("join"); }));
    auto& asked = calls.a.plain.has("join") ? calls.a : calls.b;
    CHECK(asked.listener.joined.first == asked.leg.get());
    CHECK(asked.listener.joined.second != asked.leg.get());
    SECTION("and they are") {
        for (auto* side : {&calls.a, &calls.b})
            side->leg->release(call::transferred_away());
        CHECK(bench.until([&] { return bench.peer->count(LinkEventKind::disconnect) == 2; }));
        CHECK(bench.idle());
    }
    SECTION("and cannot be") {
        asked.leg->transfer_failed();
        CHECK(bench.span->view().in_use == 2);
    }
}

TEST_CASE(
    "who asks for a transfer is told by the reason of the release what became of it, not by its words") {
    using call::Why;
    static constexpr unsigned result = 0xa2, error = 0xa3;
    const auto [why, words, expected] = GENERATE(table<Why, std::string, unsigned>({
        {Why::transferred, "", result},
        {Why::joined, "", result},
        {Why::plain, "transferred", error},
    }));
    CAPTURE(words);
    std::vector<unsigned> answers;
    TwoCalls calls(TwoCalls::options(true, true), [&](int from, Frame& frame) {
        const auto element = isdn::q931::find_element(frame, isdn::q931::facility_element);
        if (from == 0 && element.size() > 1) answers.push_back(element[1]);  // a result comes with DISCONNECT
    });
    auto& bench = calls.bench;
    REQUIRE(answers.empty());
    REQUIRE(isdn::send_transfer(bench.peer->link, calls.records[0], calls.records[1]));
    REQUIRE(bench.until([&] { return calls.a.plain.has("join") || calls.b.plain.has("join"); }));
    REQUIRE(answers == std::vector<unsigned>{result});  // the name of the first call
    auto& asked = calls.a.plain.has("join") ? calls.a : calls.b;
    call::Cause cause{call::q850::normal_clearing, call::Location::private_local, words};
    cause.why = why;
    asked.leg->release(cause);
    REQUIRE(bench.until([&] { return answers.size() == 2; }));
    CHECK(answers.back() == expected);
}

TEST_CASE("the other end asks for a transfer that is not allowed") {
    TwoCalls calls(false);
    auto& bench = calls.bench;
    REQUIRE(isdn::send_transfer(bench.peer->link, calls.records[0], calls.records[1]));
    // What is asked is answered in order.
    isdn::send_notification(bench.peer->link, calls.records[0], isdn::notification::remote_hold);
    REQUIRE(isdn::send_hold(bench.peer->link, calls.records[0]));
    REQUIRE(bench.until([&] { return bench.peer->count(LinkEventKind::hold_ack) == 1; }));
    CHECK_FALSE(calls.a.plain.has("join"));
    CHECK_FALSE(calls.b.plain.has("join"));
}
