// Lines on a virtual board, with a clock that the test moves.
#include "lines.hpp"

#include <catch2/catch.hpp>

#include "manual_reactor.hpp"
#include "tipring/hardware/simulator.hpp"

using namespace tipring;
using namespace std::chrono_literals;

namespace {

/// Counts how often each channel is asked for.
class CountingBoard final : public hardware::Board {
  public:
    std::string_view name() const override { return near_->name(); }
    base::Result<std::vector<hardware::ChannelInfo>> channels() override { return near_->channels(); }
    base::Result<std::vector<hardware::SpanInfo>> spans() override { return near_->spans(); }
    base::Result<hardware::Channel> open(base::ChannelNumber number,
                                         const hardware::ChannelOptions& options) override {
        ++tries[number.value];
        return near_->open(number, options);
    }
    base::Result<std::unique_ptr<hardware::DChannel>> open_d_channel(base::ChannelNumber number) override {
        return near_->open_d_channel(number);
    }

    std::map<unsigned, unsigned> tries;

  private:
    hardware::VirtualBoard virtual_board_{{.fxs = 2}};
    std::unique_ptr<hardware::Board> near_ = virtual_board_.near();
};

config::Port telephone_port(unsigned channel, const std::string& number) {
    config::Port port;
    port.channel = channel;
    port.number = number;
    port.digit_map = "x.T";
    return port;
}

struct LinesBench {
    test::ManualReactor reactor;
    config::Config config;
    CountingBoard board;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    call::CallManager calls{reactor, engine, {}};
    telemetry::EventLog events;
    daemon::Lines lines{{.reactor = reactor,
                         .config = config,
                         .board = board,
                         .engine = engine,
                         .calls = calls,
                         .events = events,
                         .on_replaced = [] {}}};

    ~LinesBench() { lines.shut_down(); }
};

}  // namespace

TEST_CASE("a dead channel is tried as seldom as ever while another line waits for a reload") {
    constexpr unsigned alive = 1, dead = 9;
    LinesBench bench;
    bench.config.country = "us";
    bench.config.ports = {telephone_port(alive, "201"), telephone_port(dead, "209")};
    REQUIRE(bench.lines.open().has_value());
    REQUIRE(bench.lines.missing() == 1);
    call::Cause why;
    const auto leg = bench.lines.ports().front()->exit().open(base::LegId{1}, {}, why);
    REQUIRE(leg);
    bench.config.ports.front().number = "205";
    CHECK(bench.lines.adopt().empty());
    REQUIRE(bench.lines.waiting().size() == 1);

    bench.board.tries.clear();
    bench.reactor.advance(20s);
    CHECK(bench.lines.waiting().size() == 1);
    CHECK(bench.board.tries[alive] == 0);
    CHECK(bench.board.tries[dead] == 4);
}

TEST_CASE(
    "a channel that a reload brings is tried often until it is there or given up, the dead one beside it "
    "not") {
    constexpr unsigned alive = 1, dead = 9, fresh = 10;
    LinesBench bench;
    bench.config.country = "us";
    bench.config.ports = {telephone_port(alive, "201"), telephone_port(dead, "209")};
    REQUIRE(bench.lines.open().has_value());
    bench.config.ports.push_back(telephone_port(fresh, "210"));
    CHECK(bench.lines.adopt().size() == 1);
    REQUIRE(bench.lines.settling());

    bench.board.tries.clear();
    bench.reactor.advance(5s);
    CHECK_FALSE(bench.lines.settling());
    CHECK(bench.board.tries[dead] == 1);
    CHECK(bench.board.tries[fresh] > 10);
    bench.board.tries.clear();
    bench.reactor.advance(20s);
    CHECK(bench.board.tries[fresh] == 4);
}
