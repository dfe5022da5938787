// What networks say beside a call: charges and the identification of malicious calls. Thread: core.
#include "active_call.hpp"
#include "tipring/base/log.hpp"

namespace tipring::call {
namespace {

constexpr std::uint64_t thousand = 1000;
/// A network may tell the sum so far each second.
constexpr std::chrono::seconds sums_apart{10};

}  // namespace

std::string name(AdviceTime time) {
    switch (time) {
        case AdviceTime::rates:
            return "start";
        case AdviceTime::during:
            return "during";
        case AdviceTime::end:
            return "end";
    }
    return "?";
}

std::string to_text(const Advice& advice) {
    if (advice.time == AdviceTime::rates) return advice.rates;
    switch (advice.kind) {
        case ChargeKind::unknown:
            return "unknown";
        case ChargeKind::free:
            return "free";
        case ChargeKind::currency:
            return base::format(
                "{}.{}{}{}", advice.amount / thousand,
                std::to_string(thousand + advice.amount % thousand).substr(1),  // always three digits
                advice.currency.empty() ? "" : " ", advice.currency);
        case ChargeKind::units:
            return base::format("{} units", advice.amount);
    }
    return "?";
}

void ActiveCall::on_advice(Leg& leg, const Advice& advice) {
    if (!side_of(leg)) return;
    const auto text = to_text(advice);
    const auto line = base::format("{} charge ({}{}): {}", leg_ids(id_, leg), name(advice.time),
                                   advice.subtotal ? ", so far" : "", text);
    const bool during = advice.time == AdviceTime::during;
    if (during) {
        base::log::debug("call", "{}", line);
    } else {
        base::log::info("call", "{}", line);
    }
    // An end that says nothing is worth less than what came before.
    if (advice.time != AdviceTime::rates && (advice.kind != ChargeKind::unknown || record_.charge.empty()))
        record_.charge = text;
    if (during) {  // the next sum has it in
        const auto now = parts_.reactor.now();
        if (charge_told_at_ && now - *charge_told_at_ < sums_apart) return;
        charge_told_at_ = now;
    }
    const auto amount = advice.kind == ChargeKind::currency || advice.kind == ChargeKind::units
                            ? std::to_string(advice.amount)
                            : std::string();
    parts_.host.service("call.charge", {{"call", base::to_text(id_)},
                                        {"endpoint", leg.endpoint_name()},
                                        {"when", name(advice.time)},
                                        {"charge", text},
                                        {"amount", amount},
                                        {"currency", advice.currency},
                                        {"subtotal", advice.subtotal ? "yes" : "no"}});
}

void ActiveCall::on_identification(Leg& leg, bool asked, bool done) {
    if (!side_of(leg)) return;
    const std::string what = asked ? "asked" : done ? "done" : "refused";
    record_.identification = what;
    base::log::warning("call", "{} identification of a malicious call: {}", leg_ids(id_, leg), what);
    parts_.host.service("call.malicious", {{"call", base::to_text(id_)},
                                           {"endpoint", leg.endpoint_name()},
                                           {"what", what},
                                           {"caller", a_.party.number},
                                           {"presentation", std::string(name(a_.party.presentation))},
                                           {"called", b_.party.number}});
}

bool ActiveCall::identify() {
    return bridge_.state() == BridgeState::talking && a_.leg && a_.leg->identify_call();
}

}  // namespace tipring::call
