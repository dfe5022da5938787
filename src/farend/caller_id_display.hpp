// CallerIdDisplay: what a telephone with a display does with the samples of its line: caller ID and message
// waiting on the hook, and type II in a call. Private to farend. Thread: far end.
#pragma once

#include <optional>
#include <span>

#include "tipring/dsp/caller_id.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

class CallerIdDisplay {
  public:
    enum class Step : std::uint8_t {
        nothing,
        alerted,  ///< type II: answer by DTMF D and mute the call
        heard,    ///< a message: heard()
        over,     ///< type II: none came; the call goes on
    };

    /// Lifted or put down: what was begun is forgotten.
    void reset();
    Step on_hook(std::span<const std::int16_t> samples);
    Step in_call(std::span<const std::int16_t> samples);
    const dsp::HeardCallerId& heard() const { return receiver_.heard(); }

  private:
    dsp::CallerIdReceiver receiver_;
    dsp::AlertingToneDetector alert_;
    std::size_t waited_ = 0;  ///< samples since the alert, 0: none is answered now
};

/// ISO 8859-1 becomes UTF-8.
DisplayedCallerId displayed(const dsp::HeardCallerId& heard, DisplayedCallerId::Moment moment);

}  // namespace tipring::farend
