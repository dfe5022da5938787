// Thread: core.
#include "dahdi/signalling.hpp"

#include <array>
#include <utility>

#include "tipring/base/text.hpp"

namespace tipring::hardware::dahdi {
namespace {

struct SignallingRow {
    int type;
    std::string_view name;
    std::optional<ChannelKind> kind;
};

constexpr std::array signalling_rows{
    SignallingRow{DAHDI_SIG_NONE, "unused", std::nullopt},
    SignallingRow{DAHDI_SIG_FXOLS, "fxols", ChannelKind::fxs},
    SignallingRow{DAHDI_SIG_FXOGS, "fxogs", ChannelKind::fxs},
    SignallingRow{DAHDI_SIG_FXOKS, "fxoks", ChannelKind::fxs},
    SignallingRow{DAHDI_SIG_FXSLS, "fxsls", ChannelKind::fxo},
    SignallingRow{DAHDI_SIG_FXSGS, "fxsgs", ChannelKind::fxo},
    SignallingRow{DAHDI_SIG_FXSKS, "fxsks", ChannelKind::fxo},
    SignallingRow{DAHDI_SIG_CLEAR, "bchan", ChannelKind::bearer},
    SignallingRow{DAHDI_SIG_HDLCFCS, "dchan", ChannelKind::d_channel},
    SignallingRow{DAHDI_SIG_HARDHDLC, "hardhdlc", ChannelKind::d_channel},
    SignallingRow{DAHDI_SIG_EM, "e&m", std::nullopt},
    SignallingRow{DAHDI_SIG_EM_E1, "e&me1", std::nullopt},
    SignallingRow{DAHDI_SIG_CAS, "cas", std::nullopt},
    SignallingRow{DAHDI_SIG_SF, "sf", std::nullopt},
    SignallingRow{DAHDI_SIG_SLAVE, "slave", std::nullopt},
    SignallingRow{DAHDI_SIG_HDLCRAW, "rawhdlc", std::nullopt},
    SignallingRow{DAHDI_SIG_HDLCNET, "nethdlc", std::nullopt},
    SignallingRow{DAHDI_SIG_MTP2, "mtp2", std::nullopt},
    SignallingRow{DAHDI_SIG_DACS, "dacs", std::nullopt},
    SignallingRow{DAHDI_SIG_DACS_RBS, "dacsrbs", std::nullopt},
};

constexpr std::array<std::pair<int, std::string_view>, 9> alarm_rows{{
    {DAHDI_ALARM_RED, "RED"},
    {DAHDI_ALARM_LOS, "LOS"},
    {DAHDI_ALARM_LFA, "LFA"},
    {DAHDI_ALARM_LMFA, "LMFA"},
    {DAHDI_ALARM_BLUE, "AIS"},
    {DAHDI_ALARM_YELLOW, "RAI"},
    {DAHDI_ALARM_LOOPBACK, "loopback"},
    {DAHDI_ALARM_RECOVER, "recovering"},
    {DAHDI_ALARM_NOTOPEN, "not open"},
}};

const SignallingRow* find_row(int signalling) {
    for (const auto& row : signalling_rows) {
        if (row.type == signalling) return &row;
    }
    return nullptr;
}

void append(std::string& text, std::string_view word) {
    if (!text.empty()) text += ", ";
    text += word;
}

std::string line_settings(const dahdi_spaninfo& status) {
    std::string text;
    const int line = status.lineconfig;
    if (line & DAHDI_CONFIG_ESF) append(text, "framing ESF");
    if (line & DAHDI_CONFIG_D4) append(text, "framing D4");
    if (line & DAHDI_CONFIG_CCS) append(text, "framing CCS");
    if (line & DAHDI_CONFIG_B8ZS) append(text, "coding B8ZS");
    if (line & DAHDI_CONFIG_HDB3) append(text, "coding HDB3");
    if (line & DAHDI_CONFIG_AMI) append(text, "coding AMI");
    if (line & DAHDI_CONFIG_CRC4) append(text, "CRC-4");
    // A span without line settings (analogue card, virtual span) has no build-out either.
    if (!text.empty() && status.lboname[0] != '\0')
        append(text, "line build-out " + field_text(status.lboname));
    return text;
}

std::vector<SpanCounter> line_counters(const dahdi_spaninfo& status) {
    const auto count = [](auto value) { return static_cast<std::uint64_t>(value < 0 ? 0 : value); };
    const auto unsigned_count = [](std::uint32_t value) { return std::uint64_t{value}; };
    std::vector<SpanCounter> all{
        {"bipolar violations", count(status.bpvcount)},
        {"CRC-4 errors", count(status.crc4count)},
        {"E-bits", count(status.ebitcount)},
        {"frame alignment errors", count(status.fascount)},
        {"framing errors", unsigned_count(status.fecount)},
        {"coding violations", unsigned_count(status.cvcount)},
        {"bit errors", unsigned_count(status.becount)},
        {"errored seconds", unsigned_count(status.errsec)},
    };
    std::erase_if(all, [](const SpanCounter& counter) { return counter.value == 0; });
    return all;
}

}  // namespace

std::optional<ChannelKind> channel_kind(int signalling) {
    const auto* row = find_row(signalling);
    return row ? row->kind : std::nullopt;
}

std::string_view signalling_name(int signalling) {
    const auto* row = find_row(signalling);
    return row ? row->name : "an unknown signalling";
}

std::string_view signalling_for(ChannelKind kind) {
    switch (kind) {
        case ChannelKind::fxs:
            return "fxoks";
        case ChannelKind::fxo:
            return "fxsks";
        case ChannelKind::bearer:
            return "bchan";
        case ChannelKind::d_channel:
            return "dchan";
    }
    return "";
}

bool is_ground_start(int signalling) {
    return signalling == DAHDI_SIG_FXSGS || signalling == DAHDI_SIG_FXOGS;
}

std::vector<std::string> alarm_words(int alarms) {
    std::vector<std::string> words;
    for (const auto& [bit, word] : alarm_rows) {
        if (alarms & bit) words.emplace_back(word);
    }
    return words;
}

dsp::Law law_of(int driver_law) {
    return driver_law == DAHDI_LAW_ALAW ? dsp::Law::alaw : dsp::Law::mulaw;
}

int driver_law(dsp::Law law) {
    return law == dsp::Law::alaw ? DAHDI_LAW_ALAW : DAHDI_LAW_MULAW;
}

std::optional<ChannelInfo> channel_info(const dahdi_params& parameters) {
    const auto kind = channel_kind(parameters.sigtype);
    // Channels of no span are the driver's own helpers.
    if (!kind || parameters.spanno <= 0 || parameters.channo <= 0) return std::nullopt;
    ChannelInfo info;
    info.number = base::ChannelNumber{static_cast<std::uint32_t>(parameters.channo)};
    info.kind = *kind;
    info.span = base::SpanNumber{static_cast<std::uint32_t>(parameters.spanno)};
    info.position = parameters.chanpos > 0 ? static_cast<unsigned>(parameters.chanpos) : 0;
    info.law = law_of(parameters.curlaw);
    info.name = base::printable(field_text(parameters.name));
    return info;
}

SpanInfo span_info(const dahdi_spaninfo& status) {
    const std::string type = field_text(status.spantype);
    SpanInfo info;
    info.number = base::SpanNumber{static_cast<std::uint32_t>(status.spanno)};
    info.name = base::printable(field_text(status.name));
    info.description = base::printable(field_text(status.desc));
    info.channels = status.totalchans > 0 ? static_cast<unsigned>(status.totalchans) : 0;
    // Spans over a network or over memory have no type of their own; 31 channels are those of an E1.
    info.is_e1 = type == "E1" || (type.starts_with("DYN") && status.totalchans == 31);
    info.is_digital = status.linecompat != 0;
    info.alarms = alarm_words(status.alarms);
    info.sync_source = status.syncsrc > 0 ? static_cast<unsigned>(status.syncsrc) : 0;
    info.slips_or_irq_misses = status.irqmisses > 0 ? static_cast<std::uint64_t>(status.irqmisses) : 0;
    info.settings = line_settings(status);
    info.counters = line_counters(status);
    return info;
}

}  // namespace tipring::hardware::dahdi
