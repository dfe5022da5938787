// What the driver's numbers mean: signalling types, alarm bits, line settings. Pure. Thread: core.
#pragma once

#include <dahdi/user.h>

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// The local role of a channel with this DAHDI_SIG_... type; nothing when it is not configured or of a kind
/// that the gateway does not serve (E&M, CAS, slaves). The driver names a line by its far end: fxoks feeds a
/// telephone.
std::optional<ChannelKind> channel_kind(int signalling);

/// The word that system.conf uses, for example "fxoks".
std::string_view signalling_name(int signalling);
/// What system.conf must say for a channel of this kind, for example "fxoks".
std::string_view signalling_for(ChannelKind kind);

bool is_ground_start(int signalling);

/// Bits of DAHDI_ALARM_... in the words of the trade: "RED", "RAI", "AIS", "LOS" ...
std::vector<std::string> alarm_words(int alarms);

dsp::Law law_of(int driver_law);
int driver_law(dsp::Law law);

/// Text in a fixed-size field of the driver; the terminator may be missing.
template <std::size_t size>
std::string field_text(const char (&field)[size]) {
    std::size_t length = 0;
    while (length < size && field[length] != '\0')
        ++length;
    return std::string(field, length);
}

std::optional<ChannelInfo> channel_info(const dahdi_params& parameters);
SpanInfo span_info(const dahdi_spaninfo& status);

}  // namespace tipring::hardware::dahdi
