#include "view_json.hpp"

#include <boost/json/array.hpp>
#include <cmath>
#include <cstdio>
#include <ctime>

namespace tipring::control {
namespace json = boost::json;

namespace {

/// Empty for an endpoint that is no RTP session, or that nothing has passed yet.
json::object rtp_object(const media::RtpStats& stats) {
    if (stats.packets_sent + stats.packets_received == 0) return {};
    return {{"codec", stats.codec == dsp::Law::alaw ? "PCMA" : "PCMU"},
            {"packets_sent", stats.packets_sent},
            {"packets_received", stats.packets_received},
            {"packets_lost", stats.packets_lost},
            {"packets_late", stats.packets_late},
            {"packets_discarded", stats.packets_discarded},
            {"jitter_ms", one_decimal(stats.jitter_ms)},
            {"buffer_ms", one_decimal(stats.buffer_ms)},
            {"round_trip_ms", one_decimal(stats.round_trip_ms)},
            {"remote_loss", stats.remote_loss}};
}

}  // namespace

double one_decimal(double value) {
    return std::round(value * 10) / 10;
}

std::string iso_time(std::chrono::system_clock::time_point time) {
    const auto since_epoch = std::chrono::duration_cast<std::chrono::milliseconds>(time.time_since_epoch());
    const std::time_t seconds = since_epoch.count() / 1000;
    std::tm parts{};
    ::gmtime_r(&seconds, &parts);
    char date[32];
    char text[48];
    std::strftime(date, sizeof date, "%Y-%m-%dT%H:%M:%S", &parts);
    std::snprintf(text, sizeof text, "%s.%03dZ", date, static_cast<int>(since_epoch.count() % 1000));
    return text;
}

json::object span_row(const isdn::SpanView& view) {
    json::array bearers;
    for (const auto& bearer : view.bearers) {
        bearers.push_back(json::object{{"span", bearer.span},
                                       {"timeslot", bearer.position},
                                       {"channel", bearer.channel.value},
                                       {"state", isdn::name(bearer.state)},
                                       {"call", bearer.call.value},
                                       {"out_here", bearer.out_here},
                                       {"out_remote", bearer.out_remote},
                                       {"removed", bearer.removed}});
    }
    json::array spans;
    for (const auto& span : view.spans) {
        using DChannel = isdn::TrunkSpanView::DChannel;
        json::object row{{"span", span.number},
                         {"interface", span.interface},
                         {"layer1_up", span.layer1_up},
                         {"d_channel", nullptr}};
        if (span.d_channel != DChannel::none) {
            row["d_channel"] = span.d_channel == DChannel::primary ? "primary" : "backup";
            row["d_channel_up"] = span.d_channel_up;
            row["active"] = span.active;
        }
        spans.push_back(std::move(row));
    }
    return {{"span", view.number},
            {"name", view.name},
            {"trunk", view.trunk},
            {"spans", std::move(spans)},
            {"label", view.label},
            {"side", view.side},
            {"switch", view.switch_type},
            {"missing", view.missing},
            {"layer1_up", view.layer1_up},
            {"d_channel_up", view.d_channel_up},
            {"in_use", view.in_use},
            {"idle", view.idle},
            {"held", view.held},
            {"calls_in", view.calls_in},
            {"calls_out", view.calls_out},
            {"d_channel_losses", view.d_channel_losses},
            {"restarts", view.restarts},
            {"restart_failures", view.restart_failures},
            {"repairs", view.repairs},
            {"service_messages", view.service_messages},
            {"last_error", view.last_error},
            {"bearers", std::move(bearers)}};
}

json::object registration_row(const sip::RegistrationView& view) {
    return {{"account", view.account},  {"user", view.user},
            {"server", view.server},    {"state", sip::name(view.state)},
            {"reason", view.reason},    {"expires_in_s", view.expires_in.count()},
            {"attempts", view.attempts}};
}

json::object call_row(const call::CallView& view, const media::Engine& engine) {
    json::object row{{"id", view.id.value},
                     {"state", call::shown_state(view)},
                     {"from", view.from_endpoint},
                     {"to", view.to_endpoint},
                     {"caller", view.caller},
                     {"presentation", call::name(view.presentation)},
                     {"called", view.called},
                     {"route", view.route},
                     {"duration_ms", view.duration.count()}};
    json::array audio;
    for (const auto endpoint : {view.from_media, view.to_media}) {
        if (!endpoint) continue;
        if (auto rtp = rtp_object(engine.rtp_stats(endpoint)); !rtp.empty()) audio.push_back(std::move(rtp));
    }
    row["rtp"] = std::move(audio);
    return row;
}

json::object event_object(const telemetry::Event& event) {
    json::object fields;
    for (const auto& [key, value] : event.fields)
        fields[key] = value;
    return {{"sequence", event.sequence},
            {"time", iso_time(event.time)},
            {"name", event.name},
            {"fields", std::move(fields)}};
}

json::object hearing_object(const farend::Hearing& hearing) {
    return {{"level_dbm0", one_decimal(hearing.level_dbm0)},
            {"frequency1_hz", one_decimal(hearing.frequency1_hz)},
            {"frequency2_hz", one_decimal(hearing.frequency2_hz)},
            {"tone", hearing.tone}};
}

}  // namespace tipring::control
