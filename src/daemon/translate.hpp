// From the configuration's words to those of the modules that it configures. Pure. Thread: any.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tipring/config/config.hpp"
#include "tipring/dsp/g711.hpp"
#include "tipring/dsp/tone_plan.hpp"
#include "tipring/routing/route.hpp"
#include "tipring/sip/service.hpp"

namespace tipring::daemon {

std::vector<routing::RouteRule> route_rules(const std::vector<config::Route>& routes);

/// Everybody who places calls through SIP: each port of a per-port account, and the gateway itself.
std::vector<sip::Identity> identities(const config::Config& config);

/// Numbers of the ports that a notice about messages for `who` (as Service reports it) is for. One for the
/// gateway itself is for whoever's mailbox it names; where that is nobody's, for whose mailbox the gateway is.
std::vector<std::string> ports_of_mailbox(const config::Config& config, const sip::Identity& who);

/// The telephones with `anonymous: yes`.
std::vector<std::string> hidden_numbers(const config::Config& config);

/// The country of a port or span: its own, or else the gateway's.
const std::string& country_of(const config::Config& config, const std::string& own);

/// The tones of the names given, in their order; null when none is given. Names and cadences were checked when
/// the configuration was loaded.
std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones(
    const std::vector<config::LearntTone>& learnt, const std::vector<std::string>& names);

/// Law of a port's samples: that of its account's preferred codec, so that a call's octets pass unchanged.
dsp::Law law_of_account(const config::Config& config, const std::string& account);

/// Law of a span's B-channels (G.711: A-law on an E1, mu-law on a T1).
dsp::Law law_of_span(const config::Span& span);

/// All call-progress tones of a plan, per frequency.
void set_level(dsp::TonePlan& tones, double level_dbm0);
hardware::ChannelOptions channel_options(const config::Config& config, const config::Port& port);

}  // namespace tipring::daemon
