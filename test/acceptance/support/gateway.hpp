// The daemon under test: started with a port map in its own folder, driven only from outside.
#pragma once

#include <boost/json/value.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "control_client.hpp"
#include "process.hpp"

namespace tipring::acceptance {

class Gateway {
  public:
    /// Writes `port_map` (without its control, log and media sections) and starts the daemon; `media` goes on
    /// with the media section (", rtp_timeout: 2s"). Throws with the daemon's output when it does not answer
    /// on the control socket in time.
    Gateway(const TemporaryFolder& folder, const std::string& port_map, const std::string& media = {});
    /// Stops it.
    ~Gateway();
    /// Told, from now on, of each gateway that does not end with 0, as after a crash or what a sanitizer has found.
    static void on_bad_end(std::function<void(const std::string&)> told) { on_bad_end_ = std::move(told); }

    /// Another port map in the same file, with the same sections as at the start; the daemon is not told.
    void write_port_map(const std::string& port_map, const std::string& media = {}) const;

    boost::json::value call(const std::string& method, boost::json::object parameters = {}) const {
        return control_.call(method, std::move(parameters));
    }
    /// State of one port as `ports` says, for example "idle".
    std::string port_state(unsigned channel) const;
    bool wait_port_state(unsigned channel, const std::string& state, std::chrono::milliseconds limit) const;
    std::size_t calls() const;
    bool wait_no_calls(std::chrono::milliseconds limit) const;
    bool wait_span_up(std::chrono::milliseconds limit) const;
    /// All spans are up and have so many idle channels together: the first RESTARTs are over, and a call that meets
    /// the RESTART of its channel is lost, as Q.931 5.5 wants it.
    bool wait_span_idle(std::size_t count, std::chrono::milliseconds limit) const;
    bool wait_registered(std::size_t count, std::chrono::milliseconds limit) const;
    /// Resident memory and open descriptors of the daemon.
    std::size_t resident_kib() const;
    std::size_t descriptors() const;
    std::chrono::milliseconds cpu_time() const;

    /// SIGTERM; exit status, nullopt when it does not end in time.
    std::optional<int> stop(std::chrono::milliseconds limit);
    Process& process() { return *process_; }
    std::string log() const;
    const std::string& socket() const { return socket_; }

  private:
    static std::function<void(const std::string&)> on_bad_end_;

    std::string file_, log_file_, socket_;
    ControlClient control_;
    std::unique_ptr<Process> process_;
};

/// Runs tipringctl, which asks this gateway, to its end.
Outcome ctl(const TemporaryFolder& folder, const Gateway& gateway, std::vector<std::string> words);

/// Path of a program of this build, from the environment of CTest (TIPRING_BIN) or beside this program.
std::string program(const std::string& name);

}  // namespace tipring::acceptance
