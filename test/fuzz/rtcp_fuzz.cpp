// Feeds anything to the RTCP parser and the session behind it.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <span>

#include "rtcp_packet.hpp"
#include "rtcp_session.hpp"

using namespace tipring::media;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const auto content = parse_rtcp({data, size}, 0x01020304);
    if (!content) return 0;
    RtcpSession session(1, 0);
    const RtcpSession::TimePoint now{std::chrono::seconds(1000)};
    session.received(*content, now);
    if (!(session.round_trip_ms() >= 0) || !(session.remote_loss() >= 0 && session.remote_loss() < 1))
        std::abort();
    RtcpToSend again;
    again.ssrc = content->ssrc;
    again.sender = content->sender;
    again.report = content->report;
    again.bye = content->bye;
    std::array<std::uint8_t, longest_rtcp> out;
    const auto length = write_rtcp(again, out);
    const auto parsed = parse_rtcp(std::span(out).first(length), 0x01020304);
    if (!parsed || parsed->report.has_value() != content->report.has_value()) std::abort();
    return 0;
}
