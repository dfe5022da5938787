// The line of a digital span as its driver knows it: settings, alarms, error counters and loops. Plain values.
// Thread: any.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/ids.hpp"

namespace tipring::hardware {

enum class SpanType : std::uint8_t { analogue, e1, t1 };
/// `unknown`: the driver does not tell, as for spans over a network or over memory.
enum class Framing : std::uint8_t { unknown, ccs, cas, esf, d4 };
enum class Coding : std::uint8_t { unknown, hdb3, b8zs, ami };

// In the words of /etc/dahdi/system.conf.
std::string_view name(SpanType type);
std::string_view name(Framing framing);
std::string_view name(Coding coding);

/// What the driver is set to.
struct SpanSettings {
    base::SpanNumber number;
    std::string name;
    std::string description;
    std::string device;  ///< manufacturer, type and place of the card; empty: not told
    SpanType type = SpanType::analogue;
    Framing framing = Framing::unknown;
    Coding coding = Coding::unknown;
    std::optional<bool> crc4 = std::nullopt;           ///< E1 whose driver tells its settings (ITU-T G.706)
    std::optional<unsigned> build_out = std::nullopt;  ///< as in system.conf, 0..7
    std::string build_out_text;                        ///< "0 db (CSU)/0-133 feet (DSX-1)"
    unsigned sync_source = 0;                          ///< span that clocks the card, 0: its own oscillator
    bool sync_master = false;                          ///< this span clocks the driver
    unsigned channels = 0, configured_channels = 0;

    /// The driver tells framing and coding.
    bool told() const { return framing != Framing::unknown; }
};

/// Errors that a framer counts.
enum class LineCounter : std::uint8_t {
    bipolar_violations,  ///< code violations of the pair that we hear (ITU-T G.703)
    crc_errors,          ///< CRC-4 (E1, G.706) or CRC-6 (T1 ESF) blocks that came damaged
    e_bits,              ///< E1: blocks that came damaged at the far end, as it tells (G.704 2.3.3.4)
    frame_errors,        ///< frame alignment words that came damaged
    slips,               ///< frames left out or repeated because two clocks differ (G.822)
};
inline constexpr std::size_t line_counters = 5;
std::string_view name(LineCounter counter);

/// Since the driver was loaded; they wrap at 2^32 and begin anew with the driver. None: not counted.
using LineCounts = std::array<std::optional<std::uint32_t>, line_counters>;

enum class SpanAlarm : std::uint8_t {
    los,         ///< no signal
    lfa,         ///< a signal without frame (or multiframe) alignment
    red,         ///< one of the two; the driver does not say which
    ais,         ///< all ones (blue)
    rai,         ///< the far end is in red alarm (yellow)
    loopback,    ///< a loop is set
    recovering,  ///< a red alarm has gone, the driver waits a moment
    closed,      ///< the span is not in use
};
inline constexpr std::size_t span_alarms = 8;
/// "LOS", "LFA", "red", "AIS", "RAI", "loopback", ...
std::string_view name(SpanAlarm alarm);

class AlarmSet {
  public:
    bool has(SpanAlarm alarm) const { return (bits_ & bit(alarm)) != 0; }
    void set(SpanAlarm alarm, bool on = true) {
        bits_ = static_cast<std::uint8_t>(on ? bits_ | bit(alarm) : bits_ & ~bit(alarm));
    }
    bool any() const { return bits_ != 0; }
    std::uint8_t bits() const { return bits_; }
    static AlarmSet from_bits(std::uint8_t bits) {
        AlarmSet set;
        set.bits_ = bits;
        return set;
    }
    friend bool operator==(AlarmSet, AlarmSet) = default;

  private:
    static unsigned bit(SpanAlarm alarm) { return 1U << static_cast<unsigned>(alarm); }
    std::uint8_t bits_ = 0;
};

/// Those that stand.
std::vector<std::string_view> names(AlarmSet alarms);

/// One look at the line.
struct SpanReading {
    AlarmSet alarms;
    LineCounts counts{};
};

enum class SpanLoop : std::uint8_t {
    off,
    local,    ///< what we send comes back to us, before the line
    remote,   ///< what the far end sends goes back to it, as it came from the line
    payload,  ///< the same with new framing: only what is in the channels
};
std::string_view name(SpanLoop loop);

}  // namespace tipring::hardware
