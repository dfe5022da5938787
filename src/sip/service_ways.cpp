// The Service's ways to its servers (service_impl.hpp): where it listens, the servers' addresses, its own, and
// what cannot be reached. Thread: core.
#include <algorithm>

#include "service_impl.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

constexpr std::chrono::seconds name_refresh{60};
constexpr std::chrono::seconds name_retry{5};

}  // namespace

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

std::string ServiceImpl::fault(const std::string& account, const std::string& port) {
    auto* known = find(account);
    if (known == nullptr) return {};
    if (auto why = fault(*known); !why.empty()) return why;
    if (known->dead()) return known->silence();
    return registrar_.fault(*known, port);
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
        rules.back().hidden_numbers = parts_.hidden_numbers;
        trust.set(account->settings().name, account->trusted());
    }
    tell([rules, trust](Agent& agent) { agent.set_rules(rules, trust); });
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

}  // namespace tipring::sip
