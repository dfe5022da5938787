// What of a caller ID goes into a call.
#include "caller_party.hpp"

#include <catch2/catch.hpp>
#include <cstring>

using namespace tipring;
using call::Presentation;
using dsp::Disclosure;

namespace {

call::Party party(const char* number, const char* name, Disclosure disclosure = Disclosure::given) {
    dsp::HeardCallerId heard;
    std::strncpy(heard.number.data(), number, heard.number.size() - 1);
    std::strncpy(heard.name.data(), name, heard.name.size() - 1);
    heard.disclosure = disclosure;
    return analog::caller_party(heard);
}

}  // namespace

TEST_CASE("caller party: number and name") {
    const auto caller = party("+493012345", "Doe, Jane");
    CHECK(caller.number == "+493012345");
    CHECK(caller.name == "Doe, Jane");
    CHECK(caller.presentation == Presentation::allowed);
}

TEST_CASE("caller party: only digits and a leading plus are a number") {
    CHECK(party("030-12 34+5", "").number ==
          "0301234"
          "5");
    CHECK(party("1;x=\r\n<sip:2@3>", "").number == "123");
    CHECK(party("+", "").number.empty());
    CHECK(party("+", "").presentation == Presentation::unavailable);
    CHECK(party("*21#", "").number == "21");
}

TEST_CASE("caller party: a name is printable UTF-8") {
    CHECK(party("1", "M\xFCller \xC5se").name == "M\xC3\xBCller \xC3\x85se");
    CHECK(party("1",
                " a\r\nb\t\x7F\x80\x9F\xAD"
                "c ")
              .name == "abc");
    CHECK(party("1", "   ").name.empty());
}

TEST_CASE("caller party: private and unavailable callers") {
    const auto hidden = party("12345", "P. Rivate", Disclosure::restricted);
    CHECK(hidden.number.empty());
    CHECK(hidden.name.empty());
    CHECK(hidden.presentation == Presentation::restricted);
    const auto unknown = party("12345", "PAYPHONE", Disclosure::unavailable);
    CHECK(unknown.number.empty());
    CHECK(unknown.name == "PAYPHONE");
    CHECK(unknown.presentation == Presentation::unavailable);
    CHECK(party("", "NAME ONLY").presentation == Presentation::unavailable);
}
