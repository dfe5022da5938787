// Routing decisions and groups unrolled into single attempts; the loop guard of redirections. Thread: core.
#include "search.hpp"

#include <algorithm>
#include <utility>

#include "active_call.hpp"

namespace tipring::call {

unsigned forwardings_of(const std::vector<Diversion>& diversions) {
    unsigned count = 0;
    for (const auto& diversion : diversions) {
        count += std::clamp(diversion.counter, 1U, most_forwardings);
        if (count >= most_forwardings) return most_forwardings;
    }
    return count;
}

void shield(Party& caller, Presentation of_other) {
    if (caller.number.empty() && of_other == Presentation::restricted) caller.presentation = of_other;
}

void Search::set_caller(const Party& caller) {
    const auto before = std::exchange(request_.caller, caller).presentation;
    shield(request_.caller, before);
    request_.on_behalf = true;
}

void Search::route(CallHost& host) {
    const auto decision = host.decide({request_.called, request_.caller.number, request_.source});
    left_.clear();
    for (const auto& step : decision.steps)
        left_.push_back({step, nullptr, ""});
    rule_ = decision.rule;
}

std::optional<Search::Attempt> Search::next(CallHost& host) {
    while (!left_.empty()) {
        auto attempt = std::move(left_.front());
        left_.pop_front();
        attempt.exit = host.find_exit(attempt.step.destination);
        if (attempt.exit == nullptr) return attempt;
        const auto members = attempt.exit->members();
        if (members.empty()) return attempt;
        for (auto member = members.rbegin(); member != members.rend(); ++member) {
            left_.push_front(
                {{(*member)->destination(), attempt.step.called}, nullptr, attempt.step.destination.name});
        }
    }
    return std::nullopt;
}

std::optional<Cause> Search::redirect(const Diversion& from, const std::string& number,
                                      const routing::Source& source) {
    left_.clear();
    been_to_.push_back(request_.called);
    been_to_.push_back(from.number);
    const auto same = [&](const Diversion& diversion) { return diversion.number == number; };
    const bool loop = std::find(been_to_.begin(), been_to_.end(), number) != been_to_.end() ||
                      std::any_of(request_.diversions.begin(), request_.diversions.end(), same);
    const bool too_often = forwardings_of(request_.diversions) >= most_forwardings;
    request_.diversions.insert(request_.diversions.begin(), from);
    shield(request_.caller, from.presentation);
    request_.called = number;
    request_.source = source;
    if (loop) return Cause{q850::exchange_routing_error, Location::private_local, "redirected in a circle"};
    if (too_often)
        return Cause{q850::exchange_routing_error, Location::private_local, "redirected too often"};
    return std::nullopt;
}

}  // namespace tipring::call
