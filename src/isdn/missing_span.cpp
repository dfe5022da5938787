// The span of channels that cannot be opened. Thread: core.
#include <utility>

#include "span_names.hpp"
#include "tipring/base/text.hpp"
#include "tipring/isdn/span.hpp"

namespace tipring::isdn {
namespace {

class MissingSpan final : public Span, public call::Exit {
  public:
    MissingSpan(const config::Span& settings, std::string why) : settings_(settings), why_(std::move(why)) {}

    SpanView view() const override {
        auto view = settings_view(settings_);
        view.missing = true;
        view.last_error = why_;
        return view;
    }
    const config::Span& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool missing() const override { return true; }
    void shut_down() override {}
    base::Result<void> set_in_service(std::optional<unsigned>, bool) override { return refusal(); }
    base::Result<unsigned> restart(std::optional<unsigned>) override { return refusal(); }

    routing::Destination destination() const override {
        return {routing::DestinationKind::span, settings_.name};
    }
    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause& why) override {
        why = {call::q850::network_out_of_order, call::Location::private_local,
               base::format("span {}: its channels are missing", settings_.number)};
        return nullptr;
    }

  private:
    base::Error refusal() const {
        return base::fail(base::format("span {}: its channels are missing: {}", settings_.number, why_));
    }

    const config::Span settings_;
    const std::string why_;
};

}  // namespace

std::unique_ptr<Span> make_missing_span(const config::Span& settings, std::string why) {
    return std::make_unique<MissingSpan>(settings, std::move(why));
}

}  // namespace tipring::isdn
