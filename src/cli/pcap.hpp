// D-channel frames as a file that Wireshark opens: pcap with link type 177, LINUX_LAPD. Pure. Thread: main.
#pragma once

#include <boost/json/value.hpp>
#include <string>

namespace tipring::cli {

/// The beginning of the file.
std::string pcap_header();
/// One frame of an answer to span.trace, with the pseudo-header that says which way it went. Empty when the
/// answer is not as it should be.
std::string pcap_packet(const boost::json::value& frame, bool network_side);

}  // namespace tipring::cli
