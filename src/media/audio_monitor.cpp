// AudioMonitor: see the header.
#include "audio_monitor.hpp"

#include <algorithm>

namespace tipring::media {

namespace {

HeardTone heard(dsp::ProgressTone tone) noexcept {
    switch (tone) {
        case dsp::ProgressTone::none:
            return HeardTone::none;
        case dsp::ProgressTone::dial:
            return HeardTone::dial;
        case dsp::ProgressTone::busy:
            return HeardTone::busy;
        case dsp::ProgressTone::congestion:
            return HeardTone::congestion;
        case dsp::ProgressTone::ringback:
            return HeardTone::ringback;
        case dsp::ProgressTone::info:
            return HeardTone::info;
        case dsp::ProgressTone::learnt:
            return HeardTone::learnt;
    }
    return HeardTone::none;
}

double mean_square(const Linear& linear) noexcept {
    double sum = 0;
    for (const double sample : linear)
        sum += sample * sample;
    return sum / static_cast<double>(linear.size());
}

}  // namespace

void AudioMonitor::set(DetectorBox* detectors) noexcept {
    notifier_.give_back(detectors_);
    detectors_ = detectors;
    progress_running_ = caller_id_running_ = false;
    heard_ = HeardTone::none;
    own_silent_ = false;
}

void AudioMonitor::reset() noexcept {
    digit_ = 0;
    dtmf_running_ = progress_running_ = caller_id_running_ = false;
    heard_ = HeardTone::none;
    deaf_left_ = 0;
    own_power_ = own_tone_power_ = 0;
    own_tone_left_ = own_tone_blocks_ = 0;
    own_silent_ = false;
    if (wants_voice()) detectors_->voice->reset();
    if (!wants_silence()) return;
    detectors_->silence_in->reset();
    detectors_->silence_out->reset();
    detectors_->silence_told = false;
}

void AudioMonitor::capture(CaptureBox* into) noexcept {
    notifier_.give_back(capture_);
    capture_ = into;
}

void AudioMonitor::stop_capture() noexcept {
    if (capture_ == nullptr) return;
    // First the recording: the core has it when it sees the event.
    capture(nullptr);
    notifier_.emit(event_of(EventKind::captured));
}

Event AudioMonitor::event_of(EventKind kind) const noexcept {
    Event event;
    event.endpoint = endpoint_;
    event.kind = kind;
    return event;
}

char AudioMonitor::detect_digit(const Linear& linear) noexcept {
    if (!dtmf_running_) dtmf_.reset();
    dtmf_running_ = true;
    return dtmf_.process(linear).digit;
}

void AudioMonitor::detect_tone(const Linear& linear) noexcept {
    if (!progress_running_) detectors_->progress->reset();
    progress_running_ = true;
    const bool own = own_tone_left_ > 0;
    const bool lasts = own && own_tone_blocks_ >= lasting_blocks;
    const bool echo = lasts && mean_square(linear) < loudest_echo * own_tone_power_;
    constexpr Linear nothing{};
    hear(heard(detectors_->progress->process(echo ? nothing : linear, !own || lasts)));
}

void AudioMonitor::receive_caller_id(const Linear& linear) noexcept {
    if (!caller_id_running_) detectors_->caller_id->reset();
    if (!detectors_->caller_id->process(linear)) return;
    auto event = event_of(EventKind::caller_id);
    event.caller = detectors_->caller_id->heard();
    notifier_.emit(event);
}

void AudioMonitor::detect_voice(const Linear& linear) noexcept {
    // Silence instead of leaving it out: pieces that do not belong together would sound like speech.
    constexpr Linear nothing{};
    const bool echo = mean_square(linear) < loudest_echo * own_power_;
    if (!detectors_->voice->process(echo ? nothing : linear)) return;
    detectors_->voice_told = true;
    notifier_.emit(event_of(EventKind::voice_heard));
}

void AudioMonitor::detect_silence(const Linear& linear) noexcept {
    const bool silent = detectors_->silence_in->process(linear) && own_silent_;
    if (silent && !detectors_->silence_told) notifier_.emit(event_of(EventKind::silence));
    detectors_->silence_told = silent;
}

void AudioMonitor::observe_own(const Block& block, bool own_voice) noexcept {
    const bool own_tone = own_voice && detectors_ != nullptr && detectors_->progress;
    own_tone_power_ *= own_power_fade;
    if (own_tone_left_ > 0 && --own_tone_left_ == 0) own_tone_blocks_ = 0;
    if (!wants_voice() && !wants_silence() && !own_tone) return;
    Linear linear;
    dsp::decode(block.law, block.octets, linear);
    const double power = mean_square(linear);
    if (own_tone) own_tone_power_ = std::max(power, own_tone_power_);
    if (own_tone && power > quietest_own_tone) own_tone_left_ = echo_blocks;
    if (own_tone_left_ > 0 && own_tone_blocks_ < lasting_blocks) ++own_tone_blocks_;
    if (wants_voice()) own_power_ = std::max(power, own_power_fade * own_power_);
    if (wants_silence()) own_silent_ = detectors_->silence_out->process(linear);
}

void AudioMonitor::hear(HeardTone tone) noexcept {
    if (tone == heard_) return;
    auto event = event_of(tone == HeardTone::none ? EventKind::tone_gone : EventKind::tone_heard);
    event.tone = tone == HeardTone::none ? heard_ : tone;
    heard_ = tone;
    notifier_.emit(event);
}

AudioMonitor::Digit AudioMonitor::observe(const Block& block, const Wish& wish) noexcept {
    if (wish.deaf) deaf_left_ = deaf_blocks;
    const bool hears = deaf_left_ == 0;
    const bool hears_more = hears && detectors_ != nullptr;
    const bool detect_digits = hears && wish.dtmf;
    const bool detect_tones = hears_more && detectors_->progress && !wish.conference;
    const bool detect_caller = hears_more && detectors_->caller_id && !wish.own_voice;
    if (deaf_left_ > 0) --deaf_left_;
    char digit = 0;
    if (detect_digits || detect_tones || detect_caller || wants_voice() || wants_silence() ||
        capture_ != nullptr) {
        Linear linear;
        dsp::decode(block.law, block.octets, linear);
        if (capture_ != nullptr && !capture_->take(linear)) stop_capture();
        if (detect_digits) digit = detect_digit(linear);
        if (detect_tones) detect_tone(linear);
        if (detect_caller) receive_caller_id(linear);
        if (wants_voice()) detect_voice(linear);
        if (wants_silence()) detect_silence(linear);
    }
    dtmf_running_ = detect_digits;
    progress_running_ = detect_tones;
    caller_id_running_ = detect_caller;
    const Digit result{digit, digit != digit_};
    digit_ = digit;
    if (result.changed && digit != 0 && reports_dtmf()) {
        auto event = event_of(EventKind::digit);
        event.digit = digit;
        notifier_.emit(event);
    }
    return result;
}

}  // namespace tipring::media
