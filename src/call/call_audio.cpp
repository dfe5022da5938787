// Thread: core.
#include "call_audio.hpp"

#include <utility>

namespace tipring::call {

void CallAudio::join(media::EndpointId a, media::EndpointId b, bool again) {
    if (!a || !b) {
        part();
        return;
    }
    const bool same = a == a_ && b == b_;
    if (same && !again) return;
    if (!same) part();
    a_ = a;
    b_ = b;
    connector_.connect(a, b);
}

void CallAudio::part() {
    const auto a = std::exchange(a_, {});
    const auto b = std::exchange(b_, {});
    if (a && b) connector_.disconnect(a, b);
}

void CallAudio::ring(media::EndpointId endpoint, const dsp::ToneSequence& tone) {
    if (endpoint != ringing_) stop_ring();
    if (!endpoint || tone.segments.empty()) return;
    ringing_ = endpoint;
    connector_.play_tone(endpoint, tone);
}

void CallAudio::stop_ring() {
    if (const auto endpoint = std::exchange(ringing_, {})) connector_.stop_tone(endpoint);
}

}  // namespace tipring::call
