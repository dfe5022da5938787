// Offer/answer (offer_answer.hpp). Pure. Thread: any.
#include "offer_answer.hpp"

#include <algorithm>
#include <array>

#include "tipring/base/text.hpp"

namespace tipring::sip {
namespace {

constexpr std::string_view plain_rtp = "RTP/AVP";
/// Events 0-15 are the digits 0-9 * # A-D (RFC 4733 3.2).
constexpr std::string_view digit_events = "0-15";
constexpr std::array<unsigned, 6> packet_times = {10, 20, 30, 40, 50, 60};

struct CodecFacts {
    config::Codec codec;
    dsp::Law law;
    std::uint8_t payload_type;  ///< RFC 3551 table 4
    std::string_view encoding;
};
constexpr std::array<CodecFacts, 2> codec_table = {{
    {config::Codec::pcma, dsp::Law::alaw, 8, "PCMA"},
    {config::Codec::pcmu, dsp::Law::mulaw, 0, "PCMU"},
}};

const CodecFacts& facts_of(config::Codec codec) {
    return codec == config::Codec::pcma ? codec_table[0] : codec_table[1];
}

const CodecFacts& facts_of(dsp::Law law) {
    return law == dsp::Law::alaw ? codec_table[0] : codec_table[1];
}

bool lists(const sdp::Media& stream, std::uint8_t payload_type) {
    const auto text = std::to_string(payload_type);
    return std::find(stream.formats.begin(), stream.formats.end(), text) != stream.formats.end();
}

/// The static payload type is listed and not mapped to something else.
bool lists_codec(const sdp::Media& stream, const CodecFacts& facts) {
    if (!lists(stream, facts.payload_type)) return false;
    return std::all_of(stream.rtp_maps.begin(), stream.rtp_maps.end(), [&](const sdp::RtpMap& map) {
        return map.payload_type != facts.payload_type ||
               (base::equal_ignoring_case(map.encoding, facts.encoding) && map.clock_rate == 8000 &&
                map.channels == 1);
    });
}

/// Of an offer by our preference; of an answer the one that the far end put first, for that is what it will
/// send.
const CodecFacts* choose_codec(const std::vector<config::Codec>& ours, const sdp::Media& stream,
                               bool is_answer) {
    const CodecFacts* best = nullptr;
    auto best_position = stream.formats.end();
    for (const auto codec : ours) {
        const auto& facts = facts_of(codec);
        if (!lists_codec(stream, facts)) continue;
        if (!is_answer) return &facts;
        const auto position =
            std::find(stream.formats.begin(), stream.formats.end(), std::to_string(facts.payload_type));
        if (best == nullptr || position < best_position) {
            best = &facts;
            best_position = position;
        }
    }
    return best;
}

std::optional<std::uint8_t> event_type(const sdp::Media& stream) {
    for (const auto& map : stream.rtp_maps) {
        if (base::equal_ignoring_case(map.encoding, "telephone-event") && map.clock_rate == 8000 &&
            lists(stream, map.payload_type))
            return map.payload_type;
    }
    return std::nullopt;
}

sdp::RtpMap map_of(const CodecFacts& facts) {
    return {facts.payload_type, std::string(facts.encoding), 8000, 1};
}

void add_codec(sdp::Media& stream, const CodecFacts& facts) {
    stream.formats.push_back(std::to_string(facts.payload_type));
    stream.rtp_maps.push_back(map_of(facts));
}

void add_event(sdp::Media& stream, std::uint8_t payload_type) {
    stream.formats.push_back(std::to_string(payload_type));
    stream.rtp_maps.push_back({payload_type, "telephone-event", 8000, 1});
    stream.parameters.push_back({std::to_string(payload_type), std::string(digit_events)});
}

/// RFC 3264 6: refused m-lines stay in their place with port 0, protocol and formats of the offer.
sdp::Media refused(const sdp::Media& offered) {
    sdp::Media media;
    media.type = offered.type;
    media.protocol = offered.protocol;
    media.formats = offered.formats;
    return media;
}

/// The far end's wish where we can fulfil it, otherwise ours, never above its maximum.
unsigned packet_time(const sdp::Media& stream, unsigned ours) {
    auto chosen = ours;
    if (stream.packet_ms &&
        std::find(packet_times.begin(), packet_times.end(), *stream.packet_ms) != packet_times.end())
        chosen = *stream.packet_ms;
    if (!stream.max_packet_ms) return chosen;
    for (auto time = packet_times.rbegin(); time != packet_times.rend(); ++time) {
        if (*time <= chosen && *time <= *stream.max_packet_ms) return *time;
    }
    return packet_times.front();
}

bool usable(const sdp::Media& stream) {
    return stream.type == "audio" && stream.port != 0 &&
           base::equal_ignoring_case(stream.protocol, plain_rtp);
}

/// What the far end's direction (as it writes it) allows us.
void apply_direction(sdp::Direction theirs, bool null_address, Agreement& agreement) {
    const bool they_send = theirs == sdp::Direction::send_receive || theirs == sdp::Direction::send_only;
    const bool they_receive =
        theirs == sdp::Direction::send_receive || theirs == sdp::Direction::receive_only;
    agreement.options.receive = they_send;
    agreement.options.send = they_receive && !null_address;
    agreement.held = !agreement.options.send;
}

sdp::Direction our_direction(const media::RtpOptions& options) {
    if (options.send) return options.receive ? sdp::Direction::send_receive : sdp::Direction::send_only;
    return options.receive ? sdp::Direction::receive_only : sdp::Direction::inactive;
}

}  // namespace

OfferAnswer::OfferAnswer(MediaPreferences preferences, std::uint64_t session_id)
    : preferences_(std::move(preferences)) {
    if (preferences_.codecs.empty()) preferences_.codecs = {config::Codec::pcma, config::Codec::pcmu};
    sent_.origin.user = "tipring";
    sent_.origin.session_id = session_id;
    sent_.session_name = "Tipring";
}

void OfferAnswer::set_local(LocalMedia local) {
    local_ = std::move(local);
}

void OfferAnswer::carry_data() {
    make_transparent(preferences_.base);
    preferences_.telephone_event = false;
    if (!received_) return;
    make_transparent(received_->agreement.options);
    received_->agreement.options.receive_event_type.reset();
}

Outcome<Agreement> OfferAnswer::evaluate(const sdp::Description& description, const sdp::Media& stream,
                                         bool is_answer) const {
    const auto& connection = stream.connection ? stream.connection : description.connection;
    if (!connection) return Refusal{400, "no c= line for the audio stream"};
    if (!sdp::is_literal(*connection) || sdp::is_multicast(*connection))
        return Refusal{488, "the audio address is not a unicast literal"};

    Agreement agreement;
    agreement.options = preferences_.base;
    const auto codec = choose_codec(preferences_.codecs, stream, is_answer);
    if (codec == nullptr) return Refusal{488, "no common codec"};
    agreement.options.codec = codec->law;
    agreement.options.packet_ms = packet_time(stream, preferences_.packet_ms);
    agreement.options.send_event_type.reset();
    agreement.options.receive_event_type.reset();
    if (const auto theirs = event_type(stream); preferences_.telephone_event && theirs) {
        agreement.options.send_event_type = *theirs;
        // An answer takes over the payload type of the offer; what we get is what our own description says.
        agreement.options.receive_event_type = is_answer ? event_payload_type : *theirs;
    }
    const bool null_address = sdp::is_null(*connection);
    const auto direction =
        stream.direction.value_or(description.direction.value_or(sdp::Direction::send_receive));
    apply_direction(direction, null_address, agreement);
    if (hold_) agreement.options.receive = false;
    if (!null_address) {
        agreement.remote.host = connection->address;
        agreement.remote.port = stream.port;
        agreement.remote.rtcp_port = stream.rtcp_port.value_or(0);
    }
    return agreement;
}

sdp::Media OfferAnswer::offered_stream() const {
    sdp::Media stream;
    stream.type = "audio";
    stream.port = local_.port;
    stream.protocol = std::string(plain_rtp);
    for (const auto codec : preferences_.codecs)
        add_codec(stream, facts_of(codec));
    if (preferences_.telephone_event) add_event(stream, event_payload_type);
    stream.packet_ms = preferences_.packet_ms;
    // Their hold is theirs to end: taking ours back offers all, and their answer keeps what they want.
    stream.direction = sdp::Direction::send_receive;
    if (hold_)
        stream.direction =
            agreement_ && agreement_->held ? sdp::Direction::inactive : sdp::Direction::send_only;
    return stream;
}

sdp::Media OfferAnswer::answered_stream(const sdp::Media& offered, const Agreement& agreement) const {
    sdp::Media stream;
    stream.type = offered.type;
    stream.port = local_.port;
    stream.protocol = offered.protocol;
    add_codec(stream, facts_of(agreement.options.codec));
    if (agreement.options.receive_event_type) add_event(stream, *agreement.options.receive_event_type);
    stream.packet_ms = agreement.options.packet_ms;
    stream.direction = our_direction(agreement.options);
    return stream;
}

std::string OfferAnswer::send(std::vector<sdp::Media> media) {
    auto next = sent_;
    next.media = std::move(media);
    next.connection = sdp::connection_to(local_.host);
    next.origin.address = *next.connection;
    if (!sent_text_.empty() && next != sent_) ++next.origin.version;
    if (sent_text_.empty()) next.origin.version = 1;
    sent_ = std::move(next);
    sent_text_ = sdp::build(sent_);
    return sent_text_;
}

std::string OfferAnswer::make_offer() {
    auto media = sent_.media;
    if (media.empty()) {
        audio_index_ = 0;
        media.push_back(offered_stream());
    } else {
        media[audio_index_] = offered_stream();
    }
    offer_pending_ = true;
    return send(std::move(media));
}

Outcome<Agreement> OfferAnswer::apply_answer(std::string_view text) {
    const auto parsed = sdp::parse(text);
    if (!parsed) return Refusal{400, parsed.error().message};
    if (parsed->media.size() != sent_.media.size())
        return Refusal{400, "the answer has another number of m-lines"};
    const auto& stream = parsed->media[audio_index_];
    if (!usable(stream)) return Refusal{488, "the audio stream was refused"};
    auto agreement = evaluate(*parsed, stream, true);
    if (!agreement) return agreement.error();
    offer_pending_ = false;
    agreement_ = *agreement;
    return agreement;
}

Outcome<Agreement> OfferAnswer::receive_offer(std::string_view text) {
    auto parsed = sdp::parse(text);
    if (!parsed) return Refusal{400, parsed.error().message};
    Refusal refusal{488, "no plain RTP audio stream offered"};
    for (std::size_t i = 0; i < parsed->media.size(); ++i) {
        if (!usable(parsed->media[i])) continue;
        auto agreement = evaluate(*parsed, parsed->media[i], false);
        if (!agreement) {
            refusal = agreement.error();
            continue;
        }
        received_ = Received{std::move(*parsed), i, *agreement};
        return agreement;
    }
    return refusal;
}

std::string OfferAnswer::make_answer() {
    if (!received_) return sent_text_;
    std::vector<sdp::Media> media;
    for (const auto& offered : received_->description.media)
        media.push_back(refused(offered));
    media[received_->chosen] =
        answered_stream(received_->description.media[received_->chosen], received_->agreement);
    audio_index_ = received_->chosen;
    agreement_ = received_->agreement;
    received_.reset();
    offer_pending_ = false;
    return send(std::move(media));
}

}  // namespace tipring::sip
