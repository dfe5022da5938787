// SpanMember: another span of an NFAS trunk, as a Span of its own for whoever shows or maintains it: its channels, its
// line, its loops. Calls are the trunk's. Thread: core.
#pragma once

#include <memory>

#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

class SpanController;

/// `trunk` outlives it.
std::unique_ptr<Span> make_span_member(SpanController& trunk, const config::Span& settings);

}  // namespace tipring::isdn
