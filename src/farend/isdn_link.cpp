// IsdnLink: libpri for the model of an ISDN network. Thread: far end.
#include "isdn_link.hpp"

#include <sys/timerfd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <system_error>
#include <vector>

extern "C" {
#include <libpri.h>
}

#include "isdn_services.hpp"
#include "tipring/base/libpri_guard.hpp"
#include "tipring/base/libpri_words.hpp"
#include "tipring/base/log.hpp"

namespace tipring::farend {
namespace {

using base::LibpriGuard;
using namespace base::libpri;

constexpr std::string_view label = "isdn network";
/// Frames per run, so that a flood cannot hold up the other models.
constexpr int most_frames = 256;

/// In an I-frame (Q.921 2.2) with a call reference of two octets, as libpri writes it on a primary rate.
constexpr std::size_t discriminator_at = 4, message_type_at = 8;
constexpr std::uint8_t q931_discriminator = 0x08, restart_message = 0x46, restart_answer = 0x4e;

bool is_message(std::span<const std::uint8_t> frame, std::uint8_t type) {
    return frame.size() > message_type_at && (frame[2] & 1) == 0 &&
           frame[discriminator_at] == q931_discriminator && frame[message_type_at] == type;
}

void log_text(pri*, char* text) {
    const auto line = base::trim(text);
    if (line.empty()) return;
    base::log::debug("farend", "{} libpri: {}", std::string(LibpriGuard::label()), base::printable(line));
}

int switch_number(const IsdnNetwork::Options& options) {
    switch (options.switch_type) {
        case IsdnSwitch::euroisdn:
            break;
        case IsdnSwitch::national:
            return PRI_SWITCH_NI2;
        case IsdnSwitch::dms100:
            return PRI_SWITCH_DMS100;
        case IsdnSwitch::lucent4e:
            return PRI_SWITCH_ATT4ESS;
        case IsdnSwitch::lucent5e:
            return PRI_SWITCH_LUCENT5E;
        case IsdnSwitch::qsig:
            return PRI_SWITCH_QSIG;
    }
    return options.t1 ? PRI_SWITCH_EUROISDN_T1 : PRI_SWITCH_EUROISDN_E1;
}

pri_party_id caller_of(const IsdnCallInfo& info, bool network_side) {
    pri_party_id id{};
    id.number.valid = 1;
    id.number.presentation = PRES_NUMBER_NOT_AVAILABLE;
    if (!info.calling.empty()) {
        const bool international = info.calling.starts_with('+');
        id.number.presentation = (network_side ? PRI_PRES_NETWORK_NUMBER : PRI_PRES_USER_NUMBER_UNSCREENED) |
                                 (info.restricted ? PRI_PRES_RESTRICTED : PRI_PRES_ALLOWED);
        id.number.plan = international ? PRI_INTERNATIONAL_ISDN : PRI_UNKNOWN;
        copy_text(id.number.str, international ? info.calling.substr(1) : info.calling);
    }
    if (!info.calling_name.empty()) {
        id.name.valid = 1;
        id.name.presentation = id.number.presentation & PRI_PRES_RESTRICTION;
        id.name.char_set = PRI_CHAR_SET_ISO8859_1;
        copy_text(id.name.str, info.calling_name);
    }
    return id;
}

std::string number_of(const char* digits, int plan) {
    const bool international = *digits != 0 && (plan & 0x70) == (PRI_TON_INTERNATIONAL << 4);
    return (international ? "+" : "") + base::printable(digits);
}

IsdnEvent setup_event(const pri_event_ring& ring) {
    IsdnEvent event{
        .kind = IsdnEvent::Kind::setup, .record = ring.call, .channel = position_of(ring.channel)};
    event.exclusive = ring.flexible == 0;
    event.info.complete = ring.complete != 0;
    event.info.called = number_of(ring.callednum, ring.calledplan);
    if (ring.calling.number.valid) {
        event.info.calling = number_of(ring.calling.number.str, ring.calling.number.plan);
        event.info.restricted =
            (ring.calling.number.presentation & PRI_PRES_RESTRICTION) == PRI_PRES_RESTRICTED;
    }
    event.info.screening = ring.calling.number.presentation & PRI_PRES_NUMBER_TYPE;
    event.info.redirecting = number_of(ring.redirectingnum, ring.callingplanrdnis);
    if (!event.info.redirecting.empty()) event.info.redirect_reason = ring.redirectingreason;
    event.info.user_to_user = base::printable(text_of(ring.useruserinfo));
    if (ring.calling.name.valid) event.info.calling_name = base::printable(text_of(ring.calling.name.str));
    return event;
}

/// Who the answer says it is.
std::string connected_number(const pri_subcommands* commands) {
    for (int i = 0; commands != nullptr && i < std::min(commands->counter_subcmd, PRI_MAX_SUBCOMMANDS); ++i) {
        const auto& command = commands->subcmd[i];
        if (command.cmd != PRI_SUBCMD_CONNECTED_LINE || command.u.connected_line.id.number.valid == 0)
            continue;
        const auto& number = command.u.connected_line.id.number;
        return number_of(number.str, number.plan);
    }
    return {};
}

IsdnEvent hangup_event(IsdnEvent::Kind kind, const pri_event_hangup& hangup) {
    return {.kind = kind,
            .record = hangup.call,
            .channel = position_of(hangup.channel),
            .cause = hangup.cause > 0 && hangup.cause < 128 ? hangup.cause : PRI_CAUSE_NORMAL_UNSPECIFIED};
}

std::optional<IsdnEvent> translate(const pri_event& event) {
    using Kind = IsdnEvent::Kind;
    switch (event.e) {
        case PRI_EVENT_DCHAN_UP:
            return IsdnEvent{.kind = Kind::up};
        case PRI_EVENT_DCHAN_DOWN:
            return IsdnEvent{.kind = Kind::down};
        case PRI_EVENT_RING:
            return setup_event(event.ring);
        case PRI_EVENT_SETUP_ACK:
            return IsdnEvent{.kind = Kind::setup_ack,
                             .record = event.setup_ack.call,
                             .channel = position_of(event.setup_ack.channel),
                             .inband = is_inband(event.setup_ack.progressmask)};
        case PRI_EVENT_INFO_RECEIVED:
            return IsdnEvent{.kind = Kind::more_called,
                             .record = event.ring.call,
                             .info = {.called = base::printable(text_of(event.ring.callednum)),
                                      .complete = event.ring.complete != 0}};
        case PRI_EVENT_PROCEEDING:
        case PRI_EVENT_PROGRESS:
            return IsdnEvent{.kind = Kind::proceeding,
                             .record = event.proceeding.call,
                             .channel = position_of(event.proceeding.channel),
                             .inband = is_inband(event.proceeding.progressmask)};
        case PRI_EVENT_RINGING:
            return IsdnEvent{.kind = Kind::alerting,
                             .record = event.ringing.call,
                             .channel = position_of(event.ringing.channel),
                             .inband = is_inband(event.ringing.progressmask)};
        case PRI_EVENT_ANSWER:
            return IsdnEvent{.kind = Kind::answer,
                             .record = event.answer.call,
                             .channel = position_of(event.answer.channel),
                             .info = {.connected = connected_number(event.answer.subcmds)}};
        case PRI_EVENT_HANGUP_REQ:
            return hangup_event(Kind::disconnect, event.hangup);
        case PRI_EVENT_HANGUP:
            return hangup_event(Kind::released, event.hangup);
        case PRI_EVENT_HANGUP_ACK:
            return hangup_event(Kind::cleared, event.hangup);
        case PRI_EVENT_RESTART:
            return IsdnEvent{.kind = Kind::restart, .channel = position_of(event.restart.channel)};
        default:
            return service_news(event);
    }
}

}  // namespace

std::optional<unsigned> position_of(int encoded) {
    const auto timeslot = channel_of(encoded);
    if (!timeslot || *timeslot == 0) return timeslot;
    return *timeslot | (static_cast<unsigned>(encoded) & 0xff00U);
}

IsdnLink::IsdnLink(hardware::DChannel& d_channel, const IsdnNetwork::Options& options, Handler handler,
                   bool nfas, IsdnLink* primary)
    : d_channel_(d_channel),
      network_side_(options.network_side),
      t1_(options.t1),
      nfas_(nfas),
      handler_(std::move(handler)),
      timer_(::timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC)),
      transfers_(primary != nullptr ? primary->transfers_ : std::make_shared<TransferFrames>()) {
    if (!timer_) throw std::system_error(errno, std::generic_category(), "timerfd for the ISDN network");
    {
        const LibpriGuard guard(label);
        pri_set_message(log_text);
        pri_set_error(log_text);
        controller_ = pri_new_cb(-1, network_side_ ? PRI_NETWORK : PRI_CPE, switch_number(options),
                                 read_frame, write_frame, this);
        if (controller_ != nullptr) {
            pri_facility_enable(controller_);
            pri_hangup_fix_enable(controller_, 1);
            pri_hold_enable(controller_, 1);
            pri_transfer_enable(controller_, 1);
            pri_mcid_enable(controller_, 1);
            if (options.overlap) pri_set_overlapdial(controller_, 1);
            for (auto [name, value] : options.timers) {
                if (const int index = pri_timer2idx(name.data()); index >= 0)
                    pri_set_timer(controller_, index, value);
            }
            if (primary != nullptr) pri_enslave(primary->controller_, controller_);
        }
    }
    if (controller_ == nullptr) throw std::runtime_error("libpri has no memory for the ISDN network");
    ignore_restarts_ = options.ignore_restarts;
    ignore_restart_answers_ = options.ignore_restart_answers;
    transfers_->set(options.transfers);
    arm_timer();
}

IsdnLink::~IsdnLink() {
    retire(controller_);
}

int IsdnLink::read_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<IsdnLink*>(pri_get_userdata(controller));
    if (self == nullptr || self->failed_ || size <= 0) return 0;
    const auto length =
        self->d_channel_.read(std::span(static_cast<std::uint8_t*>(buffer), static_cast<std::size_t>(size)));
    if (!length) {
        self->failed_ = true;
        base::log::warning("farend", "{}: {}", std::string(label), length.error().message);
        return 0;
    }
    self->frame_seen_ = *length > 0;
    auto* const octets = static_cast<std::uint8_t*>(buffer);
    const std::span frame(octets, std::min(*length, static_cast<std::size_t>(size)));
    if ((self->ignore_restarts_ && is_message(frame, restart_message)) ||
        (self->ignore_restart_answers_ && is_message(frame, restart_answer)) ||
        !self->transfers_->take(frame))
        octets[discriminator_at] = 0;  // Q.921 still has to count the frame
    return static_cast<int>(std::min(*length, static_cast<std::size_t>(size)));
}

int IsdnLink::write_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<IsdnLink*>(pri_get_userdata(controller));
    if (self == nullptr || size <= 0) return size;
    const std::span frame(static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(size));
    if (const auto written = self->d_channel_.write(self->transfers_->outgoing(frame)); !written) {
        base::log::debug("farend", "{}: {}", std::string(label), written.error().message);
    }
    return size;  // Q.921 repeats what is lost
}

void IsdnLink::run() {
    std::uint64_t expirations = 0;
    [[maybe_unused]] const auto drained = ::read(timer_.get(), &expirations, sizeof expirations);
    const auto handle = [this](const pri_event* event) {
        if (event == nullptr) return;
        if (const auto translated = translate(*event)) handler_(*translated);
    };
    for (int i = 0; i < most_frames; ++i) {
        frame_seen_ = false;
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(label);
            event = pri_check_event(controller_);
        }
        handle(event);
        for (const auto& request : transfers_->take_requests())
            handler_({.kind = IsdnEvent::Kind::news, .request = request});
        if (!frame_seen_) break;
    }
    for (;;) {
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(label);
            event = pri_schedule_run(controller_);
        }
        if (event == nullptr) break;
        handle(event);
    }
    arm_timer();
}

void IsdnLink::arm_timer() {
    itimerspec when{};
    {
        const LibpriGuard guard(label);
        if (const timeval* next = pri_schedule_next(controller_)) {
            // 1 us, so that "now" does not disarm it.
            const auto us = std::max<std::int64_t>(1, time_until(*next).count());
            when.it_value.tv_sec = us / 1'000'000;
            when.it_value.tv_nsec = us % 1'000'000 * 1000;
        }
    }
    ::timerfd_settime(timer_.get(), 0, &when, nullptr);
}

q931_call* IsdnLink::setup(const IsdnCallInfo& info, bool exclusive) {
    const bool international = info.called.starts_with('+');
    auto called = international ? info.called.substr(1) : info.called;
    if (called.empty()) return nullptr;
    const auto caller = caller_of(info, network_side_);
    q931_call* record = nullptr;
    {
        const LibpriGuard guard(label);
        record = pri_new_call(controller_);
        pri_sr* request = record != nullptr ? pri_sr_new() : nullptr;
        if (request == nullptr) return nullptr;
        pri_sr_set_channel(request, wire(info.channel), exclusive ? 1 : 0, 0);
        pri_sr_set_bearer(request, PRI_TRANS_CAP_3_1K_AUDIO, t1_ ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW);
        pri_sr_set_called(request, called.data(), international ? PRI_INTERNATIONAL_ISDN : PRI_UNKNOWN,
                          info.complete ? 1 : 0);
        pri_sr_set_caller_party(request, &caller);
        auto redirecting = info.redirecting;
        if (!redirecting.empty())
            pri_sr_set_redirecting(request, redirecting.data(), PRI_UNKNOWN,
                                   PRES_ALLOWED_USER_NUMBER_NOT_SCREENED, info.redirect_reason);
        if (!info.user_to_user.empty()) pri_sr_set_useruser(request, info.user_to_user.c_str());
        if (pri_setup(controller_, record, request) != 0) {
            pri_destroycall(controller_, record);
            record = nullptr;
        }
        pri_sr_free(request);
    }
    arm_timer();
    return record;
}

int IsdnLink::wire(unsigned channel) const {
    constexpr unsigned explicit_interface = 1U << 16U;
    return static_cast<int>(nfas_ && channel != 0 ? channel | explicit_interface : channel);
}

void IsdnLink::proceeding(q931_call* record, unsigned channel) {
    {
        const LibpriGuard guard(label);
        pri_proceeding(controller_, record, wire(channel), 0);
    }
    arm_timer();
}

void IsdnLink::setup_ack(q931_call* record, unsigned channel) {
    {
        const LibpriGuard guard(label);
        pri_setup_ack(controller_, record, wire(channel), 0, 1);
    }
    arm_timer();
}

void IsdnLink::information(q931_call* record, char digit) {
    {
        const LibpriGuard guard(label);
        pri_information(controller_, record, digit);
    }
    arm_timer();
}

void IsdnLink::alert(q931_call* record) {
    {
        const LibpriGuard guard(label);
        pri_acknowledge(controller_, record, 0, 0);
    }
    arm_timer();
}

void IsdnLink::connect_as(q931_call* record, const std::string& number) {
    const pri_party_connected_line connected{
        .id = caller_of({.called = {}, .calling = number, .calling_name = {}}, network_side_)};
    const LibpriGuard guard(label);
    pri_connected_line_update(controller_, record, &connected);
}

void IsdnLink::answer(q931_call* record) {
    {
        const LibpriGuard guard(label);
        pri_answer(controller_, record, 0, 0);
    }
    arm_timer();
}

bool IsdnLink::hang_up(q931_call* record, int cause) {
    bool gone = false;
    {
        const LibpriGuard guard(label);
        pri_hangup(controller_, record, cause);
        int mode = 0;
        gone = pri_get_crv(controller_, record, &mode) < 0;
    }
    arm_timer();
    return gone;
}

void IsdnLink::destroy(q931_call* record) {
    const LibpriGuard guard(label);
    pri_destroycall(controller_, record);
}

void IsdnLink::restart(unsigned channel) {
    {
        const LibpriGuard guard(label);
        pri_reset(controller_, wire(channel));
    }
    arm_timer();
}

}  // namespace tipring::farend
