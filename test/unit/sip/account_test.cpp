// One account alone: which address of ours it names while the network comes, goes and changes.
#include "account.hpp"

#include <catch2/catch.hpp>

#include "manual_reactor.hpp"

using namespace tipring;

namespace {

struct Desk {
    test::ManualReactor reactor;
    std::string ours;   ///< what the kernel would say
    std::string asked;  ///< the server that it was asked about
    std::unique_ptr<sip::Account> account;

    explicit Desk(const std::string& listen, std::vector<std::string> accept_from = {}) {
        config::SipAccount settings;
        settings.name = "pbx";
        settings.server = "192.0.2.1";
        settings.accept_from = std::move(accept_from);
        config::Sip sip;
        sip.listen = listen;
        account = std::make_unique<sip::Account>(reactor, settings, sip, config::Media{},
                                                 std::vector<sip::Identity>{},
                                                 [this](const std::string& server, auto) {
                                                     asked = server;
                                                     return ours;
                                                 });
    }
};

}  // namespace

TEST_CASE("without a way to the server no address is invented, and it is found when there is one") {
    const std::string listen = GENERATE("0.0.0.0", "::");
    Desk desk(listen);
    CHECK(desk.account->set_addresses({"192.0.2.1"}));
    CHECK(desk.account->resolved());
    CHECK_FALSE(desk.account->has_route());
    CHECK(desk.account->local_host().empty());
    CHECK_FALSE(desk.account->refresh_local_host());
    desk.ours = "192.0.2.77";
    CHECK(desk.account->refresh_local_host());
    CHECK(desk.asked == "192.0.2.1");
    CHECK(desk.account->has_route());
    CHECK(desk.account->rules().local_host == "192.0.2.77");
    CHECK(desk.account->registration({"pbx", "201", "", "", "", "201"}).contact ==
          "<sip:201@192.0.2.77:5060>");
    CHECK_FALSE(desk.account->refresh_local_host());
}

TEST_CASE("another address of ours is noticed although the server's stays, and so is its loss") {
    Desk desk("0.0.0.0");
    desk.ours = "192.0.2.77";
    CHECK(desk.account->set_addresses({"192.0.2.1"}));
    CHECK_FALSE(desk.account->set_addresses({"192.0.2.1"}));
    desk.ours = "192.0.2.78";
    CHECK(desk.account->set_addresses({"192.0.2.1"}));
    CHECK(desk.account->local_host() == "192.0.2.78");
    desk.ours.clear();
    CHECK(desk.account->refresh_local_host());
    CHECK_FALSE(desk.account->has_route());
}

TEST_CASE("a listening address that is written down is ours, whatever the network does") {
    Desk desk("192.0.2.5");
    CHECK(desk.account->set_addresses({"192.0.2.1"}));
    CHECK(desk.account->local_host() == "192.0.2.5");
    CHECK_FALSE(desk.account->refresh_local_host());
}

TEST_CASE("before the server's name is known, our address is the one towards accept_from") {
    Desk desk("0.0.0.0", {"198.51.100.9"});
    desk.ours = "198.51.100.7";
    CHECK(desk.account->refresh_local_host());
    CHECK(desk.asked == "198.51.100.9");
    CHECK(desk.account->local_host() == "198.51.100.7");
}

TEST_CASE("a caller from outside does not get the credentials of the port whose number it claims") {
    test::ManualReactor reactor;
    config::SipAccount settings;
    settings.name = "pbx";
    settings.server = "192.0.2.1";
    settings.mode = config::SipMode::per_port;
    sip::Account account(reactor, settings, config::Sip{}, config::Media{},
                         {{"pbx", "201", "201", "secret", "Reception", "201"}},
                         [](const std::string&, auto) { return std::string("192.0.2.77"); });
    account.set_addresses({"192.0.2.1"});
    call::CallRequest request;
    request.caller.number = "201";
    request.called = "300";
    request.source.kind = routing::DestinationKind::span;
    request.source.name = "main";
    const auto outside = account.outgoing_call(request);
    CHECK(outside.credentials.password.empty());
    CHECK(outside.from.find("Reception") == std::string::npos);
    request.source.kind = routing::DestinationKind::port;
    request.source.name = "201";
    CHECK(account.outgoing_call(request).credentials.password == "secret");
}

TEST_CASE("a port that sends a call on pays for it, and the caller stays who called") {
    test::ManualReactor reactor;
    config::SipAccount settings;
    settings.name = "pbx";
    settings.server = "192.0.2.1";
    settings.domain = "pbx.example";
    settings.mode = config::SipMode::per_port;
    sip::Account account(reactor, settings, config::Sip{}, config::Media{},
                         {{"pbx", "205", "205", "secret", "Reception", "205"}},
                         [](const std::string&, auto) { return std::string("192.0.2.77"); });
    account.set_addresses({"192.0.2.1"});
    call::CallRequest request{{"300", "", call::Presentation::allowed}, "201", {}};
    request.source.kind = routing::DestinationKind::port;
    request.source.name = "205";
    request.diversions = {{"205", call::DivertReason::no_answer}};
    auto order = account.outgoing_call(request);
    CHECK(order.from == "<sip:300@pbx.example>");
    CHECK(order.more == "Diversion: <sip:205@pbx.example>;reason=no-answer;counter=1\r\n");
    CHECK(order.credentials.password == "secret");
    settings.forwarded_by = config::ForwardedBy::both;
    sip::Account both(reactor, settings, config::Sip{}, config::Media{}, {},
                      [](const std::string&, auto) { return std::string("192.0.2.77"); });
    both.set_addresses({"192.0.2.1"});
    CHECK(both.outgoing_call(request).more ==
          "History-Info: <sip:205@pbx.example>;index=1, <sip:201@pbx.example;cause=408>;index=1.1;mp=1\r\n" +
              order.more);
    request.diversions.clear();
    request.on_behalf = true;  // of a party that 205 transfers
    order = account.outgoing_call(request);
    CHECK(order.from == "<sip:300@pbx.example>");
    CHECK(order.credentials.password == "secret");
    CHECK_FALSE(order.anonymous);
    request.caller.presentation = call::Presentation::restricted;
    order = account.outgoing_call(request);
    CHECK(order.anonymous);
    CHECK(order.asserted == "<sip:300@pbx.example>");
    request.caller.screening = call::Screening::failed;
    CHECK(account.outgoing_call(request).asserted.empty());  // the account has no user of its own
    request.caller.screening = call::Screening::unspecified;
    request.caller.presentation = call::Presentation::allowed;
    request.on_behalf = false;
    order = account.outgoing_call(request);
    CHECK(order.from == "\"Reception\" <sip:205@pbx.example>");
    CHECK(order.more.empty());
    CHECK(account.referrer("205", false) == "<sip:205@pbx.example>");
    CHECK(account.referrer("205", true) == "<sip:anonymous@anonymous.invalid>");
    CHECK(account.credentials_of("205").password == "secret");
    CHECK(account.credentials_of("300").password.empty());
    CHECK(account.is_own_host("PBX.example"));
    CHECK(account.is_own_host("192.0.2.1"));
    CHECK_FALSE(account.is_own_host("192.0.2.2"));
}
