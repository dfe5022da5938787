// reload.
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class ReloadCommand final : public Command {
  public:
    explicit ReloadCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "reload"; }
    std::string_view summary() const override { return "takes over the changed configuration; no call ends"; }
    Access access() const override { return Access::operate; }
    Reply run(const json::object&) override {
        return CommandError{rpc_code::refused, "reload needs a connection"};
    }
    void start(const json::object&, Client&, Answer answer) override {
        system_.reload(
            [this, answer = std::move(answer)](const ReloadReport& report) { answer(reply(report)); });
    }

  private:
    Reply reply(const ReloadReport& report) const {
        if (!report.problems.empty()) {
            std::string message = "nothing was changed:";
            for (const auto& problem : report.problems)
                message += "\n" + problem;
            return CommandError{rpc_code::refused, std::move(message)};
        }
        return json::object{{"config_file", system_.config_file},
                            {"done", json::array(report.done.begin(), report.done.end())},
                            {"waiting", json::array(report.waiting.begin(), report.waiting.end())},
                            {"missing", json::array(report.missing.begin(), report.missing.end())}};
    }

    const System& system_;
};

}  // namespace

void add_reload_command(Registry& registry, System& system) {
    registry.add(std::make_unique<ReloadCommand>(system));
}

}  // namespace tipring::control
