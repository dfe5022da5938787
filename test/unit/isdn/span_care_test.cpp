// Holding a B-channel, loops, the watch over a line, and what a bit-error test comes to.
#include <catch2/catch.hpp>

#include "log_capture.hpp"
#include "manual_reactor.hpp"
#include "span_bench.hpp"
#include "tipring/isdn/span_care.hpp"

using namespace tipring;
using namespace tipring::test;
using namespace std::chrono_literals;
using Catch::Contains;
using hardware::SpanLoop;
using isdn::BearerState;

namespace {

/// A board with one span whose line is what the test says.
struct LineBoard final : hardware::Board {
    std::string_view name() const override { return "test"; }
    base::Result<std::vector<hardware::ChannelInfo>> channels() override { return base::fail("none"); }
    base::Result<std::vector<hardware::SpanInfo>> spans() override { return base::fail("none"); }
    base::Result<hardware::Channel> open(base::ChannelNumber, const hardware::ChannelOptions&) override {
        return base::fail("none");
    }
    base::Result<std::unique_ptr<hardware::DChannel>> open_d_channel(base::ChannelNumber) override {
        return base::fail("none");
    }
    base::Result<hardware::SpanSettings> span_settings(base::SpanNumber) override { return settings; }
    base::Result<hardware::SpanReading> read_span(base::SpanNumber) override {
        if (silent) return base::fail("the card is gone");
        return reading;
    }
    base::Result<void> set_loop(base::SpanNumber, SpanLoop with) override {
        if (silent) return base::fail("span 1: its driver cannot do that");
        loop = with;
        return {};
    }
    hardware::SpanSettings settings;
    hardware::SpanReading reading;
    SpanLoop loop = SpanLoop::off;
    bool silent = false;
};

struct CaredSpan {
    CaredSpan() {
        board.settings.number = {1};
        board.settings.type = hardware::SpanType::e1;
    }
    isdn::SpanCare care() {
        return isdn::SpanCare({.reactor = clock,
                               .board = board,
                               .engine = engine,
                               .spans =
                                   [this] {
                                       return there ? std::vector<isdn::Span*>{bench.span.get()}
                                                    : std::vector<isdn::Span*>{};
                                   },
                               .on_event =
                                   [this](std::string_view event, const isdn::Span&, std::string_view word) {
                                       events += std::string(event) + " " + std::string(word) + "\n";
                                   }});
    }
    ManualReactor clock;
    LineBoard board;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    Bench bench;
    std::string events;
    bool there = true;
};

/// A channel whose write buffer is full: each block for it is lost.
struct FullBearer final : hardware::Bearer {
    int descriptor() const noexcept override { return -1; }
    std::uint32_t event_poll_mask() const noexcept override { return 0; }
    ReadResult read(std::span<std::uint8_t, hardware::block_samples>) noexcept override {
        if (blocks == 0) return {};
        --blocks;
        return {ReadStatus::block, {}};
    }
    bool write(std::span<const std::uint8_t, hardware::block_samples>) noexcept override { return false; }
    unsigned blocks = 0;
};

struct LentBearer final : isdn::BearerHold {
    LentBearer(media::EndpointId id, const bool& there) : endpoint_(id), there_(there) {}
    media::EndpointId endpoint() const override { return endpoint_; }
    bool alive() const override { return there_; }

  private:
    media::EndpointId endpoint_;
    const bool& there_;
};

BearerState bearer_state(const isdn::Span& span, unsigned position) {
    for (const auto& row : span.view().bearers) {
        if (row.position == position) return row.state;
    }
    FAIL("no such bearer");
    return BearerState::idle;
}

}  // namespace

TEST_CASE("a held channel is busy, is given back always, and calls go around it") {
    Bench bench;
    REQUIRE(bench.up());
    auto hold = bench.span->hold(1);
    REQUIRE(hold.has_value());
    CHECK((*hold)->alive());
    CHECK((*hold)->endpoint().value == 1001);
    CHECK(bench.audio->running[1]);
    CHECK(bearer_state(*bench.span, 1) == BearerState::in_use);
    CHECK(isdn::calls_of(bench.span->view()) == 0);
    CHECK_THAT(bench.span->hold(1).error().message, Contains("channel 1 of span 1 is busy"));
    CHECK_THAT(bench.span->hold(16).error().message, Contains("no B-channel in timeslot 16"));

    Listener listener;
    const auto leg = bench.dial(listener);
    REQUIRE(leg);
    CHECK(bearer_state(*bench.span, 2) == BearerState::in_use);
    CHECK(isdn::calls_of(bench.span->view()) == 1);
    CHECK_FALSE(bench.span->hold(2).has_value());

    SECTION("by its holder") {
        hold->reset();
        CHECK_FALSE(bench.audio->running[1]);
        CHECK(bearer_state(*bench.span, 1) == BearerState::idle);
        CHECK(bench.span->hold(1).has_value());
    }
    SECTION("when the span goes") {
        bench.span->shut_down();
        CHECK_FALSE((*hold)->alive());
        CHECK_FALSE(bench.audio->running[1]);
        CHECK_FALSE(bench.span->hold(3).has_value());
    }
    SECTION("when the driver takes the channel away") {
        bench.audio->on_line_event(1, hardware::LineEventKind::removed);
        CHECK_FALSE((*hold)->alive());
        CHECK(bearer_state(*bench.span, 1) == BearerState::out_of_service);
    }
}

TEST_CASE("a channel that does not work is not held") {
    Bench bench;
    bench.audio->fails = true;
    CHECK_FALSE(bench.span->hold(1).has_value());
    CHECK(bench.span->view().in_use == 0);
}

TEST_CASE("a SETUP that wants a held channel and no other is refused") {
    Bench bench({.side = config::SpanSide::network});
    REQUIRE(bench.up());
    const auto hold = bench.span->hold(1);
    REQUIRE(hold.has_value());
    bench.peer->link.setup({.caller = {}, .called = "123", .channel = 1, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->last(isdn::LinkEventKind::released) != nullptr; }));
    CHECK(bench.peer->last(isdn::LinkEventKind::released)->cause == 44);
    CHECK((*hold)->alive());
}

TEST_CASE("a loop is refused while calls are up, and taken away at the end") {
    CaredSpan cared;
    REQUIRE(cared.bench.up());
    Listener listener;
    auto leg = cared.bench.dial(listener);
    REQUIRE(leg);
    {
        auto care = cared.care();
        auto& span = *cared.bench.span;
        CHECK_THAT(care.set_loop(span, SpanLoop::local, false).error().message, Contains("carries 1 call"));
        CHECK(cared.board.loop == SpanLoop::off);
        CHECK(care.set_loop(span, SpanLoop::remote, true).has_value());
        CHECK(cared.board.loop == SpanLoop::remote);
        CHECK(care.sheet(span).loop == SpanLoop::remote);
        CHECK(cared.events == "span.loop remote\n");
    }
    CHECK(cared.board.loop == SpanLoop::off);
    auto care = cared.care();
    cared.board.silent = true;
    CHECK_THAT(care.set_loop(*cared.bench.span, SpanLoop::local, true).error().message, Contains("cannot"));
    CHECK(care.sheet(*cared.bench.span).loop == SpanLoop::off);
}

TEST_CASE("a looped span carries no calls even when its driver reports no alarm, and can be tested") {
    CaredSpan cared;
    auto& bench = cared.bench;
    REQUIRE(bench.up());
    Listener cut, refused;
    auto leg = bench.dial(cut);
    REQUIRE(leg);
    auto care = cared.care();
    REQUIRE(care.set_loop(*bench.span, SpanLoop::local, true).has_value());
    REQUIRE(bench.until([&] { return cut.has("released"); }));
    CHECK(cut.cause->value == 41);
    CHECK(cut.cause->why == call::Why::by_operator);
    REQUIRE(bench.until([&] { return bench.span->view().in_use == 0; }));
    CHECK(bearer_state(*bench.span, 1) == BearerState::alarm);
    CHECK_FALSE(bench.dial(refused));
    CHECK(bench.refused.value == 38);
    CHECK_THAT(bench.refused.detail, Contains("looped"));
    bench.peer->link.setup({.caller = {}, .called = "123", .channel = 3, .exclusive = true});
    REQUIRE(bench.until([&] { return bench.peer->last(isdn::LinkEventKind::released) != nullptr; }));
    CHECK(bench.peer->last(isdn::LinkEventKind::released)->cause == 44);
    {
        const auto hold = bench.span->hold(3);
        REQUIRE(hold.has_value());
        REQUIRE(care.set_loop(*bench.span, SpanLoop::payload, false).has_value());
        CHECK((*hold)->alive());
    }
    care.start();
    bench.span->set_looped(false);  // as a span that was opened in the place of a missing one
    cared.clock.advance(1s);
    CHECK(bearer_state(*bench.span, 1) == BearerState::alarm);
    SECTION("until it is taken away") {
        REQUIRE(care.set_loop(*bench.span, SpanLoop::off, false).has_value());
    }
    SECTION("or the gateway stops") {
        care.shut_down();
    }
    CHECK(bench.span->view().idle == 30);
    leg = bench.dial(refused);
    CHECK(leg);
}

TEST_CASE("the watch looks each second, and tells of unavailable time") {
    CaredSpan cared;
    auto care = cared.care();
    care.start();
    CHECK(care.health(*cared.bench.span) == nullptr);
    cared.clock.advance(20s);
    CHECK(care.health(*cared.bench.span)->day().seconds == 20);
    cared.board.reading.alarms.set(hardware::SpanAlarm::los);
    cared.clock.advance(12s);
    CHECK(care.health(*cared.bench.span)->unavailable());
    cared.board.reading.alarms = {};
    cared.clock.advance(12s);
    CHECK(cared.events == "span.unavailable line\nspan.available line\n");
    cared.board.silent = true;
    cared.clock.advance(5s);
    const auto day = care.health(*cared.bench.span)->day();
    CHECK(day.unread == 5);
    CHECK(day.unavailable == 12);
    CHECK(day.counts_it(isdn::HealthCount::d_channel_losses));
    CHECK_FALSE(day.counts_it(isdn::HealthCount::slips));
    care.shut_down();
    CHECK(cared.clock.timers() == 0);
}

TEST_CASE("what the driver has otherwise is logged at start, and later what is new of it") {
    CaredSpan cared;
    cared.board.settings.framing = hardware::Framing::ccs;
    cared.board.settings.coding = hardware::Coding::hdb3;
    auto care = cared.care();
    const auto expect = [&](const std::string& framing, const std::string& coding) {
        auto settings = cared.bench.span->settings();
        settings.line.framing = framing;
        settings.line.coding = coding;
        REQUIRE(cared.bench.span->adopt(settings));
    };
    const auto warnings = [](const std::function<void()>& task) {
        std::string keys;
        for (const auto& line : logged(task)) {
            for (const std::string key : {"framing", "coding"}) {
                if (line.find(key) != std::string::npos) keys += key + " ";
            }
        }
        return keys;
    };
    expect("cas", "");
    CHECK(warnings([&] { care.start(); }) == "framing ");
    CHECK(warnings([&] { care.lines_changed(); }).empty());
    expect("cas", "ami");
    CHECK(warnings([&] { care.lines_changed(); }) == "coding ");
    SECTION("a span that has agreed meanwhile") {
        expect("", "");
        CHECK(warnings([&] { care.lines_changed(); }).empty());
        expect("", "ami");
        CHECK(warnings([&] { care.lines_changed(); }) == "coding ");
    }
    SECTION("a span that was taken out of the port map, and comes back") {
        cared.there = false;
        CHECK(warnings([&] { care.lines_changed(); }).empty());
        cared.there = true;
        CHECK(warnings([&] { care.lines_changed(); }) == "framing coding ");
    }
    SECTION("not while the gateway stops") {
        care.shut_down();
        expect("d4", "");
        CHECK(warnings([&] { care.lines_changed(); }).empty());
    }
}

TEST_CASE("a test to which nothing comes back gives up, and gives the channel back") {
    CaredSpan cared;
    auto care = cared.care();
    std::string progress;
    std::optional<isdn::BitErrorResult> result;
    const isdn::BitErrorObserver observer{.progress = [&](std::string_view what) { progress = what; },
                                          .done = [&](const isdn::BitErrorResult& with) { result = with; }};
    auto test = care.start_test(*cared.bench.span, {.timeslot = 3}, observer);
    REQUIRE(test.has_value());
    CHECK_FALSE(care.start_test(*cared.bench.span, {.timeslot = 3}, observer).has_value());
    cared.clock.advance(4s);
    CHECK_THAT(progress, Contains("4 s of 10 s: waiting for the pattern"));
    SECTION("by itself") {
        cared.clock.advance(1s);
        REQUIRE(result);
        CHECK(result->ended == "nothing came back");
        CHECK_THAT(isdn::judge_bit_errors(*result).words,
                   Contains("is the channel looped at the other end?"));
    }
    SECTION("with the gateway") {
        care.shut_down();
        REQUIRE(result);
        CHECK(result->ended == "the gateway stops");
        CHECK(isdn::judge_bit_errors(*result).words == "the gateway stops before the pattern was found");
        CHECK_FALSE(care.start_test(*cared.bench.span, {.timeslot = 3}, observer).has_value());
    }
    SECTION("with the span") {
        cared.bench.span->shut_down();
        cared.clock.advance(1s);
        REQUIRE(result);
        CHECK(result->ended == "the span has gone");
        CHECK(isdn::judge_bit_errors(*result).words == "the span has gone before the pattern was found");
    }
    SECTION("with whoever wanted it") {
        *test = nullptr;
        CHECK_FALSE(result);
    }
    CHECK(cared.bench.span->view().in_use == 0);
}

TEST_CASE("a bit-error test whose span goes knows the blocks that were lost until then") {
    ManualReactor clock;
    media::Engine engine{media::EngineOptions{.realtime_priority = 0, .lock_memory = false}};
    FullBearer bearer;
    auto time = std::chrono::steady_clock::time_point{} + 1s;
    const auto tick = [&] {
        engine.tick(time += 10ms);
        engine.dispatch();
    };
    const auto line = engine.add_line(bearer, {}, [](const media::Event&) {});
    engine.start_line(line);
    tick();
    REQUIRE(engine.line_stats(line).write_overruns > 0);  // of the time before the test

    bool there = true;
    std::optional<isdn::BitErrorResult> result;
    const auto test = std::make_shared<isdn::BitErrorTest>(
        clock, engine, std::make_unique<LentBearer>(line, there), isdn::BitErrorRequest{},
        isdn::BitErrorObserver{.progress = {},
                               .done = [&](const isdn::BitErrorResult& with) { result = with; }});
    for (bearer.blocks = 2; bearer.blocks > 0;)
        tick();
    clock.advance(1s);
    there = false;
    engine.remove(line);
    tick();
    REQUIRE(engine.line_stats(line).write_overruns == 0);
    clock.advance(1s);
    REQUIRE(result);
    CHECK(result->ended == "the span has gone");
    CHECK(result->blocks_lost == 2);
}

TEST_CASE("a bit-error test may be destroyed by whoever hears of its progress") {
    CaredSpan cared;
    auto care = cared.care();
    unsigned told = 0;
    base::Result<std::shared_ptr<isdn::BitErrorTest>> test = base::fail("not yet");
    const isdn::BitErrorObserver observer{.progress =
                                              [&](std::string_view) {
                                                  ++told;
                                                  *test = nullptr;
                                              },
                                          .done = [](const isdn::BitErrorResult&) { FAIL("it is gone"); }};
    test = care.start_test(*cared.bench.span, {.timeslot = 3}, observer);
    REQUIRE(test.has_value());
    cared.clock.advance(10s);
    CHECK(told == 1);
    CHECK(cared.clock.timers() == 0);
    CHECK(cared.bench.span->view().in_use == 0);
}

TEST_CASE("the verdict on a bit-error test") {
    isdn::BitErrorResult result;
    CHECK(isdn::judge_bit_errors(result).grade == "none");
    result.report = {.bits = 10'000'000, .errors = 0, .losses = 0, .in_sync = true, .found = true};
    CHECK(isdn::judge_bit_errors(result).grade == "good");
    result.report.errors = 9;
    CHECK(isdn::judge_bit_errors(result).grade == "good");
    CHECK(isdn::judge_bit_errors(result).words == "9 wrong bits in 10000000, an error ratio of 9.0e-07");
    result.report.errors = 10;
    CHECK(isdn::judge_bit_errors(result).grade == "poor");
    result.report.errors = 10'000;
    CHECK(isdn::judge_bit_errors(result).grade == "bad");
    result.report.errors = 0;
    result.report.losses = 2;
    CHECK(isdn::judge_bit_errors(result).grade == "bad");
    CHECK_THAT(isdn::judge_bit_errors(result).words,
               Contains("lost 2 times: slips (check the clock source)"));
    result.blocks_lost = 3;
    CHECK(isdn::judge_bit_errors(result).grade == "none");
    CHECK_THAT(isdn::judge_bit_errors(result).words, Contains("this machine lost 3 blocks"));
}
