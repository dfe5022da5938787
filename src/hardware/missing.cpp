// Stand-ins for channels that cannot be opened. Threads: as board.hpp says.
#include <sys/epoll.h>
#include <sys/eventfd.h>

#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware {
namespace {

base::Fd readable_once() {
    return base::Fd(::eventfd(1, EFD_CLOEXEC | EFD_NONBLOCK));
}

class MissingBearer final : public Bearer {
  public:
    int descriptor() const noexcept override { return readable_.get(); }
    std::uint32_t event_poll_mask() const noexcept override { return EPOLLIN; }
    ReadResult read(std::span<std::uint8_t, block_samples>) noexcept override {
        eventfd_t count = 0;
        if (::eventfd_read(readable_.get(), &count) < 0) return {};
        return {ReadStatus::event, {LineEventKind::removed, 0}};
    }
    bool write(std::span<const std::uint8_t, block_samples>) noexcept override { return false; }

  private:
    base::Fd readable_ = readable_once();
};

class MissingControl final : public LineControl {
  public:
    explicit MissingControl(std::string why) : why_(std::move(why)) {}
    base::Result<void> ring(const RingCadence&) override { return base::fail(why_); }
    base::Result<void> stop_ring() override { return {}; }
    base::Result<void> seize() override { return base::fail(why_); }
    base::Result<void> release() override { return {}; }
    base::Result<void> flash() override { return base::fail(why_); }
    base::Result<void> start_audio() override { return base::fail(why_); }
    base::Result<void> stop_audio() override { return {}; }
    base::Result<void> set_echo_canceller(unsigned) override { return {}; }
    base::Result<void> set_gain(double, double) override { return {}; }
    base::Result<LineStatus> status() override { return base::fail(why_); }

  private:
    std::string why_;
};

class MissingDChannel final : public DChannel {
  public:
    explicit MissingDChannel(std::string why) : why_(std::move(why)) {}
    int descriptor() const noexcept override { return readable_.get(); }
    base::Result<std::size_t> read(std::span<std::uint8_t>) override { return base::fail(why_); }
    base::Result<void> write(std::span<const std::uint8_t>) override { return base::fail(why_); }
    bool alarm() const noexcept override { return true; }
    std::uint64_t errors() const noexcept override { return 0; }

  private:
    std::string why_;
    base::Fd readable_ = readable_once();
};

}  // namespace

Channel missing_channel(base::ChannelNumber number, std::string why) {
    ChannelInfo info;
    info.number = number;
    return {std::move(info), std::make_unique<MissingControl>(std::move(why)),
            std::make_unique<MissingBearer>()};
}

std::unique_ptr<DChannel> missing_d_channel(std::string why) {
    return std::make_unique<MissingDChannel>(std::move(why));
}

}  // namespace tipring::hardware
