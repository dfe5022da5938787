// Packet-loss concealment over SpanDSP's plc (ITU-T G.711 Appendix I style). Thread: the one that owns it;
// real-time safe after construction.
#pragma once

#include <cstdint>
#include <memory>
#include <span>

namespace tipring::dsp {

class Concealer {
  public:
    Concealer();
    ~Concealer();
    Concealer(Concealer&&) noexcept;
    Concealer& operator=(Concealer&&) noexcept;
    /// Good samples: remembered, and after a loss cross-faded in place.
    void good(std::span<std::int16_t> linear) noexcept;
    /// Writes a substitute for lost samples (silence for fewer than 30); fades to silence after about 50 ms.
    void lost(std::span<std::int16_t> linear) noexcept;
    void reset() noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace tipring::dsp
