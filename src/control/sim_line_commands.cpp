// sim.ring, sim.line_hang_up: the simulated exchange.
#include "sim_command.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter line_parameter{"line", "string", true, "number of the exchange line's port, or its channel"};

class SimRingCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.ring"; }
    std::string_view summary() const override { return "a call comes in on a simulated exchange line"; }
    std::vector<Parameter> parameters() const override { return {line_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto line = central_office(simulation, parameters, "line");
        if (!line) return line.error();
        if ((*line)->line_seized())
            return CommandError{rpc_code::refused,
                                "the gateway has the line; hang up first (sim line-hangup)"};
        (*line)->ring();
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
                 "battery (the exchange drops it, default) or busy (it plays busy tone)"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto line = central_office(simulation, parameters, "line");
        if (!line) return line.error();
        const auto how = text_parameter(parameters, "how", "battery");
        if (how != "battery" && how != "busy") {
            return CommandError{rpc_code::invalid_parameters, "parameter \"how\" is battery or busy"};
        }
        const bool changed = (*line)->state() != "idle";
        if (!(*line)->line_seized()) {
            (*line)->stop_ringing();
        } else if (how == "battery") {
            (*line)->hang_up_by_battery_drop();
        } else {
            (*line)->hang_up_by_tone("busy");
        }
        return json::object{{"how", how}, {"changed", changed}};
    }
};

}  // namespace

void add_sim_line_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SimRingCommand>(system));
    registry.add(std::make_unique<SimLineHangUpCommand>(system));
}

}  // namespace tipring::control
