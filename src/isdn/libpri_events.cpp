#include "libpri_events.hpp"

#include "bearer_position.hpp"
#include "pri_party.hpp"
#include "q931_peek.hpp"
#include "supplementary_events.hpp"
#include "tipring/base/libpri_words.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

using namespace base::libpri;

constexpr int signalling_only_bit = 1 << 17;
constexpr unsigned explicit_interface = 1U << 16U;

std::uint8_t cause_of(int value) {
    return value > 0 && value < 128 ? static_cast<std::uint8_t>(value) : 0;
}

LinkEvent setup_event(const pri_event_ring& ring, const FrameFacts& frame, const LinkOptions& options) {
    LinkEvent event{
        .kind = LinkEventKind::setup, .call = ring.call, .channel = position_of(ring.channel, options)};
    event.exclusive = ring.flexible == 0;
    event.inband = is_inband(ring.progressmask);
    event.caller = party_of(ring.calling, options.numbers, options.network_side);
    event.called_wire = typed_number(number_digits(text_of(ring.callednum)), ring.calledplan);
    if (event.called_wire.digits.empty())
        event.called_wire.digits = number_digits(text_of(ring.keypad_digits));
    event.called = routing::received_number(options.numbers, routing::NumberRole::called, event.called_wire);
    event.complete = ring.complete != 0;
    event.diversions = diversions_of(ring.subcmds, options.numbers);
    event.user_to_user = frame.user_to_user;
    event.audio = ring.ctype == PRI_TRANS_CAP_SPEECH || ring.ctype == PRI_TRANS_CAP_3_1K_AUDIO;
    event.signalling_only = ring.channel >= 0 && (ring.channel & signalling_only_bit) != 0;
    return event;
}

/// Without a channel it is for all, or for those of the interface that is named (Q.931 4.5.25).
LinkEvent restart_event(std::optional<unsigned> channel, const FrameFacts& frame,
                        const LinkOptions& options) {
    // For an interface as a whole libpri makes channel 0 of a Channel identification without a channel.
    if (frame.of_all_channels) channel.reset();
    LinkEvent event{.kind = LinkEventKind::restart, .channel = channel};
    if (!channel && options.nfas) event.of_interface = frame.of_interface;
    return event;
}

}  // namespace

std::optional<unsigned> position_of(int encoded, const LinkOptions& options) {
    const auto timeslot = channel_of(encoded);
    if (!timeslot || *timeslot == 0 || !options.nfas) return timeslot;
    const auto named = static_cast<unsigned>(encoded) >> 8U & 0xffU;
    const bool is_explicit = (static_cast<unsigned>(encoded) & explicit_interface) != 0;
    return bearer_position(is_explicit || named != 0 ? named : options.interface, *timeslot);
}

int libpri_channel(unsigned position, const LinkOptions& options) {
    return static_cast<int>(options.nfas && position != 0 ? position | explicit_interface : position);
}

std::optional<LinkEvent> link_event(const pri_event& event, const FrameFacts& frame,
                                    const LinkOptions& options) {
    const auto channel = [&](int encoded) { return position_of(encoded, options); };
    const auto progress = [&](LinkEventKind kind) {
        return LinkEvent{.kind = kind,
                         .call = event.proceeding.call,
                         .channel = channel(event.proceeding.channel),
                         .inband = is_inband(event.proceeding.progressmask),
                         .progress = frame.progress};
    };
    const auto hangup = [&](LinkEventKind kind) {
        return LinkEvent{.kind = kind,
                         .call = event.hangup.call,
                         .channel = channel(event.hangup.channel),
                         .inband = kind == LinkEventKind::disconnect && frame.inband,
                         .cause = cause_of(event.hangup.cause),
                         .location = frame.location};
    };
    const auto service = [&](LinkEventKind kind, int encoded, bool in) {
        return LinkEvent{.kind = kind, .channel = channel(encoded), .in_service = in};
    };
    switch (event.e) {
        case PRI_EVENT_DCHAN_UP:
        case PRI_EVENT_DCHAN_DOWN:
            // libpri says so of a SERVICE message for the whole interface, too; the data link has not changed.
            if (frame.maintenance) return service(*frame.maintenance, -1, event.e == PRI_EVENT_DCHAN_UP);
            return LinkEvent{.kind = event.e == PRI_EVENT_DCHAN_UP ? LinkEventKind::up : LinkEventKind::down};
        case PRI_EVENT_SERVICE:
            return service(LinkEventKind::service, event.service.channel,
                           event.service.changestatus == service_in);
        case PRI_EVENT_SERVICE_ACK:
            return service(LinkEventKind::service_ack, event.service_ack.channel,
                           event.service_ack.changestatus == service_in);
        case PRI_EVENT_RING:
            return setup_event(event.ring, frame, options);
        case PRI_EVENT_PROCEEDING:
            return progress(LinkEventKind::proceeding);
        case PRI_EVENT_PROGRESS:
            return progress(LinkEventKind::progress);
        case PRI_EVENT_SETUP_ACK:
            return LinkEvent{.kind = LinkEventKind::setup_ack,
                             .call = event.setup_ack.call,
                             .channel = channel(event.setup_ack.channel),
                             .inband = is_inband(event.setup_ack.progressmask)};
        case PRI_EVENT_RINGING:
            return LinkEvent{.kind = LinkEventKind::alerting,
                             .call = event.ringing.call,
                             .channel = channel(event.ringing.channel),
                             .inband = is_inband(event.ringing.progressmask),
                             .progress = frame.progress};
        case PRI_EVENT_ANSWER:
            return LinkEvent{
                .kind = LinkEventKind::answer,
                .call = event.answer.call,
                .channel = channel(event.answer.channel),
                .progress = frame.progress,
                .connected = connected_party(event.answer.subcmds, options.numbers, options.network_side)};
        case PRI_EVENT_INFO_RECEIVED:
            return LinkEvent{.kind = LinkEventKind::more_called,
                             .call = event.ring.call,
                             .complete = event.ring.complete != 0,
                             .digits = number_digits(text_of(event.ring.callednum))};
        case PRI_EVENT_FACILITY:
            if (auto party = connected_party(event.facility.subcmds, options.numbers, options.network_side))
                return LinkEvent{.kind = LinkEventKind::connected,
                                 .call = event.facility.call,
                                 .connected = std::move(party)};
            return std::nullopt;
        case PRI_EVENT_HANGUP_REQ:
            return hangup(LinkEventKind::disconnect);
        case PRI_EVENT_HANGUP:
            return hangup(LinkEventKind::released);
        case PRI_EVENT_HANGUP_ACK:
            return hangup(LinkEventKind::cleared);
        case PRI_EVENT_RESTART:
            return restart_event(channel(event.restart.channel), frame, options);
        case PRI_EVENT_RESTART_ACK:
            return LinkEvent{.kind = LinkEventKind::restart_ack,
                             .channel = channel(event.restartack.channel)};
        case PRI_EVENT_KEYPAD_DIGIT:
            return LinkEvent{.kind = LinkEventKind::digits,
                             .call = event.digit.call,
                             .complete = false,
                             .digits = number_digits(text_of(event.digit.digits))};
        case PRI_EVENT_CONFIG_ERR:
            base::log::warning("isdn", "{} libpri: {}", options.label,
                               base::printable(text_of(event.err.err)));
            return std::nullopt;
        default:
            if (auto service_event = supplementary_event(event, options)) return service_event;
            base::log::debug("isdn", "{} unused event {}", options.label, event.e);
            return std::nullopt;
    }
}

}  // namespace tipring::isdn
