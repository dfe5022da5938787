// FxoPort: what only a line to an exchange needs of its port. Thread: core.
#pragma once

#include <optional>

#include "analog_port.hpp"
#include "tipring/analog/fxo_line.hpp"

namespace tipring::analog {

class FxoPort final : public AnalogPort {
  public:
    FxoPort(const config::Port& settings, Parts parts);
    ~FxoPort() override;

    LineUse use() const override;

  private:
    const std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones_;
    std::optional<std::chrono::system_clock::time_point> proved_good_;
    std::optional<base::TimePoint> failed_;
    base::TimePoint opened_;

    bool may_open(const call::CallRequest& request, unsigned& slot, call::Cause& why) override;
    void feed_status_before(const hardware::LineStatus&) override {}
    void feed_status_after(const hardware::LineStatus& status) override;
    void timer_ended(LineTimer timer) override;
    std::pair<std::chrono::milliseconds, std::chrono::milliseconds> digit_times() const override {
        return {settings_.fxo.dtmf_on, settings_.fxo.dtmf_off};
    }
    bool carry_out_special(const LineAction& action) override;
    call::CallRequest incoming_request(const LineAction& action) const override;
    media::Detectors detectors(const LineAction& listen) const override;
    void add_to_view(PortView& view) const override;
    LineCheck::Settings check_settings() const override;
    void add_to_check(CheckRun::Parts& parts) override;
    void prove_good();
    bool battery_came_back() const;
    void note_refused(const std::string& reason);
};

}  // namespace tipring::analog
