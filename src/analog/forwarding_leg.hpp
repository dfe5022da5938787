// ForwardingLeg: stands for a telephone whose calls go elsewhere: reports that once it has been started.
// Thread: core.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::analog {

class ForwardingLeg final : public call::Leg {
  public:
    ForwardingLeg(base::LegId id, std::string endpoint_name, base::Reactor& reactor, routing::Source source,
                  call::Presentation presentation, std::string number, call::DivertReason reason);

    void start(const call::CallRequest& request) override;
    void proceeding() override {}
    void alert(bool) override {}
    void answer() override {}
    void release(const call::Cause& cause) override;
    void send_digit(char) override {}
    std::optional<routing::Source> source() const override { return source_; }
    call::Presentation presentation() const override { return presentation_; }
    media::EndpointId media() const override { return {}; }

  private:
    base::Reactor& reactor_;
    const routing::Source source_;
    const call::Presentation presentation_;
    const std::string number_;
    const call::DivertReason reason_;
    bool over_ = false;
    std::shared_ptr<ForwardingLeg*> self_;  ///< posted reports hold it weakly

    template <class Report>
    void post(Report report);
};

}  // namespace tipring::analog
