// find_tone(): tones by name, country or notation. Pure. Thread: any.
#include <array>
#include <utility>

#include "tipring/base/text.hpp"
#include "tipring/farend/far_end.hpp"

namespace tipring::farend {

base::Result<dsp::ToneSequence> find_tone(const dsp::TonePlan& plan, std::string_view text) {
    const std::array<std::pair<std::string_view, const dsp::ToneSequence*>, 10> named{{
        {"dial", &plan.dial},
        {"busy", &plan.busy},
        {"ringback", &plan.ringback},
        {"congestion", &plan.congestion},
        {"call_waiting", &plan.call_waiting},
        {"dial_recall", &plan.dial_recall},
        {"stutter", &plan.stutter},
        {"info", &plan.info},
        {"record", &plan.record},
        {"howler", &plan.howler},
    }};
    if (text.empty()) return dsp::ToneSequence{};
    for (const auto& [name, tone] : named) {
        if (text == name) return *tone;
    }
    if (const auto colon = text.find(':'); colon != std::string_view::npos) {
        const auto country = hardware::country_tones(text.substr(0, colon));
        if (!country) return country.error();
        const auto name = text.substr(colon + 1);
        if (name.find(':') != std::string_view::npos || name.empty())
            return base::fail(base::format("\"{}\" is no tone", base::printable(text, 60)));
        return find_tone(country->tones, name);
    }
    return dsp::parse_tone(text);
}

}  // namespace tipring::farend
