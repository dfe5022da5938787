#include "pri_link.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <utility>
#include <vector>

extern "C" {
#include <libpri.h>
}

#include "bearer_position.hpp"
#include "data_links.hpp"
#include "message_edits.hpp"
#include "pri_party.hpp"
#include "pri_supplementary.hpp"
#include "q931_message.hpp"
#include "q931_peek.hpp"
#include "service_commands.hpp"
#include "supplementary_events.hpp"
#include "tipring/base/libpri_guard.hpp"
#include "tipring/base/libpri_words.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

using base::LibpriGuard;
using namespace base::libpri;

constexpr unsigned frames_per_wake =
    256;  // a flood of frames must not starve the other work of the core thread
constexpr std::uint8_t ignored_discriminator = 0x00;  // Q.931 5.8.1: no protocol of ours
constexpr std::size_t fcs_octets = 2;
constexpr int signalling_only_bit = 1 << 17;
constexpr unsigned explicit_interface = 1U << 16U;

void log_text(pri*, char* text) {
    const auto line = base::trim(text);
    if (!line.empty())
        base::log::debug("isdn", "{} libpri: {}", std::string(LibpriGuard::label()), base::printable(line));
}

/// Change status element (AT&T TR 41459 10.3.2).
constexpr int service_in = 0, service_out = 2;

int switch_number(config::SwitchType type, bool t1) {
    switch (type) {
        case config::SwitchType::euroisdn:
            return t1 ? PRI_SWITCH_EUROISDN_T1 : PRI_SWITCH_EUROISDN_E1;
        case config::SwitchType::national:
            return PRI_SWITCH_NI2;
        case config::SwitchType::dms100:
            return PRI_SWITCH_DMS100;
        case config::SwitchType::lucent4e:
            return PRI_SWITCH_ATT4ESS;
        case config::SwitchType::lucent5e:
            return PRI_SWITCH_LUCENT5E;
        case config::SwitchType::qsig:
            return PRI_SWITCH_QSIG;
    }
    return PRI_SWITCH_EUROISDN_E1;
}

/// The call reference value, 15 bits; 0: the call is gone.
std::uint16_t reference_of(pri* controller, q931_call* call) {
    int low_bits = 0;  // libpri tells them apart
    const int high_bits = pri_get_crv(controller, call, &low_bits);
    return high_bits < 0 ? 0 : static_cast<std::uint16_t>((high_bits << 3 | low_bits) & 0x7fff);
}

std::uint8_t cause_of(int value) {
    return value > 0 && value < 128 ? static_cast<std::uint8_t>(value) : 0;
}

/// Causes that libpri turns into messages of the clearing protocol itself (RELEASE without DISCONNECT,
/// RELEASE COMPLETE at any time). They describe this call reference or channel, so one that comes from
/// another leg means nothing here.
std::uint8_t clearing_cause(std::uint8_t cause) {
    switch (cause) {
        case 0:
        case PRI_CAUSE_CHANNEL_UNACCEPTABLE:
        case PRI_CAUSE_CALL_AWARDED_DELIVERED:
        case PRI_CAUSE_NONSELECTED_USER_CLEARING:
        case PRI_CAUSE_INVALID_CALL_REFERENCE:
            return PRI_CAUSE_NORMAL_UNSPECIFIED;
        default:
            return cause;
    }
}

}  // namespace

bool has_service_messages(config::SwitchType type) {
    using config::SwitchType;
    return type == SwitchType::national || type == SwitchType::dms100 || type == SwitchType::lucent4e ||
           type == SwitchType::lucent5e;
}

struct PriLink::Impl {
    Impl(base::Reactor& reactor_, hardware::DChannel& channel, LinkOptions options_, Handler handler_)
        : reactor(reactor_),
          d_channel(channel),
          options(std::move(options_)),
          handler(std::move(handler_)),
          timer(reactor),
          move_timer(reactor) {}

    base::Reactor& reactor;
    hardware::DChannel& d_channel;
    LinkOptions options;
    Handler handler;
    pri* controller = nullptr;
    base::Timer timer;
    std::unique_ptr<base::Watch> watch;
    bool frame_seen = false;
    bool link_up = false;
    bool sabme_seen = false;  // of the frame being handled
    bool stopped = false;
    bool dead = false;  ///< the descriptor is; with another D-channel libpri finds out by Q.921
    std::string read_error;
    std::uint64_t write_errors = 0;
    // of the frame being handled
    std::optional<call::Location> location;
    bool inband_now = false;
    call::UserToUser user_to_user;
    MessageEdits edits;
    // When the frame being handled is a maintenance message: SERVICE, or the answer to it.
    std::optional<LinkEventKind> maintenance;
    std::vector<q931_call*> records;    // handed out; checked before use, because libpri may have freed them
    std::set<const q931_call*> placed;  // those of them that began with our SETUP

    // Two D-channels: the first knows what is common to both.
    Impl* first = this;
    std::unique_ptr<Impl> backup;
    DataLinks links;
    std::map<const q931_call*, Impl*> carriers;        // where a call was seen last
    std::deque<std::vector<std::uint8_t>> own_frames;  // for libpri, before those of the D-channel
    base::Timer move_timer;

    static int read_frame(pri* controller, void* buffer, int size);
    static int write_frame(pri* controller, void* buffer, int size);
    bool read_own_frame(std::span<std::uint8_t> buffer, int& length);
    void open(bool is_backup);
    Impl& link(std::size_t which) { return which == 0 ? *first : *first->backup; }
    Impl& active() { return link(first->links.active().value_or(0)); }
    /// The controller that has the call, so that libpri's timers of a call are all of one.
    pri* carrier(const q931_call* call);
    void on_data_link(DataLinks::Change change, const LinkEvent& event);
    void move_calls();
    /// Hides the one of libpri_words.hpp, which knows no interface.
    std::optional<unsigned> channel_of(int encoded) const;
    int wire(unsigned position) const;
    void record(FrameDirection direction, std::span<const std::uint8_t> frame) const;
    void create();
    void pump();
    void forget_frame() {
        location.reset();
        inband_now = false;
        user_to_user = {};
        maintenance.reset();
        sabme_seen = false;
    }
    void run_timers();
    void rearm();
    void rearm_all() {
        first->rearm();
        if (first->backup) first->backup->rearm();
    }
    void apply_timers();
    void deliver(const pri_event& event, bool by_timer = false);
    void tell(LinkEvent& event, bool by_timer);
    void deliver_failure();
    std::optional<LinkEvent> translate(const pri_event& event) const;
    LinkEvent setup_event(const pri_event_ring& ring) const;

    /// One call into libpri, under the lock, and its timers looked at again afterwards.
    template <class Call>
    auto enter(Call&& call) {
        if constexpr (std::is_void_v<decltype(call())>) {
            {
                const LibpriGuard guard(options.label);
                call();
            }
            rearm_all();
        } else {
            auto result = [&] {
                const LibpriGuard guard(options.label);
                return call();
            }();
            rearm_all();
            return result;
        }
    }
};

int PriLink::Impl::read_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<Impl*>(pri_get_userdata(controller));
    if (self == nullptr || self->stopped || size <= 0) return 0;
    const std::span frame(static_cast<std::uint8_t*>(buffer), static_cast<std::size_t>(size));
    if (int own = 0; self->read_own_frame(frame, own)) return own;
    if (self->dead) return 0;
    const auto length = self->d_channel.read(frame);
    if (!length) {
        self->read_error = length.error().message;
        return 0;
    }
    if (*length == 0 || *length > frame.size()) return 0;
    self->frame_seen = true;
    const auto received = frame.first(*length);
    self->record(FrameDirection::received, received);
    self->first->edits.note_received(received);
    self->sabme_seen = is_establishment(received);
    const auto maintenance = maintenance_of(received);
    if (maintenance == Maintenance::service) self->maintenance = LinkEventKind::service;
    if (maintenance == Maintenance::answer) self->maintenance = LinkEventKind::service_ack;
    if (!has_service_messages(self->options.switch_type) && is_unasked_maintenance(received))
        received[4] = ignored_discriminator;  // Q.921 still must count it
    self->location = cause_location(received);
    self->inband_now = has_inband_information(received);
    self->user_to_user = isdn::user_to_user(received);
    return static_cast<int>(*length);
}

int PriLink::Impl::write_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<Impl*>(pri_get_userdata(controller));
    if (self == nullptr || self->stopped || size <= 0) return size;
    const std::span frame(static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(size));
    const auto edited = self->first->edits.apply(frame);
    const auto sent = edited.empty() ? frame : std::span<const std::uint8_t>(edited);
    self->record(FrameDirection::sent, sent);
    const auto written = self->d_channel.write(sent);
    // Q.921 repeats what is lost; a line that stays dead shows as the loss of the data link.
    if (!written && self->write_errors++ == 0) {
        base::log::warning("isdn", "{} cannot write a frame: {}", self->options.label,
                           written.error().message);
    }
    return size;
}

/// Before anything is changed in it: a trace shows what was on the wire.
void PriLink::Impl::record(FrameDirection direction, std::span<const std::uint8_t> frame) const {
    if (options.trace == nullptr || frame.size() <= fcs_octets) return;
    options.trace->record(direction, frame.first(frame.size() - fcs_octets));
}

void PriLink::Impl::create() {
    enter([this] {
        pri_set_message(log_text);
        pri_set_error(log_text);
        controller =
            pri_new_cb(-1, options.network_side ? PRI_NETWORK : PRI_CPE,
                       switch_number(options.switch_type, options.t1), read_frame, write_frame, this);
        if (controller == nullptr) return;
        pri_facility_enable(controller);
        enable_supplementary(controller, options);
        pri_hangup_fix_enable(controller, 1);
        if (options.overlap_sending) pri_set_overlapdial(controller, 1);
        apply_timers();
        if (has_service_messages(options.switch_type)) pri_set_service_message_support(controller, 1);
        if (options.switch_type == config::SwitchType::qsig) return;  // names travel as facilities there
        // Q.931 4.5.16: the Display element goes from the network to the user only.
        const bool euroisdn_user =
            !options.network_side && options.switch_type == config::SwitchType::euroisdn;
        pri_display_options_send(controller,
                                 euroisdn_user ? PRI_DISPLAY_OPTION_BLOCK : PRI_DISPLAY_OPTION_NAME_INITIAL);
        pri_display_options_receive(controller, PRI_DISPLAY_OPTION_NAME_INITIAL);
    });
}

void PriLink::Impl::apply_timers() {
    pri_set_timer(controller, PRI_TIMER_T309, static_cast<int>(options.t309.count()));
    // RESTART is supervised by RestartProcedure, which tells whoever waits for the channel.
    pri_set_timer(controller, PRI_TIMER_T316, 0);
    for (const auto& [name, value] : options.timers) {
        const int index = pri_timer2idx(name.c_str());
        if (index >= 0 && index != PRI_TIMER_T316) pri_set_timer(controller, index, static_cast<int>(value));
    }
}

void PriLink::Impl::rearm() {
    if (controller == nullptr || stopped) return;
    timeval next{};
    {
        const LibpriGuard guard(options.label);
        const timeval* due = pri_schedule_next(controller);
        if (due == nullptr) {
            timer.stop();
            return;
        }
        next = *due;
    }
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(time_until(next));
    timer.start(delay, [this] { run_timers(); });
}

void PriLink::Impl::run_timers() {
    while (!stopped) {
        forget_frame();
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(options.label);
            event = pri_schedule_run(controller);
        }
        if (event == nullptr) break;
        deliver(*event, true);
    }
    rearm_all();
}

void PriLink::Impl::pump() {
    for (unsigned count = 0; count < frames_per_wake && !stopped; ++count) {
        frame_seen = false;
        forget_frame();
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(options.label);
            event = pri_check_event(controller);
        }
        const bool was_up = link_up;
        if (event != nullptr) deliver(*event);
        if (sabme_seen && was_up && link_up && !stopped) handler({.kind = LinkEventKind::reset});
        if (!frame_seen) break;
    }
    rearm_all();
    if (!read_error.empty() && !stopped) deliver_failure();
}

void PriLink::Impl::deliver(const pri_event& event, bool by_timer) {
    // The controller's event is overwritten by the next call into libpri, so the handler gets a copy of what
    // matters.
    if (event.e == PRI_EVENT_RING) {
        first->records.push_back(event.ring.call);
        first->placed.erase(event.ring.call);  // a freed record's memory
    }
    const auto services = service_commands(event);
    auto translated = translate(event);
    const bool setup = event.e == PRI_EVENT_RING;
    if (translated && setup) tell(*translated, by_timer);
    for (const auto& service : services)
        handler(service);  // of a call that may end with the event
    if (translated && !setup) tell(*translated, by_timer);
}

void PriLink::Impl::tell(LinkEvent& event, bool by_timer) {
    if (event.call != nullptr) first->carriers[event.call] = this;
    const bool lost_link =
        event.kind == LinkEventKind::released && event.cause == call::q850::destination_out_of_order;
    event.unanswered = by_timer && (event.kind == LinkEventKind::cleared || lost_link);
    const bool up = event.kind == LinkEventKind::up;
    if (!up && event.kind != LinkEventKind::down) return handler(event);
    if (std::exchange(link_up, up) && up) return handler({.kind = LinkEventKind::reset});
    first->on_data_link(first->links.set_up(this == first ? 0 : 1, up), event);
}

void PriLink::Impl::deliver_failure() {
    base::log::error("isdn", "{} the D-channel cannot be read any more: {}", options.label, read_error);
    const LinkEvent event{.kind = LinkEventKind::failed, .reason = std::exchange(read_error, {})};
    dead = true;
    watch.reset();
    if (!first->backup) {
        stopped = true;
        timer.stop();
    }
    first->on_data_link(first->links.fail(this == first ? 0 : 1), event);
}

// --- two D-channels ---

bool PriLink::Impl::read_own_frame(std::span<std::uint8_t> buffer, int& length) {
    if (own_frames.empty()) return false;
    const auto frame = std::move(own_frames.front());
    own_frames.pop_front();
    const auto octets = std::min(frame.size(), buffer.size());
    std::copy_n(frame.begin(), octets, buffer.begin());
    frame_seen = true;
    length = static_cast<int>(octets);
    return true;
}

void PriLink::Impl::open(bool is_backup) {
    create();
    if (controller == nullptr) throw std::runtime_error(options.label + ": libpri has no memory");
    if (is_backup) {
        const LibpriGuard guard(options.label);
        pri_enslave(first->controller, controller);
    }
    watch = std::make_unique<base::Watch>(reactor, d_channel.descriptor(), [this] { pump(); });
    rearm();
}

pri* PriLink::Impl::carrier(const q931_call* call) {
    const auto found = carriers.find(call);
    return found != carriers.end() ? found->second->controller : controller;
}

void PriLink::Impl::on_data_link(DataLinks::Change change, const LinkEvent& event) {
    using Change = DataLinks::Change;
    // libpri clears those that are not answered, by timers that are due now.
    if (backup && !stopped) move_timer.start(std::chrono::milliseconds(0), [this] { move_calls(); });
    switch (change) {
        case Change::none:
            return;
        case Change::up:
            return handler({.kind = LinkEventKind::up});
        case Change::down:
            return handler({.kind = LinkEventKind::down});
        case Change::switched:
            return handler({.kind = LinkEventKind::switched});
        case Change::failed:
            return handler(event);
    }
}

/// libpri sends the messages of a call on the D-channel that had its last one, and has no function to change that: only
/// a message from the other end does. So libpri is handed a STATUS ENQUIRY as if it had come on the D-channel that is in
/// use now. Its answer, STATUS, is what Q.931 5.8.8 wants to be said of a call after its data link was lost, and shows
/// the other end where the call is.
void PriLink::Impl::move_calls() {
    if (stopped) return;
    run_timers();
    backup->run_timers();
    const auto in_use = links.active();
    if (stopped || !in_use) return;
    auto& target = link(*in_use);
    for (auto* const call : std::vector(records)) {
        const auto carried = carriers.find(call);
        if (carried == carriers.end() || links.up(carried->second == this ? 0 : 1)) continue;
        std::uint16_t reference = 0;
        {
            const LibpriGuard guard(options.label);
            reference = reference_of(controller, call);
        }
        if (reference == 0) continue;
        target.own_frames.push_back(q931::received_status_enquiry(reference, placed.contains(call)));
        carried->second = &target;
    }
    if (!target.own_frames.empty()) target.pump();
}

std::optional<unsigned> PriLink::Impl::channel_of(int encoded) const {
    const auto timeslot = base::libpri::channel_of(encoded);
    if (!timeslot || *timeslot == 0 || !options.nfas) return timeslot;
    const auto named = static_cast<unsigned>(encoded) >> 8U & 0xffU;
    const bool is_explicit = (static_cast<unsigned>(encoded) & explicit_interface) != 0;
    return bearer_position(is_explicit || named != 0 ? named : options.interface, *timeslot);
}

int PriLink::Impl::wire(unsigned position) const {
    return static_cast<int>(options.nfas && position != 0 ? position | explicit_interface : position);
}

LinkEvent PriLink::Impl::setup_event(const pri_event_ring& ring) const {
    LinkEvent event{.kind = LinkEventKind::setup, .call = ring.call, .channel = channel_of(ring.channel)};
    event.exclusive = ring.flexible == 0;
    event.inband = is_inband(ring.progressmask);
    event.caller = party_of(ring.calling, options.numbers, options.network_side);
    event.called_wire = typed_number(number_digits(text_of(ring.callednum)), ring.calledplan);
    if (event.called_wire.digits.empty())
        event.called_wire.digits = number_digits(text_of(ring.keypad_digits));
    event.called = routing::received_number(options.numbers, event.called_wire);
    event.complete = ring.complete != 0;
    event.diversions = diversions_of(ring.subcmds, options.numbers);
    event.user_to_user = user_to_user;
    event.audio = ring.ctype == PRI_TRANS_CAP_SPEECH || ring.ctype == PRI_TRANS_CAP_3_1K_AUDIO;
    event.signalling_only = ring.channel >= 0 && (ring.channel & signalling_only_bit) != 0;
    return event;
}

std::optional<LinkEvent> PriLink::Impl::translate(const pri_event& event) const {
    const auto progress = [&](LinkEventKind kind) {
        return LinkEvent{.kind = kind,
                         .call = event.proceeding.call,
                         .channel = channel_of(event.proceeding.channel),
                         .inband = is_inband(event.proceeding.progressmask)};
    };
    const auto hangup = [&](LinkEventKind kind) {
        return LinkEvent{.kind = kind,
                         .call = event.hangup.call,
                         .channel = channel_of(event.hangup.channel),
                         .inband = kind == LinkEventKind::disconnect && inband_now,
                         .cause = cause_of(event.hangup.cause),
                         .location = location};
    };
    const auto service = [this](LinkEventKind kind, int channel, bool in) {
        return LinkEvent{.kind = kind, .channel = channel_of(channel), .in_service = in};
    };
    switch (event.e) {
        case PRI_EVENT_DCHAN_UP:
        case PRI_EVENT_DCHAN_DOWN:
            // libpri says so of a SERVICE message for the whole interface, too; the data link has not changed.
            if (maintenance) return service(*maintenance, -1, event.e == PRI_EVENT_DCHAN_UP);
            return LinkEvent{.kind = event.e == PRI_EVENT_DCHAN_UP ? LinkEventKind::up : LinkEventKind::down};
        case PRI_EVENT_SERVICE:
            return service(LinkEventKind::service, event.service.channel,
                           event.service.changestatus == service_in);
        case PRI_EVENT_SERVICE_ACK:
            return service(LinkEventKind::service_ack, event.service_ack.channel,
                           event.service_ack.changestatus == service_in);
        case PRI_EVENT_RING:
            return setup_event(event.ring);
        case PRI_EVENT_PROCEEDING:
            return progress(LinkEventKind::proceeding);
        case PRI_EVENT_PROGRESS:
            return progress(LinkEventKind::progress);
        case PRI_EVENT_SETUP_ACK:
            return LinkEvent{.kind = LinkEventKind::setup_ack,
                             .call = event.setup_ack.call,
                             .channel = channel_of(event.setup_ack.channel),
                             .inband = is_inband(event.setup_ack.progressmask)};
        case PRI_EVENT_RINGING:
            return LinkEvent{.kind = LinkEventKind::alerting,
                             .call = event.ringing.call,
                             .channel = channel_of(event.ringing.channel),
                             .inband = is_inband(event.ringing.progressmask)};
        case PRI_EVENT_ANSWER:
            return LinkEvent{
                .kind = LinkEventKind::answer,
                .call = event.answer.call,
                .channel = channel_of(event.answer.channel),
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
            return LinkEvent{.kind = LinkEventKind::restart, .channel = channel_of(event.restart.channel)};
        case PRI_EVENT_RESTART_ACK:
            return LinkEvent{.kind = LinkEventKind::restart_ack,
                             .channel = channel_of(event.restartack.channel)};
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
            if (auto service_event = supplementary_event(event)) return service_event;
            base::log::debug("isdn", "{} unused event {}", options.label, event.e);
            return std::nullopt;
    }
}

PriLink::PriLink(base::Reactor& reactor, hardware::DChannel& d_channel, LinkOptions options, Handler handler)
    : impl_(std::make_unique<Impl>(reactor, d_channel, std::move(options), std::move(handler))) {
    impl_->open(false);
}

void PriLink::add_backup(hardware::DChannel& d_channel, unsigned interface) {
    auto options = impl_->options;
    options.interface = interface;
    options.label += " backup";
    auto backup = std::make_unique<Impl>(impl_->reactor, d_channel, std::move(options), impl_->handler);
    backup->first = impl_.get();
    impl_->links.add();
    impl_->backup = std::move(backup);
    impl_->backup->open(true);
}

std::vector<DataLinkView> PriLink::data_links() const {
    std::vector<DataLinkView> views;
    const auto& links = impl_->links;
    for (std::size_t i = 0; i < links.count(); ++i) {
        views.push_back({.interface = impl_->link(i).options.interface,
                         .up = links.up(i),
                         .active = links.active() == i,
                         .failed = links.failed(i)});
    }
    return views;
}

PriLink::~PriLink() {
    stop();
    retire(impl_->controller);
    if (impl_->backup) retire(impl_->backup->controller);
}

q931_call* PriLink::setup(const OutgoingSetup& request) {
    const auto& numbers = impl_->options.numbers;
    const auto called = routing::sent_number(numbers, routing::NumberRole::called, request.called);
    auto digits = number_digits(called.digits);
    if (digits.empty() || impl_->stopped) return nullptr;
    const auto caller = party_to_libpri(request.caller, numbers, impl_->options.network_side);
    const auto redirecting = diversions_to_libpri(request.diversions, numbers, impl_->options.network_side);
    auto& carrier = impl_->active();
    auto* const controller = carrier.controller;
    return impl_->enter([&]() -> q931_call* {
        q931_call* call = pri_new_call(controller);
        pri_sr* record = call != nullptr ? pri_sr_new() : nullptr;
        if (record == nullptr) return nullptr;
        pri_sr_set_channel(record, impl_->wire(request.channel), request.exclusive ? 1 : 0, 0);
        pri_sr_set_bearer(record, PRI_TRANS_CAP_3_1K_AUDIO,
                          impl_->options.t1 ? PRI_LAYER_1_ULAW : PRI_LAYER_1_ALAW);
        pri_sr_set_called(record, digits.data(), plan_octet(called), request.complete ? 1 : 0);
        pri_sr_set_caller_party(record, &caller);
        if (!request.diversions.empty()) pri_sr_set_redirecting_parties(record, &redirecting);
        impl_->edits.add_setup(reference_of(controller, call), request.user_to_user);
        const int failed = pri_setup(controller, call, record);
        pri_sr_free(record);
        if (failed == 0) {
            impl_->records.push_back(call);
            impl_->placed.insert(call);
            impl_->carriers[call] = &carrier;
            return call;
        }
        pri_destroycall(controller, call);
        return nullptr;
    });
}

void PriLink::proceeding(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_proceeding(impl_->carrier(call), call, impl_->wire(channel), 0); });
}

void PriLink::setup_ack(q931_call* call, unsigned channel, bool inband) {
    impl_->enter([&] { pri_setup_ack(impl_->carrier(call), call, impl_->wire(channel), 0, inband ? 1 : 0); });
}

void PriLink::information(q931_call* call, char digit) {
    impl_->enter([&] { pri_information(impl_->carrier(call), call, digit); });
}

void PriLink::connected(q931_call* call, const call::Party& party) {
    const pri_party_connected_line connected{
        .id = party_to_libpri(party, impl_->options.numbers, impl_->options.network_side)};
    impl_->enter([&] { pri_connected_line_update(impl_->carrier(call), call, &connected); });
}

void PriLink::alerting(q931_call* call, unsigned channel, bool inband) {
    impl_->enter([&] { pri_acknowledge(impl_->carrier(call), call, impl_->wire(channel), inband ? 1 : 0); });
}

void PriLink::progress(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_progress(impl_->carrier(call), call, impl_->wire(channel), 1); });
}

void PriLink::answer(q931_call* call, unsigned channel) {
    impl_->enter([&] { pri_answer(impl_->carrier(call), call, impl_->wire(channel), 0); });
}

bool PriLink::hangup(q931_call* call, std::uint8_t cause, std::optional<call::Location> location) {
    return impl_->enter([&] {
        if (location)
            impl_->edits.add_clearing(reference_of(impl_->controller, call), impl_->placed.contains(call),
                                      clearing_cause(cause), *location);
        pri_hangup(impl_->carrier(call), call, clearing_cause(cause));
        // The record's validity is checked against libpri's own list, so a freed one is only compared, not
        // touched.
        int mode = 0;
        return pri_get_crv(impl_->controller, call, &mode) < 0;
    });
}

void PriLink::destroy(q931_call* call) {
    impl_->enter([&] { pri_destroycall(impl_->carrier(call), call); });
}

void PriLink::restart(unsigned channel) {
    impl_->enter([&] { pri_reset(impl_->active().controller, impl_->wire(channel)); });
}

void PriLink::service(unsigned channel, bool in_service) {
    if (!has_service_messages(impl_->options.switch_type)) return;
    impl_->enter([&] {
        pri_maintenance_service(impl_->active().controller, static_cast<int>(interface_of(channel)),
                                static_cast<int>(timeslot_of(channel)),
                                in_service ? service_in : service_out);
    });
}

std::vector<const q931_call*> PriLink::records() {
    const LibpriGuard guard(impl_->options.label);
    std::erase_if(impl_->records, [this](q931_call* call) {
        int mode = 0;
        return pri_get_crv(impl_->controller, call, &mode) < 0;
    });
    // A freed record's memory may have become the next call's.
    std::ranges::sort(impl_->records);
    impl_->records.erase(std::unique(impl_->records.begin(), impl_->records.end()), impl_->records.end());
    std::erase_if(impl_->placed, [this](const q931_call* call) {
        return !std::ranges::binary_search(impl_->records, call, std::less<const q931_call*>());
    });
    std::erase_if(impl_->carriers, [this](const auto& carried) {
        return !std::ranges::binary_search(impl_->records, carried.first, std::less<const q931_call*>());
    });
    return {impl_->records.begin(), impl_->records.end()};
}

void PriLink::drop_record(const q931_call* record, std::uint8_t cause) {
    const auto known = std::ranges::find(impl_->records, record);
    if (known == impl_->records.end()) return;
    auto* const call = *known;
    if (!hangup(call, cause)) destroy(call);
}

void PriLink::run(const std::function<void(pri*)>& work) {
    impl_->enter([&] { work(impl_->controller); });
}

void PriLink::poll() {
    if (!impl_->stopped) impl_->pump();
    if (impl_->backup && !impl_->backup->stopped) impl_->backup->pump();
}

void PriLink::stop() {
    for (auto* each : {impl_.get(), impl_->backup.get()}) {
        if (each == nullptr) continue;
        each->stopped = true;
        each->timer.stop();
        each->move_timer.stop();
        each->watch.reset();
    }
}

}  // namespace tipring::isdn
