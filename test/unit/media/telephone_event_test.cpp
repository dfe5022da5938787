// RFC 4733 sender and receiver.
#include <catch2/catch.hpp>
#include <vector>

#include "telephone_event.hpp"

using namespace tipring::media;

namespace {

struct Seen {
    std::string digits;
    int ended = 0;

    void add(const TelephoneEventReceiver::Report& report) {
        if (report.ended) ++ended;
        if (!report.began) return;
        digits += std::to_string(*report.began);
        if (report.began_and_ended) ++ended;
    }
};

std::vector<TelephoneEventSender::Packet> sent(TelephoneEventSender& sender, int blocks) {
    std::vector<TelephoneEventSender::Packet> all;
    TelephoneEventSender::Packets out;
    for (; blocks > 0; --blocks) {
        for (const auto& packet : sender.step(out))
            all.push_back(packet);
    }
    return all;
}

TelephoneEvent event(std::uint8_t code, std::uint16_t duration, bool end = false) {
    return {code, end, 10, duration};
}

}  // namespace

TEST_CASE("telephone-event payload") {
    std::array<std::uint8_t, 4> octets;
    write_telephone_event({11, true, 7, 0x1234}, octets);
    CHECK(octets == std::array<std::uint8_t, 4>{11, 0x87, 0x12, 0x34});
    const auto parsed = parse_telephone_event(octets);
    REQUIRE(parsed);
    CHECK(parsed->code == 11);
    CHECK(parsed->end);
    CHECK(parsed->volume == 7);
    CHECK(parsed->duration == 0x1234);
    CHECK_FALSE(parse_telephone_event(std::span(octets).first(3)));
}

TEST_CASE("an event is sent with marker, updates of growing duration and three ends") {
    TelephoneEventSender sender;
    sender.configure(2);
    sender.start(5, 1000);
    auto packets = sent(sender, 10);
    sender.stop();
    const auto ends = sent(sender, 10);
    REQUIRE(packets.size() == 5);
    CHECK(packets[0].marker);
    for (std::size_t i = 0; i < packets.size(); ++i) {
        CHECK(packets[i].timestamp == 1000);
        CHECK(packets[i].event.code == 5);
        CHECK_FALSE(packets[i].event.end);
        CHECK(packets[i].event.duration == 80 + 160 * i);
        if (i > 0) CHECK_FALSE(packets[i].marker);
    }
    REQUIRE(ends.size() == 3);
    for (const auto& end : ends) {
        CHECK(end.event.end);
        CHECK(end.event.duration == 800);
        CHECK(end.timestamp == 1000);
        CHECK_FALSE(end.marker);
    }
}

TEST_CASE("a new event sends the rest of the old one's ends first") {
    TelephoneEventSender sender;
    sender.start(1, 0);
    sent(sender, 4);
    sender.stop();
    CHECK(sent(sender, 1).size() == 1);
    sender.start(2, 4000);
    const auto packets = sent(sender, 1);
    REQUIRE(packets.size() == 3);
    CHECK(packets[0].event.code == 1);
    CHECK(packets[1].event.end);
    CHECK(packets[2].event.code == 2);
    CHECK(packets[2].marker);
}

TEST_CASE("an event longer than the duration field goes on in a new segment and is still one digit") {
    TelephoneEventSender sender;
    TelephoneEventReceiver receiver;
    Seen seen;
    sender.start(9, 0xFFFFF000);
    for (const auto& packet : sent(sender, 2000)) {
        seen.add(receiver.receive(packet.event, packet.timestamp, packet.marker));
    }
    sender.stop();
    for (const auto& packet : sent(sender, 10)) {
        seen.add(receiver.receive(packet.event, packet.timestamp, packet.marker));
    }
    CHECK(seen.digits == "9");
    CHECK(seen.ended == 1);
}

TEST_CASE("each event is received once, whatever is lost") {
    TelephoneEventReceiver receiver;
    Seen seen;
    SECTION("complete") {
        for (std::uint16_t i = 1; i <= 5; ++i) {
            seen.add(receiver.receive(event(3, static_cast<std::uint16_t>(160 * i)), 1000, i == 1));
        }
        for (int i = 0; i < 3; ++i)
            seen.add(receiver.receive(event(3, 960, true), 1000, false));
    }
    SECTION("start lost") {
        seen.add(receiver.receive(event(3, 480), 1000, false));
        for (int i = 0; i < 3; ++i)
            seen.add(receiver.receive(event(3, 960, true), 1000, false));
    }
    SECTION("only one end arrives") {
        seen.add(receiver.receive(event(3, 960, true), 1000, false));
    }
    SECTION("all ends lost: it times out") {
        seen.add(receiver.receive(event(3, 160), 1000, true));
        for (int i = 0; i < 19; ++i)
            seen.add(receiver.step());
        CHECK(seen.ended == 0);
        for (int i = 0; i < 5; ++i)
            seen.add(receiver.step());
        // A straggler after that is not a new digit.
        seen.add(receiver.receive(event(3, 960, true), 1000, false));
    }
    SECTION("updates after the end") {
        seen.add(receiver.receive(event(3, 160), 1000, true));
        seen.add(receiver.receive(event(3, 960, true), 1000, false));
        seen.add(receiver.receive(event(3, 800), 1000, false));
    }
    SECTION("change of SSRC in the middle") {
        seen.add(receiver.receive(event(3, 160), 1000, true));
        seen.add(receiver.reset());
    }
    SECTION("a sender that moves the timestamp with each update") {
        for (std::uint16_t i = 1; i <= 5; ++i) {
            seen.add(
                receiver.receive(event(3, static_cast<std::uint16_t>(160 * i)), 1000U + 160U * i, i == 1));
        }
        seen.add(receiver.receive(event(3, 960, true), 1960, false));
    }
    CHECK(seen.digits == "3");
    CHECK(seen.ended == 1);
    CHECK_FALSE(receiver.active());
}

TEST_CASE("the same key twice is two digits, and old packets are none") {
    TelephoneEventReceiver receiver;
    Seen seen;
    seen.add(receiver.receive(event(7, 160), 0xFFFFFF00, true));
    seen.add(receiver.receive(event(7, 800, true), 0xFFFFFF00, false));
    seen.add(receiver.receive(event(7, 160), 0x400, true));
    seen.add(receiver.receive(event(7, 800, true), 0xFFFFFF00, false));  // out of order
    seen.add(receiver.receive(event(7, 800, true), 0x400, false));
    CHECK(seen.digits == "77");
    CHECK(seen.ended == 2);
}

TEST_CASE("without end and marker, a short duration tells a new press of the same key") {
    TelephoneEventReceiver receiver;
    Seen seen;
    seen.add(receiver.receive(event(7, 160), 1000, true));
    seen.add(receiver.receive(event(7, 640), 1000, false));
    seen.add(receiver.receive(event(7, 320), 3000, false));
    CHECK(seen.digits == "77");
    CHECK(seen.ended == 1);
}

TEST_CASE("a new event ends the one before; codes that are no DTMF are ignored") {
    TelephoneEventReceiver receiver;
    Seen seen;
    seen.add(receiver.receive(event(16, 160), 500, true));
    CHECK(seen.digits.empty());
    seen.add(receiver.receive(event(1, 160), 1000, true));
    seen.add(receiver.receive(event(2, 160), 2000, true));
    CHECK(seen.digits == "12");
    CHECK(seen.ended == 1);
    CHECK(receiver.active());
}
