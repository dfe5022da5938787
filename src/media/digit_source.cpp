// DigitSource: see the header.
#include "digit_source.hpp"

#include <algorithm>
#include <utility>

#include "messages.hpp"

namespace tipring::media {

DigitSource::~DigitSource() {
    while (first_ != nullptr) {
        auto* next = first_->following_;
        delete first_;
        first_ = next;
    }
    delete finished_;
}

void DigitSource::queue(DigitString& text) noexcept {
    if (last_ != nullptr) {
        last_->following_ = &text;
    } else {
        first_ = &text;
    }
    last_ = &text;
}

void DigitSource::relay_begin(char digit) noexcept {
    relay_end();
    // Seventeen digits ahead of play-out is no keypad; what does not fit is dropped.
    if (relay_count_ == relay_capacity) return;
    ++relay_count_;
    newest() = {digit, false, 0};
}

void DigitSource::relay_end() noexcept {
    if (relay_count_ > 0) newest().released = true;
}

bool DigitSource::digit_is_over() const noexcept {
    if (!relaying_) return on_blocks_ >= on_target_;
    const auto& relayed = relayed_[relay_first_];
    return relayed.released && on_blocks_ >= std::max(least_on_blocks, relayed.held_blocks);
}

void DigitSource::end_digit(Step& step) noexcept {
    step.ends = true;
    digit_ = 0;
    if (relaying_) {
        relaying_ = false;
        relay_first_ = (relay_first_ + 1) % relay_capacity;
        --relay_count_;
        off_left_ = relay_off_blocks;
    } else {
        off_left_ = std::max<std::uint32_t>(1, first_->off_blocks);
    }
}

void DigitSource::begin_digit(Step& step) noexcept {
    if (first_ != nullptr && finished_ == nullptr) {
        if (first_->position_ >= first_->digits.size()) {
            finished_ = first_;
            first_ = first_->following_;
            if (first_ == nullptr) last_ = nullptr;
            finished_->following_ = nullptr;
            return;
        }
        const char digit = first_->digits[first_->position_++];
        if (digit == 'w') {
            off_left_ = pause_blocks;
            return;
        }
        digit_ = digit;
        on_target_ = std::max<std::uint32_t>(1, first_->on_blocks);
    } else if (first_ == nullptr && relay_count_ > 0) {
        digit_ = relayed_[relay_first_].digit;
        relaying_ = true;
    } else {
        return;
    }
    on_blocks_ = 0;
    step.begins = true;
}

DigitSource::Step DigitSource::next() noexcept {
    Step step;
    if (digit_ != 0 && digit_is_over()) end_digit(step);
    if (digit_ == 0 && off_left_ == 0) begin_digit(step);
    if (digit_ != 0) {
        ++on_blocks_;
    } else if (off_left_ > 0) {
        --off_left_;
        step.busy = true;
    }
    if (relay_count_ > 0 && !newest().released) ++newest().held_blocks;
    step.digit = digit_;
    step.busy = step.busy || digit_ != 0;
    return step;
}

void DigitSource::clear(Notifier& notifier) noexcept {
    notifier.give_back(take_finished());
    while (first_ != nullptr) {
        // Once given back it is the core's, which may free it at any moment.
        auto& text = *first_;
        first_ = std::exchange(text.following_, nullptr);
        notifier.give_back(&text);
    }
    last_ = nullptr;
    digit_ = 0;
    on_blocks_ = off_left_ = 0;
    clear_relayed();
}

void DigitSource::clear_relayed() noexcept {
    relay_count_ = 0;
    if (!relaying_) return;
    relaying_ = false;
    digit_ = 0;
}

DigitString* DigitSource::take_finished() noexcept {
    return std::exchange(finished_, nullptr);
}

}  // namespace tipring::media
