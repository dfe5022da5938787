// Subscriber (subscriber.hpp). Thread: core.
#include "subscriber.hpp"

#include <algorithm>
#include <utility>

#include "keep_identities.hpp"
#include "tipring/base/log.hpp"

namespace tipring::sip {
namespace {

// As for registrations (registrar.cpp).
constexpr std::chrono::seconds first_resubscription{5};
constexpr std::chrono::seconds longest_resubscription{300};

}  // namespace

Subscriber::Entry::Entry(base::Reactor& reactor, Account& of, Identity who)
    : account(of),
      identity(std::move(who)),
      back_off(first_resubscription, longest_resubscription),
      retry(reactor) {}

Subscriber::Subscriber(base::Reactor& reactor, Door door)
    : reactor_(reactor), door_(std::move(door)), random_(std::random_device{}()) {}

void Subscriber::keep(Account& account, const std::vector<Identity>& identities) {
    keep_identities(
        entries_, account, identities, [this](Entry& entry) { drop(entry); },
        [this](Entry& entry, const Identity& before) {
            const bool anew = !same_login(before, entry.identity) || before.mailbox != entry.identity.mailbox;
            if (anew && entry.order_id != 0) subscribe(entry);
        },
        [&](const Identity& identity) {
            entries_.push_back(std::make_unique<Entry>(reactor_, account, identity));
        });
}

void Subscriber::on_registration(const RegistrationView& view) {
    if (stopped_) return;
    for (const auto& entry : entries_) {
        if (entry->identity.account != view.account || entry->identity.user != view.user) continue;
        if (view.state != RegistrationState::registered) {
            drop(*entry);
            entry->back_off.reset();
        } else if (entry->order_id == 0 && !entry->retry.running()) {
            subscribe(*entry);
        }
    }
}

void Subscriber::subscribe(Entry& entry) {
    drop(entry);
    auto order = entry.account.subscription(entry.identity);
    order.id = entry.order_id = ++last_order_;
    door_.send(order);
}

void Subscriber::drop(Entry& entry) {
    entry.retry.stop();
    if (entry.order_id != 0) door_.drop(std::exchange(entry.order_id, 0));
}

void Subscriber::on_answer(const SubscriptionAnswer& answer) {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry->order_id == answer.id; });
    if (stopped_ || answer.id == 0 || found == entries_.end()) return;
    auto& entry = **found;
    if (answer.status >= 200 && answer.status < 300) {
        entry.back_off.reset();
        entry.refused = false;
        return;
    }
    drop(entry);
    const auto wait = entry.back_off.next(std::uniform_real_distribution<double>(0, 1)(random_));
    // Many servers have no mail: that is worth one line, not one in five minutes.
    if (!entry.refused)
        base::log::warning("sip", "account {}: {} has no subscription to its messages: {}; tried again",
                           entry.identity.account, entry.identity.user, answer.reason);
    entry.refused = true;
    entry.retry.start(wait, [this, &entry] { subscribe(entry); });
}

const Identity* Subscriber::subscriber_of(std::uint64_t order_id) const {
    const auto found = std::find_if(entries_.begin(), entries_.end(),
                                    [&](const auto& entry) { return entry->order_id == order_id; });
    return order_id == 0 || found == entries_.end() ? nullptr : &(*found)->identity;
}

void Subscriber::stop() {
    stopped_ = true;
    for (const auto& entry : entries_)
        entry->retry.stop();
}

}  // namespace tipring::sip
