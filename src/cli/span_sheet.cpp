// A span as text for people: its channels, its line with settings and health, the bit-error test. Pure. Thread: main.
#include <array>
#include <cstdio>

#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

constexpr const char* not_counted = "not counted by this driver";
constexpr std::array<std::pair<const char*, const char*>, 7> count_labels{{
    {"bipolar_violations", "Bipolar violations"},
    {"crc_errors", "CRC errors"},
    {"e_bits", "E-bits"},
    {"frame_errors", "Frame alignment errors"},
    {"slips", "Slips"},
    {"d_channel_errors", "D-channel frames damaged"},
    {"d_channel_losses", "D-channel losses"},
}};
constexpr std::array<std::pair<const char*, const char*>, 6> alarm_labels{{{"los", "LOS"},
                                                                           {"lfa", "LFA"},
                                                                           {"red", "red"},
                                                                           {"ais", "AIS"},
                                                                           {"rai", "RAI"},
                                                                           {"loopback", "loopback"}}};
constexpr std::size_t most_intervals = 8;

std::string words_of(const json::value& names, const char* nothing) {
    std::string line;
    for (const auto& name : list(names))
        line += (line.empty() ? "" : ", ") + safe(text(name));
    return line.empty() ? nothing : line;
}

std::string line_text(const json::value& settings) {
    std::string line =
        "framing " + safe(text(settings, "framing")) + ", coding " + safe(text(settings, "coding"));
    const auto& crc4 = member(settings, "crc4");
    if (crc4.is_bool()) line += crc4.get_bool() ? ", CRC-4" : ", no CRC-4";
    return line;
}

std::string clock_text(const json::value& settings, long long span) {
    const auto source = number(settings, "sync_source");
    std::string line = source == 0      ? "the card runs on its own clock"
                       : source == span ? "from this span"
                                        : "from span " + std::to_string(source);
    if (flag(settings, "sync_master")) line += "; this card clocks the others";
    return line;
}

void add_line_settings(Sheet& sheet, const json::value& line, long long span) {
    const auto& settings = member(line, "settings");
    if (!settings.is_object()) {
        sheet.add("Line", safe(text(line, "error")));
        return;
    }
    sheet.add("Card", safe(text(settings, "description")) + " (" + safe(text(settings, "device")) + ")");
    sheet.add("Line", safe(text(settings, "type")) + ", " +
                          (text(settings, "framing") == "unknown" ? "its driver tells no line settings"
                                                                  : line_text(settings)));
    if (member(settings, "build_out").is_number())
        sheet.add("Build-out",
                  text(settings, "build_out") + " (" + safe(text(settings, "build_out_text")) + ")");
    sheet.add("Clock", clock_text(settings, span));
    sheet.add("Configured",
              text(settings, "configured_channels") + " of " + text(settings, "channels") + " channels");
}

std::string alarms_text(const json::value& seconds) {
    std::string line;
    for (const auto& [key, label] : alarm_labels) {
        if (number(seconds, key) > 0)
            line += (line.empty() ? "" : ", ") + std::string(label) + " " + text(seconds, key) + " s";
    }
    return line.empty() ? "none" : line;
}

/// Those that are not zero.
std::string counts_text(const json::value& counts) {
    std::string line;
    for (const auto& [key, label] : count_labels) {
        if (number(counts, key) > 0) line += (line.empty() ? "" : ", ") + text(counts, key) + " " + label;
    }
    return line;
}

std::string interval_sheet(const json::value& interval) {
    Sheet sheet;
    std::string watched = text(interval, "seconds") + " s";
    if (number(interval, "unread_seconds") > 0)
        watched += ", and " + text(interval, "unread_seconds") + " s without an answer of the driver";
    sheet.add("Watched", watched);
    sheet.add("Errored", text(interval, "errored_seconds") + " s, " +
                             text(interval, "severely_errored_seconds") + " of them severely");
    sheet.add("Unavailable", text(interval, "unavailable_seconds") + " s");
    sheet.add("Alarms", alarms_text(member(interval, "alarm_seconds")));
    const auto& counts = member(interval, "counts");
    for (const auto& [key, label] : count_labels) {
        const auto& count = member(counts, key);
        sheet.add(label, count.is_null() ? not_counted : text(count));
    }
    return sheet.text();
}

std::string begin_of(const json::value& interval) {
    return local_time(text(interval, "begins")).substr(0, 16);
}

std::string intervals_table(const json::array& intervals) {
    Table table({{"FROM", Align::left},
                 {"ERRORED", Align::right},
                 {"SEVERELY", Align::right},
                 {"UNAVAILABLE", Align::right},
                 {"ALARMS", Align::left},
                 {"COUNTED", Align::left}});
    std::size_t shown = 0;
    for (const auto& interval : intervals) {
        if (flag(interval, "clean")) continue;
        if (++shown > most_intervals) break;
        table.add({begin_of(interval), text(interval, "errored_seconds"),
                   text(interval, "severely_errored_seconds"), text(interval, "unavailable_seconds"),
                   alarms_text(member(interval, "alarm_seconds")), counts_text(member(interval, "counts"))});
    }
    return table.empty() ? "" : table.text();
}

std::string span_layers(const json::value& span) {
    if (flag(span, "missing")) return "MISSING";
    std::string line = flag(span, "layer1_up") ? "layer 1 up" : "layer 1 DOWN";
    line += flag(span, "d_channel_up") ? ", D-channel up" : ", D-channel DOWN";
    const auto losses = number(span, "d_channel_losses");
    if (losses > 0)
        line += ", lost " + (losses == 1 ? std::string("once") : std::to_string(losses) + " times");
    return line;
}

std::string span_restarts(const json::value& span) {
    std::string line = text(span, "restarts") + " acknowledged";
    if (const auto failures = number(span, "restart_failures"); failures > 0)
        line += ", " + std::to_string(failures) + " NOT";
    return line;
}

/// What a call or an alarm may hide.
std::string bearer_service(const json::value& bearer) {
    if (flag(bearer, "removed")) return "removed by the driver";
    if (flag(bearer, "out_here") && flag(bearer, "out_remote")) return "out, here and by the other side";
    if (flag(bearer, "out_here")) return "out";
    return flag(bearer, "out_remote") ? "out, by the other side" : "in";
}

std::string state_words(std::string word) {
    for (auto& c : word)
        if (c == '_') c = ' ';
    return word;
}

/// "span 2, layer 1 up, backup D-channel up, in use"
std::string trunk_span(const json::value& span) {
    std::string line = "span " + text(span, "span") + ", layer 1 ";
    line += flag(span, "layer1_up") ? "up" : "DOWN";
    if (const auto role = text(span, "d_channel"); role == "primary" || role == "backup") {
        line += ", " + role + " D-channel " + (flag(span, "d_channel_up") ? "up" : "DOWN");
        if (flag(span, "active")) line += ", in use";
    }
    return line;
}

std::string bearer_table(const json::value& answer) {
    Table table({{"TIMESLOT", Align::right},
                 {"CHANNEL", Align::right},
                 {"STATE", Align::left},
                 {"SERVICE", Align::left},
                 {"CALL", Align::right}});
    const bool trunk = !list(member(answer, "spans")).empty();
    for (const auto& bearer : list(member(answer, "bearers"))) {
        const auto span = trunk ? text(bearer, "span") + ":" : std::string();
        table.add({span + text(bearer, "timeslot"), text(bearer, "channel"),
                   state_words(text(bearer, "state")), bearer_service(bearer),
                   number(bearer, "call") != 0 ? text(bearer, "call") : std::string()});
    }
    return table.empty() ? "" : "\n" + table.text();
}

}  // namespace

std::string render_span(const json::value& answer) {
    const auto& line = member(answer, "line");
    Sheet sheet;
    std::string title = text(answer, "span");
    if (text(answer, "name") != title) title += " (" + safe(text(answer, "name")) + ")";
    if (const auto label = text(answer, "label"); !label.empty()) title += ", " + safe(label);
    sheet.add("Span", title);
    sheet.add("Type", safe(text(answer, "switch")) + ", " + safe(text(answer, "side")) + " side" +
                          (flag(answer, "service_messages") ? ", with SERVICE messages" : ""));
    sheet.add("State", span_layers(answer));
    if (const auto trunk = text(answer, "trunk"); !trunk.empty()) sheet.add("Trunk", safe(trunk));
    for (const auto& span : list(member(answer, "spans")))
        sheet.add("Interface " + text(span, "interface"), trunk_span(span));
    const auto held = number(answer, "held") > 0 ? ", and calls on hold: " + text(answer, "held") : "";
    sheet.add("B-channels", text(answer, "in_use") + " in use, " + text(answer, "idle") + " idle" + held);
    sheet.add("Calls", text(answer, "calls_in") + " in, " + text(answer, "calls_out") + " out");
    sheet.add("Restarts", span_restarts(answer));
    if (number(answer, "repairs") > 0) sheet.add("Repaired by the audit", text(answer, "repairs"));
    sheet.add("Last error", safe(text(answer, "last_error")));
    if (line.is_object()) {  // not after "service"
        add_line_settings(sheet, line, number(answer, "span"));
        sheet.add("Alarms", words_of(member(line, "alarms"), "none"));
        if (text(line, "loop") != "off")
            sheet.add("Loop", safe(text(line, "loop")) + ", set by this gateway");
    }
    std::string out = sheet.text();
    for (const auto& found : list(member(line, "disagreements")))
        out += "\nWARNING: " + safe(text(found, "message")) + ";\n" + safe(text(found, "advice")) + "\n";
    return out + bearer_table(answer);
}

std::string render_health(const json::value& answer) {
    std::string out;
    for (const auto& sentence : list(member(answer, "verdict")))
        out += safe(text(sentence)) + "\n";
    const auto& current = member(answer, "current");
    out += "\nThis quarter of an hour, since " + begin_of(current) + ":\n" + interval_sheet(current);
    const auto& intervals = list(member(answer, "intervals"));
    if (const auto table = intervals_table(intervals); !table.empty())
        out += "\nThe last quarters that were not clean:\n" + table;
    if (!intervals.empty()) {
        const auto& day = member(answer, "day");
        out += "\nSince " + begin_of(day) + ", a day at most:\n" + interval_sheet(day);
    }
    return out;
}

std::string render_bit_test(const json::value& result) {
    Sheet sheet;
    sheet.add("Pattern", safe(text(result, "pattern")));
    sheet.add("Time", text(result, "seconds") + " s");
    sheet.add("Pattern found", !flag(result, "found")    ? "no"
                               : flag(result, "in_sync") ? "yes, in sync"
                                                         : "yes, but lost at the end");
    sheet.add("Pattern lost", text(result, "losses") + " times");
    sheet.add("Bits", text(result, "bits"));
    sheet.add("Wrong bits", text(result, "errors"));
    char ratio[32];
    const auto& value = member(result, "error_ratio");
    std::snprintf(ratio, sizeof ratio, "%.1e", value.is_double() ? value.get_double() : 0.0);
    sheet.add("Error ratio", ratio);
    sheet.add("Errored", text(result, "errored_seconds") + " s");
    std::string out = sheet.text();
    if (const auto ended = text(result, "ended"); !ended.empty())
        out += "It ended early: " + safe(ended) + "\n";
    const auto verdict = text(result, "verdict");
    return out + (verdict == "none" ? "Not judged" : "The channel is " + safe(verdict)) + ": " +
           safe(text(result, "words")) + "\n";
}

std::string render_loop(const json::value& answer) {
    const auto loop = text(answer, "loop");
    return "span " + text(answer, "span") + ": " +
           (loop == "off" ? "no loop\n" : safe(loop) + " loop; it carries no calls until: loop off\n");
}

std::string render_span_restart(const json::value& answer) {
    const auto channels = number(answer, "channels");
    return "RESTART for " +
           (channels == 1 ? std::string("1 channel") : std::to_string(channels) + " channels") + "\n";
}

}  // namespace tipring::cli
