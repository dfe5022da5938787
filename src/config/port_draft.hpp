// A port while it is read: what `defaults:`, its profile and its own keys say, before all of it is put
// together. Thread: whoever loads.
#pragma once

#include <optional>

#include "reader.hpp"
#include "tipring/config/config.hpp"

namespace tipring::config {

/// Which disconnect signals are used; of a telephone the first three.
struct DisconnectWays {
    bool battery = false, polarity = false, tone = false, dial_tone = false, silence = false;
};

struct PortDraft {
    Port port;
    /// What replaces the country's data, whichever the country turns out to be.
    std::optional<CallerIdFormat> caller_id;
    std::optional<CallerIdTiming> caller_id_timing;
    std::optional<DurationPair> flash_window;  ///< both 0: off
    std::optional<bool> flash_digits;
    std::optional<std::chrono::milliseconds> flash_out;
    std::optional<DisconnectWays> disconnect;
    std::optional<std::chrono::milliseconds> silence_limit;
    std::optional<std::chrono::milliseconds> answer_after;
};

/// Keys whose meaning depends on the kind of the port; in `defaults:` (no kind) they are read for both.
void read_line_keys(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft);
void read_fxs_keys(Mapping& mapping, PortDraft& draft);
void read_fxo_keys(Mapping& mapping, PortDraft& draft);

/// Keys of the other kind, in the port itself; in `defaults:` they serve the ports that have a use for them.
void refuse_other_kind(Mapping& mapping, PortKind kind);

/// The bundle of defaults for what hangs on an fxs port (docs/configuration.md, "Profiles").
void apply_profile(PortProfile profile, PortDraft& draft);

/// Puts the country's data and what replaces them into the port.
void finish_draft(PortDraft& draft);

}  // namespace tipring::config
