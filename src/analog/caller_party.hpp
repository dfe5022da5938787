// The caller, as the exchange's caller ID names him. Pure. Thread: any.
#pragma once

#include "tipring/call/leg.hpp"
#include "tipring/dsp/caller_id.hpp"

namespace tipring::analog {

/// Nothing that a caller can make the exchange send goes further than it may: of the number digits and a
/// leading '+' remain, of the name printable characters, as UTF-8.
call::Party caller_party(const dsp::HeardCallerId& heard);

}  // namespace tipring::analog
