// Hook, ring, gains and echo canceller of one channel. Thread: core.
#pragma once

#include <memory>
#include <string_view>

#include "dahdi/channel_state.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::dahdi {

/// Which LineEvents follow which operation, and which do not, is told at map_event().
/// The driver keeps gains and canceller of a B-channel only in audio mode; they are kept here and set by
/// start_audio().
class DahdiLineControl final : public LineControl {
  public:
    explicit DahdiLineControl(std::shared_ptr<ChannelState> state) : state_(std::move(state)) {}
    ~DahdiLineControl() override;

    base::Result<void> ring(const RingCadence& cadence) override;
    base::Result<void> stop_ring() override;
    base::Result<void> seize() override;
    base::Result<void> release() override;
    base::Result<void> flash() override;
    base::Result<void> flash(std::chrono::milliseconds length) override;
    base::Result<void> dial_pulse(std::string_view digits) override;
    base::Result<void> set_polarity(bool reversed) override;
    base::Result<void> prepare_on_hook_audio(std::chrono::milliseconds duration) override;
    base::Result<void> set_message_lamp(unsigned messages) override;
    base::Result<void> start_audio() override;
    base::Result<void> stop_audio() override;
    base::Result<void> start_clear_channel() override;
    base::Result<void> set_echo_canceller(unsigned taps) override;
    base::Result<void> set_gain(double receive_db, double transmit_db) override;
    base::Result<void> set_hardware_gain(std::optional<double> receive_db,
                                         std::optional<double> transmit_db) override;
    base::Result<LineStatus> status() override;

  private:
    base::Result<void> check(int result, std::string_view operation) const;
    base::Result<void> hook(int position, std::string_view operation) const;
    base::Result<void> only(ChannelKind kind, std::string_view operation) const;
    base::Result<void> apply_gains() const;
    bool has_echo_canceller() const;
    base::Result<dahdi_params> parameters() const;
    void measure_voltage(LineStatus& now, bool loop_open) const;

    std::shared_ptr<ChannelState> state_;
    int taps_ = 0;
    double receive_db_ = 0;
    double transmit_db_ = 0;
};

}  // namespace tipring::hardware::dahdi
