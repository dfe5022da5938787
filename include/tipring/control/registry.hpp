// All commands by name; checks parameters before a command sees them. Thread: core.
#pragma once

#include <memory>
#include <string_view>
#include <vector>

#include "tipring/control/command.hpp"
#include "tipring/control/system.hpp"

namespace boost::asio {
class io_context;
}

namespace tipring::control {

class Registry {
  public:
    Registry();
    /// The name must be new.
    void add(std::unique_ptr<Command> command);
    Command* find(std::string_view name) const;
    /// The existing name nearest to `name`, or "".
    std::string_view nearest(std::string_view name) const;
    const std::vector<std::unique_ptr<Command>>& all() const { return commands_; }

  private:
    std::vector<std::unique_ptr<Command>> commands_;
};

/// JSON-RPC -32602 with the name of the parameter, or nothing when all is well.
boost::system::result<void, CommandError> check_parameters(const Command& command,
                                                           const boost::json::object& parameters);

/// Adds every command of this module. `system` and `context` outlive the registry.
void add_all_commands(Registry& registry, System& system, boost::asio::io_context& context);

}  // namespace tipring::control
