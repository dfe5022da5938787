// PriLink: the ISDN protocol of a span or trunk, on one D-channel or two: the calls that libpri has, what can be said in
// them, and what the other end says as plain values. Thread: core.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tipring/base/reactor.hpp"
#include "tipring/call/cause.hpp"
#include "tipring/call/leg.hpp"
#include "tipring/config/config.hpp"
#include "tipring/hardware/board.hpp"
#include "tipring/isdn/frame_trace.hpp"
#include "tipring/routing/number_plan.hpp"

struct pri;
struct q931_call;  // libpri's call record; only ever handed back to libpri

namespace tipring::isdn {

enum class LinkEventKind {
    up,          ///< Q.921 multiframe operation established
    down,        ///< ... lost: on both D-channels of a trunk with two
    reset,       ///< ... begun anew: frames under way may be lost, and libpri does not repeat them
    switched,    ///< the other D-channel of the trunk is in use now
    standby,     ///< the D-channel of the trunk that is not in use went up or down
    setup,       ///< SETUP; the record lives until hangup() or destroy()
    setup_ack,   ///< SETUP ACKNOWLEDGE: the rest of the number is waited for
    proceeding,  ///< CALL PROCEEDING
    progress,
    alerting,
    answer,      ///< CONNECT
    disconnect,  ///< DISCONNECT: hangup() must answer; released or cleared follows
    released,    ///< RELEASE, RELEASE COMPLETE or T309: hangup() must answer, and frees the record
    cleared,     ///< our own clearing is complete; the record is gone already
    restart,     ///< RESTART, acknowledged by libpri
    restart_ack,
    service,  ///< SERVICE of the other end, acknowledged by libpri: `channel` (none: all) and `in_service`
    service_ack,  ///< its answer to ours
    digits,       ///< INFORMATION with keypad digits, during a call or as more of the number
    more_called,  ///< INFORMATION with the next digits of the called number
    connected,    ///< FACILITY or NOTIFY: the far end is somebody else now
    hold,         ///< HOLD: must be answered (pri_supplementary.hpp)
    hold_ack,
    hold_reject,  ///< or no answer in time: cause 97
    retrieve,     ///< RETRIEVE with `channel` (none: any) and `exclusive`: must be answered
    retrieve_ack,
    retrieve_reject,
    notification,  ///< NOTIFY with an indicator that libpri has no use for
    advice,        ///< advice of charge
    transfer,  ///< the other end asks to join `call` and `other`: answer_transfer() with `invoke` must follow
    refused,   ///< FACILITY: the other end does not do what it was asked for in the call
    peer_state,        ///< STATUS: the state of the call at the other end
    malicious,         ///< the other end asks for its caller to be recorded; libpri has agreed
    malicious_answer,  ///< to such a request of ours: `accepted`
    failed,            ///< the descriptors of all D-channels are dead; nothing more will come
};

struct LinkEvent {
    LinkEventKind kind = LinkEventKind::up;
    q931_call* call = nullptr;
    std::optional<unsigned> channel{};                ///< none: any channel, or all of them (restart)
    std::optional<unsigned> of_interface{};           ///< restart without a channel: only that of the trunk
    bool exclusive = false;                           ///< setup: that channel or none
    bool inband = false;                              ///< progress indicator 1 or 8; disconnect: 8
    std::vector<call::ProgressIndicator> progress{};  ///< proceeding, progress, alerting, answer
    std::uint8_t cause = 0;
    std::optional<call::Location> location{};
    // setup
    call::Party caller{};
    std::string called{};  ///< as the number plan wants it
    routing::TypedNumber called_wire{};
    bool complete = true;  ///< setup, more_called: Sending complete was there; digits: libpri does not tell
    std::vector<call::Diversion> diversions{};
    call::UserToUser user_to_user{};
    std::optional<call::Party> connected{};  ///< answer, connected: who it is, where the event tells
    bool audio = true;                       ///< the bearer capability is speech or 3.1 kHz audio
    bool signalling_only = false;            ///< a connection without a B-channel
    std::string digits{};
    bool in_service = false;  ///< service, service_ack
    /// cleared, released: libpri gave the call up by a timer, and the other end may still have it: RELEASE was never
    /// answered (T308 ran out the second time), the data link was lost before the answer (Q.931 5.8.9), or the answer to a
    /// SETUP was (T303)
    bool unanswered = false;
    std::uint8_t peer_state = 0;    ///< Q.931 table 4-8
    std::string reason{};           ///< failed: what the D-channel said
    std::uint8_t notification = 0;  ///< Q.931 4.5.22
    std::optional<call::Advice> advice{};
    q931_call* other = nullptr;
    int invoke = 0;
    bool accepted = false;
};

struct LinkOptions {
    std::string label{};  ///< "span=1", for the log
    bool network_side = false;
    bool t1 = false;
    config::SwitchType switch_type = config::SwitchType::euroisdn;
    /// T309: how long answered calls outlive the data link. Q.931 table 9-1: 6 to 90 s.
    std::chrono::milliseconds t309{90000};
    /// Those of the file that are libpri's; others are ignored here.
    std::vector<config::SpanTimer> timers{};
    /// Where every frame is recorded; it outlives the link. None: nowhere.
    FrameTrace* trace = nullptr;
    config::NumberPlan numbers{};
    bool overlap_sending = false;  ///< Sending complete is only in a SETUP that says so
    bool transfer = false;         ///< the other end may ask for transfers
    bool malicious_call = false;   ///< ... and for the identification of its callers
    /// Channels name their interface, and are positions of bearer_position.hpp.
    bool nfas = false;
    unsigned interface = 0;  ///< where this D-channel is: that of channels that come without one
};

/// One D-channel of a trunk.
struct DataLinkView {
    unsigned interface = 0;
    bool up = false, active = false;
};

/// Whether exchanges of this type know SERVICE messages for B-channels (AT&T TR 41459, SR-NWT-002343).
bool has_service_messages(config::SwitchType type);

struct OutgoingSetup {
    call::Party caller{};
    std::string called{};
    unsigned channel = 0;
    bool exclusive = false;
    bool complete = true;  ///< no digits follow
    std::vector<call::Diversion> diversions{};
    call::UserToUser user_to_user{};
};

class PriLink {
  public:
    using Handler = std::function<void(const LinkEvent&)>;

    /// Establishes layer 2 at once. The handler is called from the reactor and from poll(), never from inside another
    /// member function.
    PriLink(base::Reactor& reactor, hardware::DChannel& d_channel, const LinkOptions& options,
            Handler handler);
    ~PriLink();
    PriLink(const PriLink&) = delete;
    PriLink& operator=(const PriLink&) = delete;

    /// A second D-channel, which outlives the link: Q.921 is established on both, one carries what this side begins, and
    /// the answered calls of one that goes down are moved to the other. Once, at the beginning.
    void add_backup(hardware::DChannel& d_channel, unsigned interface);
    /// The primary first.
    std::vector<DataLinkView> data_links() const;
    /// For calls to come.
    void set_numbers(const config::NumberPlan& numbers);

    /// Sends SETUP; null when the number has no digits.
    q931_call* setup(const OutgoingSetup& request);
    void proceeding(q931_call* call, unsigned channel);
    /// Sends SETUP ACKNOWLEDGE; `inband`: with dial tone.
    void setup_ack(q931_call* call, unsigned channel, bool inband);
    /// Sends INFORMATION with the next digit of the called number.
    void information(q931_call* call, char digit);
    /// Who is on this side of the call: goes with CONNECT, or tells of a change afterwards.
    void connected(q931_call* call, const call::Party& party);
    void alerting(q931_call* call, unsigned channel, bool inband);
    /// What the next ALERTING or PROGRESS, or the CONNECT (`of_answer`), of a call of the other end says of how it goes on;
    /// without any it is libpri's word again.
    void progress_indicators(q931_call* call, const std::vector<call::ProgressIndicator>& indicators,
                             bool of_answer);
    /// Sends PROGRESS: in-band information is available now (progress indicator 8).
    void progress(q931_call* call, unsigned channel);
    void answer(q931_call* call, unsigned channel);
    /// The next step of clearing, whatever it is now. True when the record is gone and no event follows.
    /// A fresh incoming call is refused by RELEASE COMPLETE with 34, 44, 82 or 88; for other causes send
    /// proceeding first. `location`: of the cause; none: a private network serving the local user.
    bool hangup(q931_call* call, std::uint8_t cause, std::optional<call::Location> location = {});
    /// Forgets the call without a message.
    void destroy(q931_call* call);
    /// Sends RESTART for one channel. One at a time: restart_ack answers it, or nothing does.
    void restart(unsigned channel);
    /// Sends SERVICE: this channel is in service, or out of it. Nothing for switch types without it.
    void service(unsigned channel, bool in_service);
    /// The calls that libpri has and that this link knows: for comparison only.
    std::vector<const q931_call*> records();
    /// Ends a call of records() that nobody else knows any more.
    void drop_record(const q931_call* record, std::uint8_t cause);
    /// Lets `work` use the libpri controller that has the call, for pri_supplementary.hpp. False when the call is none
    /// of libpri's any more.
    bool run(q931_call* call, const std::function<void(pri*)>& work);
    /// What libpri calls the channel.
    int wire(unsigned channel) const;
    /// Reads waiting frames and events (some drivers report alarms without waking the reader).
    void poll();
    /// No event and no frame from now on.
    void stop();

    struct Impl;

  private:
    std::unique_ptr<Impl> impl_;
};

}  // namespace tipring::isdn
