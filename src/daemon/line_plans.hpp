// Everything of the configuration that a line is made of: what a reload compares. Values. Thread: any.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <vector>

#include "tipring/config/config.hpp"

namespace tipring::daemon {

struct PortPlan {
    config::Port settings;
    std::string country;
    std::vector<config::LearntTone> tones{};  ///< fxo: those that the port names
    config::ServiceCodes codes{};             ///< fxs
    std::chrono::milliseconds forward_no_answer{0};
};

struct SpanPlan {
    config::Span settings;
    std::string country;
};

/// Where a value stands in the file makes no difference.
bool same(const PortPlan& one, const PortPlan& other);
bool same(const SpanPlan& one, const SpanPlan& other);

/// Both want the same number, or name, or channel.
bool clash(const PortPlan& one, const PortPlan& other);
bool clash(const SpanPlan& one, const SpanPlan& other);

/// In the order of the file; without ports that are not enabled.
std::vector<PortPlan> port_plans(const config::Config& config);
std::vector<SpanPlan> span_plans(const config::Config& config);

/// What tells a line from the others, whatever becomes of its settings: the board's channel, the driver's number.
inline unsigned key_of(const PortPlan& plan) {
    return plan.settings.channel;
}
inline unsigned key_of(const SpanPlan& plan) {
    return plan.settings.number;
}
/// The plan with this key, or the end.
template <class Plan>
auto find_plan(const std::vector<Plan>& plans, unsigned key) {
    return std::ranges::find(plans, key, [](const Plan& plan) { return key_of(plan); });
}

/// For people and the log: "port 204 (channel 3)", "span main".
std::string words_for(const config::Port& port);
std::string words_for(const config::Span& span);

}  // namespace tipring::daemon
