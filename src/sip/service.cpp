// The Service (tipring/sip/service.hpp): joins accounts, registrations and legs on the core thread with the
// agent on the SIP thread. Thread: core.
#include "tipring/sip/service.hpp"

#include <algorithm>
#include <atomic>
#include <map>

#include "account.hpp"
#include "agent.hpp"
#include "core_link.hpp"
#include "registrar.hpp"
#include "resolver.hpp"
#include "sip_leg.hpp"
#include "sip_thread.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {

DialogId next_dialog_id() {
    static std::atomic<DialogId> last{0};
    return ++last;
}

namespace {

namespace q850 = call::q850;
constexpr std::chrono::seconds name_refresh{60};
constexpr std::chrono::seconds name_retry{5};

/// The way out over one account.
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
            why = {q850::network_out_of_order, call::Location::private_local, std::move(fault)};
            return nullptr;
        }
        if (account_.dead()) {
            why = {q850::network_out_of_order, call::Location::private_local, account_.silence()};
            return nullptr;
        }
        return std::make_unique<SipLeg>(id, host_, account_);
    }

  private:
    std::shared_ptr<LegHost> host_;
    Account& account_;
    std::function<std::string()> fault_;
};

class ServiceImpl final : public Service, public AgentObserver {
  public:
    explicit ServiceImpl(ServiceParts parts);
    ~ServiceImpl() override;

    void start() override;
    void stop(std::chrono::milliseconds deadline, std::function<void()> done) override;
    std::vector<call::Exit*> exits() override;
    std::vector<RegistrationView> registrations() const override;
    ServiceStats stats() const override;

    void on_incoming(const IncomingCall& call) override;
    void on_dialog(DialogId id, const DialogEvent& event) override;
    void on_registration_answer(const RegistrationAnswer& answer) override { registrar_.on_answer(answer); }
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
    std::map<DialogId, SipLeg*> legs_;
    base::Timer listen_timer_;
    base::Timer way_timer_;
    base::Timer stop_deadline_;
    std::vector<std::string> bound_;  ///< what Sofia has bound when it listens on any address
    bool restarting_ = false;
    std::string listen_error_;  ///< why we do not listen, "" when we do
    std::function<void()> stopped_;
};

void ServiceImpl::Host::route(DialogId id, SipLeg* leg) {
    if (service == nullptr) return;
    if (leg == nullptr) {
        service->legs_.erase(id);
    } else {
        service->legs_[id] = leg;
    }
}

ServiceImpl::ServiceImpl(ServiceParts parts)
    : parts_(std::move(parts)),
      host_(std::make_shared<Host>(*this)),
      link_(std::make_shared<CoreLink>(parts_.reactor, *this)),
      agent_(std::make_unique<Agent>(link_, counters_,
                                     AgentOptions{parts_.settings.listen, parts_.settings.listen_port, {}})),
      resolver_(parts_.reactor),
      registrar_(parts_.reactor,
                 {[this](const RegistrationOrder& order) {
                      tell([order](Agent& agent) { agent.keep_registered(order); });
                  },
                  [this](std::uint64_t id) { tell([id](Agent& agent) { agent.drop_registration(id); }); },
                  [this](Account& account) { mark_dead(account); }},
                 parts_.on_registration),
      listen_timer_(parts_.reactor),
      way_timer_(parts_.reactor),
      stop_deadline_(parts_.reactor) {
    add_accounts();
}

ServiceImpl::~ServiceImpl() {
    link_->close();
    host_->service = nullptr;
    if (thread_.running()) thread_.end({}, true);
    // Objects of an abandoned thread are left alone: Sofia aborts when they are destroyed before they have
    // finished.
    if (agent_ && agent_->nua() != nullptr) static_cast<void>(agent_.release());
}

void ServiceImpl::add_accounts() {
    for (const auto& settings : parts_.settings.accounts) {
        std::vector<Identity> own;
        for (const auto& identity : parts_.identities) {
            if (identity.account == settings.name) own.push_back(identity);
        }
        accounts_.push_back(std::make_unique<Account>(parts_.reactor, settings, parts_.settings, parts_.media,
                                                      own, parts_.source_address));
        auto& account = *accounts_.back();
        exits_.push_back(
            std::make_unique<AccountExit>(host_, account, [this, &account] { return fault(account); }));
        if (settings.mode == config::SipMode::peer) continue;
        const bool per_port = settings.mode == config::SipMode::per_port;
        for (const auto& identity : own) {
            if (per_port != identity.port.empty()) registrar_.add(account, identity);
        }
    }
}

void ServiceImpl::start() {
    listen();
}

/// The address may not be assigned yet, or the last owner of the port may not be gone: telephones and exchange
/// lines must not wait for that.
void ServiceImpl::listen() {
    bound_ = own_addresses();
    auto started = thread_.start([agent = agent_.get()](su_root_t* root) { return agent->create(root); });
    if (!started) return cannot_listen(started.error().message);
    listen_error_.clear();
    base::log::info("sip", "listening on {} port {}", parts_.settings.listen, parts_.settings.listen_port);
    publish_rules();
    for (const auto& account : accounts_) {
        if (account->resolved()) {  // we listen anew
            way_changed(*account);
        } else if (account->server_is_name()) {
            if (name_timers_.count(account.get()) > 0) continue;
            look_up(*account);
        } else {
            addresses_known(*account, {account->server_host()});
        }
    }
    watch_ways();
}

void ServiceImpl::cannot_listen(const std::string& error) {
    listen_timer_.start(parts_.retry, [this] { listen(); });
    if (error == listen_error_) {
        base::log::debug("sip", "{}", error);
        return;
    }
    listen_error_ = error;
    base::log::error("sip", "{}. There are no SIP calls until it can; tried again every {}", error,
                     std::chrono::duration_cast<std::chrono::seconds>(parts_.retry));
    for (const auto& account : accounts_)
        registrar_.hold(*account, error);
}

std::string ServiceImpl::fault(Account& account) {
    if (listen_error_.empty() && account.resolved()) check_way(account);
    return known_fault(account);
}

std::string ServiceImpl::known_fault(const Account& account) const {
    if (!listen_error_.empty()) return listen_error_;
    if (!account.resolved()) return base::format("the address of {} is not known", account.server_host());
    return way_fault(account);
}

/// With a row for each account that needs no registration, so that its faults can be seen, too.
std::vector<RegistrationView> ServiceImpl::registrations() const {
    auto views = registrar_.views();
    for (const auto& account : accounts_) {
        if (account->settings().mode != config::SipMode::peer) continue;
        RegistrationView view;
        view.account = account->settings().name;
        view.server = account->server_text();
        view.reason = known_fault(*account);
        if (view.reason.empty() && account->dead()) view.reason = account->silence();
        view.state = view.reason.empty() ? RegistrationState::peer : RegistrationState::failed;
        views.push_back(std::move(view));
    }
    return views;
}

/// Our own address comes, goes and changes with the network, and nobody tells us; to look costs next to
/// nothing.
void ServiceImpl::watch_ways() {
    for (const auto& account : accounts_)
        check_way(*account);
    const bool unbound = std::any_of(accounts_.begin(), accounts_.end(),
                                     [this](const auto& a) { return a->has_route() && !bound(*a); });
    // Calls over the addresses that we had are left to end by themselves.
    if (unbound && legs_.empty() && counters_->dialogs == 0) listen_anew();
    way_timer_.start(parts_.retry, [this] { watch_ways(); });
}

/// Asked to listen on any address, Sofia binds those that the machine has at that moment, each for itself:
/// nothing can be sent from one that came later. Loopback addresses never come later.
bool ServiceImpl::bound(const Account& account) const {
    const auto& host = account.local_host();
    return !account.listens_anywhere() || host.compare(0, 4, "127.") == 0 ||
           std::find(bound_.begin(), bound_.end(), host) != bound_.end();
}

std::string ServiceImpl::way_fault(const Account& account) const {
    if (!account.has_route()) return account.no_route();
    if (!bound(account)) return "SIP does not listen on the new address " + account.local_host() + " yet";
    return {};
}

void ServiceImpl::listen_anew() {
    if (restarting_ || stopped_ || !thread_.running()) return;
    restarting_ = true;
    listen_error_ = "SIP begins to listen on a new address";
    base::log::info("sip", "this machine has a new address, listening anew");
    for (const auto& account : accounts_)
        registrar_.hold(*account, listen_error_);
    tell([](Agent& agent) { agent.shut_down(); });
}

void ServiceImpl::on_shut_down() {
    if (stopped_ || !restarting_) return finish_stop(false);
    restarting_ = false;
    tell([](Agent& agent) { agent.drop_handles(); });
    thread_.end([agent = agent_.get()] { agent->destroy(); }, false);
    listen();
}

void ServiceImpl::check_way(Account& account) {
    if (account.refresh_local_host()) way_changed(account);
}

void ServiceImpl::way_changed(Account& account) {
    publish_rules();
    if (!account.resolved()) return;
    if (!listen_error_.empty()) return;  // comes back here when we listen
    if (const auto fault = way_fault(account); fault.empty()) {
        registrar_.start(account);
    } else {
        registrar_.hold(account, fault);
    }
}

/// Names are looked up at the start and again every minute; an answer that fails leaves the known addresses
/// in force.
void ServiceImpl::look_up(Account& account) {
    resolver_.look_up(account.server_host(), [this, &account](std::vector<std::string> addresses) {
        if (stopped_) return;
        if (addresses.empty())
            base::log::warning("sip", "account {}: the name {} has no address", account.settings().name,
                               account.server_host());
        const auto again = addresses.empty() ? name_retry : name_refresh;
        addresses_known(account, std::move(addresses));
        auto& timer = name_timers_[&account];
        if (!timer) timer = std::make_unique<base::Timer>(parts_.reactor);
        timer->start(again, [this, &account] { look_up(account); });
    });
}

void ServiceImpl::addresses_known(Account& account, std::vector<std::string> addresses) {
    if (account.set_addresses(std::move(addresses))) way_changed(account);
}

void ServiceImpl::publish_rules() {
    std::vector<AccountRules> rules;
    TrustList trust;
    for (const auto& account : accounts_) {
        rules.push_back(account->rules());
        trust.set(account->settings().name, account->trusted());
    }
    tell([rules, trust](Agent& agent) { agent.set_rules(rules, trust); });
}

void ServiceImpl::tell(std::function<void(Agent&)> task) {
    thread_.post([agent = agent_.get(), task = std::move(task)] { task(*agent); });
}

Account* ServiceImpl::find(const std::string& name) {
    const auto found = std::find_if(accounts_.begin(), accounts_.end(),
                                    [&](const auto& a) { return a->settings().name == name; });
    return found == accounts_.end() ? nullptr : found->get();
}

void ServiceImpl::mark_dead(Account& account) {
    account.mark_dead([this, &account] {
        tell([name = account.settings().name, uri = account.probe_uri()](Agent& agent) {
            agent.probe(name, uri);
        });
    });
}

void ServiceImpl::on_probe_answer(const std::string& account) {
    if (auto* known = find(account)) known->mark_alive();
}

void ServiceImpl::on_incoming(const IncomingCall& call) {
    auto* account = find(call.account);
    const auto refuse = [&](const call::Cause& cause) {
        tell([id = call.id, cause](Agent& agent) { agent.release(id, cause); });
    };
    if (account == nullptr || stopped_ || restarting_)
        return refuse({q850::temporary_failure, call::Location::private_local, "stopping"});
    check_way(*account);  // the network may have come a moment ago
    if (!account->has_route())
        return refuse({q850::network_out_of_order, call::Location::private_local, account->no_route()});
    auto leg = std::make_unique<SipLeg>(parts_.calls.next_leg_id(), host_, *account, call);
    const auto opened = leg->open_media(call.media, call.agreement);
    if (!opened) {
        base::log::error("sip", "leg={} {}: {}", leg->id(), leg->endpoint_name(), opened.error().message);
        leg->release({q850::no_circuit_available, call::Location::private_local, opened.error().message});
        return;
    }
    base::log::info("sip", "leg={} {}: call from {} ({}) to {}", leg->id(), leg->endpoint_name(),
                    base::printable(call.caller.number), call.source, base::printable(call.called));
    parts_.calls.incoming(std::move(leg),
                          {call.caller, call.called, {routing::DestinationKind::sip, call.account, ""}});
}

void ServiceImpl::on_dialog(DialogId id, const DialogEvent& event) {
    const auto leg = legs_.find(id);
    if (leg != legs_.end()) leg->second->on_dialog(event);
}

std::vector<call::Exit*> ServiceImpl::exits() {
    std::vector<call::Exit*> all;
    for (const auto& exit : exits_)
        all.push_back(exit.get());
    return all;
}

ServiceStats ServiceImpl::stats() const {
    return {counters_->dialogs.load(), counters_->refused.load(), counters_->malformed.load()};
}

void ServiceImpl::stop(std::chrono::milliseconds deadline, std::function<void()> done) {
    stopped_ = std::move(done);
    listen_timer_.stop();
    way_timer_.stop();
    registrar_.stop();
    name_timers_.clear();
    if (!thread_.running()) return finish_stop(false);
    stop_deadline_.start(deadline, [this] {
        base::log::warning("sip", "a server did not answer the un-registration or hang-up in time");
        finish_stop(true);
    });
    if (!restarting_) tell([](Agent& agent) { agent.shut_down(); });
}

void ServiceImpl::finish_stop(bool abandon) {
    if (!stopped_) return;
    stop_deadline_.stop();
    if (thread_.running()) {
        if (!abandon) tell([](Agent& agent) { agent.drop_handles(); });
        thread_.end(
            [agent = agent_.get(), abandon] {
                if (!abandon) agent->destroy();
            },
            abandon);
    }
    parts_.reactor.post(std::exchange(stopped_, {}));
}

}  // namespace

std::unique_ptr<Service> make_service(ServiceParts parts) {
    return std::make_unique<ServiceImpl>(std::move(parts));
}

}  // namespace tipring::sip
