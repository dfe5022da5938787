// Random inputs in any order: whatever happens, the wire and the reports stay consistent.
#include <catch2/catch.hpp>
#include <deque>
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
    bool seized = false, audio = false, ringing = false, tone = false, listens = false;
    bool clip = false, muted = false, reversed = false;
    std::array<bool, analog::line_slots> call{}, held{};
    bool open_loop_audio = false;  ///< an exchange line's, for caller ID
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
                REQUIRE_FALSE(audio);
                audio = true;
                break;
            case LineActionKind::stop_audio:
                REQUIRE((audio && !tone && !listens && !clip));
                audio = false;
                break;
            case LineActionKind::listen:
                REQUIRE(audio);
                listens = action.dtmf || action.progress || action.voice || action.silence ||
                          action.caller_id_wanted;
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
            case LineActionKind::dial_pulses:
                REQUIRE((seized && !audio && !action.digits.empty()));
                break;
            case LineActionKind::flash_line:
                REQUIRE((seized && call[0]));
                break;
            case LineActionKind::prove_good:
                break;
            case LineActionKind::note_refused:
                REQUIRE((call[0] && !action.digits.empty()));
                break;
            case LineActionKind::start_timer:
                REQUIRE(action.duration.count() > 0);
                timers.insert(action.timer);
                break;
            case LineActionKind::stop_timer:
                REQUIRE(timers.erase(action.timer) == 1);
                break;
            case LineActionKind::play_clip:
                REQUIRE((audio && !clip));
                clip = true;
                break;
            case LineActionKind::stop_clip:
                REQUIRE(clip);
                clip = false;
                break;
            case LineActionKind::mute:
                REQUIRE(muted != action.on);
                muted = action.on;
                break;
            case LineActionKind::polarity:
                REQUIRE(reversed != action.on);
                reversed = action.on;
                break;
            case LineActionKind::report_pick_up:
            case LineActionKind::report_incoming:
                REQUIRE_FALSE(call.at(action.slot));
                call.at(action.slot) = true;
                ++calls;
                break;
            case LineActionKind::report_hold:
                REQUIRE((call.at(action.slot) && held.at(action.slot) != action.on));
                held.at(action.slot) = action.on;
                break;
            case LineActionKind::report_join:
                REQUIRE((call[0] && call[1]));
                break;
            case LineActionKind::report_flash:
            case LineActionKind::report_transfer:
            case LineActionKind::report_media:
            case LineActionKind::report_alerting:
            case LineActionKind::report_answered:
                REQUIRE(call.at(action.slot));
                break;
            case LineActionKind::report_digit:
                REQUIRE((call.at(action.slot) && action.digits.size() == 1));
                break;
            case LineActionKind::use_service:
            case LineActionKind::report_misdialled:
                REQUIRE_FALSE(action.digits.empty());
                break;
            case LineActionKind::report_released:
                REQUIRE((call.at(action.slot) || started));  // a start that is refused gets its release, too
                if (call.at(action.slot)) ++releases;
                call.at(action.slot) = held.at(action.slot) = false;
                break;
        }
    }
};

/// The line is quiet, its operator and its call want nothing of it: it comes to rest.
template <class Machine, class Feed>
void quieten(const Machine& machine, World& world, const Feed& feed) {
    for (const auto kind : {Kind::alarm_clear, Kind::in_service}) {
        LineInput input;
        input.kind = kind;
        feed(input);
    }
    for (int rounds = 0; rounds < 10 && (machine.has_call() || !world.timers.empty()); ++rounds) {
        LineInput input;
        input.kind = machine.has_call() ? Kind::release : Kind::timer;
        if (!machine.has_call()) input.timer = *world.timers.begin();
        feed(input);
    }
    REQUIRE(machine.state_name() == "idle");
}

/// The phone goes down, its calls end, the driver settles: the line comes to rest, and its timers with it.
template <class Feed>
void quieten(const analog::FxsLine& machine, World& world, const Feed& feed) {
    const auto give = [&](Kind kind, unsigned slot = 0) {
        LineInput input;
        input.kind = kind;
        input.slot = slot;
        feed(input);
    };
    give(Kind::on_hook);
    give(Kind::alarm_clear);
    give(Kind::in_service);
    give(Kind::on_hook);
    for (int rounds = 0; rounds < 10; ++rounds) {
        if (machine.state_name() == "dropping") give(Kind::wire_settled);
        if (std::exchange(world.clip, false)) give(Kind::clip_played);
        if (world.timers.empty()) continue;
        LineInput input;
        input.kind = Kind::timer;
        input.timer = *world.timers.begin();
        feed(input);
    }
    for (unsigned slot = 0; slot < analog::line_slots; ++slot) {
        if (machine.has_call(slot)) give(Kind::release, slot);
    }
    for (int rounds = 0; rounds < 4 && !world.timers.empty(); ++rounds) {
        LineInput input;
        input.kind = Kind::timer;
        input.timer = *world.timers.begin();
        feed(input);
    }
    REQUIRE(machine.state_name() == "idle");
    REQUIRE_FALSE(machine.has_call());
}

/// What chance alone hardly ever brings about: a held call, the line away and back, another call.
std::deque<LineInput> planned_steps(const analog::FxsLine&, unsigned away) {
    std::deque<LineInput> steps;
    const auto add = [&](Kind kind, char digit = 0) {
        LineInput input;
        input.kind = kind;
        input.digit = digit;
        input.timer = analog::LineTimer::dial;
        steps.push_back(input);
    };
    const auto hold_a_call = [&] {
        add(Kind::on_hook);
        add(Kind::wire_settled);
        add(Kind::off_hook);
        add(Kind::digit, '1');
        add(Kind::timer);
        add(Kind::answer);
        add(Kind::flash);
    };
    hold_a_call();
    add(away == 0 ? Kind::alarm : away == 1 ? Kind::out_of_service : Kind::hardware_failed);
    add(Kind::alarm_clear);
    add(Kind::in_service);
    hold_a_call();
    add(Kind::flash);
    return steps;
}

/// A modem's burst, which needs its end at the right time.
std::deque<LineInput> planned_steps(const analog::FxoLine&, unsigned) {
    std::deque<LineInput> steps(5);
    steps[0].kind = Kind::ring_begin;
    steps[1].kind = Kind::timer;
    steps[1].timer = analog::LineTimer::burst;
    steps[2].kind = steps[3].kind = Kind::send_flash;  // means nothing, takes its time
    steps[4].kind = Kind::ring_end;
    return steps;
}

/// Whoever is held was told so.
void check_hold(const analog::FxsLine& machine, const World& world) {
    if (machine.has_held_call()) REQUIRE((world.held[0] || world.held[1]));
    if (machine.held_calls() == 0 && machine.state_name() == "talking")
        REQUIRE_FALSE((world.held[0] && world.held[1]));
}

void check_hold(const analog::FxoLine&, const World&) {}

template <class Machine>
void storm(Machine machine, unsigned seed, unsigned slots = 1, World world = {}) {
    std::mt19937 random(seed);
    std::chrono::steady_clock::time_point now;
    const auto dice = [&](unsigned sides) { return static_cast<unsigned>(random() % sides); };
    const auto feed = [&](const LineInput& input) {
        if (input.kind == Kind::timer) world.timers.erase(input.timer);
        const bool had_call = machine.has_call(input.slot);
        const std::string before(machine.state_name());
        const auto actions = machine.handle(input);
        INFO(before << " " << name(input.kind) << " " << name(input.timer) << " -> " << machine.state_name()
                    << ": " << test::text(actions));
        const bool started = input.kind == Kind::start && !had_call;
        if (started && machine.has_call(input.slot)) {
            world.call.at(input.slot) = true;
            ++world.calls;
        }
        for (const auto& action : actions)
            world.carry_out(action, started);
        for (unsigned slot = 0; slot < analog::line_slots; ++slot)
            REQUIRE(world.call.at(slot) == machine.has_call(slot));
        check_hold(machine, world);
        REQUIRE(world.seized == machine.conditions().seized);
        REQUIRE(world.reversed == machine.conditions().reversed);
        if (machine.state_name() == "idle") {
            REQUIRE_FALSE((world.seized || world.ringing || world.tone || world.clip || world.muted));
            REQUIRE((world.open_loop_audio || !(world.audio || world.listens)));
            REQUIRE(world.timers.empty());
        }
    };
    std::deque<LineInput> planned;
    for (int step = 0; step < 200; ++step) {
        if (planned.empty() && dice(60) == 0) planned = planned_steps(machine, dice(3));
        if (!planned.empty()) {
            auto next = planned.front();
            planned.pop_front();
            next.at = now += std::chrono::milliseconds(100);
            if (next.kind != Kind::timer || world.timers.count(next.timer) != 0) feed(next);
            continue;
        }
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
        input.at = now += std::chrono::milliseconds(dice(5000));
        input.caller_id.message_waiting = dice(4) == 0;
        input.tone =
            static_cast<media::HeardTone>(dice(static_cast<unsigned>(media::HeardTone::fax_ced) + 1));
        input.number = dice(3) == 0 ? "" : "w12Ww3";
        input.cause.value = dice(2) == 0 ? 16 : 17;
        input.slot = slots > 1 ? dice(slots) : 0;
        input.service = static_cast<analog::ServiceOutcome>(dice(5));
        input.id_plan.known = dice(2) == 0;
        if (input.kind == Kind::start && machine.has_call(input.slot)) continue;
        if (input.kind == Kind::clip_played && !std::exchange(world.clip, false)) continue;
        feed(input);
    }
    quieten(machine, world, feed);
    LineInput last;
    last.kind = dice(2) == 0 ? Kind::removed : Kind::out_of_service;
    feed(last);
    REQUIRE(world.calls == world.releases);
    REQUIRE(world.timers.empty());
    REQUIRE_FALSE(
        (world.seized || world.audio || world.ringing || world.tone || world.listens || world.clip));
}

}  // namespace

TEST_CASE("fxs: any sequence of inputs leaves wire, timers and call consistent, and ends in idle") {
    analog::FxsLine::Settings settings;
    settings.digit_map = routing::DigitMap::parse("x|xx.T|*x#").value();
    settings.dial_tone = std::chrono::milliseconds(9000);
    for (unsigned seed = 1; seed <= 3000; ++seed) {
        CAPTURE(seed);
        settings.codes = analog::ServiceCodes(config::ServiceCodes{});
        settings.services = seed % 7 != 0;
        settings.flash_digits = seed % 2 == 0;
        settings.pulse_one_is_flash = seed % 5 == 0;
        settings.accept_dtmf = seed % 30 != 5;
        settings.accept_pulse = seed % 30 != 10;
        settings.answer_polarity = seed % 4 == 0;
        settings.disconnect_battery = seed % 3 != 0;
        settings.disconnect_polarity = seed % 6 == 0;
        settings.caller_id_timing = static_cast<config::CallerIdTiming>(seed % 6);
        settings.caller_id_answered = seed % 11 == 0;
        settings.late_on_hook = std::chrono::milliseconds(seed % 8 == 0 ? 1000 : 0);
        settings.emergency = {};
        if (seed % 10 == 0) settings.emergency = {{"3", "12", "112"}, nullptr, {}};
        settings.hotline = seed % 13 == 0 ? "112" : "";
        settings.hotline_delay = std::chrono::milliseconds(seed % 2 == 0 ? 3000 : 0);
        settings.dial_without_tone = seed % 9 == 0;
        World world;
        world.open_loop_audio = settings.dial_without_tone;
        storm(analog::FxsLine(settings), seed, analog::line_slots, world);
    }
}

TEST_CASE("fxo: any sequence of inputs leaves wire, timers and call consistent, and ends in idle") {
    for (unsigned seed = 1; seed <= 6000; ++seed) {
        CAPTURE(seed);
        analog::FxoLine::Settings settings;
        settings.answer_at_once = seed % 2 == 0;
        settings.wait_for_dial_tone = seed % 3 != 0;
        settings.rings = 1 + seed % 2;
        settings.pulse = seed % 5 == 0;
        settings.caller_id = seed % 7 != 0;
        settings.listen_always = settings.caller_id && seed % 4 == 0;
        settings.caller_id_answered = settings.caller_id && seed % 8 == 1;
        settings.dial_prefix = seed % 11 == 0 ? "0w" : "";
        settings.answer_by = static_cast<config::AnswerBy>(seed / 2 % 4);
        settings.answer_after = std::chrono::milliseconds(seed % 13 == 0 ? 0 : 10000);
        settings.disconnect_silence = seed % 3 == 0;
        settings.longest_call = std::chrono::milliseconds(seed % 6 == 0 ? 60000 : 0);
        if (seed % 9 == 0) settings.two_stage = routing::DigitMap::parse("1x|2xx.T").value();
        World world;
        world.open_loop_audio = settings.caller_id;
        storm(analog::FxoLine(settings), seed, 1, world);
    }
}
