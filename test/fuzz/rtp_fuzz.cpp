// Feeds anything to what stands behind the RTP port: packet parser, sequence validation, telephone-events,
// jitter buffer and loss filler. The input is a list of datagrams, each with its length (two octets, the top
// bit means "then pull 10 ms").
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "jitter_buffer.hpp"
#include "loss_filler.hpp"
#include "rtp_packet.hpp"
#include "rtp_source.hpp"
#include "telephone_event.hpp"
#include "wire.hpp"

using namespace tipring::media;

namespace {

void check(bool condition) {
    if (!condition) std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    std::span<const std::uint8_t> input(data, size);
    RtpSource source;
    TelephoneEventReceiver events;
    JitterBuffer buffer;
    LossFiller filler;
    buffer.configure(20, 200, tipring::dsp::Law::alaw);
    bool sounding = false;
    std::uint32_t arrival = 0;
    while (input.size() >= 2) {
        const unsigned head = read_u16(input, 0);
        input = input.subspan(2);
        const std::size_t length = std::min<std::size_t>(head & 0x7FF, input.size());
        const auto packet = parse_rtp(input.first(length));
        if (packet) {
            check(packet->payload.size() + rtp_header_octets <= length);
            source.receive(*packet, arrival);
            if (const auto event = parse_telephone_event(packet->payload)) {
                const auto report = events.receive(*event, packet->timestamp, packet->marker);
                // An end is only told of an event that was told to begin.
                check(!report.ended || sounding);
                sounding = events.active();
            }
            buffer.put(packet->timestamp, packet->payload);
        }
        input = input.subspan(length);
        if ((head & 0x8000) == 0) continue;
        arrival += block_samples;
        JitterBuffer::Pull pull;
        buffer.pull(pull);
        Octets out;
        check(filler.process(pull, tipring::dsp::Law::alaw, true, out) <= block_samples);
    }
    return 0;
}
