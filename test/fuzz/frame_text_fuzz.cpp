// Any octets as a frame of a D-channel: its text is bounded and holds no control characters. The first octet
// says where the frame comes from. Thread: single.
#include <cstdint>
#include <cstdlib>
#include <string>

#include "tipring/isdn/frame_text.hpp"

using namespace tipring;

namespace {

constexpr auto longest_detail = isdn::FrameText::longest_detail;

void check_text(const std::string& text, std::size_t limit) {
    if (text.size() > limit) std::abort();
    for (const char character : text) {
        const auto octet = static_cast<unsigned char>(character);
        if (octet < 0x20 || octet == 0x7f) std::abort();
    }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size == 0) return 0;
    const auto text = isdn::frame_text(
        {data + 1, size - 1},
        {.direction = (data[0] & 1) != 0 ? isdn::FrameDirection::sent : isdn::FrameDirection::received,
         .network_side = (data[0] & 2) != 0,
         .length = (data[0] & 4) != 0 ? 65535U : 0U});
    check_text(text.line, isdn::FrameText::longest_line);
    check_text(text.layer2, longest_detail);
    check_text(text.message, longest_detail);
    if (text.line.empty() || text.details.empty() || text.details.size() > isdn::FrameText::most_details)
        std::abort();
    for (const auto& detail : text.details)
        check_text(detail, longest_detail);
    return 0;
}
