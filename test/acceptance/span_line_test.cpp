// The line of a span seen from outside: settings, health, loops, bit-error tests. Runs on the simulator and on the real
// driver, whose cross-connected spans have neither settings nor counters nor loops.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <sstream>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

std::string span_map(const World& world, const std::string& line = {}) {
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channel: " + std::to_string(world.fxs(1)) +
           ", kind: fxs, number: 201}\nspans:\n  - {span: " + std::to_string(world.span()) +
           ", name: main, channels: " + world.span_channels() + line + ", timers: {T316: 2s}}\n";
}

/// `tipringctl --json span main channel 3 test`: its exit status and its result.
std::pair<int, json::object> bit_test(const TemporaryFolder& folder, const Gateway& gateway, int seconds) {
    static int count = 0;
    Process process({program("tipringctl"), "--json", "--socket", gateway.socket(), "span", "main", "channel",
                     "3", "test", "--seconds", std::to_string(seconds)},
                    folder.file("bits" + std::to_string(++count) + ".log"));
    const auto status = process.wait(patience + std::chrono::seconds(seconds));
    json::object result;
    std::istringstream lines(process.output());
    for (std::string line; std::getline(lines, line);) {
        if (line.starts_with("{")) result = json::parse(line).as_object();
    }
    UNSCOPED_INFO(process.output());
    return {status.value_or(-1), result};
}

/// A machine that stops for a moment loses blocks, which is not what is tested: the test says so or sees a slip.
json::object quiet_bit_test(const TemporaryFolder& folder, const Gateway& gateway) {
    json::object result;
    for (int attempt = 0; attempt < 5; ++attempt) {
        result = bit_test(folder, gateway, 2).second;
        if (result.contains("verdict") && result.at("found").as_bool() && result.at("losses") == 0 &&
            result.at("verdict") != "none")
            break;
    }
    return result;
}

json::value line_health(const Gateway& gateway) {
    return gateway.call("span.health", {{"span", "main"}});
}

std::int64_t line_counted(const Gateway& gateway, const char* what) {
    const auto health = line_health(gateway);
    const auto& value = health.at("day").at("counts").at(what);
    return value.is_null() ? -1 : value.to_number<std::int64_t>();
}

}  // namespace

TEST_CASE(
    "span line: what the driver is set to is shown, and what the port map expects otherwise is a warning",
    "[pri][line]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, span_map(*world, ", line: {framing: cas, coding: hdb3, timing: 1}"));
    const auto sheet = gateway.call("span.show", {{"span", "main"}});
    const auto& line = sheet.at("line");
    const auto& settings = line.at("settings");
    CHECK(settings.at("type") == "E1");
    CHECK(settings.at("channels") == 31);
    const auto text = json::serialize(line.at("disagreements"));
    INFO(text);
    if (World::is_dahdi()) {
        CHECK(settings.at("framing") == "unknown");
        CHECK(text.find("does not tell it") != std::string::npos);
    } else {
        CHECK(settings.at("framing") == "ccs");
        CHECK(settings.at("coding") == "hdb3");
        CHECK(settings.at("crc4") == true);
        CHECK(line.at("disagreements").as_array().size() == 1);
        CHECK(text.find("the port map says framing: cas, the driver says ccs") != std::string::npos);
        CHECK(eventually(patience, [&] {
            return gateway.log().find("framing: cas, the driver says ccs") != std::string::npos;
        }));
        gateway.write_port_map(span_map(*world, ", line: {framing: ccs, coding: ami}"));
        gateway.call("reload");
        CHECK(eventually(patience, [&] {
            return gateway.log().find("coding: ami, the driver says hdb3") != std::string::npos;
        }));
    }
    write_file(folder.file("check.yaml"), span_map(*world, ", line: {framing: cas}"));
    Process check({program("tipringd"), "--check", folder.file("check.yaml")}, folder.file("check.log"));
    CHECK(check.wait(patience) == 0);
    CHECK(check.output_contains("warning: "));
    CHECK(check.output_contains("spans[0].line.framing: "));
}

TEST_CASE("span line: errors and alarms come into the health, with a verdict", "[pri][line]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, span_map(*world));
    const auto network = world->isdn_network();
    REQUIRE(gateway.wait_span_up(patience));
    REQUIRE(eventually(
        patience, [&] { return line_health(gateway).at("current").at("seconds").to_number<int>() >= 2; }));
    auto* board = world->virtual_board();
    if (board == nullptr) {
        CHECK(line_counted(gateway, "crc_errors") == -1);
        const auto verdict = json::serialize(line_health(gateway).at("verdict"));
        CHECK(verdict.find("this driver counts no line errors") != std::string::npos);
        return;
    }
    CHECK(line_counted(gateway, "slips") == 0);
    board->add_line_errors({world->span()}, hardware::LineCounter::slips, 6);
    board->add_line_errors({world->span()}, hardware::LineCounter::crc_errors, 7);
    REQUIRE(eventually(patience, [&] { return line_counted(gateway, "crc_errors") == 7; }));
    CHECK(line_counted(gateway, "slips") == 6);
    const auto health = line_health(gateway);
    CHECK(health.at("current").at("errored_seconds").to_number<int>() >= 1);
    const auto verdict = json::serialize(health.at("verdict"));
    CHECK(verdict.find("slips on span 2: check the clock source") != std::string::npos);
    CHECK(verdict.find("CRC errors without bipolar violations") != std::string::npos);
    board->show_alarm({world->span()}, hardware::SpanAlarm::rai, true);
    CHECK(eventually(patience, [&] {
        return line_health(gateway).at("day").at("alarm_seconds").at("rai").to_number<int>() >= 1;
    }));
    CHECK(json::serialize(line_health(gateway).at("verdict")).find("RAI only on span 2") !=
          std::string::npos);

    Process human({program("tipringctl"), "--socket", gateway.socket(), "span", "2", "health"},
                  folder.file("health.log"));
    CHECK(human.wait(patience) == 0);
    CHECK(human.output_contains("This quarter of an hour"));
    CHECK(human.output_contains("RAI only on span 2: the far end does not hear us"));
}

TEST_CASE("span line: a bit-error test towards a loop at the far end", "[pri][line]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, span_map(*world));
    const auto network = world->isdn_network();
    REQUIRE(network->wait_up(patience));
    REQUIRE(gateway.wait_span_idle(30, patience));

    network->loop(3);
    const auto clean = quiet_bit_test(folder, gateway);
    INFO(json::serialize(clean));
    REQUIRE(clean.contains("verdict"));
    CHECK(clean.at("verdict") == "good");
    CHECK(clean.at("errors") == 0);
    CHECK(clean.at("bits").to_number<int>() > 64000);

    network->loop(3, {.wrong_bit_in = 10'000});
    const auto damaged = quiet_bit_test(folder, gateway);
    INFO(json::serialize(damaged));
    CHECK(damaged.at("verdict") == "poor");
    const double ratio = damaged.at("error_ratio").to_number<double>();
    CHECK(ratio > 0.7e-4);
    CHECK(ratio < 1.3e-4);

    // While it runs the channel is busy, and whoever wanted it may go: then it is idle again.
    {
        Process watcher({program("tipringctl"), "--socket", gateway.socket(), "span", "main", "channel", "3",
                         "test", "--seconds", "600"},
                        folder.file("watcher.log"));
        REQUIRE(eventually(patience, [&] { return watcher.output_contains("in sync"); }));
        const auto second = bit_test(folder, gateway, 1);
        CHECK(second.first == 1);
        CHECK(second.second.empty());
    }
    REQUIRE(eventually(patience, [&] { return gateway.call("spans").at(0).at("in_use") == 0; }));

    network->end_loop(3);
    const auto [status, nothing] = bit_test(folder, gateway, 10);
    CHECK(status == 1);
    REQUIRE(nothing.contains("ended"));
    CHECK(nothing.at("ended") == "nothing came back");
    CHECK(nothing.at("verdict") == "none");

    // The channel carries calls again.
    const auto phone = world->telephone(1);
    const auto call = network->place_call("5550100", "", "201");
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    CHECK(call->wait_state("connected", patience));
    call->hang_up(16);
    CHECK(gateway.wait_no_calls(patience));
}

TEST_CASE("span line: the near loop, and its end with the daemon", "[pri][line]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, span_map(*world));
    const auto network = world->isdn_network();
    REQUIRE(gateway.wait_span_idle(30, patience));
    if (World::is_dahdi()) {
        CHECK_THROWS_WITH(gateway.call("span.loop", {{"span", "main"}, {"loop", "local"}}),
                          Catch::Contains("cannot"));
        return;
    }
    gateway.call("span.loop", {{"span", "main"}, {"loop", "local"}});
    CHECK(quiet_bit_test(folder, gateway).at("verdict") == "good");
    CHECK(gateway.call("span.show", {{"span", "main"}}).at("line").at("loop") == "local");
    CHECK(eventually(patience, [&] {
        return line_health(gateway).at("day").at("alarm_seconds").at("loopback").to_number<int>() >= 1;
    }));
    const auto near = world->virtual_board()->near();
    CHECK(near->read_span({world->span()}).value().alarms.has(hardware::SpanAlarm::loopback));
    CHECK(gateway.stop(patience) == 0);
    CHECK_FALSE(near->read_span({world->span()}).value().alarms.any());
}
