// `tipringctl span N trace`: the frames of a D-channel as lines, and as a pcap file. Thread: main.
#pragma once

#include <boost/json/value.hpp>
#include <string>

#include "client.hpp"

namespace tipring::cli {

struct TraceOptions {
    std::string span{};
    bool follow = false;
    bool details = false;  ///< a line for each information element
    bool q931 = false;     ///< only frames that carry a message
    bool raw = false;      ///< JSON, a frame a line
    std::string pcap{};    ///< a file that must not exist; "-": standard output, instead of lines
};

/// Frames as lines. Pure.
class TracePrinter {
  public:
    explicit TracePrinter(const TraceOptions& options) : options_(options) {}
    /// The lines of one answer to span.trace.
    std::string lines(const boost::json::value& answer);

  private:
    std::string frame_lines(const boost::json::value& answer, const boost::json::value& frame);

    TraceOptions options_;
    std::string day_;
};

/// Ends with the ring, or with --follow when the daemon or the reader goes. Exit code of tipringctl.
int run_trace(Client& client, const TraceOptions& options);

}  // namespace tipring::cli
