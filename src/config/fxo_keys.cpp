// Keys of an exchange line (kind: fxo).
#include "port_draft.hpp"
#include "tipring/base/text.hpp"
#include "words.hpp"

namespace tipring::config {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Each is looked for at the same time.
constexpr std::size_t most_learnt_tones = 8;

void read_dialling(Mapping& mapping, FxoSettings& fxo) {
    mapping.boolean("wait_for_dial_tone", fxo.wait_for_dial_tone);
    mapping.duration("dial_tone_limit", milliseconds(500), minutes(1), fxo.dial_tone_limit);
    mapping.duration("dial_delay", milliseconds(0), seconds(10), fxo.dial_delay);
    std::string prefix;
    if (mapping.text("dial_prefix", prefix)) {
        const bool good =
            prefix.size() <= 32 && prefix.find_first_not_of("0123456789*#ABCDwW") == std::string::npos;
        if (good) {
            fxo.dial_prefix = prefix;
        } else {
            mapping.problem_at("dial_prefix",
                               base::format("\"{}\" cannot be dialled", base::printable(prefix, 60)),
                               "use at most 32 digits, *, #, w (wait 500 ms) and W (wait for dial tone)");
        }
    }
    const Node* node = mapping.take("dtmf_time");
    const milliseconds shortest(40), longest(1000);
    DurationPair pair;
    if (node != nullptr && node->text.find('/') == std::string::npos) {
        if (mapping.duration("dtmf_time", shortest, longest, pair.first))
            fxo.dtmf_on = fxo.dtmf_off = pair.first;
    } else if (mapping.duration_pair("dtmf_time", '/', shortest, longest, "80/100ms (digit/pause)", pair)) {
        fxo.dtmf_on = pair.first;
        fxo.dtmf_off = pair.second;
    }
}

void read_pulses(Mapping& mapping, FxoSettings& fxo) {
    DurationPair pair;
    if (mapping.duration_pair("pulse_time", '/', milliseconds(10), milliseconds(200), "60/40ms (break/make)",
                              pair)) {
        fxo.pulse_break = pair.first;
        fxo.pulse_make = pair.second;
    }
    mapping.duration("pulse_pause", milliseconds(100), seconds(5), fxo.pulse_pause);
}

void read_learnt_tones(Mapping& mapping, FxoSettings& fxo) {
    if (mapping.take("disconnect_tones") == nullptr) return;
    fxo.learnt_tones.clear();
    const auto names = mapping.list("disconnect_tones");
    if (names.size() > most_learnt_tones) {
        mapping.problem_at("disconnect_tones",
                           base::format("these are more than {} tones", most_learnt_tones),
                           "name those of this line's exchange");
        return;
    }
    for (const Node* node : names) {
        if (!is_name(node->text)) {
            mapping.problem_at(*node, "disconnect_tones",
                               base::format("\"{}\" is no name", base::printable(node->text, 60)),
                               "use names of the section tones:");
            continue;
        }
        mapping.context().references.push_back(
            {ReferenceKind::tone, node->text, mapping.place(*node, "disconnect_tones")});
        fxo.learnt_tones.push_back(node->text);
    }
}

void read_disconnect_limits(Mapping& mapping, PortDraft& draft) {
    auto& fxo = draft.port.fxo;
    mapping.duration("battery_gone", milliseconds(50), seconds(5), fxo.battery_gone);
    mapping.duration("dial_tone_back", seconds(1), minutes(1), fxo.dial_tone_back);
    read_learnt_tones(mapping, fxo);
    mapping.whole("tone_cycles", 2, 8, fxo.tone_cycles);
    milliseconds silence{};
    if (mapping.duration("silence_limit", seconds(10), hours(1), silence)) draft.silence_limit = silence;
    if (mapping.has("silence_limit") && mapping.has("disconnect") && draft.disconnect &&
        !draft.disconnect->silence) {
        mapping.problem_at("silence_limit", "silence is not among the ways of disconnect",
                           "add silence to disconnect, or remove this");
    }
    mapping.duration("longest_call", milliseconds(0), hours(24), fxo.longest_call);
}

void read_answer(Mapping& mapping, PortDraft& draft) {
    auto& fxo = draft.port.fxo;
    mapping.choice<AnswerBy>("answer_by", answer_ways(), fxo.answer_by);
    milliseconds after{};
    if (mapping.duration("answer_after", milliseconds(0), minutes(5), after)) draft.answer_after = after;
    if (fxo.answer_by == AnswerBy::timer && draft.answer_after == milliseconds(0)) {
        mapping.problem_at(mapping.has("answer_after") ? "answer_after" : "answer_by",
                           "the timer has no length",
                           "give answer_after a length, or use answer_by: immediate");
    }
    mapping.choice<FirstReversal>("first_reversal",
                                  {{"answer", FirstReversal::answer}, {"hang_up", FirstReversal::hang_up}},
                                  fxo.first_reversal);
    if (fxo.answer_by == AnswerBy::polarity && fxo.first_reversal == FirstReversal::hang_up) {
        const auto key = mapping.has("first_reversal") ? "first_reversal" : "answer_by";
        if (mapping.has(key))
            mapping.problem_at(key, "the answer is awaited from the first reversal, which is the hang-up",
                               "use another answer_by, or first_reversal: answer");
    }
}

/// What the chips of exchange lines can do.
void read_hardware_gain(Mapping& mapping, std::string_view key, std::optional<double>& target) {
    double gain_db = 0;
    if (mapping.decimal(key, -15, 12, gain_db)) target = gain_db;
}

}  // namespace

void read_fxo_keys(Mapping& mapping, PortDraft& draft) {
    auto& port = draft.port;
    auto& fxo = port.fxo;
    mapping.boolean("answer_at_once", port.answer_at_once);
    if (mapping.text("two_stage", port.fxo.two_stage) && mapping.context().options.check_digit_map) {
        const auto good = mapping.context().options.check_digit_map(port.fxo.two_stage);
        if (!good) mapping.problem_at("two_stage", good.error().message, "write for example 2xx|0");
    }
    mapping.whole("rings", 1, 20, fxo.rings);
    mapping.duration("caller_gone", seconds(3), minutes(1), fxo.caller_gone);
    read_dialling(mapping, fxo);
    read_pulses(mapping, fxo);
    read_disconnect_limits(mapping, draft);
    read_answer(mapping, draft);
    mapping.duration("guard", milliseconds(0), minutes(1), fxo.guard);
    read_hardware_gain(mapping, "hardware_receive_gain_db", fxo.hardware_receive_gain_db);
    read_hardware_gain(mapping, "hardware_transmit_gain_db", fxo.hardware_transmit_gain_db);
}

}  // namespace tipring::config
