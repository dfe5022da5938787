// The registrar alone, with a manual clock: pacing, silence, back-off.
#include <catch2/catch.hpp>

#include "manual_reactor.hpp"
#include "registrar.hpp"

using namespace tipring;

namespace {

struct Bench {
    test::ManualReactor reactor;
    std::vector<sip::RegistrationOrder> sent;
    std::vector<std::uint64_t> dropped, ended;
    unsigned silences = 0;
    config::SipAccount settings;
    std::vector<std::unique_ptr<sip::Account>> accounts;
    sip::Account* account = nullptr;  ///< the first
    sip::Registrar registrar{
        reactor,
        {[this](const sip::RegistrationOrder& order) { sent.push_back(order); },
         [this](std::uint64_t id) { dropped.push_back(id); },
         [this](std::uint64_t id) { ended.push_back(id); }, [this](sip::Account&) { ++silences; }},
        {}};

    explicit Bench(unsigned ports) {
        settings.server = "127.0.0.1";
        settings.domain = "example.net";
        account = &add_account("first");
        registrar.keep(*account, users(200, ports));
        registrar.start(*account);
    }

    sip::Account& add_account(const std::string& name) {
        config::Sip sip;
        sip.listen = "127.0.0.1";
        settings.name = name;
        accounts.push_back(std::make_unique<sip::Account>(reactor, settings, sip, config::Media{},
                                                          std::vector<sip::Identity>{}));
        accounts.back()->set_addresses({"127.0.0.1"});
        return *accounts.back();
    }

    static std::vector<sip::Identity> users(unsigned first, unsigned count) {
        std::vector<sip::Identity> identities;
        for (unsigned i = first; i < first + count; ++i) {
            const auto user = std::to_string(i);
            identities.push_back({"sip", user, user, "x", "", user});
        }
        return identities;
    }
};

sip::RegistrationAnswer granted(std::uint64_t order) {
    sip::RegistrationAnswer answer;
    answer.id = order;
    answer.status = 200;
    answer.from_network = true;
    answer.expires = std::chrono::seconds(300);
    return answer;
}

}  // namespace

TEST_CASE("registrations start ten at a time") {
    Bench bench(25);
    bench.reactor.advance(base::Duration(0));
    CHECK(bench.sent.size() == 10);
    bench.reactor.advance(base::Duration(10));
    CHECK(bench.sent.size() == 20);
    bench.reactor.advance(base::Duration(10));
    CHECK(bench.sent.size() == 25);
    CHECK(bench.sent[0].registrar_uri == "sip:example.net");
    CHECK(bench.sent[0].route == "<sip:127.0.0.1:5060;lr>");
    CHECK(bench.sent[0].address_of_record == "<sip:200@example.net>");
}

TEST_CASE("a silent registrar is tried again later and later") {
    Bench bench(1);
    bench.reactor.advance(std::chrono::seconds(10));
    auto view = bench.registrar.views().at(0);
    CHECK(view.state == sip::RegistrationState::failed);
    CHECK(view.reason == "no answer from 127.0.0.1");
    CHECK(bench.dropped.size() == 1);
    CHECK(bench.silences == 1);
    bench.reactor.advance(std::chrono::milliseconds(3700));
    CHECK(bench.sent.size() == 1);
    bench.reactor.advance(std::chrono::milliseconds(2600));
    CHECK(bench.sent.size() == 2);
    bench.reactor.advance(std::chrono::minutes(60));
    CHECK(bench.sent.size() > 10);
    CHECK(bench.sent.size() < 30);
}

TEST_CASE("identities that come and go: new ones register, those gone take their registration back") {
    Bench bench(2);
    bench.reactor.advance(std::chrono::milliseconds(0));
    REQUIRE(bench.sent.size() == 2);
    auto good = granted(bench.sent[0].id);
    bench.registrar.on_answer(good);

    // 200 is registered and goes, 201 is still trying and goes, 202 comes.
    bench.registrar.keep(*bench.account, Bench::users(202, 1));
    bench.registrar.take_back();
    bench.registrar.start_new(*bench.account);
    bench.reactor.advance(std::chrono::milliseconds(0));
    CHECK(bench.ended == std::vector<std::uint64_t>{bench.sent[0].id});
    CHECK(bench.dropped == std::vector<std::uint64_t>{bench.sent[1].id});
    REQUIRE(bench.sent.size() == 3);
    CHECK(bench.sent[2].address_of_record == "<sip:202@example.net>");
    CHECK(bench.registrar.views().size() == 1);

    good.id = bench.sent[2].id;
    bench.registrar.on_answer(good);
    auto changed = Bench::users(202, 1);
    changed[0].display_name = "Lift";
    bench.registrar.keep(*bench.account, changed);
    bench.reactor.advance(std::chrono::minutes(1));
    CHECK(bench.sent.size() == 3);  // nothing that the registrar would care about
    changed[0].password = "y";
    bench.registrar.keep(*bench.account, changed);
    bench.reactor.advance(std::chrono::milliseconds(0));
    REQUIRE(bench.sent.size() == 4);
    CHECK(bench.sent[3].credentials.password == "y");
    CHECK(bench.ended.size() == 1);
}

TEST_CASE("a user who moves to another account of the server takes nothing back: the contact is the same") {
    Bench bench(2);
    bench.reactor.advance(std::chrono::milliseconds(0));
    REQUIRE(bench.sent.size() == 2);
    bench.registrar.on_answer(granted(bench.sent[0].id));
    bench.registrar.on_answer(granted(bench.sent[1].id));
    auto& other = bench.add_account("second");

    bench.registrar.keep(*bench.account, {});
    bench.registrar.keep(other, Bench::users(200, 1));
    bench.registrar.take_back();
    bench.registrar.start_new(other);
    bench.reactor.advance(std::chrono::milliseconds(0));
    CHECK(bench.dropped == std::vector<std::uint64_t>{bench.sent[0].id});
    CHECK(bench.ended == std::vector<std::uint64_t>{bench.sent[1].id});
    REQUIRE(bench.sent.size() == 3);
    CHECK(bench.sent[2].address_of_record == "<sip:200@example.net>");
    CHECK(bench.sent[2].contact == bench.sent[0].contact);
}

TEST_CASE("a server that is silent to one user and serves another is not called silent") {
    Bench bench(2);
    bench.reactor.advance(std::chrono::milliseconds(0));
    REQUIRE(bench.sent.size() == 2);
    auto good = granted(bench.sent[0].id);
    bench.registrar.on_answer(good);
    bench.reactor.advance(std::chrono::seconds(10));
    CHECK(bench.registrar.views()[0].state == sip::RegistrationState::registered);
    CHECK(bench.registrar.views()[1].state == sip::RegistrationState::failed);
    CHECK(bench.silences == 0);
}

TEST_CASE("success resets the back-off") {
    Bench bench(1);
    bench.reactor.advance(std::chrono::milliseconds(0));
    std::chrono::milliseconds waited{0};
    for (std::size_t attempts = 1; attempts <= 5; ++attempts) {
        REQUIRE(bench.sent.size() == attempts);
        sip::RegistrationAnswer refused;
        refused.id = bench.sent.back().id;
        refused.status = 503;
        refused.phrase = "Service Unavailable";
        refused.from_network = true;
        bench.registrar.on_answer(refused);
        CHECK(bench.registrar.views()[0].reason == "503 Service Unavailable");
        CHECK(bench.silences == 0);
        waited = std::chrono::milliseconds(0);
        while (bench.sent.size() == attempts && waited < std::chrono::seconds(200)) {
            bench.reactor.advance(std::chrono::milliseconds(100));
            waited += std::chrono::milliseconds(100);
        }
    }
    CHECK(waited >= std::chrono::seconds(60));
    CHECK(waited <= std::chrono::seconds(101));
    REQUIRE(bench.sent.size() == 6);
    const auto good = granted(bench.sent.back().id);
    bench.registrar.on_answer(good);
    CHECK(bench.registrar.views()[0].state == sip::RegistrationState::registered);
    CHECK(bench.registrar.views()[0].expires_in == std::chrono::seconds(300));
    auto refused = good;
    refused.status = 500;
    bench.registrar.on_answer(refused);
    bench.reactor.advance(std::chrono::milliseconds(6300));
    CHECK(bench.sent.size() == 7);
}

TEST_CASE("answers to attempts that were given up change nothing") {
    Bench bench(1);
    bench.reactor.advance(std::chrono::seconds(10));
    sip::RegistrationAnswer late;
    late.id = bench.sent[0].id;
    late.status = 200;
    late.from_network = true;
    bench.registrar.on_answer(late);
    CHECK(bench.registrar.views()[0].state == sip::RegistrationState::failed);
    bench.registrar.stop();
    CHECK(bench.registrar.views()[0].state == sip::RegistrationState::unregistered);
    const auto before = bench.sent.size();
    bench.reactor.advance(std::chrono::minutes(10));
    CHECK(bench.sent.size() == before);
}

TEST_CASE(
    "a port's registration that failed or has expired is a fault of its account, one under way is none") {
    Bench bench(2);
    const auto fault = [&](const std::string& port) { return bench.registrar.fault(*bench.account, port); };
    CHECK(fault("200").empty());
    bench.reactor.advance(base::Duration(0));
    REQUIRE(bench.sent.size() == 2);
    CHECK(fault("200").empty());
    bench.registrar.on_answer(granted(bench.sent[0].id));
    auto refused = granted(bench.sent[1].id);
    refused.status = 403;
    refused.phrase = "Forbidden";
    bench.registrar.on_answer(refused);
    CHECK(fault("200").empty());
    CHECK(fault("201") == "403 Forbidden");
    CHECK(fault("999").empty());
    bench.reactor.advance(std::chrono::seconds(301));
    CHECK(fault("200") == "the registration at 127.0.0.1 has expired");
    bench.registrar.on_answer(granted(bench.sent[0].id));
    CHECK(fault("200").empty());
    auto& trunk = bench.add_account("trunk");
    bench.registrar.keep(trunk, {{"trunk", "box", "box", "x", "", ""}});
    bench.registrar.hold(trunk, "no route");
    CHECK(bench.registrar.fault(trunk, "200") == "no route");
    CHECK(fault("200").empty());
}
