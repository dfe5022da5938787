// spans: nfas, d_channel_backup. Further T1 spans that are served by the D-channel of the first (ANSI T1.607).
#include <algorithm>
#include <iterator>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

constexpr unsigned t1_channels = 24;
constexpr unsigned highest_interface = 127;  // seven bits of octet 3.1 (Q.931 4.5.13)
constexpr std::size_t most_members = 31;     // ours

/// Those that number interfaces in the channel identification, as far as libpri has them.
bool knows_nfas(SwitchType type) {
    return type == SwitchType::national || type == SwitchType::dms100 || type == SwitchType::lucent4e ||
           type == SwitchType::lucent5e;
}

bool read_member_channels(Mapping& mapping, Span& member) {
    std::string text;
    mapping.require("channels", "the span has no channels", "add channels: 25-48, as the board counts them");
    if (!mapping.text("channels", text)) return false;
    const auto range = parse_range(text);
    if (!range || range->first < 1 || range->last > 1023) {
        mapping.problem_at(
            "channels",
            range ? base::format("\"{}\" is out of range", base::printable(text, 60)) : range.error().message,
            "write the first and the last channel, for example 25-48");
        return false;
    }
    if (range->last - range->first + 1 != t1_channels) {
        mapping.problem_at("channels", "a span of an NFAS trunk is a T1 of 24 channels",
                           "write all 24 of them, for example 25-48");
        return false;
    }
    member.first_channel = range->first;
    for (unsigned channel = range->first; channel <= range->last; ++channel)
        member.bearers.push_back(channel);
    return true;
}

Span read_member(Mapping& mapping, const Span& first) {
    Span member = first;
    member.nfas.clear();
    member.bearers.clear();
    member.d_channel = member.first_channel = member.number = member.interface = 0;
    member.label.clear();
    member.line = {};
    mapping.whole("span", 1, 128, member.number);
    mapping.require("span", "the span has no number", "add span: 2, as the driver counts them");
    mapping.whole("interface", 1, highest_interface, member.interface);
    mapping.require("interface", "the span has no interface number",
                    "add interface: 1, as the network counts them; the first span is 0");
    mapping.text("label", member.label);
    member.name = std::to_string(member.number);
    read_member_channels(mapping, member);
    read_span_line(mapping, member);
    member.number_at = member.name_at = mapping.place("span");
    member.channels_at = member.d_channel_at = mapping.place("channels");
    mapping.finish();
    return member;
}

void check_trunk(Mapping& mapping, const Node& node, const Span& span) {
    if (!knows_nfas(span.switch_type)) {
        mapping.problem_at(node, "nfas", "this switch type has no spans that share a D-channel",
                           "use switch: national, dms100, 4ess or 5ess, or write one entry for each span");
    }
    if (!span.bearers.empty() && !span.is_t1()) {
        mapping.problem_at(node, "nfas", "the span of the D-channel is no T1",
                           "NFAS is for T1 spans of 24 channels, with the D-channel in the last");
    }
}

/// The last channel of the span that has the backup.
void read_backup(Mapping& mapping, Span& span) {
    unsigned number = 0;
    if (!mapping.has("d_channel_backup")) return;
    if (!mapping.whole("d_channel_backup", 1, 128, number)) return;
    for (auto& member : span.nfas) {
        if (member.number != number || member.bearers.empty()) continue;
        member.d_channel = member.bearers.back();
        member.bearers.pop_back();
        return;
    }
    mapping.problem_at("d_channel_backup", base::format("span {} is not under nfas:", number),
                       "name the span whose channel 24 is the backup of the D-channel");
}

}  // namespace

void read_nfas(Mapping& mapping, Span& span) {
    const auto place = mapping.place("nfas");
    const Node* node = mapping.take("nfas");
    if (node != nullptr && node->kind != Node::Kind::sequence) {
        mapping.problem_at(*node, "nfas", "this is no list",
                           "write [{span: 2, interface: 1, channels: 25-48}]");
    } else if (node != nullptr) {
        if (!node->items.empty()) check_trunk(mapping, *node, span);
        if (node->items.size() > most_members)
            mapping.problem_at(*node, "nfas", base::format("{} spans are too many", node->items.size() + 1),
                               "a trunk has 32 at most");
        for (std::size_t i = 0; i < node->items.size() && i < most_members; ++i) {
            if (node->items[i].unreadable) continue;
            Mapping entry(mapping.context(), node->items[i], base::format("{}[{}]", place.key, i));
            if (!entry.is_mapping()) continue;
            auto member = read_member(entry, span);
            for (const auto& other : span.nfas) {
                if (member.interface != 0 && other.interface == member.interface)
                    entry.problem_at("interface",
                                     base::format("interface {} is used twice", member.interface),
                                     "give each span its own, as the network counts them");
            }
            span.nfas.push_back(std::move(member));
        }
    }
    read_backup(mapping, span);
}

std::vector<const Span*> spans_of_trunk(const Span& span) {
    std::vector<const Span*> all{&span};
    for (const auto& member : span.nfas)
        all.push_back(&member);
    return all;
}

std::vector<const Span*> every_span(const std::vector<Span>& spans) {
    std::vector<const Span*> all;
    for (const auto& span : spans)
        std::ranges::copy(spans_of_trunk(span), std::back_inserter(all));
    return all;
}

}  // namespace tipring::config
