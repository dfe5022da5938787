// span.service, span.restart: the B-channels of a span.
#include "commands.hpp"
#include "span_find.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter timeslot_parameter{"timeslot", "integer", false, "of one B-channel, 1-31; default: all"};
constexpr std::int64_t most_timeslots = 31;

/// No value: all of them.
std::optional<unsigned> timeslot(const json::object& parameters) {
    if (!parameters.contains("timeslot")) return std::nullopt;
    return static_cast<unsigned>(integer_parameter(parameters, "timeslot", 0, 0, most_timeslots + 1));
}

/// What is common to the commands: the span they are about.
class SpanChannelsCommand : public Command {
  public:
    explicit SpanChannelsCommand(System& system) : system_(system) {}
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

class SpanServiceCommand final : public SpanChannelsCommand {
  public:
    using SpanChannelsCommand::SpanChannelsCommand;
    std::string_view name() const override { return "span.service"; }
    std::string_view summary() const override {
        return "takes B-channels out of service (their calls go on, no new ones come) or back in";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {span_parameter,
                timeslot_parameter,
                {"in_service", "boolean", true, "true: in service, false: out of service"}};
    }

  protected:
    Reply run_on(isdn::Span& span, const json::object& parameters) override {
        const auto done = span.set_in_service(timeslot(parameters), flag_parameter(parameters, "in_service"));
        if (!done) return CommandError{rpc_code::refused, done.error().message};
        return span_row(span.view());
    }
};

class SpanRestartCommand final : public SpanChannelsCommand {
  public:
    using SpanChannelsCommand::SpanChannelsCommand;
    std::string_view name() const override { return "span.restart"; }
    std::string_view summary() const override {
        return "sends RESTART for one idle B-channel, or for all idle ones";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override { return {span_parameter, timeslot_parameter}; }

  protected:
    Reply run_on(isdn::Span& span, const json::object& parameters) override {
        const auto asked = span.restart(timeslot(parameters));
        if (!asked) return CommandError{rpc_code::refused, asked.error().message};
        return json::object{{"channels", *asked}};
    }
};

}  // namespace

void add_span_service_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SpanServiceCommand>(system));
    registry.add(std::make_unique<SpanRestartCommand>(system));
}

}  // namespace tipring::control
