// Endpoint: see the header.
#include "endpoint.hpp"

namespace tipring::media {

namespace {
// A digit is stopped by its source; this only bounds one whose end never comes.
constexpr std::uint32_t longest_digit_samples = 60 * hardware::sample_rate_hz;
}  // namespace

void Endpoint::set_tone(ToneBox* tone) noexcept {
    notifier_.give_back(tone_);
    tone_ = tone;
}

void Endpoint::set_peer(Endpoint* peer) noexcept {
    if (peer_ != nullptr && relaying_) peer_->digits().relay_end();
    relaying_ = false;
    digits_.relay_end();
    peer_ = peer;
    peer_changed();
}

void Endpoint::emit(EventKind kind, char digit) noexcept {
    Event event;
    event.endpoint = id_;
    event.kind = kind;
    event.digit = digit;
    notifier_.emit(event);
}

DigitSource::Step Endpoint::next_digit() noexcept {
    const auto step = digits_.next();
    if (auto* finished = digits_.take_finished(); finished != nullptr) {
        notifier_.give_back(finished);
        emit(EventKind::digits_sent);
    }
    return step;
}

bool Endpoint::speak_digit(const DigitSource::Step& step, dsp::Law law, Block& out) noexcept {
    if (!step.busy) return false;
    out.law = law;
    if (step.begins) generator_.start(step.digit, longest_digit_samples, 0);
    if (step.digit == 0) {
        // A digit that an update turns from an event into sound has no begin here: it stays silent, and must
        // not be the digit before.
        generator_.stop();
        out.silence(law);
        return true;
    }
    Linear linear;
    generator_.produce(linear);
    dsp::encode(law, linear, out.octets);
    return true;
}

bool Endpoint::speak_tone(dsp::Law law, Block& out) noexcept {
    if (tone_ == nullptr) return false;
    Linear linear;
    const bool goes_on = tone_->generator.produce(linear);
    if (!goes_on) set_tone(nullptr);
    out.law = law;
    dsp::encode(law, linear, out.octets);
    return true;
}

bool Endpoint::relay_digit(const AudioMonitor::Digit& digit, bool relay) noexcept {
    if (digit.changed && relaying_) {
        if (peer_ != nullptr) peer_->digits().relay_end();
        relaying_ = false;
    }
    if (digit.changed && digit.now != 0 && relay && peer_ != nullptr) {
        peer_->digits().relay_begin(digit.now);
        relaying_ = true;
    }
    return relaying_;
}

}  // namespace tipring::media
