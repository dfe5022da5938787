// LineLeg: the thin handle that a call holds of an analogue port. Commands go to the port as inputs of its
// line machine; the port's reports go to the observer by a posted task, never from inside a command. Thread:
// core.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "tipring/analog/line_machine.hpp"
#include "tipring/base/reactor.hpp"
#include "tipring/call/leg.hpp"

namespace tipring::analog {

class LineLeg;

/// The port, as its leg sees it.
class LegOwner {
  public:
    virtual ~LegOwner() = default;
    virtual void command(const LineInput& input) = 0;
    /// The leg is being destroyed while it was still attached.
    virtual void leg_gone(LineLeg& leg) = 0;
    virtual media::EndpointId endpoint() const = 0;
};

class LineLeg final : public call::Leg {
  public:
    LineLeg(base::LegId id, std::string endpoint_name, base::Reactor& reactor, LegOwner& owner)
        : Leg(id, std::move(endpoint_name)),
          reactor_(reactor),
          owner_(&owner),
          self_(std::make_shared<LineLeg*>(this)) {}
    ~LineLeg() override;

    void start(const call::CallRequest& request) override;
    void proceeding() override {}
    void alert(bool inband) override;
    void answer() override;
    void release(const call::Cause& cause) override;
    void send_digit(char digit) override;
    media::EndpointId media() const override {
        return owner_ != nullptr ? owner_->endpoint() : media::EndpointId{};
    }

    // For the port.
    void report_alerting(bool inband);
    void report_answered();
    void report_digit(char digit);
    /// The port has done with the leg: the last report, then nothing reaches the port any more.
    void report_released(const call::Cause& cause);
    /// The port goes away; the leg reports its end when it is told to end.
    void detach() { owner_ = nullptr; }
    bool was_answered() const { return answered_; }

  private:
    base::Reactor& reactor_;
    LegOwner* owner_;
    std::shared_ptr<LineLeg*> self_;  ///< posted reports hold it weakly
    bool released_ = false;
    bool answered_ = false;

    void post(std::function<void(call::LegObserver&, LineLeg&)> report);
};

}  // namespace tipring::analog
