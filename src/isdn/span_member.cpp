#include "span_member.hpp"

#include <algorithm>

#include "bearer_position.hpp"
#include "span_controller.hpp"

namespace tipring::isdn {
namespace {

class SpanMember final : public Span {
  public:
    SpanMember(SpanController& trunk, const config::Span& settings) : trunk_(trunk), settings_(settings) {}

    SpanView view() const override {
        auto view = trunk_.view();
        view.trunk = view.name;
        view.number = settings_.number;
        view.name = settings_.name;
        view.label = settings_.label;
        view.in_use = view.idle = 0;
        // These are of the whole trunk, and shown there.
        view.calls_in = view.calls_out = view.d_channel_losses = view.d_channel_errors = 0;
        view.restarts = view.restart_failures = view.repairs = 0;
        view.last_error.clear();
        std::erase_if(view.spans, [this](const auto& span) { return span.number != settings_.number; });
        view.layer1_up = !view.spans.empty() && view.spans.front().layer1_up;
        std::erase_if(view.bearers, [this](const auto& bearer) { return bearer.span != settings_.number; });
        for (const auto& bearer : view.bearers) {
            const auto state = trunk_.allocator().channel(position(bearer.position));
            view.in_use += state.in_use() ? 1 : 0;
            view.idle += state.idle() ? 1 : 0;
        }
        return view;
    }
    const config::Span& settings() const override { return settings_; }
    bool idle() const override { return trunk_.idle(); }
    bool adopt(const config::Span& settings) override {
        settings_ = settings;
        return true;
    }
    call::Exit& exit() override { return trunk_.exit(); }
    base::Result<std::unique_ptr<BearerHold>> hold(unsigned timeslot) override {
        return trunk_.hold(position(timeslot));
    }
    void set_looped(bool looped) override { trunk_.set_looped(settings_.interface, looped); }
    base::Result<void> set_in_service(std::optional<unsigned> timeslot, bool in_service) override {
        if (timeslot) return trunk_.set_in_service(position(*timeslot), in_service);
        return trunk_.set_interface_in_service(settings_.interface, in_service);
    }
    base::Result<unsigned> restart(std::optional<unsigned> timeslot) override {
        if (timeslot) return trunk_.restart(position(*timeslot));
        return trunk_.restart_interface(settings_.interface);
    }
    void shut_down() override {}
    const FrameTrace* trace() const override { return trunk_.trace(); }

  private:
    unsigned position(unsigned timeslot) const { return bearer_position(settings_.interface, timeslot); }

    SpanController& trunk_;
    config::Span settings_;
};

}  // namespace

std::unique_ptr<Span> make_span_member(SpanController& trunk, const config::Span& settings) {
    return std::make_unique<SpanMember>(trunk, settings);
}

}  // namespace tipring::isdn
