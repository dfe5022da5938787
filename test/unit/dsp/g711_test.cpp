// G.711: the published values, and every value against an independent implementation.
#include <spandsp.h>

#include <catch2/catch.hpp>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "tipring/dsp/g711.hpp"

using namespace tipring;
using dsp::Law;

TEST_CASE("G.711 values of tables 1 and 2") {
    CHECK(dsp::decode(Law::alaw, 0xD5) == 8);
    CHECK(dsp::decode(Law::alaw, 0x55) == -8);
    CHECK(dsp::decode(Law::alaw, 0xAA) == 32256);
    CHECK(dsp::decode(Law::alaw, 0x2A) == -32256);
    CHECK(dsp::decode(Law::mulaw, 0xFF) == 0);
    CHECK(dsp::decode(Law::mulaw, 0x80) == 32124);
    CHECK(dsp::decode(Law::mulaw, 0x00) == -32124);
    CHECK(dsp::encode(Law::alaw, 0) == dsp::silence(Law::alaw));
    CHECK(dsp::encode(Law::mulaw, 0) == dsp::silence(Law::mulaw));
    CHECK(dsp::encode(Law::alaw, -32768) == 0x2A);
    CHECK(dsp::encode(Law::mulaw, -32768) == 0x00);
    CHECK(dsp::encode(Law::mulaw, 32767) == 0x80);
}

TEST_CASE("every octet and every sample agree with another implementation") {
    for (int octet = 0; octet < 256; ++octet) {
        const auto code = static_cast<std::uint8_t>(octet);
        REQUIRE(dsp::decode(Law::alaw, code) == alaw_to_linear(code));
        REQUIRE(dsp::decode(Law::mulaw, code) == ulaw_to_linear(code));
    }
    for (int sample = 0; sample <= 32767; ++sample) {
        CAPTURE(sample);
        const auto value = static_cast<std::int16_t>(sample);
        const auto mirrored = static_cast<std::int16_t>(~sample);
        REQUIRE(dsp::encode(Law::alaw, value) == linear_to_alaw(sample));
        REQUIRE(dsp::encode(Law::mulaw, value) == linear_to_ulaw(sample));
        // As ITU-T G.191 has it: both signs share their decision values.
        REQUIRE(dsp::encode(Law::alaw, mirrored) == (dsp::encode(Law::alaw, value) ^ 0x80));
        REQUIRE(dsp::encode(Law::mulaw, mirrored) == (dsp::encode(Law::mulaw, value) ^ 0x80));
    }
}

TEST_CASE("a decoded octet encodes to itself") {
    for (const Law law : {Law::alaw, Law::mulaw}) {
        for (int octet = 0; octet < 256; ++octet) {
            const auto code = static_cast<std::uint8_t>(octet);
            if (law == Law::mulaw && code == 0x7F) continue;  // minus zero
            REQUIRE(dsp::encode(law, dsp::decode(law, code)) == code);
        }
    }
}

TEST_CASE("law conversion follows tables 3 and 4 and is transparent where the Recommendation says so") {
    std::vector<std::uint8_t> all(256);
    for (std::size_t i = 0; i < 256; ++i)
        all[i] = static_cast<std::uint8_t>(i);
    auto converted = all;
    dsp::transcode(Law::mulaw, Law::alaw, converted);
    for (std::size_t i = 0; i < 256; ++i)
        REQUIRE(converted[i] == ulaw_to_alaw(static_cast<std::uint8_t>(i)));
    dsp::transcode(Law::alaw, Law::mulaw, converted);
    std::size_t changed = 0;
    for (std::size_t i = 0; i < 256; ++i)
        changed += converted[i] != all[i] ? 1U : 0U;
    CHECK(changed == 16);  // the eight small values of each sign that share an A-law value
    converted = all;
    dsp::transcode(Law::alaw, Law::mulaw, converted);
    for (std::size_t i = 0; i < 256; ++i)
        REQUIRE(converted[i] == alaw_to_ulaw(static_cast<std::uint8_t>(i)));
    converted = all;
    dsp::transcode(Law::alaw, Law::alaw, converted);
    CHECK(converted == all);
}

TEST_CASE("block conversion equals single conversion and allocates nothing") {
    const auto samples = test::noise(-10, 20, 1);
    std::vector<std::uint8_t> octets(samples.size());
    test::Samples back(samples.size());
    for (const Law law : {Law::alaw, Law::mulaw}) {
        const test::AllocationTrap trap;
        dsp::encode(law, samples, octets);
        dsp::decode(law, octets, back);
        CHECK(trap.count() == 0);
        for (std::size_t i = 0; i < samples.size(); ++i) {
            REQUIRE(octets[i] == dsp::encode(law, samples[i]));
            REQUIRE(back[i] == dsp::decode(law, octets[i]));
        }
    }
}
