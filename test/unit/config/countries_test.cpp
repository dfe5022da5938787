// The countries' line data: the built-in file is free of mistakes, and mistakes in such a file are found.
#include "countries.hpp"

#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "loading.hpp"
#include "tipring/config/names.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

TEST_CASE("the built-in country data are good") {
    for (const auto& problem : countries().problems)
        FAIL(to_text(problem));
    CHECK(country_codes().size() == countries().by_code.size());
    for (const auto& code : country_codes()) {
        INFO(code);
        const auto profile = country_profile(code);
        REQUIRE(profile.has_value());
        CHECK(profile->code == code);
        CHECK_FALSE(profile->name.empty());
        CHECK_FALSE(profile->opermode.empty());
        CHECK(profile->caller_id != CallerIdFormat::none);
        CHECK(profile->flash_min < profile->flash_max);
        // An exchange of the same country would understand our flash.
        CHECK(profile->flash_out >= profile->flash_min);
        CHECK(profile->flash_out <= profile->flash_max);
        CHECK_FALSE(profile->emergency.empty());
        // Whoever hears nothing at the far end's hang-up sits on a dead line.
        CHECK((profile->disconnect_battery || profile->disconnect_tone));
    }
}

TEST_CASE("what a country has and what it takes from the default") {
    const auto uk = *country_profile("uk");
    CHECK(uk.caller_id == CallerIdFormat::bt);
    CHECK(uk.caller_id_timing == CallerIdTiming::reversal_dual_tone);
    CHECK(uk.flash_min == 50ms);
    CHECK(uk.flash_max == 130ms);
    CHECK(uk.caller_id_level_dbm0 == Approx(-13.5));
    const auto us = *country_profile("us");
    CHECK(us.caller_id == CallerIdFormat::mdmf);
    CHECK(us.caller_id_timing == CallerIdTiming::after_first_ring);
    CHECK(us.flash_min == 100ms);
    CHECK(us.flash_max == 700ms);
    CHECK(us.flash_out == 600ms);
    CHECK(country_profile("jp")->caller_id == CallerIdFormat::ntt);
    CHECK(country_profile("dk")->caller_id_digits == CallerIdDigits{'A', '#', 'D', '1', '3'});
    CHECK(country_profile("se")->caller_id_digits == CallerIdDigits{'A', 'C', 'B', '1', '0'});
    CHECK(country_profile("tw")->caller_id_digits == CallerIdDigits{'D', 'C', '\0', '\0', '\0'});
    CHECK(country_profile("no")->name == "Norway");
    CHECK(country_profile("fr")->emergency ==
          std::vector<std::string>{"15", "17", "18", "112", "114", "191", "196"});
    CHECK(country_profile("au")->emergency == std::vector<std::string>{"000", "106", "112"});
    CHECK(country_profile("ca")->emergency == std::vector<std::string>{"911"});
    CHECK(countries().fallback.emergency == std::vector<std::string>{"112", "911"});
}

TEST_CASE("a country goes by its zone and its ISO code, in any case") {
    CHECK(country_profile("GB")->code == "uk");
    CHECK(country_profile(" Ca ")->code == "us");
    CHECK(country_profile("el")->code == "gr");
    CHECK(country_profile("atlantis").error().message == "country \"atlantis\" has no line data");
    CHECK_FALSE(country_profile("default").has_value());
    CHECK_FALSE(country_profile("").has_value());
}

TEST_CASE("mistakes in the country data are named") {
    struct Case {
        std::string text, message;
    };
    const std::string head = "default: {caller_id: mdmf}\n";
    for (const auto& [text, message] : std::vector<Case>{
             {"us: {name: x}\n", "c.yaml:1:1: there is no entry default; add default:"},
             {head + "us: {}\n", "c.yaml:2:5: us: the country has no name; add name:"},
             {head + "us: {name: x, callerid: bt}\n",
              "c.yaml:2:15: us.callerid: there is no such key; did you mean \"caller_id\"?"},
             {head + "us: {name: x, flash: 700-100ms}\n",
              "c.yaml:2:22: us.flash: the window ends before it begins; write 100-700ms"},
             {head + "us: {name: x, flash: 10-100ms}\n",
              "c.yaml:2:22: us.flash: \"10-100ms\" is out of range; use 20ms to 1500ms for both"},
             {head + "us: {name: x, disconnect: [bang]}\n",
              "c.yaml:2:28: us.disconnect: \"bang\" is no signal; use battery, polarity or tone"},
             {head + "us: {name: x, dtmf_digits: {start: E}}\n",
              "c.yaml:2:36: us.dtmf_digits.start: this is no digit; write one of 0 to 9, A to D, # and *, or "
              "none"},
             {head + "us: {name: x, emergency: [9x1]}\n",
              "c.yaml:2:27: us.emergency: \"9x1\" is no emergency number; write 2 to 6 digits"},
             {head + "us: [1]\n",
              "c.yaml:2:5: us: here stands a list where keys and values belong; write \"key: value\" lines, "
              "or "
              "{key: value, ...}"},
         }) {
        const auto read = read_countries(text, "c.yaml");
        REQUIRE_FALSE(read.problems.empty());
        CHECK(to_text(read.problems.front()) == message);
    }
    CHECK_FALSE(read_countries("[1", "c.yaml").problems.empty());
}

namespace {

/// The row of docs/countries.md without its sources.
std::string row(const CountryProfile& profile) {
    const std::string timing(name(profile.caller_id_timing));
    const auto& digits = profile.caller_id_digits;
    const bool dtmf = profile.caller_id == CallerIdFormat::dtmf;
    std::string emergency;
    for (const auto& number : profile.emergency)
        emergency += (emergency.empty() ? "" : ", ") + number;
    return "| `" + profile.code + "` | " + profile.name + " | " + std::string(name(profile.caller_id)) +
           (dtmf ? std::string{' ', digits.start, '-', digits.stop} : "") + " | " + timing + " | " +
           std::to_string(profile.flash_min.count()) + "-" + std::to_string(profile.flash_max.count()) +
           " ms | " + std::to_string(profile.flash_out.count()) + " ms | " + profile.opermode + " | " +
           emergency + " |";
}

}  // namespace

TEST_CASE("the page of the countries says what the data say") {
    std::ifstream file(COUNTRIES_PAGE);
    REQUIRE(file);
    std::set<std::string> rows;
    for (std::string line; std::getline(file, line);) {
        if (line.starts_with("| `")) rows.insert(line);
    }
    CHECK(rows.size() == country_codes().size());
    for (const auto& [code, profile] : countries().by_code) {
        const auto wanted = row(profile);
        INFO(wanted);
        const auto found = rows.lower_bound(wanted);
        CHECK((found != rows.end() && found->starts_with(wanted)));
        // The page says these once, for all countries.
        CHECK((profile.disconnect_battery && profile.disconnect_tone && !profile.disconnect_polarity));
        CHECK(profile.tone_level_dbm0 == Approx(-13));
        CHECK(profile.caller_id_level_dbm0 == Approx(-13.5));
    }
}
