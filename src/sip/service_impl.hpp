// ServiceImpl: the Service (tipring/sip/service.hpp), which joins accounts, registrations and legs on the core
// thread with the agent on the SIP thread. Thread: core.
#pragma once

#include <map>

#include "account.hpp"
#include "account_exit.hpp"
#include "agent.hpp"
#include "core_link.hpp"
#include "registrar.hpp"
#include "resolver.hpp"
#include "sip_leg.hpp"
#include "sip_thread.hpp"
#include "subscriber.hpp"
#include "tipring/sip/service.hpp"

namespace tipring::sip {

class ServiceImpl final : public Service, public AgentObserver {
  public:
    explicit ServiceImpl(ServiceParts parts);
    ~ServiceImpl() override;

    void start() override;
    void stop(std::chrono::milliseconds deadline, std::function<void()> done) override;
    void set_identities(std::vector<Identity> identities, std::vector<std::string> hidden_numbers) override;
    std::vector<call::Exit*> exits() override;
    std::vector<RegistrationView> registrations() const override;
    std::string fault(const std::string& account, const std::string& port) override;
    ServiceStats stats() const override;

    void on_incoming(const IncomingCall& call) override;
    void on_dialog(DialogId id, const DialogEvent& event) override;
    void on_registration_answer(const RegistrationAnswer& answer) override { registrar_.on_answer(answer); }
    void on_subscription_answer(const SubscriptionAnswer& answer) override { subscriber_.on_answer(answer); }
    void on_messages(const MessageNotice& notice) override;
    void on_probe_answer(const std::string& account) override;
    void on_shut_down() override;

  private:
    /// Legs may outlive the service's stop, so what they use is shared; after the end it does nothing.
    struct Host final : LegHost {
        explicit Host(ServiceImpl& owner)
            : service(&owner),
              reactor_(owner.parts_.reactor),
              engine_(owner.parts_.engine),
              ports_(owner.parts_.rtp_ports) {}
        base::Reactor& reactor() override { return reactor_; }
        media::Engine& engine() override { return engine_; }
        media::RtpPortPool& rtp_ports() override { return ports_; }
        void tell(std::function<void(Agent&)> task) override {
            if (service != nullptr) service->tell(std::move(task));
        }
        void route(DialogId id, SipLeg* leg) override;
        void server_silent(Account& account) override {
            if (service != nullptr) service->mark_dead(account);
        }
        ServiceImpl* service;
        base::Reactor& reactor_;
        media::Engine& engine_;
        media::RtpPortPool& ports_;
    };

    void add_accounts();
    std::vector<Identity> identities_of(const Account& account) const;
    void keep_registrations(Account& account);
    void listen();
    void cannot_listen(const std::string& error);
    std::string fault(Account& account);
    std::string known_fault(const Account& account) const;
    void watch_ways();
    bool bound(const Account& account) const;
    std::string way_fault(const Account& account) const;
    void listen_anew();
    void check_way(Account& account);
    void way_changed(Account& account);
    void tell(std::function<void(Agent&)> task);
    void mark_dead(Account& account);
    void look_up(Account& account);
    void addresses_known(Account& account, std::vector<std::string> addresses);
    void publish_rules();
    void finish_stop(bool abandon);
    Account* find(const std::string& name);
    void on_registration(const RegistrationView& view);

    ServiceParts parts_;
    std::shared_ptr<Host> host_;
    std::shared_ptr<CoreLink> link_;
    std::shared_ptr<AgentCounters> counters_ = std::make_shared<AgentCounters>();
    std::unique_ptr<Agent> agent_;
    SipThread thread_;
    Resolver resolver_;
    std::vector<std::unique_ptr<Account>> accounts_;
    std::vector<std::unique_ptr<AccountExit>> exits_;
    std::map<const Account*, std::unique_ptr<base::Timer>> name_timers_;
    Registrar registrar_;
    Subscriber subscriber_;
    std::map<DialogId, SipLeg*> legs_;
    base::Timer listen_timer_;
    base::Timer way_timer_;
    base::Timer stop_deadline_;
    std::vector<std::string> bound_;  ///< what Sofia has bound when it listens on any address
    bool restarting_ = false;
    std::string listen_error_;  ///< why we do not listen, "" when we do
    std::function<void()> stopped_;
};

}  // namespace tipring::sip
