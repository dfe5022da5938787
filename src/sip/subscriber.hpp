// Subscriber: keeps one subscription to waiting messages for each registered user whose account wants it, as
// long as the registration stands, and backs off when the server refuses. Pure core logic: what is sent goes
// through two functions. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <random>
#include <vector>

#include "account.hpp"
#include "back_off.hpp"
#include "messages.hpp"

namespace tipring::sip {

class Subscriber {
  public:
    struct Door {
        std::function<void(const SubscriptionOrder&)> send;
        std::function<void(std::uint64_t)> drop;
    };

    Subscriber(base::Reactor& reactor, Door door);

    /// Just these of the account from now on.
    void keep(Account& account, const std::vector<Identity>& identities);
    /// A registration has changed: the subscription begins and ends with it.
    void on_registration(const RegistrationView& view);
    void on_answer(const SubscriptionAnswer& answer);
    /// Whose subscription this is; null when it is one no more.
    const Identity* subscriber_of(std::uint64_t order_id) const;
    /// Nothing is sent any more.
    void stop();

  private:
    struct Entry {
        Entry(base::Reactor& reactor, Account& of, Identity who);
        Account& account;
        Identity identity;
        std::uint64_t order_id = 0;  ///< in force; answers to others are ignored
        bool refused = false;        ///< the last answer; told once
        BackOff back_off;
        base::Timer retry;
    };

    void subscribe(Entry& entry);
    void drop(Entry& entry);

    base::Reactor& reactor_;
    Door door_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::minstd_rand random_;
    std::uint64_t last_order_ = 0;
    bool stopped_ = false;
};

}  // namespace tipring::sip
