// A primary-rate span: one D-channel with libpri, its B-channels, and the legs they carry. Thread: core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/base/result.hpp"
#include "tipring/call/leg.hpp"
#include "tipring/config/config.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/hardware/tone_zones.hpp"
#include "tipring/isdn/frame_trace.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::isdn {

enum class BearerState {
    idle,
    in_use,
    restarting,
    out_of_service,         ///< by our operator, or removed by the driver
    out_of_service_remote,  ///< by SERVICE of the other end
    alarm,
};
inline constexpr std::size_t bearer_states = 6;
std::string_view name(BearerState state);

struct BearerView {
    unsigned position = 0;  ///< timeslot, as Q.931 numbers it
    unsigned span = 0;      ///< the driver's number of its span: of a trunk of several one of them
    base::ChannelNumber channel{};
    BearerState state = BearerState::idle;
    base::CallId call{};
    /// What may be hidden behind a call or an alarm.
    bool out_here = false, out_remote = false, removed = false;
    bool testing = false;  ///< held by hold()
};

/// One span of a trunk of several (NFAS).
struct TrunkSpanView {
    unsigned number = 0, interface = 0;
    bool layer1_up = false;
    enum class DChannel { none, primary, backup } d_channel = DChannel::none;
    bool d_channel_up = false;
    bool active = false;  ///< its D-channel is in use
};

/// What `tipringctl spans` shows.
struct SpanView {
    unsigned number = 0;
    std::string name, label, side, switch_type;
    bool missing = false;  ///< its channels cannot be opened, or the driver took the D-channel away
    bool layer1_up = false;
    bool d_channel_up = false;  ///< Q.921 multiframe established
    unsigned in_use = 0, idle = 0;
    unsigned held = 0;  ///< calls without a channel, put on hold by the other end
    std::uint64_t calls_in = 0, calls_out = 0, d_channel_losses = 0, d_channel_errors = 0;
    std::uint64_t restarts = 0;          ///< channels that we restarted, acknowledged
    std::uint64_t restart_failures = 0;  ///< ... not acknowledged after N316 times T316
    std::uint64_t repairs = 0;           ///< channels and calls that the audit had to release
    bool service_messages = false;       ///< the other end is told of maintenance, and tells us (SERVICE)
    std::string last_error;
    std::vector<BearerView> bearers;
    std::vector<TrunkSpanView> spans;  ///< of an NFAS trunk, the first span first; empty otherwise
    std::string trunk;                 ///< of another span of an NFAS trunk: the trunk's name
};

/// For the list of events.
struct SpanEvent {
    std::string_view name;  ///< "span.up", "span.down", "span.alarm", "span.service", ...
    unsigned span = 0;      ///< the driver's number of the span that it is about
    std::vector<std::pair<std::string, std::string>> fields{};
};

struct SpanParts {
    base::Reactor& reactor;
    media::Engine& engine;
    call::CallSink& calls;
    std::unique_ptr<hardware::DChannel> d_channel;
    std::vector<hardware::Channel> bearers;  ///< of all spans of the trunk
    std::unique_ptr<hardware::DChannel> backup_d_channel = nullptr;
    hardware::CountryTones country;
    /// Told of changes of layer 1, D-channel and bearers.
    std::function<void(const SpanEvent&, const SpanView&)> on_change;
    /// Layer 1 of a span of the trunk (the driver's number) is in alarm; none: the board does not tell, and for the
    /// first span the D-channel's events count.
    std::function<std::optional<bool>(unsigned span)> span_alarm{};
};

/// A B-channel that is lent as a clear channel; its destruction gives it back.
class BearerHold {
  public:
    virtual ~BearerHold() = default;
    /// Started.
    virtual media::EndpointId endpoint() const = 0;
    /// False when the span or the channel has gone.
    virtual bool alive() const = 0;
};

class Span {
  public:
    virtual ~Span() = default;
    virtual SpanView view() const = 0;
    virtual const config::Span& settings() const = 0;
    virtual call::Exit& exit() = 0;
    /// No call, test or loop uses it.
    virtual bool idle() const { return true; }
    /// As the view says, but cheap.
    virtual bool missing() const { return view().missing; }
    /// Takes over settings that differ from its own only in what config::with_call_settings() names; calls go on. False:
    /// they differ in more, and nothing has changed: the span has to be made anew.
    virtual bool adopt(const config::Span&) { return false; }
    /// Takes an idle B-channel (by its timeslot) out of call traffic: it counts as busy. Also while layer 1 is in
    /// alarm, because a loop is an alarm, too.
    virtual base::Result<std::unique_ptr<BearerHold>> hold(unsigned timeslot);
    /// The card loops the whole span (true), or does so no more: calls are released with cause 41, and no call comes
    /// until then. Channels that are held stay so, and can be held.
    virtual void set_looped(bool) {}
    /// Takes the channel on this timeslot (none: all) out of service, or back in. A call on it goes on, no new one
    /// comes. The other end is told where its switch type has SERVICE messages. An error names what is wrong.
    virtual base::Result<void> set_in_service(std::optional<unsigned> position, bool in_service) = 0;
    /// Sends RESTART (Q.931 5.5.1) for one idle channel, or for all that are idle; the answers come later. The
    /// number of channels it is about; an error when the one is not idle, or the D-channel is down.
    virtual base::Result<unsigned> restart(std::optional<unsigned> position) = 0;
    /// Releases all calls (cause 27 unless they end before), then stops libpri. Before destruction.
    virtual void shut_down() = 0;
    /// The other spans of an NFAS trunk, each with its own number, line and channels, for its owner to show and to
    /// maintain; they live as long as this one. Their exit is the trunk's.
    virtual std::vector<Span*> trunk_members() { return {}; }
    /// The last frames of the D-channel; null when it never was open.
    virtual const FrameTrace* trace() const { return nullptr; }
};

std::unique_ptr<Span> make_span(const config::Span& settings, SpanParts parts);
/// Stands in for a span whose channels cannot be opened: it is shown with `why`, and refuses calls.
std::unique_ptr<Span> make_missing_span(const config::Span& settings, std::string why);

}  // namespace tipring::isdn
