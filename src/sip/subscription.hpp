// Subscription: one SUBSCRIBE to message-summary that Sofia keeps alive (RFC 3842, 6665). Thread: sip.
#pragma once

#include "handle_owner.hpp"
#include "messages.hpp"

namespace tipring::sip {

/// The NOTIFY is about message-summary.
bool is_message_summary_event(const sip_t* notify);
/// Its body is application/simple-message-summary.
bool has_message_summary(const sip_t* notify);

class Subscription final : public HandleOwner {
  public:
    /// Sends the SUBSCRIBE at once.
    Subscription(Agent& agent, SubscriptionOrder order);
    void on_event(const NuaEvent& event) override;

  private:
    void on_answer(const NuaEvent& event);
    void on_notify(const NuaEvent& event);
    void report(unsigned status, std::string reason);

    Agent& agent_;
    SubscriptionOrder order_;
    Handle handle_;
    unsigned challenges_ = 0;  ///< answered since the last success
};

}  // namespace tipring::sip
