// Names the one of several tone sequences that is being heard, by exact frequency and cadence.
// Thread: the one that owns it; process() and reset() are real-time safe, construction is not.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "tipring/dsp/tone_plan.hpp"

namespace tipring::dsp {

class ToneRecognizer {
  public:
    struct Entry {
        int id = 0;  ///< what process() answers, >= 0
        ToneSequence tone;
        /// Full cadence cycles that must have been heard. 0: as soon as what was heard can be no other
        /// entry's tone.
        unsigned cycles = 0;
        /// A tone without cadence must have lasted this long, and longer than any burst of the same sound in
        /// the others.
        std::uint32_t continuous_ms = 1000;
    };

    /// Of two entries that sound the same, the first counts. All of them should come from one country.
    explicit ToneRecognizer(const std::vector<Entry>& entries);
    ~ToneRecognizer();
    ToneRecognizer(ToneRecognizer&&) noexcept;
    ToneRecognizer& operator=(ToneRecognizer&&) noexcept;

    /// Id of the tone that is being heard now (its pauses included), or -1.
    /// Frequencies must fit within about 8 Hz, the two of a pair within 8 dB of each other, cadence within 10
    /// % + 40 ms; at least -40 dBm0, and 6 dB above everything else.
    /// `audible` false: what is in `linear` may be something else than the line's sound, and is only counted as
    /// time. What was heard before it still counts; the answer stays. Cut in multiples of 10 ms.
    int process(std::span<const std::int16_t> linear, bool audible = true) noexcept;
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
