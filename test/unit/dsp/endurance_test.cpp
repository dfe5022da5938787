// An hour of speech, music and DTMF: no tone and no silence that would end a call, no caller ID, no digit that nobody
// dialled, and every digit that somebody did. The pages of docs/ have the figures that this prints.
#include <catch2/catch.hpp>
#include <cstdio>
#include <string>

#include "sanitizers.hpp"
#include "signals.hpp"
#include "spoken.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/dsp/dtmf.hpp"
#include "tipring/dsp/progress_tone_detector.hpp"
#include "tipring/dsp/silence_detector.hpp"

using namespace tipring;
using dsp::ProgressTone;
using test::Samples;

namespace {

/// A sanitizer makes everything ten times slower: there a fifth must do.
constexpr int shorter = TIPRING_ASAN != 0 || TIPRING_TSAN != 0 ? 5 : 1;

/// As libtonezone has them (of information tones that repeat themselves the beginning): us, uk, de, fr, jp, cn, se, au, za, es.
std::vector<dsp::TonePlan> plans() {
    const char* const texts[][5] = {
        {"350+440", "480+620/500,0/500", "440+480/2000,0/4000", "480+620/250,0/250",
         "!950/330,!1400/330,!1800/330,0"},
        {"350+440", "400/375,0/375", "400+450/400,0/200,400+450/400,0/2000", "400/400,0/350,400/225,0/525",
         "950/330,0/15,1400/330,0/15,1800/330,0/1000"},
        {"425", "425/480,0/480", "425/1000,0/4000", "425/240,0/240", "950/330,1400/330,1800/330,0/1000"},
        {"440", "440/500,0/500", "440/1500,0/3500", "440/250,0/250", "!950/330,!1400/330,!1800/330,0"},
        {"400", "400/500,0/500", "400+15/1000,0/2000", "400/500,0/500", "!950/330,!1400/330,!1800/330,0"},
        {"450", "450/350,0/350", "450/1000,0/4000", "450/700,0/700",
         "450/100,0/100,450/100,0/100,450/100,0/100,450/400,0/400"},
        {"425", "425/250,0/250", "425/1000,0/5000", "425/250,0/750",
         "!950/332,!0/24,!1400/332,!0/24,!1800/332,!0/2024,!950/332,!0/24,!1400/332,!0/24,!1800/332,0"},
        {"415+440", "425/375,0/375", "413+438/400,0/200,413+438/400,0/2000", "425/375,0/375,425@/375,0/375",
         "425/2500,0/500"},
        {"400*33", "400/500,0/500", "400*33/400,0/200,400*33/400,0/2000", "400/250,0/250",
         "!950/330,!1400/330,!1800/330,!0/1000,!950/330,!1400/330,!1800/330,0"},
        {"425", "425/200,0/200", "425/1500,0/3000", "425/200,0/200,425/200,0/200,425/200,0/600",
         "950/330,0/1000"}};
    std::vector<dsp::TonePlan> all;
    for (const auto& row : texts) {
        dsp::TonePlan plan;
        dsp::ToneSequence* const tones[] = {&plan.dial, &plan.busy, &plan.ringback, &plan.congestion,
                                            &plan.info};
        for (std::size_t i = 0; i < std::size(tones); ++i)
            *tones[i] = dsp::parse_tone(row[i]).value();
        all.push_back(std::move(plan));
    }
    return all;
}

/// Whole numbers by chance, the same in every run.
class Dice {
  public:
    explicit Dice(unsigned seed) : engine_(seed) {}
    unsigned operator()() { return static_cast<unsigned>(engine_()); }

  private:
    std::mt19937 engine_;
};

/// All that listens in a call, and what it said.
class Listener {
  public:
    Listener() {
        for (const auto& plan : plans())
            plans_.push_back({dsp::ProgressToneDetector(plan)});
    }
    void hear(const Samples& samples) {
        for (std::size_t i = 0; i + 160 <= samples.size(); i += 160) {
            const auto block = std::span(samples).subspan(i, 160);
            for (std::size_t part = 0; part < 160; part += 80) {
                const auto report = dtmf_.process(block.subspan(part, 80));
                if (report.changed && report.digit != 0) digits += report.digit;
                alerts += alerting_.process(block.subspan(part, 80)) ? 1 : 0;
            }
            for (auto& plan : plans_)
                hear(plan, block);
            if (caller_id_.process(block))
                ++(caller_id_.heard().standard == dsp::CallerIdStandard::dtmf ? dtmf_messages : fsk_messages);
            if (silence_.process(block)) ++releases;
            milliseconds += block_ms;
        }
    }
    std::string digits;
    int releases = 0;     ///< busy, congestion, information tone, silence
    int other_tones = 0;  ///< dial tone and ringback: they end no call at once
    int longest_dial_ms = 0;
    int alerts = 0, fsk_messages = 0, dtmf_messages = 0;
    std::int64_t milliseconds = 0;

  private:
    struct Plan {
        dsp::ProgressToneDetector detector;
        ProgressTone last = ProgressTone::none;
        int dial_ms = 0;
    };

    void hear(Plan& plan, std::span<const std::int16_t> block) {
        const auto tone = plan.detector.process(block);
        if (tone != plan.last) count(tone);
        plan.last = tone;
        plan.dial_ms = tone == ProgressTone::dial ? plan.dial_ms + block_ms : 0;
        longest_dial_ms = std::max(longest_dial_ms, plan.dial_ms);
    }
    void count(ProgressTone tone) {
        if (tone == ProgressTone::busy || tone == ProgressTone::congestion || tone == ProgressTone::info)
            ++releases;
        if (tone == ProgressTone::dial || tone == ProgressTone::ringback) ++other_tones;
    }
    static constexpr int block_ms = 20;
    static constexpr auto least_silence_limit = std::chrono::seconds(10);  // of the configuration
    dsp::DtmfDetector dtmf_;
    dsp::AlertingToneDetector alerting_;
    dsp::CallerIdReceiver caller_id_;
    dsp::SilenceDetector silence_{least_silence_limit};
    std::vector<Plan> plans_;
};

/// Dial tone ends a call when it has been there for so long (`disconnect`).
constexpr int dial_tone_releases_ms = 10'000;

void check_nothing_ends_or_alerts(const Listener& listener) {
    CHECK(listener.releases == 0);
    CHECK(listener.longest_dial_ms < dial_tone_releases_ms);
    CHECK(listener.alerts == 0);
    CHECK(listener.fsk_messages == 0);
}

/// At another speed, pitch and all, by cubic interpolation.
Samples at_speed(const Samples& in, double speed) {
    Samples out;
    for (double at = 1; at + 3 < static_cast<double>(in.size()); at += speed) {
        const auto i = static_cast<std::size_t>(at);
        const double x = at - static_cast<double>(i);
        const double a = in[i - 1];
        const double b = in[i];
        const double c = in[i + 1];
        const double d = in[i + 2];
        const double value =
            b + 0.5 * x * (c - a + x * (2 * a - 5 * b + 4 * c - d + x * (3 * (b - c) + d - a)));
        out.push_back(static_cast<std::int16_t>(std::clamp(value, -32768.0, 32767.0)));
    }
    return out;
}

void report(const char* what, const Listener& listener) {
    std::printf(
        "endurance: %.1f min of %s: %d false releases, %d other tones (dial tone for %d ms at most), %zu "
        "digits, "
        "%d alerting tones, %d messages over FSK, %d over DTMF\n",
        static_cast<double>(listener.milliseconds) / 60'000, what, listener.releases, listener.other_tones,
        listener.longest_dial_ms, listener.digits.size(), listener.alerts, listener.fsk_messages,
        listener.dtmf_messages);
    std::fflush(stdout);
}

/// One instrument: partials, vibrato, attack and decay.
struct Instrument {
    std::vector<double> partials;
    double vibrato_hz = 0, vibrato_share = 0;
    double decay_ms = 0;  ///< 0: sustained
};

void play(Samples& to, std::size_t at, double hz, std::size_t length, const Instrument& instrument,
          double level) {
    const double peak = test::amplitude(level);
    double phase = 0;
    for (std::size_t i = 0; i < length && at + i < to.size(); ++i) {
        const double t = static_cast<double>(i) / 8000;
        const double bend =
            instrument.vibrato_share * std::sin(2 * std::numbers::pi * instrument.vibrato_hz * t);
        phase += 2 * std::numbers::pi * hz * (1 + bend) / 8000;
        double sum = 0;
        for (std::size_t n = 0; n < instrument.partials.size(); ++n) {
            const auto order = static_cast<double>(n + 1);
            if (hz * order < 3800 && instrument.partials[n] > 0)
                sum += instrument.partials[n] * std::sin(order * phase);
        }
        const double attack = std::min(1.0, t / 0.008);
        const double release = std::min(1.0, static_cast<double>(length - i) / 80);
        const double decay = instrument.decay_ms > 0 ? std::exp(-t * 1000 / instrument.decay_ms) : 1;
        const double value = to[at + i] + peak * attack * release * decay * sum;
        to[at + i] = static_cast<std::int16_t>(std::clamp(value, -32768.0, 32767.0));
    }
}

const Instrument organ{{1, 0.5, 0.3, 0.2}, 0, 0, 0};
const Instrument flute{{1, 0.08}, 5.2, 0.006, 0};
const Instrument strings{{1, 0.6, 0.45, 0.3, 0.2, 0.1}, 6, 0.004, 0};
const Instrument piano{{1, 0.5, 0.25, 0.15}, 0, 0, 350};
const Instrument pure{{1}, 0, 0, 0};

/// A minute in one style, at a tempo and key of its own.
Samples music(unsigned seed) {
    Dice random(seed);
    const auto pick = [&](std::size_t count) { return static_cast<std::size_t>(random() % count); };
    const Instrument* const instruments[] = {&organ, &flute, &strings, &piano, &pure};
    const Instrument& lead = *instruments[seed % 5];
    constexpr int scale[] = {0, 2, 4, 5, 7, 9, 11, 12};
    constexpr double near_tones[] = {400, 425, 440, 480, 620, 350, 415.3, 466.2, 493.9, 622.3};
    const double root = 220 * std::pow(2, static_cast<double>(pick(12)) / 12);
    const std::size_t beat = 8 * (180 + 10 * pick(50));
    constexpr std::size_t minute = 480'000;
    Samples out(minute);
    for (std::size_t at = 0; at < minute;) {
        const std::size_t length = beat * (1 + pick(4)) / 2;
        const double hz = root * std::pow(2, scale[pick(8)] / 12.0);
        switch ((seed / 5) % 4) {
            case 0:  // chords over a drum
                for (const int third : {0, 4, 7})
                    play(out, at, hz * std::pow(2, third / 12.0), length, lead, -20);
                play(out, at, 90, 800, piano, -14);
                break;
            case 1:  // arpeggio
                for (std::size_t i = 0; i < 4; ++i)
                    play(out, at + i * length / 4, hz * std::pow(2, scale[2 * i] / 12.0), length / 4, lead,
                         -16);
                break;
            case 2:  // notes where the tones lie, with rests
                play(out, at, near_tones[pick(10)], length * 3 / 4, lead, -15);
                if (pick(3) == 0) at += length;
                break;
            default:  // held pairs, up to some seconds
                play(out, at, near_tones[pick(10)], 4 * length, lead, -17);
                play(out, at, near_tones[pick(10)], 4 * length, lead, -19);
                at += 3 * length;
                if (pick(3) == 0) at += length;
        }
        if (pick(2) == 0) {  // a brush on the drum
            const auto hiss = test::noise(-26, 60, random());
            for (std::size_t i = 0; i < hiss.size() && at + i < minute; ++i)
                out[at + i] = static_cast<std::int16_t>(std::clamp(out[at + i] + hiss[i], -32768, 32767));
        }
        at += length;
    }
    return out;
}

}  // namespace

TEST_CASE("endurance: speech releases no call and dials no digit", "[figures]") {
    constexpr double speeds[] = {1, 0.88, 1.13, 0.95, 1.06};
    constexpr double levels[] = {-12, -20, -28, -16, -24};
    Listener listener;
    unsigned seed = 0;
    for (const auto& voice : test::voices()) {
        for (int variant = 0; variant < 4 / (shorter > 1 ? 2 : 1); ++variant) {
            const auto speech = test::spoken(voice, 120 + 30 * variant, 15 + 23 * variant);
            for (std::size_t round = 0; round < (shorter > 1 ? 2 : 5); ++round) {
                auto samples = at_speed(speech, speeds[round]);
                test::set_level(samples, levels[(round + seed) % 5]);
                test::append(samples, test::quiet(300));
                test::add(samples, test::noise(-55, static_cast<int>(samples.size() / 8), ++seed));
                test::through(seed % 2 == 0 ? dsp::Law::alaw : dsp::Law::mulaw, samples);
                listener.hear(samples);
            }
        }
    }
    report("speech", listener);
    CHECK(listener.milliseconds > 45 * 60'000 / shorter);
    check_nothing_ends_or_alerts(listener);
    CHECK(listener.dtmf_messages == 0);
    CHECK(listener.digits.empty());
}

TEST_CASE("endurance: music releases no call and dials no digit", "[figures]") {
    Listener listener;
    for (unsigned minute = 0; minute < 20U / shorter; ++minute) {
        auto samples = music(minute);
        test::through(dsp::Law::alaw, samples);
        listener.hear(samples);
    }
    report("music", listener);
    CHECK(listener.milliseconds >= 20 * 60'000 / shorter);
    check_nothing_ends_or_alerts(listener);
    CHECK(listener.dtmf_messages == 0);
    CHECK(listener.digits.empty());
}

TEST_CASE("endurance: DTMF is heard exactly and releases no call", "[figures]") {
    Dice random(77);
    Listener listener;
    std::string dialled;
    dsp::DtmfGenerator generator;
    while (listener.milliseconds < 10 * 60'000 / shorter) {
        Samples samples;
        // A number as a person or a dialler sends it: every digit in its own time, or all alike.
        const bool even = random() % 2 == 0;
        unsigned on_ms = 50 + random() % 450;
        unsigned off_ms = 50 + random() % 450;
        const auto level = static_cast<float>(-25 + static_cast<int>(random() % 20));
        for (int i = 0; i < 12; ++i) {
            if (!even) {
                on_ms = 50 + random() % 200;
                off_ms = 50 + random() % 200;
            }
            const char digit = dsp::dtmf_digit(static_cast<int>(random() % 16));
            dialled += digit;
            generator.start(digit, on_ms * 8, off_ms * 8, level);
            Samples part((on_ms + off_ms) * 8);
            generator.produce(part);
            test::append(samples, part);
        }
        test::append(samples, test::quiet(500));
        test::add(samples, test::noise(-50, static_cast<int>(samples.size() / 8), random()));
        test::through(dsp::Law::mulaw, samples);
        listener.hear(samples);
    }
    report("DTMF", listener);
    check_nothing_ends_or_alerts(listener);
    CHECK(dialled.size() > 1000 / shorter);
    CHECK(listener.digits == dialled);
}
