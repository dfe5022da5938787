// tipringctl port learn and port test on exchange lines and telephones of the virtual board. The simulated world has
// the impairments, and its exchange the tones of other countries.
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <catch2/catch.hpp>
#include <cmath>
#include <csignal>
#include <sstream>

#include "support/gateway.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"
#include "tipring/hardware/tone_zones.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;
namespace json = boost::json;

namespace {

constexpr double test_level = -10;

std::string lines_map(const World& world, const std::string& line_keys = {}, const std::string& more = {}) {
    const auto number = [](unsigned value) { return std::to_string(value); };
    return "country: us\n" + world.board_yaml() + "ports:\n  - {channel: " + number(world.fxs(1)) +
           ", kind: fxs, number: 201}\n  - {channel: " + number(world.fxo(1)) +
           ", kind: fxo, number: 901, group: city, to: 201" + line_keys +
           "}\n  - {channel: " + number(world.fxo(2)) +
           ", kind: fxo, number: 902, group: city, to: 201}\nroutes:\n" +
           "  - {name: outside, called: 0x., strip: 1, to: [group city]}\n" +
           "  - {name: line, from: [port 901], to: [port 201]}\n" + more;
}

/// A check that runs; its progress and its result are in its output.
class Check {
  public:
    Check(const TemporaryFolder& folder, const Gateway& gateway, std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(),
                         {program("tipringctl"), "--json", "--socket", gateway.socket(), "port"});
        static int count = 0;
        process_ =
            std::make_unique<Process>(arguments, folder.file("check" + std::to_string(++count) + ".log"));
    }
    bool wait_progress(const std::string& text) {
        return eventually(patience, [&] { return process_->output_contains(text); });
    }
    /// The exit status and the result, an empty object when there is none.
    std::pair<int, json::object> result() {
        const auto status = process_->wait(90s);
        std::istringstream lines(process_->output());
        std::string line;
        json::object result;
        while (std::getline(lines, line)) {
            if (line.starts_with("{")) result = json::parse(line).as_object();
        }
        INFO(process_->output());
        CHECK(status);
        return {status.value_or(-1), result};
    }
    Process& process() { return *process_; }

  private:
    std::unique_ptr<Process> process_;
};

/// Its number; of a finding that is text, or missing, NaN.
double finding(const json::object& result, const std::string& key) {
    for (const auto& row : result.at("findings").as_array()) {
        const auto& value = row.at("value");
        if (row.at("key") == json::value(key) && value.is_number()) return value.to_number<double>();
    }
    return std::nan("");
}

json::object counters(const Gateway& gateway) {
    return gateway.call("port.show", {{"port", "901"}}).at("counters").as_object();
}

/// Frequencies within 2 Hz and durations within 10 ms, whichever segment comes first.
void check_same(const std::string& notation, const dsp::ToneSequence& expected) {
    INFO(notation);
    const auto learnt = dsp::parse_tone(notation);
    REQUIRE(learnt.has_value());
    REQUIRE(learnt->segments.size() == expected.segments.size());
    const bool turned = learnt->segments[0].silent() != expected.segments[0].silent();
    for (std::size_t i = 0; i < expected.segments.size(); ++i) {
        const auto& have = learnt->segments[(i + (turned ? 1 : 0)) % expected.segments.size()];
        const auto& want = expected.segments[i];
        CHECK(std::abs(have.frequency1_hz - want.frequency1_hz) <= 2);
        CHECK(std::abs(have.frequency2_hz - want.frequency2_hz) <= 2);
        CHECK(std::abs(static_cast<int>(have.duration_ms) - static_cast<int>(want.duration_ms)) <= 10);
    }
}

}  // namespace

TEST_CASE("line check: the busy tone of another country is learnt from a busy number", "[check]") {
    const std::string country = GENERATE("uk", "fr", "nz");
    INFO(country);
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 3, .busy = true, .busy_sound = country + ":busy"});
    if (!World::is_dahdi()) exchange->impair({.noise_dbm0 = -45});

    Check check(folder, gateway,
                {"901", "learn", "--number", "555", "--seconds", "8", "--save", folder.file("tone.yaml")});
    REQUIRE(check.wait_progress("recording"));
    CHECK(exchange->dialled() == "555");
    CHECK(gateway.port_state(world->fxo(1)) == "check");
    const auto [status, result] = check.result();
    CHECK(status == 0);
    REQUIRE(result.at("verdict") == "learnt");
    CHECK(result.at("known") == "");
    check_same(std::string(result.at("cadence").as_string()), hardware::country_tones(country)->tones.busy);
    CHECK(result.at("cycles").to_number<int>() >= 3);
    CHECK(exchange->wait_released(patience));
    CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    const auto lines = read_file(folder.file("tone.yaml"));
    CHECK(lines == std::string(result.at("configuration").as_string()));
}

TEST_CASE("line check: the country's own busy tone needs not to be learnt", "[check]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 3, .busy = true});
    Check check(folder, gateway, {"learn", "901", "--number", "555", "--seconds", "8"});
    const auto [status, result] = check.result();
    CHECK(status == 0);
    CHECK(result.at("verdict") == "learnt");
    CHECK(result.at("known") == "busy");
    CHECK_FALSE(result.contains("configuration"));
}

TEST_CASE("line check: a tone learnt from a caller who hangs up ends calls from then on", "[check]") {
    constexpr auto sound = "400/300,0/200";
    TemporaryFolder folder;
    const auto world = World::make(folder);
    const auto exchange = world->central_office(1);
    std::string learnt;
    {
        Gateway gateway(folder, lines_map(*world));
        Check check(folder, gateway,
                    {"901", "learn", "--seconds", "8", "--name", "pbx", "--save", folder.file("pbx")});
        REQUIRE(check.wait_progress("waiting for a call"));
        exchange->ring();
        REQUIRE(exchange->wait_seized(patience));
        REQUIRE(check.wait_progress("recording"));
        exchange->hang_up_by_tone(sound);
        const auto [status, result] = check.result();
        CHECK(status == 0);
        REQUIRE(result.at("verdict") == "learnt");
        CHECK(result.at("known") == "");
        check_same(std::string(result.at("cadence").as_string()), dsp::parse_tone(sound).value());
        CHECK(exchange->wait_released(patience));
        learnt = read_file(folder.file("pbx"));
    }
    Gateway gateway(folder, lines_map(*world, ", disconnect_tones: [pbx]", learnt));
    const auto phone = world->telephone(1);
    exchange->ring();
    REQUIRE(phone->wait_ringing(patience));
    phone->lift();
    REQUIRE(gateway.wait_port_state(world->fxo(1), "talking", patience));
    REQUIRE(exchange->wait_seized(patience));
    exchange->hang_up_by_tone(sound);
    CHECK(exchange->wait_released(patience));
    CHECK(gateway.wait_no_calls(patience));
    bool found = false;
    const auto events = gateway.call("events");
    for (const auto& event : events.as_array())
        found = found || json::serialize(event).find("\"disconnect\":\"busy_tone\"") != std::string::npos;
    INFO(json::serialize(events));
    CHECK(found);
}

TEST_CASE("line check: a good line and a bad one", "[check][simulator]") {
    struct Line {
        double return_loss_db, noise_dbm0, hum_dbm0;
        const char* verdict;
    };
    const auto line =
        GENERATE(Line{25, -65, -60, "good"}, Line{10, -45, -35, "poor"}, Line{4, -45, -25, "bad"});
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 7});
    exchange->impair(
        {.noise_dbm0 = line.noise_dbm0, .hum_dbm0 = line.hum_dbm0, .return_loss_db = line.return_loss_db});
    Check check(folder, gateway, {"901", "test"});
    REQUIRE(exchange->wait_seized(patience));
    const auto [status, result] = check.result();
    INFO(json::serialize(result));
    CHECK(status == 0);
    CHECK(result.at("verdict") == line.verdict);
    CHECK(std::abs(finding(result, "echo_return_loss_db") - line.return_loss_db) <= 2);
    CHECK(std::abs(test_level - finding(result, "tone_return_dbm0") - line.return_loss_db) <= 2);
    CHECK(std::abs(finding(result, "noise_dbm0") - line.noise_dbm0) <= 3);
    CHECK(std::abs(finding(result, "hum_dbm0") - line.hum_dbm0) <= 2);
    CHECK(finding(result, "dial_tone_after_ms") < 1000);
    CHECK(exchange->wait_released(patience));
    CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    CHECK(gateway.call("port.show", {{"port", "901"}}).as_object().contains("last_proved_good"));
    CHECK(counters(gateway).at("refused").as_object().empty());
}

TEST_CASE("line check: the tone of a milliwatt number is measured, and a number without one is bad",
          "[check][simulator]") {
    const bool sends = GENERATE(true, false);
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 3, .answer_after = 0ms});
    Check check(folder, gateway, {"901", "test", "--loop", "555"});
    REQUIRE(exchange->wait_state("talking", 60s));
    CHECK(exchange->dialled() == "555");
    if (sends) exchange->play(farend::tone(1004, 0, 10s, -6), true);
    const auto [status, result] = check.result();
    INFO(json::serialize(result));
    CHECK(exchange->wait_released(patience));
    CHECK(status == 0);
    if (!sends) {
        CHECK(result.at("verdict") == "bad");
        CHECK(std::isnan(finding(result, "far_tone_hz")));
        return;
    }
    CHECK(finding(result, "far_tone_hz") == Approx(1004).margin(2));
    CHECK(finding(result, "far_tone_dbm0") == Approx(-6).margin(1));
    CHECK(finding(result, "far_signal_to_noise_db") > 30);
}

TEST_CASE("line check: a line without dial tone is bad, and counted", "[check]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.dial_tone = false});
    Check check(folder, gateway, {"901", "test"});
    const auto [status, result] = check.result();
    CHECK(status == 1);
    CHECK(result.at("verdict") == "bad");
    CHECK(result.at("ended") == "no dial tone");
    CHECK(exchange->wait_released(patience));
    CHECK(counters(gateway).at("refused").at("no_dial_tone").to_number<int>() == 1);
    CHECK_FALSE(gateway.call("port.show", {{"port", "901"}}).as_object().contains("last_proved_good"));
}

TEST_CASE("line check: calls come first", "[check]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto phone = world->telephone(1);
    const auto checked = world->central_office(1);
    const auto other = world->central_office(2);
    checked->set_service({.number_length = 3});
    other->set_service({.number_length = 3});

    SECTION("a line that is in use is not checked") {
        phone->lift();
        REQUIRE(phone->wait_for_tone("dial", patience));
        phone->dial_dtmf("0555");
        REQUIRE(checked->wait_state("talking", patience));
        Check check(folder, gateway, {"901", "test"});
        CHECK(check.result().first == 1);
        CHECK(check.process().output_contains("line in use"));
        CHECK(checked->state() == "talking");
    }
    SECTION("a call takes the next line of the group, and the check goes on") {
        Check check(folder, gateway, {"901", "test"});
        REQUIRE(checked->wait_seized(patience));
        phone->lift();
        REQUIRE(phone->wait_for_tone("dial", patience));
        phone->dial_dtmf("0555");
        REQUIRE(other->wait_state("talking", patience));
        const auto [status, result] = check.result();
        CHECK(status == 0);
        CHECK(result.at("ended") == "");
    }
    SECTION("a call that has no other line ends the check and gets the line") {
        gateway.call("port.service", {{"port", "902"}, {"in_service", false}});
        Check check(folder, gateway, {"901", "test"});
        REQUIRE(checked->wait_seized(patience));
        phone->lift();
        REQUIRE(phone->wait_for_tone("dial", patience));
        phone->dial_dtmf("0555");
        const auto [status, result] = check.result();
        CHECK(status == 1);
        CHECK(result.at("ended") == "a call needs the line");
        CHECK(checked->wait_state("talking", patience));
    }
    phone->hang_up();
    CHECK(gateway.wait_no_calls(patience));
    CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    CHECK(checked->wait_released(patience));
}

TEST_CASE("line check: it ends when the operator goes, and when the port goes out of service", "[check]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto exchange = world->central_office(1);
    exchange->set_service({.number_length = 3});
    Check check(folder, gateway, {"901", "learn", "--number", "555", "--seconds", "40"});
    REQUIRE(check.wait_progress("recording"));
    SECTION("the operator") {
        check.process().signal(SIGKILL);
        CHECK(exchange->wait_released(patience));
        CHECK(gateway.wait_port_state(world->fxo(1), "idle", patience));
    }
    SECTION("out of service") {
        gateway.call("port.service", {{"port", "901"}, {"in_service", false}});
        CHECK(exchange->wait_released(patience));
        CHECK(check.result().first == 1);
        CHECK(gateway.wait_port_state(world->fxo(1), "unavailable", patience));
    }
    SECTION("the daemon stops") {
        CHECK(gateway.stop(patience) == 0);
        CHECK(exchange->wait_released(patience));
        CHECK(check.result().first != 0);
    }
}

TEST_CASE("line check: the echo of a telephone", "[check][simulator]") {
    TemporaryFolder folder;
    const auto world = World::make(folder);
    Gateway gateway(folder, lines_map(*world));
    const auto phone = world->telephone(1);
    phone->impair({.return_loss_db = 15});
    SECTION("lifted") {
        Check check(folder, gateway, {"201", "test", "--off-hook"});
        REQUIRE(check.wait_progress("lift the telephone"));
        phone->lift();
        const auto [status, result] = check.result();
        INFO(json::serialize(result));
        CHECK(status == 0);
        CHECK(result.at("verdict") == "good");
        CHECK(std::abs(finding(result, "echo_return_loss_db") - 15) <= 2);
        phone->hang_up();
    }
    SECTION("hung up in the middle") {
        Check check(folder, gateway, {"201", "test", "--off-hook"});
        REQUIRE(check.wait_progress("lift the telephone"));
        phone->lift();
        REQUIRE(check.wait_progress("measuring"));
        phone->hang_up();
        const auto [status, result] = check.result();
        CHECK(status == 1);
        CHECK(result.at("ended") == "the telephone was hung up");
    }
    SECTION("on the hook only noise is measured") {
        Check check(folder, gateway, {"201", "test"});
        const auto [status, result] = check.result();
        CHECK(status == 0);
        CHECK(finding(result, "noise_dbm0") < -60);
        CHECK(std::isnan(finding(result, "echo_return_loss_db")));
    }
    CHECK(gateway.wait_port_state(world->fxs(1), "idle", patience));
    phone->lift();
    CHECK(phone->wait_for_tone("dial", patience));
}
