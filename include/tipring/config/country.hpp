// What a country expects of an analogue line beside its tones and ringing cadence, which come from
// libtonezone: caller-ID standard, hook-flash window, disconnect signal, levels, emergency numbers. Thread: any.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"

namespace tipring::config {

/// What carries the caller's number.
enum class CallerIdFormat : std::uint8_t {
    none,
    mdmf,  ///< Telcordia GR-30, Bell 202, multiple data message format
    sdmf,  ///< the same, single data message format: number only
    etsi,  ///< ETSI EN 300 659-3 over V.23
    bt,    ///< BT SIN 227: V.23, idle tone alert
    ntt,   ///< NTT (Japan): V.23 with parity, line reversal, answered by the phone
    dtmf,  ///< ETSI EN 300 659-1 Annex A: DTMF with start and stop digits
};

/// When it is sent to a phone that is on-hook (ETSI EN 300 659-1 clause 6).
enum class CallerIdTiming : std::uint8_t {
    after_first_ring,
    before_ring,         ///< at once, without an alerting signal
    ring_pulse,          ///< RP-AS: after one short ring of 200 to 300 ms, before the ringing
    dual_tone,           ///< DT-AS, then the message, before the ringing
    reversal_dual_tone,  ///< LR+DT-AS: polarity reversal, DT-AS, then the message
    reversal,            ///< polarity reversal, then the message (DTMF; Japan)
};

/// DTMF caller ID: start, number, stop; without a number information, code, stop. 0: none.
struct CallerIdDigits {
    char start = 'A', stop = 'C';
    /// 'B': the code has two digits, the second is 0 (B10, B00). Any other: one digit (D1, D3).
    char information = 'B';
    char restricted = '1', unavailable = '0';
    friend bool operator==(const CallerIdDigits&, const CallerIdDigits&) = default;
};

struct CountryProfile {
    std::string code;  ///< of the tone zone
    std::string name;
    CallerIdFormat caller_id = CallerIdFormat::mdmf;
    CallerIdTiming caller_id_timing = CallerIdTiming::after_first_ring;
    CallerIdDigits caller_id_digits;
    /// On-hook of this length is a flash (recall); shorter is a dial pulse, longer a hang-up. Both 0: the port
    /// knows no flash.
    std::chrono::milliseconds flash_min{100}, flash_max{700};
    /// With two calls a flash is followed by a digit: 0 release the other, 1 release the present one, 2 swap, 3
    /// conference, 4 transfer. False: a flash alone makes a conference of a call that was dialled, and swaps
    /// with one that waited.
    bool flash_digits = true;
    /// The length of the flash that we make towards an exchange.
    std::chrono::milliseconds flash_out{600};
    /// How a phone or PBX is told that the far end has gone.
    bool disconnect_battery = true, disconnect_polarity = false, disconnect_tone = true;
    double tone_level_dbm0 = -13;  ///< per frequency
    double caller_id_level_dbm0 = -13.5;
    /// Numbers of police, fire brigade and ambulance, 2 to 6 digits each (GSM has 112 and 911, 3GPP TS 22.101
    /// 10.1.1).
    std::vector<std::string> emergency{"112", "911"};
    std::string opermode;  ///< the driver's name for the country's impedance and thresholds (documentation)
    friend bool operator==(const CountryProfile&, const CountryProfile&) = default;
};

/// What config/countries.yaml says of a country. `code`: name of a tone zone or an ISO 3166 code, any case, as
/// hardware::country_tones() takes it. The file is part of the program.
base::Result<CountryProfile> country_profile(std::string_view code);
/// Names of all zones that the file has an entry for, sorted.
std::vector<std::string> country_codes();

}  // namespace tipring::config
