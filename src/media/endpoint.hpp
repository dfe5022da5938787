// Endpoint: what lines and RTP sessions have in common: up to two peers, and a voice of their own (digits,
// clip, tone) towards the outside. Built and freed by the core; used by the media thread between `add` and
// its return.
#pragma once

#include <array>
#include <span>

#include "audio_monitor.hpp"
#include "block.hpp"
#include "digit_source.hpp"
#include "messages.hpp"

namespace tipring::media {

class Endpoint : public Returnable {
  public:
    enum class Type : std::uint8_t { line, rtp };

    Endpoint(EndpointId id, Type type, Notifier& notifier)
        : id_(id), type_(type), notifier_(notifier), monitor_(id, notifier) {}
    ~Endpoint() override {
        delete tone_;
        delete clip_;
    }

    EndpointId id() const noexcept { return id_; }
    Type type() const noexcept { return type_; }
    static constexpr std::size_t most_peers = 2;
    /// The oldest connection first.
    std::span<Endpoint* const> peers() const noexcept { return std::span(peers_).first(peer_count_); }
    bool has_peer(const Endpoint& other) const noexcept { return peers_[0] == &other || peers_[1] == &other; }
    /// The only peer, or the older of two; null: alone.
    Endpoint* peer() const noexcept { return peers_[0]; }
    bool is_hub() const noexcept { return peer_count_ == most_peers; }
    bool in_conference() const noexcept { return is_hub() || (peer_count_ == 1 && peers_[0]->is_hub()); }
    /// One side of a connection: the other end does the same.
    void add_peer(Endpoint& peer) noexcept;
    /// A digit being relayed either way ends.
    void drop_peer(Endpoint& peer) noexcept;
    /// It, or its peer, became a member of a conference or is none any more.
    virtual void conference_changed() noexcept {}

    AudioMonitor& monitor() noexcept { return monitor_; }
    DigitSource& digits() noexcept { return digits_; }
    /// The tone that was there before goes back to the core.
    void set_tone(ToneBox* tone) noexcept;
    /// The clip that was there before goes back to the core, and is not reported as played.
    void set_clip(ClipBox* clip) noexcept;
    void set_muted(bool muted) noexcept;

    /// Digits are sent as events, so that in-band ones may be cut out.
    virtual bool carries_events() const noexcept { return false; }
    virtual dsp::Law law() const noexcept = 0;
    /// In a conference that another member clocks: what this one says in the next 10 ms, valid until it is
    /// asked again. Null: nothing.
    virtual const Block* say() noexcept = 0;
    /// Audio from the peers, towards the outside of this endpoint.
    virtual void hear(const Block& block) noexcept = 0;

  protected:
    virtual void peers_changed() noexcept {}
    void emit(EventKind kind, char digit = 0) noexcept;
    /// The audible digit of this block: true when `out` was filled (also for the pause after a digit).
    bool speak_digit(const DigitSource::Step& step, dsp::Law law, Block& out) noexcept;
    bool speak_clip(dsp::Law law, Block& out) noexcept;
    bool speak_tone(dsp::Law law, Block& out) noexcept;
    /// We sound something whose echo must not be taken for what the outside says.
    bool has_voice() const noexcept { return tone_ != nullptr || clip_ != nullptr; }
    DigitSource::Step next_digit() noexcept;
    bool peer_carries_events() const noexcept;
    /// Marks the blocks of in-band digits of the audio from outside and relays these to the peers that carry
    /// events; silences the block while muted.
    void pass_on(const AudioMonitor::Digit& digit, bool relay, Block& block) noexcept;
    void end_relay() noexcept;
    bool muted() const noexcept { return muted_; }

    const EndpointId id_;
    const Type type_;
    Notifier& notifier_;
    AudioMonitor monitor_;
    DigitSource digits_;

  private:
    std::array<Endpoint*, most_peers> peers_{};
    std::size_t peer_count_ = 0;
    ToneBox* tone_ = nullptr;
    ClipBox* clip_ = nullptr;
    dsp::DtmfGenerator generator_;
    bool relaying_ = false, muted_ = false;
};

}  // namespace tipring::media
