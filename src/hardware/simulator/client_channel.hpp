// The client's half of an opened channel: Bearer, LineControl and DChannel over the descriptors that the
// board handed out.
#pragma once

#include <memory>

#include "simulator/messages.hpp"
#include "simulator/shared_page.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

/// What Bearer and LineControl share; the channel closes when both are gone.
struct ClientChannel {
    ChannelInfo info;
    base::Fd bearer;
    base::Fd control;
    SharedPage page;
};

/// Media thread; real-time safe: read() is one non-blocking recv of a token, write() touches memory only.
class SimulatorBearer final : public Bearer {
  public:
    explicit SimulatorBearer(std::shared_ptr<ClientChannel> channel);
    ~SimulatorBearer() override;
    int descriptor() const noexcept override;
    std::uint32_t event_poll_mask() const noexcept override;
    ReadResult read(std::span<std::uint8_t, block_samples> block) noexcept override;
    bool write(std::span<const std::uint8_t, block_samples> block) noexcept override;

  private:
    std::shared_ptr<ClientChannel> channel_;
};

/// Core thread. Every call waits for the board's answer, which takes well under a millisecond; 2 s at most.
class SimulatorLineControl final : public VirtualLineControl {
  public:
    explicit SimulatorLineControl(std::shared_ptr<ClientChannel> channel);
    ~SimulatorLineControl() override;
    base::Result<void> ring(const RingCadence& cadence) override;
    base::Result<void> stop_ring() override;
    base::Result<void> seize() override;
    base::Result<void> release() override;
    base::Result<void> flash() override;
    base::Result<void> flash(std::chrono::milliseconds length) override;
    base::Result<void> dial_pulse(std::string_view digits) override;
    base::Result<void> set_polarity(bool reversed) override;
    base::Result<void> set_message_lamp(unsigned messages) override;
    base::Result<void> start_audio() override;
    base::Result<void> stop_audio() override;
    base::Result<void> set_echo_canceller(unsigned taps) override;
    base::Result<void> set_gain(double receive_db, double transmit_db) override;
    /// Taken, of no effect: the virtual wire has the gains of set_gain() alone.
    base::Result<void> set_hardware_gain(std::optional<double>, std::optional<double>) override { return {}; }
    base::Result<LineStatus> status() override;
    base::Result<void> impair(const LineImpairments& impairments) override;
    base::Result<void> set_parallel_phones(unsigned off_hook) override;
    base::Result<void> set_battery(bool on) override;
    base::Result<void> ring_when_seized(const RingCadence& cadence) override;
    base::Result<void> play_hook(std::span<const HookTrain> trains) override;
    base::Result<std::chrono::milliseconds> last_break() override;
    base::Result<void> start_listening() override;

  private:
    std::shared_ptr<ClientChannel> channel_;
    std::uint32_t last_sequence_ = 0;

    base::Result<ControlResponse> request(ControlRequest request);
    base::Result<void> operate(std::string_view what, ControlRequest request);
    base::Result<void> operate(std::string_view what, ControlOperation operation, std::uint32_t value = 0);
};

/// Core thread.
class SimulatorDChannel final : public DChannel {
  public:
    SimulatorDChannel(base::ChannelNumber number, base::Fd socket);
    int descriptor() const noexcept override;
    base::Result<std::size_t> read(std::span<std::uint8_t> frame) override;
    base::Result<void> write(std::span<const std::uint8_t> frame) override;
    bool alarm() const noexcept override;
    std::uint64_t errors() const noexcept override;

  private:
    base::ChannelNumber number_;
    base::Fd socket_;
    bool alarm_ = false;
    std::uint64_t errors_ = 0;
};

/// Waits until `socket` is readable; false after 2 s or when the board is gone.
bool wait_readable(const base::Fd& socket);
/// "channel 3: busy ..." as the operator should read it.
base::Error refusal_error(base::ChannelNumber number, std::string_view what, Refusal refusal);

}  // namespace tipring::hardware::simulator
