// What a telephone is told by sound: caller ID before, between and after rings, in a call, and messages. And
// how it rings. Pure. Thread: any; allocates.
#pragma once

#include <chrono>
#include <ctime>
#include <string_view>

#include "tipring/call/leg.hpp"
#include "tipring/config/config.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/hardware/tone_zones.hpp"

namespace tipring::analog {

/// The caller as a message says it. `local`: when he called, local time.
dsp::CallerId to_caller_id(const call::Party& caller, const std::tm& local);

class PhoneSounds {
  public:
    PhoneSounds(const config::CountryProfile& country, const dsp::TonePlan& tones);

    /// False: the country has no caller ID.
    bool tells_caller() const { return country_.caller_id != config::CallerIdFormat::none; }
    /// With the alerting signal and the pauses that the country's timing wants; without polarity and rings.
    dsp::Samples caller_id(const call::Party& caller, const std::tm& local) const;
    dsp::Samples waiting_caller_id(const call::Party& caller, const std::tm& local) const;
    /// `alert`: with the signal that asks the phone whether it shows caller ID in a call.
    dsp::Samples call_waiting(bool alert) const;
    base::Result<dsp::Samples> message_waiting(unsigned messages) const;

  private:
    const config::CountryProfile country_;
    const dsp::Samples waiting_tone_;

    dsp::CallerIdSignal signal(bool off_hook) const;
};

/// The tone up to its first long pause, and no repetition.
dsp::ToneSequence once(const dsp::ToneSequence& tone);
std::chrono::milliseconds length_of(const dsp::ToneSequence& tone);

/// The pattern 1..7 that the first name known in an Alert-Info (of one or more values) asks for: bellcore-drN,
/// alert-external and such, the URNs of RFC 7462; 0: none.
unsigned ring_pattern(std::string_view alert_info);
/// Telcordia GR-506 14 style cadences of bellcore-dr1 to dr7; 0 and unknown ones: the country's.
hardware::RingCadence pattern_cadence(unsigned pattern, const hardware::RingCadence& usual);
/// The bursts before the first silence that is long enough for caller ID, which takes `needed`; 0: none is.
unsigned bursts_before_silence(const hardware::RingCadence& cadence, std::chrono::milliseconds needed);

}  // namespace tipring::analog
