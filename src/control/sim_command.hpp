// What the sim commands share: they act on the outside world of the virtual board. Thread: core; the far-end
// models take their calls without waiting.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "commands.hpp"

namespace tipring::control {

class SimCommand : public Command {
  public:
    explicit SimCommand(System& system) : system_(system) {}
    Access access() const override { return Access::operate; }
    Reply run(const boost::json::object& parameters) final;

  protected:
    virtual Reply act(Simulation& simulation, const boost::json::object& parameters) = 0;
    boost::system::result<farend::Telephone*, CommandError> telephone(Simulation& simulation,
                                                                      const boost::json::object& parameters,
                                                                      std::string_view key = "port") const;
    boost::system::result<farend::CentralOffice*, CommandError> central_office(
        Simulation& simulation, const boost::json::object& parameters, std::string_view key = "line") const;
    System& system() const { return system_; }

  private:
    System& system_;
};

/// The error of every sim command on real hardware.
CommandError no_simulation();
/// A telephone or an exchange line by its port, or the newest ISDN call by "isdn".
boost::system::result<farend::AudioPort*, CommandError> audio_port(const System& system,
                                                                   Simulation& simulation,
                                                                   std::string_view name);
/// Takes in the calls that the gateway has placed, and lets go of those that are over.
void update_isdn_calls(Simulation& simulation);

}  // namespace tipring::control
