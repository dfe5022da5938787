// Feeds anything to the SDP parser and to offer/answer. Whatever is accepted must survive being built and
// read again.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "offer_answer.hpp"
#include "sdp.hpp"

using namespace tipring;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const std::string_view text(reinterpret_cast<const char*>(data), size);
    if (const auto parsed = sip::sdp::parse(text)) {
        const auto again = sip::sdp::parse(sip::sdp::build(*parsed));
        check(again.has_value());
        check(again->media == parsed->media);
        check(again->connection == parsed->connection);
    }
    sip::MediaPreferences preferences;
    sip::OfferAnswer answering(preferences, 1);
    answering.set_local({"127.0.0.1", 16384});
    if (answering.receive_offer(text)) check(sip::sdp::parse(answering.make_answer()).has_value());
    sip::OfferAnswer offering(preferences, 1);
    offering.set_local({"127.0.0.1", 16384});
    offering.make_offer();
    if (const auto agreed = offering.apply_answer(text)) check(agreed->options.packet_ms >= 10);
    return 0;
}
