#include "pri_supplementary.hpp"

#include "bearer_position.hpp"
#include "libpri_events.hpp"
#include "supplementary_events.hpp"
#include "tipring/base/libpri_words.hpp"

namespace tipring::isdn {

namespace {

/// What libpri calls any channel.
constexpr int any_channel = 0xff;

/// libpri writes no channel as 0, in a call that is held.
std::optional<unsigned> wished_channel(int encoded, const LinkOptions& options) {
    const auto channel = position_of(encoded, options);
    return channel && timeslot_of(*channel) == 0 ? std::nullopt : channel;
}

template <class Send>
bool done(PriLink& link, q931_call* call, Send&& send) {
    int result = -1;
    link.run(call, [&](pri* controller) { result = send(controller); });
    return result == 0;
}

}  // namespace

void enable_supplementary(pri* controller, const LinkOptions& options) {
    pri_hold_enable(controller, 1);
    pri_aoc_events_enable(controller, 1);
    pri_transfer_enable(controller, options.transfer ? 1 : 0);
    pri_mcid_enable(controller, options.malicious_call ? 1 : 0);
}

std::optional<LinkEvent> supplementary_event(const pri_event& event, const LinkOptions& options) {
    const auto rejection = [](LinkEventKind kind, q931_call* call, int cause) {
        const bool valid = cause > 0 && cause < 128;
        return LinkEvent{
            .kind = kind, .call = call, .cause = valid ? static_cast<std::uint8_t>(cause) : std::uint8_t{0}};
    };
    switch (event.e) {
        case PRI_EVENT_HOLD:
            return LinkEvent{.kind = LinkEventKind::hold, .call = event.hold.call};
        case PRI_EVENT_HOLD_ACK:
            return LinkEvent{.kind = LinkEventKind::hold_ack, .call = event.hold_ack.call};
        case PRI_EVENT_HOLD_REJ:
            return rejection(LinkEventKind::hold_reject, event.hold_rej.call, event.hold_rej.cause);
        case PRI_EVENT_RETRIEVE:
            return LinkEvent{.kind = LinkEventKind::retrieve,
                             .call = event.retrieve.call,
                             .channel = wished_channel(event.retrieve.channel, options),
                             .exclusive = event.retrieve.flexible == 0};
        case PRI_EVENT_RETRIEVE_ACK:
            return LinkEvent{.kind = LinkEventKind::retrieve_ack,
                             .call = event.retrieve_ack.call,
                             .channel = wished_channel(event.retrieve_ack.channel, options)};
        case PRI_EVENT_RETRIEVE_REJ:
            return rejection(LinkEventKind::retrieve_reject, event.retrieve_rej.call,
                             event.retrieve_rej.cause);
        case PRI_EVENT_NOTIFY:
            return LinkEvent{.kind = LinkEventKind::notification,
                             .call = event.notify.call,
                             .notification = static_cast<std::uint8_t>(event.notify.info & 0x7f)};
        default:
            return std::nullopt;
    }
}

bool send_hold(PriLink& link, q931_call* call) {
    return done(link, call, [&](pri* controller) { return pri_hold(controller, call); });
}

void send_hold_ack(PriLink& link, q931_call* call) {
    link.run(call, [&](pri* controller) { pri_hold_ack(controller, call); });
}

void send_hold_reject(PriLink& link, q931_call* call, std::uint8_t cause) {
    link.run(call, [&](pri* controller) { pri_hold_rej(controller, call, cause); });
}

bool send_retrieve(PriLink& link, q931_call* call, std::optional<unsigned> channel) {
    const int wanted = channel ? link.wire(*channel) : any_channel;
    return done(link, call, [&](pri* controller) { return pri_retrieve(controller, call, wanted); });
}

void send_retrieve_ack(PriLink& link, q931_call* call, unsigned channel) {
    link.run(call, [&](pri* controller) { pri_retrieve_ack(controller, call, link.wire(channel)); });
}

void send_retrieve_reject(PriLink& link, q931_call* call, std::uint8_t cause) {
    link.run(call, [&](pri* controller) { pri_retrieve_rej(controller, call, cause); });
}

void send_notification(PriLink& link, q931_call* call, std::uint8_t indicator) {
    link.run(call, [&](pri* controller) { pri_notify(controller, call, 0, indicator); });
}

bool send_transfer(PriLink& link, q931_call* call, q931_call* other) {
    int result = -1;  // libpri looks into both records before it knows whether they are its own
    link.run(other, [](pri*) {}) && link.run(call, [&](pri*) { result = pri_channel_bridge(call, other); });
    return result == 0;
}

void answer_transfer(PriLink& link, q931_call* call, int invoke, bool granted) {
    link.run(call, [&](pri* controller) { pri_transfer_rsp(controller, call, invoke, granted ? 1 : 0); });
}

bool send_malicious_call(PriLink& link, q931_call* call) {
    return done(link, call, [&](pri* controller) { return pri_mcid_req_send(controller, call); });
}

}  // namespace tipring::isdn
