// The Service's calls, start and stop (service_impl.hpp). Thread: core.
#include <algorithm>
#include <atomic>

#include "service_impl.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {

namespace q850 = call::q850;

DialogId next_dialog_id() {
    static std::atomic<DialogId> last{0};
    return ++last;
}

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
                  [this](std::uint64_t id) { tell([id](Agent& agent) { agent.end_registration(id); }); },
                  [this](Account& account) { mark_dead(account); }},
                 [this](const RegistrationView& view) { on_registration(view); }),
      subscriber_(parts_.reactor,
                  {[this](const SubscriptionOrder& order) {
                       tell([order](Agent& agent) { agent.keep_subscribed(order); });
                   },
                   [this](std::uint64_t id) { tell([id](Agent& agent) { agent.drop_subscription(id); }); }}),
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
        accounts_.push_back(std::make_unique<Account>(parts_.reactor, settings, parts_.settings, parts_.media,
                                                      std::vector<Identity>(), parts_.source_address));
        auto& account = *accounts_.back();
        exits_.push_back(
            std::make_unique<AccountExit>(host_, account, [this, &account] { return fault(account); }));
        account.set_identities(identities_of(account));
        keep_registrations(account);
    }
}

std::vector<Identity> ServiceImpl::identities_of(const Account& account) const {
    std::vector<Identity> own;
    std::ranges::copy_if(parts_.identities, std::back_inserter(own), [&](const Identity& identity) {
        return identity.account == account.settings().name;
    });
    return own;
}

void ServiceImpl::keep_registrations(Account& account) {
    const auto& settings = account.settings();
    if (settings.mode == config::SipMode::peer) return;
    auto registering = identities_of(account);
    const bool per_port = settings.mode == config::SipMode::per_port;
    std::erase_if(registering, [&](const Identity& identity) { return per_port == identity.port.empty(); });
    if (settings.message_waiting == config::MessageNotices::subscribe) subscriber_.keep(account, registering);
    registrar_.keep(account, registering);
}

void ServiceImpl::set_identities(std::vector<Identity> identities, std::vector<std::string> hidden_numbers) {
    if (stopped_ || (identities == parts_.identities && hidden_numbers == parts_.hidden_numbers)) return;
    parts_.identities = std::move(identities);
    parts_.hidden_numbers = std::move(hidden_numbers);
    for (const auto& account : accounts_) {
        account->set_identities(identities_of(*account));
        keep_registrations(*account);
    }
    registrar_.take_back();
    for (const auto& account : accounts_) {
        if (const auto fault = known_fault(*account); fault.empty()) {
            registrar_.start_new(*account);
        } else {
            registrar_.hold(*account, fault);
        }
    }
    publish_rules();
}

void ServiceImpl::start() {
    listen();
}

void ServiceImpl::on_shut_down() {
    if (stopped_ || !restarting_) return finish_stop(false);
    restarting_ = false;
    tell([](Agent& agent) { agent.drop_handles(); });
    thread_.end([agent = agent_.get()] { agent->destroy(); }, false);
    listen();
}

void ServiceImpl::tell(std::function<void(Agent&)> task) {
    thread_.post([agent = agent_.get(), task = std::move(task)] { task(*agent); });
}

Account* ServiceImpl::find(const std::string& name) {
    const auto found = std::find_if(accounts_.begin(), accounts_.end(),
                                    [&](const auto& a) { return a->settings().name == name; });
    return found == accounts_.end() ? nullptr : found->get();
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
                    call::logged_number(call.caller), call.source, base::printable(call.called));
    parts_.calls.incoming(std::move(leg), {call.caller,
                                           call.called,
                                           {routing::DestinationKind::sip, call.account, ""},
                                           call.alert_info,
                                           call.diversions,
                                           call.hops_left,
                                           false,
                                           call.user_to_user});
}

void ServiceImpl::on_registration(const RegistrationView& view) {
    subscriber_.on_registration(view);
    if (parts_.on_registration) parts_.on_registration(view);
}

void ServiceImpl::on_messages(const MessageNotice& notice) {
    if (stopped_) return;
    const auto* who = subscriber_.subscriber_of(notice.subscription);
    if (notice.subscription != 0 && who == nullptr) return;  // it has ended meanwhile
    for (const auto& identity : parts_.identities) {
        if (who == nullptr && identity.account == notice.account && identity.user == notice.user)
            who = &identity;
    }
    // One registration for all telephones: whose messages they are stands in the summary alone.
    Identity other;
    if (who == nullptr) {
        other.account = notice.account;
        other.user = notice.user;
        who = &other;
    } else if (who->port.empty()) {
        other = *who;
        other.mailbox = notice.summary.mailbox;
        who = &other;
    }
    base::log::debug("sip", "account {}: messages for {}: {}, {} new, {} old", who->account,
                     base::printable(who->user), notice.summary.waiting ? "waiting" : "none",
                     notice.summary.new_messages, notice.summary.old_messages);
    if (parts_.on_message_waiting) parts_.on_message_waiting(*who, notice.summary);
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
    subscriber_.stop();
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

std::unique_ptr<Service> make_service(ServiceParts parts) {
    return std::make_unique<ServiceImpl>(std::move(parts));
}

}  // namespace tipring::sip
