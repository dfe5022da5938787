// The two remote faults of the SIP library, each against a real agent in this process: after the attack it
// must still answer and shut down cleanly. 64*T1 is lowered so that the delayed fault would strike within the
// test.
#include <sofia-sip/su_wait.h>

#include "agent.hpp"
#include "sip_fixture.hpp"
#include "sip_thread.hpp"

using namespace tipring;
using test::RawCall;
using test::RawPeer;

namespace {

constexpr std::chrono::milliseconds transaction_timeout{700};

struct Reports final : sip::AgentObserver {
    std::vector<sip::IncomingCall> incoming;
    std::vector<sip::Released> released;
    std::vector<sip::MessageNotice> messages;
    bool shut_down = false;

    void on_incoming(const sip::IncomingCall& call) override { incoming.push_back(call); }
    void on_dialog(sip::DialogId, const sip::DialogEvent& event) override {
        if (const auto* end = std::get_if<sip::Released>(&event)) released.push_back(*end);
    }
    void on_registration_answer(const sip::RegistrationAnswer&) override {}
    void on_subscription_answer(const sip::SubscriptionAnswer&) override {}
    void on_messages(const sip::MessageNotice& notice) override { messages.push_back(notice); }
    void on_probe_answer(const std::string&) override {}
    void on_shut_down() override { shut_down = true; }
};

/// A real agent that trusts 127.0.0.1.
struct Rig {
    test::Loop loop;
    Reports reports;
    std::uint16_t port = test::free_port();
    std::shared_ptr<sip::CoreLink> link = std::make_shared<sip::CoreLink>(loop.reactor, reports);
    std::shared_ptr<sip::AgentCounters> counters = std::make_shared<sip::AgentCounters>();
    sip::Agent agent{link, counters, {"127.0.0.1", port, transaction_timeout}};
    sip::SipThread thread;
    RawPeer peer;

    Rig() {
        const auto started = thread.start([this](su_root_t* root) { return agent.create(root); });
        REQUIRE(started.has_value());
        sip::AccountRules rules;
        rules.name = "pbx";
        rules.local_host = "127.0.0.1";
        sip::TrustList trust;
        trust.set("pbx", {"127.0.0.1"});
        thread.post([this, rules, trust] { agent.set_rules({rules}, trust); });
    }
    ~Rig() { link->close(); }

    bool answers() {
        RawPeer asking;
        RawCall options{asking, "options" + std::to_string(asking.port())};
        asking.send(options.request("OPTIONS", 1), port);
        return !asking.expect(loop, "SIP/2.0 200").empty();
    }
    /// Lets the time pass in which Sofia gives up on unacknowledged answers.
    void outlive_transactions() {
        const auto end = std::chrono::steady_clock::now() + 3 * transaction_timeout;
        loop.wait_for([&] { return std::chrono::steady_clock::now() > end; });
    }
    void shut_down_cleanly() {
        thread.post([this] { agent.shut_down(); });
        REQUIRE(loop.wait_for([&] { return reports.shut_down; }));
        thread.post([this] { agent.drop_handles(); });
        thread.end([this] { agent.destroy(); }, false);
        CHECK_FALSE(thread.running());
    }
};

}  // namespace

TEST_CASE("a session description that hangs the library's parser is refused and does no harm") {
    Rig rig;
    RawCall call{rig.peer, "hang"};
    rig.peer.send(call.request("INVITE", 1, test::sdp_with("m=image 4000 udptl =\r\n")), rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "SIP/2.0 400").empty());
    CHECK(rig.reports.incoming.empty());
    CHECK(rig.counters->malformed == 1);
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("the same description inside a call is refused and the call lives on") {
    Rig rig;
    RawCall call{rig.peer, "hang2"};
    rig.peer.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio)), rig.port);
    REQUIRE(rig.loop.wait_for([&] { return rig.reports.incoming.size() == 1; }));
    const auto id = rig.reports.incoming[0].id;
    rig.thread.post([&rig, id] { rig.agent.answer(id, {"127.0.0.1", 40002}); });
    call.learn(rig.peer.expect(rig.loop, "SIP/2.0 200"));
    rig.peer.send(call.request("ACK", 1), rig.port);
    rig.peer.send(call.request("INVITE", 2, test::sdp_with("m=image 4000 udptl =\r\n")), rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "SIP/2.0 400").empty());
    rig.peer.send(call.request("ACK", 2), rig.port);
    CHECK(rig.reports.released.empty());
    rig.peer.send(call.request("BYE", 3), rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "SIP/2.0 200").empty());
    CHECK(rig.loop.wait_for([&] { return rig.reports.released.size() == 1; }));
    rig.shut_down_cleanly();
}

TEST_CASE("targets and routes that are not SIP are refused before they become a dialog") {
    struct Row {
        const char* contact;
        const char* more;
    };
    const auto row = GENERATE(
        Row{"Contact: <tel:+123>", "X-Plain: 1"}, Row{"Contact: <sip:>", "X-Plain: 1"},
        Row{"Contact: <sip:300@127.0.0.1>, <tel:+1>", "X-Plain: 1"},
        Row{"Contact: <sip:1@127.0.0.1>, <sip:2@127.0.0.1>", "X-Plain: 1"}, Row{"Contact: *", "X-Plain: 1"},
        Row{"X-No-Contact: 1", "X-Plain: 1"}, Row{"Contact: <http://127.0.0.1/>", "X-Plain: 1"},
        Row{"Contact: <sip:300@127.0.0.1>", "Record-Route: <tel:+123;lr>"},
        Row{"Contact: <sip:300@127.0.0.1>", "Record-Route: <sip:127.0.0.1;lr>, <mailto:a@b>"});
    CAPTURE(row.contact, row.more);
    Rig rig;
    RawCall call{rig.peer, "target", {}, row.contact};
    rig.peer.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio), {row.more}), rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "SIP/2.0 400").empty());
    CHECK(rig.reports.incoming.empty());
    rig.outlive_transactions();
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("a target refresh to something that is not SIP is refused") {
    const auto method = GENERATE("INVITE", "UPDATE");
    Rig rig;
    RawCall call{rig.peer, "refresh"};
    rig.peer.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio)), rig.port);
    REQUIRE(rig.loop.wait_for([&] { return rig.reports.incoming.size() == 1; }));
    const auto id = rig.reports.incoming[0].id;
    rig.thread.post([&rig, id] { rig.agent.answer(id, {"127.0.0.1", 40002}); });
    call.learn(rig.peer.expect(rig.loop, "SIP/2.0 200"));
    rig.peer.send(call.request("ACK", 1), rig.port);
    call.contact = "Contact: <tel:+123>";
    rig.peer.send(call.request(method, 2, test::sdp_with(test::plain_audio)), rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "SIP/2.0 400").empty());
    rig.outlive_transactions();
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("a caller who never acknowledges ends the call and nothing else") {
    Rig rig;
    RawCall call{rig.peer, "silent"};
    rig.peer.send(call.request("INVITE", 1, test::sdp_with(test::plain_audio)), rig.port);
    REQUIRE(rig.loop.wait_for([&] { return rig.reports.incoming.size() == 1; }));
    const auto id = rig.reports.incoming[0].id;
    rig.thread.post([&rig, id] { rig.agent.answer(id, {"127.0.0.1", 40002}); });
    CHECK(rig.loop.wait_for([&] { return rig.reports.released.size() == 1; }));
    rig.outlive_transactions();
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("an answer whose Contact is not SIP ends our call in good order") {
    Rig rig;
    sip::OutgoingCall call;
    call.id = sip::next_dialog_id();
    call.request_uri = "sip:300@" + rig.peer.at();
    call.from = "<sip:201@127.0.0.1>";
    call.to = "<sip:300@" + rig.peer.at() + ">";  // what is left to send to when the Contact is taken away
    call.contact = "<sip:201@127.0.0.1:" + std::to_string(rig.port) + ">";
    call.local = {"127.0.0.1", 40002};
    rig.thread.post([&rig, call] { rig.agent.place(call); });
    const auto invite = rig.peer.expect(rig.loop, "INVITE");
    REQUIRE_FALSE(invite.empty());
    rig.peer.send(test::response(invite, "200 OK", {"Contact: <tel:+123>", "Record-Route: <tel:+1>"},
                                 test::sdp_with(test::plain_audio)),
                  rig.port);
    CHECK_FALSE(rig.peer.expect(rig.loop, "ACK").empty());
    const auto bye = rig.peer.expect(rig.loop, "BYE");
    CHECK_FALSE(bye.empty());
    REQUIRE(rig.loop.wait_for([&] { return rig.reports.released.size() == 1; }));
    CHECK(rig.reports.released[0].cause.value == call::q850::protocol_error);
    rig.outlive_transactions();
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("garbage does not end the agent") {
    Rig rig;
    RawCall call{rig.peer, "garbage"};
    const auto good = call.request("INVITE", 1, test::sdp_with(test::plain_audio));
    for (std::size_t cut = 0; cut < good.size(); cut += 7)
        rig.peer.send(good.substr(0, cut), rig.port);
    rig.peer.send(std::string(3000, '\0'), rig.port);
    rig.peer.send("INVITE sip:@ SIP/2.0\r\n\r\n", rig.port);
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}

TEST_CASE("a flood of news about messages leaves nothing behind") {
    Rig rig;
    for (unsigned sequence = 1; sequence <= 200; ++sequence) {
        RawCall call{rig.peer, "mwi" + std::to_string(sequence)};
        const bool good = sequence % 4 == 0;
        auto notify = call.request(
            "NOTIFY", sequence, "Messages-Waiting: yes\r\n",
            {"Event: message-summary", "Subscription-State: active",
             good ? "Contact: <sip:300@" + rig.peer.at() + ">" : std::string("Contact: <tel:+1>")});
        notify.replace(notify.find("application/sdp"), 15, "application/simple-message-summary");
        rig.peer.send(notify, rig.port);
        CHECK_FALSE(rig.peer.expect(rig.loop, good ? "SIP/2.0 200" : "SIP/2.0 400").empty());
    }
    CHECK(rig.loop.wait_for([&] { return rig.reports.messages.size() == 50; }));
    CHECK(rig.answers());
    rig.shut_down_cleanly();
}
