// status, commands.
#include <algorithm>
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "port_counts.hpp"
#include "tipring/base/log.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class StatusCommand final : public Command {
  public:
    explicit StatusCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "status"; }
    std::string_view summary() const override { return "the gateway at a glance"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        const auto uptime = base::SteadyClock::now() - system_.started_steady;
        json::object status{{"version", system_.version},
                            {"board", system_.board},
                            {"config_file", system_.config_file},
                            {"started", iso_time(system_.started)},
                            {"uptime_s", std::chrono::duration_cast<std::chrono::seconds>(uptime).count()},
                            {"log_level", base::log::name(base::log::level())}};
        status["ports"] = ports();
        status["spans"] = spans();
        status["calls"] =
            json::object{{"active", system_.calls.calls().size()}, {"total", system_.calls.total()}};
        status["sip"] = sip();
        status["media"] = media();
        json::array waiting;
        if (system_.waiting) {
            for (auto& line : system_.waiting())
                waiting.emplace_back(std::move(line));
        }
        status["reload_waiting"] = std::move(waiting);
        return status;
    }

  private:
    json::object ports() const {
        json::object ports{{"total", system_.ports.size()}};
        for (const auto& [state, count] : port_counts(system_))
            ports[state] = count;
        return ports;
    }
    json::object spans() const {
        unsigned up = 0;
        for (const auto* span : system_.spans)
            up += span->view().d_channel_up ? 1 : 0;
        return {{"total", system_.spans.size()}, {"up", up}};
    }
    json::value sip() const {
        if (system_.sip == nullptr) return nullptr;
        const auto registrations = system_.sip->registrations();
        const auto in_state = [&](sip::RegistrationState state) {
            return std::count_if(registrations.begin(), registrations.end(),
                                 [&](const auto& one) { return one.state == state; });
        };
        const auto total = std::ssize(registrations) - in_state(sip::RegistrationState::peer);
        const auto stats = system_.sip->stats();
        return json::object{{"registrations", total},
                            {"registered", in_state(sip::RegistrationState::registered)},
                            {"peers", in_state(sip::RegistrationState::peer)},
                            {"failed", in_state(sip::RegistrationState::failed)},
                            {"dialogs", stats.dialogs},
                            {"refused", stats.refused},
                            {"malformed", stats.malformed}};
    }
    json::object media() const {
        const auto stats = system_.engine.stats();
        return {{"lines", stats.lines},
                {"rtp_sessions", stats.rtp_sessions},
                {"ticks", stats.ticks},
                {"late_ticks", stats.late_ticks},
                {"worst_lateness_ms", stats.worst_lateness_ms},
                {"events_lost", stats.events_lost}};
    }

    const System& system_;
};

class CommandsCommand final : public Command {
  public:
    explicit CommandsCommand(const Registry& registry) : registry_(registry) {}
    std::string_view name() const override { return "commands"; }
    std::string_view summary() const override { return "every command with its parameters"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        json::array list;
        for (const auto& command : registry_.all()) {
            json::array parameters;
            for (const auto& parameter : command->parameters()) {
                parameters.push_back(json::object{{"name", parameter.name},
                                                  {"type", parameter.type},
                                                  {"required", parameter.required},
                                                  {"help", parameter.help}});
            }
            list.push_back(json::object{{"name", command->name()},
                                        {"summary", command->summary()},
                                        {"changes", command->access() == Access::operate},
                                        {"parameters", std::move(parameters)}});
        }
        return list;
    }

  private:
    const Registry& registry_;
};

}  // namespace

void add_status_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<StatusCommand>(system));
    registry.add(std::make_unique<CommandsCommand>(registry));
}

}  // namespace tipring::control
