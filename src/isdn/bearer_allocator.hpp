// BearerAllocator: which B-channel a call gets. libpri neither allocates nor checks channels, so all of
// Q.931 5.1.2, 5.2.3 and 5.7 (choice, negotiation, collision) is decided here. What a channel may do in which
// state stands in channel_state.hpp. Pure: no I/O, no clock. Thread: core.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "channel_state.hpp"
#include "tipring/config/config.hpp"
#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

class BearerAllocator {
  public:
    /// `positions`: the B-channels (bearer_position.hpp), in any order.
    BearerAllocator(std::vector<unsigned> positions, config::ChannelChoice choice, bool network_side);

    /// An idle channel for a call of ours, held until confirmed or released; none when all are taken.
    std::optional<unsigned> take_outgoing();
    /// The peer has accepted our call on this channel: it can no longer be lost to a collision.
    void confirm(unsigned position);

    struct Incoming {
        unsigned position = 0;  ///< 0: refused
        std::uint8_t cause =
            0;  ///< Q.850 of the refusal: 34 no channel, 44 requested one not available, 82 no such channel
        bool displaced = false;  ///< an unconfirmed call of ours must give this channel up (Q.931 5.7: the
                                 ///< user side yields)
    };
    /// A SETUP that asks for `wanted` (none: any). `exclusive`: that channel or nothing.
    Incoming take_incoming(std::optional<unsigned> wanted, bool exclusive);

    struct Move {
        bool done = false;  ///< otherwise the channel is not free, and nothing has changed
        bool displaced =
            false;  ///< another call of ours, which the peer has not agreed to yet, must give it up
    };
    /// The peer moved our call to another channel. `from` may be 0.
    Move move(unsigned from, unsigned to);
    void release(unsigned position);
    /// Takes a channel for something else than a call, in whatever state it is; false when it carries a call, is held
    /// or is none of the span.
    bool hold(unsigned position);

    /// False: the channel is not idle, or is none of the span.
    bool begin_restart(unsigned position);
    void end_restart(unsigned position);
    /// By our operator. A call on the channel may end by itself.
    void set_in_service(unsigned position, bool in_service);
    /// By SERVICE of the other end.
    void set_remote_in_service(unsigned position, bool in_service);
    void set_alarm(unsigned position, bool alarm);
    /// Layer 1 of the whole span: of this interface of the trunk.
    void set_span_alarm(bool alarm, unsigned interface = 0);
    /// A loop of the whole span, which our operator has set: no calls, hold() goes on.
    void set_looped(bool looped, unsigned interface = 0);
    /// For good.
    void remove(unsigned position);

    bool known(unsigned position) const { return find(position) != nullptr; }
    /// What is shown; out_of_service for a position that the span has not.
    BearerState state(unsigned position) const;
    /// All that is known; a removed channel for a position that the span has not.
    ChannelState channel(unsigned position) const;
    const std::vector<unsigned>& positions() const { return positions_; }
    unsigned in_use() const;
    unsigned idle() const;

  private:
    struct Bearer {
        unsigned position = 0;
        ChannelState state{};
    };
    const Bearer* find(unsigned position) const;
    Bearer* find(unsigned position);
    bool apply(unsigned position, ChannelEvent event);
    Bearer* choose();

    std::vector<Bearer> bearers_;  // sorted by position
    std::vector<unsigned> positions_;
    config::ChannelChoice choice_;
    bool network_side_;
    std::size_t next_ = 0;  // round robin: where the next search begins
};

}  // namespace tipring::isdn
