// metrics: everything that is counted, for Prometheus and its like.
#include <algorithm>
#include <array>
#include <boost/json/object.hpp>
#include <optional>

#include "commands.hpp"
#include "port_counts.hpp"
#include "tipring/telemetry/open_metrics.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

using telemetry::OpenMetrics;
using Type = OpenMetrics::Type;
using Labels = OpenMetrics::Labels;

std::uint64_t seconds_since_epoch(std::chrono::system_clock::time_point time) {
    return static_cast<std::uint64_t>(
        std::chrono::floor<std::chrono::seconds>(time.time_since_epoch()).count());
}

void gateway(OpenMetrics& out, const System& system) {
    out.family(Type::gauge, "tipring_build_info", "", "The daemon that runs.");
    out.sample({{"version", system.version}, {"board", system.board}}, 1);
    out.family(Type::gauge, "tipring_start_time_seconds", "seconds", "When it was started, since 1970.");
    out.sample({}, seconds_since_epoch(system.started));
    out.family(Type::gauge, "tipring_calls_active", "", "Calls that are going on.");
    out.sample({}, system.calls.calls().size());
    out.family(Type::counter, "tipring_calls", "", "Calls since the start.");
    out.sample({}, system.calls.total());
    out.family(Type::gauge, "tipring_ports", "", "Analogue ports by condition.");
    for (const auto& [state, count] : port_counts(system))
        out.sample({{"state", std::string(state)}}, count);
}

void media(OpenMetrics& out, const media::EngineStats& stats) {
    out.family(Type::counter, "tipring_media_ticks", "", "Turns of the media thread.");
    out.sample({}, stats.ticks);
    out.family(Type::counter, "tipring_media_late_ticks", "", "Turns that began too late.");
    out.sample({}, stats.late_ticks);
}

void sip(OpenMetrics& out, const sip::Service& service) {
    out.family(Type::gauge, "tipring_sip_account_usable", "", "Registered, or a peer that can be used.");
    for (const auto& account : service.registrations()) {
        const bool usable = account.state == sip::RegistrationState::registered ||
                            account.state == sip::RegistrationState::peer;
        out.sample({{"account", account.account}, {"user", account.user}}, usable ? 1 : 0);
    }
    const auto stats = service.stats();
    out.family(Type::counter, "tipring_sip_refused_requests", "", "Requests from unknown addresses.");
    out.sample({}, stats.refused);
    out.family(Type::counter, "tipring_sip_malformed_messages", "",
               "Messages that were refused as malformed.");
    out.sample({}, stats.malformed);
}

/// A span with what is asked of it more than once.
struct Looked {
    isdn::SpanView view;
    const isdn::LineHealth* health;  ///< null: nobody looks at it
    isdn::HealthInterval day;

    Looked(const isdn::Span& span, const isdn::SpanCare* care)
        : view(span.view()), health(care != nullptr ? care->health(span) : nullptr) {
        if (health != nullptr) day = health->day();
    }
    hardware::AlarmSet alarms() const { return health != nullptr ? health->alarms() : hardware::AlarmSet{}; }
    /// What stands for a whole trunk is told once, with its first span.
    bool speaks_for_trunk() const { return view.trunk.empty(); }
    /// Of the span's own D-channel; none: it has none (NFAS).
    std::optional<bool> d_channel_up() const {
        if (view.spans.empty()) return view.d_channel_up;
        const auto own = std::ranges::find(view.spans, view.number, &isdn::TrunkSpanView::number);
        if (own == view.spans.end() || own->d_channel == isdn::TrunkSpanView::DChannel::none)
            return std::nullopt;
        return own->d_channel_up;
    }
    Labels labels() const { return {{"span", std::to_string(view.number)}, {"name", view.name}}; }
    Labels labels(std::string_view key, std::string_view value) const {
        auto all = labels();
        all.emplace_back(key, value);
        return all;
    }
};

void span_states(OpenMetrics& out, const std::vector<Looked>& spans) {
    out.family(Type::gauge, "tipring_span_layer1_up", "", "1 while no alarm takes the span out of use.");
    for (const auto& span : spans)
        out.sample(span.labels(), span.view.layer1_up ? 1 : 0);
    out.family(Type::gauge, "tipring_span_d_channel_up", "", "1 while Q.921 multiframe operation stands.");
    for (const auto& span : spans) {
        if (const auto up = span.d_channel_up()) out.sample(span.labels(), *up ? 1 : 0);
    }
    out.family(Type::gauge, "tipring_span_alarm", "", "1 while the span has this alarm.");
    for (const auto& span : spans) {
        for (const auto alarm : isdn::counted_alarms)
            out.sample(span.labels("alarm", hardware::name(alarm)), span.alarms().has(alarm) ? 1 : 0);
    }
    out.family(Type::gauge, "tipring_span_channels", "", "B-channels by state.");
    for (const auto& span : spans) {
        std::array<unsigned, isdn::bearer_states> counts{};
        for (const auto& bearer : span.view.bearers) {
            if (bearer.span == span.view.number) ++counts.at(static_cast<std::size_t>(bearer.state));
        }
        for (std::size_t i = 0; i < counts.size(); ++i)
            out.sample(span.labels("state", isdn::name(static_cast<isdn::BearerState>(i))), counts[i]);
    }
}

void span_counters(OpenMetrics& out, const std::vector<Looked>& spans) {
    out.family(Type::counter, "tipring_span_calls", "", "Calls since the start.");
    for (const auto& span : spans) {
        if (!span.speaks_for_trunk()) continue;
        out.sample(span.labels("direction", "in"), span.view.calls_in);
        out.sample(span.labels("direction", "out"), span.view.calls_out);
    }
    out.family(Type::counter, "tipring_span_restarts", "", "Channels that were restarted, by outcome.");
    for (const auto& span : spans) {
        if (!span.speaks_for_trunk()) continue;
        out.sample(span.labels("outcome", "acknowledged"), span.view.restarts);
        out.sample(span.labels("outcome", "unanswered"), span.view.restart_failures);
    }
    out.family(Type::counter, "tipring_span_repairs", "",
               "Channels and calls that the audit had to release.");
    for (const auto& span : spans) {
        if (span.speaks_for_trunk()) out.sample(span.labels(), span.view.repairs);
    }
    out.family(Type::counter, "tipring_span_errors", "", "What the framer and the D-channel have counted.");
    for (const auto& span : spans) {
        for (std::size_t i = 0; i < isdn::health_counts; ++i) {
            const auto which = static_cast<isdn::HealthCount>(i);
            if (span.day.counts_it(which))
                out.sample(span.labels("kind", isdn::name(which)), span.health->totals()[i]);
        }
    }
    out.family(Type::gauge, "tipring_span_day_seconds", "seconds",
               "Seconds of the last day, by G.826 quality.");
    for (const auto& span : spans) {
        out.sample(span.labels("quality", "errored"), span.day.errored);
        out.sample(span.labels("quality", "severely_errored"), span.day.severely_errored);
        out.sample(span.labels("quality", "unavailable"), span.day.unavailable);
    }
}

class MetricsCommand final : public Command {
  public:
    explicit MetricsCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "metrics"; }
    std::string_view summary() const override { return "what is counted, as OpenMetrics text"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        OpenMetrics out;
        gateway(out, system_);
        media(out, system_.engine.stats());
        if (system_.sip != nullptr) sip(out, *system_.sip);
        std::vector<Looked> spans;
        for (const auto* span : system_.spans)
            spans.emplace_back(*span, system_.span_care);
        if (!spans.empty()) {
            span_states(out, spans);
            span_counters(out, spans);
        }
        return json::object{{"text", std::move(out).finish()}};
    }

  private:
    const System& system_;
};

}  // namespace

void add_metrics_command(Registry& registry, System& system) {
    registry.add(std::make_unique<MetricsCommand>(system));
}

}  // namespace tipring::control
