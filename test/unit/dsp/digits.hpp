// What the DTMF detector hears in a recording. Header only.
#pragma once

#include <string>
#include <string_view>

#include "signals.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::test {

inline constexpr std::string_view all_digits = "0123456789*#ABCD";

inline std::string digits_in(const Samples& samples) {
    dsp::DtmfDetector detector;
    std::string digits;
    for (std::size_t i = 0; i + 80 <= samples.size(); i += 80) {
        const auto report = detector.process(std::span(samples).subspan(i, 80));
        if (report.changed && report.digit != 0) digits += report.digit;
    }
    return digits;
}

}  // namespace tipring::test
