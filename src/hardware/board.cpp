#include "tipring/hardware/board.hpp"

#include "tipring/base/text.hpp"

namespace tipring::hardware {

std::string_view name(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::fxs:
            return "fxs";
        case ChannelKind::fxo:
            return "fxo";
        case ChannelKind::bearer:
            return "bearer";
        case ChannelKind::d_channel:
            return "d_channel";
    }
    return "unknown";
}

std::string_view name(LineEventKind kind) {
    switch (kind) {
        case LineEventKind::none:
            return "none";
        case LineEventKind::off_hook:
            return "off_hook";
        case LineEventKind::on_hook:
            return "on_hook";
        case LineEventKind::flash:
            return "flash";
        case LineEventKind::pulse_start:
            return "pulse_start";
        case LineEventKind::pulse_digit:
            return "pulse_digit";
        case LineEventKind::ringer_on:
            return "ringer_on";
        case LineEventKind::ringer_off:
            return "ringer_off";
        case LineEventKind::ring_begin:
            return "ring_begin";
        case LineEventKind::ring_end:
            return "ring_end";
        case LineEventKind::battery_lost:
            return "battery_lost";
        case LineEventKind::battery_present:
            return "battery_present";
        case LineEventKind::polarity:
            return "polarity";
        case LineEventKind::hook_complete:
            return "hook_complete";
        case LineEventKind::alarm:
            return "alarm";
        case LineEventKind::alarm_clear:
            return "alarm_clear";
        case LineEventKind::pulses_dialled:
            return "pulses_dialled";
        case LineEventKind::message_lamp:
            return "message_lamp";
        case LineEventKind::removed:
            return "removed";
    }
    return "unknown";
}

base::Result<void> LineControl::flash(std::chrono::milliseconds) {
    return flash();
}

base::Result<void> LineControl::dial_pulse(std::string_view) {
    return base::fail("the board dials no pulses");
}

base::Result<void> LineControl::set_polarity(bool) {
    return base::fail("the board cannot reverse polarity");
}

base::Result<void> LineControl::prepare_on_hook_audio(std::chrono::milliseconds) {
    return {};
}

base::Result<void> LineControl::set_message_lamp(unsigned) {
    return base::fail("the board has no message lamp");
}

base::Result<void> LineControl::set_hardware_gain(std::optional<double>, std::optional<double>) {
    return base::fail("the board has no hardware gain");
}

std::vector<std::string> power_warnings(const DriverPower& power) {
    constexpr int least_ma = 20, most_ma = 41;
    std::vector<std::string> warnings;
    if (power.loop_current_ma && (*power.loop_current_ma < least_ma || *power.loop_current_ma > most_ma)) {
        warnings.push_back(base::format(
            "driver {}: loopcurrent={} counts as {} mA; write {} to {} into /etc/modprobe.d/dahdi.conf",
            power.driver, *power.loop_current_ma, least_ma, least_ma, most_ma));
    }
    if (power.low_power.value_or(0) != 0) {
        warnings.push_back(
            base::format("driver {}: lowpower=1 lowers battery and ringing: a telephone on long wires, or "
                         "several bells, may not "
                         "ring; take it out of /etc/modprobe.d/dahdi.conf where the card has its own supply",
                         power.driver));
    }
    return warnings;
}

base::Result<void> LineControl::start_clear_channel() {
    return start_audio();
}

base::Result<SpanSettings> Board::span_settings(base::SpanNumber span) {
    return base::fail(base::format("span {}: the board {} tells no line settings", span, name()));
}

base::Result<SpanReading> Board::read_span(base::SpanNumber span) {
    return base::fail(base::format("span {}: the board {} tells no line state", span, name()));
}

base::Result<void> Board::set_loop(base::SpanNumber span, SpanLoop) {
    return base::fail(base::format("span {}: the board {} cannot loop a line", span, name()));
}

}  // namespace tipring::hardware
