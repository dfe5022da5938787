// The tone notation: what libtonezone writes, and what it should never have to read.
#include <catch2/catch.hpp>
#include <random>

#include "tipring/dsp/tone_plan.hpp"

using namespace tipring::dsp;

TEST_CASE("cadence, pairs and modulation") {
    const auto tone = parse_tone("400+450/400,0/200,400*25/400,0/2000");
    REQUIRE(tone.has_value());
    REQUIRE(tone->segments.size() == 4);
    CHECK(tone->repeat_from == 0);
    CHECK(tone->segments[0].frequency1_hz == 400);
    CHECK(tone->segments[0].frequency2_hz == 450);
    CHECK(tone->segments[0].duration_ms == 400);
    CHECK_FALSE(tone->segments[0].modulated);
    CHECK(tone->segments[1].silent());
    CHECK(tone->segments[2].modulated);
    CHECK(tone->segments[2].frequency2_hz == 25);
}

TEST_CASE("segments played once come before the loop") {
    const auto stutter = parse_tone("!350+440/100, !0/100, 350+440");
    REQUIRE(stutter.has_value());
    CHECK(stutter->repeat_from == 2);
    CHECK(stutter->segments[2].duration_ms == 0);
    const auto once = parse_tone("!950/330,!1400/330");
    REQUIRE(once.has_value());
    CHECK(once->repeat_from == once->segments.size());
}

TEST_CASE("oddities of the zone data") {
    CHECK(parse_tone("!400/100!0/100,400")->segments.size() == 3);         // New Zealand
    CHECK(parse_tone("425@/375")->segments[0].level_offset_db == -10.0F);  // Australia
    CHECK(parse_tone("350+375+400")->segments[0].frequency3_hz == 400);    // Hungary
    CHECK(parse_tone("1000/400,10000/400")->segments[1].silent());         // Thailand
    CHECK(parse_tone("400*16.7/500")->segments[0].frequency2_hz == 16.7F);
    CHECK(parse_tone("1400+2060+2450+2600/100,0/100")->segments[0].frequency4_hz == 2600);
}

TEST_CASE("errors name the position") {
    for (const auto* text : {"",
                             " ",
                             "x",
                             "425/",
                             "425/x",
                             "425/-1",
                             "425//5",
                             "425,",
                             ",425",
                             "425+",
                             "425*",
                             "*425",
                             "!",
                             "425/500;0/500",
                             "1+2+3+4+5",
                             "400*25*3",
                             "400*25+3",
                             "inf",
                             "nan",
                             "1e3",
                             "-5",
                             "30000",
                             "425/600001",
                             "425/99999999999999",
                             "99999999999999999999999999"}) {
        CAPTURE(text);
        CHECK(parse_tone(text).has_error());
    }
    CHECK(parse_tone("425/x").error().message.find("position 5") != std::string::npos);
}

TEST_CASE("hostile input is refused or parsed, never worse") {
    CHECK(parse_tone(std::string(5000, '1')).has_error());
    std::string many;
    for (int i = 0; i < 70; ++i)
        many += "1/1,";
    CHECK(parse_tone(many + "1/1").has_error());
    std::mt19937 random(7);
    const std::string_view alphabet = "0123456789+*/,!@. \xff\n";
    for (int i = 0; i < 20000; ++i) {
        std::string text(random() % 40, ' ');
        for (auto& c : text)
            c = alphabet[random() % alphabet.size()];
        const auto tone = parse_tone(text);
        if (!tone) {
            CHECK_FALSE(tone.error().message.empty());
            continue;
        }
        REQUIRE(tone->segments.size() <= 64);
        REQUIRE(tone->repeat_from <= tone->segments.size());
    }
}
