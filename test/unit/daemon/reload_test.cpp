// What a reload refuses, on a virtual board with two T1 spans.
#include "reload.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <numeric>

#include "tipring/hardware/simulator.hpp"

using namespace tipring;

namespace {

constexpr unsigned t1_timeslots = 24;

/// On the board's n-th T1, which is its n-th span.
config::Span t1(unsigned number, const std::string& name, bool with_d_channel = true) {
    config::Span span;
    span.number = number;
    span.name = name;
    span.first_channel = (number - 1) * t1_timeslots + 1;
    span.bearers.resize(with_d_channel ? t1_timeslots - 1 : t1_timeslots);
    std::iota(span.bearers.begin(), span.bearers.end(), span.first_channel);
    if (with_d_channel) span.d_channel = span.first_channel + t1_timeslots - 1;
    return span;
}

config::Config trunk_file() {
    config::Config config;
    auto trunk = t1(1, "main");
    trunk.nfas = {t1(2, "main")};
    trunk.nfas.front().interface = 1;
    config.spans = {std::move(trunk)};
    return config;
}

struct BoardOfTwoSpans {
    hardware::VirtualBoard virtual_board{{.t1 = 2}};
    std::unique_ptr<hardware::Board> near = virtual_board.near();
};

}  // namespace

TEST_CASE("a trunk whose member has channels that the board has not got is refused") {
    BoardOfTwoSpans board;
    const auto running = trunk_file();
    const auto problems = [&](const config::Config& loaded) {
        return daemon::reload_problems(running, loaded, *board.near);
    };
    CHECK(problems(running).empty());
    auto loaded = running;
    auto& member = loaded.spans.front().nfas.front();

    SECTION("B-channels") {
        member.bearers.back() = 99;
    }
    SECTION("backup D-channel") {
        member.d_channel = 99;
    }
    SECTION("span") {
        member.number = 3;
    }
    CHECK_FALSE(problems(loaded).empty());
}

TEST_CASE("a trunk of which nothing has changed may be missing") {
    hardware::VirtualBoard virtual_board({.fxs = 1});
    const auto board = virtual_board.near();
    auto loaded = trunk_file();
    loaded.spans.front().label = "Main number";
    CHECK(daemon::reload_problems(trunk_file(), loaded, *board).empty());
}

TEST_CASE("the simulator's network outlives its span, and refuses another one in its place") {
    BoardOfTwoSpans board;
    const std::vector<config::Span> networks{t1(1, "main")};
    config::Config without;
    const auto problems = [&](const config::Span& span) {
        config::Config loaded;
        loaded.spans = {span};
        return daemon::reload_problems(without, loaded, *board.near, networks);
    };
    CHECK(daemon::reload_problems(without, without, *board.near, networks).empty());
    CHECK(problems(t1(2, "second")).empty());
    auto span = t1(1, "main");
    span.label = "Main number";
    CHECK(problems(span).empty());

    SECTION("side") {
        span.side = config::SpanSide::network;
    }
    SECTION("switch") {
        span.switch_type = config::SwitchType::national;
    }
    SECTION("name") {
        span.name = "other";
    }
    SECTION("channels") {
        span.bearers.pop_back();
    }
    SECTION("a trunk of it") {
        span.nfas = {t1(2, "main")};
    }
    SECTION("the name for another") {
        span = t1(2, "main");
    }
    SECTION("its channels in another's trunk") {
        span = t1(2, "second");
        span.nfas = {t1(1, "second")};
    }
    CHECK(problems(span).size() == 1);
}
