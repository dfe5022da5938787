// SpanController, the part that lends B-channels to tests. Thread: core.
#include "bearer_hold.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "span_controller.hpp"
#include "tipring/base/log.hpp"

namespace tipring::isdn {
namespace {

class Hold final : public BearerHold {
  public:
    explicit Hold(std::shared_ptr<HeldBearer> held) : held_(std::move(held)) {}
    ~Hold() override {
        if (held_->controller != nullptr) held_->controller->take_back(held_->position);
    }
    media::EndpointId endpoint() const override { return held_->endpoint; }
    bool alive() const override { return held_->controller != nullptr; }

  private:
    std::shared_ptr<HeldBearer> held_;
};

}  // namespace

std::unique_ptr<BearerHold> make_bearer_hold(std::shared_ptr<HeldBearer> held) {
    return std::make_unique<Hold>(std::move(held));
}

base::Result<std::unique_ptr<BearerHold>> SpanController::hold(unsigned position) {
    if (stopped_) return base::fail(base::format("span {} is being shut down", settings_.number));
    if (!allocator_.known(position)) {
        return base::fail(
            base::format("span {} has no B-channel in timeslot {}; see: tipringctl --json spans",
                         settings_.number, position_text(position)));
    }
    if (!allocator_.hold(position)) {
        return base::fail(
            base::format("channel {} of span {} is busy: take an idle one, or wait for the end of its call",
                         position_text(position), settings_.number));
    }
    if (!audio_->start_clear(position)) {
        allocator_.release(position);
        return base::fail(base::format("channel {} of span {} does not work; the log says why",
                                       position_text(position), settings_.number));
    }
    base::log::info("isdn", "span={} channel={} is held for a test", span_number(position),
                    timeslot_of(position));
    held_.push_back(std::make_shared<HeldBearer>(HeldBearer{this, position, audio_->endpoint(position)}));
    return make_bearer_hold(held_.back());
}

bool SpanController::is_held(unsigned position) const {
    return std::ranges::any_of(held_, [position](const auto& held) { return held->position == position; });
}

void SpanController::take_back(unsigned position) {
    const auto found = std::ranges::find(held_, position, [](const auto& held) { return held->position; });
    if (found == held_.end()) return;
    (*found)->controller = nullptr;
    held_.erase(found);
    audio_->stop(position);
    allocator_.release(position);
    base::log::info("isdn", "span={} channel={} is given back", span_number(position), timeslot_of(position));
}

}  // namespace tipring::isdn
