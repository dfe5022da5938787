// PortAudio: plays, records, sends and detects DTMF, listens. Threads: see the header.
#include "audio_port.hpp"

#include <algorithm>

#include "spectrum.hpp"

namespace tipring::farend {
namespace {

/// Ten minutes.
constexpr std::size_t longest_recording = std::size_t{10} * 60 * 8000;
constexpr std::uint32_t samples_per_ms = 8;
/// Longer than any pause within a caller ID.
constexpr unsigned most_still_blocks = 100;
/// A dial tone is believed after this time, when nothing else of the plan sounds like it.
constexpr std::uint32_t continuous_tone_ms = 500;
constexpr std::array<std::string_view, 6> tone_names = {"dial",       "busy",   "ringback",
                                                        "congestion", "howler", "stutter"};

std::vector<dsp::ToneRecognizer::Entry> entries(const dsp::TonePlan& plan) {
    const std::array<const dsp::ToneSequence*, tone_names.size()> tones = {
        &plan.dial, &plan.busy, &plan.ringback, &plan.congestion, &plan.howler, &plan.stutter};
    std::vector<dsp::ToneRecognizer::Entry> result;
    for (std::size_t i = 0; i < tones.size(); ++i) {
        result.push_back({static_cast<int>(i), *tones[i], 0, continuous_tone_ms});
    }
    return result;
}

std::string_view tone_name(int number) {
    return number < 0 ? std::string_view() : tone_names[static_cast<std::size_t>(number)];
}

std::uint32_t samples_of(PortAudio::Milliseconds duration) {
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(duration.count(), 0, 60'000)) * samples_per_ms;
}

}  // namespace

PortAudio::PortAudio(dsp::Law law, const dsp::TonePlan& tones) : law_(law), recognizer_(entries(tones)) {}

void PortAudio::connected() {
    recognizer_.reset();
    detector_.reset();
    const std::lock_guard lock(mutex_);
    heard_tone_ = -1;
    last_heard_.fill(0);
}

void PortAudio::disconnected() {
    muted_ = false;
    signal_.clear();
    signal_position_ = 0;
    {
        const std::lock_guard lock(mutex_);
        tone_.reset();
        digits_to_send_.clear();
        dtmf_ = {};
        playing_ = false;
        heard_tone_ = -1;
        last_heard_.fill(0);
    }
    changed_.notify_all();
}

void PortAudio::exchange(const Block& heard, Block& said) {
    Samples linear;
    dsp::decode(law_, heard, linear);
    if (on_samples_) on_samples_(linear);
    if (muted_) linear.fill(0);
    listen(linear);
    speak(linear);
    dsp::encode(law_, linear, said);
}

// A real board's blocks come all the time, and most of them are silence.
void PortAudio::overhear(const Block& heard) {
    const bool still = std::all_of(heard.begin(), heard.end(), [&](auto octet) { return octet == heard[0]; });
    still_blocks_ = still ? still_blocks_ + 1 : 0;
    if (still_blocks_ > most_still_blocks) return;
    Samples linear;
    dsp::decode(law_, heard, linear);
    if (on_samples_) on_samples_(linear);
}

void PortAudio::send_signal(Clip signal) {
    signal_ = std::move(signal);
    signal_position_ = 0;
}

void PortAudio::listen(const Samples& heard) {
    const int tone = recognizer_.process(heard);
    const auto report = detector_.process(heard);
    const bool new_digit = report.changed && report.digit != 0;
    bool notify = new_digit;
    {
        const std::lock_guard lock(mutex_);
        notify |= tone != heard_tone_;
        heard_tone_ = tone;
        if (new_digit) digits_ += report.digit;
        std::copy(heard.begin(), heard.end(),
                  last_heard_.begin() + static_cast<std::ptrdiff_t>(last_heard_next_));
        last_heard_next_ = (last_heard_next_ + heard.size()) % hearing_samples;
        if (recording_ && recorded_.size() + heard.size() <= longest_recording) {
            recorded_.insert(recorded_.end(), heard.begin(), heard.end());
        }
    }
    if (notify) changed_.notify_all();
    if (new_digit && on_digit_) on_digit_(report.digit);
}

void PortAudio::speak(Samples& said) {
    std::span<std::int16_t> left(said);
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        speak_signal(left);
        speak_dtmf(left);
        if (muted_) {
            std::fill(left.begin(), left.end(), std::int16_t{0});
        } else if (tone_) {
            tone_->produce(left);
        } else {
            const bool before = playing_;
            speak_clip(left);
            ended = before && !playing_;
        }
    }
    if (ended) changed_.notify_all();
}

/// Fills the beginning of `said` and leaves the rest.
void PortAudio::speak_signal(std::span<std::int16_t>& said) {
    const auto count = std::min(said.size(), signal_.size() - signal_position_);
    std::copy_n(signal_.begin() + static_cast<std::ptrdiff_t>(signal_position_), count, said.begin());
    signal_position_ += count;
    said = said.subspan(count);
}

/// The same.
void PortAudio::speak_dtmf(std::span<std::int16_t>& said) {
    while (!said.empty()) {
        if (!dtmf_.active()) {
            if (digits_to_send_.empty()) return;
            const Digit next = digits_to_send_.front();
            digits_to_send_.pop_front();
            dtmf_.start(next.digit, next.on_samples, next.off_samples);
        }
        said = said.subspan(dtmf_.produce(said));
    }
}

void PortAudio::speak_clip(std::span<std::int16_t> said) {
    for (auto& sample : said) {
        sample = playing_ ? clip_[clip_position_] : std::int16_t{0};
        if (playing_ && ++clip_position_ == clip_.size()) {
            clip_position_ = 0;
            playing_ = clip_loops_;
        }
    }
}

void PortAudio::set_tone(const dsp::ToneSequence* tone) {
    const std::lock_guard lock(mutex_);
    if (tone == nullptr) {
        tone_.reset();
    } else {
        tone_.emplace(*tone);
    }
}

void PortAudio::play(Clip clip, bool loop) {
    const std::lock_guard lock(mutex_);
    clip_ = std::move(clip);
    clip_position_ = 0;
    clip_loops_ = loop;
    playing_ = !clip_.empty();
}

void PortAudio::stop_playing() {
    {
        const std::lock_guard lock(mutex_);
        playing_ = false;
    }
    changed_.notify_all();
}

void PortAudio::start_recording() {
    const std::lock_guard lock(mutex_);
    recorded_.clear();
    recording_ = true;
}

std::size_t PortAudio::recorded() const {
    const std::lock_guard lock(mutex_);
    return recorded_.size();
}

Clip PortAudio::stop_recording() {
    const std::lock_guard lock(mutex_);
    recording_ = false;
    return std::exchange(recorded_, {});
}

Hearing PortAudio::hearing() const {
    Clip heard(hearing_samples);
    Hearing result;
    {
        const std::lock_guard lock(mutex_);
        const auto middle = last_heard_.begin() + static_cast<std::ptrdiff_t>(last_heard_next_);
        std::copy(last_heard_.begin(), middle, std::copy(middle, last_heard_.end(), heard.begin()));
        result.tone = tone_name(heard_tone_);
    }
    result.level_dbm0 = level_dbm0(heard);
    const auto [first, second] = strongest_tones(heard);
    result.frequency1_hz = first;
    result.frequency2_hz = second;
    return result;
}

bool PortAudio::wait_for_tone(std::string_view tone, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return tone_name(heard_tone_) == tone; });
}

bool PortAudio::wait_playing_done(Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return !playing_; });
}

void PortAudio::send_dtmf(std::string_view digits, Milliseconds on, Milliseconds off) {
    const std::lock_guard lock(mutex_);
    for (const char digit : digits) {
        if (dsp::dtmf_index(digit) >= 0) digits_to_send_.push_back({digit, samples_of(on), samples_of(off)});
    }
}

std::string PortAudio::digits() const {
    const std::lock_guard lock(mutex_);
    return digits_;
}

void PortAudio::clear_digits() {
    const std::lock_guard lock(mutex_);
    digits_.clear();
}

bool PortAudio::wait_digits(std::string_view digits, Milliseconds limit) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return digits_ == digits; });
}

}  // namespace tipring::farend
