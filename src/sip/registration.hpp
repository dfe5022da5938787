// Registration: one REGISTER that Sofia keeps alive. Thread: sip.
#pragma once

#include "handle_owner.hpp"
#include "messages.hpp"

namespace tipring::sip {

class Registration final : public HandleOwner {
  public:
    /// Sends the REGISTER at once.
    Registration(Agent& agent, RegistrationOrder order);
    void on_event(const NuaEvent& event) override;
    /// Takes the binding back, and drops this registration when that is done.
    void unregister();

  private:
    void on_answer(const NuaEvent& event);

    Agent& agent_;
    RegistrationOrder order_;
    Handle handle_;
    unsigned challenges_ = 0;  ///< answered since the last success
    bool ends_ = false;
};

}  // namespace tipring::sip
