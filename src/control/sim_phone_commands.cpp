// sim.lift, sim.hang_up, sim.dial, sim.flash, sim.phone, sim.state: the simulated telephones, and everything simulated
// at a glance.
#include <boost/json/array.hpp>

#include "sim_command.hpp"
#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

json::object phone_object(farend::Telephone& phone) {
    return {{"off_hook", phone.off_hook()}, {"ringing", phone.ringing()}, {"hears", phone.hearing().tone}};
}

class SimLiftCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.lift"; }
    std::string_view summary() const override {
        return "lifts the receiver of a simulated telephone (answers when it rings)";
    }
    std::vector<Parameter> parameters() const override { return {port_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto phone = telephone(simulation, parameters);
        if (!phone) return phone.error();
        const bool changed = !(*phone)->off_hook();
        (*phone)->lift();
        return json::object{{"off_hook", true}, {"changed", changed}};
    }
};

class SimHangUpCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.hang_up"; }
    std::string_view summary() const override { return "hangs up a simulated telephone"; }
    std::vector<Parameter> parameters() const override { return {port_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto phone = telephone(simulation, parameters);
        if (!phone) return phone.error();
        const bool changed = (*phone)->off_hook();
        (*phone)->hang_up();
        return json::object{{"off_hook", false}, {"changed", changed}};
    }
};

class SimDialCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.dial"; }
    std::string_view summary() const override { return "dials on a simulated telephone that is off-hook"; }
    std::vector<Parameter> parameters() const override {
        return {port_parameter,
                {"digits", "string", true, "0-9 * # A-D (pulse: 0-9)"},
                {"pulse", "boolean", false, "rotary dial instead of tones"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto phone = telephone(simulation, parameters);
        if (!phone) return phone.error();
        const auto digits = text_parameter(parameters, "digits");
        const bool pulse = flag_parameter(parameters, "pulse");
        const std::string_view allowed = pulse ? "0123456789" : "0123456789*#ABCD";
        if (digits.empty() || digits.size() > 64 || digits.find_first_not_of(allowed) != std::string::npos) {
            return CommandError{
                rpc_code::invalid_parameters,
                base::format("\"{}\" cannot be dialled: use {}", base::printable(digits, 60), allowed)};
        }
        if (!(*phone)->off_hook())
            return CommandError{rpc_code::refused, "the receiver is on the hook; lift it first (sim lift)"};
        if (pulse) {
            (*phone)->dial_pulse(digits);
        } else {
            (*phone)->dial_dtmf(digits);
        }
        return json::object{{"dialling", digits}};
    }
};

class SimFlashCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.flash"; }
    std::string_view summary() const override {
        return "presses the hook of a simulated telephone for a moment";
    }
    std::vector<Parameter> parameters() const override {
        return {port_parameter, {"milliseconds", "integer", false, "how long, 10 to 5000; default 300"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto phone = telephone(simulation, parameters);
        if (!phone) return phone.error();
        if (!(*phone)->off_hook())
            return CommandError{rpc_code::refused, "the receiver is on the hook; lift it first (sim lift)"};
        const auto duration = integer_parameter(parameters, "milliseconds", 300, 10, 5000);
        (*phone)->flash(std::chrono::milliseconds(duration));
        return json::object{{"milliseconds", duration}};
    }
};

std::string_view disclosure_name(dsp::Disclosure disclosure) {
    switch (disclosure) {
        case dsp::Disclosure::given:
            return "given";
        case dsp::Disclosure::restricted:
            return "private";
        case dsp::Disclosure::unavailable:
            return "unavailable";
    }
    return "unavailable";
}

std::string_view moment_name(farend::DisplayedCallerId::Moment moment) {
    switch (moment) {
        case farend::DisplayedCallerId::Moment::on_hook:
            return "on_hook";
        case farend::DisplayedCallerId::Moment::ringing:
            return "ringing";
        case farend::DisplayedCallerId::Moment::in_call:
            return "in_call";
    }
    return "on_hook";
}

class SimPhoneCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.phone"; }
    std::string_view summary() const override {
        return "what a simulated telephone shows: caller IDs, messages, its line";
    }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {port_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto phone = telephone(simulation, parameters);
        if (!phone) return phone.error();
        auto result = phone_object(**phone);
        json::array callers;
        for (const auto& shown : (*phone)->caller_ids()) {
            callers.push_back(json::object{{"number", shown.number},
                                           {"name", shown.name},
                                           {"disclosure", disclosure_name(shown.disclosure)},
                                           {"standard", dsp::name(shown.standard)},
                                           {"moment", moment_name(shown.moment)}});
        }
        const auto waiting = (*phone)->message_waiting();
        result["caller_ids"] = std::move(callers);
        result["messages"] = waiting.told ? waiting.messages : 0;
        result["lamp"] = waiting.lamp;
        result["battery_drops"] = (*phone)->battery_drops();
        result["polarity_reversals"] = (*phone)->polarity_reversals();
        return result;
    }
};

class SimStateCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.state"; }
    std::string_view summary() const override {
        return "all simulated telephones, exchange lines and ISDN calls";
    }
    Access access() const override { return Access::read; }

  protected:
    Reply act(Simulation& simulation, const json::object&) override {
        json::array phones, lines, calls;
        for (const auto* port : system().ports) {
            const auto& settings = port->settings();
            const json::object who{
                {"channel", settings.channel}, {"number", settings.number}, {"label", settings.label}};
            if (const auto phone = simulation.telephones.find(settings.channel);
                phone != simulation.telephones.end()) {
                auto row = who;
                for (auto& [key, value] : phone_object(*phone->second))
                    row[key] = value;
                phones.push_back(std::move(row));
            }
            if (const auto line = simulation.central_offices.find(settings.channel);
                line != simulation.central_offices.end()) {
                auto row = who;
                row["state"] = line->second->state();
                row["seized"] = line->second->line_seized();
                row["dialled"] = line->second->dialled();
                lines.push_back(std::move(row));
            }
        }
        update_isdn_calls(simulation);
        for (const auto& call : simulation.isdn_calls) {
            const auto info = call->info();
            calls.push_back(json::object{{"calling", info.calling},
                                         {"name", info.calling_name},
                                         {"called", info.called},
                                         {"timeslot", info.channel},
                                         {"state", call->state()}});
        }
        return json::object{
            {"telephones", std::move(phones)}, {"lines", std::move(lines)}, {"isdn_calls", std::move(calls)}};
    }
};

}  // namespace

void add_sim_phone_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SimLiftCommand>(system));
    registry.add(std::make_unique<SimHangUpCommand>(system));
    registry.add(std::make_unique<SimDialCommand>(system));
    registry.add(std::make_unique<SimFlashCommand>(system));
    registry.add(std::make_unique<SimPhoneCommand>(system));
    registry.add(std::make_unique<SimStateCommand>(system));
}

}  // namespace tipring::control
