// Registrar (registrar.hpp). Thread: core.
#include "registrar.hpp"

#include <algorithm>

#include "keep_identities.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

constexpr std::chrono::seconds first_retry{5};
constexpr std::chrono::seconds longest_retry{300};
/// A server that is silent for so long is called silent; its back-off runs from here.
constexpr std::chrono::seconds answer_limit{10};
/// More at once overruns the sockets of registrars (measured: bursts lost answers).
constexpr unsigned burst = 10;
constexpr std::chrono::milliseconds burst_interval{10};
/// A Min-Expires above this is somebody's joke.
constexpr std::chrono::hours longest_expiry{24};

}  // namespace

std::string_view name(RegistrationState state) {
    switch (state) {
        case RegistrationState::unregistered:
            return "unregistered";
        case RegistrationState::registering:
            return "registering";
        case RegistrationState::registered:
            return "registered";
        case RegistrationState::failed:
            return "failed";
        case RegistrationState::peer:
            return "peer";
    }
    return "unregistered";
}

Registrar::Entry::Entry(base::Reactor& reactor, Account& of, Identity who)
    : account(of),
      identity(std::move(who)),
      expires(of.settings().expires),
      back_off(first_retry, longest_retry),
      deadline(reactor),
      retry(reactor) {
    view.account = of.settings().name;
    view.user = identity.user;
    view.server = of.server_text();
}

Registrar::Registrar(base::Reactor& reactor, Door door,
                     std::function<void(const RegistrationView&)> on_change)
    : reactor_(reactor),
      door_(std::move(door)),
      on_change_(std::move(on_change)),
      pace_(reactor),
      random_(std::random_device{}()) {}

void Registrar::add(Account& account, const Identity& identity) {
    entries_.push_back(std::make_unique<Entry>(reactor_, account, identity));
    auto& entry = *entries_.back();
    if (!account.resolved()) entry.view.reason = "looking up " + account.server_host();
}

void Registrar::forget(Entry& entry) {
    std::erase(queue_, &entry);
    const auto order_id = std::exchange(entry.order_id, 0);
    if (entry.view.state == RegistrationState::registered) {
        leaving_.push_back({order_id, entry.identity.user, entry.account});
    } else if (order_id != 0) {
        door_.drop(order_id);
    }
    set_state(entry, RegistrationState::unregistered, "no longer in the port map");
}

void Registrar::keep(Account& account, const std::vector<Identity>& identities) {
    keep_identities(
        entries_, account, identities, [this](Entry& entry) { forget(entry); },
        [this](Entry& entry, const Identity& before) {
            if (!same_login(before, entry.identity) && entry.view.attempts > 0) enqueue(entry);
        },
        [&](const Identity& identity) { add(account, identity); });
}

void Registrar::take_back() {
    for (const auto& gone : std::exchange(leaving_, {})) {
        const bool taken_over = std::ranges::any_of(entries_, [&](const auto& entry) {
            return entry->identity.user == gone.user &&
                   entry->account.server_text() == gone.account.server_text() &&
                   entry->account.settings().domain == gone.account.settings().domain;
        });
        (taken_over ? door_.drop : door_.end)(gone.order_id);
    }
}

void Registrar::start_new(const Account& account) {
    for (const auto& entry : entries_) {
        if (&entry->account == &account && entry->view.attempts == 0) enqueue(*entry);
    }
}

void Registrar::start(const Account& account) {
    for (const auto& entry : entries_) {
        if (&entry->account == &account) enqueue(*entry);
    }
}

void Registrar::hold(const Account& account, const std::string& reason) {
    for (const auto& entry : entries_) {
        if (&entry->account != &account) continue;
        entry->deadline.stop();
        entry->retry.stop();
        queue_.erase(std::remove(queue_.begin(), queue_.end(), entry.get()), queue_.end());
        if (entry->order_id != 0) door_.drop(std::exchange(entry->order_id, 0));
        entry->back_off.reset();  // it says nothing about the server
        set_state(*entry, RegistrationState::failed, reason);
    }
}

void Registrar::enqueue(Entry& entry) {
    if (stopped_ || std::find(queue_.begin(), queue_.end(), &entry) != queue_.end()) return;
    entry.retry.stop();
    queue_.push_back(&entry);
    if (!pace_.running()) pace_.start(base::Duration(0), [this] { send_some(); });
}

void Registrar::send_some() {
    for (unsigned sent = 0; sent < burst && !queue_.empty(); ++sent) {
        auto& entry = *queue_.front();
        queue_.pop_front();
        attempt(entry);
    }
    if (!queue_.empty()) pace_.start(burst_interval, [this] { send_some(); });
}

void Registrar::attempt(Entry& entry) {
    if (entry.order_id != 0) door_.drop(entry.order_id);
    auto order = entry.account.registration(entry.identity);
    order.id = entry.order_id = ++last_order_;
    order.expires = entry.expires;
    ++entry.view.attempts;
    if (entry.view.state != RegistrationState::failed)
        set_state(entry, RegistrationState::registering, "waiting for the answer");
    entry.deadline.start(answer_limit, [this, &entry] { fail_silent(entry); });
    door_.send(order);
}

void Registrar::on_answer(const RegistrationAnswer& answer) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry->order_id == answer.id; });
    if (stopped_ || found == entries_.end() || answer.id == 0) return;
    auto& entry = **found;
    entry.deadline.stop();
    if (answer.from_network) entry.account.mark_alive();
    if (answer.status < 300) return succeed(entry, answer.expires);
    if (!answer.from_network) return fail_silent(entry);
    const bool too_brief =
        answer.status == 423 && answer.min_expires > entry.expires && answer.min_expires <= longest_expiry;
    if (too_brief) {
        entry.expires = answer.min_expires;  // RFC 3261 10.2.8
        return enqueue(entry);
    }
    fail(entry, base::format("{} {}", answer.status, base::printable(answer.phrase, 80)));
}

void Registrar::succeed(Entry& entry, std::chrono::seconds expires) {
    entry.back_off.reset();
    entry.valid_until = reactor_.now() + expires;
    const bool news = entry.view.state != RegistrationState::registered;
    if (news)
        base::log::info("sip", "account {}: {} is registered at {} for {}", entry.view.account,
                        entry.view.user, entry.view.server, expires);
    set_state(entry, RegistrationState::registered, "200 OK");
}

void Registrar::fail(Entry& entry, std::string reason) {
    entry.deadline.stop();
    if (entry.order_id != 0) door_.drop(std::exchange(entry.order_id, 0));
    const auto wait = entry.back_off.next(std::uniform_real_distribution<double>(0, 1)(random_));
    base::log::warning("sip", "account {}: {} is not registered at {}: {}; next attempt in {}",
                       entry.view.account, entry.view.user, entry.view.server, reason,
                       std::chrono::duration_cast<std::chrono::seconds>(wait));
    entry.retry.start(wait, [this, &entry] { enqueue(entry); });
    set_state(entry, RegistrationState::failed, std::move(reason));
}

void Registrar::fail_silent(Entry& entry) {
    fail(entry, "no answer from " + entry.view.server);
    // A server may be silent to one user only.
    const bool serves_others = std::any_of(entries_.begin(), entries_.end(), [&](const auto& other) {
        return &other->account == &entry.account && other->view.state == RegistrationState::registered;
    });
    if (!serves_others && !entry.account.dead()) door_.silent(entry.account);
}

void Registrar::set_state(Entry& entry, RegistrationState state, std::string reason) {
    entry.view.state = state;
    entry.view.reason = std::move(reason);
    if (state != RegistrationState::registered) entry.valid_until = {};
    if (on_change_) on_change_(entry.view);
}

void Registrar::stop() {
    stopped_ = true;
    pace_.stop();
    queue_.clear();
    for (const auto& entry : entries_) {
        entry->deadline.stop();
        entry->retry.stop();
        set_state(*entry, RegistrationState::unregistered, "stopped");
    }
}

std::vector<RegistrationView> Registrar::views() const {
    std::vector<RegistrationView> views;
    for (const auto& entry : entries_) {
        views.push_back(entry->view);
        const auto left = entry->valid_until - reactor_.now();
        views.back().expires_in =
            std::max(std::chrono::seconds(0), std::chrono::duration_cast<std::chrono::seconds>(left));
    }
    return views;
}

std::string Registrar::fault(const Account& account, const std::string& port) const {
    for (const auto& entry : entries_) {
        const auto& of = entry->identity.port;  // the gateway stands for all
        if (&entry->account != &account || (!of.empty() && of != port)) continue;
        if (entry->view.state == RegistrationState::failed) return entry->view.reason;
        if (entry->view.state == RegistrationState::registered && reactor_.now() > entry->valid_until)
            return "the registration at " + entry->view.server + " has expired";
    }
    return {};
}

}  // namespace tipring::sip
