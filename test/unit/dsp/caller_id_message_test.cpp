// Caller ID messages as octets and digits: what is built, what is understood, what is refused.
#include "caller_id_message.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "caller_id_signals.hpp"

using namespace tipring;
using dsp::CallerIdDtmfCodes;
using dsp::CallerIdStandard;
using dsp::Disclosure;

namespace {

using Octets = std::vector<std::uint8_t>;

/// Type, length and checksum around `content`.
Octets message(std::uint8_t type, const Octets& content) {
    Octets octets{type};
    octets.push_back(static_cast<std::uint8_t>(content.size()));
    for (const auto octet : content)
        octets.push_back(octet);
    std::uint8_t sum = 0;
    for (const auto octet : octets)
        sum = static_cast<std::uint8_t>(sum + octet);
    octets.push_back(static_cast<std::uint8_t>(-sum));
    return octets;
}

Octets parameter(std::uint8_t type, std::string_view value) {
    Octets octets{type};
    octets.push_back(static_cast<std::uint8_t>(value.size()));
    for (const char c : value)
        octets.push_back(static_cast<std::uint8_t>(c));
    return octets;
}

Octets joined(std::initializer_list<Octets> parts) {
    Octets all;
    for (const auto& part : parts) {
        for (const auto octet : part)
            all.push_back(octet);
    }
    return all;
}

std::string text(const Octets& octets) {
    return {octets.begin(), octets.end()};
}

dsp::CallerId named(std::string name) {
    auto caller = test::jane();
    caller.name = std::move(name);
    return caller;
}

std::string name_heard(const std::string& name) {
    const auto heard = dsp::parse_caller_id(dsp::caller_id_octets(CallerIdStandard::mdmf, named(name)));
    REQUIRE(heard);
    return std::string(heard->name_text());
}

}  // namespace

TEST_CASE("octets of well-known examples") {
    // The examples of SDMF and MDMF that circulate since the 1990s.
    const Octets single{0x04, 0x12, 0x30, 0x39, 0x33, 0x30, 0x31, 0x32, 0x32, 0x34, 0x36,
                        0x30, 0x39, 0x35, 0x35, 0x35, 0x31, 0x32, 0x31, 0x32, 0x51};
    const dsp::CallerId caller{"6095551212", "", Disclosure::given, 9, 30, 12, 24};
    CHECK(dsp::caller_id_octets(CallerIdStandard::sdmf, caller) == single);
    const Octets several{0x80, 0x20, 0x01, 0x08, 0x30, 0x33, 0x32, 0x34, 0x30, 0x39, 0x30, 0x32,
                         0x07, 0x08, 0x4A, 0x4F, 0x48, 0x4E, 0x20, 0x44, 0x4F, 0x45, 0x02, 0x0A,
                         0x38, 0x30, 0x30, 0x35, 0x35, 0x35, 0x31, 0x32, 0x31, 0x32, 0x84};
    const auto heard = dsp::parse_caller_id(several);
    REQUIRE(heard.has_value());
    CHECK(heard->number_text() == "8005551212");
    CHECK(heard->name_text() == "JOHN DOE");
    CHECK(heard->month == 3);
    CHECK(heard->minute == 2);
}

TEST_CASE("parameters of each standard") {
    const auto etsi = text(dsp::caller_id_octets(CallerIdStandard::etsi, test::jane()));
    CHECK(etsi.find("\x01\x08"
                    "11211545") != std::string::npos);
    CHECK(etsi.find("\x02\x0A"
                    "0441234567") != std::string::npos);
    CHECK(etsi.find("\x07\x08"
                    "Jane Doe") != std::string::npos);
    CHECK(dsp::caller_id_octets(CallerIdStandard::mdmf, test::jane()) ==
          dsp::caller_id_octets(CallerIdStandard::etsi, test::jane()));
    const auto bt = text(dsp::caller_id_octets(CallerIdStandard::bt, test::jane()));
    CHECK(bt.substr(2, 3) == std::string("\x11\x01\x01"));
    dsp::CallerId hidden{"0441234567", "Jane Doe", Disclosure::restricted, 0, 0, 0, 0};
    for (const auto standard : test::all_standards) {
        if (standard == CallerIdStandard::dtmf) continue;
        const auto octets = text(dsp::caller_id_octets(standard, hidden));
        CHECK(octets.find("0441234567") == std::string::npos);
        CHECK(octets.find("Jane") == std::string::npos);
    }
    CHECK(dsp::caller_id_octets(CallerIdStandard::mdmf, hidden) ==
          message(0x80, joined({parameter(4, "P"), parameter(8, "P")})));
}

TEST_CASE("a number that would be shown wrong is sent as unavailable") {
    for (const std::string number : {"alice", "support24", "123456789012345678901", "12;34", ""}) {
        auto caller = test::jane();
        caller.number = number;
        for (const auto standard : test::all_standards) {
            const auto heard = test::listen(test::between_silence(test::sent(standard, caller)));
            REQUIRE(heard.size() == 1);
            CHECK(heard[0].disclosure == Disclosure::unavailable);
            CHECK(heard[0].number_text().empty());
        }
    }
    auto caller = test::jane();
    caller.number = "(044) 123-45 67";
    CHECK(dsp::parse_caller_id(dsp::caller_id_octets(CallerIdStandard::sdmf, caller))->number_text() ==
          "0441234567");
    caller.number = "*31#1";
    CHECK(dsp::caller_id_digits({}, caller) == "B00C");
}

TEST_CASE("names: UTF-8 to ISO 8859-1") {
    CHECK(name_heard("Jürg Müller") == "J\xFCrg M\xFCller");
    CHECK(name_heard("Łukasz €") == "?ukasz ?");
    CHECK(name_heard("日本 \U0001F600!") == "?? ?!");
    CHECK(name_heard("a\tb\x7F") == "a?b?");
    CHECK(name_heard("\xFF\xC3") == "??");
    CHECK(name_heard("\xC3\xC3\xA9") == "?\xE9");
    CHECK(name_heard("\xE2\x82") == "?");
    CHECK(name_heard(std::string(50, 'x')) == std::string(30, 'x'));
    CHECK(name_heard("").empty());
}

TEST_CASE("what other exchanges send") {
    const auto with = [](const Octets& content) { return dsp::parse_caller_id(message(0x80, content)); };
    // Unknown parameters, empty ones, a date that is none, several of one kind.
    auto heard = with(joined({parameter(0x99, "??"), parameter(1, "99999999"), parameter(2, "044-123 4567"),
                              parameter(0x03, "555"), parameter(7, "")}));
    REQUIRE(heard);
    CHECK(heard->number_text() == "0441234567");
    CHECK(heard->month == 0);
    CHECK(with(joined({parameter(4, "O")}))->disclosure == Disclosure::unavailable);
    CHECK(with(joined({parameter(4, "P")}))->disclosure == Disclosure::restricted);
    CHECK(with(joined({parameter(4, "C")}))->disclosure == Disclosure::unavailable);
    CHECK(with(joined({parameter(4, "")}))->disclosure == Disclosure::unavailable);
    CHECK(with({})->disclosure == Disclosure::unavailable);
    // Text, or too many digits, where the number should be: never a part of it.
    for (const std::string number : {"ANONYMOUS", "12A4", "1234567890123456789012345", "", "--"}) {
        heard = with(joined({parameter(2, number), parameter(7, "Jane")}));
        REQUIRE(heard);
        CHECK(heard->disclosure == Disclosure::unavailable);
        CHECK(heard->number_text().empty());
        CHECK(heard->name_text() == "Jane");
    }
    CHECK(with(parameter(2, "12345678901234567890123"))->number_text().size() == 23);
    CHECK(with(parameter(7, std::string(200, 'y')))->name_text().size() == 39);
    CHECK(with(parameter(7, "a\x01\x85z"))->name_text() == "a??z");
    const auto over_v23 = [](const Octets& content) {
        return dsp::parse_caller_id(message(0x80, content), dsp::FskModem::v23)->standard;
    };
    CHECK(over_v23(parameter(2, "1")) == CallerIdStandard::etsi);
    CHECK(over_v23(joined({parameter(0x11, "\x01"), parameter(2, "1")})) == CallerIdStandard::bt);
}

TEST_CASE("refused: wrong checksum, wrong lengths, contradictions, unknown types") {
    const auto good = message(0x80, parameter(2, "0441234567"));
    REQUIRE(dsp::parse_caller_id(good).has_value());
    for (std::size_t octet = 0; octet < good.size(); ++octet) {
        for (int bit = 0; bit < 8; ++bit) {
            auto bad = good;
            bad[octet] = static_cast<std::uint8_t>(bad[octet] ^ 1 << bit);
            CHECK_FALSE(dsp::parse_caller_id(bad));
        }
        CHECK_FALSE(dsp::parse_caller_id(std::span(good).first(octet)));
    }
    const auto none = [](std::uint8_t type, const Octets& content) {
        return !dsp::parse_caller_id(message(type, content));
    };
    CHECK(none(0x80, {2}));
    CHECK(none(0x80, {2, 5, '1', '2'}));
    CHECK(none(0x80, joined({parameter(2, "1"), {7}})));
    CHECK(none(0x80, joined({parameter(2, "1"), parameter(4, "P")})));
    CHECK(none(0x04, {}));
    CHECK(none(0x04, Octets(8, '0')));
    CHECK(none(0x06, {}));
    CHECK(none(0x06, {0x42, 0x6F, 0x42}));
    CHECK(none(0x82, {}));
    CHECK(none(0x82, parameter(0x13, "\x02")));
    CHECK(none(0x55, parameter(2, "1")));
}

TEST_CASE("NTT: parity, CRC, and a DLE within") {
    // A number of 14 digits makes the length 16, which is DLE.
    for (const std::string number : {"0312345678", "12345678901234", "1234567890123456"}) {
        auto caller = test::jane();
        caller.number = number;
        const auto octets = dsp::caller_id_octets(CallerIdStandard::ntt, caller);
        const auto heard = dsp::parse_ntt_caller_id(octets);
        REQUIRE(heard);
        CHECK(heard->number_text() == number);
        for (std::size_t octet = 0; octet < octets.size(); ++octet) {
            for (int bit = 0; bit < 8; ++bit) {
                auto bad = octets;
                bad[octet] = static_cast<std::uint8_t>(bad[octet] ^ 1 << bit);
                CHECK_FALSE(dsp::parse_ntt_caller_id(bad));
            }
            CHECK_FALSE(dsp::parse_ntt_caller_id(std::span(octets).first(octet)));
        }
    }
    CHECK_FALSE(dsp::parse_ntt_caller_id(Octets(500, 0x90)));
}

TEST_CASE("DTMF: the families of codes") {
    const auto caller = [](Disclosure disclosure) {
        auto result = test::jane();
        result.disclosure = disclosure;
        return result;
    };
    const CallerIdDtmfCodes plain;
    CHECK(dsp::caller_id_digits(plain, caller(Disclosure::given)) == "A0441234567C");
    CHECK(dsp::caller_id_digits(plain, caller(Disclosure::restricted)) == "B10C");
    CHECK(dsp::caller_id_digits(plain, caller(Disclosure::unavailable)) == "B00C");
    const CallerIdDtmfCodes hash{'A', '#', 'D', '1', '3'};
    CHECK(dsp::caller_id_digits(hash, caller(Disclosure::restricted)) == "D1#");
    CHECK(dsp::caller_id_digits(hash, caller(Disclosure::unavailable)) == "D3#");
    const CallerIdDtmfCodes bare{0, '#', 0, 0, 0};
    CHECK(dsp::caller_id_digits(bare, caller(Disclosure::given)) == "0441234567#");
    CHECK(dsp::caller_id_digits(bare, caller(Disclosure::restricted)) == "#");
    CHECK(dsp::caller_id_digits({'A', 'C', 0, '1', '0'}, caller(Disclosure::restricted)) == "AC");

    const auto number = [](std::string_view digits, const CallerIdDtmfCodes& codes) {
        const auto heard = dsp::parse_dtmf_caller_id(digits, codes);
        return heard ? std::string(heard->number_text()) : "none";
    };
    const auto disclosure = [](std::string_view digits, const CallerIdDtmfCodes& codes) {
        const auto heard = dsp::parse_dtmf_caller_id(digits, codes);
        REQUIRE(heard);
        return heard->disclosure;
    };
    CHECK(number("A0441234567", plain) == "0441234567");
    CHECK(number("D0441234567", plain) == "0441234567");
    CHECK(number("A044D99B10", plain) == "044");
    CHECK(number("A1", plain) == "1");
    CHECK(number("0441234567", bare) == "0441234567");
    CHECK(number("0441234567", plain) == "none");
    CHECK(number("A12*4", plain) == "none");
    CHECK(number("A12A34", plain) == "none");
    CHECK(number("B77", plain) == "none");
    CHECK(number("", plain) == "none");
    CHECK(disclosure("B10", plain) == Disclosure::restricted);
    CHECK(disclosure("B00", plain) == Disclosure::unavailable);
    CHECK(disclosure("D1", plain) == Disclosure::restricted);
    CHECK(disclosure("D2", hash) == Disclosure::unavailable);
    CHECK(disclosure("D3", hash) == Disclosure::unavailable);
    CHECK(disclosure("AB10", plain) == Disclosure::restricted);
    CHECK(disclosure("A", plain) == Disclosure::unavailable);
    CHECK(number(std::string(1, 'A') + std::string(30, '1'), plain).empty());
}

TEST_CASE("the parsers take any octets") {
    std::mt19937 random(1);
    for (int i = 0; i < 50000; ++i) {
        Octets octets(random() % 48);
        for (auto& octet : octets)
            octet = static_cast<std::uint8_t>(random() % 5 == 0 ? random() % 20 : random());
        const auto framed = message(octets.size() % 2 == 0 ? 0x80 : 0x82, octets);
        for (const auto& heard :
             {dsp::parse_caller_id(octets), dsp::parse_caller_id(framed), dsp::parse_ntt_caller_id(octets)}) {
            if (!heard) continue;
            REQUIRE(heard->number_text().size() < heard->number.size());
            REQUIRE(heard->number_text().find_first_not_of("0123456789*#+") == std::string_view::npos);
            REQUIRE((heard->disclosure == Disclosure::given) != heard->number_text().empty());
            REQUIRE(heard->name_text().size() < heard->name.size());
        }
    }
}
