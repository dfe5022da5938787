// From the configuration's words to those of the modules that it configures. Pure. Thread: any.
#pragma once

#include <string>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/dsp/g711.hpp"
#include "tipring/routing/route.hpp"
#include "tipring/sip/service.hpp"

namespace tipring::daemon {

std::vector<routing::RouteRule> route_rules(const std::vector<config::Route>& routes);

/// Everybody who places calls through SIP: each port of a per-port account, and the gateway itself.
std::vector<sip::Identity> identities(const config::Config& config);

/// The country of a port or span: its own, or else the gateway's.
const std::string& country_of(const config::Config& config, const std::string& own);

/// Law of a port's samples: that of its account's preferred codec, so that a call's octets pass unchanged.
dsp::Law law_of_account(const config::Config& config, const std::string& account);

/// Law of a span's B-channels (G.711: A-law on an E1, mu-law on a T1).
dsp::Law law_of_span(const config::Span& span);

}  // namespace tipring::daemon
