#include <catch2/catch.hpp>

#include "tipring/base/ids.hpp"
#include "tipring/base/text.hpp"

using namespace tipring::base;

TEST_CASE("format replaces placeholders in order") {
    CHECK(format("port {} is {}", 3, "idle") == "port 3 is idle");
    CHECK(format("{}", ChannelNumber{7}) == "7");
    CHECK(format("{} {}", 1.5, std::chrono::milliseconds(20)) == "1.5 20 ms");
    CHECK(format("no argument left: {}") == "no argument left: {}");
}

TEST_CASE("nearest finds the word that was meant and nothing far away") {
    const std::vector<std::string_view> words = {"channel", "kind", "number", "label"};
    CHECK(nearest("chanel", words) == "channel");
    CHECK(nearest("Number", words) == "number");
    CHECK(nearest("zzzzzz", words).empty());
    CHECK(nearest("foo", {"to", "group"}).empty());
    CHECK(nearest("paswd", {"domain", "password_file", "password"}) == "password");
    CHECK(nearest("user_name", {"mode", "user"}) == "user");
}

TEST_CASE("a value of a log line can be read back") {
    CHECK(log_value("201") == "201");
    CHECK(log_value("fxs 3") == "\"fxs 3\"");
    CHECK(log_value("") == "\"\"");
    CHECK(log_value("a=b") == "\"a=b\"");
    CHECK(log_value("say \"x\"\n") == "\"say 'x'\\x0a\"");
}

TEST_CASE("printable keeps a hostile text on one line") {
    CHECK(printable("a\r\nb\x1b[2J") == "a\\x0d\\x0ab\\x1b[2J");
    CHECK(printable(std::string(300, 'x'), 10) == "xxxxxxxxxx...");
}

TEST_CASE("split keeps empty parts, trim takes blanks off both ends") {
    CHECK(split("a,,b", ',') == std::vector<std::string_view>{"a", "", "b"});
    CHECK(trim("  x y\t") == "x y");
    CHECK(trim(" \n").empty());
}
