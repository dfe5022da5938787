// Helpers for tests of the virtual board: reading with limits, and small blocks of audio.
#pragma once

#include <poll.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tipring/hardware/simulator.hpp"

namespace tipring::test {

using Block = std::array<std::uint8_t, hardware::block_samples>;
using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

inline constexpr milliseconds patience{60000};
inline constexpr hardware::RingCadence quick_ring{300, 200};

inline Block block_of(std::uint8_t octet) {
    Block block;
    block.fill(octet);
    return block;
}

/// True when it succeeded; fails the test with its message otherwise. (Catch cannot print a Result.)
template <class T>
bool ok(const base::Result<T>& result) {
    if (!result) UNSCOPED_INFO(result.error().message);
    return result.has_value();
}

/// Waits until the descriptor is readable (or hung up).
inline bool wait_readable(int descriptor, milliseconds limit = patience) {
    pollfd entry{descriptor, POLLIN, 0};
    return ::poll(&entry, 1, static_cast<int>(limit.count())) == 1;
}

/// Polls a condition that no descriptor announces.
template <class Condition>
bool eventually(Condition condition, milliseconds limit = patience) {
    for (const auto end = Clock::now() + limit; Clock::now() < end;) {
        if (condition()) return true;
        ::poll(nullptr, 0, 1);
    }
    return condition();
}

/// An opened channel with what was read from it so far.
class Reader {
  public:
    explicit Reader(hardware::Channel channel) : channel_(std::move(channel)) {}

    hardware::LineControl& control() { return *channel_.control; }
    hardware::Bearer& bearer() { return *channel_.bearer; }
    hardware::Channel& channel() { return channel_; }
    bool failed() const { return failed_; }

    /// The next event within the limit; blocks on the way are kept for next_block().
    hardware::LineEvent next_event(milliseconds limit = patience) {
        const auto end = Clock::now() + limit;
        while (events_.empty() && !failed_ && read_until(end)) {
        }
        return take(events_).value_or(hardware::LineEvent{});
    }
    /// Skips other events until `kind` comes.
    bool wait_event(hardware::LineEventKind kind) {
        for (;;) {
            const auto event = next_event();
            if (event.kind == kind) return true;
            if (event.kind == hardware::LineEventKind::none) return false;
        }
    }
    std::string event(milliseconds limit = patience) { return std::string(name(next_event(limit).kind)); }

    std::optional<Block> next_block(milliseconds limit = patience) {
        const auto end = Clock::now() + limit;
        while (blocks_.empty() && !failed_ && read_until(end)) {
        }
        return take(blocks_);
    }
    /// Reads on until a block comes that is not all `octet`; at most `limit`.
    std::optional<Block> next_block_other_than(std::uint8_t octet, milliseconds limit = patience) {
        const auto end = Clock::now() + limit;
        while (Clock::now() < end && !failed_) {
            const auto block = next_block(milliseconds(100));
            if (block && *block != block_of(octet)) return block;
        }
        return std::nullopt;
    }
    /// True when the board closed the channel within the limit.
    bool wait_failed(milliseconds limit = patience) {
        const auto end = Clock::now() + limit;
        while (!failed_ && read_until(end)) {
        }
        return failed_;
    }

  private:
    hardware::Channel channel_;
    std::deque<hardware::LineEvent> events_;
    std::deque<Block> blocks_;
    bool failed_ = false;

    template <class T>
    static std::optional<T> take(std::deque<T>& queue) {
        if (queue.empty()) return std::nullopt;
        auto first = queue.front();
        queue.pop_front();
        return first;
    }

    bool read_until(Clock::time_point end) {
        const auto left = std::chrono::ceil<milliseconds>(end - Clock::now());
        if (left.count() <= 0 || !wait_readable(bearer().descriptor(), left)) return false;
        Block block;
        const auto result = bearer().read(block);
        if (result.status == hardware::Bearer::ReadStatus::event) events_.push_back(result.event);
        if (result.status == hardware::Bearer::ReadStatus::block) blocks_.push_back(block);
        if (result.status == hardware::Bearer::ReadStatus::failed) failed_ = true;
        return true;
    }
};

/// Sends a block until the other end hears something that is not silence: a reader that the machine kept
/// waiting for more than 80 ms has lost blocks, as on a real card.
inline std::optional<Block> carry(Reader& from, const Block& block, Reader& to, std::uint8_t quiet) {
    std::optional<Block> heard;
    eventually([&] {
        from.bearer().write(block);
        heard = to.next_block_other_than(quiet, milliseconds(150));
        return heard.has_value();
    });
    return heard;
}

inline Reader open(hardware::Board& board, std::uint32_t number, dsp::Law law = dsp::Law::alaw) {
    auto channel = board.open({number}, {law});
    if (!channel) FAIL(channel.error().message);
    return Reader(std::move(*channel));
}

}  // namespace tipring::test
