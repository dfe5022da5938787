// span.show, span.service, span.restart.
#include <algorithm>
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter span_parameter{"span", "string", true, "number or name of the span"};
const Parameter channel_parameter{"channel", "integer", false,
                                  "timeslot of one B-channel, 1-31; default: all"};
constexpr std::int64_t most_timeslots = 31;

/// By its number first, as with ports.
isdn::Span* find_span(const System& system, std::string_view text) {
    const auto numbered = std::ranges::find_if(
        system.spans, [text](const auto* span) { return std::to_string(span->settings().number) == text; });
    if (numbered != system.spans.end()) return *numbered;
    const auto named = std::ranges::find_if(
        system.spans, [text](const auto* span) { return span->settings().name == text; });
    return named != system.spans.end() ? *named : nullptr;
}

CommandError no_such_span(const System& system, std::string_view text) {
    std::string known;
    for (const auto* span : system.spans)
        known += (known.empty() ? "" : ", ") + std::to_string(span->settings().number);
    return {rpc_code::not_found, base::format("there is no span {} ({})", base::printable(text, 60),
                                              known.empty() ? "none is configured" : "spans: " + known)};
}

/// No value: all of them.
std::optional<unsigned> timeslot(const json::object& parameters) {
    if (!parameters.contains("channel")) return std::nullopt;
    return static_cast<unsigned>(integer_parameter(parameters, "channel", 0, 0, most_timeslots + 1));
}

/// What is common to the commands: the span they are about.
class SpanCommand : public Command {
  public:
    explicit SpanCommand(System& system) : system_(system) {}
    Reply run(const json::object& parameters) final {
        const auto text = text_parameter(parameters, "span");
        auto* span = find_span(system_, text);
        if (span == nullptr) return no_such_span(system_, text);
        return run_on(*span, parameters);
    }

  protected:
    virtual Reply run_on(isdn::Span& span, const json::object& parameters) = 0;

  private:
    System& system_;
};

class SpanShowCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.show"; }
    std::string_view summary() const override { return "one primary-rate span with its B-channels"; }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {span_parameter}; }

  protected:
    Reply run_on(isdn::Span& span, const json::object&) override { return span_row(span.view()); }
};

class SpanServiceCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.service"; }
    std::string_view summary() const override {
        return "takes B-channels out of service (their calls go on, no new ones come) or back in";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {span_parameter,
                channel_parameter,
                {"in_service", "boolean", true, "true: in service, false: out of service"}};
    }

  protected:
    Reply run_on(isdn::Span& span, const json::object& parameters) override {
        const auto done = span.set_in_service(timeslot(parameters), flag_parameter(parameters, "in_service"));
        if (!done) return CommandError{rpc_code::refused, done.error().message};
        return span_row(span.view());
    }
};

class SpanRestartCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.restart"; }
    std::string_view summary() const override {
        return "sends RESTART for one idle B-channel, or for all idle ones";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override { return {span_parameter, channel_parameter}; }

  protected:
    Reply run_on(isdn::Span& span, const json::object& parameters) override {
        const auto asked = span.restart(timeslot(parameters));
        if (!asked) return CommandError{rpc_code::refused, asked.error().message};
        return json::object{{"channels", *asked}};
    }
};

}  // namespace

void add_span_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SpanShowCommand>(system));
    registry.add(std::make_unique<SpanServiceCommand>(system));
    registry.add(std::make_unique<SpanRestartCommand>(system));
}

}  // namespace tipring::control
