// A group of lines: its members, in the order of the port map, which a call tries one by one. Thread: core.
#include <utility>

#include "tipring/analog/port.hpp"
#include "tipring/base/text.hpp"

namespace tipring::analog {
namespace {

class LineGroup final : public call::Exit {
  public:
    LineGroup(std::string name, std::vector<Port*> lines)
        : name_(std::move(name)), lines_(std::move(lines)) {}

    routing::Destination destination() const override { return {routing::DestinationKind::group, name_}; }

    std::unique_ptr<call::Leg> open(base::LegId, const call::CallRequest&, call::Cause& why) override {
        why = {call::q850::no_circuit_available, call::Location::private_local,
               base::format("no line in group {}", name_)};
        return nullptr;
    }

    std::vector<call::Exit*> members() const override {
        std::vector<call::Exit*> exits;
        exits.reserve(lines_.size());
        for (auto* line : lines_)
            exits.push_back(&line->exit());
        return exits;
    }

  private:
    const std::string name_;
    const std::vector<Port*> lines_;
};

}  // namespace

std::unique_ptr<call::Exit> make_line_group(std::string name, std::vector<Port*> lines) {
    return std::make_unique<LineGroup>(std::move(name), std::move(lines));
}

}  // namespace tipring::analog
