// An analogue port: one board channel, its pure line machine (fxs_line.hpp, fxo_line.hpp) and the legs it
// makes. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "tipring/analog/line_check.hpp"
#include "tipring/analog/service_store.hpp"
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
    /// fxo: how often the line could not be used, by reason: "no_battery", "in_use" (by another telephone),
    /// "ringing", "no_dial_tone", "busy_tone" (instead of dial tone), "not_confirmed" (the seizure),
    /// "no_status".
    std::map<std::string, std::uint64_t> refused;
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
    /// fxo: when dial tone was heard, the exchange rang or the called party's answer was heard last.
    std::optional<std::chrono::system_clock::time_point> last_proved_good;
    std::optional<hardware::LineStatus> wire;  ///< fxo: battery, voltage and use by others, now
    unsigned messages = 0;                     ///< fxs: new ones in the mailbox
    PhoneState services;                       ///< fxs: what the user has set by star codes
    unsigned calls_held = 0;                   ///< fxs: held or waiting, beside the present call
};

/// What a group chooses its lines by.
struct LineUse {
    bool free = false;           ///< as far as is known without asking the board
    bool failed_lately = false;  ///< could not be used, within the last minute
    std::uint64_t calls = 0;     ///< in and out, since the start
    base::TimePoint opened{};    ///< the last call to the exchange
};

/// What all telephones have in common.
struct PhoneRules {
    config::ServiceCodes codes;
    std::chrono::milliseconds forward_no_answer{20000};
    /// By which an emergency number may be dialled in another way (routing/emergency.hpp); may be null.
    std::shared_ptr<const std::vector<routing::RouteRule>> routes{};
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
    /// fxo: those of config::FxoSettings::learnt_tones; may be null.
    std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones{};
    /// fxs: why calls cannot go out over the port's SIP account now, for people; "" when they can. May be empty.
    std::function<std::string()> sip_fault{};
};

class Port {
  public:
    virtual ~Port() = default;
    virtual PortView view() const = 0;
    virtual const config::Port& settings() const = 0;
    /// The way out through this port: rings an FXS telephone, seizes an FXO line.
    virtual call::Exit& exit() = 0;
    virtual bool idle() const = 0;
    /// As the view says, but cheap: it asks no board.
    virtual bool missing() const { return view().missing; }
    /// A call, a telephone off the hook, a check, or a caller for help whom the rescuers may call back: the port must
    /// not be made anew.
    virtual bool in_use() const { return false; }
    virtual LineUse use() const { return {idle()}; }
    /// Out of service: ends its call with cause 27, makes and takes none. Back in service it asks the
    /// board what the wire did meanwhile.
    virtual void set_in_service(bool in_service) = 0;
    /// fxs: new messages in the phone's mailbox (RFC 3842).
    virtual void set_messages(unsigned) {}
    /// Checks the line, which must be idle and free. Meanwhile the port is not idle; the first call that asks for
    /// it nevertheless (a group asks its free lines first) ends the check, waits until the line has been let go of
    /// and is started then. Further calls are refused. The check ends, too, when the owner drops what is returned, in an alarm, and when the
    /// port goes out of service. The error is for people.
    virtual base::Result<std::shared_ptr<void>> start_check(const CheckRequest&, CheckHandlers) {
        return base::fail("this port cannot be checked");
    }
    /// Releases the wire (on-hook, ring off) and stops everything; reports nothing any more. Before
    /// destruction.
    virtual void shut_down() = 0;
};

/// `store` outlives the port.
std::unique_ptr<Port> make_fxs_port(const config::Port& settings, PortParts parts, ServiceStore& store,
                                    const PhoneRules& rules);
std::unique_ptr<Port> make_fxo_port(const config::Port& settings, PortParts parts);
/// Stands in for a port whose channel cannot be opened: it is shown with `why`, and refuses calls.
std::unique_ptr<Port> make_missing_port(const config::Port& settings, std::string why);

/// Exit "group NAME": the ports given, which a call tries in the order of the strategy; lines that could not
/// be used within the last minute, and after them lines that are not free, come last. `seed`: of the random
/// strategy.
std::unique_ptr<call::Exit> make_line_group(std::string name, config::GroupStrategy strategy,
                                            std::vector<Port*> lines,
                                            std::uint32_t seed = std::random_device{}());

}  // namespace tipring::analog
