// CallerIdReceiver: FSK characters collected to messages, DTMF digits collected to numbers.
// Thread: media; everything after construction is real-time safe.
#include <algorithm>
#include <array>

#include "caller_id_message.hpp"
#include "fsk.hpp"
#include "high_pass.hpp"
#include "tipring/dsp/caller_id.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::dsp {
namespace {

using Heard = std::optional<HeardCallerId>;

/// From mark to mark: one message at most.
class FskListener {
  public:
    Heard push(float sample) noexcept {
        switch (demodulator_.push(sample)) {
            case FskDemodulator::Event::none:
                break;
            case FskDemodulator::Event::mark:
                size_ = 0;
                listening_ = true;
                break;
            case FskDemodulator::Event::broken:
                listening_ = false;
                break;
            case FskDemodulator::Event::octet:
                if (listening_) return collect(demodulator_.octet());
        }
        return std::nullopt;
    }
    void reset() noexcept {
        demodulator_.reset();
        listening_ = false;
    }

  private:
    Heard collect(std::uint8_t octet) noexcept {
        octets_[size_++] = octet;
        const auto message = std::span<const std::uint8_t>(octets_).first(size_);
        Heard heard;
        if (octets_[0] == first_ntt_octet) {
            heard = may_be_ntt_frame(message) ? parse_ntt_caller_id(message) : std::nullopt;
            listening_ = !heard && size_ < most_ntt_octets;
        } else if (size_ >= 2 && size_ == octets_[1] + 3U) {
            heard = parse_caller_id(message, demodulator_.modem());
            listening_ = false;
        }
        return heard;
    }

    FskDemodulator demodulator_;
    std::array<std::uint8_t, 256 + 3> octets_{};
    std::size_t size_ = 0;
    bool listening_ = false;
};

/// From start digit to stop digit, sent by a machine: at an even pace.
class DigitListener {
  public:
    explicit DigitListener(const CallerIdDtmfCodes& codes) : codes_(codes) {}

    /// At most one block of 20 ms.
    Heard process(std::span<const std::int16_t> linear) noexcept {
        now_ += linear.size();
        const auto report = detector_.process(linear);
        if (report.digit != 0) {
            quiet_since_ = now_;
            return report.changed ? collect(report.digit) : std::nullopt;
        }
        if (now_ - quiet_since_ >= longest_silence) size_ = 0;
        return std::nullopt;
    }
    void reset() noexcept {
        detector_.reset();
        size_ = 0;
        quiet_since_ = now_;
    }

  private:
    static constexpr std::uint64_t longest_silence = 500 * 8;
    /// A missed digit makes a gap of two; one that was heard twice, a gap of a half. The detector tells the time
    /// of a digit to 13 ms.
    static constexpr std::uint64_t uneven_samples = 26 * 8;

    bool starts(char digit) const noexcept {
        if (codes_.start == 0) return digit != codes_.stop;
        return digit == codes_.start || (digit >= 'A' && digit <= 'D' && digit != codes_.stop);
    }
    bool stops(char digit) const noexcept {
        return digit == codes_.stop || ((digit == 'C' || digit == '#') && digit != codes_.start);
    }

    Heard collect(char digit) noexcept {
        if (size_ == 0) {
            if (!starts(digit)) return std::nullopt;
            least_gap_ = ~std::uint64_t{0};
            most_gap_ = 0;
        } else {
            least_gap_ = std::min(least_gap_, now_ - last_digit_);
            most_gap_ = std::max(most_gap_, now_ - last_digit_);
        }
        last_digit_ = now_;
        if (size_ > 0 && stops(digit)) {
            const std::string_view digits(digits_.data(), size_);
            size_ = 0;
            const bool even = most_gap_ - least_gap_ <= least_gap_ / 4 + uneven_samples;
            return even ? parse_dtmf_caller_id(digits, codes_) : std::nullopt;
        }
        if (size_ == digits_.size()) {
            size_ = 0;
            return std::nullopt;
        }
        digits_[size_++] = digit;
        return std::nullopt;
    }

    CallerIdDtmfCodes codes_;
    DtmfDetector detector_;
    std::array<char, 64> digits_{};
    std::size_t size_ = 0;
    std::uint64_t now_ = 0, quiet_since_ = 0, last_digit_ = 0;
    std::uint64_t least_gap_ = 0, most_gap_ = 0;
};

}  // namespace

struct CallerIdReceiver::State {
    explicit State(const CallerIdDtmfCodes& codes) : digits(codes) {}
    LowCut hum;
    FskListener fsk;
    DigitListener digits;
    HeardCallerId heard;
};

CallerIdReceiver::CallerIdReceiver(const CallerIdDtmfCodes& codes) : state_(std::make_unique<State>(codes)) {}
CallerIdReceiver::~CallerIdReceiver() = default;
CallerIdReceiver::CallerIdReceiver(CallerIdReceiver&&) noexcept = default;
CallerIdReceiver& CallerIdReceiver::operator=(CallerIdReceiver&&) noexcept = default;

bool CallerIdReceiver::process(std::span<const std::int16_t> linear) noexcept {
    constexpr std::size_t most_digit_samples = 80;
    bool understood = false;
    const auto take = [&](const Heard& heard) {
        if (!heard) return;
        state_->heard = *heard;
        understood = true;
    };
    while (!linear.empty()) {
        const auto block = linear.first(std::min(linear.size(), most_digit_samples));
        std::array<std::int16_t, most_digit_samples> clean;
        for (std::size_t i = 0; i < block.size(); ++i) {
            const float sample = state_->hum.push(block[i]);
            take(state_->fsk.push(sample));
            clean[i] = clip_sample(sample);
        }
        take(state_->digits.process(std::span(clean).first(block.size())));
        linear = linear.subspan(block.size());
    }
    return understood;
}

const HeardCallerId& CallerIdReceiver::heard() const noexcept {
    return state_->heard;
}

void CallerIdReceiver::reset() noexcept {
    state_->hum.reset();
    state_->fsk.reset();
    state_->digits.reset();
}

}  // namespace tipring::dsp
