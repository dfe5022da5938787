// SipLeg alone, with a manual clock: limits of hold and transfer that would take long in real time.
#include "sip_leg.hpp"

#include "manual_reactor.hpp"
#include "sip_fixture.hpp"

using namespace tipring;
using Step = sip::ReferProgress::Step;

namespace {

struct FakeHost final : sip::LegHost {
    test::ManualReactor reactor_;
    media::Engine engine_{media::EngineOptions{0, false, 30, 8}};
    media::RtpPortPool ports_{{41560, 41580, 46}};
    unsigned told = 0;  ///< orders for the SIP thread

    base::Reactor& reactor() override { return reactor_; }
    media::Engine& engine() override { return engine_; }
    media::RtpPortPool& rtp_ports() override { return ports_; }
    void tell(std::function<void(sip::Agent&)>) override { ++told; }
    void route(sip::DialogId, sip::SipLeg*) override {}
    void server_silent(sip::Account&) override {}
};

config::SipAccount settings_of_account() {
    config::SipAccount settings;
    settings.name = "pbx";
    settings.server = "127.0.0.1";
    settings.refer = true;
    return settings;
}

config::Sip local_sip() {
    config::Sip sip;
    sip.listen = "127.0.0.1";
    return sip;
}

/// Sends only: on hold, or an announcement server.
sip::MediaAgreed media_agreed(bool held) {
    sip::Agreement agreement;
    agreement.held = held;
    return {agreement};
}

/// An answered call to 300.
struct Talking {
    std::shared_ptr<FakeHost> host = std::make_shared<FakeHost>();
    sip::Account account{host->reactor_, settings_of_account(), local_sip(), config::Media{}, {}};
    test::FakeObserver observer;
    std::unique_ptr<sip::SipLeg> leg = std::make_unique<sip::SipLeg>(base::LegId{1}, host, account);

    explicit Talking(bool sends_only = false) {
        account.set_addresses({"127.0.0.1"});
        leg->observe(&observer);
        leg->start({{"201", "", call::Presentation::allowed}, "300", {}});
        leg->on_dialog(media_agreed(sends_only));
        leg->on_dialog(sip::Answered{});
        host->told = 0;
    }
    void pass(base::Duration time) { host->reactor_.advance(time); }
};

}  // namespace

TEST_CASE("a REFER without any news fails after 32 s, and what comes later changes nothing") {
    Talking talking;
    REQUIRE(talking.leg->refer({"205", nullptr}));
    const bool accepted = GENERATE(true, false);
    if (accepted) talking.leg->on_dialog(sip::ReferProgress{Step::accepted, "202 Accepted"});
    talking.pass(std::chrono::seconds(31));
    CHECK_FALSE(talking.observer.saw("not referred"));
    talking.pass(std::chrono::seconds(2));
    CHECK(talking.observer.saw(accepted ? "not referred" : "refused"));
    talking.leg->on_dialog(sip::ReferProgress{Step::reached, "SIP 200"});
    CHECK_FALSE(talking.observer.saw("referred"));
    CHECK_FALSE(talking.observer.saw("released"));
    CHECK(talking.leg->refer({"206", nullptr}));
}

TEST_CASE("a hang-up before the REFER was accepted is only a hang-up") {
    Talking talking;
    REQUIRE(talking.leg->refer({"205", nullptr}));
    talking.leg->on_dialog(sip::Released{{}, false, {}});
    CHECK_FALSE(talking.observer.saw("referred"));
    CHECK(talking.observer.seen.back() == "released");
    talking.pass(std::chrono::minutes(1));
    CHECK(talking.observer.seen.back() == "released");
}

TEST_CASE("a hang-up after the REFER was accepted is told later than the outcome") {
    Talking talking;
    REQUIRE(talking.leg->refer({"205", nullptr}));
    talking.leg->on_dialog(sip::ReferProgress{Step::accepted, "202 Accepted"});
    talking.leg->on_dialog(sip::Released{{}, false, {}});
    CHECK(talking.observer.seen.back() == "referred");
    CHECK_FALSE(talking.observer.saw("released"));
    talking.host->reactor_.run_posted();
    CHECK(talking.observer.seen.back() == "released");
    talking.pass(std::chrono::minutes(1));
    CHECK(std::count(talking.observer.seen.begin(), talking.observer.seen.end(), "released") == 1);
}

TEST_CASE("only dialogs of the same account can be handed over") {
    Talking talking;
    sip::Account other_account{
        talking.host->reactor_, settings_of_account(), local_sip(), config::Media{}, {}};
    other_account.set_addresses({"127.0.0.1"});
    sip::SipLeg other(base::LegId{2}, talking.host, other_account);
    other.start({{"201", "", call::Presentation::allowed}, "301", {}});
    other.on_dialog(sip::Answered{});
    CHECK_FALSE(talking.leg->refer({"", &other}));
}

TEST_CASE("a caller who withholds his number is not named in Refer-To") {
    Talking talking;
    const auto presentation = GENERATE(call::Presentation::allowed, call::Presentation::restricted);
    sip::IncomingCall call;
    call.id = 77;
    call.caller = {"300", "", presentation};
    sip::SipLeg other(base::LegId{2}, talking.host, talking.account, call);
    other.answer();
    CHECK(talking.leg->refer({"", &other}) == (presentation == call::Presentation::allowed));
}

TEST_CASE(
    "a hold that meets another re-INVITE waits as long as RFC 3261 14.1 says, and gives up in the end") {
    Talking talking;
    talking.leg->hold(true);
    CHECK(talking.host->told == 1);
    for (unsigned attempt = 2; attempt <= 6; ++attempt) {
        talking.leg->on_dialog(sip::HoldAnswered{false, true, "491 Request Pending"});
        talking.pass(std::chrono::milliseconds(2099));
        CHECK(talking.host->told == attempt - 1);
        talking.pass(std::chrono::milliseconds(1901));
        CHECK(talking.host->told == attempt);
    }
    talking.leg->on_dialog(sip::HoldAnswered{false, true, "491 Request Pending"});
    talking.pass(std::chrono::minutes(1));
    CHECK(talking.host->told == 6);
    talking.leg->hold(false);  // it never was on hold
    CHECK(talking.host->told == 6);
    talking.leg->hold(true);
    CHECK(talking.host->told == 7);
}

TEST_CASE("one re-INVITE at a time, and the last wish counts") {
    Talking talking;
    talking.leg->hold(true);
    talking.leg->hold(false);
    talking.leg->hold(true);
    CHECK(talking.host->told == 1);
    talking.leg->on_dialog(sip::HoldAnswered{true, false, {}});
    CHECK(talking.host->told == 1);
    talking.leg->hold(false);
    CHECK(talking.host->told == 2);
    talking.leg->hold(true);
    talking.leg->on_dialog(sip::HoldAnswered{false, false, "488 Not Acceptable Here"});
    CHECK(talking.host->told == 2);  // still held, as is wanted again
}

TEST_CASE("a leg that is over asks for nothing") {
    Talking talking;
    talking.leg->release({});
    talking.host->told = 0;
    talking.leg->hold(true);
    talking.leg->flash();
    talking.leg->carry_data();
    CHECK_FALSE(talking.leg->refer({"205", nullptr}));
    CHECK(talking.host->told == 0);
}

TEST_CASE("a far end that holds is told of, its answer to our hold is none") {
    Talking talking;
    const auto agree = [&](bool held) { talking.leg->on_dialog(media_agreed(held)); };
    const auto seen = [&](const std::string& what) {
        return std::count(talking.observer.seen.begin(), talking.observer.seen.end(), what);
    };
    agree(true);
    agree(true);
    CHECK(seen("holds") == 1);
    agree(false);
    CHECK(seen("takes back") == 1);

    talking.leg->hold(true);
    agree(true);  // "inactive"
    talking.leg->on_dialog(sip::HoldAnswered{true, false, {}});
    CHECK(seen("holds") == 1);
    talking.leg->hold(false);
    const bool they_hold = GENERATE(true, false);
    agree(they_hold);  // "sendonly", or all
    talking.leg->on_dialog(sip::HoldAnswered{true, false, {}});
    CHECK(seen("holds") == (they_hold ? 2 : 1));
    CHECK(seen("takes back") == 1);
}

TEST_CASE("what was agreed at the answer is no hold, nor is its refresh or its end") {
    Talking talking(true);
    talking.leg->on_dialog(media_agreed(true));
    CHECK_FALSE(talking.observer.saw("holds"));
    talking.leg->on_dialog(media_agreed(false));
    CHECK_FALSE(talking.observer.saw("takes back"));
    talking.leg->on_dialog(media_agreed(true));
    CHECK(talking.observer.seen.back() == "holds");
    talking.leg->on_dialog(media_agreed(false));
    CHECK(talking.observer.seen.back() == "takes back");
}

TEST_CASE("a caller who sends only from the beginning does not hold") {
    Talking talking;
    sip::IncomingCall call;
    call.id = 77;
    sip::SipLeg leg(base::LegId{2}, talking.host, talking.account, call);
    test::FakeObserver observer;
    leg.observe(&observer);
    const bool offers = GENERATE(true, false);  // or answers our offer in the ACK
    REQUIRE(
        leg.open_media({}, offers ? std::optional(media_agreed(true).agreement) : std::nullopt).has_value());
    leg.answer();
    if (!offers) leg.on_dialog(media_agreed(true));
    leg.on_dialog(media_agreed(true));
    CHECK_FALSE(observer.saw("holds"));
    leg.on_dialog(media_agreed(false));
    leg.on_dialog(media_agreed(true));
    CHECK(observer.saw("holds"));
}
