// Lines (lines.hpp). Thread: core.
#include "lines.hpp"

#include <algorithm>
#include <map>

#include "standing_routes.hpp"
#include "tipring/base/log.hpp"
#include "translate.hpp"

namespace tipring::daemon {
namespace {

using namespace std::chrono_literals;

constexpr std::chrono::seconds retry_interval{5};
/// How often a line in use that is to change is looked at, and a channel that its last owner has still.
constexpr base::Duration waiting_interval = 500ms, settling_interval = 50ms;
/// Then a channel that cannot be opened is missing.
constexpr base::Duration settling_limit = 2s;
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

std::unique_ptr<analog::Port> make_stand_in(const PortPlan& plan, const std::string& why) {
    return analog::make_missing_port(plan.settings, why);
}
std::unique_ptr<isdn::Span> make_stand_in(const SpanPlan& plan, const std::string& why) {
    return isdn::make_missing_span(plan.settings, why);
}

bool in_use(const analog::Port& port) {
    return port.in_use();
}
bool in_use(const isdn::Span& span) {
    return !span.idle();
}

bool adopts(const analog::Port&, const config::Port&) {
    return false;
}
bool adopts(isdn::Span& span, const config::Span& settings) {
    return span.adopt(settings);
}

/// What an operator or a server has said of the old line, which had the settings `old`.
template <class Slot>
void carry_over(const Slot& slot, const analog::PortView& view, const config::Port& old) {
    if (!view.in_service) slot.line->set_in_service(false);
    const auto& now = slot.plan.settings;
    const bool same_mailbox =
        now.number == old.number && now.account == old.account && now.fxs.mailbox == old.fxs.mailbox;
    if (same_mailbox) slot.line->set_messages(view.messages);
}
template <class Slot>
void carry_over(Slot& slot, const isdn::SpanView& view, const config::Span&) {
    if (!view.bearers.empty()) {
        slot.out_of_service.clear();
        for (const auto& bearer : view.bearers) {
            if (bearer.out_here) slot.out_of_service.emplace(bearer.span, bearer.position);
        }
    }
    auto spans = slot.line->trunk_members();
    spans.push_back(slot.line.get());
    for (auto* const span : spans) {
        for (const auto& [number, timeslot] : slot.out_of_service) {
            if (number == span->settings().number) static_cast<void>(span->set_in_service(timeslot, false));
        }
    }
}

/// A line that cannot be made is missing, whatever its library throws.
template <class Make>
auto guarded(Make make) -> decltype(make()) {
    try {
        return make();
    } catch (const std::exception& problem) {
        return base::fail(problem.what());
    }
}

}  // namespace

Lines::Lines(Parts parts)
    : parts_(std::move(parts)),
      routes_(std::make_shared<std::vector<routing::RouteRule>>()),
      services_(parts_.config.state_file),
      timer_(parts_.reactor) {}

void Lines::want() {
    wanted_ports_ = port_plans(parts_.config);
    wanted_spans_ = span_plans(parts_.config);
}

base::Result<void> Lines::open() {
    want();
    settle();
    renew_routes();
    // Nobody has had the channels before.
    for (auto& slot : ports_)
        slot.settling_until = slot.try_next_at = {};
    for (auto& slot : spans_)
        slot.settling_until = slot.try_next_at = {};
    try_missing();
    const auto all = ports_.size() + spans_.size();
    if (all > 0 && missing() == all) return base::fail("none of the channels could be opened");
    timer_.start(next_look(), [this] { look_again(); });
    return {};
}

std::vector<std::string> Lines::adopt() {
    want();
    auto done = settle();
    renew_routes();
    make_groups();
    timer_.start(next_look(), [this] { look_again(); });
    parts_.on_replaced();
    return done;
}

std::vector<std::string> Lines::waiting() const {
    std::vector<std::string> names;
    const auto look_at = [&](const auto& slots, const auto& wanted) {
        for (const auto& slot : slots) {
            const auto found = find_plan(wanted, key_of(slot.plan));
            if (found == wanted.end() || !same(*found, slot.plan))
                names.push_back(words_for(slot.plan.settings));
        }
        for (const auto& plan : wanted) {
            const bool there = std::ranges::any_of(
                slots, [&](const auto& slot) { return key_of(slot.plan) == key_of(plan); });
            if (!there) names.push_back(words_for(plan.settings));
        }
    };
    look_at(ports_, wanted_ports_);
    look_at(spans_, wanted_spans_);
    return names;
}

std::vector<std::string> Lines::missing_lines() const {
    std::vector<std::string> names;
    const auto look_at = [&](const auto& slots) {
        for (const auto& slot : slots) {
            if (slot.line->missing())
                names.push_back(words_for(slot.plan.settings) + ": " + slot.line->view().last_error);
        }
    };
    look_at(ports_);
    look_at(spans_);
    return names;
}

config::Config Lines::as_made() const {
    auto config = parts_.config;
    config.ports.clear();
    for (const auto& slot : ports_)
        config.ports.push_back(slot.plan.settings);
    config.spans.clear();
    for (const auto& slot : spans_)
        config.spans.push_back(slot.plan.settings);
    return config;
}

/// Makes the lines what is wanted, but for those in use.
std::vector<std::string> Lines::settle() {
    std::vector<std::string> done;
    settle(ports_, wanted_ports_, former_ports_, done);
    settle(spans_, wanted_spans_, former_spans_, done);
    return done;
}

void Lines::renew_routes() {
    *routes_ = route_rules(standing_routes(as_made(), wanted_ports_, wanted_spans_));
}

template <class AnySlot, class Plan, class Line>
void Lines::settle(std::vector<AnySlot>& slots, const std::vector<Plan>& wanted,
                   std::vector<std::unique_ptr<Line>>& former, std::vector<std::string>& done) {
    std::vector<Standing<Plan>> standing;
    for (const auto& slot : slots)
        standing.push_back(
            {.plan = slot.plan, .in_use = in_use(*slot.line), .missing = slot.line->missing()});
    const auto steps_to_take = steps(standing, wanted);
    const auto now = parts_.reactor.now();
    const auto settling_until = now + settling_limit, try_next_at = now + settling_interval;
    for (auto& slot : slots) {
        const auto step = steps_to_take.at(key_of(slot.plan));
        const auto found = find_plan(wanted, key_of(slot.plan));
        if (step == Step::adopt && adopts(*slot.line, found->settings)) {
            slot.plan = *found;
            done.push_back(words_for(slot.plan.settings) + ": changed");
        }
        if (step != Step::remake && step != Step::remove) continue;
        done.push_back(words_for(slot.plan.settings) + (step == Step::remove ? ": removed" : ": changed"));
        const auto view = slot.line->view();
        slot.line->shut_down();
        parts_.calls.remove_exit(slot.line->exit());
        former.push_back(std::move(slot.line));
        if (step == Step::remove) continue;
        const auto old = std::exchange(slot.plan, *found).settings;
        slot.line = make_stand_in(slot.plan, not_tried);
        slot.settling_until = settling_until;
        slot.try_next_at = try_next_at;
        carry_over(slot, view, old);
        announce(slot.line->exit());
    }
    std::erase_if(slots, [](const AnySlot& slot) { return slot.line == nullptr; });
    for (const auto& plan : wanted) {
        if (steps_to_take.at(key_of(plan)) != Step::add) continue;
        slots.push_back({.line = make_stand_in(plan, not_tried),
                         .plan = plan,
                         .settling_until = settling_until,
                         .try_next_at = try_next_at});
        announce(slots.back().line->exit());
        done.push_back(words_for(plan.settings) + ": added");
    }
    // As in the file; those that are to go come last.
    std::ranges::stable_sort(slots, {},
                             [&](const AnySlot& slot) { return find_plan(wanted, key_of(slot.plan)); });
}

base::Result<std::unique_ptr<analog::Port>> Lines::make(const PortPlan& plan) {
    const auto& settings = plan.settings;
    auto country = hardware::country_tones(plan.country);
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
                                 .learnt_tones = learnt_tones(plan.tones, settings.fxo.learnt_tones)};
    if (parts_.sip_fault) {
        port_parts.sip_fault = [this, account = settings.account, number = settings.number] {
            return parts_.sip_fault(account, number);
        };
    }
    if (settings.kind == config::PortKind::fxo) return analog::make_fxo_port(settings, std::move(port_parts));
    return analog::make_fxs_port(settings, std::move(port_parts), services_,
                                 {plan.codes, plan.forward_no_answer, routes_});
}

base::Result<std::unique_ptr<isdn::Span>> Lines::make(const SpanPlan& plan) {
    const auto& settings = plan.settings;
    auto country = hardware::country_tones(plan.country);
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
            if (bearer->info.span.value != each->number)
                return base::fail(base::format("channel {} is in span {} of the board; write span: {}",
                                               number, bearer->info.span.value, bearer->info.span.value));
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
    for (auto& group : groups_) {
        parts_.calls.remove_exit(*group);
        former_groups_.push_back(std::move(group));
    }
    groups_.clear();
    std::map<std::string, std::vector<analog::Port*>> members;
    for (const auto& slot : ports_) {
        // A group of telephones is for pickup: no call goes to it.
        const auto plan = find_plan(wanted_ports_, key_of(slot.plan));
        const bool trunk = plan != wanted_ports_.end() && plan->settings.kind == config::PortKind::fxo;
        if (trunk && !plan->settings.group.empty()) members[plan->settings.group].push_back(slot.line.get());
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
template <class AnySlot, class Line>
bool Lines::try_missing(AnySlot& slot, std::vector<std::unique_ptr<Line>>& former) {
    const auto now = parts_.reactor.now();
    if (!slot.line->missing() || now < slot.try_next_at) return false;
    const auto view = slot.line->view();
    slot.line->shut_down();
    auto made = guarded([&] { return make(slot.plan); });
    const bool settles = now < slot.settling_until;
    slot.try_next_at = now + (settles ? settling_interval : base::Duration(retry_interval));
    if (!made && (settles || made.error().message == view.last_error)) return false;
    former.push_back(std::move(slot.line));
    const auto& settings = slot.plan.settings;
    if (made) {
        if (view.last_error != not_tried) base::log::info("hardware", "{} is there now", name_of(settings));
        slot.line = std::move(*made);
    } else {
        log_missing(name_of(settings), made.error().message);
        slot.line = make_stand_in(slot.plan, made.error().message);
    }
    carry_over(slot, view, settings);
    announce(slot.line->exit());
    return true;
}

bool Lines::try_missing() {
    bool replaced = false;
    for (auto& slot : ports_)
        replaced |= try_missing(slot, former_ports_);
    for (auto& slot : spans_)
        replaced |= try_missing(slot, former_spans_);
    if (replaced) make_groups();
    return replaced;
}

void Lines::look_again() {
    former_groups_.clear();
    former_ports_.clear();
    former_spans_.clear();
    const auto done = settle();
    for (const auto& text : done)
        base::log::info("daemon", "{}, as the port map has had it since the last reload", text);
    if (!done.empty()) {
        renew_routes();
        make_groups();
    }
    if (try_missing() || !done.empty()) parts_.on_replaced();
    timer_.start(next_look(), [this] { look_again(); });
}

bool Lines::settling() const {
    const auto settles = [now = parts_.reactor.now()](const auto& slot) {
        return slot.settling_until > now && slot.line->missing();
    };
    return std::ranges::any_of(ports_, settles) || std::ranges::any_of(spans_, settles);
}

base::Duration Lines::next_look() const {
    const auto now = parts_.reactor.now();
    auto next = now + (waiting().empty() ? base::Duration(retry_interval) : waiting_interval);
    const auto look_at = [&](const auto& slots) {
        for (const auto& slot : slots) {
            if (slot.line->missing()) next = std::min(next, slot.try_next_at);
        }
    };
    look_at(ports_);
    look_at(spans_);
    return std::max(std::chrono::ceil<base::Duration>(next - now), settling_interval);
}

std::vector<analog::Port*> Lines::ports() const {
    std::vector<analog::Port*> all;
    for (const auto& slot : ports_)
        all.push_back(slot.line.get());
    return all;
}

std::vector<isdn::Span*> Lines::spans() const {
    std::vector<isdn::Span*> all;
    for (const auto& slot : spans_) {
        all.push_back(slot.line.get());
        for (auto* const member : slot.line->trunk_members())
            all.push_back(member);
    }
    return all;
}

std::size_t Lines::missing() const {
    const auto is_missing = [](const auto& slot) { return slot.line->missing(); };
    return static_cast<std::size_t>(std::ranges::count_if(ports_, is_missing) +
                                    std::ranges::count_if(spans_, is_missing));
}

void Lines::set_messages(const sip::Identity& identity, const sip::MessageSummary& summary) {
    const auto numbers = ports_of_mailbox(as_made(), identity);
    for (const auto& slot : ports_) {
        if (std::ranges::find(numbers, slot.plan.settings.number) != numbers.end())
            slot.line->set_messages(summary.waiting ? std::max(summary.new_messages, 1U) : 0);
    }
}

void Lines::shut_down() {
    timer_.stop();
    for (const auto& slot : ports_)
        slot.line->shut_down();
    for (const auto& slot : spans_)
        slot.line->shut_down();
}

}  // namespace tipring::daemon
