// The sheet of one primary-rate span.
#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

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

}  // namespace

std::string render_span(const json::value& answer) {
    Sheet sheet;
    auto title = text(answer, "span");
    if (const auto called = text(answer, "name"); called != title) title += ", " + called;
    if (const auto label = text(answer, "label"); !label.empty()) title += " (" + label + ")";
    sheet.add("Span", title);
    sheet.add("Type", text(answer, "switch") + ", " + text(answer, "side") + " side" +
                          (flag(answer, "service_messages") ? ", with SERVICE messages" : ""));
    sheet.add("State", span_layers(answer));
    sheet.add("Channels", text(answer, "in_use") + " in use, " + text(answer, "idle") + " idle");
    sheet.add("Calls", text(answer, "calls_in") + " in, " + text(answer, "calls_out") + " out");
    sheet.add("Restarts", span_restarts(answer));
    if (number(answer, "repairs") > 0) sheet.add("Repaired by the audit", text(answer, "repairs"));
    sheet.add("Last error", text(answer, "last_error"));
    Table table({{"TIMESLOT", Align::right},
                 {"CHANNEL", Align::right},
                 {"STATE", Align::left},
                 {"SERVICE", Align::left},
                 {"CALL", Align::right}});
    for (const auto& bearer : list(member(answer, "bearers"))) {
        table.add({text(bearer, "timeslot"), text(bearer, "channel"), state_words(text(bearer, "state")),
                   bearer_service(bearer),
                   number(bearer, "call") != 0 ? text(bearer, "call") : std::string()});
    }
    return sheet.text() + (table.empty() ? "" : "\n" + table.text());
}

std::string render_span_restart(const json::value& answer) {
    const auto channels = number(answer, "channels");
    return "RESTART for " +
           (channels == 1 ? std::string("1 channel") : std::to_string(channels) + " channels") + "\n";
}

}  // namespace tipring::cli
