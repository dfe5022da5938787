// What the recordings of a check mean. Takes up to seconds of processor time for a long recording. Pure. Thread: any
// but core and media.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "tipring/analog/line_check.hpp"
#include "tipring/dsp/line_measure.hpp"
#include "tipring/dsp/tone_learner.hpp"

namespace tipring::analog {

/// One line of the table that `port test` prints.
struct CheckFinding {
    std::string what;  ///< "return loss, noise"
    std::string key;   ///< the same for programs: "echo_return_loss_db"
    std::optional<double> value;
    std::string unit;  ///< "dB", "dBm0", "Hz", "ms"
    std::string text;  ///< instead of a value
    dsp::LineGrade grade = dsp::LineGrade::good;
    std::string words;  ///< the verdict, and what to do
};

/// In the order of the measurements; what was not measured is missing.
std::vector<CheckFinding> judge_line(const CheckReport& report);
/// The worst of them; good without any.
dsp::LineGrade worst(const std::vector<CheckFinding>& findings);

struct LearntLine {
    dsp::LearntProfile profile;
    /// "busy", "congestion" or "dial tone" of the country: the detector knows it as it is.
    std::string known;
    std::vector<std::string> words;  ///< verdict and advice
};
LearntLine learn_line(const CheckReport& report);

/// The lines for the configuration: an entry of `tones:` and the port's `disconnect_tones:`. `name`: of the tone.
std::string configuration_lines(const dsp::LearntProfile& profile, const std::string& name, unsigned channel);

}  // namespace tipring::analog
