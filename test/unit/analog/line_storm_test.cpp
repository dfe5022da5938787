// Random inputs in any order: whatever happens, the wire and the reports stay consistent.
#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "line_text.hpp"
#include "tipring/analog/fxo_line.hpp"
#include "tipring/analog/fxs_line.hpp"

using namespace tipring;
using analog::LineAction;
using analog::LineActionKind;
using analog::LineInput;
using Kind = analog::LineInputKind;

namespace {

/// Follows the actions like the board, the engine and the call would, and complains when one makes no sense.
struct World {
    bool seized = false, audio = false, ringing = false, tone = false, listens = false, call = false;
    unsigned calls = 0, releases = 0;
    std::set<analog::LineTimer> timers;

    void carry_out(const LineAction& action, bool started) {
        switch (action.kind) {
            case LineActionKind::start_ringing:
                REQUIRE_FALSE((ringing || seized));
                ringing = true;
                break;
            case LineActionKind::stop_ringing:
                REQUIRE(ringing);
                ringing = false;
                break;
            case LineActionKind::seize:
                REQUIRE_FALSE(seized);
                seized = true;
                ringing = false;
                break;
            case LineActionKind::release_wire:
                REQUIRE((seized && !audio));
                seized = false;
                break;
            case LineActionKind::start_audio:
                REQUIRE((seized && !audio));
                audio = true;
                break;
            case LineActionKind::stop_audio:
                REQUIRE((audio && !tone && !listens));
                audio = false;
                break;
            case LineActionKind::listen:
                REQUIRE(audio);
                listens = action.dtmf || action.progress;
                break;
            case LineActionKind::play_tone:
                REQUIRE(audio);
                tone = true;
                break;
            case LineActionKind::stop_tone:
                REQUIRE(tone);
                tone = false;
                break;
            case LineActionKind::send_digits:
                REQUIRE((audio && !action.digits.empty()));
                break;
            case LineActionKind::start_timer:
                REQUIRE(action.duration.count() > 0);
                timers.insert(action.timer);
                break;
            case LineActionKind::stop_timer:
                REQUIRE(timers.erase(action.timer) == 1);
                break;
            case LineActionKind::report_incoming:
                REQUIRE_FALSE(call);
                call = true;
                ++calls;
                break;
            case LineActionKind::report_alerting:
            case LineActionKind::report_answered:
                REQUIRE(call);
                break;
            case LineActionKind::report_digit:
                REQUIRE((call && action.digits.size() == 1));
                break;
            case LineActionKind::report_misdialled:
                REQUIRE((!call && !action.digits.empty()));
                break;
            case LineActionKind::report_released:
                REQUIRE((call || started));  // a start that is refused gets its release, too
                if (call) ++releases;
                call = false;
                break;
        }
    }
};

template <class Machine>
void storm(Machine machine, unsigned seed) {
    std::mt19937 random(seed);
    World world;
    const auto dice = [&](unsigned sides) { return static_cast<unsigned>(random() % sides); };
    const auto feed = [&](const LineInput& input) {
        if (input.kind == Kind::timer) world.timers.erase(input.timer);
        const bool had_call = machine.has_call();
        const auto actions = machine.handle(input);
        const bool started = input.kind == Kind::start && !had_call;
        if (started && machine.has_call()) {
            world.call = true;
            ++world.calls;
        }
        for (const auto& action : actions)
            world.carry_out(action, started);
        REQUIRE(world.call == machine.has_call());
        REQUIRE(world.seized == machine.conditions().seized);
        if (machine.idle()) {
            REQUIRE_FALSE(
                (world.call || world.seized || world.audio || world.ringing || world.tone || world.listens));
            REQUIRE(world.timers.empty());
        }
    };
    for (int step = 0; step < 200; ++step) {
        LineInput input;
        if (dice(4) == 0 && !world.timers.empty()) {
            auto timer = world.timers.begin();
            std::advance(timer, dice(static_cast<unsigned>(world.timers.size())));
            input.kind = Kind::timer;
            input.timer = *timer;
        } else {
            input.kind = static_cast<Kind>(dice(static_cast<unsigned>(Kind::hardware_failed) + 1));
            // Rare in life, and deadly to the call: most rounds go without.
            const bool rare = input.kind == Kind::alarm || input.kind == Kind::out_of_service ||
                              input.kind == Kind::hardware_failed;
            if (rare && dice(10) != 0) continue;
            if (input.kind == Kind::removed || input.kind == Kind::shut_down) continue;
            input.timer = static_cast<analog::LineTimer>(dice(analog::line_timers));
            if (input.kind == Kind::timer && world.timers.count(input.timer) != 0) continue;
        }
        input.digit = "0123456789*#ABCD"[dice(16)];
        input.inband = dice(2) == 0;
        input.tone = static_cast<media::HeardTone>(dice(8));
        input.number = dice(3) == 0 ? "" : "w12";
        input.cause.value = dice(2) == 0 ? 16 : 17;
        feed(input);
    }
    LineInput last;
    last.kind = dice(2) == 0 ? Kind::removed : Kind::out_of_service;
    feed(last);
    REQUIRE(world.calls == world.releases);
    REQUIRE(world.timers.empty());
    REQUIRE_FALSE((world.seized || world.audio || world.ringing || world.tone || world.listens));
}

}  // namespace

TEST_CASE("fxs: any sequence of inputs leaves wire, timers and call consistent") {
    analog::FxsLine::Settings settings;
    settings.digit_map = routing::DigitMap::parse("x|xx.T|*x#").value();
    settings.dial_tone = std::chrono::milliseconds(9000);
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        CAPTURE(seed);
        storm(analog::FxsLine(settings), seed);
    }
}

TEST_CASE("fxo: any sequence of inputs leaves wire, timers and call consistent") {
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        CAPTURE(seed);
        analog::FxoLine::Settings settings;
        settings.answer_at_once = seed % 2 == 0;
        settings.wait_for_dial_tone = seed % 3 != 0;
        settings.rings_before_announce = 1 + seed % 2;
        storm(analog::FxoLine(settings), seed);
    }
}
