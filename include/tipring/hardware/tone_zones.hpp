// Country data from libtonezone: tones and ring cadence of its zones. Pure; no device needed. Thread: any.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "tipring/base/result.hpp"
#include "tipring/dsp/tone_plan.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::hardware {

struct CountryTones {
    std::string zone;         ///< libtonezone's name, for example "uk"
    std::string description;  ///< for example "United Kingdom"
    RingCadence ring{};
    dsp::TonePlan tones;
};

/// `country`: ISO 3166 code or zone name, any case ("gb" and "uk" both work). The error lists near names.
base::Result<CountryTones> country_tones(std::string_view country);
/// The zone names, sorted.
std::vector<std::string> countries();

}  // namespace tipring::hardware
