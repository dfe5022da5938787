// An analogue port: one board channel, its pure line machine (fxs_line.hpp, fxo_line.hpp) and the legs it
// makes. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"
#include "tipring/config/config.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/tone_zones.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::analog {

/// One line of a port's history, newest last; the last 16 are kept.
struct StateChange {
    std::chrono::system_clock::time_point at;
    std::string state;
    std::string because;
};

struct PortCounters {
    std::uint64_t calls_in = 0;   ///< from the wire
    std::uint64_t calls_out = 0;  ///< to the wire
    std::uint64_t answered = 0;
    std::uint64_t failed = 0;
    std::uint64_t unexpected_events = 0;
    std::uint64_t hardware_errors = 0;
};

/// What `tipringctl ports` and `port N` show.
struct PortView {
    base::ChannelNumber channel;
    std::string kind, number, label, group, account, state, hook;
    bool in_service = true;
    bool alarm = false;
    bool missing = false;  ///< the channel cannot be opened, or the driver took it away
    base::CallId call;
    std::string last_error;
    PortCounters counters;
    std::vector<StateChange> history;
    media::LineStats line;
};

/// What a port is built from. References outlive the port.
struct PortParts {
    base::Reactor& reactor;
    media::Engine& engine;
    call::CallSink& calls;
    hardware::Channel channel;
    hardware::CountryTones country;
    /// Told of every change of state, for the event log.
    std::function<void(const PortView&, const StateChange&)> on_change;
};

class Port {
  public:
    virtual ~Port() = default;
    virtual PortView view() const = 0;
    virtual const config::Port& settings() const = 0;
    /// The way out through this port: rings an FXS telephone, seizes an FXO line.
    virtual call::Exit& exit() = 0;
    virtual bool idle() const = 0;
    /// Out of service: ends its call with cause 27, makes and takes none. Back in service it asks the
    /// board what the wire did meanwhile.
    virtual void set_in_service(bool in_service) = 0;
    /// Releases the wire (on-hook, ring off) and stops everything; reports nothing any more. Before
    /// destruction.
    virtual void shut_down() = 0;
};

std::unique_ptr<Port> make_fxs_port(const config::Port& settings, PortParts parts);
std::unique_ptr<Port> make_fxo_port(const config::Port& settings, PortParts parts);
/// Stands in for a port whose channel cannot be opened: it is shown with `why`, and refuses calls.
std::unique_ptr<Port> make_missing_port(const config::Port& settings, std::string why);

/// Exit "group NAME": the ports given, in the order in which a call tries them.
std::unique_ptr<call::Exit> make_line_group(std::string name, std::vector<Port*> lines);

}  // namespace tipring::analog
