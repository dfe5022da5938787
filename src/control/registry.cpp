#include "tipring/control/registry.hpp"

#include <algorithm>
#include <stdexcept>

#include "rpc.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

bool fits(const json::value& value, std::string_view type) {
    if (type == "integer") return value.is_int64() || value.is_uint64();
    if (type == "boolean") return value.is_bool();
    return value.is_string();
}

CommandError invalid(std::string message) {
    return {rpc_code::invalid_parameters, std::move(message)};
}

}  // namespace

Registry::Registry() = default;

void Registry::add(std::unique_ptr<Command> command) {
    if (find(command->name()) != nullptr)
        throw std::logic_error("two commands " + std::string(command->name()));
    commands_.push_back(std::move(command));
}

Command* Registry::find(std::string_view name) const {
    const auto found = std::find_if(commands_.begin(), commands_.end(),
                                    [&](const auto& command) { return command->name() == name; });
    return found == commands_.end() ? nullptr : found->get();
}

std::string_view Registry::nearest(std::string_view name) const {
    std::vector<std::string_view> names;
    names.reserve(commands_.size());
    for (const auto& command : commands_)
        names.push_back(command->name());
    return base::nearest(name, names);
}

boost::system::result<void, CommandError> check_parameters(const Command& command,
                                                           const json::object& parameters) {
    const auto known = command.parameters();
    for (const auto& [key, value] : parameters) {
        const std::string_view name(key.data(), key.size());
        const auto found =
            std::find_if(known.begin(), known.end(), [&](const Parameter& p) { return p.name == name; });
        if (found == known.end()) {
            return invalid(
                base::format("{} has no parameter \"{}\"", command.name(), base::printable(name, 60)));
        }
        if (!fits(value, found->type))
            return invalid(base::format("parameter \"{}\" must be of type {}", found->name, found->type));
    }
    for (const auto& parameter : known) {
        if (parameter.required && !parameters.contains(parameter.name)) {
            return invalid(base::format("parameter \"{}\" is missing: {}", parameter.name, parameter.help));
        }
    }
    return {};
}

}  // namespace tipring::control
