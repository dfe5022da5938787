// From the configuration's words to those of the modules.
#include "translate.hpp"

#include <catch2/catch.hpp>

using namespace tipring;

namespace {

/// Telephones 201, 202 (with a mailbox elsewhere) and 203 of the gateway account "pbx", 201 of another one.
config::Config house() {
    config::Config config;
    const auto add = [&](const std::string& number, const std::string& account, const std::string& mailbox) {
        config::Port port;
        port.number = number;
        port.account = account;
        port.fxs.mailbox = mailbox;
        config.ports.push_back(port);
    };
    add("201", "pbx", "");
    add("202", "pbx", "802@mail.example");
    add("203", "pbx", "gw");
    add("301", "other", "201");
    return config;
}

using Numbers = std::vector<std::string>;

sip::Identity gateway(const std::string& message_account) {
    sip::Identity who;
    who.account = "pbx";
    who.user = "gw";
    who.mailbox = message_account;
    return who;
}

}  // namespace

TEST_CASE("a notice to the gateway is for whose mailbox Message-Account names") {
    const auto config = house();
    CHECK(daemon::ports_of_mailbox(config, gateway("201")) == Numbers{"201"});
    CHECK(daemon::ports_of_mailbox(config, gateway("802")) == Numbers{"202"});
    CHECK(daemon::ports_of_mailbox(config, gateway("")) == Numbers{"203"});
    CHECK(daemon::ports_of_mailbox(config, gateway("*97")) == Numbers{"203"});  // a server's own idea
    CHECK(daemon::ports_of_mailbox(config, gateway("202")) == Numbers{"203"});
}

TEST_CASE("a notice to somebody else is for his telephone") {
    const auto config = house();
    sip::Identity who;
    who.account = "pbx";
    who.user = "201";
    CHECK(daemon::ports_of_mailbox(config, who) == Numbers{"201"});
    who.account = "other";
    CHECK(daemon::ports_of_mailbox(config, who) == Numbers{"301"});
    who.user = "";
    CHECK(daemon::ports_of_mailbox(config, who).empty());
    who.port = "202";
    CHECK(daemon::ports_of_mailbox(config, who) == Numbers{"202"});
}

TEST_CASE("telephones that hide are known by their numbers") {
    auto config = house();
    config.ports[1].fxs.anonymous = true;
    config.ports[2].fxs.anonymous = true;
    config.ports[2].enabled = false;
    CHECK(daemon::hidden_numbers(config) == Numbers{"202"});
}

TEST_CASE("an exchange line's channel dials pulses in the times of its port") {
    config::Port port;
    port.kind = config::PortKind::fxo;
    port.fxo.pulse_break = std::chrono::milliseconds(67);
    port.fxo.pulse_make = std::chrono::milliseconds(33);
    port.fxo.pulse_pause = std::chrono::milliseconds(600);
    const auto options = daemon::channel_options({}, port);
    CHECK(options.pulses.open.count() == 67);
    CHECK(options.pulses.closed.count() == 33);
    CHECK(options.pulses.pause.count() == 600);
}
