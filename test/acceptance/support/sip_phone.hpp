// A real SIP client (baresip) driven over its control socket: plays a WAV file into the call and records what
// it hears. Everything stays on 127.0.0.1.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "process.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::acceptance {

class SipPhone {
  public:
    struct Options {
        std::string user = "desk";
        std::uint16_t sip_port = 5091;
        std::uint16_t control_port = 4491;
        std::uint16_t first_rtp_port = 41000;
        std::string codecs = "PCMA/8000/1,PCMU/8000/1";
        /// Registrar to register with (host:port), and the password; empty: no registration.
        std::string registrar = {};
        std::string password = {};
        bool auto_answer = false;
        bool trace = false;      ///< log() has every SIP message
        farend::Clip says = {};  ///< played once when a call is up
    };

    SipPhone(const TemporaryFolder& folder, Options options);
    SipPhone(const SipPhone&) = delete;
    SipPhone& operator=(const SipPhone&) = delete;
    ~SipPhone();

    void dial(const std::string& uri);
    void answer();
    void hang_up();
    void send_digit(char digit);
    void hold(bool on);
    /// Dies without a word, as a telephone whose cable is pulled.
    void vanish();

    /// Waits for an event of the client since the last forget(): CALL_INCOMING, CALL_RINGING, CALL_PROGRESS,
    /// CALL_ANSWERED?, CALL_ESTABLISHED, CALL_CLOSED, REGISTER_OK.
    bool wait_event(const std::string& type, std::chrono::milliseconds limit);
    /// The "param" and "peeruri" of the newest such event, "" when there was none.
    std::string event_text(const std::string& type) const;
    void forget();
    bool ready() const { return ready_; }
    /// The registrar has accepted the client (it may have done so before its control socket was open).
    bool wait_registered(std::chrono::milliseconds limit) const;
    /// DTMF digits received as RFC 4733 events.
    std::string digits() const;

    /// What the client heard in its newest call, once that has ended.
    farend::Clip heard();
    std::string newest_recording() const;
    std::string log() const { return process_->output(); }

  private:
    void command(const std::string& name, const std::string& parameters = {});
    void read_events();
    void add_event(const std::string& json_text);

    Options options_;
    std::string folder_;
    std::unique_ptr<Process> process_;
    base::Fd socket_;
    std::thread reader_;
    mutable std::mutex mutex_;
    struct Event {
        std::string type, text;
    };
    std::vector<Event> events_;
    bool ready_ = false;
};

}  // namespace tipring::acceptance
