// One end of a wire in a driver test: collects line events with their times, plays and records tones.
// Thread: the test's, which takes the part of core and media thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "tipring/hardware/board.hpp"

namespace tipring::test {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

struct SeenEvent {
    hardware::LineEvent event;
    Clock::time_point when;
};

class LineEnd {
  public:
    /// Fails the test when the channel cannot be opened. The samples have the channel's own law, or A-law on
    /// a B-channel.
    LineEnd(hardware::Board& board, base::ChannelNumber number, hardware::ChannelKind kind);

    hardware::LineControl& control() { return *channel_.control; }
    hardware::Bearer& bearer() { return *channel_.bearer; }
    const hardware::ChannelInfo& info() const { return channel_.info; }

    void start_audio();
    void stop_audio();
    bool audio() const { return audio_; }
    /// Sends a sine instead of silence from now on; 0 Hz is silence.
    void send_tone(double frequency_hz, double level_dbm0);
    void record() { heard_.clear(); }
    const std::vector<std::int16_t>& heard() const { return heard_; }
    unsigned lost_blocks() const { return lost_blocks_; }
    /// As many may be lost as the machine tore by standing still since the last start_audio().
    static unsigned excused_blocks();

    /// Takes all events and blocks that wait, and answers each block with one of its own: the board's clock
    /// paces both ways.
    void pump();
    /// Takes the oldest event of this kind that was seen and all before it; false when there is none.
    bool take(hardware::LineEventKind kind, SeenEvent& event);
    /// Kinds of the events that were seen and not taken, for messages.
    std::string untaken() const;

  private:
    void write_block();

    hardware::Channel channel_;
    dsp::Law law_;
    bool audio_ = false;
    double step_ = 0;
    double phase_ = 0;
    double amplitude_ = 0;
    unsigned lost_blocks_ = 0;
    std::vector<std::int16_t> heard_;
    std::vector<SeenEvent> events_;
};

/// For what must come: only a failure meets it.
inline constexpr milliseconds patience{30000};

/// Both ends of one wire, pumped together.
struct WireUnderTest {
    LineEnd near;
    LineEnd far;

    void run_for(milliseconds duration);
    /// Until the condition holds; false after the limit.
    bool reaches(const std::function<bool()>& condition, milliseconds limit = patience);
    /// Until the end has seen the event; fails the test after the limit. Returns when it was seen.
    Clock::time_point expect(LineEnd& end, hardware::LineEventKind kind, milliseconds limit = patience);
    /// The last event that expect() returned.
    hardware::LineEvent last;
};

/// Line wire `wire` of the bench: near fxs, far fxo; and a B-channel wire.
WireUnderTest line_wire(unsigned wire);
WireUnderTest bearer_wire(unsigned wire);

/// Level of one frequency in dBm0 (0 dBm0: a sine 3.14 dB below the overload of A-law), as the median of
/// windows of 100 ms: a machine that is loaded may make the test late and so a gap in the tone, which says
/// nothing about the level.
double level_at(const std::vector<std::int16_t>& samples, double frequency_hz);

}  // namespace tipring::test
