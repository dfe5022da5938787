// HeldBearer: what a span and the holder of one of its B-channels share. Either may go first. Thread: core.
#pragma once

#include <memory>

#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

class SpanController;

struct HeldBearer {
    SpanController* controller = nullptr;  ///< null when the span or the channel is gone
    unsigned position = 0;
    media::EndpointId endpoint;
};

/// Gives the channel back when it is destroyed.
std::unique_ptr<BearerHold> make_bearer_hold(std::shared_ptr<HeldBearer> held);

}  // namespace tipring::isdn
