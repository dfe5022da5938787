#include "impaired_d_channel.hpp"

#include <algorithm>

namespace tipring::farend {
namespace {

constexpr std::size_t fcs_octets = 2;
constexpr unsigned most_wrong_bits = 3;

}  // namespace

void ImpairedDChannel::impair(const FrameFaults& faults) {
    const std::lock_guard lock(mutex_);
    faults_ = faults;
    random_.seed(faults.seed);
}

FrameFaults::Counts ImpairedDChannel::counts() const {
    const std::lock_guard lock(mutex_);
    return counts_;
}

/// Of 10,000 events.
bool ImpairedDChannel::happens(double probability) {
    constexpr unsigned resolution = 10000;
    return probability > 0 && random_() % resolution < static_cast<unsigned>(probability * resolution);
}

unsigned ImpairedDChannel::arrivals(Frame& frame) {
    const std::lock_guard lock(mutex_);
    ++counts_.frames;
    if (happens(faults_.drop)) {
        ++counts_.dropped;
        return 0;
    }
    if (frame.size() > fcs_octets && happens(faults_.corrupt)) {
        ++counts_.corrupted;
        if (faults_.fcs) return 0;
        const auto bits = static_cast<unsigned>((frame.size() - fcs_octets) * 8);
        for (auto wrong = 1 + random_() % most_wrong_bits; wrong > 0; --wrong) {
            const auto bit = static_cast<unsigned>(random_() % bits);
            frame[bit / 8] ^= static_cast<std::uint8_t>(1U << bit % 8);
        }
    }
    if (!happens(faults_.duplicate)) return 1;
    ++counts_.duplicated;
    return 2;
}

base::Result<std::size_t> ImpairedDChannel::read(std::span<std::uint8_t> frame) {
    if (!again_.empty()) {
        const auto next = std::move(again_.front());
        again_.pop_front();
        const auto length = std::min(next.size(), frame.size());
        std::copy_n(next.begin(), length, frame.begin());
        return length;
    }
    for (;;) {
        auto length = line_->read(frame);
        if (!length || *length == 0 || *length > frame.size()) return length;
        Frame copy(frame.begin(), frame.begin() + static_cast<std::ptrdiff_t>(*length));
        const auto times = arrivals(copy);
        if (times == 0) continue;
        std::ranges::copy(copy, frame.begin());
        if (times > 1) again_.push_back(std::move(copy));
        return length;
    }
}

base::Result<void> ImpairedDChannel::write(std::span<const std::uint8_t> frame) {
    Frame copy(frame.begin(), frame.end());
    for (auto times = arrivals(copy); times > 0; --times) {
        if (auto written = line_->write(copy); !written) return written;
    }
    return {};
}

}  // namespace tipring::farend
