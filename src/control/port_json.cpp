// What `ports` and `port.show` answer (view_json.hpp). Pure. Thread: core.
#include <boost/json/array.hpp>

#include "tipring/config/names.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

json::object counters(const analog::PortCounters& counters) {
    json::object refused;
    for (const auto& [reason, times] : counters.refused)
        refused[reason] = times;
    return {{"calls_in", counters.calls_in},
            {"calls_out", counters.calls_out},
            {"answered", counters.answered},
            {"failed", counters.failed},
            {"unexpected_events", counters.unexpected_events},
            {"hardware_errors", counters.hardware_errors},
            {"refused", std::move(refused)}};
}

json::object wire(const hardware::LineStatus& status) {
    json::object wire{{"battery", status.battery}, {"in_use", status.in_use}};
    if (status.voltage) wire["voltage"] = one_decimal(*status.voltage);
    return wire;
}

/// What the user has set by star codes.
json::object services(const analog::PhoneState& state) {
    return {{"forward_all", state.forward_all},
            {"forward_busy", state.forward_busy},
            {"forward_no_answer", state.forward_no_answer},
            {"do_not_disturb", state.do_not_disturb},
            {"call_waiting", state.call_waiting}};
}

/// How the far end's hang-up is told to the phone (fxs) or noticed on the line (fxo).
json::array disconnect_ways(const config::Port& settings) {
    const auto& country = settings.country_profile;
    const auto& fxo = settings.fxo;
    const bool phone = settings.kind == config::PortKind::fxs;
    json::array ways;
    if (phone ? country.disconnect_battery : fxo.disconnect_battery) ways.emplace_back("battery");
    if (phone ? country.disconnect_polarity : fxo.disconnect_polarity) ways.emplace_back("polarity");
    if (phone ? country.disconnect_tone : fxo.disconnect_tones) ways.emplace_back("tone");
    if (!phone && fxo.disconnect_dial_tone) ways.emplace_back("dial_tone");
    if (!phone && fxo.silence.count() > 0) ways.emplace_back("silence");
    return ways;
}

json::object settings_of(const config::Port& settings) {
    const auto& country = settings.country_profile;
    json::object shown{{"country", settings.country},
                       {"country_name", country.name},
                       {"digit_map", settings.digit_map},
                       {"dial_mode", config::name(settings.dial_mode)},
                       {"to", settings.to},
                       {"echo_taps", settings.echo_taps},
                       {"receive_gain_db", settings.receive_gain_db},
                       {"transmit_gain_db", settings.transmit_gain_db},
                       {"disconnect", disconnect_ways(settings)}};
    if (settings.kind == config::PortKind::fxs) {
        shown["profile"] = config::name(settings.profile);
        shown["caller_id"] = settings.fxs.caller_id ? config::name(country.caller_id) : "no";
        shown["caller_id_timing"] = config::name(country.caller_id_timing);
        shown["flash_min_ms"] = country.flash_min.count();
        shown["flash_max_ms"] = country.flash_max.count();
        shown["services"] = !settings.fxs.services ? "no" : settings.fxs.may_forward ? "yes" : "limited";
        shown["call_waiting"] = settings.fxs.call_waiting;
        shown["hotline"] = settings.fxs.hotline;
        shown["hotline_delay_ms"] = settings.fxs.hotline_delay.count();
    } else {
        shown["rings"] = settings.fxo.rings;
        shown["caller_id"] = settings.fxo.caller_id ? "yes" : "no";
        shown["caller_id_timing"] = config::name(country.caller_id_timing);
        shown["flash_ms"] = country.flash_out.count();
        shown["answer_by"] = config::name(settings.fxo.answer_by);
        if (const auto gain = settings.fxo.hardware_receive_gain_db)
            shown["hardware_receive_gain_db"] = *gain;
        if (const auto gain = settings.fxo.hardware_transmit_gain_db)
            shown["hardware_transmit_gain_db"] = *gain;
    }
    return shown;
}

}  // namespace

json::object port_row(const analog::PortView& view) {
    return {{"channel", view.channel.value}, {"kind", view.kind},       {"number", view.number},
            {"label", view.label},           {"group", view.group},     {"account", view.account},
            {"state", view.state},           {"hook", view.hook},       {"in_service", view.in_service},
            {"alarm", view.alarm},           {"missing", view.missing}, {"call", view.call.value}};
}

json::object port_sheet(const analog::PortView& view, const config::Port& settings,
                        std::chrono::system_clock::time_point now) {
    auto sheet = port_row(view);
    sheet["last_error"] = view.last_error;
    sheet["counters"] = counters(view.counters);
    if (settings.kind == config::PortKind::fxs) {
        sheet["messages"] = view.messages;
        sheet["calls_held"] = view.calls_held;
        sheet["services"] = services(view.services);
    }
    if (view.last_proved_good) {
        sheet["last_proved_good"] = iso_time(*view.last_proved_good);
        sheet["proved_good_s_ago"] =
            std::chrono::duration_cast<std::chrono::seconds>(now - *view.last_proved_good).count();
    }
    if (view.wire) sheet["wire"] = wire(*view.wire);
    sheet["audio"] = json::object{{"blocks_read", view.line.blocks_read},
                                  {"blocks_written", view.line.blocks_written},
                                  {"write_overruns", view.line.write_overruns},
                                  {"events", view.line.events}};
    sheet["settings"] = settings_of(settings);
    json::array history;
    for (const auto& change : view.history) {
        history.push_back(json::object{
            {"time", iso_time(change.at)}, {"state", change.state}, {"because", change.because}});
    }
    sheet["history"] = std::move(history);
    return sheet;
}

}  // namespace tipring::control
