// span.show, span.health, span.loop, span.test: the line of a span.
#include <boost/json/array.hpp>
#include <memory>
#include <optional>

#include "commands.hpp"
#include "span_find.hpp"
#include "span_json.hpp"
#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

/// A command about the line of a span.
class SpanCommand : public Command {
  public:
    explicit SpanCommand(System& system) : system_(system) {}
    std::vector<Parameter> parameters() const override { return {span_parameter}; }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "span");
        auto* span = find_span(system_, text);
        if (span == nullptr || system_.span_care == nullptr) return no_such_span(system_, text);
        return act(*span, *system_.span_care, parameters);
    }

  protected:
    virtual Reply act(isdn::Span& span, isdn::SpanCare& care, const json::object& parameters) = 0;
    System& system_;
};

class SpanShowCommand final : public Command {
  public:
    explicit SpanShowCommand(System& system) : system_(system) {}
    std::string_view name() const override { return "span.show"; }
    std::string_view summary() const override {
        return "one span: its channels, and what the driver is set to";
    }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {span_parameter}; }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "span");
        const auto* span = find_span(system_, text);
        if (span == nullptr) return no_such_span(system_, text);
        auto sheet = span_row(span->view());
        if (system_.span_care != nullptr) sheet["line"] = line_object(system_.span_care->sheet(*span));
        return sheet;
    }

  private:
    System& system_;
};

class SpanHealthCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.health"; }
    std::string_view summary() const override {
        return "a span's line in quarters of an hour over a day: errors, alarms, a verdict";
    }
    Access access() const override { return Access::read; }

  protected:
    Reply act(isdn::Span& span, isdn::SpanCare& care, const json::object&) override {
        const auto* health = care.health(span);
        return health_object(span.settings().number,
                             health != nullptr ? *health : isdn::LineHealth(span.settings().is_t1()),
                             care.state(span));
    }
};

std::optional<hardware::SpanLoop> loop_named(std::string_view word) {
    using hardware::SpanLoop;
    for (const auto loop : {SpanLoop::off, SpanLoop::local, SpanLoop::remote, SpanLoop::payload}) {
        if (hardware::name(loop) == word) return loop;
    }
    return std::nullopt;
}

class SpanLoopCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.loop"; }
    std::string_view summary() const override { return "sets or takes away the loop of a span"; }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {span_parameter,
                {"loop", "string", true, "off, local, remote or payload"},
                {"force", "boolean", false, "also while calls are up; they are cut"}};
    }

  protected:
    Reply act(isdn::Span& span, isdn::SpanCare& care, const json::object& parameters) override {
        const auto loop = loop_named(text_parameter(parameters, "loop"));
        if (!loop) {
            return CommandError{rpc_code::invalid_parameters,
                                "parameter \"loop\" is off, local, remote or payload"};
        }
        if (const auto done = care.set_loop(span, *loop, flag_parameter(parameters, "force")); !done)
            return CommandError{rpc_code::refused, done.error().message};
        return json::object{{"span", span.settings().number}, {"loop", hardware::name(*loop)}};
    }
};

/// One bit-error test for one client, who keeps it.
class BitChecking : public std::enable_shared_from_this<BitChecking> {
  public:
    explicit BitChecking(Client& client) : client_(client) {}

    base::Result<void> start(isdn::SpanCare& care, isdn::Span& span, const isdn::BitErrorRequest& request) {
        const std::weak_ptr<BitChecking> weak = weak_from_this();
        const auto tell = [weak](const json::object& news) {
            if (const auto self = weak.lock()) self->client_.notify("check", news);
        };
        auto test = care.start_test(span, request,
                                    {.progress =
                                         [tell](std::string_view what) {
                                             tell({{"progress", what}});
                                         },
                                     .done =
                                         [tell](const isdn::BitErrorResult& result) {
                                             tell({{"result", bit_test_object(result)}});
                                         }});
        if (!test) return test.error();
        test_ = std::move(*test);
        return {};
    }

  private:
    Client& client_;
    std::shared_ptr<isdn::BitErrorTest> test_;
};

class SpanTestCommand final : public SpanCommand {
  public:
    using SpanCommand::SpanCommand;
    std::string_view name() const override { return "span.test"; }
    std::string_view summary() const override {
        return "bit-error test of an idle B-channel towards a loop; notifications \"check\" tell progress "
               "and result";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {span_parameter,
                {"timeslot", "integer", true, "of the B-channel"},
                {"seconds", "integer", false, "how long: 1 to 3600; 10 when not given"},
                {"pattern", "integer", false, "11 (2^11-1, when not given) or 15 (2^15-1)"}};
    }
    void start(const json::object& parameters, Client& client, Answer answer) override {
        const auto text = text_parameter(parameters, "span");
        auto* span = find_span(system_, text);
        if (span == nullptr || system_.span_care == nullptr) return answer(no_such_span(system_, text));
        const auto request = request_of(parameters);
        if (!request) {
            return answer(CommandError{rpc_code::invalid_parameters, "parameter \"pattern\" is 11 or 15"});
        }
        const auto checking = std::make_shared<BitChecking>(client);
        if (const auto started = checking->start(*system_.span_care, *span, *request); !started)
            return answer(CommandError{rpc_code::refused, started.error().message});
        // The first progress comes a second from now.
        answer(json::value(
            json::object{{"checking", true}, {"longest_seconds", request->duration.count() + 1}}));
        client.keep(checking);
    }

  protected:
    Reply act(isdn::Span&, isdn::SpanCare&, const json::object&) override {
        return CommandError{rpc_code::refused, "span.test needs a connection"};
    }

  private:
    static std::optional<isdn::BitErrorRequest> request_of(const json::object& parameters) {
        isdn::BitErrorRequest request;
        request.timeslot = static_cast<unsigned>(integer_parameter(parameters, "timeslot", 0, 0, 255));
        request.duration = std::chrono::seconds(
            integer_parameter(parameters, "seconds", isdn::usual_bit_test.count(),
                              isdn::shortest_bit_test.count(), isdn::longest_bit_test.count()));
        const auto pattern = integer_parameter(parameters, "pattern", 11, 0, 255);
        if (pattern != 11 && pattern != 15) return std::nullopt;
        request.pattern = pattern == 11 ? dsp::PrbsPattern::bits_2047 : dsp::PrbsPattern::bits_32767;
        return request;
    }
};

}  // namespace

void add_span_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SpanShowCommand>(system));
    registry.add(std::make_unique<SpanHealthCommand>(system));
    registry.add(std::make_unique<SpanLoopCommand>(system));
    registry.add(std::make_unique<SpanTestCommand>(system));
}

}  // namespace tipring::control
