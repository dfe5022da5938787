// Parties, diversions and numbers between libpri's structures and ours, with the span's number plan. Private to
// PriLink. Pure. Thread: core.
#pragma once

#include <optional>
#include <string>
#include <vector>

extern "C" {
#include <libpri.h>
}

#include "tipring/call/leg.hpp"
#include "tipring/config/number_plan.hpp"
#include "tipring/routing/number_plan.hpp"

namespace tipring::isdn {

/// Octet 3 of a number element: type and plan.
int plan_octet(const routing::TypedNumber& number);
routing::TypedNumber typed_number(const std::string& digits, int plan_octet);

/// `network_side`: ours. What a user claims of the screening of his number is not believed then.
call::Party party_of(const pri_party_id& id, const config::NumberPlan& plan, bool network_side);
/// A name travels with the presentation of its number. The network side keeps a restricted number and its name from the
/// user (CLIR, Q.951.4; COLR, Q.951.6).
pri_party_id party_to_libpri(const call::Party& party, const config::NumberPlan& plan, bool network_side);

/// The latest first; none when nobody has sent the call on.
std::vector<call::Diversion> diversions_of(const pri_party_redirecting& redirecting,
                                           const config::NumberPlan& plan);
std::vector<call::Diversion> diversions_of(const pri_subcommands* commands, const config::NumberPlan& plan);
pri_party_redirecting diversions_to_libpri(const std::vector<call::Diversion>& diversions,
                                           const config::NumberPlan& plan, bool network_side);

/// Who is connected now, when the event tells.
std::optional<call::Party> connected_party(const pri_subcommands* commands, const config::NumberPlan& plan,
                                           bool network_side);

}  // namespace tipring::isdn
