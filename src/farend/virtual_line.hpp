// What the models do with lines that are virtual, and only log on others. Private to farend. Thread: far end.
#pragma once

#include "tipring/base/log.hpp"
#include "tipring/hardware/simulator.hpp"

namespace tipring::farend {

/// Null, and a line in the log, on a channel of a real board.
inline hardware::VirtualLineControl* virtual_line(const hardware::Channel& channel, std::string_view what) {
    auto* line = dynamic_cast<hardware::VirtualLineControl*>(channel.control.get());
    if (line == nullptr)
        base::log::warning("farend", "channel {}: {}: only on a virtual line", channel.info.number, what);
    return line;
}

inline void impair_line(const hardware::Channel& channel, const hardware::LineImpairments& impairments) {
    auto* line = virtual_line(channel, "noise, hum, attenuation and echo");
    if (line == nullptr) return;
    if (const auto done = line->impair(impairments); !done)
        base::log::warning("farend", "channel {}: {}", channel.info.number, done.error().message);
}

}  // namespace tipring::farend
