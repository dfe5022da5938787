// FxsPort: what only a line that feeds a telephone needs of its port: its services, and what it is told about
// callers and messages. Thread: core.
#pragma once

#include <array>
#include <optional>
#include <string>

#include "analog_port.hpp"
#include "phone_sounds.hpp"
#include "tipring/analog/fxs_line.hpp"
#include "tipring/analog/service_store.hpp"

namespace tipring::analog {

class FxsPort final : public AnalogPort {
  public:
    /// `store` outlives the port.
    FxsPort(const config::Port& settings, Parts parts, ServiceStore& store, PhoneRules rules);
    ~FxsPort() override;

    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest& request,
                                    call::Cause& why) override;
    void set_messages(unsigned messages) override;
    bool in_use() const override { return AnalogPort::in_use() || may_be_called_back(); }

  private:
    ServiceStore& store_;
    const PhoneRules rules_;
    const PhoneSounds sounds_;
    const dsp::ToneSequence sip_down_tone_;
    std::array<call::Party, line_slots> callers_;
    std::array<routing::Source, line_slots> sources_;
    hardware::RingCadence ring_;
    unsigned messages_ = 0;
    base::Timer notice_;                        ///< the phone was in use when its messages changed
    bool notifies_ = false;                     ///< the last clip tells of messages
    std::optional<base::TimePoint> emergency_;  ///< the last call for help
    /// For the call that is being dialled.
    Identity identity_ = Identity::usual;
    call::PickupTarget pick_up_;

    bool may_open(const call::CallRequest& request, unsigned& slot, call::Cause& why) override;
    void feed_status_before(const hardware::LineStatus& status) override;
    void feed_status_after(const hardware::LineStatus&) override {}
    bool translate(LineInput& input) override;
    void timer_ended(LineTimer ended) override;
    bool off_hook_now() const override;
    void note_start(LineInput& input, const call::CallRequest& request) override;
    bool carry_out_special(const LineAction& action) override;
    call::CallRequest incoming_request(const LineAction& action) const override;
    const dsp::ToneSequence& sequence(LineTone tone) const override;
    hardware::RingCadence ring_cadence(const LineAction& action) const override;
    void note_incoming(const LineAction& action) override;
    void report_released(unsigned slot, LineLeg& leg, const call::Cause& cause) override;
    void add_to_view(PortView& view) const override;

    LineInput lifted(LineInputKind kind) const;
    FxsLine& line() const { return static_cast<FxsLine&>(machine()); }
    const PhoneState& state() const { return store_.of(settings_.number); }
    bool forwards(const std::string& number, const call::CallRequest& request) const;
    void play_clip(const LineAction& action);
    void pick_up(const LineAction& action);
    LineInput serve(const std::string& digits);
    LineInput change(const PhoneState& next);
    LineInput call(const std::string& number) const;
    void show_messages();
    bool may_be_called_back() const;
    void choose_ring(const call::CallRequest& request);
    CallerIdPlan caller_id_plan(call::Party& caller) const;
};

}  // namespace tipring::analog
