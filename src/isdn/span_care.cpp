// Thread: core.
#include "tipring/isdn/span_care.hpp"

#include <algorithm>
#include <utility>

#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::isdn {
namespace {

namespace log = base::log;
using hardware::SpanLoop;

constexpr std::chrono::seconds look_interval{1};

base::SpanNumber span_number(const Span& span) {
    return {span.settings().number};
}

HealthSample sample_of(const hardware::SpanReading& reading, const SpanView& view) {
    HealthSample sample;
    sample.alarms = reading.alarms;
    std::ranges::copy(reading.counts, sample.counts.begin());
    if (view.missing || !view.trunk.empty()) return sample;  // the trunk's D-channel is its first span's
    const auto put = [&sample](HealthCount count, std::uint64_t value) {
        sample.counts[static_cast<std::size_t>(count)] = static_cast<std::uint32_t>(value);
    };
    put(HealthCount::d_channel_errors, view.d_channel_errors);
    put(HealthCount::d_channel_losses, view.d_channel_losses);
    return sample;
}

std::vector<std::string> warnings_of(const LineSheet& sheet) {
    std::vector<std::string> texts;
    if (!sheet.error.empty()) texts.push_back(sheet.error);
    for (const auto& found : sheet.disagreements)
        texts.push_back(base::format("{}; {}", found.message, found.advice));
    return texts;
}

}  // namespace

unsigned calls_of(const SpanView& view) {
    return static_cast<unsigned>(std::ranges::count_if(view.bearers, [&view](const BearerView& bearer) {
        const bool busy = bearer.state == BearerState::in_use || bearer.call;  // an alarm hides the state
        return bearer.span == view.number && busy && !bearer.testing;
    }));
}

SpanCare::SpanCare(SpanCareParts parts) : parts_(std::move(parts)), timer_(parts_.reactor) {}

SpanCare::~SpanCare() {
    shut_down();
}

void SpanCare::start() {
    lines_changed();
    next_ = parts_.reactor.now() + look_interval;
    timer_.start(look_interval, [this] { second(); });
}

void SpanCare::lines_changed() {
    if (stopped_) return;
    const auto before = std::exchange(warned_, {});
    for (const auto* span : parts_.spans()) {
        const auto number = span->settings().number;
        const auto known = before.find(number);
        for (auto& text : warnings_of(sheet(*span))) {
            if (known == before.end() || !known->second.contains(text)) log::warning("isdn", "{}", text);
            warned_[number].insert(std::move(text));
        }
    }
}

LineSheet SpanCare::sheet(const Span& span) const {
    LineSheet sheet;
    const auto loop = loops_.find(span.settings().number);
    if (loop != loops_.end()) sheet.loop = loop->second;
    const auto reading = parts_.board.read_span(span_number(span));
    if (reading) sheet.alarms = reading->alarms;
    auto settings = parts_.board.span_settings(span_number(span));
    if (!settings) {
        sheet.error = settings.error().message;
        return sheet;
    }
    sheet.settings = std::move(*settings);
    sheet.disagreements = compare_line(span.settings(), sheet.settings, sheet.alarms.any());
    return sheet;
}

const LineHealth* SpanCare::health(const Span& span) const {
    const auto found = health_.find(span.settings().number);
    return found != health_.end() ? &found->second : nullptr;
}

HealthState SpanCare::state(const Span& span) const {
    HealthState state;
    const auto line = sheet(span);
    state.alarms = line.alarms;
    state.d_channel_up = span.view().d_channel_up;
    state.card_runs_free = line.settings.told() && line.settings.sync_source == 0;
    return state;
}

// By a schedule: a timer that begins anew each second would lose one in some minutes.
void SpanCare::second() {
    const auto now = parts_.reactor.now();
    next_ = std::max(next_ + look_interval, now);
    timer_.start(std::chrono::ceil<std::chrono::milliseconds>(next_ - now), [this] { second(); });
    const auto time = parts_.wall_clock();
    for (auto* span : parts_.spans()) {
        span->set_looped(
            loops_.contains(span->settings().number));  // it may be new, in the place of a missing one
        look_at(*span, time);
    }
    std::erase_if(tests_, [](const auto& test) { return test.expired(); });
}

void SpanCare::look_at(const Span& span, HealthInterval::Time now) {
    const auto [entry, fresh] = health_.try_emplace(span.settings().number, span.settings().is_t1());
    auto& health = entry->second;
    const bool before = health.unavailable();
    const auto reading = parts_.board.read_span(span_number(span));
    health.second(now, reading ? std::optional(sample_of(*reading, span.view())) : std::nullopt);
    if (health.unavailable() == before) return;
    if (before) {
        log::info("isdn", "span={} the line is available again (ten good seconds)", span.settings().number);
    } else {
        log::warning("isdn",
                     "span={} the line is unavailable (ten bad seconds); see: tipringctl span {} health",
                     span.settings().number, span.settings().number);
    }
    tell(before ? "span.available" : "span.unavailable", span, "line");
}

base::Result<void> SpanCare::set_loop(Span& span, SpanLoop loop, bool force) {
    const auto number = span.settings().number;
    const auto calls = calls_of(span.view());
    if (loop != SpanLoop::off && calls > 0 && !force) {
        return base::fail(base::format(
            "span {} carries {} call(s), which a loop would cut; wait, or give --force", number, calls));
    }
    if (auto done = parts_.board.set_loop(span_number(span), loop); !done) return done;
    span.set_looped(loop != SpanLoop::off);
    if (loop == SpanLoop::off) {
        loops_.erase(number);
        log::info("isdn", "span={} no loop", number);
    } else {
        loops_[number] = loop;
        log::warning("isdn", "span={} {} loop is set; it carries no calls", number, hardware::name(loop));
    }
    tell("span.loop", span, hardware::name(loop));
    return {};
}

base::Result<std::shared_ptr<BitErrorTest>> SpanCare::start_test(Span& span, const BitErrorRequest& request,
                                                                 BitErrorObserver observer) {
    if (stopped_) return base::fail("the gateway stops");
    auto hold = span.hold(request.timeslot);
    if (!hold) return hold.error();
    auto test = std::make_shared<BitErrorTest>(parts_.reactor, parts_.engine, std::move(*hold), request,
                                               std::move(observer));
    tests_.push_back(test);
    return test;
}

void SpanCare::shut_down() {
    if (std::exchange(stopped_, true)) return;
    timer_.stop();
    for (const auto& weak : std::exchange(tests_, {})) {
        if (const auto test = weak.lock()) test->end("the gateway stops");
    }
    for (const auto& [number, loop] : std::exchange(loops_, {})) {
        if (const auto done = parts_.board.set_loop({number}, SpanLoop::off); !done)
            log::error("isdn", "{}", done.error().message);
        for (auto* span : parts_.spans()) {
            if (span->settings().number == number) span->set_looped(false);
        }
    }
}

void SpanCare::tell(std::string_view event, const Span& span, std::string_view word) const {
    if (parts_.on_event) parts_.on_event(event, span, word);
}

}  // namespace tipring::isdn
