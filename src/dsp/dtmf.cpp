// DTMF detector over SpanDSP's and a generator of our own. Thread: the owner's; process() and produce() are
// real-time safe.
#include "tipring/dsp/dtmf.hpp"

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wconversion"
#include <spandsp.h>
#pragma GCC diagnostic pop

#include <algorithm>
#include <array>
#include <cmath>
#include <new>
#include <string_view>

#include "sine.hpp"

namespace tipring::dsp {
namespace {

/// RFC 4733 3.2, table 3.
constexpr std::string_view digits = "0123456789*#ABCD";
/// ITU-T Q.23, in the order of `digits`.
constexpr std::array<float, 16> low_hz = {941, 697, 697, 697, 770, 770, 770, 852,
                                          852, 852, 941, 941, 697, 770, 852, 941};
constexpr std::array<float, 16> high_hz = {1336, 1209, 1336, 1477, 1209, 1336, 1477, 1209,
                                           1336, 1477, 1209, 1477, 1633, 1633, 1633, 1633};
/// The high group loses more on a long line, so it starts louder (ETSI ES 201 235-2 4.2.4).
constexpr float high_group_boost_db = 2;

constexpr int filter_dial_tone = 1;
constexpr int normal_twist_db = 8;
constexpr int reverse_twist_db = 4;
constexpr int keep_threshold = -99;

}  // namespace

int dtmf_index(char digit) noexcept {
    if (digit >= 'a' && digit <= 'd') digit = static_cast<char>(digit - 'a' + 'A');
    const auto position = digit == 0 ? std::string_view::npos : digits.find(digit);
    return position == std::string_view::npos ? -1 : static_cast<int>(position);
}

char dtmf_digit(int index) noexcept {
    return index >= 0 && index < static_cast<int>(digits.size()) ? digits[static_cast<std::size_t>(index)]
                                                                 : '\0';
}

struct DtmfDetector::State {
    dtmf_rx_state_t* receiver = nullptr;
    char digit = 0;

    State() { restart(); }
    ~State() {
        if (receiver != nullptr) dtmf_rx_free(receiver);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static void report(void* user, int code, int /*level*/, int /*delay*/) {
        static_cast<State*>(user)->digit = static_cast<char>(code);
    }

    /// SpanDSP initialises a given receiver in place, so this allocates the first time only.
    void restart() {
        receiver = dtmf_rx_init(receiver, nullptr, nullptr);
        if (receiver == nullptr) throw std::bad_alloc();
        dtmf_rx_set_realtime_callback(receiver, &State::report, this);
        dtmf_rx_parms(receiver, filter_dial_tone, normal_twist_db, reverse_twist_db, keep_threshold);
        digit = 0;
    }
};

DtmfDetector::DtmfDetector() : state_(std::make_unique<State>()) {}
DtmfDetector::~DtmfDetector() = default;
DtmfDetector::DtmfDetector(DtmfDetector&&) noexcept = default;
DtmfDetector& DtmfDetector::operator=(DtmfDetector&&) noexcept = default;

DtmfDetector::Report DtmfDetector::process(std::span<const std::int16_t> linear) noexcept {
    const char before = state_->digit;
    dtmf_rx(state_->receiver, linear.data(), static_cast<int>(linear.size()));
    return {state_->digit, state_->digit != before};
}

void DtmfDetector::reset() noexcept {
    state_->restart();
}

void DtmfGenerator::start(char digit, std::uint32_t on_samples, std::uint32_t off_samples,
                          float level_dbm0) noexcept {
    const int index = dtmf_index(digit);
    if (index < 0) {
        on_left_ = off_left_ = 0;
        return;
    }
    const auto position = static_cast<std::size_t>(index);
    on_left_ = on_samples;
    off_left_ = off_samples;
    phase1_ = phase2_ = 0;
    step1_ = phase_step(low_hz[position]);
    step2_ = phase_step(high_hz[position]);
    amplitude1_ = amplitude_of(level_dbm0);
    amplitude2_ = amplitude_of(level_dbm0 + high_group_boost_db);
}

void DtmfGenerator::stop() noexcept {
    on_left_ = 0;
}

std::size_t DtmfGenerator::produce(std::span<std::int16_t> linear) noexcept {
    std::size_t done = 0;
    for (; done < linear.size() && on_left_ > 0; ++done, --on_left_) {
        linear[done] = clip_sample(amplitude1_ * sine(phase1_) + amplitude2_ * sine(phase2_));
        phase1_ += step1_;
        phase2_ += step2_;
    }
    const std::size_t pause = std::min<std::size_t>(linear.size() - done, off_left_);
    off_left_ -= static_cast<std::uint32_t>(pause);
    std::fill(linear.begin() + static_cast<std::ptrdiff_t>(done), linear.end(), std::int16_t{0});
    return done + pause;
}

}  // namespace tipring::dsp
