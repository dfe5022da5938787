// sim.say, sim.hear: what the simulated people say and hear.
#include <boost/asio/io_context.hpp>
#include <cmath>
#include <optional>

#include "sim_command.hpp"
#include "speech.hpp"
#include "tipring/base/text.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

const Parameter speaker_parameter{"port", "string", true,
                                  "number or channel of a telephone or an exchange line, or isdn"};

/// "1000" or "350+440", in Hz
std::optional<std::pair<double, double>> parse_frequencies(const std::string& text) {
    const auto parts = base::split(text, '+');
    double hertz[2] = {0, 0};
    if (parts.size() > 2) return std::nullopt;
    for (std::size_t i = 0; i < parts.size(); ++i) {
        const auto digits = base::trim(parts[i]);
        if (digits.empty() || digits.size() > 4 ||
            digits.find_first_not_of("0123456789") != std::string_view::npos)
            return std::nullopt;
        hertz[i] = std::stod(std::string(digits));
        if (hertz[i] < 50 || hertz[i] > 3900) return std::nullopt;
    }
    return std::pair{hertz[0], hertz[1]};
}

class SimSayCommand final : public Command {
  public:
    SimSayCommand(System& system, boost::asio::io_context& context) : system_(system), context_(context) {}
    std::string_view name() const override { return "sim.say"; }
    std::string_view summary() const override {
        return "says something into a simulated telephone, line or ISDN call";
    }
    Access access() const override { return Access::operate; }
    std::vector<Parameter> parameters() const override {
        return {
            speaker_parameter,
            {"text", "string", false, "spoken by espeak-ng"},
            {"wav", "string", false, "path of a 16-bit mono WAV file"},
            {"tone", "string", false, "frequencies in Hz, for example 1000 or 350+440, for three seconds"},
            {"loop", "boolean", false, "again and again, until something else is said"}};
    }
    Reply run(const json::object&) override {
        return CommandError{rpc_code::refused, "sim.say needs a connection"};
    }

    void start(const json::object& parameters, Client&, Answer answer) override {
        if (system_.simulation == nullptr) {
            answer(no_simulation());
            return;
        }
        const auto port = text_parameter(parameters, "port");
        if (const auto speaker = audio_port(system_, *system_.simulation, port); !speaker) {
            answer(speaker.error());
            return;
        }
        const bool loop = flag_parameter(parameters, "loop");
        if (parameters.contains("text")) {
            synthesize(context_, text_parameter(parameters, "text"),
                       [this, port, loop, answer = std::move(answer)](base::Result<farend::Clip> clip) {
                           answer(say(port, loop, std::move(clip)));
                       });
            return;
        }
        answer(say(port, loop, clip_of(parameters)));
    }

  private:
    static base::Result<farend::Clip> clip_of(const json::object& parameters) {
        if (parameters.contains("wav")) return farend::read_wav(text_parameter(parameters, "wav"));
        if (!parameters.contains("tone")) return base::fail("nothing to say: give text, wav or tone");
        const auto hertz = parse_frequencies(text_parameter(parameters, "tone"));
        if (!hertz)
            return base::fail(
                "a tone is one or two frequencies from 50 to 3900 Hz, for example 1000 or 350+440");
        return farend::tone(hertz->first, hertz->second, std::chrono::seconds(3));
    }
    /// The port is looked up again: it may have gone while the text was synthesised.
    Reply say(const std::string& port, bool loop, base::Result<farend::Clip> clip) {
        if (!clip) return CommandError{rpc_code::refused, clip.error().message};
        if (system_.simulation == nullptr) return no_simulation();
        const auto speaker = audio_port(system_, *system_.simulation, port);
        if (!speaker) return speaker.error();
        const double seconds =
            std::round(static_cast<double>(clip->size()) / hardware::sample_rate_hz * 100) / 100;
        (*speaker)->play(std::move(*clip), loop);
        return json::object{{"seconds", seconds}};
    }

    System& system_;
    boost::asio::io_context& context_;
};

class SimHearCommand final : public SimCommand {
  public:
    using SimCommand::SimCommand;
    std::string_view name() const override { return "sim.hear"; }
    std::string_view summary() const override {
        return "what is heard in a simulated telephone, line or ISDN call now";
    }
    Access access() const override { return Access::read; }
    std::vector<Parameter> parameters() const override { return {speaker_parameter}; }

  protected:
    Reply act(Simulation& simulation, const json::object& parameters) override {
        const auto listener = audio_port(system(), simulation, text_parameter(parameters, "port"));
        if (!listener) return listener.error();
        auto result = hearing_object((*listener)->hearing());
        result["digits"] = (*listener)->digits();
        return result;
    }
};

}  // namespace

void add_sim_audio_commands(Registry& registry, System& system, boost::asio::io_context& context) {
    registry.add(std::make_unique<SimSayCommand>(system, context));
    registry.add(std::make_unique<SimHearCommand>(system));
}

}  // namespace tipring::control
