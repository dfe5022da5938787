#include "q931_peek.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "octets.hpp"

using namespace tipring;
using isdn::cause_location;

TEST_CASE("the location of a cause is read from a DISCONNECT") {
    const std::vector<std::uint8_t> disconnect = {0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x01,
                                                  0x45, 0x08, 0x02, 0x84, 0x91, 0x00, 0x00};
    CHECK(cause_location(disconnect) == call::Location::public_remote);
    auto supervisory = disconnect;
    supervisory[2] = 0x01;
    CHECK_FALSE(cause_location(supervisory));
    auto reserved = disconnect;
    reserved[11] = 0x86;
    CHECK_FALSE(cause_location(reserved));
    for (std::size_t length = 0; length < disconnect.size() - 2; ++length) {
        CHECK_FALSE(cause_location(std::span(disconnect).first(length)));
    }
}

TEST_CASE("elements before the cause are stepped over") {
    const std::vector<std::uint8_t> progress = {0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x80, 0x01, 0x03, 0xa1,
                                                0x1e, 0x02, 0x82, 0x88, 0x08, 0x02, 0x82, 0x9f, 0x00, 0x00};
    CHECK(cause_location(progress) == call::Location::public_local);
}

TEST_CASE("of the maintenance messages only SERVICE asks for an answer") {
    using isdn::Maintenance;
    std::vector<std::uint8_t> message = {0x02, 0x01, 0x00, 0x00, 0x03, 0x01, 0x01, 0x0f, 0x00, 0x00};
    CHECK_FALSE(isdn::is_unasked_maintenance(message));
    CHECK(isdn::maintenance_of(message) == Maintenance::service);
    message[7] = 0x07;
    CHECK(isdn::is_unasked_maintenance(message));
    CHECK(isdn::maintenance_of(message) == Maintenance::answer);
    message[4] = 0x43;
    CHECK(isdn::is_unasked_maintenance(message));
    CHECK(isdn::maintenance_of(message) == Maintenance::service);
    message[7] = 0x0f;
    CHECK(isdn::maintenance_of(message) == Maintenance::answer);
    CHECK(isdn::is_unasked_maintenance(message));
    message[7] = 0x07;
    CHECK(isdn::is_unasked_maintenance(std::span(message).first(6)));
    message[2] = 0x03;  // an unnumbered frame
    CHECK(isdn::maintenance_of(message) == Maintenance::none);
    CHECK_FALSE(isdn::is_unasked_maintenance(message));
    message[2] = 0x00;
    message[4] = 0x08;
    CHECK_FALSE(isdn::is_unasked_maintenance(message));
}

TEST_CASE("a FACILITY that begins with a return error or a reject refuses") {
    const auto message = [](const std::string& element) {
        auto frame = test::octets("00 01 00 00 08 02 80 07 62");
        const auto contents = test::octets(element);
        frame.insert(frame.end(), {0x1c, static_cast<std::uint8_t>(contents.size())});
        frame.insert(frame.end(), contents.begin(), contents.end());
        frame.resize(frame.size() + 2);
        return frame;
    };
    const isdn::PeerCall ours{.reference = 7, .theirs = false};
    CHECK(isdn::refusal(message("91 a3 06 02 01 05 02 01 00")) == ours);
    CHECK(isdn::refusal(message("91 a4 06 02 01 05 81 01 01")) == ours);
    CHECK(isdn::refusal(message("11 be a3 06 02 01 02 02 01 12")) == ours);
    CHECK(isdn::refusal(message("9f aa 06 80 01 00 82 01 00 8b 01 00 a3 06 02 01 05 02 01 00")) == ours);
    CHECK_FALSE(isdn::refusal(message("91 a2 03 02 01 05")));
    CHECK_FALSE(isdn::refusal(message("91")));
    CHECK_FALSE(isdn::refusal(message("11")));
    auto frame = message("9f 8b 01 00 a3 06 02 01 05 02 01 00");
    for (std::size_t length = 0; length < frame.size(); ++length)
        CHECK_FALSE(isdn::refusal(std::span(frame).first(length)));
    frame[6] = 0;
    CHECK(isdn::refusal(frame) == isdn::PeerCall{.reference = 7, .theirs = true});
    frame[8] = 0x45;  // DISCONNECT
    CHECK_FALSE(isdn::refusal(frame));
}

TEST_CASE("SABME counts on the data link of the span only, and UI frames are told apart") {
    CHECK(isdn::is_establishment(std::vector<std::uint8_t>{0x02, 0x01, 0x7f}));
    CHECK(isdn::is_establishment(std::vector<std::uint8_t>{0x00, 0x01, 0x6f}));
    CHECK_FALSE(isdn::is_establishment(std::vector<std::uint8_t>{0x02, 0x0b, 0x7f}));
    CHECK_FALSE(isdn::is_establishment(std::vector<std::uint8_t>{0xfe, 0x01, 0x7f}));
    CHECK(isdn::is_unnumbered_information(std::vector<std::uint8_t>{0x02, 0x01, 0x03, 0x08}));
    CHECK(isdn::is_unnumbered_information(std::vector<std::uint8_t>{0x02, 0x01, 0x13, 0x08}));
    CHECK_FALSE(isdn::is_unnumbered_information(std::vector<std::uint8_t>{0x02, 0x01, 0x00, 0x00}));
}

TEST_CASE("STATUS tells the call and its state at the other end") {
    const std::vector<std::uint8_t> status = {0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x81, 0x05, 0x7d,
                                              0x08, 0x02, 0x80, 0xe5, 0x14, 0x01, 0x0a, 0x00, 0x00};
    CHECK(isdn::peer_state(status) == isdn::PeerState{.reference = 0x105, .theirs = false, .state = 10});
    for (std::size_t length = 0; length < status.size() - 2; ++length)
        CHECK_FALSE(isdn::peer_state(std::span(status).first(length)));
    auto disconnect = status;
    disconnect[8] = 0x45;
    CHECK_FALSE(isdn::peer_state(disconnect));
}

TEST_CASE("the interface of a RESTART") {
    std::vector<std::uint8_t> restart = {0x02, 0x01, 0x00, 0x00, 0x08, 0x02, 0x00, 0x00, 0x46,
                                         0x18, 0x02, 0xe0, 0x82, 0x79, 0x01, 0x86, 0x00, 0x00};
    CHECK(isdn::named_interface(restart, 7) == 2U);
    restart[11] = 0xa0;  // implicit: that of the D-channel
    CHECK(isdn::named_interface(restart, 7) == 7U);
    CHECK(isdn::restarts_interface(restart));
    restart[9] = 0x28;
    CHECK(isdn::named_interface(restart, 7) == 7U);  // "single interface" without a name
    restart[15] = 0x87;
    CHECK_FALSE(isdn::named_interface(restart, 7));
    restart[9] = 0x18;
    CHECK_FALSE(isdn::named_interface(restart, 7));  // "all interfaces"
    restart[9] = 0x28;
    CHECK(isdn::restarts_interface(restart));
    restart[15] = 0x80;
    CHECK_FALSE(isdn::named_interface(restart, 7));
    CHECK_FALSE(isdn::restarts_interface(restart));
}

TEST_CASE("random octets are survived") {
    std::mt19937 random(7);
    std::vector<std::uint8_t> frame;
    unsigned found = 0;
    for (int i = 0; i < 20000; ++i) {
        frame.resize(random() % 40);
        for (auto& octet : frame)
            octet = static_cast<std::uint8_t>(random());
        if (frame.size() > 9) {
            frame[2] = 0;
            frame[4] = 0x08;
            frame[5] = static_cast<std::uint8_t>(random() % 4);
        }
        if (cause_location(frame)) ++found;
    }
    CHECK(found > 0);
}

TEST_CASE("names cross between Latin-1 and UTF-8, without control characters") {
    CHECK(isdn::name_to_wire("Jos\xc3\xa9") == "Jos\xe9");
    CHECK(isdn::name_from_wire("Jos\xe9") == "Jos\xc3\xa9");
    CHECK(isdn::name_to_wire("\xe2\x82\xac"
                             "5") == "?5");
    CHECK(isdn::name_from_wire("a\r\n\x1b[2Jb") == "a[2Jb");
    CHECK(isdn::name_to_wire("a\x07"
                             "b\xc3") == "ab?");
    CHECK(isdn::number_digits("+49 (30) 12-3*#") == "4930123*#");
}
