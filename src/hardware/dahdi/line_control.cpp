// Thread: core.
#include "dahdi/line_control.hpp"

#include <dahdi/wctdm_user.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdlib>
#include <cstring>
#include <string>

#include "dahdi/errors.hpp"
#include "dahdi/gain_table.hpp"
#include "dahdi/signalling.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::dahdi {
namespace {

// The driver's own numbers for the state of the other end (enum dahdi_rxsig of its kernel header).
constexpr int rx_on_hook = 0;
constexpr int rx_ring = 3;
// And what we send (enum dahdi_txsig).
constexpr int tx_on_hook = 0;

/// What a telephone that is off-hook leaves of the battery; below there is none at all.
constexpr double least_talking_volts = 3;
constexpr double most_talking_volts = 18;
constexpr std::chrono::milliseconds longest_on_hook_audio{60'000};
constexpr unsigned most_lamp_messages = 999;

constexpr unsigned least_taps = 32;
constexpr unsigned most_taps = 1024;

std::string digits3(std::uint32_t number) {
    auto text = std::to_string(number);
    return text.size() < 3 ? std::string(3 - text.size(), '0') + text : text;
}

}  // namespace

DahdiLineControl::~DahdiLineControl() {
    state_->audio.store(false, std::memory_order_release);
}

base::Result<void> DahdiLineControl::check(int result, std::string_view operation) const {
    if (result < 0) return base::fail(operation_failure(state_->info.number, operation, -result));
    return {};
}

base::Result<void> DahdiLineControl::hook(int position, std::string_view operation) const {
    const int result = state_->control(DAHDI_HOOK, position);
    // On a non-blocking descriptor the driver says so of every operation that takes time.
    if (result == -EINPROGRESS) return {};
    return check(result, operation);
}

base::Result<void> DahdiLineControl::only(ChannelKind kind, std::string_view operation) const {
    if (state_->info.kind == kind) return {};
    return base::fail(base::format("channel {}: {}: it is of kind {}, not {}", state_->info.number, operation,
                                   name(state_->info.kind), name(kind)));
}

base::Result<void> DahdiLineControl::ring(const RingCadence& cadence) {
    constexpr std::string_view operation = "cannot ring";
    if (auto right = only(ChannelKind::fxs, operation); !right) return right;
    const auto end = std::find(cadence.begin(), cadence.end(), std::uint16_t{0});
    const auto length = end - cadence.begin();
    // The driver falls back to its tone zone where the silence after a burst is missing.
    if (length == 0 || length % 2 != 0) {
        return base::fail(base::format("channel {}: {}: the cadence needs pairs of ring and silence",
                                       state_->info.number, operation));
    }
    dahdi_ring_cadence driver_cadence{};
    std::copy(cadence.begin(), end, driver_cadence.ringcadence);
    if (auto done = check(state_->control(DAHDI_SETCADENCE, &driver_cadence), "cannot set the ring cadence");
        !done)
        return done;
    return hook(DAHDI_RING, operation);
}

base::Result<void> DahdiLineControl::stop_ring() {
    constexpr std::string_view operation = "cannot stop ringing";
    if (auto right = only(ChannelKind::fxs, operation); !right) return right;
    return hook(DAHDI_RINGOFF, operation);
}

base::Result<void> DahdiLineControl::seize() {
    constexpr std::string_view operation = "cannot seize the line";
    if (state_->info.kind == ChannelKind::fxs) return hook(DAHDI_OFFHOOK, operation);
    if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    // START closes the loop as OFFHOOK does, also to answer, and unlike OFFHOOK it reports when the line is
    // stable. On a ground start line it would ground the ring wire, which must not be done to an exchange
    // that rings.
    if (is_ground_start(state_->signalling)) {
        const auto now = status();
        if (!now) return now.error();
        if (now->ringing) return hook(DAHDI_OFFHOOK, operation);
    }
    return hook(DAHDI_START, operation);
}

base::Result<void> DahdiLineControl::release() {
    constexpr std::string_view operation = "cannot release the line";
    if (state_->info.kind != ChannelKind::fxs) {
        if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    }
    return hook(DAHDI_ONHOOK, operation);
}

base::Result<void> DahdiLineControl::flash() {
    constexpr std::string_view operation = "cannot send a flash";
    if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    return hook(DAHDI_FLASH, operation);
}

base::Result<void> DahdiLineControl::flash(std::chrono::milliseconds length) {
    constexpr std::string_view operation = "cannot send a flash";
    if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    if (length < shortest_hook_flash || length > longest_hook_flash) {
        return base::fail(base::format("channel {}: {}: {} ms is outside of {}..{} ms", state_->info.number,
                                       operation, length.count(), shortest_hook_flash.count(),
                                       longest_hook_flash.count()));
    }
    auto timing = parameters();
    if (!timing) return timing.error();
    timing->flashtime = static_cast<int>(length.count());
    if (auto done = check(state_->control(DAHDI_SET_PARAMS, &*timing), "cannot set the length of a flash");
        !done)
        return done;
    return flash();
}

base::Result<void> DahdiLineControl::dial_pulse(std::string_view digits) {
    constexpr std::string_view operation = "cannot dial with pulses";
    if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    if (digits.empty() || digits.size() > most_pulse_digits ||
        digits.find_first_not_of("0123456789") != std::string_view::npos) {
        return base::fail(base::format("channel {}: {}: it takes 1 to {} digits 0-9", state_->info.number,
                                       operation, most_pulse_digits));
    }
    const auto timing = parameters();
    if (!timing) return timing.error();
    // With the loop open the driver would leave the digits out and say that it has dialled them.
    if (timing->txhooksig == tx_on_hook) {
        return base::fail(base::format("channel {}: {}: the line is not seized, or it dials already",
                                       state_->info.number, operation));
    }
    dahdi_dialoperation dialling{};
    dialling.op = DAHDI_DIAL_OP_REPLACE;
    dialling.dialstr[0] = 'P';
    std::copy(digits.begin(), digits.end(), dialling.dialstr + 1);
    return check(state_->control(DAHDI_DIAL, &dialling), operation);
}

base::Result<void> DahdiLineControl::set_polarity(bool reversed) {
    const auto operation = reversed ? "cannot reverse polarity" : "cannot restore polarity";
    if (auto right = only(ChannelKind::fxs, operation); !right) return right;
    const int result = state_->control(DAHDI_SETPOLARITY, reversed ? 1 : 0);
    // What the cards answer while they ring or drop the battery.
    if (result == -EINVAL) {
        return base::fail(base::format("channel {}: {}: not during a ring burst or a battery drop",
                                       state_->info.number, operation));
    }
    return check(result, operation);
}

base::Result<void> DahdiLineControl::prepare_on_hook_audio(std::chrono::milliseconds duration) {
    constexpr std::string_view operation = "cannot prepare audio to a phone on the hook";
    if (auto right = only(ChannelKind::fxs, operation); !right) return right;
    const auto limited = std::clamp<std::int64_t>(duration.count(), 0, longest_on_hook_audio.count());
    const int result = state_->control(DAHDI_ONHOOKTRANSFER, static_cast<int>(limited));
    // Where no such state exists (a span with robbed-bit signalling) audio always gets through.
    if (result == -ENOTTY) return {};
    return check(result, operation);
}

base::Result<void> DahdiLineControl::set_message_lamp(unsigned messages) {
    constexpr std::string_view operation = "cannot switch the message lamp";
    if (auto right = only(ChannelKind::fxs, operation); !right) return right;
    dahdi_vmwi_info neon{};
    neon.vmwi_type = DAHDI_VMWI_HVAC;
    int result = state_->control(DAHDI_VMWI_CONFIG, &neon);
    if (result >= 0) {
        result =
            state_->control(DAHDI_VMWI, static_cast<int>(std::min<unsigned>(messages, most_lamp_messages)));
    }
    if (result == -ENOTTY || result == -ENOSYS) {
        return base::fail(
            base::format("channel {}: {}: the card has no message lamp", state_->info.number, operation));
    }
    return check(result, operation);
}

base::Result<void> DahdiLineControl::apply_gains() const {
    dahdi_gains gains{};
    const auto receive = gain_table(state_->wire_law, receive_db_);
    const auto transmit = gain_table(state_->wire_law, transmit_db_);
    std::copy(receive.begin(), receive.end(), gains.rxgain);
    std::copy(transmit.begin(), transmit.end(), gains.txgain);
    return check(state_->control(DAHDI_SETGAINS, &gains), "cannot set the gains");
}

base::Result<void> DahdiLineControl::start_audio() {
    if (state_->info.kind == ChannelKind::bearer) {
        if (auto done = check(state_->control(DAHDI_AUDIOMODE, 1), "cannot switch to audio"); !done)
            return done;
    }
    if (auto done = apply_gains(); !done) return done;
    if (taps_ != 0) {
        if (auto done = check(state_->control(DAHDI_ECHOCANCEL, taps_), "cannot start the echo canceller");
            !done)
            return done;
    }
    if (auto done = check(state_->control(DAHDI_FLUSH, DAHDI_FLUSH_BOTH), "cannot empty the buffers"); !done)
        return done;
    state_->audio.store(true, std::memory_order_release);
    return {};
}

// Out of audio mode the driver passes every octet as it is, and undoes gains and canceller on the way out of it.
base::Result<void> DahdiLineControl::start_clear_channel() {
    if (auto right = only(ChannelKind::bearer, "cannot make it a clear channel"); !right) return right;
    if (auto done = check(state_->control(DAHDI_AUDIOMODE, 0), "cannot leave audio"); !done) return done;
    if (auto done = check(state_->control(DAHDI_FLUSH, DAHDI_FLUSH_BOTH), "cannot empty the buffers"); !done)
        return done;
    state_->audio.store(true, std::memory_order_release);
    return {};
}

base::Result<void> DahdiLineControl::stop_audio() {
    state_->audio.store(false, std::memory_order_release);
    // What is left in the write buffers must not be heard by the next call.
    auto first = check(state_->control(DAHDI_FLUSH, DAHDI_FLUSH_BOTH), "cannot empty the buffers");
    if (state_->info.kind == ChannelKind::bearer) {
        auto mode = check(state_->control(DAHDI_AUDIOMODE, 0), "cannot leave audio");
        return first ? mode : first;
    }
    if (taps_ != 0) {
        auto off = check(state_->control(DAHDI_ECHOCANCEL, 0), "cannot stop the echo canceller");
        return first ? off : first;
    }
    return first;
}

/// The driver accepts ECHOCANCEL for a channel that has no canceller and does nothing; its attribute file
/// tells.
bool DahdiLineControl::has_echo_canceller() const {
    const auto& info = state_->info;
    const auto file = base::format("/sys/bus/dahdi_spans/devices/span-{}/dahdi!chan!{}!{}/ec_factory",
                                   info.span, digits3(info.span.value), digits3(info.position));
    std::string canceller;
    // A driver without the attribute file is believed.
    if (!state_->device.read_line(file, canceller)) return true;
    return !base::trim(canceller).empty();
}

base::Result<void> DahdiLineControl::set_echo_canceller(unsigned taps) {
    if (taps > most_taps) {
        return base::fail(base::format("channel {}: the echo canceller has at most {} taps, not {}",
                                       state_->info.number, most_taps, taps));
    }
    if (taps != 0 && !has_echo_canceller()) {
        return base::fail(
            base::format("channel {} has no echo canceller; add 'echocanceller=mg2,{}' to "
                         "/etc/dahdi/system.conf and run dahdi_cfg",
                         state_->info.number, state_->info.number));
    }
    // Other lengths than powers of two the driver replaces by its default.
    taps_ = taps == 0 ? 0 : static_cast<int>(std::bit_ceil(std::max(taps, least_taps)));
    if (!state_->audio.load(std::memory_order_acquire)) return {};
    return check(state_->control(DAHDI_ECHOCANCEL, taps_), "cannot set the echo canceller");
}

base::Result<void> DahdiLineControl::set_gain(double receive_db, double transmit_db) {
    constexpr double least_db = -24;
    constexpr double most_db = 12;
    for (const double gain : {receive_db, transmit_db}) {
        // Written so that a value that is no number fails too.
        if (!(gain >= least_db && gain <= most_db)) {
            return base::fail(base::format("channel {}: a gain of {} dB is outside of {}..{} dB",
                                           state_->info.number, gain, least_db, most_db));
        }
    }
    receive_db_ = receive_db;
    transmit_db_ = transmit_db;
    if (!state_->audio.load(std::memory_order_acquire)) return {};
    return apply_gains();
}

base::Result<void> DahdiLineControl::set_hardware_gain(std::optional<double> receive_db,
                                                       std::optional<double> transmit_db) {
    constexpr std::string_view operation = "cannot set the hardware gain";
    constexpr double least_db = -15, most_db = 12;
    if (auto right = only(ChannelKind::fxo, operation); !right) return right;
    for (const bool transmit : {false, true}) {
        const auto gain_db = transmit ? transmit_db : receive_db;
        if (!gain_db) continue;
        if (!(*gain_db >= least_db && *gain_db <= most_db)) {
            return base::fail(base::format("channel {}: a hardware gain of {} dB is outside of {}..{} dB",
                                           state_->info.number, *gain_db, least_db, most_db));
        }
        dahdi_hwgain gain{};
        gain.newgain = static_cast<int>(std::lround(*gain_db * 10));
        gain.tx = transmit ? 1 : 0;
        const int result = state_->control(DAHDI_SET_HWGAIN, &gain);
        if (result == -ENOTTY || result == -EINVAL || result == -ENOSYS) {
            return base::fail(base::format(
                "channel {}: the driver has no hardware gain; remove hardware_{}_gain_db and use {}_gain_db",
                state_->info.number, transmit ? "transmit" : "receive", transmit ? "transmit" : "receive"));
        }
        if (auto done = check(result, operation); !done) return done;
    }
    return {};
}

base::Result<dahdi_params> DahdiLineControl::parameters() const {
    dahdi_params found{};
    found.channo = static_cast<int>(state_->info.number.value);
    if (auto done = check(state_->control(DAHDI_GET_PARAMS, &found), "cannot read its state"); !done)
        return done.error();
    return found;
}

/// Only the cards of the wctdm family measure the line; the request carries the size of its answer, so that
/// no other driver can take it for one of its own.
void DahdiLineControl::measure_voltage(LineStatus& now, bool loop_open) const {
    wctdm_stats stats{};
    if (state_->control(WCTDM_GET_STATS, &stats) < 0) return;
    now.voltage = std::abs(stats.batvolt) / 1000.0;
    now.in_use =
        loop_open && now.battery && *now.voltage >= least_talking_volts && *now.voltage <= most_talking_volts;
}

base::Result<LineStatus> DahdiLineControl::status() {
    const auto found = parameters();
    if (!found) return found.error();
    dahdi_spaninfo span{};
    span.spanno = static_cast<int>(state_->info.span.value);
    if (auto done = check(state_->control(DAHDI_SPANSTAT, &span), "cannot read the state of its span"); !done)
        return done.error();
    LineStatus now;
    now.alarm = span.alarms != DAHDI_ALARM_NONE || found->chan_alarms != 0;
    if (state_->info.kind == ChannelKind::fxs) now.off_hook = found->rxisoffhook != 0;
    if (state_->info.kind == ChannelKind::fxo) {
        now.ringing = found->rxhooksig == rx_ring;
        now.battery = found->rxhooksig != rx_on_hook;
        measure_voltage(now, found->txhooksig == tx_on_hook);
    }
    return now;
}

}  // namespace tipring::hardware::dahdi
