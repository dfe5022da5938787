// What the caller ID tests share: callers, a line, listening. Header only.
#pragma once

#include <cmath>
#include <optional>
#include <string>

#include "signals.hpp"
#include "tipring/dsp/caller_id.hpp"

namespace tipring::test {

inline constexpr std::array all_standards{dsp::CallerIdStandard::mdmf, dsp::CallerIdStandard::sdmf,
                                          dsp::CallerIdStandard::etsi, dsp::CallerIdStandard::bt,
                                          dsp::CallerIdStandard::ntt,  dsp::CallerIdStandard::dtmf};

inline bool carries_name(dsp::CallerIdStandard standard) {
    using enum dsp::CallerIdStandard;
    return standard == mdmf || standard == etsi || standard == bt;
}
inline bool carries_date(dsp::CallerIdStandard standard) {
    return carries_name(standard) || standard == dsp::CallerIdStandard::sdmf;
}

inline dsp::CallerId jane() {
    return {"0441234567", "Jane Doe", dsp::Disclosure::given, 11, 21, 15, 45};
}

inline Samples sent(dsp::CallerIdStandard standard, const dsp::CallerId& caller, double level_dbm0 = -13.5) {
    dsp::CallerIdSignal signal;
    signal.standard = standard;
    signal.level_dbm0 = level_dbm0;
    return dsp::caller_id_audio(signal, caller);
}

/// `audio` after and before some silence.
inline Samples between_silence(const Samples& audio, std::size_t samples_before = 400) {
    Samples line(samples_before);
    append(line, audio);
    append(line, quiet(100));
    return line;
}

/// All messages that were heard, in blocks of `block` samples.
inline std::vector<dsp::HeardCallerId> listen(dsp::CallerIdReceiver& receiver,
                                              std::span<const std::int16_t> line, std::size_t block = 80) {
    std::vector<dsp::HeardCallerId> all;
    for (; !line.empty(); line = line.subspan(std::min(block, line.size()))) {
        if (receiver.process(line.first(std::min(block, line.size())))) all.push_back(receiver.heard());
    }
    return all;
}
inline std::vector<dsp::HeardCallerId> listen(std::span<const std::int16_t> line) {
    dsp::CallerIdReceiver receiver;
    return listen(receiver, line);
}

/// `heard` says all of `caller` that its standard can say.
inline bool right(const dsp::HeardCallerId& heard, dsp::CallerIdStandard standard,
                  const dsp::CallerId& caller) {
    const bool given = caller.disclosure == dsp::Disclosure::given;
    const bool named = carries_name(standard) && caller.disclosure != dsp::Disclosure::restricted;
    const bool dated = carries_date(standard);
    return heard.standard == standard && heard.disclosure == caller.disclosure && !heard.message_waiting &&
           heard.number_text() == (given ? caller.number : "") &&
           heard.name_text() == (named ? caller.name : "") && heard.month == (dated ? caller.month : 0) &&
           heard.day == (dated ? caller.day : 0) && heard.hour == (dated ? caller.hour : 0) &&
           heard.minute == (dated ? caller.minute : 0);
}

/// As it sounds when the sender's clock is faster by `deviation`.
inline Samples with_clock(const Samples& audio, double deviation) {
    Samples out;
    for (double at = 0; at + 1 < static_cast<double>(audio.size()); at += 1 + deviation) {
        const auto before = static_cast<std::size_t>(at);
        const double part = at - static_cast<double>(before);
        out.push_back(
            static_cast<std::int16_t>(std::lround(audio[before] * (1 - part) + audio[before + 1] * part)));
    }
    return out;
}

}  // namespace tipring::test
