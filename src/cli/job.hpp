// What the command line asks: the words of it, and the request that they make. Private to tipringctl. Thread: main only.
#pragma once

#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <functional>
#include <string>

#include "span_trace.hpp"

namespace tipring::cli {

using Renderer = std::function<std::string(const boost::json::value&)>;

/// What one sub-command asks, filled by the parser.
struct Job {
    std::string method;
    boost::json::object parameters;
    Renderer render;
    bool follow = false;
    /// The answer only says that a check of a line has begun; notifications follow. The configuration that was learnt
    /// goes to `save`.
    bool check = false;
    std::string save{};
    bool trace = false;  ///< as Arguments::trace says
};

struct Arguments {
    std::string socket = "/run/tipring/control.sock";
    bool raw = false;
    std::string port, word, text, number, from, name, span, wav, tone, standard, timing, digit, save;
    bool pulse = false, loop = false, follow = false, hidden = false, unavailable = false;
    bool in_use = false, not_in_use = false, glare = false, off_hook = false;
    bool force = false, off = false, slip = false;
    TraceOptions trace;
    long long seconds = 20;
    long long timeslot = 0, pattern = 11, wrong_bit_in = 0;
    long long milliseconds = 300, limit = 0, cause = 16, drop = 0, level = -14, noise = -90, hum = -90;
};

}  // namespace tipring::cli
