// Telephone sounds (phone_sounds.hpp). Pure. Thread: any.
#include "phone_sounds.hpp"

#include <algorithm>
#include <array>
#include <chrono>

#include "tipring/base/text.hpp"
#include "tipring/dsp/tone_generator.hpp"

namespace tipring::analog {
namespace {

using config::CallerIdTiming;
using std::chrono::milliseconds;

constexpr std::size_t samples_per_ms = 8;
/// The phone hears nothing for so long after its ring or the reversal, and before the next ring (GR-30 2.4.1:
/// 500 to 1500 ms, 200 ms; EN 300 659-1 6.1.1).
constexpr milliseconds after_ring{500}, after_reversal{150}, before_ring{200};
/// Between alerting signal and message (EN 300 659-1 6.1.2: 45 to 500 ms; 659-2: 50 to 500 ms).
constexpr milliseconds after_alert{70};
constexpr milliseconds idle_alert{100}, call_alert{80};
constexpr double alert_level_dbm0 = -15;
constexpr milliseconds longest_waiting_tone{2000}, pause_that_ends_it{1000};
/// For a tone that the zone lets sound for ever.
constexpr milliseconds endless_tone{1000};
/// The shortest silence of the ringing that caller ID is sent in.
constexpr milliseconds shortest_silence{1500};

struct RingName {
    std::string_view name;
    unsigned pattern;
};
/// What exchanges write into Alert-Info, the names of RFC 7462 among it.
constexpr std::array<RingName, 15> ring_names{{
    {"bellcore-dr1", 1},
    {"bellcore-dr2", 2},
    {"bellcore-dr3", 3},
    {"bellcore-dr4", 4},
    {"bellcore-dr5", 5},
    {"bellcore-dr6", 6},
    {"bellcore-dr7", 7},
    {"alert-external", 1},
    {"alert-internal", 2},
    {"alert-group", 3},
    {"alert-priority", 3},
    {"alert-emergency", 3},
    {"urn:alert:source:external", 1},
    {"urn:alert:source:internal", 2},
    {"urn:alert:priority:high", 3},
}};

bool is_name_part(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
}

void add_silence(dsp::Samples& clip, milliseconds duration) {
    clip.resize(clip.size() + static_cast<std::size_t>(duration.count()) * samples_per_ms, 0);
}

void add(dsp::Samples& clip, const dsp::Samples& more) {
    clip.insert(clip.end(), more.begin(), more.end());
}

/// DT-AS, and the pause after it.
void add_idle_alert(dsp::Samples& clip) {
    add(clip, dsp::alerting_tone(idle_alert, alert_level_dbm0));
    add_silence(clip, after_alert);
}

/// The tone's first bursts, up to its long pause.
dsp::Samples first_bursts(const dsp::ToneSequence& tone) {
    milliseconds length{0};
    for (const auto& segment : tone.segments) {
        const milliseconds duration{segment.duration_ms};
        if (segment.silent() && duration >= pause_that_ends_it) break;
        length += duration.count() > 0 ? duration : longest_waiting_tone;
        if (length >= longest_waiting_tone) break;
    }
    dsp::Samples clip;
    add_silence(clip, std::min(length, longest_waiting_tone));
    dsp::ToneGenerator generator(tone);
    generator.produce(clip);
    return clip;
}

dsp::CallerIdStandard standard(config::CallerIdFormat format) {
    using config::CallerIdFormat;
    switch (format) {
        case CallerIdFormat::sdmf:
            return dsp::CallerIdStandard::sdmf;
        case CallerIdFormat::etsi:
            return dsp::CallerIdStandard::etsi;
        case CallerIdFormat::bt:
            return dsp::CallerIdStandard::bt;
        case CallerIdFormat::ntt:
            return dsp::CallerIdStandard::ntt;
        case CallerIdFormat::dtmf:
            return dsp::CallerIdStandard::dtmf;
        case CallerIdFormat::none:
        case CallerIdFormat::mdmf:
            break;
    }
    return dsp::CallerIdStandard::mdmf;
}

dsp::Disclosure disclosure(const call::Party& caller) {
    if (caller.presentation == call::Presentation::restricted) return dsp::Disclosure::restricted;
    return caller.presentation == call::Presentation::unavailable || caller.number.empty()
               ? dsp::Disclosure::unavailable
               : dsp::Disclosure::given;
}

}  // namespace

dsp::CallerId to_caller_id(const call::Party& caller, const std::tm& local) {
    dsp::CallerId id;
    id.disclosure = disclosure(caller);
    if (id.disclosure == dsp::Disclosure::given) id.number = caller.number;
    if (id.disclosure != dsp::Disclosure::restricted) id.name = caller.name;
    id.month = static_cast<std::uint8_t>(local.tm_mon + 1);
    id.day = static_cast<std::uint8_t>(local.tm_mday);
    id.hour = static_cast<std::uint8_t>(local.tm_hour);
    id.minute = static_cast<std::uint8_t>(local.tm_min);
    return id;
}

PhoneSounds::PhoneSounds(const config::CountryProfile& country, const dsp::TonePlan& tones)
    : country_(country), waiting_tone_(first_bursts(tones.call_waiting)) {}

dsp::CallerIdSignal PhoneSounds::signal(bool off_hook) const {
    dsp::CallerIdSignal signal;
    signal.standard = standard(country_.caller_id);
    signal.level_dbm0 = country_.caller_id_level_dbm0;
    const auto& digits = country_.caller_id_digits;
    signal.codes = {digits.start, digits.stop, digits.information, digits.restricted, digits.unavailable};
    signal.off_hook = off_hook;
    return signal;
}

dsp::Samples PhoneSounds::caller_id(const call::Party& caller, const std::tm& local) const {
    dsp::Samples clip;
    switch (country_.caller_id_timing) {
        case CallerIdTiming::after_first_ring:
        case CallerIdTiming::ring_pulse:
            add_silence(clip, after_ring);
            break;
        case CallerIdTiming::reversal_dual_tone:
            add_silence(clip, after_reversal);
            [[fallthrough]];
        case CallerIdTiming::dual_tone:
            add_idle_alert(clip);
            break;
        case CallerIdTiming::reversal:
        case CallerIdTiming::before_ring:
            add_silence(clip, after_reversal);
            break;
    }
    add(clip, dsp::caller_id_audio(signal(false), to_caller_id(caller, local)));
    add_silence(clip, before_ring);
    return clip;
}

dsp::Samples PhoneSounds::waiting_caller_id(const call::Party& caller, const std::tm& local) const {
    dsp::Samples clip;
    add_silence(clip, after_alert);
    add(clip, dsp::caller_id_audio(signal(true), to_caller_id(caller, local)));
    return clip;
}

dsp::Samples PhoneSounds::call_waiting(bool alert) const {
    auto clip = waiting_tone_;
    if (alert) add(clip, dsp::alerting_tone(call_alert, alert_level_dbm0));
    return clip;
}

base::Result<dsp::Samples> PhoneSounds::message_waiting(unsigned messages) const {
    const auto message = dsp::message_waiting_audio(signal(false), messages > 0, messages);
    if (!message) return message.error();
    dsp::Samples clip;
    add_silence(clip, after_reversal);
    if (country_.caller_id_timing == CallerIdTiming::dual_tone ||
        country_.caller_id_timing == CallerIdTiming::reversal_dual_tone) {
        add_idle_alert(clip);
    }
    add(clip, *message);
    // The audio is stopped with the clip, and what the wire still has of it is lost.
    add_silence(clip, before_ring);
    return clip;
}

dsp::ToneSequence once(const dsp::ToneSequence& tone) {
    auto heard = tone;
    heard.segments.clear();
    for (auto segment : tone.segments) {
        const milliseconds duration{segment.duration_ms};
        if (segment.silent() && (duration.count() == 0 || duration >= pause_that_ends_it)) break;
        if (duration.count() == 0) segment.duration_ms = static_cast<std::uint32_t>(endless_tone.count());
        heard.segments.push_back(segment);
        if (duration.count() == 0) break;
    }
    heard.repeat_from = heard.segments.size();
    return heard;
}

milliseconds length_of(const dsp::ToneSequence& tone) {
    milliseconds length{0};
    for (const auto& segment : tone.segments)
        length += milliseconds(segment.duration_ms);
    return length;
}

unsigned ring_pattern(std::string_view alert_info) {
    const auto text = base::lower(alert_info);
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (at > 0 && is_name_part(text[at - 1])) continue;
        for (const auto& [name, pattern] : ring_names) {
            const auto end = at + name.size();
            if (text.compare(at, name.size(), name) == 0 && (end == text.size() || !is_name_part(text[end])))
                return pattern;
        }
    }
    return 0;
}

hardware::RingCadence pattern_cadence(unsigned pattern, const hardware::RingCadence& usual) {
    static constexpr std::array<hardware::RingCadence, 7> cadences{{
        {2000, 4000},
        {800, 400, 800, 4000},
        {400, 200, 400, 200, 800, 4000},
        {300, 200, 1000, 200, 300, 4000},
        {500, 5500},
        {1000, 500, 500, 4000},
        {500, 500, 1000, 4000},
    }};
    return pattern >= 1 && pattern <= cadences.size() ? cadences.at(pattern - 1) : usual;
}

unsigned bursts_before_silence(const hardware::RingCadence& cadence, milliseconds needed) {
    const auto least = std::max(needed, shortest_silence);
    for (std::size_t i = 1; i < cadence.size(); i += 2) {
        if (milliseconds(cadence.at(i)) >= least) return static_cast<unsigned>(i / 2 + 1);
    }
    return 0;
}

}  // namespace tipring::analog
