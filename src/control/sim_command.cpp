#include "sim_command.hpp"

#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

/// What the map holds for the channel of the port that `name` means.
template <class Model>
boost::system::result<Model*, CommandError> find_model(const System& system,
                                                       const std::map<unsigned, Model*>& models,
                                                       std::string_view name, std::string_view what) {
    const auto* port = find_port(system, name);
    if (port == nullptr) return no_such_port(system, name);
    const auto found = models.find(port->settings().channel);
    if (found == models.end()) {
        return CommandError{rpc_code::not_found,
                            base::format("port {} has no simulated {}", base::printable(name, 60), what)};
    }
    return found->second;
}

}  // namespace

CommandError no_simulation() {
    return {rpc_code::refused,
            "this gateway runs on real hardware; sim commands exist only on the simulator"};
}

Command::Reply SimCommand::run(const json::object& parameters) {
    if (system_.simulation == nullptr) return no_simulation();
    return act(*system_.simulation, parameters);
}

boost::system::result<farend::Telephone*, CommandError> SimCommand::telephone(Simulation& simulation,
                                                                              const json::object& parameters,
                                                                              std::string_view key) const {
    return find_model(system_, simulation.telephones, text_parameter(parameters, key), "telephone");
}

boost::system::result<farend::CentralOffice*, CommandError> SimCommand::central_office(
    Simulation& simulation, const json::object& parameters, std::string_view key) const {
    return find_model(system_, simulation.central_offices, text_parameter(parameters, key), "exchange line");
}

boost::system::result<farend::AudioPort*, CommandError> audio_port(const System& system,
                                                                   Simulation& simulation,
                                                                   std::string_view name) {
    if (name == "isdn") {
        update_isdn_calls(simulation);
        if (simulation.isdn_calls.empty()) return CommandError{rpc_code::not_found, "there is no ISDN call"};
        return simulation.isdn_calls.back().get();
    }
    if (const auto phone = find_model(system, simulation.telephones, name, "telephone")) return *phone;
    const auto line = find_model(system, simulation.central_offices, name, "telephone or exchange line");
    if (!line) return line.error();
    return *line;
}

void update_isdn_calls(Simulation& simulation) {
    using namespace std::chrono_literals;
    for (const auto& network : simulation.networks) {
        while (auto call = network.network->wait_call(0ms))
            simulation.isdn_calls.push_back(std::move(call));
    }
    std::erase_if(simulation.isdn_calls, [](const auto& call) { return call->state() == "released"; });
}

}  // namespace tipring::control
