// Text in and out of SIP headers, with what an attacker would try.
#include <catch2/catch.hpp>

#include "header_text.hpp"

using namespace tipring;

TEST_CASE("user parts are escaped and decoded") {
    CHECK(sip::escape_user("+4930123") == "+4930123");
    CHECK(sip::escape_user("*21#") == "*21%23");
    CHECK(sip::escape_user("a@b>\r\nX: y") == "a%40b%3E%0D%0AX%3A%20y");
    CHECK(sip::decode_user("*21%23") == "*21#");
    CHECK(sip::decode_user("100;phone-context=x") == "100");
    CHECK(sip::decode_user("1%0d%0a2%00") == "12");
    CHECK(sip::decode_user("1%2") == "1%2");
    CHECK(sip::decode_user("%zz") == "%zz");
    CHECK(sip::escape_user(std::string(1000, '1')).size() == 128);
    CHECK(sip::decode_user(std::string(1000, '1')).size() == 128);
    CHECK(sip::decode_user(sip::escape_user("a b\"c\\d%41")) == "a b\"c\\d%41");
}

TEST_CASE("display names are quoted so that nothing escapes them") {
    CHECK(sip::quote_display("Reception") == "\"Reception\"");
    CHECK(sip::quote_display("a\"b\\c") == "\"a\\\"b\\\\c\"");
    CHECK(sip::quote_display("x\r\nEvil: 1") == "\"xEvil: 1\"");
    CHECK(sip::quote_display("").empty());
    CHECK(sip::quote_display(std::string(127, 'x') + "\xc3\xa9").size() == 127 + 2);
    CHECK(sip::plain_display("\"a\\\"b\"") == "a\"b");
    CHECK(sip::plain_display(" Bob ") == "Bob");
    CHECK(sip::plain_display("\"x\ny\"") == "xy");
    CHECK(sip::plain_display(sip::quote_display("a\"b\\c")) == "a\"b\\c");
}

TEST_CASE("hosts and ports are taken apart") {
    CHECK(sip::split_host_port("pbx.example.com", 5060)->port == 5060);
    CHECK(sip::split_host_port("pbx.example.com:5080", 5060)->port == 5080);
    CHECK(sip::split_host_port("[2001:db8::1]:5080", 5060)->host == "2001:db8::1");
    CHECK(sip::split_host_port("2001:db8::1", 5060)->host == "2001:db8::1");
    CHECK_FALSE(sip::split_host_port("host:99999", 5060));
    CHECK_FALSE(sip::split_host_port("host:", 5060));
    CHECK_FALSE(sip::split_host_port("[::1", 5060));
    CHECK_FALSE(sip::split_host_port("", 5060));
    CHECK(sip::uri_host("::1") == "[::1]");
    CHECK(sip::uri_host("127.0.0.1") == "127.0.0.1");
}

TEST_CASE("digits in INFO bodies") {
    CHECK(sip::info_digit("application/dtmf-relay", "Signal=5\r\nDuration=160\r\n") == '5');
    CHECK(sip::info_digit("Application/DTMF-Relay;x=y", "signal= #\nduration=100") == '#');
    CHECK(sip::info_digit("application/dtmf-relay", "Signal=10") == '*');
    CHECK(sip::info_digit("application/dtmf", " d ") == 'D');
    CHECK_FALSE(sip::info_digit("application/dtmf-relay", "Duration=100"));
    CHECK_FALSE(sip::info_digit("application/dtmf-relay", "Signal=x"));
    CHECK_FALSE(sip::info_digit("text/plain", "5"));
    CHECK_FALSE(sip::info_digit("application/dtmf", std::string(5000, '5')));
}

TEST_CASE("identities in headers are taken apart") {
    const auto full =
        sip::split_name_addr("\"Smith, \\\"Bob\\\" <x>\" <sip:+49%2030:secret@pbx;user=phone>, <tel:+1>");
    CHECK(full.display == "Smith, \"Bob\" <x>");
    CHECK(full.user == "+49 30");
    CHECK(sip::split_name_addr("Bob <sips:201@pbx>").display == "Bob");
    CHECK(sip::split_name_addr("<tel:+123;ext=4>").user == "+123");
    CHECK(sip::split_name_addr("tel:+123").user == "+123");
    CHECK(sip::split_name_addr("<sip:pbx>").user.empty());
    CHECK(sip::split_name_addr("<mailto:a@b>").user.empty());
    CHECK(sip::split_name_addr("\"unterminated <sip:1@b>").user.empty());
    CHECK(sip::split_name_addr("<sip:1@b").user.empty());
    CHECK(sip::split_name_addr("").user.empty());
    CHECK(sip::split_name_addr("\"\\").user.empty());
}
