// The country data of the configuration cover every zone of libtonezone: no port falls back to another
// country's caller ID or flash without anybody noticing.
#include <catch2/catch.hpp>

#include "tipring/config/country.hpp"
#include "tipring/hardware/tone_zones.hpp"

using namespace tipring;

TEST_CASE("every tone zone has line data, and line data have a tone zone") {
    CHECK(config::country_codes() == hardware::countries());
}

TEST_CASE("both sides know a country by the same names") {
    for (const auto* name : {"gb", "GB", "ca", "el", " uk "}) {
        INFO(name);
        const auto tones = hardware::country_tones(name);
        const auto line = config::country_profile(name);
        REQUIRE(tones.has_value());
        REQUIRE(line.has_value());
        CHECK(tones->zone == line->code);
    }
}
