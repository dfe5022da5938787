// registrations, spans.
#include <boost/json/array.hpp>

#include "commands.hpp"
#include "view_json.hpp"

namespace tipring::control {
namespace json = boost::json;

namespace {

class RegistrationsCommand final : public Command {
  public:
    explicit RegistrationsCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "registrations"; }
    std::string_view summary() const override { return "SIP registrations and their states"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        json::array rows;
        if (system_.sip == nullptr) return rows;
        for (const auto& registration : system_.sip->registrations())
            rows.push_back(registration_row(registration));
        return rows;
    }

  private:
    const System& system_;
};

class SpansCommand final : public Command {
  public:
    explicit SpansCommand(const System& system) : system_(system) {}
    std::string_view name() const override { return "spans"; }
    std::string_view summary() const override { return "primary-rate spans with their D- and B-channels"; }
    Access access() const override { return Access::read; }
    Reply run(const json::object&) override {
        json::array rows;
        for (const auto* span : system_.spans)
            rows.push_back(span_row(span->view()));
        return rows;
    }

  private:
    const System& system_;
};

}  // namespace

void add_trunk_commands(Registry& registry, System& system) {
    registry.add(std::make_unique<RegistrationsCommand>(system));
    registry.add(std::make_unique<SpansCommand>(system));
}

}  // namespace tipring::control
