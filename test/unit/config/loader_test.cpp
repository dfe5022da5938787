// What a good file becomes.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "loading.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

TEST_CASE("the smallest box: defaults stand in for what is not written") {
    const auto config = load_good("ports:\n  - {channel: 1, kind: fxs, number: 101}\n");
    CHECK(config.country == "us");
    CHECK(config.board.kind == BoardKind::dahdi);
    CHECK(config.sip.accounts.empty());
    REQUIRE(config.ports.size() == 1);
    const auto& port = config.ports[0];
    CHECK(port.channel == 1);
    CHECK(port.country == "us");
    CHECK(port.digit_map == "x.T");
    CHECK(port.account.empty());
    CHECK(port.dial_tone == 16s);
    CHECK(port.inter_digit == 8s);
    CHECK(port.enabled);
    CHECK(config.control.socket == "/run/tipring/control.sock");
}

TEST_CASE("a range of channels counts numbers and labels up") {
    const auto config = load_good(R"(
sip: {server: pbx.example.com, password: secret}
ports:
  - {channels: 1-3, kind: fxs, number: 098, label: Room}
  - {channels: [7, 9-10], kind: fxo, number: 901-903, group: city, label: [A, B, C], caller_name: Line}
  - {channels: 20-21, kind: fxs, number: [300, 400], label: Desk, password: other}
)");
    REQUIRE(config.ports.size() == 8);
    CHECK(config.ports[0].number == "098");
    CHECK(config.ports[2].number == "100");
    CHECK(config.ports[2].label == "Room 3");
    CHECK(config.ports[2].caller_name == "Room 3");
    CHECK(config.ports[4].channel == 9);
    CHECK(config.ports[4].number == "902");
    CHECK(config.ports[4].label == "B");
    CHECK(config.ports[4].caller_name == "Line 2");
    CHECK(config.ports[4].group == "city");
    CHECK(config.ports[7].number == "400");
    CHECK(config.ports[7].password == "other");
    CHECK(config.ports[0].password == "secret");
    CHECK(config.ports[0].auth_user == "098");
    CHECK(config.ports[0].account == "sip");
}

TEST_CASE("defaults: are shared by all ports and can be overruled") {
    const auto config = load_good(R"(
country: DE
digit_map: 1xx
defaults: {echo_taps: 256, receive_gain_db: -3.5, inter_digit: 4s, dial_mode: dtmf, enabled: no}
ports:
  - {channel: 1, kind: fxs, number: 1}
  - {channel: 2, kind: fxs, number: 2, echo_taps: 0, enabled: yes, inter_digit: 500ms, country: uk, digit_map: x.}
)");
    CHECK(config.ports[0].country == "de");
    CHECK(config.ports[0].digit_map == "1xx");
    CHECK(config.ports[0].echo_taps == 256);
    CHECK(config.ports[0].receive_gain_db == Approx(-3.5));
    CHECK(config.ports[0].inter_digit == 4s);
    CHECK(config.ports[0].dial_mode == DialMode::dtmf);
    CHECK_FALSE(config.ports[0].enabled);
    CHECK(config.ports[1].echo_taps == 0);
    CHECK(config.ports[1].inter_digit == 500ms);
    CHECK(config.ports[1].country == "uk");
    CHECK(config.ports[1].digit_map == "x.");
    CHECK(config.ports[1].enabled);
}

TEST_CASE("sip: one server is one account") {
    const auto config = load_good(R"(
sip:
  listen: 127.0.0.1:5080
  server: pbx.example.com:5070
  mode: gateway
  user: box
  password: secret
  transport: tcp
  codecs: [pcmu]
  expires: 10min
  packet_time: 30ms
  dead_after: 1500ms
  dtmf: inband
  accept_from: [192.0.2.1, "2001:db8::1"]
ports: [{channel: 1, kind: fxs, number: 101}]
)");
    CHECK(config.sip.listen == "127.0.0.1");
    CHECK(config.sip.listen_port == 5080);
    REQUIRE(config.sip.accounts.size() == 1);
    const auto& account = config.sip.accounts[0];
    CHECK(account.name == "sip");
    CHECK(account.server == "pbx.example.com");
    CHECK(account.port == 5070);
    CHECK(account.mode == SipMode::gateway);
    CHECK(account.transport == Transport::tcp);
    CHECK(account.domain == "pbx.example.com");
    CHECK(account.auth_user == "box");
    CHECK(account.codecs == std::vector<Codec>{Codec::pcmu});
    CHECK(account.expires == 10min);
    CHECK(account.packet_ms == 30);
    CHECK(account.dead_after == 1500ms);
    CHECK(account.dtmf == DtmfMode::inband);
    CHECK(account.accept_from == std::vector<std::string>{"192.0.2.1", "2001:db8::1"});
}

TEST_CASE("sip: several accounts share what is written above them") {
    const auto config = load_good(R"(
sip:
  codecs: [pcmu, pcma]
  mode: peer
  accounts:
    - {name: office, server: 192.0.2.1}
    - {name: trunk, server: "[2001:db8::5]:5062", mode: per_port, codecs: pcma}
ports:
  - {channel: 1, kind: fxs, number: 101}
  - {channel: 2, kind: fxs, number: 102, account: trunk}
)");
    REQUIRE(config.sip.accounts.size() == 2);
    CHECK(config.sip.accounts[0].codecs == std::vector<Codec>{Codec::pcmu, Codec::pcma});
    CHECK(config.sip.accounts[0].mode == SipMode::peer);
    CHECK(config.sip.accounts[1].mode == SipMode::per_port);
    CHECK(config.sip.accounts[1].codecs == std::vector<Codec>{Codec::pcma});
    CHECK(config.sip.accounts[1].server == "2001:db8::5");
    CHECK(config.sip.accounts[1].port == 5062);
    CHECK(config.ports[0].account == "office");
    CHECK(config.ports[1].account == "trunk");
}

TEST_CASE("spans know their D-channel") {
    const auto config = load_good(R"(
spans:
  - {span: 1, channels: 1-31}
  - {span: 2, channels: 32-55, name: pbx, side: network, switch: 5ess, choose: round_robin}
  - {span: 3, channels: 56-60, d_channel: 60}
)");
    REQUIRE(config.spans.size() == 3);
    CHECK(config.spans[0].name == "1");
    CHECK(config.spans[0].d_channel == 16);
    CHECK(config.spans[0].bearers.size() == 30);
    CHECK(config.spans[0].bearers[15] == 17);
    CHECK(config.spans[1].name == "pbx");
    CHECK(config.spans[1].first_channel == 32);
    CHECK(config.spans[1].d_channel == 55);
    CHECK(config.spans[1].bearers.size() == 23);
    CHECK(config.spans[1].side == SpanSide::network);
    CHECK(config.spans[1].switch_type == SwitchType::lucent5e);
    CHECK(config.spans[1].channel_choice == ChannelChoice::round_robin);
    CHECK(config.spans[2].bearers == std::vector<unsigned>{56, 57, 58, 59});
}

TEST_CASE("board, media, control and log") {
    const auto config = load_good(R"(
board: {simulator: {fxs: 2, t1: 1}}
media: {rtp_ports: 20000-20100, dscp: 0, jitter_min: 30ms, jitter_max: 60ms, rtp_timeout: 5s, realtime_priority: 0, write_lead: 40ms}
control: {socket: /tmp/s, group: staff}
log: {level: debug, file: /var/log/tipring.log}
ports: [{channel: 1, kind: fxs, number: 101}]
)");
    CHECK(config.board.kind == BoardKind::simulator);
    CHECK(config.board.fxs == 2);
    CHECK(config.board.t1 == 1);
    CHECK(config.media.first_port == 20000);
    CHECK(config.media.last_port == 20100);
    CHECK(config.media.dscp == 0);
    CHECK(config.media.jitter_min_ms == 30);
    CHECK(config.media.jitter_max_ms == 60);
    CHECK(config.media.rtp_timeout == std::chrono::seconds(5));
    CHECK(config.media.realtime_priority == 0);
    CHECK(config.media.write_lead_ms == 40);
    CHECK(config.control.socket == "/tmp/s");
    CHECK(config.control.group == "staff");
    CHECK(config.log.level == "debug");
    CHECK(config.log.file == "/var/log/tipring.log");
    CHECK(load_good("board: {simulator: {socket: /tmp/b}}\nports: [{channel: 1, kind: fxs, number: 1}]")
              .board.socket == "/tmp/b");
}

TEST_CASE("a password comes from the first line of its file, relative to the configuration") {
    char folder[] = "/tmp/tipring-config-XXXXXX";
    REQUIRE(mkdtemp(folder) != nullptr);
    const std::string root = folder;
    std::ofstream(root + "/secret") << "s3cret word\nsecond line\n";
    std::ofstream(root + "/box.yaml")
        << "sip: {server: pbx, password_file: secret}\nports: [{channel: 1, kind: fxs, number: 1}]\n";
    const auto result = load_file(root + "/box.yaml");
    INFO(all_problems(result));
    REQUIRE(result.config);
    CHECK(result.config->sip.accounts[0].password == "s3cret word");
    CHECK(result.config->file == root + "/box.yaml");
    std::remove((root + "/secret").c_str());
    std::remove((root + "/box.yaml").c_str());
    std::remove(folder);
}

TEST_CASE("sip: what a server takes for transfers, hook flashes and waiting messages") {
    const auto usual = load_good("sip: {server: pbx}\nports: [{channel: 1, kind: fxs, number: 101}]\n");
    CHECK_FALSE(usual.sip.accounts[0].refer);
    CHECK_FALSE(usual.sip.accounts[0].flash_info);
    CHECK(usual.sip.accounts[0].message_waiting == MessageNotices::notify);
    const auto changed = load_good(
        "sip: {server: pbx, transfer: refer, flash: info, message_waiting: subscribe}\n"
        "ports: [{channel: 1, kind: fxs, number: 101}]\n");
    CHECK(changed.sip.accounts[0].refer);
    CHECK(changed.sip.accounts[0].flash_info);
    CHECK(changed.sip.accounts[0].message_waiting == MessageNotices::subscribe);
}
