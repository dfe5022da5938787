#include "service_commands.hpp"

#include <algorithm>
#include <limits>

#include "tipring/base/libpri_words.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn {

namespace {

using base::libpri::text_of;

struct Commands {
    const pri_subcommands* list = nullptr;
    q931_call* call = nullptr;
};

Commands commands_of(const pri_event& event) {
    switch (event.e) {
        case PRI_EVENT_RING:
            return {event.ring.subcmds, event.ring.call};
        case PRI_EVENT_RINGING:
            return {event.ringing.subcmds, event.ringing.call};
        case PRI_EVENT_PROCEEDING:
        case PRI_EVENT_PROGRESS:
            return {event.proceeding.subcmds, event.proceeding.call};
        case PRI_EVENT_SETUP_ACK:
            return {event.setup_ack.subcmds, event.setup_ack.call};
        case PRI_EVENT_ANSWER:
            return {event.answer.subcmds, event.answer.call};
        case PRI_EVENT_CONNECT_ACK:
            return {event.connect_ack.subcmds, event.connect_ack.call};
        case PRI_EVENT_FACILITY:
            return {event.facility.subcmds, event.facility.call};
        case PRI_EVENT_NOTIFY:
            return {event.notify.subcmds, event.notify.call};
        case PRI_EVENT_HANGUP_REQ:
        case PRI_EVENT_HANGUP:
        case PRI_EVENT_HANGUP_ACK:
            return {event.hangup.subcmds, event.hangup.call};
        default:
            return {};
    }
}

/// EN 300 182-1 table 1, and libpri's numbers for it: the value in thousandths.
std::uint64_t thousandths(const pri_aoc_amount& amount) {
    const auto cost = std::clamp<long>(amount.cost, 0, std::numeric_limits<std::int32_t>::max());
    auto value = static_cast<std::uint64_t>(cost);
    for (int power = PRI_AOC_MULTIPLIER_THOUSANDTH;
         power < std::min<int>(amount.multiplier, PRI_AOC_MULTIPLIER_THOUSAND); ++power)
        value *= 10;
    return value;
}

void take_money(const pri_aoc_recorded_currency& money, call::Advice& advice) {
    advice.kind = call::ChargeKind::currency;
    advice.amount = thousandths(money.amount);
    advice.currency = base::printable(text_of(money.currency));
}

/// Units of several types are one sum: nothing says what a type is worth.
void take_units(const pri_aoc_recorded_units& units, call::Advice& advice) {
    for (int i = 0; i < std::clamp(units.num_items, 0, 32); ++i) {
        if (units.item[i].number < 0) continue;
        advice.kind = call::ChargeKind::units;
        advice.amount += static_cast<std::uint64_t>(units.item[i].number);
    }
}

template <class Charge>
call::Advice charge_of(const Charge& charge, call::AdviceTime time) {
    call::Advice advice{.time = time};
    if (charge.charge == PRI_AOC_DE_CHARGE_FREE) advice.kind = call::ChargeKind::free;
    if (charge.charge == PRI_AOC_DE_CHARGE_CURRENCY) take_money(charge.recorded.money, advice);
    if (charge.charge == PRI_AOC_DE_CHARGE_UNITS) take_units(charge.recorded.unit, advice);
    return advice;
}

std::string_view item_name(int chargeable) {
    switch (chargeable) {
        case PRI_AOC_CHARGED_ITEM_SPECIAL_ARRANGEMENT:
            return "special arrangement";
        case PRI_AOC_CHARGED_ITEM_BASIC_COMMUNICATION:
            return "call";
        case PRI_AOC_CHARGED_ITEM_CALL_ATTEMPT:
            return "attempt";
        case PRI_AOC_CHARGED_ITEM_CALL_SETUP:
            return "set-up";
        case PRI_AOC_CHARGED_ITEM_USER_USER_INFO:
            return "user-to-user";
        case PRI_AOC_CHARGED_ITEM_SUPPLEMENTARY_SERVICE:
            return "supplementary service";
        default:
            return "item";
    }
}

template <std::size_t N>
std::string money_text(const pri_aoc_amount& amount, const char (&currency)[N]) {
    return call::to_text(call::Advice{.kind = call::ChargeKind::currency,
                                      .amount = thousandths(amount),
                                      .currency = base::printable(text_of(currency))});
}

std::string time_text(const pri_aoc_time& time) {
    static constexpr std::string_view scales[] = {"0.01 s", "0.1 s", "1 s", "10 s", "1 min", "1 h", "1 day"};
    const auto scale = static_cast<std::size_t>(std::clamp<int>(time.scale, 0, PRI_AOC_TIME_SCALE_DAY));
    return base::format("{} x {}", time.length, scales[scale]);
}

std::string rate_text(const pri_aoc_s_element& element) {
    static constexpr std::string_view units[] = {"octet", "segment", "message"};
    switch (element.rate_type) {
        case PRI_AOC_RATE_TYPE_FREE:
            return "free";
        case PRI_AOC_RATE_TYPE_FREE_FROM_BEGINNING:
            return "free from the beginning";
        case PRI_AOC_RATE_TYPE_DURATION:
            return base::format("{} per {}",
                                money_text(element.rate.duration.amount, element.rate.duration.currency),
                                time_text(element.rate.duration.time));
        case PRI_AOC_RATE_TYPE_FLAT:
            return money_text(element.rate.flat.amount, element.rate.flat.currency);
        case PRI_AOC_RATE_TYPE_VOLUME: {
            const auto unit = static_cast<std::size_t>(
                std::clamp<int>(element.rate.volume.unit, 0, PRI_AOC_VOLUME_UNIT_MESSAGE));
            return base::format("{} per {}",
                                money_text(element.rate.volume.amount, element.rate.volume.currency),
                                units[unit]);
        }
        case PRI_AOC_RATE_TYPE_SPECIAL_CODE:
            return base::format("special code {}", element.rate.special);
        default:
            return "not available";
    }
}

std::optional<LinkEvent> service_command(const pri_subcommand& command, q931_call* call) {
    const auto advice = [call](call::Advice said) {
        return LinkEvent{.kind = LinkEventKind::advice, .call = call, .advice = std::move(said)};
    };
    switch (command.cmd) {
        case PRI_SUBCMD_AOC_S:
            return advice(advice_of(command.u.aoc_s));
        case PRI_SUBCMD_AOC_D:
            return advice(advice_of(command.u.aoc_d));
        case PRI_SUBCMD_AOC_E:
            return advice(advice_of(command.u.aoc_e));
        case PRI_SUBCMD_TRANSFER_CALL:
            return LinkEvent{.kind = LinkEventKind::transfer,
                             .call = command.u.transfer.call_1,
                             .other = command.u.transfer.call_2,
                             .invoke = command.u.transfer.invoke_id};
        case PRI_SUBCMD_MCID_REQ:
            return LinkEvent{.kind = LinkEventKind::malicious, .call = call};
        case PRI_SUBCMD_MCID_RSP:
            return LinkEvent{.kind = LinkEventKind::malicious_answer,
                             .call = call,
                             .accepted = command.u.mcid_rsp.status == 0};
        default:
            return std::nullopt;
    }
}

}  // namespace

call::Advice advice_of(const pri_subcmd_aoc_s& rates) {
    call::Advice advice{.time = call::AdviceTime::rates};
    for (int i = 0; i < std::clamp(rates.num_items, 0, 10); ++i) {
        if (!advice.rates.empty()) advice.rates += "; ";
        advice.rates += base::format("{}: {}", item_name(rates.item[i].chargeable), rate_text(rates.item[i]));
    }
    if (advice.rates.empty()) advice.rates = "not available";
    return advice;
}

call::Advice advice_of(const pri_subcmd_aoc_d& charge) {
    auto advice = charge_of(charge, call::AdviceTime::during);
    advice.subtotal = charge.billing_accumulation == 0;
    return advice;
}

call::Advice advice_of(const pri_subcmd_aoc_e& charge) {
    return charge_of(charge, call::AdviceTime::end);
}

std::vector<LinkEvent> service_commands(const pri_event& event) {
    const auto commands = commands_of(event);
    std::vector<LinkEvent> found;
    if (commands.list == nullptr) return found;
    for (int i = 0; i < std::clamp(commands.list->counter_subcmd, 0, PRI_MAX_SUBCOMMANDS); ++i) {
        if (auto one = service_command(commands.list->subcmd[i], commands.call))
            found.push_back(std::move(*one));
    }
    return found;
}

}  // namespace tipring::isdn
