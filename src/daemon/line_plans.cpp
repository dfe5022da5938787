// What a line is made of (line_plans.hpp). Thread: any.
#include "line_plans.hpp"

#include <set>

#include "tipring/base/text.hpp"
#include "tipring/config/changes.hpp"
#include "translate.hpp"

namespace tipring::daemon {
namespace {

std::set<unsigned> channels_of(const config::Span& trunk) {
    std::set<unsigned> channels;
    for (const auto* span : config::spans_of_trunk(trunk)) {
        channels.insert(span->bearers.begin(), span->bearers.end());
        if (span->d_channel != 0) channels.insert(span->d_channel);
    }
    return channels;
}

/// Both are made of the same but for what an open line takes over as it is.
bool adoptable(const PortPlan&, const PortPlan&) {
    return false;
}
bool adoptable(const SpanPlan& made, const SpanPlan& wanted) {
    return made.country == wanted.country &&
           config::same(config::with_call_settings(made.settings, wanted.settings), wanted.settings);
}

/// Whatever the other lines do.
template <class Plan>
Step step_alone(const Standing<Plan>& line, const std::vector<Plan>& wanted) {
    const auto found = find_plan(wanted, key_of(line.plan));
    if (found == wanted.end()) return line.in_use ? Step::wait : Step::remove;
    if (same(*found, line.plan)) return Step::keep;
    if (!line.missing && adoptable(line.plan, *found)) return Step::adopt;
    return line.in_use ? Step::wait : Step::remake;
}

template <class Plan>
std::map<unsigned, Step> steps_of_all(const std::vector<Standing<Plan>>& lines,
                                      const std::vector<Plan>& wanted) {
    std::map<unsigned, Step> steps;
    for (const auto& line : lines)
        steps[key_of(line.plan)] = step_alone(line, wanted);
    for (const auto& plan : wanted)
        steps.try_emplace(key_of(plan), Step::add);
    const auto taken = [&](const Plan& plan) {
        return std::ranges::any_of(lines, [&](const Standing<Plan>& line) {
            return key_of(line.plan) != key_of(plan) && steps.at(key_of(line.plan)) == Step::wait &&
                   clash(line.plan, plan);
        });
    };
    // Each that has to wait may make others wait.
    for (bool settled = false; !settled;) {
        settled = true;
        for (const auto& plan : wanted) {
            auto& step = steps.at(key_of(plan));
            if ((step != Step::remake && step != Step::add) || !taken(plan)) continue;
            step = Step::wait;
            settled = false;
        }
    }
    return steps;
}

}  // namespace

bool same(const PortPlan& one, const PortPlan& other) {
    return config::same(one.settings, other.settings) && one.country == other.country &&
           one.tones == other.tones && one.codes == other.codes &&
           one.forward_no_answer == other.forward_no_answer;
}

bool same(const SpanPlan& one, const SpanPlan& other) {
    return config::same(one.settings, other.settings) && one.country == other.country;
}

bool same_channels(const config::Span& one, const config::Span& other) {
    return std::ranges::equal(config::spans_of_trunk(one), config::spans_of_trunk(other),
                              [](const config::Span* left, const config::Span* right) {
                                  return left->number == right->number &&
                                         left->d_channel == right->d_channel &&
                                         left->bearers == right->bearers &&
                                         left->interface == right->interface;
                              });
}

bool clash(const PortPlan& one, const PortPlan& other) {
    return one.settings.number == other.settings.number;
}

bool clash(const SpanPlan& one, const SpanPlan& other) {
    const auto theirs = channels_of(other.settings);
    return one.settings.name == other.settings.name ||
           std::ranges::any_of(channels_of(one.settings),
                               [&](unsigned channel) { return theirs.contains(channel); });
}

std::map<unsigned, Step> steps(const std::vector<Standing<PortPlan>>& lines,
                               const std::vector<PortPlan>& wanted) {
    return steps_of_all(lines, wanted);
}

std::map<unsigned, Step> steps(const std::vector<Standing<SpanPlan>>& lines,
                               const std::vector<SpanPlan>& wanted) {
    return steps_of_all(lines, wanted);
}

std::vector<PortPlan> port_plans(const config::Config& config) {
    std::vector<PortPlan> plans;
    for (const auto& port : config.ports) {
        if (!port.enabled) continue;
        PortPlan plan{.settings = port, .country = country_of(config, port.country)};
        if (port.kind == config::PortKind::fxs) {
            plan.codes = config.services;
            plan.forward_no_answer = config.forward_no_answer;
        }
        for (auto tone : config.tones) {
            tone.at = {};
            if (std::ranges::find(port.fxo.learnt_tones, tone.name) != port.fxo.learnt_tones.end())
                plan.tones.push_back(std::move(tone));
        }
        plans.push_back(std::move(plan));
    }
    return plans;
}

std::vector<SpanPlan> span_plans(const config::Config& config) {
    std::vector<SpanPlan> plans;
    for (const auto& span : config.spans)
        plans.push_back({.settings = span, .country = country_of(config, span.country)});
    return plans;
}

std::string words_for(const config::Port& port) {
    return base::format("port {} (channel {})", port.number, port.channel);
}

std::string words_for(const config::Span& span) {
    return "span " + span.name;
}

}  // namespace tipring::daemon
