// JitterBuffer: see the header.
#include "jitter_buffer.hpp"

#include <algorithm>

#include "wire.hpp"

namespace tipring::media {

namespace {

constexpr std::size_t longest_packet = 2000;
constexpr std::uint32_t quiet_shrink_pulls = 20;
constexpr std::uint32_t speech_shrink_pulls = 100;
constexpr std::uint32_t insert_pulls = 20;

std::int32_t whole_blocks(std::int32_t samples) noexcept {
    constexpr auto block = static_cast<std::int32_t>(block_samples);
    return (samples + block - 1) / block * block;
}

}  // namespace

void JitterBuffer::configure(unsigned min_ms, unsigned max_ms, dsp::Law law) noexcept {
    min_ = static_cast<std::int32_t>(std::min(min_ms, 400U) * samples_per_ms);
    max_ = std::max(min_, static_cast<std::int32_t>(std::min(max_ms, 400U) * samples_per_ms));
    law_ = law;
}

void JitterBuffer::reset() noexcept {
    started_ = false;
    present_.reset();
    windows_ = {};
    skip_ = dry_ = smoothed_margin_ = 0;
    insert_ = outlier_seen_ = false;
    late_run_ = 0;
}

void JitterBuffer::begin(std::uint32_t timestamp) noexcept {
    // What the network needed lately is what the new stretch begins with.
    std::int32_t low = 0, high = 0;
    const std::int32_t spread = extremes(low, high) ? high - low : 0;
    const std::int32_t delay = std::clamp(whole_blocks(min_ + spread), min_, max_);
    reset();
    started_ = true;
    base_ = timestamp - static_cast<std::uint32_t>(delay) - clock_;
    end_ = timestamp;
    smoothed_margin_ = delay * 16;
    since_shrink_ = since_insert_ = 0;
}

bool JitterBuffer::begins_anew(std::uint32_t timestamp, std::int32_t margin) noexcept {
    if (!started_ || dry_ >= talkspurt_samples) {
        begin(timestamp);
        return true;
    }
    const bool outlier = margin > outlier_samples / 2 || margin < -outlier_samples;
    if (!outlier) {
        outlier_seen_ = false;
        return true;
    }
    // Both limits, because half the circle has no absolute value.
    const std::int32_t apart = timestamp_distance(timestamp, outlier_);
    const bool confirmed = outlier_seen_ && apart > -outlier_samples / 2 && apart < outlier_samples / 2;
    outlier_seen_ = true;
    outlier_ = timestamp;
    if (confirmed) begin(timestamp);
    return confirmed;
}

JitterBuffer::Put JitterBuffer::put(std::uint32_t timestamp, std::span<const std::uint8_t> octets) noexcept {
    if (octets.empty() || octets.size() > longest_packet) return Put::ignored;
    if (!begins_anew(timestamp, timestamp_distance(timestamp, play()))) return Put::ignored;
    const auto length = static_cast<std::int32_t>(octets.size());
    const bool in_order = timestamp_distance(timestamp, end_) >= 0;
    observe(timestamp);
    std::int32_t margin = timestamp_distance(timestamp, play());
    if (margin < 0 && grow(margin, in_order)) margin = timestamp_distance(timestamp, play());
    if (margin + length <= 0) {
        if (!clock_was_moved(timestamp)) return Put::late;
        begin(timestamp);
        margin = timestamp_distance(timestamp, play());
    }
    late_run_ = 0;
    smoothed_margin_ += margin - smoothed_margin_ / 16;
    if (margin > max_ + step) skip_ += whole_blocks(margin - max_);
    store(timestamp, octets);
    const std::uint32_t after = timestamp + static_cast<std::uint32_t>(length);
    if (timestamp_distance(after, end_) > 0) end_ = after;
    dry_ = 0;
    return Put::stored;
}

bool JitterBuffer::grow(std::int32_t margin, bool in_order) noexcept {
    std::int32_t low = 0, high = 0;
    extremes(low, high);
    if (in_order) {
        // Nothing newer has been played: waiting for this packet was the growth already, so play goes back to
        // it.
        const std::int32_t back = whole_blocks(-margin);
        if (high + back > max_) return false;
        base_ -= static_cast<std::uint32_t>(back);
        ++adjustments_;
        return true;
    }
    if (high + step <= max_ && since_insert_ >= insert_pulls) insert_ = true;
    return false;
}

bool JitterBuffer::clock_was_moved(std::uint32_t timestamp) noexcept {
    if (late_run_ > 0 && late_clock_ == clock_) return false;
    late_clock_ = clock_;
    // Late at three moments in a row with nothing good between: no burst of the network does that.
    return ++late_run_ >= 3 && timestamp_distance(timestamp, end_) >= 0;
}

void JitterBuffer::observe(std::uint32_t timestamp) noexcept {
    const std::uint32_t offset = timestamp - clock_;
    auto& window = windows_[window_];
    if (!window.filled) {
        window = {offset, offset, true};
        return;
    }
    if (timestamp_distance(offset, window.low) < 0) window.low = offset;
    if (timestamp_distance(offset, window.high) > 0) window.high = offset;
}

bool JitterBuffer::extremes(std::int32_t& low, std::int32_t& high) const noexcept {
    bool any = false;
    const std::uint32_t base = base_ + static_cast<std::uint32_t>(skip_);
    for (const auto& window : windows_) {
        if (!window.filled) continue;
        const std::int32_t window_low = timestamp_distance(window.low, base);
        const std::int32_t window_high = timestamp_distance(window.high, base);
        low = any ? std::min(low, window_low) : window_low;
        high = any ? std::max(high, window_high) : window_high;
        any = true;
    }
    return any;
}

void JitterBuffer::store(std::uint32_t timestamp, std::span<const std::uint8_t> octets) noexcept {
    const std::uint32_t first = clock_ + base_;
    const std::int32_t reach =
        timestamp_distance(timestamp, first) + static_cast<std::int32_t>(octets.size());
    if (reach > static_cast<std::int32_t>(ring_octets)) forget(skip_);
    const std::uint32_t from = play();
    for (std::size_t i = 0; i < octets.size(); ++i) {
        const std::uint32_t at = timestamp + static_cast<std::uint32_t>(i);
        if (timestamp_distance(at, from) < 0) continue;
        ring_[at % ring_octets] = octets[i];
        present_.set(at % ring_octets);
    }
}

void JitterBuffer::forget(std::int32_t samples) noexcept {
    for (std::int32_t i = 0; i < samples; ++i) {
        present_.reset((clock_ + base_ + static_cast<std::uint32_t>(i)) % ring_octets);
    }
    base_ += static_cast<std::uint32_t>(samples);
    skip_ = std::max(0, skip_ - samples);
}

bool JitterBuffer::quiet() const noexcept {
    // Octets below about -42 dBm0: the segment bits of G.711 tell it without decoding.
    const std::uint8_t flip = law_ == dsp::Law::alaw ? 0x55 : 0xFF;
    const int limit = law_ == dsp::Law::alaw ? 0x10 : 0x18;
    for (std::uint32_t i = 0; i < 2 * block_samples; ++i) {
        const std::uint32_t at = (play() + i) % ring_octets;
        if (!present_.test(at) || ((ring_[at] ^ flip) & 0x7F) >= limit) return false;
    }
    return true;
}

void JitterBuffer::plan_shrink() noexcept {
    if (skip_ != 0 || since_shrink_ < quiet_shrink_pulls) return;
    std::int32_t low = 0, high = 0;
    if (!extremes(low, high)) return;
    const bool too_long = high > max_ + 2 * step;
    const bool history_full =
        std::all_of(windows_.begin(), windows_.end(), [](const Window& w) { return w.filled; });
    const bool could_save = history_full && low >= min_ + step;
    if (!too_long && !could_save) return;
    if (since_shrink_ >= speech_shrink_pulls || quiet()) skip_ = step;
}

std::size_t JitterBuffer::copy(std::uint32_t timestamp, Octets& octets,
                               std::bitset<block_samples>& present) const noexcept {
    std::size_t count = 0;
    for (std::uint32_t i = 0; i < block_samples; ++i) {
        const std::uint32_t at = (timestamp + i) % ring_octets;
        present[i] = present_.test(at);
        octets[i] = present[i] ? ring_[at] : dsp::silence(law_);
        count += present[i] ? 1U : 0U;
    }
    return count;
}

void JitterBuffer::pull(Pull& out) noexcept {
    out.kind = Kind::idle;
    out.present.reset();
    if (!started_) {
        out.octets.fill(dsp::silence(law_));
        clock_ += block;
        return;
    }
    ++since_shrink_;
    ++since_insert_;
    if (++pulls_ % window_pulls == 0) {
        window_ = (window_ + 1) % window_count;
        windows_[window_] = {};
    }
    if (insert_ && skip_ == 0) {
        insert_ = false;
        since_insert_ = 0;
        ++adjustments_;
        out.kind = Kind::missing;
        out.octets.fill(dsp::silence(law_));
        base_ -= block;
        clock_ += block;
        return;
    }
    plan_shrink();
    bool old_present = false;
    if (skip_ > 0) {
        std::bitset<block_samples> ignored;
        old_present = copy(clock_ + base_, out.octets, ignored) == block_samples;
        forget(skip_);
        since_shrink_ = 0;
        ++adjustments_;
    }
    Octets& target = old_present ? out.following : out.octets;
    const std::size_t count = copy(play(), target, out.present);
    if (old_present && count == block_samples) {
        out.kind = Kind::shortened;
    } else {
        if (old_present) out.octets = out.following;
        out.kind = count == block_samples ? Kind::audio : count > 0 ? Kind::partial : Kind::missing;
    }
    dry_ = timestamp_distance(play(), end_) >= 0 ? dry_ + step : 0;
    // forget() moves on by changing base_; the clock moves by the pull itself.
    forget(step);
    base_ -= block;
    clock_ += block;
}

}  // namespace tipring::media
