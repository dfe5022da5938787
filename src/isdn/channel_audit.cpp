#include "channel_audit.hpp"

#include <algorithm>
#include <optional>

#include "tipring/base/text.hpp"

namespace tipring::isdn {
namespace {

bool among(const std::vector<const void*>& records, const void* record) {
    return std::ranges::find(records, record) != records.end();
}

/// What is wrong with a call by itself; one thing is enough to release it.
std::optional<Discrepancy> fault(const AuditedCall& call, const std::vector<const void*>& records) {
    if (call.record != nullptr && !among(records, call.record)) return Discrepancy::call_without_record;
    if (call.clearing) return std::nullopt;
    if (!call.has_leg) return Discrepancy::call_without_leg;
    if (!call.started) return Discrepancy::call_not_started;
    if (call.record == nullptr) return Discrepancy::call_without_record;
    return std::nullopt;
}

}  // namespace

std::vector<Finding> discrepancies(const std::vector<AuditedChannel>& channels,
                                   const std::vector<AuditedCall>& calls,
                                   const std::vector<const void*>& records) {
    std::vector<Finding> found;
    for (const auto& channel : channels) {
        std::size_t on_it = 0;
        for (const auto& call : calls) {
            if (call.position != channel.position) continue;
            ++on_it;
            if (call.clearing) continue;
            if (!channel.in_use)
                found.push_back({Discrepancy::call_without_channel, channel.position, call.serial});
            else if (on_it > 1)
                found.push_back({Discrepancy::shared_channel, channel.position, call.serial});
        }
        if (channel.in_use && on_it == 0)
            found.push_back({Discrepancy::channel_without_call, channel.position});
    }
    for (const auto& call : calls) {
        if (const auto what = fault(call, records)) found.push_back({*what, call.position, call.serial});
    }
    for (const void* record : records) {
        const bool known =
            std::ranges::any_of(calls, [record](const AuditedCall& call) { return call.record == record; });
        if (!known) found.push_back({Discrepancy::record_without_call, 0, 0, record});
    }
    return found;
}

Verdict judge(const std::vector<Finding>& before, const std::vector<Finding>& now) {
    Verdict verdict;
    for (const auto& finding : now) {
        const bool again = std::ranges::find(before, finding) != before.end();
        (again ? verdict.due : verdict.fresh).push_back(finding);
    }
    return verdict;
}

std::string describe(const Finding& finding) {
    switch (finding.kind) {
        case Discrepancy::channel_without_call:
            return base::format("channel {} is in use without a call", position_text(finding.position));
        case Discrepancy::call_without_channel:
            return base::format("a call is on channel {}, which counts as free",
                                position_text(finding.position));
        case Discrepancy::shared_channel:
            return base::format("channel {} has a second call", position_text(finding.position));
        case Discrepancy::call_without_leg:
            return base::format("the call on channel {} has no leg", position_text(finding.position));
        case Discrepancy::call_not_started:
            return base::format("channel {} is held by a call that was never started",
                                position_text(finding.position));
        case Discrepancy::call_without_record:
            return base::format("the call on channel {} is none of libpri's any more",
                                position_text(finding.position));
        case Discrepancy::record_without_call:
            return "libpri has a call that belongs to nobody";
    }
    return {};
}

}  // namespace tipring::isdn
