// sim.record, sim.record_stop: what a simulated party hears, as a WAV file.
#include "sim_command.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter listener_parameter{"port", "string", true,
                                   "number or channel of a telephone or an exchange line, or isdn"};

class SimRecordCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.record"; }
    std::string_view summary() const override {
        return "starts to record what a simulated telephone, line or ISDN call hears";
    }
    std::vector<Parameter> parameters() const override { return {listener_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto listener = audio_port(system(), simulation, text_parameter(parameters, "port"));
        if (!listener) return listener.error();
        (*listener)->start_recording();
        return json::object{};
    }
};

class SimRecordStopCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.record_stop"; }
    std::string_view summary() const override { return "ends a recording and writes it to a WAV file"; }
    std::vector<Parameter> parameters() const override {
        return {listener_parameter, {"wav", "string", true, "path of the file to write"}};
    }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto listener = audio_port(system(), simulation, text_parameter(parameters, "port"));
        if (!listener) return listener.error();
        const auto path = text_parameter(parameters, "wav");
        // A wrong path must not cost the recording.
        if (const auto possible = farend::write_wav(path, {}); !possible)
            return CommandError{rpc_code::refused, possible.error().message};
        const auto clip = (*listener)->stop_recording();
        if (const auto written = farend::write_wav(path, clip); !written) {
            return CommandError{rpc_code::refused, written.error().message};
        }
        return json::object{{"milliseconds", clip.size() / 8}, {"wav", path}};
    }
};

}  // namespace

void add_sim_record_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<SimRecordCommand>(system));
    registry.add(std::make_unique<SimRecordStopCommand>(system));
}

}  // namespace tipring::control
