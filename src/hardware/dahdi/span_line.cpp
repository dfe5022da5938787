// Thread: core.
#include "dahdi/span_line.hpp"

#include <charconv>
#include <utility>

#include "dahdi/signalling.hpp"
#include "tipring/base/text.hpp"

namespace tipring::hardware::dahdi {
namespace {

constexpr std::array<std::pair<int, SpanAlarm>, 9> alarm_bits{{
    {DAHDI_ALARM_LOS, SpanAlarm::los},
    {DAHDI_ALARM_LFA, SpanAlarm::lfa},
    {DAHDI_ALARM_LMFA, SpanAlarm::lfa},
    {DAHDI_ALARM_RED, SpanAlarm::red},
    {DAHDI_ALARM_BLUE, SpanAlarm::ais},
    {DAHDI_ALARM_YELLOW, SpanAlarm::rai},
    {DAHDI_ALARM_LOOPBACK, SpanAlarm::loopback},
    {DAHDI_ALARM_RECOVER, SpanAlarm::recovering},
    {DAHDI_ALARM_NOTOPEN, SpanAlarm::closed},
}};

/// Spans over a network or over memory. There is no framer: the counters stand at zero for ever.
bool has_framer(const dahdi_spaninfo& status) {
    return status.linecompat != 0 && !field_text(status.spantype).starts_with("DYN");
}

Framing framing_of(const dahdi_spaninfo& status, SpanType type) {
    const int line = status.lineconfig;
    if (line & DAHDI_CONFIG_ESF) return Framing::esf;
    if (line & DAHDI_CONFIG_D4) return Framing::d4;
    if (line & DAHDI_CONFIG_CCS) return Framing::ccs;
    // The driver has no bit for it.
    return type == SpanType::e1 && line != 0 ? Framing::cas : Framing::unknown;
}

Coding coding_of(int line) {
    if (line & DAHDI_CONFIG_B8ZS) return Coding::b8zs;
    if (line & DAHDI_CONFIG_HDB3) return Coding::hdb3;
    return line & DAHDI_CONFIG_AMI ? Coding::ami : Coding::unknown;
}

std::string device_of(const dahdi_spaninfo& status) {
    std::string text;
    for (const auto& part :
         {field_text(status.manufacturer), field_text(status.devicetype), field_text(status.location)}) {
        if (!part.empty()) text += (text.empty() ? "" : ", ") + base::printable(part);
    }
    return text;
}

/// Most drivers count in one of two fields each; the other stays zero.
std::uint32_t sum(int a, std::uint32_t b) {
    return static_cast<std::uint32_t>(a) + b;
}

std::uint32_t slips_in(std::string_view page) {
    constexpr std::string_view label = "Timing slips:";
    const auto at = page.find(label);
    if (at == std::string_view::npos) return 0;
    const auto rest = page.substr(at + label.size());
    const auto digit = rest.find_first_not_of(' ');
    // The driver prints it with a sign.
    std::int64_t value = 0;
    if (digit != std::string_view::npos)
        std::from_chars(rest.data() + digit, rest.data() + rest.size(), value);
    return static_cast<std::uint32_t>(value);
}

}  // namespace

SpanSettings span_settings(const dahdi_spaninfo& status) {
    const auto info = span_info(status);
    SpanSettings settings;
    settings.number = info.number;
    settings.name = info.name;
    settings.description = info.description;
    settings.device = device_of(status);
    if (info.is_digital) settings.type = info.is_e1 ? SpanType::e1 : SpanType::t1;
    settings.framing = framing_of(status, settings.type);
    settings.coding = coding_of(status.lineconfig);
    if (settings.type == SpanType::e1 && settings.told())
        settings.crc4 = (status.lineconfig & DAHDI_CONFIG_CRC4) != 0;
    if (settings.told() && status.lbo >= 0) {
        settings.build_out = static_cast<unsigned>(status.lbo);
        settings.build_out_text = base::printable(field_text(status.lboname));
    }
    settings.sync_source = info.sync_source;
    settings.channels = info.channels;
    settings.configured_channels = status.numchans > 0 ? static_cast<unsigned>(status.numchans) : 0;
    return settings;
}

SpanReading span_reading(const dahdi_spaninfo& status, std::optional<std::string_view> page) {
    SpanReading reading;
    for (const auto& [bit, alarm] : alarm_bits) {
        if (status.alarms & bit) reading.alarms.set(alarm);
    }
    // Some drivers say only red, others what kind of it as well.
    if (reading.alarms.has(SpanAlarm::los) || reading.alarms.has(SpanAlarm::lfa))
        reading.alarms.set(SpanAlarm::red, false);
    if (!has_framer(status)) return reading;
    const auto put = [&reading](LineCounter counter, std::uint32_t value) {
        reading.counts[static_cast<std::size_t>(counter)] = value;
    };
    put(LineCounter::bipolar_violations, sum(status.bpvcount, status.cvcount));
    put(LineCounter::crc_errors, static_cast<std::uint32_t>(status.crc4count));
    put(LineCounter::frame_errors, sum(status.fascount, status.fecount));
    if (span_info(status).is_e1) put(LineCounter::e_bits, static_cast<std::uint32_t>(status.ebitcount));
    if (page) put(LineCounter::slips, slips_in(*page));
    return reading;
}

int maintenance_command(SpanLoop loop) {
    switch (loop) {
        case SpanLoop::off:
            break;
        case SpanLoop::local:
            return DAHDI_MAINT_LOCALLOOP;
        case SpanLoop::remote:
            return DAHDI_MAINT_NETWORKLINELOOP;
        case SpanLoop::payload:
            return DAHDI_MAINT_NETWORKPAYLOADLOOP;
    }
    return DAHDI_MAINT_NONE;
}

}  // namespace tipring::hardware::dahdi
