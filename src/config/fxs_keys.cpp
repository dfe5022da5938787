// Keys of a telephone port (kind: fxs).
#include <algorithm>

#include "port_draft.hpp"
#include "tipring/base/text.hpp"
#include "words.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

// Each port of a range has its own copy.
constexpr std::size_t most_ring_rules = 64;

void read_timers(Mapping& mapping, Port& port) {
    mapping.duration("dial_tone", seconds(1), minutes(10), port.dial_tone);
    mapping.duration("ring_timeout", seconds(5), minutes(60), port.ring_timeout);
    mapping.duration("late_on_hook", seconds(0), seconds(255), port.fxs.late_on_hook);
    auto& timers = port.fxs.timers;
    mapping.duration("reorder_tone", seconds(1), minutes(10), timers.reorder_tone);
    mapping.duration("howler", seconds(1), minutes(10), timers.howler);
    mapping.duration("confirmation_tone", milliseconds(500), seconds(10), timers.confirmation_tone);
    mapping.duration("flash_digit_time", seconds(1), seconds(30), timers.flash_digit);
    mapping.duration("recall_ring", seconds(5), minutes(10), timers.recall_ring);
    mapping.duration("call_waiting_interval", seconds(2), minutes(1), timers.call_waiting_interval);
}

void read_port_services(Mapping& mapping, FxsSettings& fxs) {
    const Node* node = mapping.take("services");
    if (node == nullptr) return;
    if (const auto plain = parse_boolean(node->text)) {
        fxs.services = *plain;
        fxs.may_forward = true;
        return;
    }
    enum class Services { all, none, limited };
    Services chosen{};
    if (!mapping.choice<Services>(
            "services", {{"yes", Services::all}, {"no", Services::none}, {"limited", Services::limited}},
            chosen))
        return;
    fxs.services = true;
    fxs.may_forward = false;
}

void read_message_waiting(Mapping& mapping, MessageWaiting& target) {
    const Node* list = mapping.take("message_waiting");
    if (list == nullptr) return;
    MessageWaiting chosen{false, false, false, false};
    if (list->kind == Node::Kind::scalar && parse_boolean(list->text) == false) {
        target = chosen;
        return;
    }
    const std::vector<std::pair<std::string_view, bool MessageWaiting::*>> ways = {
        {"stutter", &MessageWaiting::stutter},
        {"fsk", &MessageWaiting::fsk},
        {"lamp", &MessageWaiting::lamp},
        {"polarity", &MessageWaiting::polarity}};
    bool good = list->kind == Node::Kind::sequence || list->kind == Node::Kind::scalar;
    for (const Node* node : mapping.list("message_waiting")) {
        const auto found =
            std::find_if(ways.begin(), ways.end(), [&](const auto& way) { return way.first == node->text; });
        if (found != ways.end()) {
            chosen.*(found->second) = true;
            continue;
        }
        good = false;
        mapping.problem_at(*node, "message_waiting",
                           base::format("\"{}\" is not possible here", base::printable(node->text, 60)),
                           suggestion(node->text, {"stutter", "fsk", "lamp", "polarity"}));
    }
    if (good) target = chosen;
}

/// "201" or "201@voicemail.example.com"
bool is_mailbox(std::string_view text) {
    const auto at = text.find('@');
    const auto user = text.substr(0, at);
    const bool good_host = at == std::string_view::npos || is_name(text.substr(at + 1));
    return (is_name(user) || is_number(user)) && good_host;
}

void read_ring_patterns(Mapping& mapping, std::vector<RingRule>& target) {
    const Node* node = mapping.take("ring_patterns");
    if (node == nullptr) return;
    if (node->kind != Node::Kind::sequence) {
        mapping.problem_at("ring_patterns", "this is no list", "write [{caller: 0., pattern: 2}]");
        return;
    }
    if (node->items.size() > most_ring_rules) {
        mapping.problem_at("ring_patterns", base::format("these are more than {} rules", most_ring_rules),
                           "a pattern such as 030. stands for many callers");
        return;
    }
    target.clear();
    auto& context = mapping.context();
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        if (node->items[i].unreadable) continue;
        Mapping rule_keys(context, node->items[i],
                          base::format("{}[{}]", mapping.place("ring_patterns").key, i));
        if (!rule_keys.is_mapping()) continue;
        RingRule rule;
        if (rule_keys.text("caller", rule.caller) && context.options.check_pattern) {
            const auto good = context.options.check_pattern(rule.caller);
            if (!good)
                rule_keys.problem_at(
                    "caller", good.error().message,
                    "write digits, x, [2-9] and . for the rest; leave it out for any caller");
        }
        rule_keys.require("pattern", "the rule has no pattern",
                          "add pattern: 1 to 7, as bellcore-dr1 to dr7");
        rule_keys.whole("pattern", 1, 7, rule.pattern);
        rule_keys.finish();
        target.push_back(std::move(rule));
    }
}

void read_hotline(Mapping& mapping, FxsSettings& fxs) {
    const Node* node = mapping.take("hotline");
    if (node != nullptr && node->kind == Node::Kind::scalar && parse_boolean(node->text) == false) {
        fxs.hotline.clear();
    } else {
        mapping.number("hotline", "write the number that is called when the phone is lifted, or off",
                       fxs.hotline);
    }
    mapping.duration("hotline_delay", seconds(0), minutes(1), fxs.hotline_delay);
}

}  // namespace

void read_fxs_keys(Mapping& mapping, PortDraft& draft) {
    auto& port = draft.port;
    auto& fxs = port.fxs;
    read_timers(mapping, port);
    mapping.boolean("call_waiting", fxs.call_waiting);
    mapping.boolean("call_waiting_id", fxs.call_waiting_id);
    read_port_services(mapping, fxs);
    mapping.boolean("anonymous", fxs.anonymous);
    read_hotline(mapping, fxs);
    mapping.boolean("answer_polarity", fxs.answer_polarity);
    read_message_waiting(mapping, fxs.message_waiting);
    if (mapping.text("mailbox", fxs.mailbox) && !is_mailbox(fxs.mailbox)) {
        mapping.problem_at("mailbox", base::format("\"{}\" is no mailbox", base::printable(fxs.mailbox, 60)),
                           "write the mailbox's user, or user@host");
    }
    read_ring_patterns(mapping, fxs.ring_rules);
    mapping.boolean("data", fxs.data);
    mapping.boolean("dial_without_tone", fxs.dial_without_tone);
    mapping.boolean("lock_out", fxs.lock_out);
    mapping.boolean("sip_down_tone", fxs.sip_down_tone);
    bool flash_digits{};
    if (mapping.boolean("flash_digits", flash_digits)) draft.flash_digits = flash_digits;
}

}  // namespace tipring::config
