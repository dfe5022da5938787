// AnalogPort: drives one line machine. It feeds it the board's and the engine's events, its timers and its
// legs' commands, one at a time, and carries out the actions on the LineControl, the LineAudio and the legs.
// What only one kind of line needs is in fxs_port.hpp and fxo_port.hpp. Thread: core.
#pragma once

#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>

#include "check_run.hpp"
#include "line_audio.hpp"
#include "line_leg.hpp"
#include "line_wire.hpp"
#include "tipring/analog/port.hpp"

namespace tipring::analog {

LineInput input_of(LineInputKind kind);
/// Where calls from the port come from, for the routes.
routing::Source source_of(const config::Port& settings);

class AnalogPort : public Port, public call::Exit, private LegOwner {
  public:
    struct Parts {
        base::Reactor& reactor;
        call::CallSink& calls;
        std::shared_ptr<hardware::Channel> channel;
        hardware::CountryTones country;
        std::function<void(const PortView&, const StateChange&)> on_change;
        /// Makes the audio side; events go to the handler given.
        std::function<std::unique_ptr<LineAudio>(hardware::Channel&, media::Engine::Handler)> make_audio;
        std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones{};  ///< fxo, may be null
        std::function<std::string()> sip_fault{};                              ///< fxs, may be empty
    };

    ~AnalogPort() override;

    PortView view() const override;
    const config::Port& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool idle() const override;
    bool missing() const override { return machine_->removed(); }
    bool in_use() const override;
    void set_in_service(bool in_service) override;
    void shut_down() override;
    base::Result<std::shared_ptr<void>> start_check(const CheckRequest& request,
                                                    CheckHandlers handlers) override;

    routing::Destination destination() const override {
        return {routing::DestinationKind::port, settings_.number};
    }
    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest& request,
                                    call::Cause& why) override;

    /// From the engine's dispatch().
    void on_event(const media::Event& event);

  protected:
    AnalogPort(const config::Port& settings, Parts parts, std::unique_ptr<LineMachine> machine);
    /// Last in the constructor of the port that is complete: the channel's gains, canceller and state.
    void prepare_channel();

    /// Whether a call can be started, for a line that is in service and well; fills the slot for it.
    virtual bool may_open(const call::CallRequest& request, unsigned& slot, call::Cause& why) = 0;
    /// What the board's status tells a line that comes (back) into service: before and after the machine is
    /// told.
    virtual void feed_status_before(const hardware::LineStatus& status) = 0;
    virtual void feed_status_after(const hardware::LineStatus& status) = 0;
    /// What an event means for this line: may change it. False: nothing, now.
    virtual bool translate(LineInput&) { return true; }
    virtual void timer_ended(LineTimer timer);
    /// Actions that only one kind of line knows. False: not known here either.
    virtual bool carry_out_special(const LineAction&) { return false; }
    virtual call::CallRequest incoming_request(const LineAction& action) const = 0;
    virtual const dsp::ToneSequence& sequence(LineTone tone) const;
    virtual media::Detectors detectors(const LineAction& listen) const;
    /// A call from the line is on its way, with the request made of the action.
    virtual void note_incoming(const LineAction&) {}
    /// The leg's last report; a port may make another one of it.
    virtual void report_released(unsigned slot, LineLeg& leg, const call::Cause& cause) {
        static_cast<void>(slot);
        leg.report_released(cause);
    }
    virtual void add_to_view(PortView&) const {}
    /// The line is closed at the far end, as far as can be known (fxs: the board drops its battery at a
    /// release).
    virtual bool off_hook_now() const { return machine_->off_hook(); }
    /// On and off time of the digits that are sent.
    virtual std::pair<std::chrono::milliseconds, std::chrono::milliseconds> digit_times() const;
    /// What a check of this kind of line needs beside the wire and the audio.
    virtual LineCheck::Settings check_settings() const { return {}; }
    virtual void add_to_check(CheckRun::Parts&) {}
    /// A ring, as the next call wants it.
    virtual hardware::RingCadence ring_cadence(const LineAction&) const { return country_.ring; }
    /// A leg is started: what the machine must know of the call.
    virtual void note_start(LineInput&, const call::CallRequest&) {}

    void feed(LineInput input);
    hardware::LineControl& control() { return *channel_->control; }
    base::Result<hardware::LineStatus> status() const { return channel_->control->status(); }
    bool check(const base::Result<void>& result, std::string_view what);
    /// A refusal that the call cannot live with.
    bool need(const base::Result<void>& result, std::string_view what);
    std::string log_prefix() const;
    routing::Source source() const { return source_of(settings_); }
    /// Of its number, where no code of its user says otherwise.
    call::Presentation presentation() const;
    std::unique_ptr<LineLeg> make_leg(base::LegId id);
    /// A new leg, the call's in that slot from now on.
    std::unique_ptr<LineLeg> adopt_leg(unsigned slot);
    /// Null: no call in that slot, or it was destroyed without waiting for its end.
    LineLeg* leg(unsigned slot) const { return legs_.at(slot); }
    LineAudio& audio() { return *audio_; }
    call::CallSink& calls() { return calls_; }
    LineMachine& machine() const { return *machine_; }
    base::Reactor& reactor() const { return reactor_; }
    const hardware::CountryTones& country() const { return country_; }
    const LineWire& wire() const { return wire_; }
    /// Why calls cannot go out over the port's account; "" when they can.
    std::string sip_fault() const { return sip_fault_ ? sip_fault_() : std::string(); }
    base::Timer& timer(LineTimer timer) { return *timers_.at(static_cast<std::size_t>(timer)); }
    bool shut() const { return shut_; }
    /// The line is free, and the board would take a ring.
    bool can_ring() const { return !check_ && machine_->idle() && !wire_.busy(); }

    const config::Port settings_;
    PortCounters counters_;

  private:
    base::Reactor& reactor_;
    call::CallSink& calls_;
    std::shared_ptr<hardware::Channel> channel_;
    const hardware::CountryTones country_;
    const std::shared_ptr<const dsp::TonePlan> plan_;
    std::function<void(const PortView&, const StateChange&)> on_change_;
    const std::function<std::string()> sip_fault_;
    std::unique_ptr<LineMachine> machine_;
    std::unique_ptr<LineAudio> audio_;
    std::array<std::optional<base::Timer>, line_timers> timers_;
    LineWire wire_;
    std::array<LineLeg*, line_slots> legs_{};  ///< owned by their calls

    std::deque<LineInput> queue_;
    bool working_ = false;
    bool refused_ = false;        ///< by the board, in the actions that are being carried out
    bool audio_missing_ = false;  ///< the board refused it while nobody needed it
    bool shut_ = false;
    std::string state_;
    std::deque<StateChange> history_;
    std::string last_error_;
    std::set<std::pair<std::string, LineInputKind>> unexpected_seen_;

    // While there is a check the machine is out of service; it comes back if `resume_` when the check is over.
    std::shared_ptr<CheckRun> check_;
    bool resume_ = false;
    std::optional<call::CallRequest> waiting_call_;  ///< of the first leg, for the end of the check

    void start(const LineLeg& leg, const call::CallRequest& request) override;
    void command(const LineLeg& leg, LineInput input) override;
    void leg_gone(LineLeg& leg) override;
    media::EndpointId endpoint(const LineLeg& leg) const override;

    bool is_fxs() const { return settings_.kind == config::PortKind::fxs; }
    unsigned slot_of(const LineLeg& leg) const;
    void come_back(const LineInput& input);
    void step(const LineInput& input);
    void note_unexpected(std::string_view state, LineInputKind input);
    void note_state(const LineInput& because);
    void note_state(std::string why);
    std::string_view state_name() const { return check_ ? "check" : machine_->state_name(); }
    base::Result<void> may_check(const CheckRequest& request);
    void check_over();
    std::unique_ptr<call::Leg> open_checked(base::LegId id, call::Cause& why);
    void start_waiting_call();
    void carry_out(const LineAction& action);
    void carry_out_on_board(const LineAction& action);
    void carry_out_on_audio(const LineAction& action);
    void start_audio();
    void carry_out_on_leg(const LineAction& action);
    void announce(const LineAction& action);
    void leg_released(unsigned slot, const call::Cause& cause);
};

}  // namespace tipring::analog
