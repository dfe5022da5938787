// What is wrong is named with its place and what to do. Each line of a table is a file and the exact message
// it must give.
#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <fstream>

#include "loading.hpp"

using namespace tipring::config;
using tipring::base::fail;
using tipring::base::Result;

namespace {

const std::string any_port = "ports: [{channel: 1, kind: fxs, number: 101}]\n";

struct Case {
    std::string text;
    std::string message;
};

void check_cases(const std::vector<Case>& cases, const LoadOptions& options = {}) {
    for (const auto& [text, message] : cases) {
        const auto problems = load_bad(text, options);
        INFO(text);
        CHECK(problems == std::vector<std::string>{message});
    }
}

}  // namespace

TEST_CASE("unknown keys name the nearest valid one") {
    check_cases({
        {any_port + "contry: de\n", "test.yaml:2:1: contry: there is no such key; did you mean \"country\"?"},
        {"ports:\n  - {chanel: 1, kind: fxs, number: 101, channel: 1}\n",
         "test.yaml:2:6: ports[0].chanel: there is no such key; did you mean \"channel\"?"},
        {any_port + "board: {dadhi: {}}\n",
         "test.yaml:2:9: board.dadhi: there is no such key; use simulator"},
        {any_port + "board: {dahdi: {}}\n",
         "test.yaml:2:16: board.dahdi: the driver's cards have no settings here; write board: dahdi"},
        {"ports: [{channels: , kind: fxs, number: 1}]\n",
         "test.yaml:1:10: ports[0].channels: nothing where a list belongs; fill in the value or remove the "
         "key"},
        {any_port + "log: {colour: red}\n",
         "test.yaml:2:7: log.colour: there is no such key; use level or file"},
        {any_port + "defaults: {ecko_taps: 3}\n",
         "test.yaml:2:12: defaults.ecko_taps: there is no such key; did you mean \"echo_taps\"?"},
    });
}

TEST_CASE("a duration wants its unit") {
    check_cases({
        {any_port + "defaults: {inter_digit: 8}\n",
         "test.yaml:2:25: defaults.inter_digit: \"8\" has no unit: is it 8s or 8ms; write a duration with "
         "its unit: ms, s, min or h"},
        {any_port + "defaults: {inter_digit: 8 seconds}\n",
         "test.yaml:2:25: defaults.inter_digit: \"8 seconds\" has an unknown unit \"seconds\"; write a "
         "duration with its unit: ms, s, min or h"},
        {any_port + "defaults: {inter_digit: soon}\n",
         "test.yaml:2:25: defaults.inter_digit: \"soon\" is no duration; write a duration with its unit: ms, "
         "s, min or h"},
        {any_port + "defaults: {inter_digit: 100ms}\n",
         "test.yaml:2:25: defaults.inter_digit: \"100ms\" is out of range; use 500ms to 60s"},
        {any_port + "sip: {server: a, packet_time: 25ms}\n",
         "test.yaml:2:31: sip.packet_time: packets carry whole blocks of 10 ms; use 10ms, 20ms, 30ms, 40ms, "
         "50ms or 60ms"},
    });
}

TEST_CASE("wrong types and ranges") {
    check_cases({
        {any_port + "country: [de]\n",
         "test.yaml:2:10: country: a list where a country code belongs; write a single value"},
        {any_port + "country:\n",
         "test.yaml:2:1: country: nothing where a country code belongs; fill in the value or remove the key"},
        {any_port + "media: yes\n",
         "test.yaml:2:8: media: here stands a single value where keys and values belong; write \"key: "
         "value\" lines, or {key: value, ...}"},
        {any_port + "media: {dscp: 64}\n",
         "test.yaml:2:15: media.dscp: \"64\" is out of range; write a whole number from 0 to 63"},
        {any_port + "media: {dscp: -1}\n",
         "test.yaml:2:15: media.dscp: \"-1\" is no whole number; write a whole number from 0 to 63"},
        {any_port + "media: {rtp_ports: 20000}\n",
         "test.yaml:2:20: media.rtp_ports: \"20000\" is no usable range of UDP ports; write first-last "
         "within 1024-65535, at least four ports, two for each call at a time"},
        {any_port + "media: {jitter_min: 100ms, jitter_max: 50ms}\n",
         "test.yaml:2:21: media.jitter_min: jitter_min is above jitter_max; make it smaller"},
        {any_port + "log: {level: loud}\n",
         "test.yaml:2:14: log.level: \"loud\" is not possible here; use trace, debug, info, warning or "
         "error"},
        {any_port + "log: {level: eror}\n",
         "test.yaml:2:14: log.level: \"eror\" is not possible here; did you mean \"error\"?"},
        {any_port + "defaults: {enabled: maybe}\n",
         "test.yaml:2:21: defaults.enabled: \"maybe\" is neither yes nor no; write yes or no"},
        {any_port + "defaults: {receive_gain_db: 3dB}\n",
         "test.yaml:2:29: defaults.receive_gain_db: \"3dB\" is no number; write a number from -24 to 12, "
         "without a unit"},
        {any_port + "defaults: {echo_taps: 100}\n",
         "test.yaml:2:23: defaults.echo_taps: 100 taps are not possible; use 0 (off), 32, 64, 128, 256, 512 "
         "or 1024"},
        {any_port + "control: {socket: run/s}\n",
         "test.yaml:2:19: control.socket: this is no absolute path of at most 107 characters; use for "
         "example /run/tipring/control.sock"},
        {"ports: {channel: 1}\n",
         "test.yaml:1:8: ports: this is no list; write \"- {channels: 1-4, kind: fxs, number: 101}\" lines"},
        {any_port + "board: simulator\n",
         "test.yaml:2:8: board: the virtual board has no lines; write for example board: {simulator: {fxs: "
         "4, fxo: 2}}"},
        {any_port + "board: card\n",
         "test.yaml:2:8: board: \"card\" is no kind of board; use dahdi, or {simulator: {fxs: 4}}"},
    });
}

TEST_CASE("ports: what is missing, doubled or out of place") {
    check_cases({
        {"ports: [{kind: fxs, number: 1}]\n",
         "test.yaml:1:9: ports[0]: the port has no channel; add channels: 1-4 or channel: 5, as the board "
         "counts them"},
        {"ports: [{channel: 1, number: 1}]\n",
         "test.yaml:1:9: ports[0]: the port has no kind; add kind: fxs (a telephone) or kind: fxo (an "
         "exchange line)"},
        {"ports: [{channel: 1, kind: fxs}]\n",
         "test.yaml:1:9: ports[0]: the port has no number; add number: 101, or 101-104 for a range of "
         "channels"},
        {"ports: [{channel: 0, kind: fxs, number: 1}]\n",
         "test.yaml:1:19: ports[0].channel: \"0\" is out of range; write a channel from 1 to 1023, or a "
         "range such as 1-4"},
        {"ports: [{channels: 4-1, kind: fxs, number: 1}]\n",
         "test.yaml:1:20: ports[0].channels: the range \"4-1\" runs backwards; write a channel from 1 to "
         "1023, or a range such as 1-4"},
        {"ports: [{channels: 1-4, kind: fxs, number: 101-103}]\n",
         "test.yaml:1:44: ports[0].number: \"101-103\" does not have as many members as there are channels "
         "(4); write the first number, or a range with one number for each channel"},
        {"ports: [{channels: 1-2, kind: fxs, number: [1, 2, 3]}]\n",
         "test.yaml:1:44: ports[0].number: 3 values for 2 channels; write one for each channel"},
        {"ports: [{channels: 1-2, kind: fxs, number: room}]\n",
         "test.yaml:1:44: ports[0].number: \"room\" does not end in a digit, so it cannot be counted up; "
         "write the first number, or a range with one number for each channel"},
        {"ports: [{channel: 1, kind: fxs, number: 1 2}]\n",
         "test.yaml:1:41: ports[0].number: \"1 2\" is no number; use digits, + * and #"},
        {"ports: [{channel: 1, kind: fxs, number: 1, to: 5}]\n",
         "test.yaml:1:48: ports[0].to: this belongs to an exchange line (kind: fxo); remove it from the "
         "telephone port"},
        {"ports: [{channel: 1, kind: fxo, number: 1, to: 5, ring_timeout: 1min}]\n",
         "test.yaml:1:65: ports[0].ring_timeout: this belongs to a telephone (kind: fxs); remove it from the "
         "exchange line"},
        {"ports:\n- {channels: 1-2, kind: fxs, number: 1}\n- {channel: 2, kind: fxs, number: 3}\n",
         "test.yaml:3:13: ports[1].channel: channel 2 is used twice (first in line 2); give each port and "
         "span its own "
         "channels"},
        {"ports:\n- {channels: 1-2, kind: fxs, number: 1}\n- {channel: 3, kind: fxs, number: 2}\n",
         "test.yaml:3:35: ports[1].number: number 2 is used twice (first in line 2); give each port its own "
         "number"},
        {"ports:\n- {channel: 16, kind: fxs, number: 1}\nspans:\n- {span: 1, channels: 1-31}\n",
         "test.yaml:4:23: spans[0].channels: channel 16 is used twice (first in line 2); give each port and "
         "span its own "
         "channels"},
    });
}

TEST_CASE("spans: what is missing or impossible") {
    check_cases({
        {"spans: [{channels: 1-31}]\n",
         "test.yaml:1:9: spans[0]: the span has no number; add span: 1, as the driver counts them"},
        {"spans: [{span: 1}]\n",
         "test.yaml:1:9: spans[0]: the span has no channels; add channels: 1-31 (E1) or 1-24 (T1), as the "
         "board counts them"},
        {"spans: [{span: 1, channels: 1-62}]\n",
         "test.yaml:1:29: spans[0].channels: 62 channels are more than an E1 has; write one entry for each "
         "span"},
        {"spans: [{span: 1, channels: 1-8}]\n",
         "test.yaml:1:29: spans[0].channels: with 8 channels it is not clear which is the D-channel; add "
         "d_channel:"},
        {"spans: [{span: 1, channels: 1-31, d_channel: 32}]\n",
         "test.yaml:1:46: spans[0].d_channel: channel 32 is not one of the span; use one of 1-31"},
        {"spans:\n- {span: 1, channels: 1-31}\n- {span: 1, channels: 32-62}\n",
         "test.yaml:3:10: spans[1].span: span 1 is used twice (first in line 2); write one entry for each "
         "span"},
        {"spans:\n- {span: 1, channels: 1-31}\n- {span: 2, name: '1', channels: 32-62}\n",
         "test.yaml:3:19: spans[1].name: span name 1 is used twice (first in line 2); give each span its own "
         "name"},
        {"ports: [{channel: 1, kind: fxo, number: 1, group: city, enabled: no, to: 2}, {channel: 2, kind: "
         "fxs, "
         "number: 2}]\nroutes: [{called: 112, to: [group city]}]\n",
         "test.yaml:2:29: routes[0].to: there is no group \"city\"; this file defines none"},
    });
}

TEST_CASE("sip: what is missing or impossible") {
    check_cases({
        {any_port + "sip: {server: a, mode: gateway}\n",
         "test.yaml:2:6: sip: mode gateway registers one user for all, and none is named; add user:"},
        {any_port + "sip: {mode: peer}\n",
         "test.yaml:2:6: sip: the account has no server; add server: host or host:port"},
        {any_port + "sip: {server: 'pbx:99999'}\n",
         "test.yaml:2:15: sip.server: \"pbx:99999\" has no valid port (1..65535); write host or host:port"},
        {any_port + "sip: {server: pbx example}\n",
         "test.yaml:2:15: sip.server: \"pbx example\" is no host name or address; write host or host:port"},
        {any_port + "sip: {server: a, codecs: [g729]}\n",
         "test.yaml:2:27: sip.codecs: \"g729\" is no codec that Tipring has; use pcma (G.711 A-law) and pcmu "
         "(G.711 mu-law)"},
        {any_port + "sip: {server: a, codecs: []}\n",
         "test.yaml:2:26: sip.codecs: the list is empty; name at least one: pcma, pcmu"},
        {any_port + "sip: {server: a, accept_from: [999.1.1.1]}\n",
         "test.yaml:2:32: sip.accept_from: \"999.1.1.1\" is no IP address; write addresses, for "
         "example [192.0.2.7, 192.0.2.8]"},
        {any_port + "sip: {server: a, listen: pbx.example.com}\n",
         "test.yaml:2:26: sip.listen: \"pbx.example.com\" is no IP address; write address or address:port, "
         "for "
         "example 0.0.0.0:5060"},
        {any_port + "log: {file: tipring.log}\n",
         "test.yaml:2:13: log.file: the service runs in no particular folder; write the whole path, for "
         "example "
         "/var/log/tipring/tipring.log"},
        {any_port + "sip: {server: a, accept_from: [pbx.example.com]}\n",
         "test.yaml:2:32: sip.accept_from: \"pbx.example.com\" is no IP address; write addresses, for "
         "example [192.0.2.7, 192.0.2.8]"},
        {any_port + "sip: {accounts: [{server: a}]}\n",
         "test.yaml:2:18: sip.accounts[0]: the account has no name; add name:, routes and ports refer to it"},
        {any_port + "sip: {server: b, accounts: [{name: a, server: a}]}\n",
         "test.yaml:2:28: sip.accounts: sip.server and sip.accounts are both given; move the server into the "
         "list of accounts"},
        {any_port + "sip: {accounts: [{name: a, server: a}, {name: a, server: b}]}\n",
         "test.yaml:2:47: sip.accounts[1].name: account a is used twice (first in line 2); give each account "
         "its own "
         "name"},
    });
}

TEST_CASE("references must lead somewhere") {
    const std::string box =
        "sip: {accounts: [{name: office, server: a}]}\nports: [{channel: 1, kind: fxs, number: 101}, "
        "{channel: 2, kind: fxo, number: 901, group: city}]\nspans: [{span: 1, channels: 3-33}]\n";
    check_cases({
        {box + "routes: [{to: [sip ofice]}]\n",
         "test.yaml:4:16: routes[0].to: there is no SIP account \"ofice\"; did you mean \"office\"?"},
        {box + "routes: [{to: [group town]}]\n",
         "test.yaml:4:16: routes[0].to: there is no group \"town\"; use city"},
        {box + "routes: [{to: [port 102]}]\n",
         "test.yaml:4:16: routes[0].to: there is no port with the number \"102\"; did you mean \"101\"?"},
        {box + "routes: [{to: span two}]\n", "test.yaml:4:15: routes[0].to: there is no span \"two\"; use 1"},
        {box + "routes: [{to: mars}]\n",
         "test.yaml:4:15: routes[0].to: \"mars\" is no destination; use sip, sip NAME, port NUMBER, group "
         "NAME or span NAME"},
        {box + "routes: [{from: pluto, to: sip}]\n",
         "test.yaml:4:17: routes[0].from: \"pluto\" is no source; use sip, sip NAME, port NUMBER, group "
         "NAME, span, span NAME, fxs or fxo"},
        {box + "routes: [{from: group town, to: sip}]\n",
         "test.yaml:4:17: routes[0].from: there is no group \"town\"; use city"},
        {box + "routes: [{called: 1}]\n",
         "test.yaml:4:10: routes[0]: the route leads nowhere; add to: [sip]"},
        {any_port + "routes: [{to: sip}]\n",
         "test.yaml:2:15: routes[0].to: there is no SIP server; add sip: {server: ...} or remove this "
         "destination"},
        {"ports: [{channel: 1, kind: fxs, number: 101, account: x}]\n",
         "test.yaml:1:55: ports[0].account: there is no SIP account \"x\"; this file defines none"},
        {any_port + "sip: {accounts: [{name: a, server: a}, {name: b, server: b}]}\nroutes: [{to: sip}]\n",
         "test.yaml:3:15: routes[0].to: there is no SIP account \"sip\"; use a or b"},
    });
}

TEST_CASE("knowledge of other modules comes in as checks") {
    LoadOptions options;
    options.check_country = [](std::string_view text) -> Result<void> {
        if (text == "de") return {};
        return fail("unknown country \"" + std::string(text) + "\"");
    };
    options.check_digit_map = [](std::string_view text) -> Result<void> {
        if (text == "x.T") return {};
        return fail("position 1: unexpected");
    };
    options.check_pattern = [](std::string_view text) -> Result<void> {
        if (text == "0.") return {};
        return fail("bad pattern");
    };
    check_cases({{any_port + "country: xx\n",
                  "test.yaml:2:10: country: unknown country \"xx\"; use a country code such as us, uk or de"},
                 {any_port + "digit_map: '('\n",
                  "test.yaml:2:12: digit_map: position 1: unexpected; write for example 1xx|0x.T"},
                 {"ports: [{channel: 1, kind: fxs, number: 101, digit_map: q}]\n",
                  "test.yaml:1:57: ports[0].digit_map: position 1: unexpected; write for example 1xx|0x.T"},
                 {any_port + "routes: [{called: q, to: port 101}]\n",
                  "test.yaml:2:19: routes[0].called: bad pattern; write digits, x, [2-9] and . for the rest; "
                  "leave it out for any number"}},
                options);
    CHECK(load_good(any_port + "country: de\ndigit_map: x.T\nroutes: [{called: 0., to: port 101}]\n", options)
              .country == "de");
}

TEST_CASE("all problems come in one go, in the order of the file") {
    const auto problems = load_bad(R"(contry: de
sip: {server: pbx, expires: 60}
ports:
  - {channels: 1-2, kind: fxs, number: 101}
  - {channel: 2, kind: fsx, number: 103}
routes:
  - {called: 0., to: [group city]}
)");
    REQUIRE(problems.size() == 5);
    CHECK(contains(problems[0], "test.yaml:1:1: contry:"));
    CHECK(contains(problems[1], "test.yaml:2:29: sip.expires: \"60\" has no unit"));
    CHECK(contains(problems[2], "test.yaml:5:15: ports[1].channel: channel 2 is used twice"));
    CHECK(contains(problems[3],
                   "test.yaml:5:24: ports[1].kind: \"fsx\" is not possible here; did you mean \"fxs\"?"));
    CHECK(contains(problems[4], "test.yaml:7:23: routes[0].to: there is no group \"city\""));
}

TEST_CASE("channels that are used twice are one problem for each entry") {
    const auto problems = load_bad(
        "ports:\n- {channels: 1-4, kind: fxs, number: 101}\n- {channels: 3-6, kind: fxs, number: 201}\n");
    CHECK(problems == std::vector<std::string>{
                          "test.yaml:3:14: ports[1].channels: channels 3-4 are used twice (first in line 2); "
                          "give each port and span its own channels"});
}

TEST_CASE("one mistake is one message") {
    LoadOptions options;
    options.check_whole = [](const Config& config) { return check_board(config, {}); };
    check_cases(
        {{"board: {simulator: {fxs: four}}\n" + any_port,
          "test.yaml:1:26: board.simulator.fxs: \"four\" is no whole number; write a whole number from 0 to "
          "512"},
         {"board: dhadi\n" + any_port,
          "test.yaml:1:8: board: \"dhadi\" is no kind of board; use dahdi, or {simulator: {fxs: 4}}"}},
        options);
    check_cases(
        {{"prots: []\n", "test.yaml:1:1: prots: there is no such key; did you mean \"ports\"?"},
         {"ports: []\n",
          "test.yaml:1:1: ports: no port and no span is configured; add ports: with the lines of the board"},
         {"ports: [5]\n",
          "test.yaml:1:9: ports[0]: here stands a single value where keys and values belong; write \"key: "
          "value\" lines, or {key: value, ...}"},
         {any_port + "sip: {servr: pbx}\nroutes: [{called: 0., to: sip}]\n",
          "test.yaml:2:7: sip.servr: there is no such key; did you mean \"server\"?"},
         {"ports: [{channel: 1, kid: fxo, number: 1, group: city}]\n",
          "test.yaml:1:22: ports[0].kid: there is no such key; did you mean \"kind\"?"},
         {"ports: [{channel: 1, kind: fxs, number: *123}]\n",
          "test.yaml:1:41: YAML takes a word that begins with * or & for an alias; put the value in quotes, "
          "for example \"*123\""}});
    CHECK(load_bad("ports: [{channels: x, kind: fxs, number: 1a}]\n").size() == 2);
}

TEST_CASE("anchors and aliases hide no other problem") {
    const auto problems = load_bad(R"(contry: de
defaults: &shared {account: pbx}
ports:
  - {channel: 1, kind: fxs, number: 101, group: *shared}
  - {<<: *shared, channel: 2, kind: fsx, number: 102}
  - *shared
sip: {name: *shared, server: a, password: "", codecs: *shared}
)");
    REQUIRE(problems.size() == 11);
    CHECK(contains(problems[0], "test.yaml:1:1: contry:"));
    CHECK(contains(problems[1], "test.yaml:2:11: YAML anchors (&name) are not used here"));
    CHECK(contains(problems[2], "test.yaml:2:29: defaults.account: there is no SIP account"));
    CHECK(contains(problems[3], "test.yaml:4:49: YAML aliases (*name) are not used here"));
    CHECK(contains(problems[5], "test.yaml:5:37: ports[1].kind: \"fsx\" is not possible here"));
    CHECK(contains(problems[7], "test.yaml:7:7: sip.name: there is no such key"));
    CHECK(contains(problems[9], "test.yaml:7:43: sip.password: the password is empty"));
    CHECK(contains(problems[10], "test.yaml:7:55: YAML aliases"));
}

TEST_CASE("a secret file that cannot be read is named with the reason") {
    const auto missing = load_bad(any_port + "sip: {server: a, password_file: /nonexistent/secret}\n");
    CHECK(
        missing ==
        std::vector<std::string>{
            "test.yaml:2:33: sip.password_file: cannot read /nonexistent/secret: No such file or directory; "
            "create the file with the password as its first line, readable by the user of tipringd"});
    CHECK(
        contains(load_bad(any_port + "sip: {server: a, password_file: /tmp}\n")[0], "it is no regular file"));
    CHECK(contains(load_bad(any_port + "sip: {server: a, password_file: /dev/null}\n")[0],
                   "it is no regular file"));
    const auto both = load_bad(any_port + "sip: {server: a, password: x, password_file: /nonexistent}\n");
    CHECK(
        both ==
        std::vector<std::string>{
            "test.yaml:2:28: sip.password: both password and password_file are given; keep one of the two"});
}

TEST_CASE("no message holds a secret") {
    for (const std::string text :
         {"sip: {server: a, password: [hunter2]}\n", "sip: {server: a, password: {hunter2: hunter2}}\n",
          "sip: {server: a, password: hunter2, password: hunter2}\n",
          "sip: {server: a, password: \"hunter2\n", "sip: {server: a, passwort: hunter2}\n",
          "sip: {server: a, password: \"hunter2\\n\"}\n",
          "sip: {server: a, password: hunter2, password_file: b}\n"}) {
        for (const auto& problem : load_bad(any_port + text)) {
            // A key is shown as written; {hunter2: ...} in place of a password never becomes one.
            INFO(problem);
            CHECK_FALSE(contains(problem, "hunter2"));
        }
    }
}

TEST_CASE("broken YAML is named with its position") {
    const auto unclosed = load_bad("ports:\n  - {channel: 1, kind: fxs\n");
    CHECK(unclosed[0] ==
          "test.yaml:2:5: a key must be a plain word; write \"key: value\", and close every bracket");
    CHECK(contains(load_bad("a: b: c\n")[0], "test.yaml:1:5: broken YAML: "));
    CHECK(contains(load_bad("\tports: []\n")[0], "test.yaml:1:"));
    CHECK(
        contains(load_bad("country: de\ncountry: us\n" + any_port)[0],
                 "test.yaml:2:1: country: the key is written twice (first in line 1); keep one of the two"));
    CHECK(
        contains(load_bad("[1, 2]\n")[0], "test.yaml:1:1: here stands a list where keys and values belong"));
    CHECK(contains(load_bad("")[0], "no port and no span is configured; add ports:"));
    CHECK(contains(load_bad("--- {}\n--- {}\n")[0], "more than one YAML document"));
}

TEST_CASE("a configuration file that is not there") {
    const auto result = load_file("/nonexistent/tipring.yaml");
    REQUIRE(result.problems.size() == 1);
    CHECK(to_text(result.problems[0]) ==
          "/nonexistent/tipring.yaml: cannot open the file: No such file or directory; check the path and "
          "its permissions");
    CHECK(contains(to_text(load_file("/tmp").problems.at(0)), "/tmp: cannot read the file: Is a directory"));
}

TEST_CASE("check_board compares with what is really there") {
    const auto config = load_good(
        "ports:\n- {channels: 1-3, kind: fxs, number: 1}\n- {channel: 9, kind: fxs, number: 9, enabled: "
        "no}\nspans:\n- {span: 2, channels: 5-7, d_channel: 7}\n");
    std::vector<BoardChannel> board = {{1, BoardChannelKind::fxs, 1},    {2, BoardChannelKind::fxo, 1},
                                       {4, BoardChannelKind::fxs, 1},    {5, BoardChannelKind::bearer, 2},
                                       {6, BoardChannelKind::bearer, 2}, {7, BoardChannelKind::d_channel, 2}};
    const auto problems = check_board(config, board);
    REQUIRE(problems.size() == 2);
    CHECK(to_text(problems[0]) ==
          "test.yaml:2:14: ports[0].channels: channel 2 is fxo on the board, not fxs; the board's channels "
          "that are fxs: 1, 4");
    CHECK(to_text(problems[1]) ==
          "test.yaml:2:14: ports[0].channels: channel 3 is not on the board; the board's channels that are "
          "fxs: 1, 4");
    const auto several = check_board(
        load_good("ports:\n- {channels: [1-4, 8, 9], kind: fxs, number: 10}\n- {channels: 11-14, kind: fxs, "
                  "number: 30}\n"),
        board);
    REQUIRE(several.size() == 5);
    CHECK(
        to_text(several[3]).starts_with("test.yaml:2:23: ports[0].channels: channel 9 is not on the board;"));
    CHECK(to_text(several[4])
              .starts_with("test.yaml:3:14: ports[1].channels: channels 11-14 are not on the board;"));
    const auto other_span =
        check_board(load_good("spans:\n- {span: 1, channels: 5-7, d_channel: 7}\n"), board);
    REQUIRE(other_span.size() == 1);
    CHECK(to_text(other_span[0]) ==
          "test.yaml:2:23: spans[0].channels: channels 5-7 are in span 2 of the board; write span: 2, or the "
          "channels of span 1");
    board[1].kind = BoardChannelKind::fxs;
    board.push_back({3, BoardChannelKind::fxs, 1});
    CHECK(check_board(config, board).empty());
    CHECK(to_text(check_board(config, {})[0]).find("the board has no channel that is fxs") !=
          std::string::npos);
}
