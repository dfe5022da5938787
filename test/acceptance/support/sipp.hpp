// SIPp with a scenario of the test: many SIP calls at once, as caller or called party, each of which hears what it
// says (SIPp sends every RTP packet back to where it came from). Thread: one.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "process.hpp"

namespace tipring::acceptance {

class Sipp {
  public:
    /// Answers every call at 127.0.0.1:`port` at once, with A-law, until the other end hangs up.
    static Sipp server(const TemporaryFolder& folder, std::uint16_t port);

    struct Calls {
        unsigned count = 1;
        unsigned per_second = 10;
        unsigned at_once = 100;  ///< a machine that is late makes no more of them
        /// SIPp hangs up after a time between these; both zero: the other end does.
        std::chrono::milliseconds shortest{0}, longest{0};
        /// A message that the scenario does not expect fails no call, a BYE in its middle neither: for tests that find
        /// dropped calls in another way.
        bool ignores_unexpected = false;
    };
    /// Calls sip:PREFIX and the number of the call@127.0.0.1:5060, from `port`. A 503 (all channels busy) ends a
    /// call as well as any.
    static Sipp caller(const TemporaryFolder& folder, std::uint16_t port, const std::string& prefix,
                       const Calls& calls);

    Process& process() { return *process_; }

  private:
    explicit Sipp(std::unique_ptr<Process> process) : process_(std::move(process)) {}
    std::unique_ptr<Process> process_;
};

}  // namespace tipring::acceptance
