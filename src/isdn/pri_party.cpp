#include "pri_party.hpp"

#include <algorithm>

#include "q931_peek.hpp"
#include "tipring/base/libpri_words.hpp"

namespace tipring::isdn {

namespace {

using namespace base::libpri;
using call::DivertReason;

constexpr int number_type_mask = 0x70, number_type_shift = 4, plan_mask = 0x0f;
/// ETS 300 207-1: DiversionCounter.
constexpr unsigned most_redirections = 5;

call::Presentation presentation_of(int encoded) {
    switch (encoded & PRI_PRES_RESTRICTION) {
        case PRI_PRES_ALLOWED:
            return call::Presentation::allowed;
        case PRI_PRES_RESTRICTED:
            return call::Presentation::restricted;
        default:
            return call::Presentation::unavailable;
    }
}

call::Screening screening_of(int encoded) {
    switch (encoded & PRI_PRES_NUMBER_TYPE) {
        case PRI_PRES_USER_NUMBER_PASSED_SCREEN:
            return call::Screening::passed;
        case PRI_PRES_USER_NUMBER_FAILED_SCREEN:
            return call::Screening::failed;
        case PRI_PRES_NETWORK_NUMBER:
            return call::Screening::network;
        default:
            return call::Screening::unscreened;
    }
}

/// Only a network provides numbers itself (Q.951 3.5.2); a user's own may have been checked by somebody.
int screening_to_libpri(call::Screening screening, bool network_side) {
    switch (screening) {
        case call::Screening::passed:
            return PRI_PRES_USER_NUMBER_PASSED_SCREEN;
        case call::Screening::failed:
            return PRI_PRES_USER_NUMBER_FAILED_SCREEN;
        case call::Screening::network:
            return network_side ? PRI_PRES_NETWORK_NUMBER : PRI_PRES_USER_NUMBER_PASSED_SCREEN;
        case call::Screening::unscreened:
        case call::Screening::unspecified:
            break;
    }
    return PRI_PRES_USER_NUMBER_UNSCREENED;
}

std::string number_of(const pri_party_number& number, const config::NumberPlan& plan) {
    return routing::received_number(plan, routing::NumberRole::calling,
                                    typed_number(number_digits(text_of(number.str)), number.plan));
}

struct Reason {
    DivertReason ours;
    int wire;
};
/// Q.952 4.1.2.
constexpr Reason reasons[] = {
    {DivertReason::unknown, PRI_REDIR_UNKNOWN},
    {DivertReason::busy, PRI_REDIR_FORWARD_ON_BUSY},
    {DivertReason::no_answer, PRI_REDIR_FORWARD_ON_NO_REPLY},
    {DivertReason::deflection, PRI_REDIR_DEFLECTION},
    {DivertReason::out_of_order, PRI_REDIR_DTE_OUT_OF_ORDER},
    {DivertReason::unconditional, PRI_REDIR_UNCONDITIONAL},
};

DivertReason reason_of(int wire) {
    for (const auto& reason : reasons) {
        if (reason.wire == wire) return reason.ours;
    }
    return DivertReason::unknown;
}

int reason_to_libpri(DivertReason ours) {
    for (const auto& reason : reasons) {
        if (reason.ours == ours) return reason.wire;
    }
    return PRI_REDIR_UNKNOWN;
}

call::Diversion diversion_of(const pri_party_id& party, int reason, const config::NumberPlan& plan) {
    call::Diversion diversion;
    diversion.number = number_of(party.number, plan);
    diversion.reason = reason_of(reason);
    diversion.presentation = presentation_of(party.number.presentation);
    if (diversion.number.empty()) diversion.presentation = call::Presentation::restricted;
    return diversion;
}

}  // namespace

int plan_octet(const routing::TypedNumber& number) {
    return static_cast<int>(number.type) << number_type_shift | static_cast<int>(number.plan);
}

routing::TypedNumber typed_number(const std::string& digits, int octet) {
    routing::TypedNumber number{.digits = digits};
    const int type = (octet & number_type_mask) >> number_type_shift;
    if (type <= PRI_TON_SUBSCRIBER || type == PRI_TON_ABBREVIATED)
        number.type = static_cast<config::NumberType>(type);
    const int plan = octet & plan_mask;
    constexpr int known_plans[] = {PRI_NPI_UNKNOWN, PRI_NPI_E163_E164, PRI_NPI_X121,
                                   PRI_NPI_F69,     PRI_NPI_NATIONAL,  PRI_NPI_PRIVATE};
    if (std::find(std::begin(known_plans), std::end(known_plans), plan) != std::end(known_plans))
        number.plan = static_cast<config::NumberingPlanId>(plan);
    return number;
}

call::Party party_of(const pri_party_id& id, const config::NumberPlan& plan, bool network_side) {
    call::Party party;
    party.presentation = call::Presentation::unavailable;
    if (id.number.valid) {
        party.number = number_of(id.number, plan);
        party.presentation = presentation_of(id.number.presentation);
        party.screening = screening_of(id.number.presentation);
        if (network_side && party.screening != call::Screening::failed)
            party.screening = call::Screening::unscreened;
    }
    if (id.name.valid && presentation_of(id.name.presentation) == call::Presentation::allowed) {
        party.name = name_from_wire(text_of(id.name.str));
    }
    return party;
}

pri_party_id party_to_libpri(const call::Party& party, const config::NumberPlan& plan, bool network_side) {
    pri_party_id id{};
    auto number = routing::sent_number(plan, routing::NumberRole::calling, party.number);
    number.digits = number_digits(number.digits);
    const bool withheld = network_side && party.presentation == call::Presentation::restricted;
    if (withheld) number = {};
    id.number.valid = 1;
    id.number.plan = plan_octet(number);
    if (party.presentation == call::Presentation::unavailable || number.digits.empty()) {
        id.number.presentation = party.presentation == call::Presentation::restricted
                                     ? PRES_PROHIB_USER_NUMBER_NOT_SCREENED
                                     : PRES_NUMBER_NOT_AVAILABLE;
    } else {
        id.number.presentation =
            screening_to_libpri(party.screening, network_side) |
            (party.presentation == call::Presentation::restricted ? PRI_PRES_RESTRICTED : PRI_PRES_ALLOWED);
        copy_text(id.number.str, number.digits);
    }
    const auto name = name_to_wire(party.name);
    if (!name.empty() && !withheld) {
        id.name.valid = 1;
        id.name.presentation = id.number.presentation & PRI_PRES_RESTRICTION;
        id.name.char_set = PRI_CHAR_SET_ISO8859_1;
        copy_text(id.name.str, name);
    }
    return id;
}

std::vector<call::Diversion> diversions_of(const pri_party_redirecting& redirecting,
                                           const config::NumberPlan& plan) {
    if (redirecting.count <= 0 && !redirecting.from.number.valid) return {};
    const auto count = static_cast<unsigned>(std::max(redirecting.count, 1));
    std::vector<call::Diversion> diversions{diversion_of(redirecting.from, redirecting.reason, plan)};
    // Q.952 names two of a chain: the last who redirected, and the one called first.
    const bool has_first =
        count > 1 && redirecting.orig_called.number.valid && redirecting.orig_called.number.str[0] != 0;
    if (has_first) diversions.push_back(diversion_of(redirecting.orig_called, redirecting.orig_reason, plan));
    diversions.front().counter = has_first ? count - 1 : count;
    return diversions;
}

std::vector<call::Diversion> diversions_of(const pri_subcommands* commands, const config::NumberPlan& plan) {
    if (commands == nullptr) return {};
    for (int i = 0; i < std::min(commands->counter_subcmd, PRI_MAX_SUBCOMMANDS); ++i) {
        const auto& command = commands->subcmd[i];
        if (command.cmd == PRI_SUBCMD_REDIRECTING) return diversions_of(command.u.redirecting, plan);
    }
    return {};
}

pri_party_redirecting diversions_to_libpri(const std::vector<call::Diversion>& diversions,
                                           const config::NumberPlan& plan, bool network_side) {
    pri_party_redirecting redirecting{};
    if (diversions.empty()) return redirecting;
    const auto party = [&](const call::Diversion& diversion) {
        return party_to_libpri({diversion.number, "", diversion.presentation}, plan, network_side);
    };
    redirecting.from = party(diversions.front());
    redirecting.reason = reason_to_libpri(diversions.front().reason);
    unsigned count = 0;
    for (const auto& diversion : diversions)
        count = std::min(count + std::clamp(diversion.counter, 1U, most_redirections), most_redirections);
    redirecting.count = static_cast<int>(count);
    redirecting.orig_reason = PRI_REDIR_UNKNOWN;
    if (diversions.size() > 1) {
        redirecting.orig_called = party(diversions.back());
        redirecting.orig_reason = reason_to_libpri(diversions.back().reason);
    }
    return redirecting;
}

std::optional<call::Party> connected_party(const pri_subcommands* commands, const config::NumberPlan& plan,
                                           bool network_side) {
    if (commands == nullptr) return std::nullopt;
    for (int i = 0; i < std::min(commands->counter_subcmd, PRI_MAX_SUBCOMMANDS); ++i) {
        const auto& command = commands->subcmd[i];
        if (command.cmd != PRI_SUBCMD_CONNECTED_LINE) continue;
        const auto& id = command.u.connected_line.id;
        if (!id.number.valid && !id.name.valid) return std::nullopt;
        return party_of(id, plan, network_side);
    }
    return std::nullopt;
}

}  // namespace tipring::isdn
