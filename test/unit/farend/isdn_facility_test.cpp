// The Facility elements of transfers, octet by octet, and what becomes of frames by them.
#include "isdn_facility.hpp"

#include <catch2/catch.hpp>
#include <random>
#include <sstream>

#include "transfer_frames.hpp"

using namespace tipring;
using farend::IsdnTransfers;
using farend::facility::Octets;
using farend::facility::Request;

namespace {

Octets octets_of(const std::string& hex) {
    Octets result;
    std::istringstream words(hex);
    for (std::string word; words >> word;)
        result.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
    return result;
}

/// "62 1c 03 ...": the type and the elements, in call 5 that the sender has begun.
Octets message(const std::string& hex, bool begun_by_sender = true) {
    auto frame = octets_of(begun_by_sender ? "02 01 00 00 08 02 00 05" : "02 01 00 00 08 02 80 05");
    const auto rest = octets_of(hex);
    frame.insert(frame.end(), rest.begin(), rest.end());
    frame.resize(frame.size() + 2);
    return frame;
}

// As libpri's user side writes them.
const std::string initiate = "62 1c 14 91 a1 11 02 01 07 06 07 2a 86 48 ce 15 00 08 30 03 02 01 06";
const std::string indication = "05 1c 0a 11 be a1 06 02 01 01 02 01 01 6c 02 81 31";
const std::string third_party = "62 1c 14 11 be a1 10 02 01 02 02 01 02 30 08 80 03 01 fb d1 81 01 00";

}  // namespace

TEST_CASE("the requests of a user are read from its messages") {
    const auto two_channels = farend::facility::request_in(message(initiate));
    REQUIRE(two_channels);
    CHECK(two_channels->kind == Request::Kind::two_channels);
    CHECK(two_channels->reference == 5);
    CHECK(two_channels->invoke == 7);
    CHECK(two_channels->value == 6);
    const auto identity = farend::facility::request_in(message(indication));
    REQUIRE(identity);
    CHECK(identity->kind == Request::Kind::identity);
    const auto joins = farend::facility::request_in(message(third_party, false));
    REQUIRE(joins);
    CHECK(joins->kind == Request::Kind::third_party);
    CHECK(joins->reference == 0x8005);
    CHECK(joins->value == 130001);
    // A call that the network has begun has the flag in its reference, and the number a sign.
    const auto theirs = farend::facility::request_in(
        message("62 1c 16 91 a1 13 02 01 07 06 07 2a 86 48 ce 15 00 08 30 05 02 03 00 80 06"));
    REQUIRE(theirs);
    CHECK(theirs->value == 0x8006);
    // Another operation, a result, and an element that is too long.
    for (const auto* other : {"62 1c 14 91 a1 11 02 01 07 06 07 2a 86 48 ce 15 00 04 30 03 02 01 06",
                              "62 1c 06 91 a2 03 02 01 07", "62 1c 30 91 a1 03 02 01 07", "62"})
        CHECK_FALSE(farend::facility::request_in(message(other)));
}

TEST_CASE("no octets are read beyond a frame") {
    std::mt19937 random(1);
    for (const auto& whole : {message(initiate), message(indication), message(third_party)}) {
        for (std::size_t length = 0; length < whole.size(); ++length) {
            const Octets part(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
            (void)farend::facility::request_in(part);
        }
        for (int i = 0; i < 2000; ++i) {
            auto frame = whole;
            frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
            frame[random() % frame.size()] = static_cast<std::uint8_t>(random());
            (void)farend::facility::request_in(frame);
            CHECK(farend::facility::with_facility(frame, {0x91}).size() >= frame.size());
        }
    }
}

TEST_CASE("answers are written as the user reads them") {
    const Request request{.kind = Request::Kind::two_channels, .reference = 5, .invoke = 7, .value = 6};
    CHECK(farend::facility::result_of(request) == octets_of("91 a2 03 02 01 07"));
    CHECK(farend::facility::error_of(request) == octets_of("91 a3 06 02 01 07 02 01 00"));
    const Request rlt{.kind = Request::Kind::third_party, .reference = 5, .invoke = 2, .value = 1};
    CHECK(farend::facility::result_of(rlt) == octets_of("11 be a2 03 02 01 02"));
    CHECK(farend::facility::error_of(rlt) == octets_of("11 be a3 06 02 01 02 02 01 12"));
    CHECK(farend::facility::identity_result(130001) ==
          octets_of("11 be a2 0d 02 01 01 30 08 02 01 01 80 03 01 fb d1"));
}

TEST_CASE("a Facility element goes to its place among the others") {
    const Octets contents = octets_of("91 a2 03 02 01 07");
    CHECK(farend::facility::with_facility(message("07 18 03 a9 83 81 1e 02 82 88"), contents) ==
          message("07 18 03 a9 83 81 1c 06 91 a2 03 02 01 07 1e 02 82 88"));
    CHECK(farend::facility::with_facility(message("07"), contents) == message("07 1c 06 91 a2 03 02 01 07"));
    CHECK(farend::facility::as_facility(message("6e 27 01 82"), contents) ==
          message("62 1c 06 91 a2 03 02 01 07"));
    const auto supervisory = octets_of("02 01 01 04 00 00");
    CHECK(farend::facility::with_facility(supervisory, contents) == supervisory);
}

TEST_CASE("the frames of a network that joins, refuses, or does not hear") {
    farend::TransferFrames frames;
    CHECK(frames.take(message(indication)));
    CHECK(frames.take_requests().empty());
    CHECK(frames.outgoing(message("07", false)) ==
          message("07 1c 11 11 be a2 0d 02 01 01 30 08 02 01 01 80 03 01 fb d1", false));
    CHECK(frames.take(message(third_party)));
    const auto requests = frames.take_requests();
    REQUIRE(requests.size() == 1);
    CHECK(frames.other_call(requests.front()) == std::uint16_t{5});
    CHECK(frames.take_requests().empty());
    frames.answer(requests.front(), true);
    CHECK(frames.outgoing(message("6e 27 01 82", false)) == message("62 1c 07 11 be a2 03 02 01 02", false));
    CHECK(frames.outgoing(message("6e 27 01 f9", false)) == message("6e 27 01 f9", false));
    frames.set(IsdnTransfers::ignored);
    CHECK_FALSE(frames.take(message(initiate)));
    CHECK(frames.take(message(indication)));
    CHECK(frames.take_requests().empty());
}
