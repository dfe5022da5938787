// AudioMonitor: see the header.
#include "audio_monitor.hpp"

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
    }
    return HeardTone::none;
}

}  // namespace

void AudioMonitor::set(DetectorBox* detectors) noexcept {
    notifier_.give_back(detectors_);
    detectors_ = detectors;
    progress_running_ = false;
    heard_ = HeardTone::none;
}

void AudioMonitor::reset() noexcept {
    digit_ = 0;
    dtmf_running_ = progress_running_ = false;
    heard_ = HeardTone::none;
    deaf_left_ = 0;
}

char AudioMonitor::detect_digit(const Linear& linear) noexcept {
    if (!dtmf_running_) dtmf_.reset();
    dtmf_running_ = true;
    return dtmf_.process(linear).digit;
}

void AudioMonitor::detect_tone(const Linear& linear) noexcept {
    if (!progress_running_) detectors_->progress->reset();
    progress_running_ = true;
    hear(heard(detectors_->progress->process(linear)));
}

void AudioMonitor::hear(HeardTone tone) noexcept {
    if (tone == heard_) return;
    Event event;
    event.endpoint = endpoint_;
    event.kind = tone == HeardTone::none ? EventKind::tone_gone : EventKind::tone_heard;
    event.tone = tone == HeardTone::none ? heard_ : tone;
    heard_ = tone;
    notifier_.emit(event);
}

AudioMonitor::Digit AudioMonitor::observe(const Block& block, const Wish& wish) noexcept {
    if (wish.deaf) deaf_left_ = deaf_blocks;
    const bool detect_digits = wish.dtmf && deaf_left_ == 0;
    const bool detect_tones =
        detectors_ != nullptr && detectors_->progress && !wish.own_tone && deaf_left_ == 0;
    if (deaf_left_ > 0) --deaf_left_;
    char digit = 0;
    if (detect_digits || detect_tones) {
        Linear linear;
        dsp::decode(block.law, block.octets, linear);
        if (detect_digits) digit = detect_digit(linear);
        if (detect_tones) detect_tone(linear);
    }
    dtmf_running_ = detect_digits;
    progress_running_ = detect_tones;
    const Digit result{digit, digit != digit_};
    digit_ = digit;
    if (result.changed && digit != 0 && reports_dtmf()) {
        Event event;
        event.endpoint = endpoint_;
        event.kind = EventKind::digit;
        event.digit = digit;
        notifier_.emit(event);
    }
    return result;
}

}  // namespace tipring::media
