// Caller ID messages as samples: preamble and characters over FSK, or DTMF digits; the alerting tone.
// Thread: any; allocates.
#include <algorithm>
#include <string>

#include "caller_id_message.hpp"
#include "fsk.hpp"
#include "sine.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::dsp {
namespace {

/// In bits of 1/1200 s.
struct Preamble {
    unsigned seizure, mark;
    unsigned stop_bits = 1;
};

/// GR-30 2.2.2 and EN 300 659-1 6.2, -2 6.2; SIN 227: 45 to 75 ms of mark. NTT sends off-hook only, without
/// seizure.
Preamble preamble_of(const CallerIdSignal& signal) {
    constexpr unsigned seizure = 300, long_mark = 180, short_mark = 80;
    switch (signal.standard) {
        case CallerIdStandard::ntt:
            return {0, short_mark, 4};
        case CallerIdStandard::bt:
            return {signal.off_hook ? 0 : seizure, short_mark};
        default:
            return signal.off_hook ? Preamble{0, short_mark} : Preamble{seizure, long_mark};
    }
}

/// Both standards allow up to 10; a receiver needs some to end the last character.
constexpr unsigned closing_mark = 6;

/// EN 300 659-1 annex B: 70 ms on, 70 ms off.
constexpr std::uint32_t digit_samples = 70 * 8;

FskModem modem_of(CallerIdStandard standard) {
    const bool bell = standard == CallerIdStandard::mdmf || standard == CallerIdStandard::sdmf;
    return bell ? FskModem::bell202 : FskModem::v23;
}

Samples octets_as_audio(const CallerIdSignal& signal, const std::vector<std::uint8_t>& octets) {
    const auto bits = caller_id_bits(signal, octets);
    return fsk_audio(modem_of(signal.standard), bits, signal.level_dbm0);
}

Samples digits_as_audio(const std::string& digits, double level_dbm0) {
    Samples audio(digits.size() * 2 * digit_samples);
    auto rest = std::span(audio);
    DtmfGenerator generator;
    for (const char digit : digits) {
        generator.start(digit, digit_samples, digit_samples, static_cast<float>(level_dbm0));
        generator.produce(rest.first(2 * digit_samples));
        rest = rest.subspan(2 * digit_samples);
    }
    return audio;
}

}  // namespace

std::string_view name(CallerIdStandard standard) {
    switch (standard) {
        case CallerIdStandard::mdmf:
            return "mdmf";
        case CallerIdStandard::sdmf:
            return "sdmf";
        case CallerIdStandard::etsi:
            return "etsi";
        case CallerIdStandard::bt:
            return "bt";
        case CallerIdStandard::ntt:
            return "ntt";
        case CallerIdStandard::dtmf:
            return "dtmf";
    }
    return "";
}

std::vector<bool> caller_id_bits(const CallerIdSignal& signal, const std::vector<std::uint8_t>& octets) {
    const Preamble preamble = preamble_of(signal);
    std::vector<bool> bits;
    for (unsigned i = 0; i < preamble.seizure; ++i)
        bits.push_back(i % 2 != 0);
    bits.insert(bits.end(), preamble.mark, true);
    for (const std::uint8_t octet : octets) {
        bits.push_back(false);
        for (unsigned bit = 0; bit < 8; ++bit)
            bits.push_back((octet >> bit & 1) != 0);
        bits.insert(bits.end(), preamble.stop_bits, true);
    }
    bits.insert(bits.end(), closing_mark, true);
    return bits;
}

Samples caller_id_audio(const CallerIdSignal& signal, const CallerId& caller) {
    if (signal.standard == CallerIdStandard::dtmf) {
        return digits_as_audio(caller_id_digits(signal.codes, caller), signal.level_dbm0);
    }
    return octets_as_audio(signal, caller_id_octets(signal.standard, caller));
}

base::Result<Samples> message_waiting_audio(const CallerIdSignal& signal, bool waiting, unsigned count) {
    const auto octets = message_waiting_octets(signal.standard, waiting, count);
    if (!octets) return octets.error();
    return octets_as_audio(signal, *octets);
}

Samples alerting_tone(std::chrono::milliseconds duration, double level_dbm0) {
    Samples audio(static_cast<std::size_t>(std::max<std::int64_t>(duration.count(), 0)) * 8);
    const float amplitude = amplitude_of(static_cast<float>(level_dbm0));
    const std::uint32_t low = phase_step(2130);
    const std::uint32_t high = phase_step(2750);
    std::uint32_t low_phase = 0;
    std::uint32_t high_phase = 0;
    for (auto& sample : audio) {
        sample = clip_sample(amplitude * (sine(low_phase) + sine(high_phase)));
        low_phase += low;
        high_phase += high;
    }
    return audio;
}

}  // namespace tipring::dsp
