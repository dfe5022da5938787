// The port of a channel that cannot be opened. Thread: core.
#include <utility>

#include "settings_view.hpp"
#include "tipring/analog/port.hpp"

namespace tipring::analog {
namespace {

class MissingPort final : public Port, public call::Exit {
  public:
    MissingPort(const config::Port& settings, std::string why) : settings_(settings), why_(std::move(why)) {}

    PortView view() const override {
        auto view = settings_view(settings_);
        view.state = "missing";
        view.in_service = in_service_;
        view.missing = true;
        view.last_error = why_;
        view.messages = messages_;
        return view;
    }
    const config::Port& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool idle() const override { return false; }
    bool missing() const override { return true; }
    void set_in_service(bool in_service) override { in_service_ = in_service; }
    void set_messages(unsigned messages) override { messages_ = messages; }
    void shut_down() override {}

    routing::Destination destination() const override {
        return {routing::DestinationKind::port, settings_.number};
    }
    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause& why) override {
        why = {call::q850::destination_out_of_order, call::Location::private_local, "channel missing"};
        return nullptr;
    }

  private:
    const config::Port settings_;
    const std::string why_;
    bool in_service_ = true;
    unsigned messages_ = 0;
};

}  // namespace

std::unique_ptr<Port> make_missing_port(const config::Port& settings, std::string why) {
    return std::make_unique<MissingPort>(settings, std::move(why));
}

}  // namespace tipring::analog
