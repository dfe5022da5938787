// Frames of a D-channel (Q.921) and the messages in them (Q.931, Q.932, QSIG, B-channel maintenance) as text
// for people. Pure; takes any octets. Thread: any.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "tipring/isdn/frame_trace.hpp"

namespace tipring::isdn {

/// What the octets of a frame do not tell.
struct FrameSource {
    FrameDirection direction = FrameDirection::received;
    bool network_side = false;  ///< this end is the network: tells commands from responses (Q.921 3.3.2)
    std::size_t length = 0;     ///< on the wire, when more than the octets at hand; otherwise not looked at
};

/// All texts are UTF-8 without control characters.
struct FrameText {
    static constexpr std::size_t longest_line = 800;  ///< octets
    static constexpr std::size_t longest_detail = 1000;
    static constexpr std::size_t most_details = 300;

    bool layer3 = false;     ///< carries a message, or something that stands in its place
    bool malformed = false;  ///< anything in it is not as the standards want it
    std::string layer2;      ///< "I N(S) 4 N(R) 5 command P=0", "RR N(R) 5 response F=1"
    std::string message;     ///< "SETUP"; empty without layer 3, or when there is no message
    /// For people: the message with its elements, or layer2 when there is none. At most longest_line.
    std::string line;
    /// The long form: a line for layer 2, one for the message's head, one for each element. At most
    /// most_details, each of at most longest_detail.
    std::vector<std::string> details;
};

/// `frame` without its FCS.
FrameText frame_text(std::span<const std::uint8_t> frame, const FrameSource& source);

}  // namespace tipring::isdn
