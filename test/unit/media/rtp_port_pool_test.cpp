// Port pairs: parity, rotation, exhaustion, marking.
#include <netinet/in.h>
#include <netinet/ip.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <set>

#include "tipring/media/rtp_socket.hpp"

using namespace tipring::media;

TEST_CASE("pairs are even and odd, rotate, and come back") {
    RtpPortPool pool({41001, 41008, 46});  // whole pairs: 41002, 41004, 41006 (41008 has no odd partner)
    std::set<unsigned> ports;
    {
        std::vector<RtpSocket> sockets;
        for (int i = 0; i < 3; ++i) {
            auto socket = pool.open("127.0.0.1");
            REQUIRE(socket.has_value());
            CHECK(socket->local_port % 2 == 0);
            ports.insert(socket->local_port);
            sockets.push_back(std::move(*socket));
        }
        CHECK(ports == std::set<unsigned>{41002, 41004, 41006});
        CHECK(pool.in_use() == 3);
        const auto none = pool.open("127.0.0.1");
        REQUIRE_FALSE(none.has_value());
        CHECK(none.error().message.find("41001-41008") != std::string::npos);
    }
    CHECK(pool.in_use() == 0);
    const auto first = pool.open("127.0.0.1").value().local_port;
    const auto second = pool.open("127.0.0.1").value().local_port;
    CHECK(first != second);
}

TEST_CASE("a port that another program holds is passed over, with its pair") {
    RtpPortPool owner({41022, 41023, 0});
    const auto held = owner.open("127.0.0.1").value();
    RtpPortPool pool({41020, 41025, 0});
    CHECK(pool.open("127.0.0.1").value().local_port == 41020);
    CHECK(pool.open("127.0.0.1").value().local_port == 41024);
}

TEST_CASE("sockets carry the DSCP, on IPv4 and IPv6") {
    RtpPortPool pool({41040, 41059, 46});
    const auto v4 = pool.open("127.0.0.1").value();
    int value = 0;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(v4.rtp.get(), IPPROTO_IP, IP_TOS, &value, &size) == 0);
    CHECK(value == 46 << 2);
    const auto v6 = pool.open("::1");
    if (!v6) {
        WARN("no IPv6 loopback here: " << v6.error().message);
        return;
    }
    size = sizeof value;
    REQUIRE(::getsockopt(v6->rtcp.get(), IPPROTO_IPV6, IPV6_TCLASS, &value, &size) == 0);
    CHECK(value == 46 << 2);
}

TEST_CASE("errors name what is wrong") {
    RtpPortPool pool({41060, 41069, 46});
    CHECK(pool.open("voip.example").error().message.find("voip.example") != std::string::npos);
    CHECK(pool.open("192.0.2.77").error().message.find("192.0.2.77") != std::string::npos);
    RtpPortPool empty({41061, 41061, 46});
    CHECK(empty.open("127.0.0.1").error().message.find("41061-41061") != std::string::npos);
}

TEST_CASE("a lease outlives its pool") {
    auto pool = std::make_unique<RtpPortPool>(RtpPortRange{41070, 41079, 46});
    auto socket = pool->open("127.0.0.1").value();
    pool.reset();
    socket.lease.reset();
    CHECK(socket.rtp);
}
