#include <catch2/catch.hpp>

#include "tipring/config/changes.hpp"
#include "tipring/config/loader.hpp"

using namespace tipring::config;
using namespace std::chrono_literals;

namespace {

const std::string small_map =
    "board: {simulator: {fxs: 4, e1: 2}}\n"
    "sip:\n  accounts:\n    - {name: office, server: 127.0.0.1, mode: peer}\n"
    "ports:\n  - {channel: 1, kind: fxs, number: 204}\n"
    "spans:\n  - {span: 1, name: main, channels: 5-35}\n";

Config config_of(const std::string& text) {
    auto result = load_text(text, "test.yaml");
    for (const auto& problem : result.problems)
        UNSCOPED_INFO(to_text(problem));
    REQUIRE(result.config);
    return *result.config;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
    const auto at = text.find(what);
    REQUIRE(at != std::string::npos);
    return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a configuration that only moved in its file is the same") {
    const auto one = config_of(small_map), other = config_of("# a comment\n\n" + small_map);
    CHECK(same(one.ports[0], other.ports[0]));
    CHECK(same(one.spans[0], other.spans[0]));
    CHECK(sections_for_restart(one, other).empty());
}

TEST_CASE("a setting of a port or a span makes another one of it") {
    const auto one = config_of(small_map);
    const auto labelled = config_of(replaced(small_map, "number: 204", "number: 204, label: Lift"));
    CHECK_FALSE(same(one.ports[0], labelled.ports[0]));
    CHECK(same(one.spans[0], labelled.spans[0]));
    const auto germany = config_of("country: de\n" + small_map);
    CHECK_FALSE(same(one.ports[0], germany.ports[0]));
}

TEST_CASE("what is read at the start only is named") {
    const auto one = config_of(small_map);
    using Sections = std::vector<std::string>;
    CHECK(sections_for_restart(one, config_of(replaced(small_map, "fxs: 4", "fxs: 5"))) == Sections{"board"});
    CHECK(sections_for_restart(one, config_of(replaced(small_map, "mode: peer",
                                                       "mode: peer, dead_after: 4s"))) == Sections{"sip"});
    CHECK(
        sections_for_restart(
            one, config_of(small_map + "media: {jitter_max: 100ms}\nlog: {file: /tmp/x, level: debug}\n")) ==
        Sections{"media", "log.file"});
    CHECK(sections_for_restart(one, config_of(small_map + "log: {level: debug}\n")).empty());
}

TEST_CASE("the settings of calls to come do not need a new span, the others do") {
    const auto with = [](const std::string& keys) {
        return config_of(replaced(small_map, "channels: 5-35", "channels: 5-35, " + keys)).spans[0];
    };
    const auto running = config_of(small_map).spans[0];
    for (const auto* keys :
         {"label: Main, number: 5550100", "numbers: {received: e164, sent: typed, area_code: 30}",
          "hold: no, aoc: off, call_waiting: 2", "line: {crc4: yes}", "announcement: 5s, restart: no"}) {
        CAPTURE(keys);
        CHECK_FALSE(same(running, with(keys)));
        CHECK(same(with_call_settings(running, with(keys)), with(keys)));
    }
    const auto collecting = with("overlap: receiving");
    const auto patient = with("overlap: receiving, digit_timeout: 9s, dial_tone: yes");
    CHECK(same(with_call_settings(collecting, patient), patient));
    for (const auto* keys :
         {"switch: qsig", "side: network", "timers: {T309: 6s}", "transfer: on", "overlap: both"}) {
        CAPTURE(keys);
        CHECK_FALSE(same(with_call_settings(running, with(keys)), with(keys)));
    }
}
