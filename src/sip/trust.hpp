// TrustList: which addresses may send us requests, and for which account. Pure value. Thread: any.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tipring::sip {

/// An IP address in one form, whatever its spelling; IPv4-mapped IPv6 counts as IPv4.
class IpAddress {
  public:
    /// A literal, with or without brackets and scope.
    static std::optional<IpAddress> parse(std::string_view text);
    friend bool operator==(const IpAddress&, const IpAddress&) = default;

  private:
    std::array<unsigned char, 16> bytes_{};
};

class TrustList {
  public:
    /// Entries that are no literals are skipped (host names are resolved elsewhere and replaced by their
    /// literals).
    void set(const std::string& account, const std::vector<std::string>& addresses);
    bool trusts(std::string_view source) const;
    /// Accounts that this source may act for, in the order in which they were set first.
    std::vector<std::string> accounts_of(std::string_view source) const;

  private:
    struct Entry {
        std::string account;
        std::vector<IpAddress> addresses;
    };
    std::vector<Entry> entries_;
};

}  // namespace tipring::sip
