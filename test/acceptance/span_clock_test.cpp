// The system's time is set by an hour during calls of a span, with its timers running. Only the daemon sees it
// (libfaketime in front of the C library: CLOCK_REALTIME and gettimeofday(), not the monotonic clock).
#include <glob.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <catch2/catch.hpp>
#include <cstdlib>

#include "sanitizers.hpp"
#include "support/full_span.hpp"
#include "support/gateway.hpp"
#include "support/sipp.hpp"
#include "support/talk.hpp"
#include "support/world.hpp"
#include "tipring/base/fd.hpp"

using namespace tipring;
using namespace tipring::acceptance;
using namespace std::chrono_literals;

namespace {

constexpr auto t309 = 10s, digit_timeout = 15s;

/// Of whatever architecture; "" when it is not installed.
std::string fake_time_library() {
    std::string path;
    glob_t found{};
    if (::glob("/usr/lib/*/faketime/libfaketimeMT.so.1", 0, nullptr, &found) == 0) path = found.gl_pathv[0];
    ::globfree(&found);
    return path;
}

/// For the programs that are started meanwhile.
class Environment {
  public:
    explicit Environment(std::vector<std::pair<const char*, std::string>> values)
        : values_(std::move(values)) {
        for (const auto& [name, value] : values_)
            ::setenv(name, value.c_str(), 1);
    }
    ~Environment() {
        for (const auto& [name, value] : values_)
            ::unsetenv(name);
    }
    Environment(const Environment&) = delete;
    Environment& operator=(const Environment&) = delete;

  private:
    std::vector<std::pair<const char*, std::string>> values_;
};

std::string clock_map(const World& world) {
    return "country: us\n" + world.board_yaml() +
           "sip:\n  listen: 127.0.0.1:5060\n  accounts:\n"
           "    - {name: office, server: 127.0.0.1:5091, mode: peer}\n"
           "    - {name: callers, server: 127.0.0.1:5092, mode: peer}\n"
           "    - {name: silent, server: 127.0.0.1:5093, mode: peer, dead_after: 32s}\n"
           "spans:\n  - {span: " +
           std::to_string(world.span()) + ", name: main, channels: " + world.span_channels() +
           ", overlap: receiving, digit_timeout: " + std::to_string(digit_timeout.count()) +
           "s, digit_map: xxxxxxx, timers: {T200: 100ms, T203: 1s, T309: " + std::to_string(t309.count()) +
           "s, T316: 1s}}\n"
           "routes:\n"
           "  - {name: outside, called: 0x., strip: 1, to: [span main]}\n"
           "  - {name: silent, called: 8xxxxxx, from: [span main], to: [sip silent]}\n"
           "  - {name: office, from: [span main], to: [sip office]}\n";
}

/// A SIP server that says nothing; how many requests came.
class SilentServer {
  public:
    explicit SilentServer(std::uint16_t port)
        : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        REQUIRE(::bind(fd_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0);
    }
    unsigned requests() {
        char text[4096];
        while (::recv(fd_.get(), text, sizeof text, 0) > 0)
            ++requests_;
        return requests_;
    }

  private:
    base::Fd fd_;
    unsigned requests_ = 0;
};

struct SteppedSpan {
    TemporaryFolder folder;
    std::unique_ptr<World> world = World::make(folder);
    std::string clock = folder.file("clock");
    std::unique_ptr<Gateway> gateway;
    std::unique_ptr<farend::IsdnNetwork> network =
        world->isdn_network({.overlap = true, .answer_after = 0ms});
    Sipp server = Sipp::server(folder, 5091);

    SteppedSpan() {
        step("+0");
        const auto library = fake_time_library();
        REQUIRE_FALSE(library.empty());
        {
            const Environment environment({{"LD_PRELOAD", library},
                                           {"FAKETIME_TIMESTAMP_FILE", clock},
                                           {"FAKETIME_NO_CACHE", "1"},
                                           {"FAKETIME_DONT_FAKE_MONOTONIC", "1"},
                                           {"DONT_FAKE_MONOTONIC", "1"}});
            gateway = std::make_unique<Gateway>(folder, clock_map(*world));
        }
        REQUIRE(network->wait_up(patience));
        REQUIRE(gateway->wait_span_idle(whole_span, patience));
    }

    void step(const std::string& by) const {
        write_file(clock + ".new", by);
        REQUIRE(::rename((clock + ".new").c_str(), clock.c_str()) == 0);
    }
    std::int64_t count(const char* what) const { return main_span_count(*gateway, what); }
    /// The daemon's time of the newest frame.
    std::int64_t newest_frame_s() const {
        const auto page =
            gateway->call("span.trace", {{"span", "main"}, {"after", count_frames()}}).as_object();
        return page.at("frames").as_array().back().as_object().at("time_us").to_number<std::int64_t>() /
               1000000;
    }
    std::int64_t count_frames() const {
        std::int64_t last = 0;
        for (;;) {
            const auto page = gateway->call("span.trace", {{"span", "main"}, {"after", last}}).as_object();
            const auto next = page.at("last").to_number<std::int64_t>();
            if (page.at("frames").as_array().empty() || next <= last) return last - 1;
            last = next;
        }
    }
};

}  // namespace

// A sanitizer and libfaketime both want to be the first library.
#if !TIPRING_ASAN && !TIPRING_TSAN
TEST_CASE("chaos: the system's time is set by an hour during calls, and no timer minds",
          "[pri][sip][chaos][simulator]") {
    const std::string by = GENERATE("+3600", "-3600");
    CAPTURE(by);
    SteppedSpan span;
    const auto before = span.newest_frame_s();
    const auto losses = span.count("d_channel_losses");
    const auto held = span.network->place_call("5550100", "", "7000000");
    REQUIRE(held->wait_state("connected", patience));
    const auto uptime = span.gateway->call("status").as_object().at("uptime_s").to_number<std::int64_t>();

    farend::IsdnCallInfo beginning;  // of a number; T302 runs
    beginning.calling = "5550100";
    beginning.called = "7";
    beginning.complete = false;
    const auto dialling = span.network->place_call(beginning);
    REQUIRE(dialling->wait_state("overlap", patience));
    auto caller = Sipp::caller(span.folder, 5092, "0555",
                               {.count = 40, .per_second = 10, .shortest = 200ms, .longest = 900ms});
    REQUIRE(eventually(patience, [&] { return span.network->totals().connected > 5; }));
    SilentServer silent(5093);
    const auto unanswered = span.network->place_call("5550100", "", "8000000");
    REQUIRE(eventually(patience, [&] { return silent.requests() >= 1; }));
    REQUIRE(dialling->state() == "overlap");
    span.step(by);
    REQUIRE(eventually(patience, [&] { return std::abs(span.newest_frame_s() - before) > 3000; }));

    // INVITE again after 0.5 s, 1 s more and so on (RFC 3261 17.1.1.2), and no time-out after an hour that was none.
    const bool repeated = eventually(
        patience, [&, before_step = silent.requests()] { return silent.requests() > before_step; });
    CHECK(unanswered->state() == "proceeding");

    const auto after = span.gateway->call("status").as_object().at("uptime_s").to_number<std::int64_t>();
    CHECK(after >= uptime);
    CHECK(after < uptime + 3000);
    CHECK(caller.process().wait(3 * patience) == 0);  // every one of the calls that came and went meanwhile
    CHECK(held->state() == "connected");
    CHECK(repeated);
    unanswered->hang_up(16);
    REQUIRE(dialling->wait_state("released", patience + digit_timeout));
    CHECK(dialling->cause() == 28);
    CHECK(span.count("d_channel_losses") == losses);

    REQUIRE(eventually(patience, [&] { return span.gateway->calls() == 1; }));
    // T309 and what follows: neither at once nor after an hour.
    const base::ChannelNumber wire{static_cast<unsigned>(std::stoul(span.world->span_channels()))};
    span.world->virtual_board()->set_faults(wire, {.unplugged = true});
    REQUIRE(eventually(patience, [&] { return !main_span(*span.gateway).at("d_channel_up").as_bool(); }));
    span.step(by == "+3600" ? "+7200" : "-7200");
    CHECK(span.gateway->calls() == 1);
    CHECK(span.gateway->wait_no_calls(patience + t309));
    span.world->virtual_board()->set_faults(wire, {});
    REQUIRE(span.gateway->wait_span_up(patience));
    CHECK(held->wait_state("released", patience));
    check_span_idle(*span.gateway, *span.network);  // T316, too
    check_span_carries_all(*span.gateway, *span.network, "7000000");
    CHECK(span.count("repairs") == 0);
}
#endif
