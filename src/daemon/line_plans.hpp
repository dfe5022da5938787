// Everything of the configuration that a line is made of: what a reload compares. Values. Thread: any.
#pragma once

#include <algorithm>
#include <chrono>
#include <map>
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

/// The same spans of the board, each with the same interface, D-channel and B-channels, in the same order: of the whole trunk.
bool same_channels(const config::Span& one, const config::Span& other);

/// Both want the same number, or name, or channel.
bool clash(const PortPlan& one, const PortPlan& other);
bool clash(const SpanPlan& one, const SpanPlan& other);

/// A line as it is when a reload looks at it.
template <class Plan>
struct Standing {
    Plan plan;             ///< what it is made of
    bool in_use = false;   ///< it must not be made anew now
    bool missing = false;  ///< it cannot take anything over: its channel is not open
};

/// What becomes of a line.
enum class Step {
    keep,    ///< nothing differs
    adopt,   ///< takes the new settings over as it is, with its calls
    remake,  ///< is made anew
    remove,
    add,
    wait,  ///< stays as it is, or away, until another look: it is in use, or what it is to have is not free
};

/// By key_of(): of each line that there is and of each that is wanted. A number, name or channel is free when no line
/// has it that has to stay; a line that itself waits for another stays, too. So a chain of lines that hand their
/// numbers on moves as a whole or, behind the one in use, not at all, and no two lines ever have the same.
std::map<unsigned, Step> steps(const std::vector<Standing<PortPlan>>& lines,
                               const std::vector<PortPlan>& wanted);
std::map<unsigned, Step> steps(const std::vector<Standing<SpanPlan>>& lines,
                               const std::vector<SpanPlan>& wanted);

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
