// What the recordings of a check mean. Thread: any but core and media.
#include "tipring/analog/check_results.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <span>
#include <utility>

#include "tipring/base/text.hpp"
#include "tipring/dsp/line_measure.hpp"
#include "tipring/dsp/progress_tone_detector.hpp"

namespace tipring::analog {
namespace {

using dsp::LineGrade;
using Recording = std::span<const std::int16_t>;

constexpr std::size_t samples_a_ms = 8;
constexpr std::size_t block = 80;
/// The way through the buffers of the engine and the board, and the exchange's click.
constexpr std::size_t start_up = 250 * samples_a_ms;
/// Dial tone is judged by the end of its recording, which is certain to be tone.
constexpr std::size_t tone_end = 800 * samples_a_ms;
constexpr std::size_t far_end = 2000 * samples_a_ms;
constexpr double silence_dbm0 = -50;

Recording recording(const CheckReport& report, CheckStep step) {
    const auto found = std::ranges::find(report.recordings, step, &CheckRecording::step);
    return found == report.recordings.end() ? Recording{} : Recording(found->heard);
}

Recording without_beginning(Recording all, std::size_t samples) {
    return all.subspan(std::min(all.size(), samples));
}

Recording ending(Recording all, std::size_t samples) {
    return all.last(std::min(all.size(), samples));
}

/// From when on the recording is as loud as at its end.
std::size_t onset_ms(Recording all, double level_dbm0) {
    constexpr std::size_t window = 20 * samples_a_ms;
    constexpr double below_db = 6;
    std::size_t at = 0;
    while (at + window <= all.size() &&
           dsp::total_level_dbm0(all.subspan(at, window)) < level_dbm0 - below_db)
        at += window;
    return at / samples_a_ms;
}

class Findings {
  public:
    void add(std::string what, std::string key, double value, std::string unit,
             const dsp::LineVerdict& verdict) {
        list_.push_back({std::move(what), std::move(key), std::round(value * 10) / 10, std::move(unit), "",
                         verdict.grade, verdict.words});
    }
    void add(std::string what, std::string key, std::string text, const dsp::LineVerdict& verdict) {
        list_.push_back(
            {std::move(what), std::move(key), {}, "", std::move(text), verdict.grade, verdict.words});
    }
    std::vector<CheckFinding> take() { return std::move(list_); }

  private:
    std::vector<CheckFinding> list_;
};

/// -50 dBm0 is quiet for a person, -40 dBm0 disturbs modems and caller ID; practical limits of ours.
dsp::LineVerdict judge_quiet(double level_dbm0) {
    constexpr double good_dbm0 = -50;
    constexpr double fair_dbm0 = -40;
    if (level_dbm0 <= good_dbm0) return {LineGrade::good, "quiet"};
    if (level_dbm0 <= fair_dbm0)
        return {LineGrade::fair, "audible: look for bad joints, damp and other sources"};
    return {LineGrade::bad, "loud: have the line repaired"};
}

dsp::LineVerdict judge_hum(double level_dbm0) {
    constexpr double good_dbm0 = -40;
    constexpr double fair_dbm0 = -30;
    if (level_dbm0 <= good_dbm0) return {LineGrade::good, "none to speak of"};
    if (level_dbm0 <= fair_dbm0)
        return {LineGrade::fair, "audible: look for a wire to earth, or mains cables beside the line"};
    return {LineGrade::bad, "loud: one of the wires is earthed or broken"};
}

/// The strongest of several parts: a block that was lost turns the phase, and a fit over it finds less.
double hum_level_dbm0(Recording all) {
    constexpr std::size_t window = 400 * samples_a_ms;
    constexpr std::size_t step = 200 * samples_a_ms;
    double level = -99;
    for (std::size_t at = 0; at + window <= all.size(); at += step) {
        for (const double hertz : {50.0, 60.0})
            level = std::max(level, dsp::tone_level_dbm0(all.subspan(at, window), hertz));
    }
    return level;
}

void add_dial_tone(const CheckReport& report, Findings& findings) {
    const auto all = recording(report, CheckStep::dial_tone);
    if (report.fxs || all.empty()) return;
    if (!report.dial_tone) {
        const double level = dsp::total_level_dbm0(without_beginning(all, start_up));
        findings.add(
            "dial tone", "dial_tone", report.ended.starts_with("another") ? "other tone" : "none",
            {LineGrade::bad,
             level > silence_dbm0
                 ? base::format("something is heard at {} dBm0: is country: right? does the PBX want a code?",
                                dsp::decibels(level))
                 : "silence: is the line connected, and in service at the exchange?"});
        return;
    }
    const auto end = ending(all, tone_end);
    const double level = dsp::total_level_dbm0(end);
    const auto tone = dsp::measure_tone(end);
    const auto after = onset_ms(all, level);
    constexpr std::size_t soon_ms = 1500;
    constexpr std::size_t late_ms = 3000;
    findings.add("dial tone after", "dial_tone_after_ms", static_cast<double>(after), "ms",
                 after <= soon_ms ? dsp::LineVerdict{LineGrade::good, "good"}
                 : after <= late_ms
                     ? dsp::LineVerdict{LineGrade::fair, "slow"}
                     : dsp::LineVerdict{LineGrade::bad, "late: give dial_tone_limit room for it"});
    constexpr double strong_dbm0 = -6, usual_dbm0 = -22, weak_dbm0 = -30;
    findings.add("dial tone, level", "dial_tone_level_dbm0", level, "dBm0",
                 level > strong_dbm0   ? dsp::LineVerdict{LineGrade::fair, "loud: lower receive_gain_db"}
                 : level >= usual_dbm0 ? dsp::LineVerdict{LineGrade::good, "good"}
                 : level >= weak_dbm0
                     ? dsp::LineVerdict{LineGrade::fair, "weak: a long line; raise receive_gain_db"}
                     : dsp::LineVerdict{LineGrade::bad, "too weak: have the line repaired"});
    findings.add("dial tone, strongest frequency", "dial_tone_hz", tone.frequency_hz, "Hz",
                 {LineGrade::good, "the country's"});
}

void add_quiet(const CheckReport& report, Findings& findings) {
    const auto all = recording(report, CheckStep::quiet);
    if (all.empty()) return;
    const double noise = dsp::total_level_dbm0(all);
    if (!report.fxs && noise > silence_dbm0) {
        // Dial tone that goes on is not noise.
        const auto tone = dsp::measure_tone(all);
        if (tone.signal_to_noise_db > 10) {
            findings.add("silence", "silence", "none",
                         {LineGrade::bad, base::format("{} Hz is heard after the digit: use another --digit",
                                                       dsp::decibels(tone.frequency_hz))});
            return;
        }
    }
    findings.add("noise", "noise_dbm0", noise, "dBm0", judge_quiet(noise));
    const double hum = hum_level_dbm0(all);
    findings.add("hum (50 or 60 Hz)", "hum_dbm0", hum, "dBm0", judge_hum(hum));
}

std::optional<double> add_echo(const CheckReport& report, Findings& findings) {
    if (const auto tone = without_beginning(recording(report, CheckStep::tone), start_up); !tone.empty()) {
        constexpr double sent_hz = 1004;
        const double level = dsp::tone_level_dbm0(tone, sent_hz);
        findings.add("1004 Hz comes back at", "tone_return_dbm0", level, "dBm0",
                     dsp::judge_return_loss(test_level_dbm0 - level));
    }
    const auto noise = recording(report, CheckStep::noise);
    if (noise.empty() || report.noise.empty()) return {};
    const auto echo = dsp::measure_echo(report.noise, noise);
    if (!echo.found) {
        findings.add("echo return loss", "echo_return_loss_db", "no echo", {LineGrade::good, "good"});
        return 99;
    }
    findings.add("echo return loss", "echo_return_loss_db", echo.return_loss_db, "dB",
                 dsp::judge_return_loss(echo.return_loss_db));
    findings.add("echo after", "echo_delay_ms", static_cast<double>(echo.delay.count()) / 1000, "ms",
                 {LineGrade::good, "with the gateway's own buffers"});
    return echo.return_loss_db;
}

void add_far_end(const CheckReport& report, std::optional<double> return_loss, Findings& findings) {
    const auto heard = ending(recording(report, CheckStep::far_end), far_end);
    if (heard.empty()) return;
    constexpr double tone_snr_db = 20;
    const auto tone = dsp::measure_tone(heard);
    if (dsp::total_level_dbm0(heard) > silence_dbm0 && tone.signal_to_noise_db > tone_snr_db) {
        findings.add("number called: tone", "far_tone_hz", tone.frequency_hz, "Hz",
                     {LineGrade::good, "a test tone is 1004 or 1020 Hz"});
        constexpr double sent_dbm0 = 0;
        constexpr double usual_loss_db = 6;
        findings.add("number called: level", "far_tone_dbm0", tone.level_dbm0, "dBm0",
                     dsp::judge_level(tone.level_dbm0, sent_dbm0 - usual_loss_db));
        findings.add("number called: signal to noise", "far_signal_to_noise_db", tone.signal_to_noise_db,
                     "dB", dsp::judge_noise(tone.signal_to_noise_db));
        return;
    }
    // What is no louder than the line's own echo has not been at the other end.
    constexpr double louder_db = 3;
    const auto echo = dsp::measure_echo(report.noise, recording(report, CheckStep::far_noise));
    const bool loops = echo.found && echo.return_loss_db < return_loss.value_or(99) - louder_db;
    if (!loops) {
        findings.add(
            "number called", "far_end", "no test tone, no loop",
            {LineGrade::bad, "is it a loop-back or milliwatt number, and did it answer within 12 s?"});
        return;
    }
    findings.add("number called: loop loss", "loop_loss_db", echo.return_loss_db, "dB",
                 {LineGrade::good, "there and back"});
    const bool all = report.digits_back == report.digits_sent;
    findings.add("DTMF there and back", "dtmf_back", report.digits_back.empty() ? "none" : report.digits_back,
                 {all ? LineGrade::good : LineGrade::bad,
                  all ? "all digits" : base::format("{} was sent: check the levels", report.digits_sent)});
}

std::string known_tone(const CheckReport& report, Recording heard) {
    if (!report.tones) return {};
    dsp::ProgressToneDetector detector(*report.tones, report.tone_cycles);
    bool dial = false;
    for (std::size_t at = 0; at + block <= heard.size(); at += block) {
        switch (detector.process(heard.subspan(at, block))) {
            case dsp::ProgressTone::busy:
                return "busy";
            case dsp::ProgressTone::congestion:
                return "congestion";
            case dsp::ProgressTone::dial:
                dial = true;
                break;
            default:
                break;
        }
    }
    return dial ? "dial tone" : "";
}

}  // namespace

std::vector<CheckFinding> judge_line(const CheckReport& report) {
    Findings findings;
    add_dial_tone(report, findings);
    add_quiet(report, findings);
    const auto return_loss = add_echo(report, findings);
    add_far_end(report, return_loss, findings);
    return findings.take();
}

LineGrade worst(const std::vector<CheckFinding>& findings) {
    auto grade = LineGrade::good;
    for (const auto& finding : findings)
        grade = std::max(grade, finding.grade);
    return grade;
}

LearntLine learn_line(const CheckReport& report) {
    LearntLine line;
    const auto heard = recording(report, CheckStep::after_call);
    line.profile = dsp::learn_tone(heard);
    line.known = known_tone(report, heard);
    if (!line.profile.words.empty()) line.words.push_back(line.profile.words);
    if (line.known == "dial tone") {
        line.words.emplace_back(
            "the exchange gives its dial tone back: disconnect: [..., dial_tone] ends the call, nothing to "
            "learn");
    } else if (!line.known.empty()) {
        line.words.push_back(base::format(
            "this is the country's {} tone, which ends a call anyway: nothing needs to be learnt",
            line.known));
    }
    if (report.battery_lost)
        line.words.emplace_back(
            "the exchange took the battery off: disconnect: [battery, ...] ends the call");
    if (report.reversed)
        line.words.emplace_back("the exchange reversed the line: disconnect: [polarity, ...] ends the call");
    return line;
}

std::string configuration_lines(const dsp::LearntProfile& profile, const std::string& name,
                                unsigned channel) {
    return base::format(
        "tones:\n  - {name: {}, cadence: \"{}\", level_dbm0: {}}\n\n# in the entry of channel {} under "
        "ports:\n"
        "#   disconnect_tones: [{}]\n",
        name, profile.notation, std::clamp(std::lround(profile.level_dbm0), -50L, 3L), channel, name);
}

}  // namespace tipring::analog
