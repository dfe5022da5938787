// CallAudio: what one call has joined in the media engine, so that it never undoes what another call has
// joined (a telephone's line may be in two calls at once). Thread: core.
#pragma once

#include "tipring/media/engine.hpp"

namespace tipring::call {

class CallAudio {
  public:
    explicit CallAudio(media::Connector& connector) : connector_(connector) {}

    /// Joins the two, after what was joined before; nothing stays joined when one of them is none. `again`:
    /// also when they are joined already, because one of them is another session by the same id.
    void join(media::EndpointId a, media::EndpointId b, bool again);
    void part();
    /// Plays the tone to the endpoint; an earlier one stops.
    void ring(media::EndpointId endpoint, const dsp::ToneSequence& tone);
    void stop_ring();

    /// None while nothing is joined.
    media::EndpointId a() const { return a_; }
    media::EndpointId b() const { return b_; }

  private:
    media::Connector& connector_;
    media::EndpointId a_, b_, ringing_;
};

}  // namespace tipring::call
