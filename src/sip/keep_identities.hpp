// What Registrar and Subscriber do when the identities of an account change. Thread: core.
#pragma once

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "account.hpp"

namespace tipring::sip {

/// Just these users of the account from now on: gone(entry) for those who are not among them any more, then they are
/// erased; changed(entry, before) for those who stay, with the identity that they had; add(identity) for new ones.
/// An entry has an `account` and an `identity`.
template <class Entry, class Gone, class Changed, class Add>
void keep_identities(std::vector<std::unique_ptr<Entry>>& entries, const Account& account,
                     const std::vector<Identity>& identities, Gone gone, Changed changed, Add add) {
    for (auto& entry : entries) {
        if (&entry->account != &account) continue;
        const auto now = std::ranges::find(identities, entry->identity.user, &Identity::user);
        if (now == identities.end()) {
            gone(*entry);
            entry.reset();
            continue;
        }
        const auto before = std::exchange(entry->identity, *now);
        changed(*entry, before);
    }
    std::erase(entries, nullptr);
    for (const auto& identity : identities) {
        const bool known = std::ranges::any_of(entries, [&](const auto& entry) {
            return &entry->account == &account && entry->identity.user == identity.user;
        });
        if (!known) add(identity);
    }
}

}  // namespace tipring::sip
