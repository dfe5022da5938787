// JoinedParties: two parties of the network whose calls to the gateway are over, and who talk to each other: as long as
// somebody holds both calls. Private to farend. Thread: far end.
#pragma once

#include <memory>

#include "audio_port.hpp"
#include "tipring/base/reactor.hpp"

namespace tipring::farend {

class JoinedParties {
  public:
    JoinedParties(const std::shared_ptr<PortAudio>& one, const std::shared_ptr<PortAudio>& two, dsp::Law law,
                  base::TimePoint now);
    /// Exchanges what was said until now. False when one of them is gone.
    bool pump(base::TimePoint now);

  private:
    std::weak_ptr<PortAudio> one_, two_;
    PortAudio::Block from_one_, from_two_;
    base::TimePoint next_;
};

}  // namespace tipring::farend
