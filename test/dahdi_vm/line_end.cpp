// Thread: the test's.
#include "line_end.hpp"

#include <poll.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <numbers>

#include "bench.hpp"
#include "machine_watch.hpp"
#include "tipring/dsp/g711.hpp"

namespace tipring::test {
namespace {

using hardware::Bearer;
using hardware::ChannelKind;
using hardware::LineEventKind;

/// Blocks that are written ahead, so that a late wake-up of the test does not become a gap on the wire.
constexpr int blocks_ahead = 6;
/// Peak of a sine of 0 dBm0 in 16-bit samples.
const double peak_of_0_dbm0 = 32124.0 * std::pow(10.0, -3.14 / 20.0);

hardware::Channel open_channel(hardware::Board& board, base::ChannelNumber number, ChannelKind kind) {
    hardware::ChannelOptions options;
    options.kind = kind;
    if (kind != ChannelKind::bearer) {
        for (const auto& info : board.channels().value()) {
            if (info.number == number) options.law = info.law;
        }
    }
    auto channel = board.open(number, options);
    INFO((channel ? "" : channel.error().message));
    REQUIRE(channel.has_value());
    return std::move(*channel);
}

}  // namespace

LineEnd::LineEnd(hardware::Board& board, base::ChannelNumber number, ChannelKind kind)
    : channel_(open_channel(board, number, kind)),
      law_(kind == ChannelKind::bearer ? dsp::Law::alaw : channel_.info.law) {}

void LineEnd::start_audio() {
    machine_watch().restart();  // first: it starts threads when it is used for the first time
    REQUIRE(control().start_audio().has_value());
    audio_ = true;
    for (int i = 0; i < blocks_ahead; ++i)
        write_block();
}

void LineEnd::stop_audio() {
    audio_ = false;
    REQUIRE(control().stop_audio().has_value());
}

void LineEnd::send_tone(double frequency_hz, double level_dbm0) {
    step_ = 2 * std::numbers::pi * frequency_hz / hardware::sample_rate_hz;
    amplitude_ = frequency_hz > 0 ? peak_of_0_dbm0 * std::pow(10.0, level_dbm0 / 20.0) : 0;
}

void LineEnd::write_block() {
    std::array<std::uint8_t, hardware::block_samples> block;
    for (auto& octet : block) {
        octet = dsp::encode(law_, static_cast<std::int16_t>(std::lround(amplitude_ * std::sin(phase_))));
        phase_ = std::fmod(phase_ + step_, 2 * std::numbers::pi);
    }
    if (!bearer().write(block)) ++lost_blocks_;
}

void LineEnd::pump() {
    std::array<std::uint8_t, hardware::block_samples> block;
    for (;;) {
        const auto result = bearer().read(block);
        switch (result.status) {
            case Bearer::ReadStatus::block:
                for (const auto octet : block)
                    heard_.push_back(dsp::decode(law_, octet));
                write_block();
                break;
            case Bearer::ReadStatus::event:
                events_.push_back({result.event, Clock::now()});
                break;
            case Bearer::ReadStatus::empty:
                return;
            case Bearer::ReadStatus::failed:
                FAIL("channel " << info().number.value << " failed");
                return;
        }
    }
}

unsigned LineEnd::excused_blocks() {
    return static_cast<unsigned>(machine_watch().stood_still() / milliseconds(10));
}

bool LineEnd::take(LineEventKind kind, SeenEvent& event) {
    for (auto seen = events_.begin(); seen != events_.end(); ++seen) {
        if (seen->event.kind != kind) continue;
        event = *seen;
        events_.erase(events_.begin(), seen + 1);
        return true;
    }
    return false;
}

std::string LineEnd::untaken() const {
    std::string text;
    for (const auto& seen : events_)
        text += std::string(text.empty() ? "" : ", ") + std::string(name(seen.event.kind));
    return text;
}

namespace {

void wait_and_pump(WireUnderTest& wire, milliseconds limit) {
    std::array<pollfd, 2> waited{};
    std::size_t index = 0;
    for (auto* end : {&wire.near, &wire.far}) {
        waited[index].fd = end->bearer().descriptor();
        const auto audio = end->audio() ? static_cast<std::uint32_t>(POLLIN) : 0U;
        waited[index].events = static_cast<short>(end->bearer().event_poll_mask() | audio);
        ++index;
    }
    ::poll(waited.data(), waited.size(), static_cast<int>(limit.count()));
    wire.near.pump();
    wire.far.pump();
}

milliseconds left_until(Clock::time_point end) {
    const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
    return std::clamp(left, milliseconds(0), milliseconds(20));
}

}  // namespace

void WireUnderTest::run_for(milliseconds duration) {
    const auto end = Clock::now() + duration;
    while (Clock::now() < end)
        wait_and_pump(*this, left_until(end));
}

bool WireUnderTest::reaches(const std::function<bool()>& condition, milliseconds limit) {
    const auto until = Clock::now() + limit;
    while (!condition()) {
        if (Clock::now() >= until) return false;
        wait_and_pump(*this, milliseconds(5));
    }
    return true;
}

Clock::time_point WireUnderTest::expect(LineEnd& end, LineEventKind kind, milliseconds limit) {
    const auto until = Clock::now() + limit;
    SeenEvent seen;
    while (!end.take(kind, seen)) {
        if (Clock::now() >= until) {
            FAIL("channel " << end.info().number.value << " saw no " << name(kind) << " in " << limit.count()
                            << " ms, but: " << end.untaken());
        }
        wait_and_pump(*this, left_until(until));
    }
    last = seen.event;
    return seen.when;
}

WireUnderTest line_wire(unsigned wire) {
    auto& place = bench();
    return {LineEnd(place.near(), place.fxs(wire), ChannelKind::fxs),
            LineEnd(place.far(), place.fxo(wire), ChannelKind::fxo),
            {}};
}

WireUnderTest bearer_wire(unsigned wire) {
    auto& place = bench();
    return {LineEnd(place.near(), place.near_bearer(wire), ChannelKind::bearer),
            LineEnd(place.far(), place.far_bearer(wire), ChannelKind::bearer),
            {}};
}

double level_at(const std::vector<std::int16_t>& samples, double frequency_hz) {
    constexpr std::size_t window = hardware::sample_rate_hz / 10;
    std::vector<double> levels;
    for (std::size_t begin = 0; begin + window <= samples.size(); begin += window) {
        double real = 0;
        double imaginary = 0;
        for (std::size_t i = 0; i < window; ++i) {
            const double angle =
                2 * std::numbers::pi * frequency_hz * static_cast<double>(i) / hardware::sample_rate_hz;
            real += samples[begin + i] * std::cos(angle);
            imaginary += samples[begin + i] * std::sin(angle);
        }
        const double peak = 2 * std::hypot(real, imaginary) / static_cast<double>(window);
        levels.push_back(20 * std::log10(std::max(peak, 1.0) / peak_of_0_dbm0));
    }
    REQUIRE_FALSE(levels.empty());
    const auto middle = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 2);
    std::nth_element(levels.begin(), middle, levels.end());
    return *middle;
}

}  // namespace tipring::test
