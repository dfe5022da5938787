// Which of two D-channels is in use: the transition table of data_links.hpp.
#include "data_links.hpp"

#include <catch2/catch.hpp>

using namespace tipring::isdn;
using Change = DataLinks::Change;

TEST_CASE("data links: one alone is up or down") {
    DataLinks links;
    CHECK_FALSE(links.active());
    CHECK(links.set_up(0, true) == Change::up);
    CHECK(links.set_up(0, true) == Change::none);
    CHECK(links.active() == 0U);
    CHECK(links.set_up(0, false) == Change::down);
    CHECK(links.fail(0) == Change::failed);
    CHECK(links.set_up(0, true) == Change::none);
}

TEST_CASE("data links: the other takes over, and stays in use when the first is back") {
    DataLinks links;
    links.add();
    CHECK(links.set_up(1, true) == Change::up);
    CHECK(links.active() == 1U);
    CHECK(links.set_up(0, true) == Change::none);
    CHECK(links.active() == 1U);
    CHECK(links.set_up(1, false) == Change::switched);
    CHECK(links.active() == 0U);
    CHECK(links.set_up(1, true) == Change::none);
    CHECK(links.active() == 0U);
    CHECK(links.set_up(1, false) == Change::none);
    CHECK(links.set_up(0, false) == Change::down);
    CHECK_FALSE(links.active());
}

TEST_CASE("data links: one that failed is not used again, and all are lost with the last") {
    DataLinks links;
    links.add();
    links.set_up(0, true);
    links.set_up(1, true);
    CHECK(links.fail(0) == Change::switched);
    CHECK(links.failed(0));
    CHECK(links.set_up(0, true) == Change::none);
    CHECK_FALSE(links.up(0));
    CHECK(links.fail(1) == Change::failed);
    CHECK_FALSE(links.active());
}
