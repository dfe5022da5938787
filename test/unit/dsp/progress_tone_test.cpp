// Progress tones: each country's are named, in time, and nothing else is.
#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "allocation_trap.hpp"
#include "signals.hpp"
#include "tipring/dsp/dtmf.hpp"
#include "tipring/dsp/progress_tone_detector.hpp"
#include "tipring/dsp/tone_recognizer.hpp"

using namespace tipring;
using dsp::ProgressTone;
using test::Samples;

namespace {

dsp::TonePlan plan(std::string_view dial, std::string_view busy, std::string_view ringback,
                   std::string_view congestion, std::string_view info) {
    dsp::TonePlan result;
    result.dial = dsp::parse_tone(dial).value();
    result.busy = dsp::parse_tone(busy).value();
    result.ringback = dsp::parse_tone(ringback).value();
    result.congestion = dsp::parse_tone(congestion).value();
    result.info = dsp::parse_tone(info).value();
    return result;
}

// As libtonezone has them.
const auto us = plan("350+440", "480+620/500,0/500", "440+480/2000,0/4000", "480+620/250,0/250",
                     "!950/330,!1400/330,!1800/330,0");
const auto uk = plan("350+440", "400/375,0/375", "400+450/400,0/200,400+450/400,0/2000",
                     "400/400,0/350,400/225,0/525", "950/330,0/15,1400/330,0/15,1800/330,0/1000");
const auto de =
    plan("425", "425/480,0/480", "425/1000,0/4000", "425/240,0/240", "950/330,1400/330,1800/330,0/1000");
const auto za = plan("400*33", "400/500,0/500", "400*33/400,0/200,400*33/400,0/2000", "400/250,0/250",
                     "!950/330,!1400/330,!1800/330,!0/1000,!950/330,!1400/330,!1800/330,0");
const auto jp =
    plan("400", "400/500,0/500", "400+15/1000,0/2000", "400/500,0/500", "!950/330,!1400/330,!1800/330,0");
const auto au = plan("415+440", "425/375,0/375", "413+438/400,0/200,413+438/400,0/2000",
                     "425/375,0/375,425@/375,0/375", "425/2500,0/500");
const auto cz = plan("425/330,0/330,425/660,0/660", "425/330,0/330", "425/1000,0/4000", "425/165,0/165",
                     "950/330,0/30,1400/330,0/30,1800/330,0/1000");

const auto fr =
    plan("440", "440/500,0/500", "440/1500,0/3500", "440/250,0/250", "!950/330,!1400/330,!1800/330,0");
const auto it = plan("425/200,0/200,425/600,0/1000", "425/500,0/500", "425/1000,0/4000", "425/200,0/200",
                     "!950/330,!1400/330,!1800/330,0");

/// A message is waiting (stutter), or the exchange takes the seizure for a recall.
dsp::TonePlan with_other_dial_tones(dsp::TonePlan country, std::string_view stutter,
                                    std::string_view recall) {
    country.stutter = dsp::parse_tone(stutter).value();
    country.dial_recall = dsp::parse_tone(recall).value();
    return country;
}

/// Short bursts, then the tone for ever.
std::string stuttering(const std::string& tone, int bursts) {
    std::string text;
    for (int i = 0; i < bursts; ++i)
        text += "!" + tone + "/100,!0/100,";
    return text + tone;
}

struct Heard {
    ProgressTone tone = ProgressTone::none;
    int after_ms = -1;
    bool only = true;  ///< nothing else was named
};

Heard listen(const dsp::TonePlan& country, const Samples& samples, unsigned cycles = 3) {
    dsp::ProgressToneDetector detector(country, cycles);
    Heard heard;
    for (std::size_t i = 0; i + 80 <= samples.size(); i += 80) {
        const auto tone = detector.process(std::span(samples).subspan(i, 80));
        if (tone == ProgressTone::none) continue;
        if (heard.tone == ProgressTone::none) heard = {tone, static_cast<int>(i / 8), true};
        if (tone != heard.tone) heard.only = false;
    }
    return heard;
}

Samples on_line(const dsp::ToneSequence& tone, int milliseconds, int pause_ms = 730) {
    auto samples = test::quiet(pause_ms);
    test::append(samples, test::played(tone, milliseconds));
    test::add(samples, test::noise(-50, milliseconds + pause_ms, 5));
    test::through(dsp::Law::alaw, samples);
    return samples;
}

void check(const dsp::TonePlan& country, const dsp::ToneSequence& tone, ProgressTone wanted, int milliseconds,
           int limit_ms) {
    for (const int pause : {0, 5, 730, 2000}) {
        CAPTURE(pause);
        const auto heard = listen(country, on_line(tone, milliseconds, pause));
        CHECK(heard.tone == wanted);
        CHECK(heard.only);
        CHECK(heard.after_ms - pause < limit_ms);
    }
}

}  // namespace

TEST_CASE("tones of several countries are named") {
    struct Row {
        const char* name;
        const dsp::TonePlan* tones;
        int dial_ms, busy_ms, ringback_ms, congestion_ms, info_ms;
    };
    // Limits: three cycles and what confirms them (four when listening began inside the first).
    const Row rows[] = {{"us", &us, 1100, 4200, 12200, 2200, 1300},
                        {"uk", &uk, 1100, 3200, 6300, 6300, 2400},
                        {"de", &de, 1300, 4100, 10200, 2100, 2400},
                        {"za", &za, 1100, 4200, 6300, 2200, 2200},
                        {"jp", &jp, 1300, 4200, 6200, 4200, 1300}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        check(*row.tones, row.tones->dial, ProgressTone::dial, 3000, row.dial_ms);
        check(*row.tones, row.tones->busy, ProgressTone::busy, 6000, row.busy_ms);
        check(*row.tones, row.tones->ringback, ProgressTone::ringback, 15000, row.ringback_ms);
        const bool same = std::strcmp(row.name, "jp") == 0;
        check(*row.tones, row.tones->congestion, same ? ProgressTone::busy : ProgressTone::congestion, 9000,
              row.congestion_ms);
        check(*row.tones, row.tones->info, ProgressTone::info, 3000, row.info_ms);
    }
    check(au, au.dial, ProgressTone::dial, 3000, 1100);
    check(au, au.busy, ProgressTone::busy, 6000, 3200);
    check(au, au.ringback, ProgressTone::ringback, 15000, 6300);
    check(cz, cz.dial, ProgressTone::dial, 12000, 8200);
    check(cz, cz.busy, ProgressTone::busy, 6000, 3000);
}

TEST_CASE("stutter and recall dial tone are dial tone, and hide no other tone of their country") {
    struct Row {
        const char* name;
        dsp::TonePlan tones;
        int stutter_ms, recall_ms;
    };
    // Limits: below the 5 s that a line waits for dial tone. As libtonezone has them.
    const Row rows[] = {
        {"de", with_other_dial_tones(de, "425+400", stuttering("425", 3)), 1100, 1900},
        {"us", with_other_dial_tones(us, stuttering("350+440", 6), stuttering("350+440", 3)), 2300, 1700},
        {"uk", with_other_dial_tones(uk, "350+440/750,440/750", "350+440"), 3900, 1100},
        {"fr", with_other_dial_tones(fr, stuttering("440", 6), stuttering("350+440", 3)), 3100, 1700},
        {"it", with_other_dial_tones(it, "470/400,425/400", "470/400,425/400"), 2200, 2200}};
    for (const auto& row : rows) {
        CAPTURE(row.name);
        check(row.tones, row.tones.stutter, ProgressTone::dial, 6000, row.stutter_ms);
        check(row.tones, row.tones.dial_recall, ProgressTone::dial, 6000, row.recall_ms);
        check(row.tones, row.tones.dial, ProgressTone::dial, 9000, 7000);
        check(row.tones, row.tones.busy, ProgressTone::busy, 9000, 4200);
        check(row.tones, row.tones.congestion, ProgressTone::congestion, 9000, 6300);
        check(row.tones, row.tones.ringback, ProgressTone::ringback, 15000, 12200);
    }
    // Listening often begins in the lasting part.
    CHECK(listen(rows[3].tones, on_line(dsp::parse_tone("350+440").value(), 2000)).tone ==
          ProgressTone::dial);
}

TEST_CASE("a dial tone with a cadence is known before an exchange line is given up") {
    check(it, it.dial, ProgressTone::dial, 10000, 4000);
    check(cz, cz.dial, ProgressTone::dial, 10000, 4000);
}

TEST_CASE("busy needs the cycles that were asked for, and ends when it ends") {
    const auto two = on_line(us.busy, 2400);
    CHECK(listen(us, two, 3).tone == ProgressTone::none);
    CHECK(listen(us, two, 2).tone == ProgressTone::busy);
    auto ended = on_line(us.busy, 5000);
    test::append(ended, test::quiet(1000));
    dsp::ProgressToneDetector detector(us);
    detector.process(ended);
    CHECK(detector.process(test::quiet(80)) == ProgressTone::none);
    CHECK(detector.process(on_line(us.busy, 4000)) == ProgressTone::busy);
    detector.reset();
    CHECK(detector.process(test::quiet(80)) == ProgressTone::none);
}

TEST_CASE("weak, loud and slightly detuned tones are still heard") {
    for (const float level : {-33.0F, -20.0F, 0.0F}) {
        auto busy = de.busy;
        busy.level_dbm0 = level;
        CHECK(listen(de, on_line(busy, 6000)).tone == ProgressTone::busy);
    }
    CHECK(listen(de, on_line(dsp::parse_tone("430/480,0/480").value(), 6000)).tone == ProgressTone::busy);
    CHECK(listen(de, on_line(dsp::parse_tone("425/500,0/460").value(), 6000)).tone == ProgressTone::busy);
}

TEST_CASE("lost packets do not hide a tone") {
    auto dial = on_line(us.dial, 3000);
    auto busy = on_line(de.busy, 6000);
    for (auto* samples : {&dial, &busy}) {
        for (std::size_t at = 8003; at + 160 < samples->size(); at += 8 * 370) {
            std::fill_n(samples->begin() + static_cast<std::ptrdiff_t>(at), 160, std::int16_t{0});
        }
    }
    CHECK(listen(us, dial).tone == ProgressTone::dial);
    CHECK(listen(de, busy).tone == ProgressTone::busy);
}

TEST_CASE("another frequency, cadence, mix or modulation is not the tone") {
    const char* const others[] = {"440/480,0/480",
                                  "400/480,0/480",
                                  "425+600/480,0/480",
                                  "425+480/480,0/480",
                                  "425*25/480,0/480",
                                  "425*200/480,0/480",
                                  "425/700,0/700",
                                  "425/480,0/1500",
                                  "425/100,0/100",
                                  "950/480,0/480",
                                  "850/480,0/480",
                                  "425/480,1000/480",
                                  "425/480,0/480,600/480,0/480"};
    for (const auto* text : others) {
        CAPTURE(text);
        CHECK(listen(de, on_line(dsp::parse_tone(text).value(), 9000)).tone == ProgressTone::none);
    }
    for (const auto* text :
         {"480/500,0/500", "620/500,0/500", "350", "440", "350+480", "440+620/500,0/500"}) {
        CAPTURE(text);
        CHECK(listen(us, on_line(dsp::parse_tone(text).value(), 9000)).tone == ProgressTone::none);
    }
    CHECK(listen(za, on_line(dsp::parse_tone("400").value(), 9000)).tone == ProgressTone::none);
}

TEST_CASE("noise, speech-like sound, music of two tones and DTMF are not tones") {
    Samples dtmf;
    dsp::DtmfGenerator generator;
    for (int i = 0; i < 40; ++i) {
        Samples part(static_cast<std::size_t>(8 * (i % 2 == 0 ? 1000 : 480)));
        generator.start(dsp::dtmf_digit(i % 16), static_cast<std::uint32_t>(part.size() / 2),
                        static_cast<std::uint32_t>(part.size() / 2));
        generator.produce(part);
        test::append(dtmf, part);
    }
    Samples melody;
    std::mt19937 random(9);
    for (int i = 0; i < 150; ++i) {
        const double hz = 220 * std::pow(2, static_cast<double>(random() % 24) / 12);
        test::append(melody,
                     test::mix({{hz, -13}, {hz * 1.5, -16}}, 100 + static_cast<int>(random() % 4) * 100));
    }
    for (const auto& samples : {test::noise(-12, 20000, 11), test::speech_like(40000, 12), dtmf, melody}) {
        for (const auto* country : {&us, &uk, &de, &za})
            CHECK(listen(*country, samples).tone == ProgressTone::none);
    }
}

TEST_CASE("early recognition names a tone as soon as it can be no other") {
    const std::vector<dsp::ToneRecognizer::Entry> entries = {
        {0, de.dial, 0, 500}, {1, de.busy, 0, 500}, {2, de.ringback, 0, 500}, {3, de.congestion, 0, 500}};
    const auto first = [&](const dsp::ToneSequence& tone) {
        dsp::ToneRecognizer recognizer(entries);
        const auto samples = on_line(tone, 6000);
        for (std::size_t i = 0; i + 80 <= samples.size(); i += 80) {
            const int id = recognizer.process(std::span(samples).subspan(i, 80));
            if (id >= 0) return std::pair{id, static_cast<int>(i / 8) - 730};
        }
        return std::pair{-1, 0};
    };
    CHECK(first(de.dial).first == 0);
    CHECK(first(de.dial).second < 1300);
    CHECK(first(de.busy).first == 1);
    CHECK(first(de.busy).second < 800);
    CHECK(first(de.ringback).first == 2);
    CHECK(first(de.ringback).second < 1200);
    CHECK(first(de.congestion).first == 3);
    CHECK(first(de.congestion).second < 600);
}

TEST_CASE("an endless tone after any silence is not the stuttering one, and a stutter is") {
    const auto tone = us.dial;
    const auto stutter = dsp::parse_tone(stuttering("350+440", 10)).value();
    const std::vector<dsp::ToneRecognizer::Entry> entries = {{0, tone, 0, 500}, {1, stutter, 0, 500}};
    const auto last = [&](const Samples& samples) {
        dsp::ToneRecognizer recognizer(entries);
        int id = -1;
        for (std::size_t i = 0; i + 80 <= samples.size(); i += 80)
            id = recognizer.process(std::span(samples).subspan(i, 80));
        return id;
    };
    for (int pause = 0; pause <= 300; pause += 5) {
        CAPTURE(pause);
        CHECK(last(on_line(tone, 2000, pause)) == 0);
        CHECK(last(on_line(stutter, 4000, pause)) == 1);
        auto after_click = test::noise(-20, 40, 3);
        test::append(after_click, on_line(tone, 2000, pause));
        CHECK(last(after_click) == 0);
        auto torn = on_line(tone, 400, 100);
        test::append(torn, on_line(tone, 2000, pause));
        CHECK(last(torn) == 0);
    }
}

TEST_CASE("listening allocates nothing") {
    dsp::ProgressToneDetector detector(uk);
    const auto samples = on_line(uk.congestion, 8000);
    const test::AllocationTrap trap;
    for (std::size_t i = 0; i + 160 <= samples.size(); i += 160)
        detector.process(std::span(samples).subspan(i, 160));
    detector.reset();
    CHECK(trap.count() == 0);
}

TEST_CASE("a cadence is put together from what is heard between times when nobody can listen") {
    struct Deaf {
        int every_ms, for_ms;
    };
    // A tone of 500/500 ms, three cycles: six whole segments, of which each second and a half has two at least.
    const auto named = [](const dsp::ToneSequence& tone, const Deaf& deaf) {
        dsp::ProgressToneDetector detector(fr, 3);
        dsp::ToneGenerator generator(tone);
        for (int ms = 0; ms < 12000; ms += 10) {
            Samples block(80);
            generator.produce(block);
            const bool audible = ms % deaf.every_ms >= deaf.for_ms;
            // Whatever sounds meanwhile.
            if (!audible) block = test::mix({{440, -13}}, 10);
            const auto heard = detector.process(block, audible);
            if (heard != ProgressTone::none) return std::pair{heard, ms};
        }
        return std::pair{ProgressTone::none, 0};
    };
    CHECK(named(fr.busy, {2500, 1000}).first == ProgressTone::busy);
    CHECK(named(fr.busy, {5000, 1500}).first == ProgressTone::busy);
    CHECK(named(fr.congestion, {2500, 1300}).first == ProgressTone::congestion);
    // A second never has a whole cycle and a bit more of it: what is cut is no evidence.
    CHECK(named(fr.busy, {1000, 600}).first == ProgressTone::none);
    // Nor is a cadence that another one interrupts.
    CHECK(named(dsp::parse_tone("440/500,0/500,440/900,0/500").value(), {2500, 200}).first ==
          ProgressTone::none);
    CHECK(named(dsp::parse_tone("0").value(), {1000, 500}).first == ProgressTone::none);
}

TEST_CASE("the answer stays while nobody can listen, and allocates nothing") {
    dsp::ProgressToneDetector detector(fr, 2);
    dsp::ToneGenerator generator(fr.busy);
    Samples block(80);
    const test::AllocationTrap trap;
    auto heard = ProgressTone::none;
    for (int i = 0; i < 400; ++i) {
        generator.produce(block);
        heard = detector.process(block);
    }
    CHECK(heard == ProgressTone::busy);
    for (int i = 0; i < 300; ++i)
        CHECK(detector.process(block, false) == ProgressTone::busy);
    std::fill(block.begin(), block.end(), std::int16_t{0});
    for (int i = 0; i < 100; ++i)
        heard = detector.process(block);
    CHECK(heard == ProgressTone::none);
}
