#include "span_json.hpp"

#include <boost/json/array.hpp>

#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

json::array alarm_names(hardware::AlarmSet alarms) {
    const auto names = hardware::names(alarms);
    return json::array(names.begin(), names.end());
}

json::object settings_object(const hardware::SpanSettings& settings) {
    json::object object{{"name", settings.name},
                        {"description", settings.description},
                        {"device", settings.device},
                        {"type", hardware::name(settings.type)},
                        {"framing", hardware::name(settings.framing)},
                        {"coding", hardware::name(settings.coding)},
                        {"crc4", nullptr},
                        {"build_out", nullptr},
                        {"build_out_text", settings.build_out_text},
                        {"sync_source", settings.sync_source},
                        {"sync_master", settings.sync_master},
                        {"channels", settings.channels},
                        {"configured_channels", settings.configured_channels}};
    if (settings.crc4) object["crc4"] = *settings.crc4;
    if (settings.build_out) object["build_out"] = *settings.build_out;
    return object;
}

/// Counters that the driver has not got are null.
json::object interval_object(const isdn::HealthInterval& interval) {
    json::object counts, alarms;
    for (std::size_t i = 0; i < isdn::health_counts; ++i) {
        const auto which = static_cast<isdn::HealthCount>(i);
        auto& value = counts[isdn::name(which)];
        if (interval.counts_it(which)) value = interval.count(which);
    }
    for (const auto alarm : isdn::counted_alarms)
        alarms[base::lower(hardware::name(alarm))] = interval.alarm(alarm);
    return {{"begins", iso_time(interval.begins)},
            {"seconds", interval.seconds},
            {"unread_seconds", interval.unread},
            {"errored_seconds", interval.errored},
            {"severely_errored_seconds", interval.severely_errored},
            {"unavailable_seconds", interval.unavailable},
            {"alarm_seconds", std::move(alarms)},
            {"counts", std::move(counts)},
            {"clean", interval.clean()}};
}

}  // namespace

json::object line_object(const isdn::LineSheet& line) {
    json::array disagreements;
    for (const auto& found : line.disagreements) {
        disagreements.push_back(
            json::object{{"key", found.key}, {"message", found.message}, {"advice", found.advice}});
    }
    json::object object{{"alarms", alarm_names(line.alarms)},
                        {"loop", hardware::name(line.loop)},
                        {"disagreements", std::move(disagreements)},
                        {"error", line.error}};
    if (line.error.empty()) object["settings"] = settings_object(line.settings);
    return object;
}

json::object health_object(unsigned span, const isdn::LineHealth& health, const isdn::HealthState& state) {
    json::array intervals, verdict;
    for (const auto& interval : health.history())
        intervals.push_back(interval_object(interval));
    const auto day = health.day();
    for (const auto& sentence : isdn::health_verdict(span, day, state))
        verdict.push_back(json::value(sentence));
    return {{"span", span},
            {"t1", health.t1()},
            {"alarms", alarm_names(state.alarms)},
            {"unavailable", health.unavailable()},
            {"current", interval_object(health.current())},
            {"intervals", std::move(intervals)},
            {"day", interval_object(day)},
            {"verdict", std::move(verdict)}};
}

json::object bit_test_object(const isdn::BitErrorResult& result) {
    const auto verdict = isdn::judge_bit_errors(result);
    return {{"pattern", dsp::name(result.pattern)},
            {"seconds", result.ran.count()},
            {"in_sync", result.report.in_sync},
            {"found", result.report.found},
            {"losses", result.report.losses},
            {"bits", result.report.bits},
            {"errors", result.report.errors},
            {"error_ratio", isdn::error_ratio(result.report)},
            {"errored_seconds", result.errored_seconds},
            {"blocks_lost", result.blocks_lost},
            {"verdict", verdict.grade},
            {"words", verdict.words},
            {"ended", result.ended}};
}

}  // namespace tipring::control
