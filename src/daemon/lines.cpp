// Lines (lines.hpp). Thread: core.
#include "lines.hpp"

#include <algorithm>
#include <map>

#include "tipring/base/log.hpp"
#include "translate.hpp"

namespace tipring::daemon {
namespace {

constexpr std::chrono::seconds retry_interval{5};
/// The reason of a stand-in that nobody has seen yet.
constexpr char not_tried[] = "not tried yet";

void log_missing(std::string_view what, const std::string& why) {
    base::log::error("hardware", "{} is missing: {}. Tried again every {}", what, why, retry_interval);
}

std::string name_of(const config::Port& port) {
    return base::format("port={}", port.channel);
}
std::string name_of(const config::Span& span) {
    return base::format("span={}", span.number);
}

}  // namespace

Lines::Lines(Parts parts)
    : parts_(std::move(parts)),
      routes_(std::make_shared<const std::vector<routing::RouteRule>>(route_rules(parts_.config.routes))),
      services_(parts_.config.state_file),
      retry_timer_(parts_.reactor) {}

base::Result<void> Lines::open() {
    for (const auto& settings : parts_.config.ports) {
        if (settings.enabled) ports_.push_back(analog::make_missing_port(settings, not_tried));
    }
    for (const auto& settings : parts_.config.spans)
        spans_.push_back(isdn::make_missing_span(settings, not_tried));
    try_missing();
    const auto all = ports_.size() + spans_.size();
    if (all > 0 && missing() == all) return base::fail("none of the channels could be opened");
    retry_timer_.start(retry_interval, [this] { retry(); });
    return {};
}

base::Result<std::unique_ptr<analog::Port>> Lines::make_port(const config::Port& settings) {
    auto country = hardware::country_tones(country_of(parts_.config, settings.country));
    if (!country) return country.error();
    set_level(country->tones, settings.country_profile.tone_level_dbm0);
    auto channel = parts_.board.open({settings.channel}, channel_options(parts_.config, settings));
    if (!channel) return channel.error();
    analog::PortParts port_parts{.reactor = parts_.reactor,
                                 .engine = parts_.engine,
                                 .calls = parts_.calls,
                                 .channel = std::move(*channel),
                                 .country = std::move(*country),
                                 .on_change =
                                     [this](const analog::PortView& view, const analog::StateChange& change) {
                                         parts_.events.publish("port.state", {{"port", to_text(view.channel)},
                                                                              {"number", view.number},
                                                                              {"state", change.state},
                                                                              {"because", change.because}});
                                     },
                                 .learnt_tones = learnt_tones(parts_.config, settings.fxo.learnt_tones)};
    if (settings.kind == config::PortKind::fxo) return analog::make_fxo_port(settings, std::move(port_parts));
    return analog::make_fxs_port(settings, std::move(port_parts), services_,
                                 {parts_.config.services, parts_.config.forward_no_answer, routes_});
}

base::Result<std::unique_ptr<isdn::Span>> Lines::make_span(const config::Span& settings) {
    auto country = hardware::country_tones(country_of(parts_.config, settings.country));
    if (!country) return country.error();
    auto d_channel = parts_.board.open_d_channel({settings.d_channel});
    if (!d_channel) return d_channel.error();
    std::vector<hardware::Channel> bearers;
    std::unique_ptr<hardware::DChannel> backup;
    for (const auto* each : config::spans_of_trunk(settings)) {
        for (const auto number : each->bearers) {
            auto bearer = parts_.board.open(
                {number}, {.law = law_of_span(*each), .kind = hardware::ChannelKind::bearer});
            if (!bearer) return bearer.error();
            bearers.push_back(std::move(*bearer));
        }
        if (each == &settings || each->d_channel == 0) continue;
        auto second = parts_.board.open_d_channel({each->d_channel});
        if (!second) return second.error();
        backup = std::move(*second);
    }
    return isdn::make_span(settings,
                           {.reactor = parts_.reactor,
                            .engine = parts_.engine,
                            .calls = parts_.calls,
                            .d_channel = std::move(*d_channel),
                            .bearers = std::move(bearers),
                            .backup_d_channel = std::move(backup),
                            .country = std::move(*country),
                            .on_change = [this](const isdn::SpanEvent& event,
                                                const isdn::SpanView& view) { publish(event, view); },
                            .span_alarm = [this](unsigned number) -> std::optional<bool> {
                                const auto reading = parts_.board.read_span({number});
                                if (!reading) return std::nullopt;
                                return reading->alarms.any();
                            }});
}

void Lines::publish(const isdn::SpanEvent& event, const isdn::SpanView& view) {
    std::vector<std::pair<std::string, std::string>> fields{{"span", std::to_string(event.span)},
                                                            {"name", view.name},
                                                            {"d_channel", view.d_channel_up ? "up" : "down"}};
    std::ranges::copy(event.fields, std::back_inserter(fields));
    if (const auto reading = parts_.board.read_span({event.span}); reading && reading->alarms.any()) {
        std::string alarms;
        for (const auto alarm : hardware::names(reading->alarms))
            alarms += (alarms.empty() ? "" : ",") + std::string(alarm);
        fields.emplace_back("alarms", std::move(alarms));
    }
    parts_.events.publish(std::string(event.name), std::move(fields));
}

void Lines::announce(call::Exit& exit) {
    parts_.calls.remove_exit(exit.destination());
    parts_.calls.add_exit(exit);
}

void Lines::make_groups() {
    std::ranges::move(groups_, std::back_inserter(former_groups_));
    groups_.clear();
    std::map<std::string, std::vector<analog::Port*>> members;
    for (const auto& port : ports_) {
        // A group of telephones is for pickup: no call goes to it.
        const bool trunk = port->settings().kind == config::PortKind::fxo;
        if (trunk && !port->settings().group.empty()) members[port->settings().group].push_back(port.get());
    }
    for (auto& [name, lines] : members) {
        const auto settings = std::ranges::find(parts_.config.groups, name, &config::Group::name);
        const auto strategy =
            settings != parts_.config.groups.end() ? settings->strategy : config::GroupStrategy::first_free;
        groups_.push_back(analog::make_line_group(name, strategy, std::move(lines)));
        announce(*groups_.back());
    }
}

// A port whose channel the driver took away has to let go of it before it can be opened anew. The media thread
// needs a moment for that, so the first attempt after it fails.
template <class Line, class Make, class MakeMissing>
bool Lines::try_missing(std::unique_ptr<Line>& line, std::vector<std::unique_ptr<Line>>& former, Make make,
                        MakeMissing make_missing) {
    const auto view = line->view();
    if (!view.missing) return false;
    const auto settings = line->settings();
    line->shut_down();
    auto made = make(settings);
    if (!made && made.error().message == view.last_error) return false;
    former.push_back(std::move(line));
    if (made) {
        if (view.last_error != not_tried) base::log::info("hardware", "{} is there now", name_of(settings));
        line = std::move(*made);
    } else {
        log_missing(name_of(settings), made.error().message);
        line = make_missing(settings, made.error().message);
    }
    if constexpr (requires { line->set_in_service(false); }) {
        if (!view.in_service) line->set_in_service(false);
    }
    announce(line->exit());
    return true;
}

bool Lines::try_missing() {
    bool replaced = false;
    for (auto& port : ports_) {
        replaced |= try_missing(
            port, former_ports_, [this](const auto& settings) { return make_port(settings); },
            analog::make_missing_port);
    }
    for (auto& span : spans_) {
        replaced |= try_missing(
            span, former_spans_, [this](const auto& settings) { return make_span(settings); },
            isdn::make_missing_span);
    }
    if (replaced) make_groups();
    return replaced;
}

void Lines::retry() {
    retry_timer_.start(retry_interval, [this] { retry(); });
    if (parts_.calls.calls().empty()) {
        former_ports_.clear();
        former_spans_.clear();
        former_groups_.clear();
    }
    if (try_missing()) parts_.on_replaced();
}

std::vector<analog::Port*> Lines::ports() const {
    std::vector<analog::Port*> all;
    for (const auto& port : ports_)
        all.push_back(port.get());
    return all;
}

std::vector<isdn::Span*> Lines::spans() const {
    std::vector<isdn::Span*> all;
    for (const auto& span : spans_) {
        all.push_back(span.get());
        for (auto* const member : span->trunk_members())
            all.push_back(member);
    }
    return all;
}

std::size_t Lines::missing() const {
    const auto is_missing = [](const auto& line) { return line->view().missing; };
    return static_cast<std::size_t>(std::ranges::count_if(ports_, is_missing) +
                                    std::ranges::count_if(spans_, is_missing));
}

void Lines::set_messages(const sip::Identity& identity, const sip::MessageSummary& summary) {
    const auto numbers = ports_of_mailbox(parts_.config, identity);
    for (const auto& port : ports_) {
        if (std::ranges::find(numbers, port->settings().number) != numbers.end())
            port->set_messages(summary.waiting ? std::max(summary.new_messages, 1U) : 0);
    }
}

void Lines::shut_down() {
    retry_timer_.stop();
    for (const auto& port : ports_)
        port->shut_down();
    for (const auto& span : spans_)
        span->shut_down();
}

}  // namespace tipring::daemon
