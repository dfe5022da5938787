// ChannelState: one B-channel as a value machine. Pure: no I/O, no clock, no owner. Thread: any.
//
// Several things may be true of a channel at once (a call, an alarm, an order to go out of service), and each goes
// away on its own, so the machine keeps them apart and shows the one that stands most in the way:
//
//   removed (out_of_service for good) > alarm or loop > in_use > out_of_service (here) > out_of_service_remote > restarting > idle
//
// | shown                 | seize_ours | seize_theirs          | release  | restart_begin | restart_end | service_out | remote_out            | alarm |
// | --------------------- | ---------- | --------------------- | -------- | ------------- | ----------- | ----------- | --------------------- | ----- |
// | idle                  | in_use     | in_use                | -        | restarting    | -           | out here    | out_of_service_remote | alarm |
// | restarting            | refused    | in_use (it is well)   | -        | refused       | idle        | out here    | out_of_service_remote | alarm |
// | in_use, ours, unsure  | refused    | in_use, if we yield   | beneath  | refused       | -           | after call  | after call            | alarm |
// | in_use                | refused    | refused               | beneath  | refused       | -           | after call  | after call            | alarm |
// | out_of_service        | refused    | refused               | -        | refused       | -           | -           | kept beneath          | alarm |
// | out_of_service_remote | refused    | in_use (it is back)   | -        | refused       | -           | out here    | -                     | alarm |
// | alarm                 | refused    | refused               | kept beneath for the end of the alarm, each of them                  | -     |
//
// "lend" is taken by every channel that is neither in use nor removed, and shown as in_use or what is above it.
// "beneath": what was hidden shows again. "-": nothing changes. service_in, remote_in, alarm_clear, span_alarm_clear,
// loop_clear and confirm take back what their counterparts set. A loop of the span is as an alarm, and shown as one. A SETUP on a channel that restarts, or that the other end had
// taken out of service, says that the other end holds it for idle: whatever was waited for there is over.
#pragma once

#include <cstdint>

#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

enum class ChannelEvent {
    seize_ours,    ///< for a call of ours, which the other end has not agreed to yet
    seize_theirs,  ///< the other end named the channel, in a SETUP or in answer to ours
    confirm,       ///< the other end agreed to ours
    lend,          ///< for something else than a call (a bit-error test), also out of service and in alarm
    release,
    restart_begin,
    restart_end,  ///< acknowledged, or given up (T316, N316)
    service_out,  ///< by our operator; a call may end by itself
    service_in,
    remote_out,  ///< SERVICE of the other end
    remote_in,
    alarm,  ///< of this channel
    alarm_clear,
    span_alarm,  ///< layer 1 of the whole span
    span_alarm_clear,
    loop,  ///< the span is looped on our order
    loop_clear,
    removed,  ///< the driver took the channel away for good
};

class ChannelState {
  public:
    /// False: refused, nothing has changed. Events of the rows "-" are taken and change nothing.
    bool apply(ChannelEvent event);

    BearerState shown() const;
    bool idle() const { return shown() == BearerState::idle; }
    bool in_use() const { return in_use_; }
    /// In use by something else than a call.
    bool lent() const { return lent_; }
    /// In use by a call of ours that the other end has not agreed to: it is lost in a collision to the side that
    /// does not yield (Q.931 5.7).
    bool unconfirmed() const { return in_use_ && unconfirmed_; }
    bool in_alarm() const { return alarm_; }
    bool out_here() const { return out_here_ || removed_; }
    bool out_remote() const { return out_remote_; }
    bool removed() const { return removed_; }
    /// RESTART is waited for, whatever else hides that; not while something uses the channel.
    bool restarting() const { return restarting_ && !in_use_; }

    friend bool operator==(const ChannelState&, const ChannelState&) = default;

  private:
    bool blocked() const { return out_here_ || removed_ || alarm_ || span_alarm_ || looped_; }
    bool seize_theirs();

    bool in_use_ = false;
    bool lent_ = false;
    bool unconfirmed_ = false;
    bool restarting_ = false;
    bool out_here_ = false;
    bool out_remote_ = false;
    bool alarm_ = false;
    bool span_alarm_ = false;
    bool looped_ = false;
    bool removed_ = false;
};

}  // namespace tipring::isdn
