// IsdnLink: a libpri controller for the model of an ISDN network. Private to farend. It shares nothing with
// the gateway's own use of libpri (isdn::PriLink), so that a mistake in one is not answered by the same
// mistake in the other. Thread: far end.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "tipring/base/fd.hpp"
#include "tipring/farend/far_end.hpp"
#include "transfer_frames.hpp"

struct pri;
struct q931_call;

namespace tipring::farend {

struct IsdnEvent {
    enum class Kind {
        up,
        down,
        setup,
        setup_ack,
        more_called,
        proceeding,
        alerting,
        answer,
        disconnect,
        released,
        cleared,
        restart,
        news
    };
    Kind kind = Kind::up;
    q931_call* record = nullptr;
    std::optional<unsigned> channel{};  ///< none: any (setup) or all (restart)
    bool exclusive = false;
    bool inband = false;  ///< progress indicator 1 or 8
    int cause = 0;
    /// setup; answer: `connected` only; more_called: `called` (the new digits) and `complete`
    IsdnCallInfo info{};
    q931_call* other = nullptr;  ///< news: of a transfer
    int invoke = 0;
    std::string news{};  ///< as IsdnCall::wait_news() has it
    std::optional<facility::Request>
        request{};  ///< news of a transfer that libpri has no event for, and nothing else
};

/// A channel in libpri's encoding, as IsdnCallInfo::channel: with the interface that was named.
std::optional<unsigned> position_of(int encoded);

class IsdnLink {
  public:
    using Handler = std::function<void(const IsdnEvent&)>;

    /// `nfas`: channels name their interface. `primary`: of a trunk with two D-channels, of which this is the second.
    IsdnLink(hardware::DChannel& d_channel, const IsdnNetwork::Options& options, Handler handler,
             bool nfas = false, IsdnLink* primary = nullptr);
    ~IsdnLink();
    IsdnLink(const IsdnLink&) = delete;
    IsdnLink& operator=(const IsdnLink&) = delete;

    /// Handles waiting frames and timers that are due.
    void run();
    /// Readable when the next timer of libpri is due.
    int timer_descriptor() const { return timer_.get(); }
    /// Of the D-channel.
    int descriptor() const { return d_channel_.descriptor(); }
    /// The D-channel cannot be read any more.
    bool failed() const { return failed_; }

    /// Null when the called number is empty.
    q931_call* setup(const IsdnCallInfo& info, bool exclusive);
    void proceeding(q931_call* record, unsigned channel);
    /// SETUP ACKNOWLEDGE with in-band information: dial tone.
    void setup_ack(q931_call* record, unsigned channel);
    /// INFORMATION with one digit of the called number.
    void information(q931_call* record, char digit);
    void alert(q931_call* record);
    /// Before answer(): the connected number.
    void connect_as(q931_call* record, const std::string& number);
    void answer(q931_call* record);
    /// True when the record is gone and no event follows.
    bool hang_up(q931_call* record, int cause);
    void destroy(q931_call* record);
    void restart(unsigned channel);
    // isdn_link_services.cpp
    /// False: not in this state. `channel`: for a retrieval.
    bool request(q931_call* record, IsdnRequest what, unsigned channel);
    /// Grants HOLD, and RETRIEVE on this channel (0: there is none).
    void grant_hold(q931_call* record);
    void grant_retrieve(q931_call* record, unsigned channel);
    bool advise(q931_call* record, const IsdnCharge& charge);
    bool transfer(q931_call* record, q931_call* other);
    void answer_transfer(q931_call* record, int invoke, bool granted);
    /// The same for a request. False: libpri does not have the call any more.
    bool answer_request(q931_call* record, const facility::Request& request, bool granted);
    /// The call reference as the other end, which has begun the call or has not, writes it; none: the call is gone.
    std::optional<std::uint16_t> reference_of(q931_call* record, bool theirs) const;
    /// As TransferFrames::other_call().
    std::optional<std::uint16_t> other_call(const facility::Request& request) const {
        return transfers_->other_call(request);
    }
    /// What becomes of transfers from now on. Any thread.
    void take_transfers(IsdnTransfers transfers) { transfers_->set(transfers); }
    /// RESTART is taken for a message of no protocol from now on, or no longer. Any thread.
    void ignore_restarts(bool ignore) { ignore_restarts_ = ignore; }
    /// The same for RESTART ACKNOWLEDGE.
    void ignore_restart_answers(bool ignore) { ignore_restart_answers_ = ignore; }

  private:
    static int read_frame(pri* controller, void* buffer, int size);
    static int write_frame(pri* controller, void* buffer, int size);
    void arm_timer();
    /// The reverse of position_of().
    int wire(unsigned channel) const;

    hardware::DChannel& d_channel_;
    bool network_side_;
    bool t1_;
    bool nfas_;
    Handler handler_;
    base::Fd timer_;
    pri* controller_ = nullptr;
    bool frame_seen_ = false;
    bool failed_ = false;
    std::atomic<bool> ignore_restarts_{false}, ignore_restart_answers_{false};
    std::shared_ptr<TransferFrames>
        transfers_;  ///< one for both D-channels of a trunk: a call may change them
};

}  // namespace tipring::farend
