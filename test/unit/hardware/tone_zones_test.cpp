// Country data: every zone of the library is usable, and names are found the way operators write them.
#include "tipring/hardware/tone_zones.hpp"

#include <algorithm>
#include <catch2/catch.hpp>

using namespace tipring;
using namespace tipring::hardware;

TEST_CASE("Every country has all tones and a ring cadence of pairs") {
    const auto names = countries();
    CHECK(names.size() >= 46);
    CHECK(std::is_sorted(names.begin(), names.end()));
    for (const auto& name : names) {
        INFO(name);
        const auto country = country_tones(name);
        if (!country) FAIL(country.error().message);
        CHECK(country->zone == name);
        CHECK_FALSE(country->description.empty());
        const auto used = std::find(country->ring.begin(), country->ring.end(), 0) - country->ring.begin();
        CHECK(used >= 2);
        CHECK(used % 2 == 0);
        const auto& tones = country->tones;
        for (const auto* tone :
             {&tones.dial, &tones.busy, &tones.ringback, &tones.congestion, &tones.call_waiting,
              &tones.dial_recall, &tones.stutter, &tones.info, &tones.record, &tones.howler}) {
            CHECK_FALSE(tone->segments.empty());
        }
    }
}

TEST_CASE("The data are those of the country") {
    const auto us = country_tones("us").value();
    CHECK(us.ring == RingCadence{2000, 4000});
    REQUIRE(us.tones.dial.segments.size() == 1);
    CHECK(us.tones.dial.segments[0].frequency1_hz == 350);
    CHECK(us.tones.dial.segments[0].frequency2_hz == 440);
    CHECK(us.tones.howler.segments[0].frequency4_hz == 2600);
    CHECK(us.tones.howler.level_dbm0 > us.tones.dial.level_dbm0);
    const auto de = country_tones("de").value();
    CHECK(de.description == "Germany");
    CHECK(de.tones.busy.segments[0].duration_ms == 480);
    CHECK(country_tones("hu").value().ring == RingCadence{1250, 3750});
}

TEST_CASE("ISO codes and zone names are found in any case") {
    const auto uk = country_tones("uk").value();
    CHECK(uk.ring == RingCadence{400, 200, 400, 2000});
    CHECK(country_tones("GB").value().zone == "uk");
    CHECK(country_tones(" Uk ").value().zone == "uk");
    CHECK(country_tones("CA").value().zone == "us");
    CHECK(country_tones("us-old").value().zone == "us-old");
}

TEST_CASE("An unknown country is an error that helps") {
    const auto unknown = country_tones("us-odl");
    REQUIRE_FALSE(unknown.has_value());
    CHECK_THAT(unknown.error().message, Catch::Contains("us-odl") &&
                                            Catch::Contains("did you mean \"us-old\"?") &&
                                            Catch::Contains(" uk "));
    CHECK_FALSE(country_tones("").has_value());
    CHECK_FALSE(country_tones(std::string(5000, 'x') + "\x1b").has_value());
}
