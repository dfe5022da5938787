// A group of lines: its members, which a call tries one by one, in the order of the group's strategy. Thread:
// core.
#include <algorithm>
#include <random>
#include <utility>

#include "tipring/analog/port.hpp"
#include "tipring/base/text.hpp"

namespace tipring::analog {
namespace {

struct Member {
    Port* port;
    LineUse use;
};
using Members = std::vector<Member>;

/// Goes on behind the line that was opened last.
void turn_to_next(Members& members) {
    const auto last = std::max_element(members.begin(), members.end(), [](const auto& a, const auto& b) {
        return a.use.opened < b.use.opened;
    });
    if (last == members.end() || last->use.opened == base::TimePoint{}) return;  // none was ever
    std::rotate(members.begin(), last + 1, members.end());
}

class LineGroup final : public call::Exit {
  public:
    LineGroup(std::string name, config::GroupStrategy strategy, std::vector<Port*> lines, std::uint32_t seed)
        : name_(std::move(name)), strategy_(strategy), lines_(std::move(lines)), random_(seed) {}

    routing::Destination destination() const override { return {routing::DestinationKind::group, name_}; }

    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause& why) override {
        why = {call::q850::no_circuit_available, call::Location::private_local,
               base::format("no line in group {}", name_)};
        return nullptr;
    }

    std::vector<call::Exit*> members() const override {
        Members members;
        for (auto* line : lines_)
            members.push_back({line, line->use()});
        order(members);
        const auto rank = [](const LineUse& use) { return !use.free ? 2 : use.failed_lately ? 1 : 0; };
        std::ranges::stable_sort(members, {}, [&](const Member& member) { return rank(member.use); });
        std::vector<call::Exit*> exits;
        for (const auto& member : members)
            exits.push_back(&member.port->exit());
        return exits;
    }

  private:
    const std::string name_;
    const config::GroupStrategy strategy_;
    const std::vector<Port*> lines_;
    mutable std::mt19937 random_;  ///< asking for the members is a throw of the dice

    void order(Members& members) const {
        switch (strategy_) {
            case config::GroupStrategy::first_free:
                break;
            case config::GroupStrategy::round_robin:
                turn_to_next(members);
                break;
            case config::GroupStrategy::least_used:
                std::ranges::stable_sort(members, {}, [](const Member& member) { return member.use.calls; });
                break;
            case config::GroupStrategy::random:
                std::ranges::shuffle(members, random_);
                break;
        }
    }
};

}  // namespace

std::unique_ptr<call::Exit> make_line_group(std::string name, config::GroupStrategy strategy,
                                            std::vector<Port*> lines, std::uint32_t seed) {
    return std::make_unique<LineGroup>(std::move(name), strategy, std::move(lines), seed);
}

}  // namespace tipring::analog
