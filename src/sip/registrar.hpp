// Registrar: keeps the registrations of all identities alive: paces the start, backs off after failures,
// shortens nothing that a server asked for, and says in words how each one stands. Pure core logic: what is
// sent goes through two functions. Thread: core.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <random>
#include <vector>

#include "account.hpp"
#include "back_off.hpp"
#include "messages.hpp"

namespace tipring::sip {

class Registrar {
  public:
    struct Door {
        std::function<void(const RegistrationOrder&)> send;
        std::function<void(std::uint64_t)> drop;
        std::function<void(std::uint64_t)> end;  ///< drop, after the registration has been taken back
        std::function<void(Account&)> silent;    ///< the account's server did not answer
    };

    Registrar(base::Reactor& reactor, Door door, std::function<void(const RegistrationView&)> on_change);

    /// Just these users of the account from now on: new ones wait for a start, others register anew only where their
    /// login has changed; take_back() is due for those who are gone.
    void keep(Account& account, const std::vector<Identity>& identities);
    /// The registrations of those who are gone are taken back, unless another account has the same user and domain at
    /// the same server: its contact is the same, too, and would be removed with them.
    void take_back();
    /// Starts those of the account that have never been tried.
    void start_new(const Account& account);
    /// Starts (or starts again) those of the account, because its address has become known or has changed.
    void start(const Account& account);
    /// Nothing of the account is sent until the next start(), because nothing can be; `reason` is shown.
    void hold(const Account& account, const std::string& reason);
    void on_answer(const RegistrationAnswer& answer);
    /// Nothing is started any more.
    void stop();
    std::vector<RegistrationView> views() const;
    /// Why whoever stands for this port is not registered; "" when he is, or nobody knows yet, or there is nobody.
    std::string fault(const Account& account, const std::string& port) const;

  private:
    struct Entry {
        Entry(base::Reactor& reactor, Account& of, Identity who);
        Account& account;
        Identity identity;
        std::uint64_t order_id = 0;  ///< of the attempt in force; answers to others are ignored
        std::chrono::seconds expires;
        base::TimePoint valid_until{};
        RegistrationView view;
        BackOff back_off;
        base::Timer deadline;  ///< an attempt without any answer
        base::Timer retry;
    };

    struct Leaving {
        std::uint64_t order_id;
        std::string user;
        const Account& account;
    };

    void add(Account& account, const Identity& identity);
    void forget(Entry& entry);
    void enqueue(Entry& entry);
    void send_some();
    void attempt(Entry& entry);
    void fail(Entry& entry, std::string reason);
    void fail_silent(Entry& entry);
    void succeed(Entry& entry, std::chrono::seconds expires);
    void set_state(Entry& entry, RegistrationState state, std::string reason);

    base::Reactor& reactor_;
    Door door_;
    std::function<void(const RegistrationView&)> on_change_;
    std::vector<std::unique_ptr<Entry>> entries_;
    std::vector<Leaving> leaving_;  ///< registered, and not kept
    std::deque<Entry*> queue_;
    base::Timer pace_;
    std::minstd_rand random_;
    std::uint64_t last_order_ = 0;
    bool stopped_ = false;
};

}  // namespace tipring::sip
