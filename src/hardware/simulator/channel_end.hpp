// ChannelEnd: the board's half of an opened channel: its queues, law and gains. Thread: the virtual board's.
#pragma once

#include <cstdint>
#include <span>

#include "simulator/audio_gain.hpp"
#include "simulator/messages.hpp"
#include "simulator/shared_page.hpp"
#include "tipring/base/fd.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware::simulator {

using Block = std::array<std::uint8_t, block_samples>;

class ChannelEnd {
  public:
    ChannelEnd(dsp::Law law, SharedPage page, base::Fd bearer_socket);

    dsp::Law law() const { return law_; }
    bool audio() const { return audio_; }
    /// Its audio is started, but gets blocks only while the other end sends.
    bool listening() const { return listening_; }
    bool cancels_echo() const { return cancels_echo_; }
    /// The peer wrote nonsense into the shared page; the channel has to be closed.
    bool broken() const { return broken_; }

    /// Both queues are flushed, as the driver's DAHDI_FLUSH.
    void set_audio(bool on, bool listening = false);
    void set_echo_canceller(bool on) { cancels_echo_ = on; }
    /// Drops what the client has written and what was not taken yet.
    void drop_written() { page_->from_client.clear(); }
    void set_gain(double receive_db, double transmit_db);
    /// A full event queue loses the event, as the driver's does.
    void queue_event(LineEvent event);
    /// Takes the client's oldest block with the transmit gain applied. False when it wrote none: silence
    /// then.
    bool take_block(Block& block);
    /// Gives the client a block (in its law). False when its queue is full: the block is dropped.
    bool give_block(Block block);

  private:
    dsp::Law law_;
    SharedPage page_;
    base::Fd bearer_socket_;
    AudioGain receive_gain_, transmit_gain_;
    bool audio_ = false;
    bool listening_ = false;
    bool cancels_echo_ = false;
    bool broken_ = false;

    void send_token();
};

}  // namespace tipring::hardware::simulator
