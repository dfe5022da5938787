// TrustList (trust.hpp). Pure. Thread: any.
#include "trust.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <cstring>

#include "header_text.hpp"

namespace tipring::sip {

std::optional<IpAddress> IpAddress::parse(std::string_view text) {
    auto literal = bare_host(text);
    literal = literal.substr(0, literal.find('%'));
    IpAddress address;
    if (inet_pton(AF_INET6, literal.c_str(), address.bytes_.data()) == 1) return address;
    in_addr narrow{};
    if (inet_pton(AF_INET, literal.c_str(), &narrow) != 1) return std::nullopt;
    address.bytes_[10] = address.bytes_[11] = 0xff;
    std::memcpy(address.bytes_.data() + 12, &narrow, sizeof narrow);
    return address;
}

void TrustList::set(const std::string& account, const std::vector<std::string>& addresses) {
    auto entry = std::find_if(entries_.begin(), entries_.end(),
                              [&](const Entry& known) { return known.account == account; });
    if (entry == entries_.end()) entry = entries_.insert(entries_.end(), Entry{account, {}});
    entry->addresses.clear();
    for (const auto& text : addresses) {
        if (const auto address = IpAddress::parse(text)) entry->addresses.push_back(*address);
    }
}

bool TrustList::trusts(std::string_view source) const {
    return !accounts_of(source).empty();
}

std::vector<std::string> TrustList::accounts_of(std::string_view source) const {
    std::vector<std::string> accounts;
    const auto address = IpAddress::parse(source);
    if (!address) return accounts;
    for (const auto& entry : entries_) {
        if (std::find(entry.addresses.begin(), entry.addresses.end(), *address) != entry.addresses.end())
            accounts.push_back(entry.account);
    }
    return accounts;
}

}  // namespace tipring::sip
