// A check of one line: `port learn` records the tone by which a line says that a call is over, `port test` measures
// the line. The port runs it (Port::start_check()); what the recordings mean is found out apart from it
// (check_results.hpp), because that takes longer than the core thread may. Plain values. Thread: core.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/dsp/caller_id.hpp"
#include "tipring/dsp/tone_plan.hpp"

namespace tipring::analog {

/// No check lasts longer, whatever the line does.
inline constexpr std::chrono::seconds longest_check{60};
inline constexpr std::chrono::seconds shortest_learning{5}, longest_learning{40};

enum class CheckKind : std::uint8_t { learn, test };

struct CheckRequest {
    CheckKind kind = CheckKind::test;
    /// learn: the number to dial; empty: waits for a call and answers it. test, fxo: a loop-back or milliwatt
    /// number that is called after the measurements; empty: none. 0-9 * # A-D, 'w' waits 500 ms.
    std::string number{};
    std::chrono::seconds seconds{20};  ///< learn: what is recorded, shortest_learning..longest_learning
    /// test, fxo: breaks the dial tone, so that the line is silent; empty: dial tone stays, and only it is measured.
    std::string digit = "1";
    bool off_hook = false;  ///< test, fxs: waits until somebody lifts the telephone
};

/// What a recording is of.
enum class CheckStep : std::uint8_t {
    dial_tone,   ///< from the seizure on
    after_call,  ///< learn: from the last digit, or from our answer on
    quiet,       ///< nothing is sent
    tone,        ///< 1004 Hz is sent
    noise,       ///< noise is sent
    far_end,     ///< what the number called sends
    far_noise,   ///< the same noise, while the number is called
};
std::string_view name(CheckStep step);

struct CheckRecording {
    CheckStep step = CheckStep::quiet;
    dsp::Samples heard;
};

struct CheckReport {
    CheckRequest request;
    bool fxs = false;
    /// Why it ended before its time, for people: "no dial tone"; empty: it did all that it should.
    std::string ended;
    bool stopped =
        false;  ///< somebody else needed the line or wanted no more: it says nothing against the line
    bool dial_tone = false;  ///< the country's dial tone was recognised
    bool battery_lost =
        false;              ///< in the recording of learn: the exchange tells the end of a call by that, too
    bool reversed = false;  ///< in the same way
    std::string digits_sent, digits_back;  ///< DTMF round trip
    std::vector<CheckRecording> recordings;
    dsp::Samples noise;                            ///< that was sent
    std::shared_ptr<const dsp::TonePlan> tones{};  ///< of the port's country
    unsigned tone_cycles = 3;
    std::uint64_t blocks_lost = 0;  ///< of sound, meanwhile: what was measured over them is not right
};

/// Level of the test tone and of the noise, and the digits of the round trip.
inline constexpr double test_level_dbm0 = -10;
inline constexpr std::string_view round_trip_digits = "1590";

struct CheckHandlers {
    /// What it does now, for people: "waiting for dial tone".
    std::function<void(std::string_view)> progress;
    /// Once, in any case: the line is idle again, or out of service. From the reactor, never from within a call of
    /// the port.
    std::function<void(CheckReport)> done;
};

}  // namespace tipring::analog
