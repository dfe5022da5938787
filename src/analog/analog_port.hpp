// AnalogPort: drives one line machine. It feeds it the board's and the engine's events, its timers and its
// leg's commands, one at a time, and carries out the actions on the LineControl, the LineAudio and the leg.
// Thread: core.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "line_audio.hpp"
#include "line_leg.hpp"
#include "line_wire.hpp"
#include "tipring/analog/port.hpp"

namespace tipring::analog {

class AnalogPort final : public Port, public call::Exit, private LegOwner {
  public:
    struct Parts {
        base::Reactor& reactor;
        call::CallSink& calls;
        std::shared_ptr<hardware::Channel> channel;
        hardware::CountryTones country;
        std::function<void(const PortView&, const StateChange&)> on_change;
        std::unique_ptr<LineMachine> machine;
        /// Makes the audio side; events go to the handler given.
        std::function<std::unique_ptr<LineAudio>(hardware::Channel&, media::Engine::Handler)> make_audio;
    };

    AnalogPort(const config::Port& settings, Parts parts);
    ~AnalogPort() override;

    PortView view() const override;
    const config::Port& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool idle() const override { return machine_->idle() && leg_ == nullptr && !wire_.busy(); }
    void set_in_service(bool in_service) override;
    void shut_down() override;

    routing::Destination destination() const override {
        return {routing::DestinationKind::port, settings_.number};
    }
    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest& request,
                                    call::Cause& why) override;

    /// From the engine's dispatch().
    void on_event(const media::Event& event);

  private:
    const config::Port settings_;
    base::Reactor& reactor_;
    call::CallSink& calls_;
    std::shared_ptr<hardware::Channel> channel_;
    const hardware::CountryTones country_;
    const std::shared_ptr<const dsp::TonePlan> plan_;
    std::function<void(const PortView&, const StateChange&)> on_change_;
    std::unique_ptr<LineMachine> machine_;
    std::unique_ptr<LineAudio> audio_;
    std::array<std::optional<base::Timer>, line_timers> timers_;
    LineWire wire_;
    LineLeg* leg_ = nullptr;  ///< owned by the call

    std::deque<LineInput> queue_;
    bool working_ = false;
    bool refused_ = false;  ///< by the board, in the actions that are being carried out
    bool shut_ = false;
    std::string state_;
    std::deque<StateChange> history_;
    PortCounters counters_;
    std::string last_error_;
    std::set<std::pair<std::string, LineInputKind>> unexpected_seen_;

    void command(const LineInput& input) override { feed(input); }
    void leg_gone(LineLeg& leg) override;
    media::EndpointId endpoint() const override { return audio_->endpoint(); }

    void prepare_channel();
    void come_back(const LineInput& input);
    void feed(LineInput input);
    void step(const LineInput& input);
    void note_unexpected(std::string_view state, LineInputKind input);
    void note_state(const LineInput& because);
    void carry_out(const LineAction& action);
    void carry_out_on_board(const LineAction& action);
    void carry_out_on_audio(const LineAction& action);
    void carry_out_on_leg(const LineAction& action);
    bool check(const base::Result<void>& result, std::string_view what);
    /// A refusal that the call cannot live with.
    bool need(const base::Result<void>& result, std::string_view what);
    const dsp::ToneSequence& sequence(LineTone tone) const;
    std::unique_ptr<LineLeg> make_leg(base::LegId id);
    void announce(const std::string& dialled);
    void leg_released(const call::Cause& cause);
    call::CallRequest incoming_request(const std::string& dialled) const;
    void note_missed_hook();
    bool battery_came_back() const;
    void timer_ended(LineTimer timer);
    bool lifted_in_a_pulse(const LineInput& input) const;
    std::string log_prefix() const;
    bool is_fxs() const { return settings_.kind == config::PortKind::fxs; }
};

}  // namespace tipring::analog
