// Every example in config/ loads, so that nobody copies a broken one.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include "loading.hpp"

using namespace tipring::config;
namespace fs = std::filesystem;

namespace {

std::string page(const std::string& name) {
    std::ifstream file(std::string(GUIDE_FOLDER) + "/" + name);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> yaml_of(const std::string& text) {
    static const std::string begin = "```yaml\n", end = "```";
    std::vector<std::string> blocks;
    for (auto at = text.find(begin); at != std::string::npos; at = text.find(begin, at)) {
        at += begin.size();
        blocks.push_back(text.substr(at, text.find(end, at) - at));
    }
    return blocks;
}

}  // namespace

TEST_CASE("all example configurations load") {
    int loaded = 0;
    for (const auto& entry : fs::directory_iterator(EXAMPLES_FOLDER)) {
        // Data of the program, no configuration (countries_test.cpp).
        if (entry.path().extension() != ".yaml" || entry.path().filename() == "countries.yaml") continue;
        const auto result = load_file(entry.path().string());
        INFO(all_problems(result));
        CHECK(result.config.has_value());
        ++loaded;
    }
    CHECK(loaded >= 6);
}

TEST_CASE("four telephones, two exchange lines and a SIP server fit in 30 lines") {
    std::ifstream file(std::string(EXAMPLES_FOLDER) + "/mixed-office.yaml");
    REQUIRE(file);
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines)
        CHECK(line.size() <= 110);
    CHECK(lines <= 30);
    const auto config = *load_file(std::string(EXAMPLES_FOLDER) + "/mixed-office.yaml").config;
    CHECK(config.ports.size() == 6);
    CHECK(config.sip.accounts.size() == 1);
}

TEST_CASE("the hotel has a profile for each device") {
    const auto loaded = load_file(std::string(EXAMPLES_FOLDER) + "/hotel.yaml");
    REQUIRE(loaded.config);
    const auto& ports = loaded.config->ports;
    REQUIRE(ports.size() == 14);
    CHECK_FALSE(ports[0].fxs.may_forward);
    CHECK(ports[6].group == "front-desk");
    CHECK(ports[6].fxs.ring_rules.size() == 1);
    CHECK(ports[8].fxs.hotline == "0301234567");
    CHECK_FALSE(ports[8].fxs.lock_out);
    CHECK(ports[9].fxs.hotline == "112");
    CHECK(ports[10].fxs.data);
    CHECK_FALSE(ports[11].country_profile.disconnect_tone);
    CHECK(ports[13].fxo.learnt_tones == std::vector<std::string>{"old-pbx"});
    CHECK_FALSE(ports[13].fxo.disconnect_battery);
}

TEST_CASE("the examples of the guide load as they stand there") {
    for (const auto& example : yaml_of(page("isdn-sip.md")))
        load_good(example);
    const auto telephones = yaml_of(page("telephones.md")), lines = yaml_of(page("exchange-lines.md"));
    REQUIRE(telephones.size() == 1);
    REQUIRE(lines.size() == 2);
    const auto config = load_good(telephones[0]);
    REQUIRE(config.ports.size() == 9);
    CHECK(config.ports[0].dial_mode == DialMode::dtmf);
    CHECK(config.ports[8].profile == PortProfile::hotel);
    CHECK(load_good(lines[0]).groups.size() == 1);
    CHECK(load_good(lines[1]).tones.size() == 1);
}

TEST_CASE("the guide names every star code as it is") {
    const auto text = page("telephones.md");
    const ServiceCodes codes;
    for (const auto& [on, off] : {std::pair{codes.forward_all, codes.forward_all_off},
                                  {codes.forward_busy, codes.forward_busy_off},
                                  {codes.forward_no_answer, codes.forward_no_answer_off},
                                  {codes.do_not_disturb, codes.do_not_disturb_off},
                                  {codes.call_waiting_off, codes.call_waiting_on}})
        CHECK(contains(text, "| `" + on + "` / `" + off + "` |"));
    for (const auto& code :
         {codes.call_return, codes.redial, codes.hide_number, codes.show_number, codes.speed_dial,
          codes.speed_call, codes.pickup, codes.group_pickup, codes.blind_transfer})
        CHECK(contains(text, "| `" + code + "` |"));
}
