// A Bridge in each of its states, and its actions in words. Single-threaded.
#pragma once

#include <catch2/catch.hpp>
#include <string>

#include "bridge.hpp"

namespace tipring::call::driven_bridge {

using Kind = BridgeEventKind;

inline const Cause busy{q850::user_busy, Location::user, ""};
inline const Cause trouble{q850::network_out_of_order, Location::user, ""};
inline const Cause clearing{q850::normal_clearing, Location::user, ""};

inline std::string text(const Bridge::Actions& actions) {
    std::string line;
    for (const auto& action : actions) {
        if (!line.empty()) line += ' ';
        line += name(action.kind);
        if (action.kind == BridgeActionKind::alert_a)
            line += !action.rings ? "(heard)" : action.inband ? "(inband)" : "(local)";
        if (action.kind == BridgeActionKind::release_a || action.kind == BridgeActionKind::release_b ||
            action.kind == BridgeActionKind::abandon_b) {
            line += "(" + std::to_string(action.cause.value) + ")";
        }
        using Action = BridgeActionKind;
        const auto side = std::string(action.side == Side::a ? "a" : "b");
        if (action.kind == Action::leave || action.kind == Action::flash ||
            action.kind == Action::transfer_failed) {
            line += "(" + side + ")";
        }
        if (action.kind == Action::hold) line += "(" + side + (action.on ? ",on)" : ",off)");
        if (action.digit != 0) line += std::string("(") + action.digit + ")";
    }
    return line;
}

struct Driven {
    Bridge bridge;
    std::string feed(Kind kind, const Cause& cause = {}, bool inband = false, char digit = 0) {
        return text(bridge.handle({.kind = kind, .cause = cause, .inband = inband, .digit = digit}));
    }
    std::string heard() {
        return text(bridge.handle({.kind = Kind::b_alerting, .inband = true, .rings = false}));
    }
    std::string user(Kind kind, Side side, bool on = false, const Newcomer& newcomer = {}) {
        return text(bridge.handle({.kind = kind, .side = side, .on = on, .newcomer = newcomer}));
    }
    BridgeState state() const { return bridge.state(); }
};

inline Driven trying() {
    Driven driven;
    CHECK(driven.feed(Kind::begin) == "try_next");
    CHECK(driven.feed(Kind::attempt_started) == "proceed_a start_no_progress");
    return driven;
}

inline Driven alerting(bool inband) {
    auto driven = trying();
    CHECK(driven.feed(Kind::b_proceeding) == "start_no_progress");
    CHECK(driven.feed(Kind::b_alerting, {}, inband) ==
          (inband ? "start_no_answer alert_a(inband) connect" : "start_no_answer alert_a(local)"));
    CHECK(driven.state() == BridgeState::alerting);
    return driven;
}

inline Driven talking() {
    auto driven = alerting(false);
    CHECK(driven.feed(Kind::b_answered) == "stop_no_answer answer_a connect");
    CHECK(driven.state() == BridgeState::talking);
    return driven;
}

}  // namespace tipring::call::driven_bridge
