// Concealer over SpanDSP's plc. Thread: its owner's; real-time safe after construction.
#include "tipring/dsp/concealer.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include <algorithm>

namespace tipring::dsp {

struct Concealer::State {
    plc_state_t plc;
};

Concealer::Concealer() : state_(std::make_unique<State>()) {
    reset();
}
Concealer::~Concealer() = default;
Concealer::Concealer(Concealer&&) noexcept = default;
Concealer& Concealer::operator=(Concealer&&) noexcept = default;

void Concealer::good(std::span<std::int16_t> linear) noexcept {
    plc_rx(&state_->plc, linear.data(), static_cast<int>(linear.size()));
}

void Concealer::lost(std::span<std::int16_t> linear) noexcept {
    // SpanDSP blends over up to a quarter pitch period without looking at the length that it was given.
    if (linear.size() < PLC_PITCH_OVERLAP_MAX) {
        std::fill(linear.begin(), linear.end(), std::int16_t{0});
        return;
    }
    plc_fillin(&state_->plc, linear.data(), static_cast<int>(linear.size()));
}

void Concealer::reset() noexcept {
    plc_init(&state_->plc);
}

}  // namespace tipring::dsp
