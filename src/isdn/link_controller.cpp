#include "link_controller.hpp"

#include <algorithm>
#include <stdexcept>
#include <utility>

#include "pri_supplementary.hpp"
#include "q931_peek.hpp"
#include "service_commands.hpp"
#include "tipring/base/libpri_words.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {

namespace {

using base::LibpriGuard;

constexpr unsigned frames_per_wake =
    256;  // a flood of frames must not starve the other work of the core thread
constexpr std::uint8_t ignored_discriminator = 0x00;  // Q.931 5.8.1: no protocol of ours
constexpr std::size_t fcs_octets = 2;

void log_text(pri*, char* text) {
    const auto line = base::trim(text);
    if (!line.empty())
        base::log::debug("isdn", "{} libpri: {}", std::string(LibpriGuard::label()), base::printable(line));
}

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

}  // namespace

LinkController::LinkController(base::Reactor& reactor, hardware::DChannel& d_channel, LinkOptions options,
                               Owner& owner, const LinkController* master)
    : d_channel_(d_channel), options_(std::move(options)), owner_(owner), timer_(reactor) {
    create();
    if (controller_ == nullptr) throw std::runtime_error(options_.label + ": libpri has no memory");
    if (master != nullptr) {
        const LibpriGuard guard(options_.label);
        pri_enslave(master->controller_, controller_);
    }
    watch_ = std::make_unique<base::Watch>(reactor, d_channel.descriptor(), [this] { pump(); });
    rearm();
}

LinkController::~LinkController() {
    if (controller_ != nullptr) base::libpri::retire(controller_);
}

void LinkController::create() {
    const LibpriGuard guard(options_.label);
    pri_set_message(log_text);
    pri_set_error(log_text);
    controller_ = pri_new_cb(-1, options_.network_side ? PRI_NETWORK : PRI_CPE,
                             switch_number(options_.switch_type, options_.t1), read_frame, write_frame, this);
    if (controller_ == nullptr) return;
    pri_facility_enable(controller_);
    enable_supplementary(controller_, options_);
    pri_hangup_fix_enable(controller_, 1);
    if (options_.overlap_sending) pri_set_overlapdial(controller_, 1);
    apply_timers();
    if (has_service_messages(options_.switch_type)) pri_set_service_message_support(controller_, 1);
    if (options_.switch_type == config::SwitchType::qsig) return;  // names travel as facilities there
    // Q.931 4.5.16: the Display element goes from the network to the user only.
    const bool euroisdn_user = !options_.network_side && options_.switch_type == config::SwitchType::euroisdn;
    pri_display_options_send(controller_,
                             euroisdn_user ? PRI_DISPLAY_OPTION_BLOCK : PRI_DISPLAY_OPTION_NAME_INITIAL);
    pri_display_options_receive(controller_, PRI_DISPLAY_OPTION_NAME_INITIAL);
}

void LinkController::apply_timers() {
    pri_set_timer(controller_, PRI_TIMER_T309, static_cast<int>(options_.t309.count()));
    // RESTART is supervised by RestartProcedure, which tells whoever waits for the channel.
    pri_set_timer(controller_, PRI_TIMER_T316, 0);
    for (const auto& [name, value] : options_.timers) {
        const int index = pri_timer2idx(name.c_str());
        if (index >= 0 && index != PRI_TIMER_T316) pri_set_timer(controller_, index, static_cast<int>(value));
    }
}

int LinkController::read_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<LinkController*>(pri_get_userdata(controller));
    if (self == nullptr || self->stopped_ || size <= 0) return 0;
    return self->read({static_cast<std::uint8_t*>(buffer), static_cast<std::size_t>(size)});
}

int LinkController::read(std::span<std::uint8_t> buffer) {
    if (!injected_.empty()) {
        const auto frame = std::move(injected_.front());
        injected_.pop_front();
        const auto octets = std::min(frame.size(), buffer.size());
        std::copy_n(frame.begin(), octets, buffer.begin());
        frame_seen_ = true;
        return static_cast<int>(octets);
    }
    if (dead_) return 0;
    const auto length = d_channel_.read(buffer);
    if (!length) {
        read_error_ = length.error().message;
        return 0;
    }
    if (*length == 0 || *length > buffer.size()) return 0;
    frame_seen_ = true;
    const auto received = buffer.first(*length);
    record(FrameDirection::received, received);
    // libpri would take a message from one although the data link is down, and what is peeked at here is in I-frames.
    if (is_unnumbered_information(received)) return 0;
    owner_.edits().note_received(received);
    const auto maintenance = maintenance_of(received);
    if (!has_service_messages(options_.switch_type) && is_unasked_maintenance(received))
        received[4] = ignored_discriminator;  // Q.921 still must count it
    frame_ = {.location = cause_location(received),
              .inband = has_inband_information(received),
              .establishment = is_establishment(received),
              .user_to_user = user_to_user(received),
              .progress = progress_indicators(received),
              .peer_state = peer_state(received),
              .refusal = refusal(received),
              .of_all_channels = restarts_interface(received),
              .of_interface = named_interface(received, options_.interface)};
    if (maintenance == Maintenance::service) frame_.maintenance = LinkEventKind::service;
    if (maintenance == Maintenance::answer) frame_.maintenance = LinkEventKind::service_ack;
    return static_cast<int>(*length);
}

int LinkController::write_frame(pri* controller, void* buffer, int size) {
    auto* self = static_cast<LinkController*>(pri_get_userdata(controller));
    if (self != nullptr && !self->stopped_ && size > 0)
        self->write({static_cast<const std::uint8_t*>(buffer), static_cast<std::size_t>(size)});
    return size;
}

void LinkController::write(std::span<const std::uint8_t> frame) {
    const auto edited = owner_.edits().apply(frame);
    const auto sent = edited.empty() ? frame : std::span<const std::uint8_t>(edited);
    record(FrameDirection::sent, sent);
    constexpr std::uint8_t unnumbered = 0x03;  // Q.921 3.4
    if (frame.size() > 2 && (frame[2] & unnumbered) != unnumbered) numbered_sent_ = true;
    const auto written = d_channel_.write(sent);
    // Q.921 repeats what is lost; a line that stays dead shows as the loss of the data link.
    if (!written && write_errors_++ == 0) {
        base::log::warning("isdn", "{} cannot write a frame: {}", options_.label, written.error().message);
    }
}

/// Before anything is changed in it: a trace shows what was on the wire.
void LinkController::record(FrameDirection direction, std::span<const std::uint8_t> frame) const {
    if (options_.trace == nullptr || frame.size() <= fcs_octets) return;
    options_.trace->record(direction, frame.first(frame.size() - fcs_octets));
}

void LinkController::rearm() {
    if (stopped_) return;
    timeval next{};
    {
        const LibpriGuard guard(options_.label);
        const timeval* due = pri_schedule_next(controller_);
        if (due == nullptr) {
            timer_.stop();
            return;
        }
        next = *due;
    }
    const auto delay = std::chrono::ceil<std::chrono::milliseconds>(base::libpri::time_until(next));
    timer_.start(delay, [this] { run_timers(); });
}

void LinkController::run_timers() {
    while (!stopped_) {
        frame_ = {};
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(options_.label);
            event = pri_schedule_run(controller_);
        }
        if (event == nullptr) break;
        deliver(*event, true);
    }
    notice_up();
    owner_.rearm();
}

void LinkController::pump() {
    for (unsigned count = 0; count < frames_per_wake && !stopped_; ++count) {
        frame_seen_ = false;
        frame_ = {};
        const pri_event* event = nullptr;
        {
            const LibpriGuard guard(options_.label);
            event = pri_check_event(controller_);
        }
        const bool begun_anew = frame_.establishment && up_;
        if (event != nullptr) deliver(*event, false);
        if (frame_.peer_state && !stopped_) owner_.on_peer_state(*this, *frame_.peer_state);
        if (frame_.refusal && !stopped_) owner_.on_refusal(*this, *frame_.refusal);
        if (begun_anew && up_ && !stopped_) owner_.on_reset();
        notice_up();
        if (!frame_seen_) break;
    }
    owner_.rearm();
    if (!read_error_.empty() && !stopped_) fail();
}

void LinkController::deliver(const pri_event& event, bool by_timer) {
    // libpri's event is overwritten by the next call into it, so the values are taken before anybody hears of them.
    const auto services = service_commands(event);
    auto translated = link_event(event, frame_, options_);
    const bool setup = translated && translated->kind == LinkEventKind::setup;
    if (setup) tell(std::move(*translated), by_timer);
    for (const auto& service : services)
        owner_.on_event(*this, service);  // of a call that may end with the event
    if (translated && !setup) tell(std::move(*translated), by_timer);
}

void LinkController::tell(LinkEvent event, bool by_timer) {
    const bool up = event.kind == LinkEventKind::up;
    if (up || event.kind == LinkEventKind::down) {
        numbered_sent_ = false;
        if (std::exchange(up_, up) && up) return owner_.on_reset();
        return owner_.on_data_link(*this, up);
    }
    const bool heard_of =
        event.kind == LinkEventKind::released && event.cause != call::q850::no_user_responding;
    event.unanswered = by_timer && (event.kind == LinkEventKind::cleared || heard_of);
    owner_.on_event(*this, std::move(event));
}

/// libpri has room for one event: that the data link is up may be overwritten by what the calls make of it.
void LinkController::notice_up() {
    if (std::exchange(numbered_sent_, false) && !up_ && !stopped_) tell({.kind = LinkEventKind::up}, false);
}

void LinkController::fail() {
    base::log::error("isdn", "{} the D-channel cannot be read any more: {}", options_.label, read_error_);
    dead_ = true;
    watch_.reset();
    owner_.on_failure(*this, std::exchange(read_error_, {}));
}

void LinkController::stop() {
    stopped_ = true;
    timer_.stop();
    watch_.reset();
}

}  // namespace tipring::isdn
