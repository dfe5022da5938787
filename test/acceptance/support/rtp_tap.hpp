// Listens on the loopback interface to the G.711 audio that goes to SIP clients, whatever a client makes of it:
// baresip 1.0 records nothing any more once it was held. Needs CAP_NET_RAW in the network namespace. Threads:
// any; the packets are read by one of its own.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <map>
#include <mutex>
#include <span>
#include <thread>

#include "tipring/base/fd.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::acceptance {

class RtpTap {
  public:
    RtpTap();  ///< throws std::runtime_error without the right to listen
    RtpTap(const RtpTap&) = delete;
    RtpTap& operator=(const RtpTap&) = delete;
    ~RtpTap();

    void forget();
    /// The newest audio sent to the UDP ports from `first_port` on, up to one second in order of arrival,
    /// since forget().
    farend::Clip sent_to(std::uint16_t first_port) const;

    static constexpr std::uint16_t ports_of_a_client = 100;

  private:
    base::Fd fd_;
    mutable std::mutex mutex_;
    std::map<std::uint16_t, farend::Clip> newest_;  ///< by port / ports_of_a_client
    std::atomic<bool> ends_{false};
    std::thread reader_;

    void read();
    void take(std::span<const std::uint8_t> packet);
};

}  // namespace tipring::acceptance
