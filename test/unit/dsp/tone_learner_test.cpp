// The tone learner: what it makes of tones, of what comes before them, and of what is no tone.
#include "tipring/dsp/tone_learner.hpp"

#include <catch2/catch.hpp>

#include "signals.hpp"
#include "tipring/dsp/progress_tone_detector.hpp"

using namespace tipring;
using dsp::LearnVerdict;
using dsp::ProgressTone;
using test::Samples;

namespace {

dsp::ToneSequence tone(std::string_view text, float level_dbm0 = -20) {
    auto sequence = dsp::parse_tone(text).value();
    sequence.level_dbm0 = level_dbm0;
    return sequence;
}

/// Silence, then the tone, on a line with noise and through its codec.
Samples line(std::string_view text, int milliseconds = 9000, float level_dbm0 = -20) {
    auto samples = test::quiet(1230);
    test::append(samples, test::played(tone(text, level_dbm0), milliseconds));
    test::add(samples, test::noise(-48, 1230 + milliseconds, 7));
    test::through(dsp::Law::alaw, samples);
    return samples;
}

/// Within 1 Hz and 10 ms.
bool near(const dsp::ToneSequence& learnt, const dsp::ToneSequence& wanted) {
    const auto close = [](float a, float b) { return std::abs(a - b) <= 1; };
    return std::equal(
        learnt.segments.begin(), learnt.segments.end(), wanted.segments.begin(), wanted.segments.end(),
        [&](const dsp::ToneSegment& a, const dsp::ToneSegment& b) {
            return close(a.frequency1_hz, b.frequency1_hz) && close(a.frequency2_hz, b.frequency2_hz) &&
                   a.modulated == b.modulated && a.level_offset_db == b.level_offset_db &&
                   std::abs(static_cast<int>(a.duration_ms) - static_cast<int>(b.duration_ms)) <= 10;
        });
}

dsp::LearntProfile learnt(const Samples& samples) {
    auto profile = dsp::learn_tone(samples);
    INFO(profile.words << " " << profile.notation);
    CHECK(profile.verdict == LearnVerdict::learnt);
    CHECK(profile.usable());
    return profile;
}

}  // namespace

TEST_CASE("cadences of several bursts, pairs, sequences and modulation are learnt") {
    const char* const texts[] = {"425/480,0/480",
                                 "480+620/250,0/250",
                                 "440+480/500,0/500",
                                 "400/400,0/350,400/225,0/525",
                                 "425/100,0/100,425/100,0/700",
                                 "425/200,0/200,425/200,0/200,425/200,0/600",
                                 "950/330,1400/330,1800/330,0/1000",
                                 "425/375,0/375,425@/375,0/375",
                                 "500*100/500,0/500",
                                 "350+440/500,480+620/500,0/250",
                                 "1400/150,0/150"};
    for (const auto* text : texts) {
        CAPTURE(text);
        const auto profile = learnt(line(text));
        CHECK(near(profile.tone, tone(text)));
        CHECK(dsp::parse_tone(profile.notation).value().segments.size() == profile.tone.segments.size());
        CHECK(profile.jitter_ms < 3);
        CHECK(profile.cycles >= 3);
        CHECK(profile.tone.level_dbm0 == Approx(-20).margin(0.5));
        CHECK(profile.words.find("cycles heard") != std::string::npos);
    }
    CHECK(learnt(line("425/480,0/480")).level_dbm0 == Approx(-20).margin(0.3));
    CHECK(learnt(line("480+620/500,0/500")).level_dbm0 == Approx(-17).margin(0.3));
}

TEST_CASE("what was learnt is heard again, by the notation alone") {
    const auto plan = [] {
        dsp::TonePlan american;
        american.dial = tone("350+440");
        american.busy = tone("480+620/500,0/500");
        american.congestion = tone("480+620/250,0/250");
        american.ringback = tone("440+480/2000,0/4000");
        american.info = tone("!950/330,!1400/330,!1800/330,0");
        return american;
    }();
    const auto first = [&](const Samples& samples, const std::vector<dsp::ToneSequence>& tones) {
        dsp::ProgressToneDetector detector(plan, 3, tones);
        for (std::size_t i = 0; i + 80 <= samples.size(); i += 80) {
            const auto found = detector.process(std::span(samples).subspan(i, 80));
            if (found != ProgressTone::none) return found;
        }
        return ProgressTone::none;
    };
    for (const auto* text : {"447/470,0/330", "425/100,0/100,425/100,0/700", "440+480/300,0/300"}) {
        CAPTURE(text);
        const auto samples = line(text);
        CHECK(first(samples, {}) == ProgressTone::none);
        const auto again = dsp::parse_tone(learnt(samples).notation).value();
        CHECK(first(samples, {again}) == ProgressTone::learnt);
        CHECK(first(line("480+620/500,0/500"), {again}) == ProgressTone::busy);
        CHECK(first(line("350+440"), {again}) == ProgressTone::dial);
    }
    SECTION("one that sounds like the country's is the country's") {
        const auto samples = line("483+617/490,0/505");
        const auto again = dsp::parse_tone(learnt(samples).notation).value();
        CHECK(again.segments[0].frequency1_hz == 483);
        CHECK(first(samples, {again}) == ProgressTone::busy);
        CHECK(first(line("480+620/500,0/500"), {again}) == ProgressTone::busy);
        CHECK(first(line("440+480/2000,0/4000", 15000), {tone("440+480/2000,0/4000")}) ==
              ProgressTone::ringback);
    }
    SECTION("fewer cycles are not enough, another cadence or frequency is another tone") {
        const std::vector<dsp::ToneSequence> tones = {tone("447/470,0/330")};
        CHECK(first(line("447/470,0/330", 1900), tones) == ProgressTone::none);
        CHECK(first(line("447/470,0/600"), tones) == ProgressTone::none);
        CHECK(first(line("425/470,0/330"), tones) == ProgressTone::none);
    }
    SECTION("a continuous tone must last") {
        const std::vector<dsp::ToneSequence> tones = {tone("425")};
        CHECK(first(line("425", 9500), tones) == ProgressTone::none);
        CHECK(first(line("425", 11'000), tones) == ProgressTone::learnt);
    }
}

TEST_CASE("noise, hum, clicks and speech before it do not disturb the measurement") {
    auto samples = test::speech_like(4000, 21);
    test::append(samples, test::quiet(700));
    test::append(samples, test::played(tone("425/300,0/200", -24), 5000));
    test::append(samples, test::quiet(600));
    const int length = static_cast<int>(samples.size() / 8);
    test::add(samples, test::noise(-39, length, 3));
    test::add(samples, test::mix({{50, -30}, {100, -45}}, length));
    for (const std::size_t at : {40'000U, 48'123U, 55'500U, 61'011U}) {
        for (std::size_t i = 0; i < 16; ++i)
            samples[at + i] = static_cast<std::int16_t>(i % 2 == 0 ? 9000 : -9000);
    }
    const auto profile = learnt(samples);
    CHECK(profile.notation == "425/300,0/200");
    CHECK(profile.cycles >= 6);
    CHECK(profile.begins.count() >= 4600);
    CHECK(profile.levels_dbm0.size() == samples.size() / 160);
}

TEST_CASE("two tones in a row: the one that was heard longest is learnt") {
    auto samples = line("425/1000,0/4000", 11'000);
    test::append(samples, line("440/240,0/240", 12'000));
    CHECK(learnt(samples).notation == "440/240,0/240");
}

TEST_CASE("what is no disconnect tone is named") {
    const auto words = [](const Samples& samples, LearnVerdict verdict) {
        const auto profile = dsp::learn_tone(samples);
        INFO(profile.notation);
        CHECK(profile.verdict == verdict);
        CHECK_FALSE(profile.usable());
        return profile.words;
    };
    CHECK(words({}, LearnVerdict::no_tone) == "no tone found");
    CHECK(words(test::quiet(5000), LearnVerdict::no_tone) == "no tone found");
    CHECK(words(test::noise(-25, 8000, 4), LearnVerdict::no_tone) == "no tone found");
    auto hum = test::mix({{50, -20}, {150, -30}, {250, -42}}, 6000);
    test::add(hum, test::noise(-50, 6000, 5));
    CHECK(words(hum, LearnVerdict::no_tone) == "no tone found");
    CHECK(words(line("425", 6000), LearnVerdict::continuous) == "continuous tone: dial tone?");
    CHECK(dsp::learn_tone(line("350+440", 6000)).notation == "350+440");
    CHECK(words(line("!425/480,!0/480", 6000), LearnVerdict::too_few_cycles) == "only one cycle heard");
    CHECK(words(line("!425/480,!0/480,!425/480,!0/480", 6000), LearnVerdict::too_few_cycles) ==
          "only two cycles heard");
    for (unsigned seed = 1; seed < 6; ++seed)
        CHECK(words(test::speech_like(12'000, seed), LearnVerdict::irregular) == "irregular: speech?");
    CHECK(words(line("!425/480,!0/300,!425/200,!0/700,!425/900,!0/150,!425/300,!0/500,!425/100,!0/100"),
                LearnVerdict::irregular) == "irregular: speech?");
}

TEST_CASE("notation and picture") {
    for (const auto* text :
         {"!450/200,!0/200,450/600,0/200", "425@/375,0/375", "400*33", "1400+2060+2450+2600/100,0/100"})
        CHECK(dsp::tone_notation(dsp::parse_tone(text).value()) == text);
    const std::vector<float> levels = {-70, -60, -30, 0, -70, -15};
    CHECK(dsp::level_picture(levels, 6) == "  ▄█ ▆");
    CHECK(dsp::level_picture(levels, 3) == " █▆");
    CHECK(dsp::level_picture(levels, 100) == "  ▄█ ▆");
    CHECK(dsp::level_picture({}, 10).empty());
}
