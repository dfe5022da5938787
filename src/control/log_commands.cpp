// log.level.
#include "commands.hpp"
#include "tipring/base/log.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class LogLevelCommand final : public Command {
  public:
    std::string_view name() const override { return "log.level"; }
    std::string_view summary() const override { return "shows or sets how much is logged"; }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {{"level", "string", false,
                 "trace, debug, info, warning or error; without it the level is shown"}};
    }
    bool changes(const json::object& parameters) const override { return parameters.contains("level"); }
    Reply run(const json::object& parameters) override {
        if (parameters.contains("level")) {
            const auto level = base::log::parse_level(text_parameter(parameters, "level"));
            if (!level) return CommandError{rpc_code::invalid_parameters, level.error().message};
            base::log::set_level(*level);
        }
        return json::object{{"level", base::log::name(base::log::level())}};
    }
};

}  // namespace

void add_log_commands(Registry& registry) {
    registry.add(std::make_unique<LogLevelCommand>());
}

}  // namespace tipring::control
