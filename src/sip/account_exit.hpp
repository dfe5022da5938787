// AccountExit: the way out of the gateway over one account. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "account.hpp"
#include "sip_leg.hpp"

namespace tipring::sip {

class AccountExit final : public call::Exit {
  public:
    /// `fault` looks why nothing can be sent there at all; "" when something can.
    AccountExit(std::shared_ptr<LegHost> host, Account& account, std::function<std::string()> fault)
        : host_(std::move(host)), account_(account), fault_(std::move(fault)) {}

    routing::Destination destination() const override {
        return {routing::DestinationKind::sip, account_.settings().name};
    }

    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest&, call::Cause& why) override {
        if (auto fault = fault_(); !fault.empty()) {
            why = {call::q850::network_out_of_order, call::Location::private_local, std::move(fault)};
            return nullptr;
        }
        if (account_.dead()) {
            why = {call::q850::network_out_of_order, call::Location::private_local, account_.silence()};
            return nullptr;
        }
        return std::make_unique<SipLeg>(id, host_, account_);
    }

  private:
    std::shared_ptr<LegHost> host_;
    Account& account_;
    std::function<std::string()> fault_;
};

}  // namespace tipring::sip
