// RtpEnds: the audio ends of many SIP calls whose signalling is SipPeer's. Each has an RTP socket (A-law), says a clip of
// its own again and again, and records what comes, whoever sends it. Each packet that comes is answered by one of 20 ms: by a
// rhythm of its own a late machine would make jitter that the gateway has to smooth. Threads: any; one of its own,
// SCHED_FIFO where permitted, sends and receives.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "tipring/base/fd.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::acceptance {

class RtpEnd {
  public:
    /// At 127.0.0.1:`port`. Throws std::runtime_error when it is taken.
    explicit RtpEnd(std::uint16_t port);

    std::uint16_t port() const { return port_; }
    /// Sends the clip to this port of 127.0.0.1 from now on, in a loop; an empty one: nothing.
    void say(std::uint16_t to, const farend::Clip& clip);
    void be_silent() { say(0, {}); }
    void start_recording();
    std::size_t recorded() const;
    /// What came since start_recording(), in order of arrival.
    farend::Clip stop_recording();
    /// The newest 200 ms, or less.
    farend::Clip hearing() const;

  private:
    friend class RtpEnds;
    /// How many packets came.
    std::size_t receive();
    void send();

    base::Fd fd_;
    std::uint16_t port_;
    mutable std::mutex mutex_;
    std::uint16_t to_ = 0;
    std::vector<std::uint8_t> said_;  ///< A-law
    std::size_t position_ = 0;
    std::uint16_t sequence_ = 0;
    std::uint32_t timestamp_ = 0;
    bool recording_ = false;
    farend::Clip recorded_, newest_;
};

class RtpEnds {
  public:
    /// On even ports from `first_port` on.
    explicit RtpEnds(std::size_t count, std::uint16_t first_port = 28000);
    RtpEnds(const RtpEnds&) = delete;
    RtpEnds& operator=(const RtpEnds&) = delete;
    ~RtpEnds();

    RtpEnd& operator[](std::size_t index) { return ends_[index]; }
    std::size_t size() const { return ends_.size(); }

  private:
    void run();

    std::deque<RtpEnd> ends_;
    std::atomic<bool> stopping_{false};
    std::thread thread_;
};

}  // namespace tipring::acceptance
