// When a number that comes digit by digit is complete.
#include "digit_collector.hpp"

#include <catch2/catch.hpp>

using namespace tipring;
using isdn::DigitCollector;
using isdn::DigitVerdict;

namespace {

DigitCollector collecting(const std::string& map) {
    return DigitCollector(routing::DigitMap::parse(map).value());
}

}  // namespace

TEST_CASE("the digit map ends a number as soon as nothing longer fits") {
    auto collector = collecting("2xx|0x.T");
    CHECK(collector.add("", false) == DigitVerdict::more);
    CHECK(collector.timeout() == DigitVerdict::too_few);
    CHECK(collector.add("2", false) == DigitVerdict::more);
    CHECK(collector.timeout() == DigitVerdict::too_few);
    CHECK(collector.add("0", false) == DigitVerdict::more);
    CHECK(collector.add("1", false) == DigitVerdict::complete);
    CHECK(collector.number() == "201");
}

TEST_CASE("a number that may grow is complete after T302") {
    auto collector = collecting("2xx|0x.T");
    CHECK(collector.add("030", false) == DigitVerdict::more);
    CHECK(collector.timeout() == DigitVerdict::complete);
    CHECK(collector.number() == "030");
}

TEST_CASE("Sending complete and # end a number of any length, but not an empty one") {
    CHECK(collecting("2xx").add("2", true) == DigitVerdict::complete);
    CHECK(collecting("2xx").add("", true) == DigitVerdict::too_few);
    auto collector = collecting("0x.T");
    CHECK(collector.add("0301#", false) == DigitVerdict::complete);
    CHECK(collector.number() == "0301");
    auto empty = collecting("0x.T");
    CHECK(empty.add("#", false) == DigitVerdict::complete);  // a number of its own, which no route knows
    auto own = collecting("*21#|0x.T");
    CHECK(own.add("*21", false) == DigitVerdict::more);
    CHECK(own.add("#", false) == DigitVerdict::complete);
    CHECK(own.number() == "*21#");
}

TEST_CASE("what the map cannot match is left to the routes, and nothing grows without end") {
    auto foreign = collecting("2xx");
    CHECK(foreign.add("7", false) == DigitVerdict::complete);
    CHECK(foreign.number() == "7");
    DigitCollector any(std::nullopt);
    CHECK(any.add("", false) == DigitVerdict::more);
    CHECK(any.timeout() == DigitVerdict::too_few);
    CHECK(any.add("123", false) == DigitVerdict::more);
    CHECK(any.timeout() == DigitVerdict::complete);
    CHECK(any.add(std::string(100, '1'), false) == DigitVerdict::complete);
    CHECK(any.number().size() == 63);
}
