// Who may send us requests.
#include <catch2/catch.hpp>

#include "trust.hpp"

using namespace tipring;

TEST_CASE("only the addresses of an account are trusted, however they are spelled") {
    sip::TrustList list;
    list.set("office", {"192.0.2.1", "2001:db8::1", "not-an-address"});
    list.set("backup", {"192.0.2.1"});
    CHECK(list.trusts("192.0.2.1"));
    CHECK(list.trusts("::ffff:192.0.2.1"));
    CHECK(list.trusts("[2001:0db8:0:0::1]"));
    CHECK_FALSE(list.trusts("192.0.2.2"));
    CHECK_FALSE(list.trusts("not-an-address"));
    CHECK_FALSE(list.trusts(""));
    CHECK(list.accounts_of("192.0.2.1") == std::vector<std::string>{"office", "backup"});
    list.set("office", {"192.0.2.7"});
    CHECK_FALSE(list.trusts("2001:db8::1"));
    CHECK(list.accounts_of("192.0.2.1") == std::vector<std::string>{"backup"});
}
