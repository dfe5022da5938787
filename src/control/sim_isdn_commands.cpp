// sim.isdn_call, sim.isdn_hang_up, sim.isdn_loop: the simulated ISDN network.
#include <algorithm>

#include "sim_command.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter simulated_span{"span", "string", false, "name of the span; default: the first"};

boost::system::result<farend::IsdnNetwork*, CommandError> network_of(const Simulation& simulation,
                                                                     const json::object& parameters) {
    const auto span = text_parameter(parameters, "span");
    const auto network = std::find_if(simulation.networks.begin(), simulation.networks.end(),
                                      [&](const auto& one) { return span.empty() || one.span == span; });
    if (network != simulation.networks.end()) return network->network;
    return CommandError{rpc_code::not_found, span.empty() ? "there is no simulated span"
                                                          : base::format("there is no simulated span {}",
                                                                         base::printable(span, 60))};
}

class SimIsdnCallCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.isdn_call"; }
    std::string_view summary() const override { return "a call comes in from the simulated ISDN network"; }
    std::vector<Parameter> parameters() const override {
        return {{"to", "string", true, "called number"},
                {"from", "string", false, "calling number"},
                {"name", "string", false, "calling name"},
                simulated_span};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto network = network_of(simulation, parameters);
        if (!network) return network.error();
        for (const auto* key : {"to", "from"}) {
            // Q.931 4.5.8: IA5 digits; the information element holds no more than this.
            const auto number = text_parameter(parameters, key);
            if (number.size() > 32 || number.find_first_not_of("0123456789*#+") != std::string::npos) {
                return CommandError{rpc_code::invalid_parameters,
                                    base::format("parameter \"{}\" must have at most 32 digits", key)};
            }
        }
        update_isdn_calls(simulation);
        auto call = (*network)->place_call(text_parameter(parameters, "from"),
                                           text_parameter(parameters, "name").substr(0, 32),
                                           text_parameter(parameters, "to"));
        if (!call)
            return CommandError{rpc_code::refused, "the network could not place the call (is the span up?)"};
        simulation.isdn_calls.push_back(std::move(call));
        return json::object{{"state", simulation.isdn_calls.back()->state()}};
    }
};

class SimIsdnHangUpCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.isdn_hang_up"; }
    std::string_view summary() const override { return "the simulated ISDN network ends its calls"; }
    std::vector<Parameter> parameters() const override {
        return {{"cause", "integer", false, "Q.850 cause, 1 to 127; default 16"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        update_isdn_calls(simulation);
        const auto cause = integer_parameter(parameters, "cause", call::q850::normal_clearing, 1, 127);
        const auto count = simulation.isdn_calls.size();
        for (const auto& call : simulation.isdn_calls)
            call->hang_up(static_cast<int>(cause));
        simulation.isdn_calls.clear();
        return json::object{{"ended", count}};
    }
};

class SimIsdnLoopCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.isdn_loop"; }
    std::string_view summary() const override {
        return "the simulated ISDN network sends back what comes on a B-channel";
    }
    std::vector<Parameter> parameters() const override {
        return {{"timeslot", "integer", true, "of the B-channel"},
                {"off", "boolean", false, "ends the loop"},
                {"wrong_bit_in", "integer", false, "every n-th bit comes back wrong; 0: none"},
                {"slip", "boolean", false, "one octet too many once, or too few the next time"},
                simulated_span};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto network = network_of(simulation, parameters);
        if (!network) return network.error();
        const auto timeslot = static_cast<unsigned>(integer_parameter(parameters, "timeslot", 0, 0, 31));
        const bool off = flag_parameter(parameters, "off");
        if (off) {
            (*network)->end_loop(timeslot);
        } else {
            farend::LoopFaults faults;
            faults.wrong_bit_in = static_cast<std::uint32_t>(
                integer_parameter(parameters, "wrong_bit_in", 0, 0, 1'000'000'000));
            faults.slip = flag_parameter(parameters, "slip");
            (*network)->loop(timeslot, faults);
        }
        return json::object{{"timeslot", timeslot}, {"looped", !off}};
    }
};

}  // namespace

void add_sim_isdn_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SimIsdnCallCommand>(system));
    registry.add(std::make_unique<SimIsdnHangUpCommand>(system));
    registry.add(std::make_unique<SimIsdnLoopCommand>(system));
}

}  // namespace tipring::control
