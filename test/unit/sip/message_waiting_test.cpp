// Waiting messages (RFC 3842): NOTIFYs that come unasked, and subscriptions, against a hand-made server.
#include "manual_reactor.hpp"
#include "service_fixture.hpp"
#include "subscriber.hpp"

using namespace tipring;
using test::Called;
using test::RawCall;
using test::RawPeer;
using test::Side;

namespace {

const sip::Identity mail_201{"pbx", "201", "201", "secret", "Reception", "201"};
const std::string two_new = "Messages-Waiting: yes\r\nVoice-Message: 2/1\r\n";

/// A NOTIFY out of nowhere to sip:201.
std::string notify(const RawCall& call, unsigned sequence, const std::string& body,
                   const std::string& event = "message-summary",
                   const std::string& type = "application/simple-message-summary") {
    auto text = call.request(
        "NOTIFY", sequence, body,
        {"Event: " + event, "Subscription-State: active", "Contact: <sip:300@" + call.peer.at() + ">"});
    if (const auto place = text.find("application/sdp"); place != std::string::npos)
        text.replace(place, 15, type);
    return text;
}

}  // namespace

TEST_CASE("a server may tell of messages unasked") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41350);
    side.add_account("pbx", server.port());
    side.identities = {mail_201};
    side.start();
    RawCall call{server, "mwi"};
    server.send(notify(call, 1, two_new), side.port);
    CHECK_FALSE(server.expect(loop, "SIP/2.0 200").empty());
    REQUIRE(loop.wait_for([&] { return side.messages.size() == 1; }));
    CHECK(side.messages[0].first.port == "201");
    CHECK(side.messages[0].second == sip::MessageSummary{true, 2, 1, ""});
    RawCall empty{server, "mwi2"};
    server.send(notify(empty, 1, "Messages-Waiting: no\r\n"), side.port);
    REQUIRE(loop.wait_for([&] { return side.messages.size() == 2; }));
    CHECK_FALSE(side.messages[1].second.waiting);
}

TEST_CASE("somebody without registration is named by the account and the user") {
    Called called;
    RawCall call{called.peer, "mwi"};
    CHECK_FALSE(called.exchange(notify(call, 1, two_new), "SIP/2.0 200").empty());
    REQUIRE(called.loop.wait_for([&] { return called.side.messages.size() == 1; }));
    CHECK(called.side.messages[0].first.account == "pbx");
    CHECK(called.side.messages[0].first.user == "201");
    CHECK(called.side.messages[0].first.port.empty());
}

TEST_CASE("what is told to the gateway itself carries whose messages they are") {
    test::Loop loop;
    RawPeer server;
    Side side(loop, 41350);
    side.add_account("pbx", server.port());
    side.identities = {{"pbx", "201", "201", "secret", "", ""}};  // one registration for all
    side.start();
    const std::vector<std::pair<std::string, std::string>> rows = {
        {"Message-Account: sip:802@mail.example\r\n", "802"}, {"", ""}, {"Message-Account: \xff\r\n", ""}};
    for (const auto& [account, mailbox] : rows) {
        const RawCall call{server, "mwi" + std::to_string(side.messages.size())};
        const auto count = side.messages.size() + 1;
        server.send(notify(call, 1, "Messages-Waiting: yes\r\n" + account), side.port);
        CHECK_FALSE(server.expect(loop, "SIP/2.0 200").empty());
        REQUIRE(loop.wait_for([&] { return side.messages.size() == count; }));
        CHECK(side.messages.back().first.user == "201");
        CHECK(side.messages.back().first.port.empty());
        CHECK(side.messages.back().first.mailbox == mailbox);
    }
}

TEST_CASE("other news, other texts and other senders are refused") {
    Called called;
    const RawCall event{called.peer, "event"}, type{called.peer, "type"}, garbage{called.peer, "garbage"};
    CHECK_FALSE(called.exchange(notify(event, 1, two_new, "presence"), "SIP/2.0 489").empty());
    CHECK_FALSE(
        called.exchange(notify(type, 1, two_new, "message-summary", "text/plain"), "SIP/2.0 415").empty());
    CHECK_FALSE(called.exchange(notify(garbage, 1, "Messages-Waiting: \xff\r\n"), "SIP/2.0 400").empty());
    RawPeer stranger("127.0.0.2");
    const RawCall unknown{stranger, "stranger"};
    stranger.send(notify(unknown, 1, two_new), called.side.port);
    CHECK_FALSE(stranger.expect(called.loop, "SIP/2.0 403").empty());
    CHECK(called.side.messages.empty());
    CHECK(called.side.service->stats().refused == 1);
}

TEST_CASE("an account that wants no news refuses it") {
    Called called([](config::SipAccount& account) { account.message_waiting = config::MessageNotices::off; });
    const RawCall call{called.peer, "mwi"};
    CHECK_FALSE(called.exchange(notify(call, 1, two_new), "SIP/2.0 481").empty());
    CHECK(called.side.messages.empty());
}

namespace {

/// A registered port with a subscription, and the server's side of it.
struct Mailbox {
    test::Loop loop;
    RawPeer server;
    std::unique_ptr<Side> side = std::make_unique<Side>(loop, 41360);
    std::string subscribe;

    Mailbox() {
        auto& account = side->add_account("pbx", server.port(), config::SipMode::per_port);
        account.message_waiting = config::MessageNotices::subscribe;
        side->identities = {mail_201};
        side->identities[0].mailbox = "9201";
        side->start();
        const auto registration = server.expect(loop, "REGISTER");
        REQUIRE_FALSE(registration.empty());
        server.send(test::response(registration, "200 OK"), side->port);
        subscribe = server.expect(loop, "SUBSCRIBE");
        REQUIRE_FALSE(subscribe.empty());
    }
    ~Mailbox() {
        bool done = false;
        side->service->stop(std::chrono::seconds(8), [&] { done = true; });
        CHECK(loop.wait_for([&] {
            const auto request = server.receive();
            const bool farewell =
                request.compare(0, 8, "REGISTER") == 0 || request.compare(0, 9, "SUBSCRIBE") == 0;
            if (farewell) {
                CHECK(test::header(request, "Expires") == "0");
                server.send(test::response(request, "200 OK"), side->port);
            }
            return done;
        }));
        side->service.reset();
    }
    std::string contact() const { return "Contact: <sip:mail@" + server.at() + ">"; }
    void accept() {
        server.send(test::response(subscribe, "200 OK", {contact(), "Expires: 600"}), side->port);
    }
    std::string tell(unsigned sequence, const std::string& state, const std::string& body,
                     const std::string& contact_line) {
        const auto from = test::header(subscribe, "From");
        auto text =
            test::message("NOTIFY sip:201@127.0.0.1:" + std::to_string(side->port) + " SIP/2.0",
                          {"Via: SIP/2.0/UDP " + server.at() + ";branch=z9hG4bKn" + std::to_string(sequence),
                           "Max-Forwards: 70", "From: " + test::header(subscribe, "To") + ";tag=peer",
                           "To: " + from, "Call-ID: " + test::header(subscribe, "Call-ID"),
                           "CSeq: " + std::to_string(sequence) + " NOTIFY", "Event: message-summary",
                           "Subscription-State: " + state, contact_line},
                          body);
        if (const auto place = text.find("application/sdp"); place != std::string::npos)
            text.replace(place, 15, "application/simple-message-summary");
        server.send(text, side->port);
        return server.expect(loop, "SIP/2.0");
    }
};

}  // namespace

TEST_CASE("a registered port subscribes to its mailbox and ends that at the end") {
    Mailbox mail;
    CHECK(mail.subscribe.find("SUBSCRIBE sip:9201@127.0.0.1") == 0);
    CHECK(test::header(mail.subscribe, "Event") == "message-summary");
    CHECK(test::header(mail.subscribe, "Accept") == "application/simple-message-summary");
    CHECK(test::header(mail.subscribe, "Expires") == "3600");
    CHECK(test::header(mail.subscribe, "From").find("<sip:201@127.0.0.1>") == 0);
    CHECK(test::header(mail.subscribe, "To") == "<sip:9201@127.0.0.1>");
    mail.accept();
    CHECK(mail.tell(1, "active;expires=600", two_new, mail.contact()).find("SIP/2.0 200") == 0);
    REQUIRE(mail.loop.wait_for([&] { return mail.side->messages.size() == 1; }));
    CHECK(mail.side->messages[0].first.port == "201");
    CHECK(mail.side->messages[0].second.new_messages == 2);
    // A target that is not SIP never gets into the dialog.
    CHECK(mail.tell(2, "active", two_new, "Contact: <tel:+1>").find("SIP/2.0 400") == 0);
    CHECK(mail.tell(3, "active", "Messages-Waiting: no\r\n", mail.contact()).find("SIP/2.0 200") == 0);
    REQUIRE(mail.loop.wait_for([&] { return mail.side->messages.size() == 2; }));
    CHECK_FALSE(mail.side->messages[1].second.waiting);
}

TEST_CASE("a subscription answers digest challenges") {
    Mailbox mail;
    mail.server.send(test::response(mail.subscribe, "401 Unauthorized",
                                    {"WWW-Authenticate: Digest realm=\"pbx\", nonce=\"n\", algorithm=MD5"}),
                     mail.side->port);
    mail.subscribe = mail.server.expect(mail.loop, "SUBSCRIBE");
    CHECK(test::header(mail.subscribe, "Authorization").find("username=\"201\"") != std::string::npos);
    mail.accept();
    CHECK(mail.tell(1, "active;expires=600", two_new, mail.contact()).find("SIP/2.0 200") == 0);
    CHECK(mail.loop.wait_for([&] { return mail.side->messages.size() == 1; }));
}

TEST_CASE("a subscription whose answer has a target that is not SIP ends in good order") {
    Mailbox mail;
    mail.server.send(test::response(mail.subscribe, "200 OK",
                                    {"Contact: <tel:+1>", "Record-Route: <tel:+1;lr>", "Expires: 600"}),
                     mail.side->port);
    CHECK(mail.tell(1, "active;expires=600", two_new, mail.contact()).find("SIP/2.0 200") == 0);
    CHECK(mail.loop.wait_for([&] { return mail.side->messages.size() == 1; }));
}

TEST_CASE("a subscription that the server ends is made again") {
    Mailbox mail;
    mail.accept();
    const std::string reason = GENERATE("terminated;reason=noresource", "terminated;reason=deactivated");
    CHECK(mail.tell(1, reason, two_new, mail.contact()).find("SIP/2.0 200") == 0);
    CHECK(mail.loop.wait_for([&] { return mail.side->messages.size() == 1; }));
    auto again = mail.server.expect(mail.loop, "SUBSCRIBE");
    if (test::header(again, "Expires") == "0") {  // the old one is given up in all forms
        mail.server.send(test::response(again, "481 Subscription Does Not Exist"), mail.side->port);
        again = mail.server.expect(mail.loop, "SUBSCRIBE");
    }
    CHECK(test::header(again, "Expires") == "3600");
    CHECK(test::header(again, "Call-ID") != test::header(mail.subscribe, "Call-ID"));
    mail.subscribe = again;
    mail.accept();
}

TEST_CASE("a server that knows no mail leaves the registration alone") {
    Mailbox mail;
    mail.server.send(test::response(mail.subscribe, "489 Bad Event"), mail.side->port);
    CHECK(mail.side->service->registrations().at(0).state == sip::RegistrationState::registered);
}

namespace {

/// The subscriber alone, with a manual clock.
struct SubscriberDesk {
    test::ManualReactor reactor;
    std::vector<sip::SubscriptionOrder> sent;
    std::vector<std::uint64_t> dropped;
    std::unique_ptr<sip::Account> account;
    sip::Subscriber subscriber{reactor,
                               {[this](const sip::SubscriptionOrder& order) { sent.push_back(order); },
                                [this](std::uint64_t id) { dropped.push_back(id); }}};

    SubscriberDesk() {
        config::SipAccount settings;
        settings.name = "pbx";
        settings.server = "127.0.0.1";
        settings.domain = "example.net";
        config::Sip sip;
        sip.listen = "127.0.0.1";
        account = std::make_unique<sip::Account>(reactor, settings, sip, config::Media{},
                                                 std::vector<sip::Identity>{mail_201});
        account->set_addresses({"127.0.0.1"});
        subscriber.keep(*account, {mail_201});
    }
    void registration(sip::RegistrationState state) {
        sip::RegistrationView view;
        view.account = "pbx";
        view.user = "201";
        view.state = state;
        subscriber.on_registration(view);
    }
};

}  // namespace

TEST_CASE("a subscription lives as long as the registration") {
    SubscriberDesk desk;
    desk.registration(sip::RegistrationState::registering);
    CHECK(desk.sent.empty());
    desk.registration(sip::RegistrationState::registered);
    desk.registration(sip::RegistrationState::registered);  // a refresh
    REQUIRE(desk.sent.size() == 1);
    CHECK(desk.sent[0].uri == "sip:201@example.net");
    CHECK(desk.sent[0].route == "<sip:127.0.0.1:5060;lr>");
    CHECK(desk.subscriber.subscriber_of(desk.sent[0].id)->port == "201");
    CHECK(desk.subscriber.subscriber_of(0) == nullptr);
    desk.registration(sip::RegistrationState::failed);
    CHECK(desk.dropped == std::vector<std::uint64_t>{desk.sent[0].id});
    CHECK(desk.subscriber.subscriber_of(desk.sent[0].id) == nullptr);
    desk.registration(sip::RegistrationState::registered);
    CHECK(desk.sent.size() == 2);
}

TEST_CASE("a refused subscription is tried again later and later, one that ends soon") {
    SubscriberDesk desk;
    desk.registration(sip::RegistrationState::registered);
    desk.subscriber.on_answer({desk.sent[0].id, 489, "489 Bad Event"});
    desk.reactor.advance(std::chrono::seconds(3));
    desk.registration(sip::RegistrationState::registered);  // does not hurry it
    CHECK(desk.sent.size() == 1);
    desk.reactor.advance(std::chrono::seconds(4));
    REQUIRE(desk.sent.size() == 2);
    desk.subscriber.on_answer({desk.sent[0].id, 200, ""});  // to the first: too late
    desk.subscriber.on_answer({desk.sent[1].id, 408, "408 Request Timeout"});
    desk.reactor.advance(std::chrono::seconds(7));
    CHECK(desk.sent.size() == 2);
    desk.reactor.advance(std::chrono::seconds(6));
    REQUIRE(desk.sent.size() == 3);
    desk.subscriber.on_answer({desk.sent[2].id, 200, "200 OK"});
    desk.reactor.advance(std::chrono::hours(1));
    CHECK(desk.sent.size() == 3);
    desk.subscriber.on_answer({desk.sent[2].id, 0, "the server ended it"});
    desk.reactor.advance(std::chrono::seconds(7));
    CHECK(desk.sent.size() == 4);
    desk.subscriber.on_answer({desk.sent[3].id, 489, "489 Bad Event"});
    desk.subscriber.stop();
    desk.reactor.advance(std::chrono::hours(1));
    CHECK(desk.sent.size() == 4);
}
