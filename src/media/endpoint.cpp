// Endpoint: see the header.
#include "endpoint.hpp"

#include <algorithm>

namespace tipring::media {

namespace {
// A digit is stopped by its source; this only bounds one whose end never comes.
constexpr std::uint32_t longest_digit_samples = 60 * hardware::sample_rate_hz;
}  // namespace

void Endpoint::set_tone(ToneBox* tone) noexcept {
    notifier_.give_back(tone_);
    tone_ = tone;
}

void Endpoint::set_clip(ClipBox* clip) noexcept {
    notifier_.give_back(clip_);
    clip_ = clip;
}

void Endpoint::set_muted(bool muted) noexcept {
    muted_ = muted;
    if (muted) end_relay();
}

void Endpoint::add_peer(Endpoint& peer) noexcept {
    peers_[peer_count_++] = &peer;
    peers_changed();
}

void Endpoint::drop_peer(Endpoint& peer) noexcept {
    end_relay();
    digits_.relay_end();
    if (peers_[0] == &peer) peers_[0] = peers_[1];
    peers_[1] = nullptr;
    --peer_count_;
    peers_changed();
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

bool Endpoint::speak_clip(dsp::Law law, Block& out) noexcept {
    if (clip_ == nullptr) return false;
    Linear linear{};
    const bool goes_on = clip_->produce(linear);
    out.law = law;
    dsp::encode(law, linear, out.octets);
    if (!goes_on) {
        set_clip(nullptr);
        emit(EventKind::clip_played);
    }
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

bool Endpoint::peer_carries_events() const noexcept {
    return std::any_of(peers().begin(), peers().end(),
                       [](const Endpoint* peer) { return peer->carries_events(); });
}

void Endpoint::end_relay() noexcept {
    if (!relaying_) return;
    relaying_ = false;
    for (auto* peer : peers())
        peer->digits().relay_end();
}

void Endpoint::pass_on(const AudioMonitor::Digit& digit, bool relay, Block& block) noexcept {
    if (digit.changed) end_relay();
    if (digit.changed && digit.now != 0 && relay && !muted_) {
        relaying_ = true;
        for (auto* peer : peers()) {
            if (peer->carries_events()) peer->digits().relay_begin(digit.now);
        }
    }
    if (muted_) block.silence(block.law);
    block.relayed = relaying_;
}

}  // namespace tipring::media
