// IsdnLink, continued: supplementary services in libpri's terms. Thread: far end.
#include <algorithm>
#include <utility>

#include "isdn_services.hpp"
#include "tipring/base/libpri_guard.hpp"
#include "tipring/base/libpri_words.hpp"

namespace tipring::farend {
namespace {

constexpr std::string_view services_label = "isdn network";
constexpr int no_circuit = 34;

std::string with_number(std::string_view word, int number) {
    return std::string(word) + " " + std::to_string(number);
}

/// What comes in a FACILITY.
std::optional<IsdnEvent> facility_news(const pri_event_facility& facility) {
    const auto* commands = facility.subcmds;
    for (int i = 0; commands != nullptr && i < std::min(commands->counter_subcmd, PRI_MAX_SUBCOMMANDS); ++i) {
        const auto& command = commands->subcmd[i];
        IsdnEvent event{.kind = IsdnEvent::Kind::news, .record = facility.call};
        if (command.cmd == PRI_SUBCMD_MCID_REQ) {
            event.news = "identify";
            return event;
        }
        if (command.cmd == PRI_SUBCMD_MCID_RSP) {
            event.news = command.u.mcid_rsp.status == 0 ? "identify ack" : "identify reject";
            return event;
        }
        if (command.cmd == PRI_SUBCMD_TRANSFER_CALL) {
            event.record = command.u.transfer.call_1;
            event.other = command.u.transfer.call_2;
            event.invoke = command.u.transfer.invoke_id;
            event.news = "transfer";
            return event;
        }
    }
    return std::nullopt;
}

/// In thousandths, or in units.
template <class Charge>
void fill(Charge& advice, const IsdnCharge& charge) {
    if (charge.currency.empty()) {
        advice.charge = PRI_AOC_DE_CHARGE_UNITS;
        advice.recorded.unit.num_items = 1;
        advice.recorded.unit.item[0].number = static_cast<long>(charge.amount);
        advice.recorded.unit.item[0].type = -1;
        return;
    }
    advice.charge = PRI_AOC_DE_CHARGE_CURRENCY;
    advice.recorded.money.amount.cost = static_cast<long>(charge.amount);
    advice.recorded.money.amount.multiplier = PRI_AOC_MULTIPLIER_THOUSANDTH;
    base::libpri::copy_text(advice.recorded.money.currency, charge.currency);
}

}  // namespace

std::optional<IsdnEvent> service_news(const pri_event& event) {
    const auto news = [](q931_call* call, int channel, std::string text) {
        return IsdnEvent{.kind = IsdnEvent::Kind::news,
                         .record = call,
                         .channel = position_of(channel),
                         .news = std::move(text)};
    };
    switch (event.e) {
        case PRI_EVENT_HOLD:
            return news(event.hold.call, event.hold.channel, "hold");
        case PRI_EVENT_HOLD_ACK:
            return news(event.hold_ack.call, event.hold_ack.channel, "hold ack");
        case PRI_EVENT_HOLD_REJ:
            return news(event.hold_rej.call, event.hold_rej.channel,
                        with_number("hold reject", event.hold_rej.cause));
        case PRI_EVENT_RETRIEVE:
            return news(event.retrieve.call, event.retrieve.channel, "retrieve");
        case PRI_EVENT_RETRIEVE_ACK:
            return news(event.retrieve_ack.call, event.retrieve_ack.channel, "retrieve ack");
        case PRI_EVENT_RETRIEVE_REJ:
            return news(event.retrieve_rej.call, event.retrieve_rej.channel,
                        with_number("retrieve reject", event.retrieve_rej.cause));
        case PRI_EVENT_FACILITY:
            return facility_news(event.facility);
        case PRI_EVENT_NOTIFY:
            return news(event.notify.call, event.notify.channel, with_number("notify", event.notify.info));
        default:
            return std::nullopt;
    }
}

bool IsdnLink::request(q931_call* record, IsdnRequest what, unsigned channel) {
    int failed = -1;
    {
        const base::LibpriGuard guard(services_label);
        switch (what) {
            case IsdnRequest::hold:
                failed = pri_hold(controller_, record);
                break;
            case IsdnRequest::retrieve:
                failed = pri_retrieve(controller_, record, wire(channel));
                break;
            case IsdnRequest::notify_hold:
                failed = pri_notify(controller_, record, 0, PRI_NOTIFY_REMOTE_HOLD);
                break;
            case IsdnRequest::notify_retrieval:
                failed = pri_notify(controller_, record, 0, PRI_NOTIFY_REMOTE_RETRIEVAL);
                break;
            case IsdnRequest::identify:
                failed = pri_mcid_req_send(controller_, record);
                break;
        }
    }
    arm_timer();
    return failed == 0;
}

void IsdnLink::grant_hold(q931_call* record) {
    {
        const base::LibpriGuard guard(services_label);
        pri_hold_ack(controller_, record);
    }
    arm_timer();
}

void IsdnLink::grant_retrieve(q931_call* record, unsigned channel) {
    {
        const base::LibpriGuard guard(services_label);
        if (channel == 0) {
            pri_retrieve_rej(controller_, record, no_circuit);
        } else {
            pri_retrieve_ack(controller_, record, wire(channel));
        }
    }
    arm_timer();
}

bool IsdnLink::advise(q931_call* record, const IsdnCharge& charge) {
    int failed = -1;
    {
        const base::LibpriGuard guard(services_label);
        if (charge.end) {
            pri_subcmd_aoc_e advice{};
            fill(advice, charge);
            failed = pri_aoc_e_send(controller_, record, &advice);
        } else {
            pri_subcmd_aoc_d advice{};
            fill(advice, charge);
            advice.billing_accumulation = 1;
            failed = pri_aoc_d_send(controller_, record, &advice);
        }
    }
    arm_timer();
    return failed == 0;
}

bool IsdnLink::transfer(q931_call* record, q931_call* other) {
    int failed = -1;
    {
        const base::LibpriGuard guard(services_label);
        failed = pri_channel_bridge(record, other);
    }
    arm_timer();
    return failed == 0;
}

bool IsdnLink::answer_request(q931_call* record, const facility::Request& request, bool granted) {
    if (!reference_of(record, true)) return false;
    transfers_->answer(request, granted);
    {
        const base::LibpriGuard guard(services_label);
        pri_notify(controller_, record, 0, TransferFrames::carrier);
    }
    arm_timer();
    return true;
}

std::optional<std::uint16_t> IsdnLink::reference_of(q931_call* record, bool theirs) const {
    const base::LibpriGuard guard(services_label);
    int low_bits = 0;  // libpri tells them apart
    const int high_bits = pri_get_crv(controller_, record, &low_bits);
    if (high_bits < 0) return std::nullopt;
    constexpr unsigned flag = 0x8000;  // Q.931 4.3; libpri keeps it to itself
    const auto value = (static_cast<unsigned>(high_bits) << 3U | static_cast<unsigned>(low_bits)) & ~flag;
    return static_cast<std::uint16_t>(theirs ? value : value | flag);
}

void IsdnLink::answer_transfer(q931_call* record, int invoke, bool granted) {
    {
        const base::LibpriGuard guard(services_label);
        pri_transfer_rsp(controller_, record, invoke, granted ? 1 : 0);
    }
    arm_timer();
}

}  // namespace tipring::farend
