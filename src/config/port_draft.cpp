// Keys that telephones and exchange lines share but take differently, and the end of reading a port.
#include "port_draft.hpp"

#include <array>

#include "countries.hpp"
#include "tipring/base/text.hpp"
#include "words.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Below 20 ms a contact bounces; above 1.5 s every exchange takes an open loop for a hang-up.
constexpr milliseconds shortest_flash(20), longest_flash(1500);
constexpr seconds usual_silence_limit(60);

void read_caller_id(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft) {
    const Node* node = mapping.take("caller_id");
    const bool plain = node != nullptr && parse_boolean(node->text).has_value();
    if (kind == PortKind::fxo || plain) {
        bool wanted = true;
        if (!mapping.boolean("caller_id", wanted)) return;
        if (kind != PortKind::fxo) draft.port.fxs.caller_id = wanted;
        if (kind != PortKind::fxs) draft.port.fxo.caller_id = wanted;
        return;
    }
    // "yes" and "no" stand in the list for the message; as values they were read above.
    Words<CallerIdFormat> choices{{"yes", CallerIdFormat::none}, {"no", CallerIdFormat::none}};
    for (const auto& format : caller_id_formats()) {
        if (format.second != CallerIdFormat::none) choices.push_back(format);
    }
    CallerIdFormat format{};
    if (!mapping.choice<CallerIdFormat>("caller_id", choices, format)) return;
    draft.caller_id = format;
    draft.port.fxs.caller_id = true;
}

void read_flash(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft) {
    const Node* node = mapping.take("flash");
    if (node == nullptr) return;
    const bool window = node->text.find('-') != std::string::npos;
    if (kind == PortKind::fxo || (!kind && !window && parse_boolean(node->text) != false)) {
        milliseconds length{};
        if (kind == PortKind::fxo && window) {
            mapping.problem_at("flash", "an exchange line has one length of flash, no window",
                               "write the length that the exchange expects, for example 600ms");
        } else if (mapping.duration("flash", shortest_flash, longest_flash, length)) {
            draft.flash_out = length;
        }
        return;
    }
    if (parse_boolean(node->text) == false) {
        draft.flash_window = DurationPair{};
        return;
    }
    DurationPair pair;
    if (!mapping.duration_pair("flash", '-', shortest_flash, longest_flash, "50-130ms, or off", pair)) return;
    if (pair.first >= pair.second) {
        mapping.problem_at("flash", "the window ends before it begins",
                           "write the shortest and the longest flash, for example 100-700ms");
        return;
    }
    draft.flash_window = pair;
}

void read_disconnect(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft) {
    struct Way {
        std::string_view word;
        bool DisconnectWays::*member;
        bool fxs, fxo;
    };
    // "tone" and "busy_tone" are one thing, so that a list in `defaults:` serves both kinds.
    static constexpr std::array<Way, 6> ways = {{{"battery", &DisconnectWays::battery, true, true},
                                                 {"polarity", &DisconnectWays::polarity, true, true},
                                                 {"tone", &DisconnectWays::tone, true, true},
                                                 {"busy_tone", &DisconnectWays::tone, false, true},
                                                 {"dial_tone", &DisconnectWays::dial_tone, false, true},
                                                 {"silence", &DisconnectWays::silence, false, true}}};
    const Node* list = mapping.take("disconnect");
    if (list == nullptr) return;
    DisconnectWays chosen;
    bool good = list->kind == Node::Kind::sequence || list->kind == Node::Kind::scalar;
    for (const Node* node : mapping.list("disconnect")) {
        std::vector<std::string_view> words;
        const Way* found = nullptr;
        for (const auto& way : ways) {
            const bool fits = !kind || (*kind == PortKind::fxs ? way.fxs : way.fxo);
            if (!fits) continue;
            words.push_back(way.word);
            if (way.word == node->text) found = &way;
        }
        if (found != nullptr) {
            chosen.*(found->member) = true;
            continue;
        }
        good = false;
        mapping.problem_at(*node, "disconnect",
                           base::format("\"{}\" is not possible here", base::printable(node->text, 60)),
                           suggestion(node->text, words));
    }
    if (good) draft.disconnect = chosen;
}

/// The usual timing of a format, for a port whose country sends another one.
CallerIdTiming usual_timing(CallerIdFormat format) {
    switch (format) {
        case CallerIdFormat::bt:
            return CallerIdTiming::reversal_dual_tone;
        case CallerIdFormat::ntt:
        case CallerIdFormat::dtmf:
            return CallerIdTiming::reversal;
        case CallerIdFormat::none:
        case CallerIdFormat::mdmf:
        case CallerIdFormat::sdmf:
        case CallerIdFormat::etsi:
            break;
    }
    return CallerIdTiming::after_first_ring;
}

void finish_fxo(const PortDraft& draft, FxoSettings& fxo) {
    const bool wants_silence = draft.disconnect ? draft.disconnect->silence : draft.silence_limit.has_value();
    fxo.silence = wants_silence ? draft.silence_limit.value_or(usual_silence_limit) : milliseconds(0);
    // Where the exchange tells the answer itself, a clock does so only for whoever asks for it.
    if (fxo.answer_by == AnswerBy::polarity) fxo.answer_after = milliseconds(0);
    fxo.answer_after = draft.answer_after.value_or(fxo.answer_after);
    if (!draft.disconnect) return;
    fxo.disconnect_battery = draft.disconnect->battery;
    fxo.disconnect_polarity = draft.disconnect->polarity;
    fxo.disconnect_tones = draft.disconnect->tone;
    fxo.disconnect_dial_tone = draft.disconnect->dial_tone;
}

/// Of whoever dials: at a telephone, or from outside after the line's own dial tone.
void read_digit_times(Mapping& mapping, Port& port) {
    auto& fxo = port.fxo;
    if (mapping.duration("first_digit", seconds(1), minutes(10), port.first_digit))
        fxo.first_digit = port.first_digit;
    const milliseconds shortest(500);
    if (mapping.duration("inter_digit", shortest, minutes(1), port.inter_digit))
        fxo.inter_digit = port.inter_digit;
    if (mapping.duration("short_inter_digit", shortest, minutes(1), port.short_inter_digit))
        fxo.short_inter_digit = port.short_inter_digit;
}

}  // namespace

void read_line_keys(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft) {
    read_caller_id(mapping, kind, draft);
    CallerIdTiming timing{};
    if (mapping.choice<CallerIdTiming>("caller_id_timing", caller_id_timings(), timing))
        draft.caller_id_timing = timing;
    read_digit_times(mapping, draft.port);
    read_flash(mapping, kind, draft);
    read_disconnect(mapping, kind, draft);
}

void refuse_other_kind(Mapping& mapping, PortKind kind) {
    static constexpr std::string_view of_fxs[] = {"digit_map",         "dial_tone",
                                                  "ring_timeout",      "profile",
                                                  "call_waiting",      "call_waiting_id",
                                                  "services",          "anonymous",
                                                  "hotline",           "hotline_delay",
                                                  "answer_polarity",   "late_on_hook",
                                                  "message_waiting",   "mailbox",
                                                  "ring_patterns",     "data",
                                                  "lock_out",          "dial_without_tone",
                                                  "flash_digits",      "sip_down_tone",
                                                  "reorder_tone",      "howler",
                                                  "confirmation_tone", "flash_digit_time",
                                                  "recall_ring",       "call_waiting_interval"};
    static constexpr std::string_view of_fxo[] = {"to",
                                                  "answer_at_once",
                                                  "rings",
                                                  "wait_for_dial_tone",
                                                  "dial_tone_limit",
                                                  "dial_delay",
                                                  "dial_prefix",
                                                  "dtmf_time",
                                                  "battery_gone",
                                                  "disconnect_tones",
                                                  "tone_cycles",
                                                  "silence_limit",
                                                  "longest_call",
                                                  "answer_by",
                                                  "answer_after",
                                                  "guard",
                                                  "two_stage",
                                                  "first_reversal",
                                                  "caller_gone",
                                                  "dial_tone_back",
                                                  "pulse_time",
                                                  "pulse_pause",
                                                  "hardware_receive_gain_db",
                                                  "hardware_transmit_gain_db"};
    const auto refuse = [&](const auto& keys, const char* message, const char* advice) {
        for (const auto key : keys) {
            if (const Node* node = mapping.take(key)) mapping.problem_at(*node, key, message, advice);
        }
    };
    if (kind == PortKind::fxs) {
        refuse(of_fxo, "this belongs to an exchange line (kind: fxo)", "remove it from the telephone port");
    } else {
        refuse(of_fxs, "this belongs to a telephone (kind: fxs)", "remove it from the exchange line");
    }
}

void finish_draft(PortDraft& draft) {
    auto& port = draft.port;
    auto& profile = port.country_profile;
    const auto known = country_profile(port.country);
    // A country without an entry was reported by the check of the zones, where there is one.
    profile = known ? *known : countries().fallback;
    if (!known) profile.code = port.country;
    if (draft.caller_id && *draft.caller_id != profile.caller_id) {
        profile.caller_id = *draft.caller_id;
        profile.caller_id_timing = usual_timing(*draft.caller_id);
    }
    if (draft.caller_id_timing) profile.caller_id_timing = *draft.caller_id_timing;
    if (draft.flash_window) {
        profile.flash_min = draft.flash_window->first;
        profile.flash_max = draft.flash_window->second;
    }
    if (draft.flash_digits) profile.flash_digits = *draft.flash_digits;
    if (draft.flash_out) profile.flash_out = *draft.flash_out;
    if (draft.disconnect) {
        profile.disconnect_battery = draft.disconnect->battery;
        profile.disconnect_polarity = draft.disconnect->polarity;
        profile.disconnect_tone = draft.disconnect->tone;
    }
    finish_fxo(draft, port.fxo);
}

}  // namespace tipring::config
