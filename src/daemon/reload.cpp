// What a reload may do (reload.hpp). Thread: core.
#include "reload.hpp"

#include <algorithm>

#include "checked_config.hpp"
#include "line_plans.hpp"
#include "tipring/base/text.hpp"
#include "tipring/config/changes.hpp"

namespace tipring::daemon {
namespace {

/// A channel that was there before may be missing now: that is no fault of the file.
config::Config only_new_channels(const config::Config& running, config::Config loaded) {
    std::erase_if(loaded.ports, [&](const config::Port& port) {
        return std::ranges::any_of(running.ports, [&](const config::Port& old) {
            return old.enabled && old.channel == port.channel && old.kind == port.kind;
        });
    });
    std::erase_if(loaded.spans, [&](const config::Span& span) {
        return std::ranges::any_of(running.spans,
                                   [&](const config::Span& old) { return same_channels(old, span); });
    });
    return loaded;
}

/// The simulated network's end of a span is made once and stays, whatever becomes of the span.
std::vector<std::string> far_end_problems(const std::vector<config::Span>& networks,
                                          const config::Config& loaded) {
    std::vector<std::string> problems;
    for (const auto& was : networks) {
        const bool other = std::ranges::any_of(loaded.spans, [&](const config::Span& is) {
            const bool same_network = was.name == is.name && was.side == is.side &&
                                      was.switch_type == is.switch_type && same_channels(was, is);
            return !same_network && (was.number == is.number || clash(SpanPlan{was, {}}, SpanPlan{is, {}}));
        });
        if (other)
            problems.push_back(
                base::format("{}: the simulator's network keeps the name, side, switch and channels that it "
                             "was made with, even without the span; restart the gateway",
                             words_for(was)));
    }
    return problems;
}

}  // namespace

std::vector<std::string> reload_problems(const config::Config& running, const config::Config& loaded,
                                         hardware::Board& board, const std::vector<config::Span>& networks) {
    std::vector<std::string> problems;
    for (const auto& section : config::sections_for_restart(running, loaded))
        problems.push_back(
            base::format("{}: {}: a change of this is taken over at a start only; undo it, or restart the "
                         "gateway (that ends "
                         "its calls)",
                         loaded.file, section));
    for (const auto& problem : compare_with_board(only_new_channels(running, loaded), board))
        problems.push_back(to_text(problem));
    std::ranges::move(far_end_problems(networks, loaded), std::back_inserter(problems));
    return problems;
}

std::vector<std::string> changed_sections(const config::Config& running, const config::Config& loaded) {
    std::vector<std::string> changed;
    const auto compare = [&](const char* section, bool equal) {
        if (!equal) changed.push_back(base::format("{}: changed", section));
    };
    compare("country", running.country == loaded.country);
    compare("routes", running.routes == loaded.routes);
    compare("groups", std::ranges::equal(running.groups, loaded.groups, {}, &config::Group::name,
                                         &config::Group::name) &&
                          std::ranges::equal(running.groups, loaded.groups, {}, &config::Group::strategy,
                                             &config::Group::strategy));
    compare("services",
            running.services == loaded.services && running.forward_no_answer == loaded.forward_no_answer);
    compare("log.level", running.log.level == loaded.log.level);
    return changed;
}

}  // namespace tipring::daemon
