// The commands that answer with a list.
#include <array>

#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

std::string state_of_port(const json::value& port) {
    if (!flag(port, "in_service")) return "out of service";
    if (flag(port, "missing")) return "MISSING";
    if (flag(port, "alarm")) return "ALARM";
    return text(port, "state");
}

std::string call_of(const json::value& row) {
    return number(row, "call") == 0 ? std::string() : text(row, "call");
}

/// The operator sees the number, and that nobody else may.
std::string caller_text(const json::value& call) {
    const auto presentation = text(call, "presentation");
    return text(call, "caller") + (presentation == "restricted" ? " (restricted)" : "");
}

}  // namespace

std::string render_ports(const json::value& answer) {
    Table table({{"CHANNEL", Align::right},
                 {"KIND", Align::left},
                 {"NUMBER", Align::left},
                 {"LABEL", Align::left},
                 {"GROUP", Align::left},
                 {"ACCOUNT", Align::left},
                 {"STATE", Align::left},
                 {"HOOK", Align::left},
                 {"CALL", Align::right}});
    for (const auto& port : list(answer)) {
        table.add({text(port, "channel"), text(port, "kind"), text(port, "number"), text(port, "label"),
                   text(port, "group"), text(port, "account"), state_of_port(port), text(port, "hook"),
                   call_of(port)});
    }
    return table.empty() ? "no ports\n" : table.text();
}

std::string render_calls(const json::value& answer) {
    Table table({{"CALL", Align::right},
                 {"STATE", Align::left},
                 {"FROM", Align::left},
                 {"CALLER", Align::left},
                 {"TO", Align::left},
                 {"CALLED", Align::left},
                 {"TIME", Align::right},
                 {"LOST", Align::right},
                 {"JITTER MS", Align::right},
                 {"ROUTE", Align::left}});
    for (const auto& call : list(answer)) {
        long long lost = 0;
        std::string jitter;
        const auto& rtp = list(member(call, "rtp"));
        for (const auto& session : rtp) {
            lost += number(session, "packets_lost");
            jitter = text(session, "jitter_ms");
        }
        table.add({text(call, "id"), text(call, "state"), text(call, "from"), caller_text(call),
                   text(call, "to"), text(call, "called"), duration_text(number(call, "duration_ms") / 1000),
                   rtp.empty() ? "" : std::to_string(lost), jitter, text(call, "route")});
    }
    return table.empty() ? "no calls\n" : table.text();
}

std::string render_registrations(const json::value& answer) {
    Table table({{"ACCOUNT", Align::left},
                 {"USER", Align::left},
                 {"SERVER", Align::left},
                 {"STATE", Align::left},
                 {"EXPIRES", Align::right},
                 {"ATTEMPTS", Align::right},
                 {"LAST ANSWER", Align::left}});
    for (const auto& one : list(answer)) {
        const auto expires = number(one, "expires_in_s");
        table.add({text(one, "account"), text(one, "user"), text(one, "server"), text(one, "state"),
                   expires > 0 ? duration_text(expires) : std::string(), text(one, "attempts"),
                   text(one, "reason")});
    }
    return table.empty() ? "no registrations\n" : table.text();
}

std::string render_spans(const json::value& answer) {
    Table table({{"SPAN", Align::right},
                 {"NAME", Align::left},
                 {"LABEL", Align::left},
                 {"SIDE", Align::left},
                 {"SWITCH", Align::left},
                 {"LAYER 1", Align::left},
                 {"D-CHANNEL", Align::left},
                 {"IN USE", Align::right},
                 {"IDLE", Align::right},
                 {"CALLS IN", Align::right},
                 {"CALLS OUT", Align::right},
                 {"LAST ERROR", Align::left}});
    for (const auto& span : list(answer)) {
        table.add({text(span, "span"), text(span, "name"), text(span, "label"), text(span, "side"),
                   text(span, "switch"),
                   flag(span, "missing")     ? "MISSING"
                   : flag(span, "layer1_up") ? "up"
                                             : "DOWN",
                   flag(span, "d_channel_up") ? "up" : "DOWN", text(span, "in_use"), text(span, "idle"),
                   text(span, "calls_in"), text(span, "calls_out"), text(span, "last_error")});
    }
    return table.empty() ? "no spans\n" : table.text();
}

std::string render_event(const json::value& event) {
    std::string line = local_time(text(event, "time")) + "  " + safe(text(event, "name"));
    if (const auto* fields = member(event, "fields").if_object()) {
        for (const auto& [key, value] : *fields) {
            const auto shown = safe(text(value));
            const bool quote = shown.empty() || shown.find(' ') != std::string::npos;
            line += "  " + safe({key.data(), key.size()}) + "=" + (quote ? "\"" + shown + "\"" : shown);
        }
    }
    return line + "\n";
}

std::string render_events(const json::value& answer) {
    std::string out;
    for (const auto& event : list(answer))
        out += render_event(event);
    return out.empty() ? "no events\n" : out;
}

std::string render_metrics(const json::value& answer) {
    return text(answer, "text");
}

std::string render_commands(const json::value& answer) {
    Table table({{"COMMAND", Align::left}, {"PARAMETERS", Align::left}, {"WHAT IT DOES", Align::left}});
    for (const auto& command : list(answer)) {
        std::string parameters;
        for (const auto& parameter : list(member(command, "parameters"))) {
            const auto name = text(parameter, "name");
            parameters +=
                (parameters.empty() ? "" : " ") + (flag(parameter, "required") ? name : "[" + name + "]");
        }
        table.add({text(command, "name"), parameters, text(command, "summary")});
    }
    return table.text();
}

}  // namespace tipring::cli
