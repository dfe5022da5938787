// sim.ring, sim.line_hang_up, sim.line: the simulated exchange.
#include <array>
#include <optional>

#include "sim_command.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter line_parameter{"line", "string", true, "number of the exchange line's port, or its channel"};

constexpr std::array standards{dsp::CallerIdStandard::mdmf, dsp::CallerIdStandard::sdmf,
                               dsp::CallerIdStandard::etsi, dsp::CallerIdStandard::bt,
                               dsp::CallerIdStandard::ntt,  dsp::CallerIdStandard::dtmf};
constexpr std::array timings{farend::CallerIdTiming::after_first_ring, farend::CallerIdTiming::before_ring,
                             farend::CallerIdTiming::polarity,         farend::CallerIdTiming::alert,
                             farend::CallerIdTiming::polarity_alert,   farend::CallerIdTiming::ring_pulse,
                             farend::CallerIdTiming::primary_answer};

/// The one of `all` that is called so.
template <class List>
std::optional<typename List::value_type> named(const List& all, std::string_view text) {
    for (const auto each : all) {
        if (name(each) == text) return each;
    }
    return std::nullopt;
}

CommandError wrong(std::string_view parameter, std::string_view allowed) {
    return {rpc_code::invalid_parameters, base::format("parameter \"{}\" is {}", parameter, allowed)};
}

/// What sim.ring is to present.
boost::system::result<farend::IncomingCall, CommandError> incoming_call(const json::object& parameters) {
    farend::IncomingCall call;
    const bool hidden = flag_parameter(parameters, "private");
    const bool unknown = flag_parameter(parameters, "unavailable");
    const bool named_caller = parameters.contains("number") || parameters.contains("name");
    const bool any = hidden || unknown || named_caller;
    if (!any) return call;
    if (hidden && unknown) return wrong("private", "not possible together with \"unavailable\"");
    call.caller.emplace();
    call.caller->number = text_parameter(parameters, "number");
    call.caller->name = text_parameter(parameters, "name");
    if (hidden) call.caller->disclosure = dsp::Disclosure::restricted;
    if (unknown || (!hidden && call.caller->number.empty()))
        call.caller->disclosure = dsp::Disclosure::unavailable;
    if (call.caller->disclosure != dsp::Disclosure::given) call.caller->number.clear();
    const auto standard = named(standards, text_parameter(parameters, "standard", "mdmf"));
    if (!standard) return wrong("standard", "mdmf, sdmf, etsi, bt, ntt or dtmf");
    call.signal.standard = *standard;
    call.signal.level_dbm0 = static_cast<double>(integer_parameter(parameters, "level", -14, -45, 0));
    const auto usual = name(farend::usual_timing(*standard));
    const auto timing = named(timings, text_parameter(parameters, "timing", usual));
    if (!timing)
        return wrong(
            "timing",
            "after_first_ring, before_ring, polarity, alert, polarity_alert, ring_pulse or primary_answer");
    call.timing = *timing;
    return call;
}

class SimRingCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.ring"; }
    std::string_view summary() const override { return "a call comes in on a simulated exchange line"; }
    std::vector<Parameter> parameters() const override {
        return {
            line_parameter,
            {"number", "string", false, "the caller's number; without any of these there is no caller ID"},
            {"name", "string", false, "the caller's name"},
            {"private", "boolean", false, "the caller does not want to be known"},
            {"unavailable", "boolean", false, "the network does not know the caller"},
            {"standard", "string", false, "mdmf (default), sdmf, etsi, bt, ntt or dtmf"},
            {"timing", "string", false,
             "after_first_ring, before_ring, polarity, alert, polarity_alert, ring_pulse or primary_answer; "
             "default: as usual"},
            {"level", "integer", false, "of the caller ID in dBm0, -45 to 0; default -14"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto line = central_office(simulation, parameters, "line");
        if (!line) return line.error();
        const auto call = incoming_call(parameters);
        if (!call) return call.error();
        if ((*line)->line_seized())
            return CommandError{rpc_code::refused,
                                "the gateway has the line; hang up first (sim line-hangup)"};
        (*line)->ring(*call);
        return json::object{{"state", (*line)->state()}};
    }
};

class SimLineHangUpCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.line_hang_up"; }
    std::string_view summary() const override { return "the caller on a simulated exchange line hangs up"; }
    std::vector<Parameter> parameters() const override {
        return {line_parameter,
                {"how", "string", false,
                 "battery (the exchange drops it, default), polarity, silence, or a tone: busy, congestion, "
                 "dial ..., us:busy, or 425/500,0/500"},
                {"milliseconds", "integer", false, "of the battery drop, 10 to 10000; default 500"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto line = central_office(simulation, parameters, "line");
        if (!line) return line.error();
        const auto how = text_parameter(parameters, "how", "battery");
        const bool tone = how != "battery" && how != "polarity" && how != "silence";
        if (tone) {
            // Names are checked here, where the error can be told; the line's own country has the same.
            static const dsp::TonePlan any;
            if (const auto known = farend::find_tone(any, how); how.empty() || !known)
                return wrong("how", "battery, polarity, silence, or a tone such as busy or 425/500,0/500");
        }
        const bool changed = (*line)->state() != "idle";
        if (!(*line)->line_seized()) {
            (*line)->stop_ringing();
        } else if (how == "battery") {
            const auto length = integer_parameter(parameters, "milliseconds", 0, 10, 10'000);
            const bool given = parameters.contains("milliseconds");
            (*line)->hang_up_by_battery_drop(std::chrono::milliseconds(given ? length : 0));
        } else if (how == "polarity") {
            (*line)->hang_up_by_polarity();
        } else if (how == "silence") {
            (*line)->hang_up_by_silence();
        } else {
            (*line)->hang_up_by_tone(how);
        }
        return json::object{{"how", how}, {"changed", changed}};
    }
};

class SimLineCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.line"; }
    std::string_view summary() const override { return "makes a simulated exchange line a worse one"; }
    std::vector<Parameter> parameters() const override {
        return {line_parameter,
                {"in_use", "boolean", false, "another telephone on the line is off-hook, or no longer"},
                {"noise", "integer", false, "white noise in dBm0, -90 (none) to 0"},
                {"hum", "integer", false, "hum of 50 Hz in dBm0, -90 (none) to 0"},
                {"glare", "boolean", false, "the next seizure meets a call that begins at this instant"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto line = central_office(simulation, parameters, "line");
        if (!line) return line.error();
        if (parameters.contains("in_use")) (*line)->set_line_in_use(flag_parameter(parameters, "in_use"));
        if (flag_parameter(parameters, "glare")) (*line)->ring_when_seized();
        if (parameters.contains("noise") || parameters.contains("hum")) {
            const auto level = [&](std::string_view key) -> std::optional<double> {
                const auto dbm0 = integer_parameter(parameters, key, -90, -90, 0);
                return dbm0 > -90 ? std::optional(static_cast<double>(dbm0)) : std::nullopt;
            };
            (*line)->impair({.noise_dbm0 = level("noise"), .hum_dbm0 = level("hum")});
        }
        return json::object{{"state", (*line)->state()}};
    }
};

}  // namespace

void add_sim_line_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SimRingCommand>(system));
    registry.add(std::make_unique<SimLineHangUpCommand>(system));
    registry.add(std::make_unique<SimLineCommand>(system));
}

}  // namespace tipring::control
