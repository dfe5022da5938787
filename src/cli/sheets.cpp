// The commands that answer with one thing.
#include <ctime>

#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

std::string counted(long long count, const char* what) {
    return std::to_string(count) + " " + what;
}

/// "4: 3 idle, 1 busy"
std::string ports_line(const json::value& ports) {
    std::string line = text(ports, "total");
    const char* between = ": ";
    for (const auto* key : {"idle", "busy", "alarm", "missing", "out_of_service"}) {
        const auto count = number(ports, key);
        if (count == 0) continue;
        const std::string_view word = key;
        line += between + counted(count, word == "out_of_service" ? "out of service"
                                         : word == "alarm"        ? "in ALARM"
                                         : word == "missing"      ? "MISSING"
                                                                  : key);
        between = ", ";
    }
    return line;
}

std::string sip_line(const json::value& sip) {
    if (sip.is_null()) return "not configured";
    std::string line = text(sip, "registered") + " of " + text(sip, "registrations") + " registered, ";
    if (number(sip, "peers") > 0) line += counted(number(sip, "peers"), "peers") + ", ";
    if (number(sip, "failed") > 0) line += text(sip, "failed") + " failed, ";
    line += counted(number(sip, "dialogs"), "dialogs");
    if (number(sip, "refused") > 0) line += ", " + counted(number(sip, "refused"), "requests refused");
    if (number(sip, "malformed") > 0) line += ", " + counted(number(sip, "malformed"), "malformed");
    return line;
}

std::string media_line(const json::value& media) {
    return counted(number(media, "lines"), "lines, ") +
           counted(number(media, "rtp_sessions"), "RTP sessions, ") +
           counted(number(media, "late_ticks"), "late ticks of ") + text(media, "ticks") + " (worst " +
           text(media, "worst_lateness_ms") + " ms)";
}

}  // namespace

std::string local_time(const std::string& iso) {
    std::tm utc{};
    int milliseconds = 0;
    const bool fraction = iso.size() == 24 && iso.find_first_not_of("0123456789", 20) == 23;
    if (!fraction || iso.back() != 'Z' ||
        std::sscanf(iso.c_str(), "%4d-%2d-%2dT%2d:%2d:%2d.%3dZ", &utc.tm_year, &utc.tm_mon, &utc.tm_mday,
                    &utc.tm_hour, &utc.tm_min, &utc.tm_sec, &milliseconds) != 7) {
        return safe(iso);
    }
    utc.tm_year -= 1900;
    utc.tm_mon -= 1;
    const std::time_t seconds = ::timegm(&utc);
    std::tm local{};
    ::localtime_r(&seconds, &local);
    char date[32];
    char out[48];
    std::strftime(date, sizeof date, "%Y-%m-%d %H:%M:%S", &local);
    std::snprintf(out, sizeof out, "%s.%03d", date, milliseconds);
    return out;
}

std::string render_status(const json::value& answer) {
    Sheet sheet;
    sheet.add("Tipring", text(answer, "version") + " on board " + text(answer, "board"));
    sheet.add("Running for",
              duration_text(number(answer, "uptime_s")) + ", since " + local_time(text(answer, "started")));
    sheet.add("Configuration", text(answer, "config_file"));
    std::string waiting;
    for (const auto& line : list(member(answer, "reload_waiting")))
        waiting += (waiting.empty() ? "" : ", ") + text(line);
    if (!waiting.empty()) sheet.add("Changes wait for", waiting);
    sheet.add("Log level", text(answer, "log_level"));
    sheet.add("Ports", ports_line(member(answer, "ports")));
    const auto& spans = member(answer, "spans");
    if (number(spans, "total") > 0)
        sheet.add("Spans", text(spans, "up") + " of " + text(spans, "total") + " up");
    sheet.add("SIP", sip_line(member(answer, "sip")));
    const auto& calls = member(answer, "calls");
    sheet.add("Calls",
              counted(number(calls, "active"), "now, ") + counted(number(calls, "total"), "since the start"));
    sheet.add("Media", media_line(member(answer, "media")));
    return sheet.text();
}

std::string render_reload(const json::value& answer) {
    const auto& done = list(member(answer, "done"));
    const auto& waiting = list(member(answer, "waiting"));
    std::string out = safe(text(answer, "config_file")) + " was read again";
    out += done.empty() && waiting.empty() ? "; nothing differs\n" : ":\n";
    for (const auto& line : done)
        out += "  " + safe(text(line)) + "\n";
    for (const auto& line : waiting)
        out += "  " + safe(text(line)) + ": waits until the lines concerned are free\n";
    for (const auto& line : list(member(answer, "missing")))
        out += "  MISSING: " + safe(text(line)) + "\n";
    return out;
}

std::string render_route(const json::value& answer) {
    std::string out = "A call to " + safe(text(answer, "number")) + " from " + safe(text(answer, "from"));
    const auto& steps = list(member(answer, "steps"));
    if (steps.empty()) {
        out += " has no route.\n";
    } else {
        out += " goes by \"" + safe(text(answer, "rule")) + "\":\n";
        int count = 0;
        for (const auto& step : steps) {
            out += "  " + std::to_string(++count) + ". " + safe(text(step, "to")) + " as " +
                   safe(text(step, "called"));
            if (const auto sent = text(step, "sent"); !sent.empty()) out += ", sent as " + safe(sent);
            out += "\n";
        }
    }
    out += "\nWhy:\n";
    for (const auto& line : list(member(answer, "explanation")))
        out += "  " + safe(text(line)) + "\n";
    return out;
}

std::string render_sim_state(const json::value& answer) {
    Table phones({{"TELEPHONE", Align::right},
                  {"NUMBER", Align::left},
                  {"LABEL", Align::left},
                  {"RECEIVER", Align::left},
                  {"RINGS", Align::left},
                  {"HEARS", Align::left}});
    for (const auto& phone : list(member(answer, "telephones"))) {
        phones.add({text(phone, "channel"), text(phone, "number"), text(phone, "label"),
                    flag(phone, "off_hook") ? "lifted" : "on hook", flag(phone, "ringing") ? "rings" : "",
                    text(phone, "hears")});
    }
    Table lines({{"LINE", Align::right},
                 {"NUMBER", Align::left},
                 {"LABEL", Align::left},
                 {"STATE", Align::left},
                 {"SEIZED", Align::left},
                 {"DIALLED", Align::left}});
    for (const auto& line : list(member(answer, "lines"))) {
        lines.add({text(line, "channel"), text(line, "number"), text(line, "label"), text(line, "state"),
                   text(line, "seized"), text(line, "dialled")});
    }
    Table calls({{"ISDN CALL FROM", Align::left},
                 {"NAME", Align::left},
                 {"TO", Align::left},
                 {"TIMESLOT", Align::right},
                 {"STATE", Align::left}});
    for (const auto& call : list(member(answer, "isdn_calls"))) {
        calls.add({text(call, "calling"), text(call, "name"), text(call, "called"), text(call, "timeslot"),
                   text(call, "state")});
    }
    std::string out;
    for (const auto* table : {&phones, &lines, &calls}) {
        if (table->empty()) continue;
        out += (out.empty() ? "" : "\n") + table->text();
    }
    return out.empty() ? "nothing is simulated\n" : out;
}

std::string render_hearing(const json::value& answer) {
    Sheet sheet;
    const auto& level = member(answer, "level_dbm0");
    const bool silence = level.is_number() && level.to_number<double>() < -60;
    sheet.add("Hears", silence                        ? "silence"
                       : text(answer, "tone").empty() ? "sound"
                                                      : text(answer, "tone") + " tone");
    if (!silence) sheet.add("Level", text(level) + " dBm0");
    const auto first = number(answer, "frequency1_hz");
    const auto second = number(answer, "frequency2_hz");
    if (!silence && first > 0)
        sheet.add("Frequencies",
                  std::to_string(first) + (second > 0 ? " + " + std::to_string(second) : "") + " Hz");
    sheet.add("Digits", text(answer, "digits"));
    return sheet.text();
}

}  // namespace tipring::cli
