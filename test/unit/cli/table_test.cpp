#include "table.hpp"

#include <catch2/catch.hpp>

using namespace tipring::cli;

TEST_CASE("width counts what a terminal shows") {
    CHECK(display_width("abc") == 3);
    CHECK(display_width("B\xc3\xbcro") == 4);               // one precomposed character
    CHECK(display_width("Bu\xcc\x88ro") == 4);              // u and a combining diaeresis
    CHECK(display_width("\xe5\x8f\x97\xe4\xbb\x98") == 4);  // two wide characters
    CHECK(display_width("\xf0\x9f\x93\x9e") == 2);          // telephone receiver
    CHECK(display_width("\xff\xfe") == 2);
    CHECK(display_width("\xc3") == 1);
}

TEST_CASE("nothing that steers a terminal gets through") {
    CHECK(safe("plain B\xc3\xbcro") == "plain B\xc3\xbcro");
    CHECK(safe("a\x1b[2Jb\nc\td\x7f") == "a?[2Jb?c?d?");
    CHECK(safe("\xc2\x9b"
               "31m") == "?31m");  // C1 control sequence introducer
    CHECK(safe("a\xe2\x80\xae"
               "b") == "a?b");  // right-to-left override
    CHECK(safe("\xc0\xaf\xed\xa0\x80\xf5") == "??????");
    CHECK(safe("\xc3") == "?");
}

TEST_CASE("columns are aligned by what is shown") {
    Table table({{"ID", Align::right}, {"LABEL", Align::left}, {"STATE", Align::left}});
    table.add({"1", "B\xc3\xbcro", "idle"});
    table.add({"12", "Reception", ""});
    CHECK(table.text() ==
          "ID  LABEL      STATE\n"
          " 1  B\xc3\xbcro       idle\n"
          "12  Reception  -\n");
}

TEST_CASE("a short row is filled up, an empty table has its header") {
    Table table({{"A", Align::left}, {"B", Align::right}});
    CHECK(table.text() == "A  B\n");
    CHECK(table.empty());
    table.add({"x"});
    CHECK(table.text() == "A  B\nx  -\n");
}

TEST_CASE("a sheet leaves out what is empty") {
    Sheet sheet;
    sheet.add("State", "idle");
    sheet.add("Last error", "");
    sheet.add("Echo canceller", "128 taps");
    CHECK(sheet.text() ==
          "State:          idle\n"
          "Echo canceller: 128 taps\n");
}

TEST_CASE("durations") {
    CHECK(duration_text(0) == "0:00");
    CHECK(duration_text(75) == "1:15");
    CHECK(duration_text(3723) == "1:02:03");
    CHECK(duration_text(2 * 86400 + 3723) == "2d 1:02:03");
    CHECK(duration_text(-5) == "0:00");
}

TEST_CASE("how long ago, in the largest unit that fits") {
    CHECK(ago_text(0) == "just now");
    CHECK(ago_text(-3) == "just now");
    CHECK(ago_text(1) == "1 second ago");
    CHECK(ago_text(59) == "59 seconds ago");
    CHECK(ago_text(119) == "1 minute ago");
    CHECK(ago_text(7200) == "2 hours ago");
    CHECK(ago_text(12 * 86400 + 5) == "12 days ago");
}
