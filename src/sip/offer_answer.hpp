// Offer/answer (RFC 3264) of one SIP session with one audio stream: which codec, payload types, addresses and
// directions both ends agreed upon. Pure: session descriptions in, session descriptions and media options
// out. Thread: any (used on the SIP thread).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <boost/system/result.hpp>

#include "sdp.hpp"
#include "tipring/config/config.hpp"
#include "tipring/media/engine.hpp"
#include "tipring/media/rtp_socket.hpp"

namespace tipring::sip {

/// What our side can do and prefers.
struct MediaPreferences {
    std::vector<config::Codec> codecs;  ///< preferred first; never empty
    bool telephone_event = true;        ///< RFC 4733 offered and accepted
    unsigned packet_ms = 20;            ///< 10, 20, 30, 40, 50 or 60
    media::RtpOptions base;             ///< jitter bounds, timeout and cname are taken over
};

/// Payload type that our offers use for telephone-event.
inline constexpr std::uint8_t event_payload_type = 101;

/// Our receiving address of this session.
struct LocalMedia {
    std::string host;  ///< literal
    std::uint16_t port = 0;
};

/// What was agreed: all that the media engine needs.
struct Agreement {
    media::RtpOptions options;
    media::RtpAddress remote;  ///< port 0: nothing may be sent (on hold with 0.0.0.0)
    bool held = false;         ///< the far end does not want to hear us
};

/// For a call that carries a fax, a modem or an alarm panel: a jitter buffer that never moves, and digits in the
/// audio. 100 ms is twice the delay variation that a managed network may have (Y.1541 table 1, 50 ms), so that
/// no packet is late, and far below the time that a modem or a panel waits for an answer.
inline constexpr unsigned data_jitter_ms = 100;
inline void make_transparent(media::RtpOptions& options) {
    options.jitter_min_ms = options.jitter_max_ms = data_jitter_ms;
    options.send_event_type.reset();
}

/// Why a description cannot be accepted, as the SIP answer to give.
struct Refusal {
    unsigned status = 488;
    std::string reason;
};
[[noreturn]] inline void throw_exception_from_error(const Refusal& refusal, const boost::source_location&) {
    throw std::runtime_error(refusal.reason);
}

template <class T>
using Outcome = boost::system::result<T, Refusal>;

/// The offer/answer state of one dialog. Every description that it makes has the session id given and a
/// version that grows by one whenever the description changes (RFC 3264 8).
class OfferAnswer {
  public:
    OfferAnswer(MediaPreferences preferences, std::uint64_t session_id);

    /// Our listening address, needed before a description is made. A change makes the next description a new
    /// version.
    void set_local(LocalMedia local);

    /// We put the far end on hold, or take it back (RFC 3264 8.4): the next description says so, an agreement
    /// that comes from now on does not receive.
    void set_hold(bool hold) { hold_ = hold; }
    bool hold() const { return hold_; }
    /// See make_transparent(); from the next description on, telephone-event is neither offered nor accepted.
    void carry_data();

    /// An offer with all our codecs; in a running session it keeps the number and order of the m-lines (RFC
    /// 3264 8).
    std::string make_offer();
    /// The far end's answer to make_offer(). A refusal leaves the former agreement in force.
    Outcome<Agreement> apply_answer(std::string_view text);
    /// The far end's offer. Remembered until make_answer(); a refusal leaves the former agreement in force.
    Outcome<Agreement> receive_offer(std::string_view text);
    /// The answer to the offer received last; needs a successful receive_offer(). Repeats word for word when
    /// nothing changed.
    std::string make_answer();

    /// Our offer was not answered; the former agreement stays.
    void withdraw_offer() { offer_pending_ = false; }

    bool offer_pending() const { return offer_pending_; }
    bool answer_due() const { return received_.has_value(); }
    /// The agreement in force.
    const std::optional<Agreement>& agreement() const { return agreement_; }
    /// The description sent last, "" before the first.
    const std::string& last_sent() const { return sent_text_; }

  private:
    struct Received {
        sdp::Description description;
        std::size_t chosen = 0;  ///< index of the accepted m-line
        Agreement agreement;
    };

    Outcome<Agreement> evaluate(const sdp::Description& description, const sdp::Media& stream,
                                bool is_answer) const;
    sdp::Media offered_stream() const;
    sdp::Media answered_stream(const sdp::Media& offered, const Agreement& agreement) const;
    std::string send(std::vector<sdp::Media> media);

    MediaPreferences preferences_;
    LocalMedia local_;
    sdp::Description sent_;
    std::string sent_text_;
    std::size_t audio_index_ = 0;
    bool offer_pending_ = false;
    bool hold_ = false;
    std::optional<Received> received_;
    std::optional<Agreement> agreement_;
};

}  // namespace tipring::sip
