#include "tipring/hardware/tone_zones.hpp"

#include <dahdi/user.h>
// After dahdi/user.h, which it needs; the C header has no linkage guard of its own.
extern "C" {
#include <dahdi/tonezone.h>
}

#include <algorithm>
#include <array>
#include <utility>

#include "tipring/base/text.hpp"

namespace tipring::hardware {
namespace {

/// ISO 3166 codes (and a common mistake) whose zone has another name. "us" is North America's.
constexpr std::array<std::pair<std::string_view, std::string_view>, 3> aliases = {
    {{"gb", "uk"}, {"el", "gr"}, {"ca", "us"}}};

/// The library's tables are constant; their strings need not be terminated when they fill their field.
template <std::size_t size>
std::string_view field(const char (&text)[size]) {
    return {text, static_cast<std::size_t>(std::find(text, text + size, '\0') - text)};
}

const tone_zone* find_zone(std::string_view name) {
    for (int number = 0; number < DAHDI_TONE_ZONE_MAX; ++number) {
        const tone_zone* zone = ::tone_zone_find_by_num(number);
        if (zone != nullptr && field(zone->country) == name) return zone;
    }
    return nullptr;
}

/// Notation of one tone; empty when the zone does not have it. Unused entries are all zero, like a dial tone
/// without text.
std::string_view tone_text(const tone_zone& zone, int tone) {
    for (const auto& sound : zone.tones) {
        if (sound.toneid == tone && sound.data[0] != '\0') return field(sound.data);
    }
    return {};
}

/// A negative "on" time marks where the cadence repeats from; with no RingCadence for that, it repeats from
/// the start.
RingCadence ring_cadence(const tone_zone& zone) {
    RingCadence cadence{};
    for (std::size_t i = 0; i < cadence.size(); ++i) {
        cadence[i] = static_cast<std::uint16_t>(std::min(std::abs(zone.ringcadence[i]), 65535));
    }
    return cadence;
}

/// Receiver off-hook tone of North America (Telcordia GR-506-CORE): 1400, 2060, 2450 and 2600 Hz, 100 ms on
/// and off.
dsp::ToneSequence north_american_howler() {
    auto howler = dsp::parse_tone("1400+2060+2450+2600/100,0/100").value();
    howler.level_dbm0 = -6;  // loud: it has to reach somebody in the room
    return howler;
}

base::Result<dsp::TonePlan> tone_plan(const tone_zone& zone) {
    dsp::TonePlan plan;
    const std::array<std::pair<int, dsp::ToneSequence*>, 9> wanted = {
        {{DAHDI_TONE_DIALTONE, &plan.dial},
         {DAHDI_TONE_BUSY, &plan.busy},
         {DAHDI_TONE_RINGTONE, &plan.ringback},
         {DAHDI_TONE_CONGESTION, &plan.congestion},
         {DAHDI_TONE_CALLWAIT, &plan.call_waiting},
         {DAHDI_TONE_DIALRECALL, &plan.dial_recall},
         {DAHDI_TONE_STUTTER, &plan.stutter},
         {DAHDI_TONE_INFO, &plan.info},
         {DAHDI_TONE_RECORDTONE, &plan.record}}};
    const tone_zone* north_america = find_zone("us");
    for (const auto& [tone, sequence] : wanted) {
        auto text = tone_text(zone, tone);
        if (text.empty() && north_america != nullptr)
            text = tone_text(*north_america, tone);  // Turkey has no record tone
        auto parsed = dsp::parse_tone(text);
        if (!parsed) {
            return base::fail(
                base::format("tones of \"{}\": {}", field(zone.country), parsed.error().message));
        }
        *sequence = std::move(*parsed);
    }
    plan.howler = north_american_howler();
    return plan;
}

}  // namespace

base::Result<CountryTones> country_tones(std::string_view country) {
    std::string name = base::lower(base::trim(country));
    for (const auto& [code, zone_name] : aliases) {
        if (name == code) name = zone_name;
    }
    const tone_zone* zone = find_zone(name);
    if (zone == nullptr) {
        const auto names = countries();
        const auto near = base::nearest(name, {names.begin(), names.end()});
        std::string known;
        for (const auto& each : names)
            known += (known.empty() ? "" : " ") + each;
        return base::fail(base::format("country \"{}\" has no tones{}; known: {}", base::printable(country),
                                       near.empty() ? "" : base::format(", did you mean \"{}\"?", near),
                                       known));
    }
    auto plan = tone_plan(*zone);
    if (!plan) return plan.error();
    return CountryTones{name, std::string(field(zone->description)), ring_cadence(*zone), std::move(*plan)};
}

std::vector<std::string> countries() {
    std::vector<std::string> names;
    for (int number = 0; number < DAHDI_TONE_ZONE_MAX; ++number) {
        const tone_zone* zone = ::tone_zone_find_by_num(number);
        if (zone != nullptr) names.emplace_back(field(zone->country));
    }
    std::sort(names.begin(), names.end());
    return names;
}

}  // namespace tipring::hardware
