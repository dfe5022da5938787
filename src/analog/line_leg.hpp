// LineLeg: the thin handle that a call holds of an analogue port. Commands go to the port as inputs of its
// line machine; the port's reports go to the observer by a posted task, never from inside a command. Thread:
// core.
#pragma once

#include <functional>
#include <memory>
#include <optional>
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
    virtual void start(const LineLeg& leg, const call::CallRequest& request) = 0;
    virtual void command(const LineLeg& leg, LineInput input) = 0;
    /// The leg is being destroyed while it was still attached.
    virtual void leg_gone(LineLeg& leg) = 0;
    /// None while the leg's call is held or waits.
    virtual media::EndpointId endpoint(const LineLeg& leg) const = 0;
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
    void flash() override;
    void transfer_failed() override;
    bool carries_data() const override { return data_; }
    void set_data(bool data) { data_ = data; }
    std::optional<routing::Source> source() const override { return source_; }
    void set_source(routing::Source source) { source_ = std::move(source); }
    call::Presentation presentation() const override { return presentation_; }
    void set_presentation(call::Presentation presentation) { presentation_ = presentation; }
    std::optional<std::chrono::milliseconds> ringing_limit() const override { return ringing_limit_; }
    void set_ringing_limit(std::chrono::milliseconds limit) { ringing_limit_ = limit; }
    media::EndpointId media() const override {
        return owner_ != nullptr ? owner_->endpoint(*this) : media::EndpointId{};
    }

    // For the port.
    void report_alerting(bool inband);
    void report_answered();
    void report_digit(char digit);
    void report_media();
    void report_hold(bool held);
    void report_flash();
    void report_transfer(const std::string& number);
    void report_join(LineLeg& other);
    /// The last report, instead of report_released().
    void report_redirected(const std::string& number, call::DivertReason reason);
    /// The port has done with the leg: the last report, then nothing reaches the port any more.
    void report_released(const call::Cause& cause);
    /// The port goes away; the leg reports its end when it is told to end.
    void detach() { owner_ = nullptr; }
    bool was_answered() const { return answered_; }
    /// The call wants it over, so its end is no news.
    bool told_to_end() const { return told_to_end_; }

  private:
    base::Reactor& reactor_;
    LegOwner* owner_;
    std::shared_ptr<LineLeg*> self_;  ///< posted reports hold it weakly
    bool released_ = false;
    bool answered_ = false;
    bool told_to_end_ = false;
    bool data_ = false;
    std::optional<routing::Source> source_;
    call::Presentation presentation_ = call::Presentation::allowed;
    std::optional<std::chrono::milliseconds> ringing_limit_;

    void command(LineInputKind kind);
    void post(std::function<void(call::LegObserver&, LineLeg&)> report);
};

}  // namespace tipring::analog
