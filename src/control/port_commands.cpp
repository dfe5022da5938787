// ports, port.show, port.service.
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class PortsCommand final : public Command {
  public:
    explicit PortsCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "ports"; }
    std::string_view summary() const override { return "all analogue ports with their states"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        json::array rows;
        for (const auto* port : system_.ports)
            rows.push_back(port_row(port->view()));
        return rows;
    }

  private:
    const System& system_;
};

class PortShowCommand final : public Command {
  public:
    explicit PortShowCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "port.show"; }
    std::string_view summary() const override {
        return "one port: state, counters, settings and its last states";
    }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {port_parameter}; }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "port");
        const auto* port = find_port(system_, text);
        if (port == nullptr) return no_such_port(system_, text);
        return port_sheet(port->view(), port->settings(), std::chrono::system_clock::now());
    }

  private:
    const System& system_;
};

class PortServiceCommand final : public Command {
  public:
    explicit PortServiceCommand(System& system) : system_(system) {}
    std::string_view name() const override { return "port.service"; }
    std::string_view summary() const override {
        return "takes a port out of service (its call ends) or back in";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {port_parameter, {"in_service", "boolean", true, "true: in service, false: out of service"}};
    }
    Reply run(const json::object& parameters) override {
        const auto text = text_parameter(parameters, "port");
        auto* port = find_port(system_, text);
        if (port == nullptr) return no_such_port(system_, text);
        const bool in_service = flag_parameter(parameters, "in_service");
        port->set_in_service(in_service);
        const auto& settings = port->settings();
        system_.events.publish(in_service ? "port.in_service" : "port.out_of_service",
                               {{"port", std::to_string(settings.channel)}, {"number", settings.number}});
        return port_row(port->view());
    }

  private:
    System& system_;
};

}  // namespace

void add_port_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<PortsCommand>(system));
    registry.add(std::make_unique<PortShowCommand>(system));
    registry.add(std::make_unique<PortServiceCommand>(system));
}

}  // namespace tipring::control
