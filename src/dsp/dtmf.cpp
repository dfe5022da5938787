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
/// More than is promised, because SpanDSP's measure of twist is that uncertain.
constexpr int normal_twist_db = 10;
constexpr int reverse_twist_db = 5;
/// SpanDSP decides every so many samples, and ends a digit after two blocks without it.
constexpr std::size_t decision_samples = 102;
/// An interruption of 10 ms (ITU-T Q.24 A.6) spoils two blocks at most, a pause of 40 ms three at least.
constexpr int blocks_of_interruption = 2;
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
    char raw = 0;    ///< what SpanDSP hears
    char digit = 0;  ///< the same without interruptions
    char told = 0;   ///< what process() answered last
    int missing = 0;
    std::size_t decided = 0;  ///< samples since its last decision
    /// Changes that process() has not answered yet.
    std::array<char, 4> changes{};
    std::size_t waiting = 0;

    State() { restart(); }
    ~State() {
        if (receiver != nullptr) dtmf_rx_free(receiver);
    }
    State(const State&) = delete;
    State& operator=(const State&) = delete;

    static void report(void* user, int code, int /*level*/, int /*delay*/) {
        static_cast<State*>(user)->raw = static_cast<char>(code);
    }

    /// SpanDSP initialises a given receiver in place, so this allocates the first time only.
    void restart() {
        receiver = dtmf_rx_init(receiver, nullptr, nullptr);
        if (receiver == nullptr) throw std::bad_alloc();
        dtmf_rx_set_realtime_callback(receiver, &State::report, this);
        dtmf_rx_parms(receiver, filter_dial_tone, normal_twist_db, reverse_twist_db, keep_threshold);
        raw = digit = told = 0;
        missing = 0;
        decided = waiting = 0;
    }

    void decide() noexcept {
        char now = raw;
        if (raw == 0 && digit != 0 && ++missing <= blocks_of_interruption) now = digit;
        if (raw != 0) missing = 0;
        if (now == digit) return;
        digit = now;
        missing = 0;
        if (waiting < changes.size()) changes[waiting++] = now;
    }

    Report next() noexcept {
        if (waiting == 0) return {told, false};
        told = changes[0];
        std::copy(changes.begin() + 1, changes.end(), changes.begin());
        --waiting;
        return {told, true};
    }
};

DtmfDetector::DtmfDetector() : state_(std::make_unique<State>()) {}
DtmfDetector::~DtmfDetector() = default;
DtmfDetector::DtmfDetector(DtmfDetector&&) noexcept = default;
DtmfDetector& DtmfDetector::operator=(DtmfDetector&&) noexcept = default;

DtmfDetector::Report DtmfDetector::process(std::span<const std::int16_t> linear) noexcept {
    while (!linear.empty()) {
        const std::size_t count = std::min(linear.size(), decision_samples - state_->decided);
        dtmf_rx(state_->receiver, linear.data(), static_cast<int>(count));
        linear = linear.subspan(count);
        state_->decided += count;
        if (state_->decided < decision_samples) continue;
        state_->decided = 0;
        state_->decide();
    }
    return state_->next();
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
