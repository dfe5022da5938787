// The sheet of one port.
#include <array>
#include <utility>

#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

/// "a, b, c" of what is not empty.
std::string listed(const std::vector<std::string>& parts, std::string_view between = ", ") {
    std::string all;
    for (const auto& part : parts) {
        if (part.empty()) continue;
        if (!all.empty()) all += between;
        all += part;
    }
    return all;
}

/// "message_lamp" -> "message lamp"
std::string spaced(std::string word) {
    for (auto& c : word)
        if (c == '_') c = ' ';
    return word;
}

std::string counted(const json::value& answer, std::string_view key, const char* what) {
    return text(answer, key) + " " + what;
}

std::string state_line(const json::value& answer) {
    return listed({text(answer, "state"), flag(answer, "in_service") ? "" : "OUT OF SERVICE",
                   flag(answer, "missing") ? "MISSING"
                   : flag(answer, "alarm") ? "ALARM"
                                           : "",
                   number(answer, "calls_held") > 0 ? "another call is held or waits" : ""});
}

/// The counters go by the wire: a call that a telephone makes comes in from it.
std::string calls_line(const json::value& counters, bool phone) {
    return listed({counted(counters, "calls_in", phone ? "made" : "from the exchange"),
                   counted(counters, "calls_out", phone ? "received" : "to the exchange"),
                   counted(counters, "answered", "answered"), counted(counters, "failed", "failed")});
}

/// "no dial tone 3 times, in use once"
std::string refusals(const json::value& counters) {
    std::vector<std::string> parts;
    if (const auto* reasons = member(counters, "refused").if_object()) {
        for (const auto& [reason, times] : *reasons) {
            const auto count = text(times);
            parts.push_back(spaced({reason.data(), reason.size()}) +
                            (count == "1" ? " once" : " " + count + " times"));
        }
    }
    return listed(parts);
}

/// "on all calls to 0170, when busy to 500"
std::string forwarding(const json::value& services) {
    static constexpr std::array<std::pair<std::string_view, std::string_view>, 3> ways{
        {{"forward_all", "all calls to "},
         {"forward_busy", "when busy to "},
         {"forward_no_answer", "without answer to "}}};
    std::vector<std::string> parts;
    for (const auto& [key, words] : ways) {
        if (const auto to = text(services, key); !to.empty()) parts.push_back(std::string(words) + to);
    }
    return parts.empty() ? "off" : listed(parts);
}

void add_services(Sheet& sheet, const json::value& answer, const json::value& settings) {
    const auto messages = number(answer, "messages");
    sheet.add("Messages", messages == 0 ? "none" : std::to_string(messages) + " new");
    if (text(settings, "services") == "no") {
        sheet.add("Services", "none");
        return;
    }
    const auto& services = member(answer, "services");
    sheet.add("Forwarding", text(settings, "services") != "yes" ? "not allowed" : forwarding(services));
    sheet.add("Do not disturb", flag(services, "do_not_disturb") ? "ON: the telephone does not ring" : "off");
    sheet.add("Call waiting", !flag(settings, "call_waiting")   ? "off"
                              : !flag(services, "call_waiting") ? "off, by the telephone's user"
                                                                : "on");
}

std::string wire_line(const json::value& wire) {
    if (!wire.is_object()) return {};
    const auto voltage = text(wire, "voltage");
    return listed({flag(wire, "battery") ? "battery" : "NO BATTERY", voltage.empty() ? "" : voltage + " V",
                   flag(wire, "in_use") ? "IN USE by another telephone" : ""});
}

std::string proved_line(const json::value& answer) {
    const auto at = text(answer, "last_proved_good");
    if (at.empty()) return "not since the start";
    return ago_text(number(answer, "proved_good_s_ago")) + ", " + local_time(at);
}

std::string flash_line(const json::value& settings) {
    if (!text(settings, "flash_ms").empty()) return text(settings, "flash_ms") + " ms, to the exchange";
    if (text(settings, "flash_max_ms").empty()) return {};
    if (number(settings, "flash_max_ms") == 0) return "off";
    return text(settings, "flash_min_ms") + " to " + text(settings, "flash_max_ms") + " ms";
}

std::string caller_id_line(const json::value& settings) {
    const auto timing = text(settings, "caller_id_timing");
    const auto format = text(settings, "caller_id");
    return timing.empty() || format == "no" || format == "none" ? format : format + ", " + spaced(timing);
}

std::string disconnect_line(const json::value& settings) {
    const auto& ways = member(settings, "disconnect");
    if (!ways.is_array()) return {};
    std::vector<std::string> words;
    for (const auto& way : list(ways))
        words.push_back(spaced(text(way)));
    return words.empty() ? "none" : listed(words);
}

std::string hotline_line(const json::value& settings) {
    auto to = text(settings, "hotline");
    const auto delay = number(settings, "hotline_delay_ms");
    if (to.empty() || delay == 0) return to;
    char seconds[32];
    std::snprintf(seconds, sizeof seconds, "%.1f", static_cast<double>(delay) / 1000);
    return to + ", " + seconds + " s after it is lifted";
}

void add_settings(Sheet& sheet, const json::value& settings, bool phone) {
    sheet.add("Profile", text(settings, "profile"));
    const auto country = text(settings, "country_name");
    sheet.add("Country", text(settings, "country") + (country.empty() ? "" : " (" + country + ")"));
    sheet.add("Caller ID", caller_id_line(settings));
    sheet.add("Flash", flash_line(settings));
    sheet.add(phone ? "Hang-up told by" : "Hang-up known by", disconnect_line(settings));
    sheet.add("Answer known by", text(settings, "answer_by"));
    sheet.add("Hotline", hotline_line(settings));
    sheet.add("Digit map", phone ? text(settings, "digit_map") : std::string());
    sheet.add("Dialling", text(settings, "dial_mode"));
    sheet.add("Incoming to", text(settings, "to"));
    sheet.add("Gains", text(settings, "receive_gain_db") + " dB received, " +
                           text(settings, "transmit_gain_db") + " dB transmitted");
    sheet.add("Echo canceller",
              number(settings, "echo_taps") == 0 ? "off" : text(settings, "echo_taps") + " taps");
}

}  // namespace

std::string render_port(const json::value& answer) {
    const bool phone = text(answer, "kind") == "fxs";
    const auto& counters = member(answer, "counters");
    const auto& audio = member(answer, "audio");
    const auto& settings = member(answer, "settings");
    Sheet sheet;
    sheet.add("Port", listed({text(answer, "channel") + " (" + text(answer, "kind") + ")",
                              "number " + text(answer, "number"), text(answer, "label")}));
    sheet.add("State", state_line(answer));
    sheet.add("Hook", text(answer, "hook"));
    if (number(answer, "call") != 0) sheet.add("Call", text(answer, "call"));
    sheet.add("Group", text(answer, "group"));
    sheet.add("Account", text(answer, "account"));
    if (phone) {
        add_services(sheet, answer, settings);
    } else {
        sheet.add("Wire", wire_line(member(answer, "wire")));
        sheet.add("Proved good", proved_line(answer));
    }
    sheet.add("Calls", calls_line(counters, phone));
    sheet.add("Not usable", refusals(counters));
    sheet.add("Unexpected", listed({counted(counters, "unexpected_events", "line events"),
                                    counted(counters, "hardware_errors", "hardware errors")}));
    sheet.add("Audio", listed({counted(audio, "blocks_read", "blocks read"),
                               counted(audio, "blocks_written", "written"),
                               counted(audio, "write_overruns", "lost")}));
    sheet.add("Last error", text(answer, "last_error"));
    add_settings(sheet, settings, phone);
    Table history({{"SINCE", Align::left}, {"STATE", Align::left}, {"BECAUSE", Align::left}});
    for (const auto& change : list(member(answer, "history"))) {
        history.add({local_time(text(change, "time")), text(change, "state"), text(change, "because")});
    }
    return sheet.text() + (history.empty() ? "" : "\nLast states, newest at the end:\n" + history.text());
}

}  // namespace tipring::cli
