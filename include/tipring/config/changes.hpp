// What differs between two configurations, for a reload. Where a value stands in its file makes no difference. Pure.
// Thread: any.
#pragma once

#include <string>
#include <vector>

#include "tipring/config/config.hpp"

namespace tipring::config {

bool same(const Port& one, const Port& other);
bool same(const Span& one, const Span& other);

/// The sections of the file that differ and that a gateway takes over at its start only: "board", "sip", "media",
/// "control", "state_file", "log.file".
std::vector<std::string> sections_for_restart(const Config& running, const Config& loaded);

/// `running` with those settings of `loaded` that concern nothing but calls to come: names for people, numbers and
/// their plan, overlap receiving's times, services, what is expected of the line. Everything else needs a span that is
/// made anew.
Span with_call_settings(const Span& running, const Span& loaded);

}  // namespace tipring::config
