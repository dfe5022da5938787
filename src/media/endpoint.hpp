// Endpoint: what lines and RTP sessions have in common: a peer, and a voice of their own (tone, digits)
// towards the outside. Built and freed by the core; used by the media thread between `add` and its return.
#pragma once

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
    ~Endpoint() override { delete tone_; }

    EndpointId id() const noexcept { return id_; }
    Type type() const noexcept { return type_; }
    Endpoint* peer() const noexcept { return peer_; }
    AudioMonitor& monitor() noexcept { return monitor_; }
    DigitSource& digits() noexcept { return digits_; }
    bool plays_tone() const noexcept { return tone_ != nullptr; }
    /// The tone that was there before goes back to the core.
    void set_tone(ToneBox* tone) noexcept;
    /// nullptr: alone. A digit being relayed either way ends.
    void set_peer(Endpoint* peer) noexcept;

    /// Digits are sent as events, so that in-band ones may be cut out.
    virtual bool carries_events() const noexcept { return false; }
    /// Audio from the peer, towards the outside of this endpoint.
    virtual void hear(const Block& block) noexcept = 0;

  protected:
    virtual void peer_changed() noexcept {}
    void emit(EventKind kind, char digit = 0) noexcept;
    /// The audible digit of this block: true when `out` was filled (also for the pause after a digit).
    bool speak_digit(const DigitSource::Step& step, dsp::Law law, Block& out) noexcept;
    bool speak_tone(dsp::Law law, Block& out) noexcept;
    DigitSource::Step next_digit() noexcept;
    /// In-band digits of the audio from outside, relayed to a peer that carries events. True: cut this block
    /// out.
    bool relay_digit(const AudioMonitor::Digit& digit, bool relay) noexcept;

    const EndpointId id_;
    const Type type_;
    Notifier& notifier_;
    AudioMonitor monitor_;
    DigitSource digits_;
    Endpoint* peer_ = nullptr;

  private:
    ToneBox* tone_ = nullptr;
    dsp::DtmfGenerator generator_;
    bool relaying_ = false;
};

}  // namespace tipring::media
