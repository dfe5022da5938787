// spans: primary-rate spans (E1, T1).
#include <algorithm>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

void read_switch(Mapping& mapping, Span& span) {
    mapping.choice<SpanSide>("side", {{"user", SpanSide::user}, {"network", SpanSide::network}}, span.side);
    mapping.choice<SwitchType>("switch",
                               {{"euroisdn", SwitchType::euroisdn},
                                {"national", SwitchType::national},
                                {"dms100", SwitchType::dms100},
                                {"4ess", SwitchType::lucent4e},
                                {"5ess", SwitchType::lucent5e},
                                {"qsig", SwitchType::qsig}},
                               span.switch_type);
    mapping.choice<ChannelChoice>("choose",
                                  {{"ascending", ChannelChoice::ascending},
                                   {"descending", ChannelChoice::descending},
                                   {"round_robin", ChannelChoice::round_robin}},
                                  span.channel_choice);
    mapping.choice<ChannelWish>(
        "channel_id", {{"preferred", ChannelWish::preferred}, {"exclusive", ChannelWish::exclusive}},
        span.channel_wish);
    mapping.boolean("restart", span.restart);
    read_span_timers(mapping, span);
}

void read_overlap(Mapping& mapping, const Config& config, Span& span) {
    using std::chrono::seconds;
    mapping.choice<Overlap>("overlap",
                            {{"off", Overlap::off},
                             {"receiving", Overlap::receiving},
                             {"sending", Overlap::sending},
                             {"both", Overlap::both}},
                            span.overlap);
    span.digit_map = config.digit_map;
    if (mapping.text("digit_map", span.digit_map) && mapping.context().options.check_digit_map) {
        const auto good = mapping.context().options.check_digit_map(span.digit_map);
        if (!good) mapping.problem_at("digit_map", good.error().message, "write for example 1xx|0x.T");
    }
    mapping.duration("digit_timeout", seconds(1), seconds(60), span.digit_timeout);
    mapping.boolean("dial_tone", span.dial_tone);
    mapping.duration("announcement", seconds(0), std::chrono::minutes(3), span.announcement);
    if (span.receives_overlap()) return;
    for (const auto* key : {"digit_map", "digit_timeout", "dial_tone"}) {
        if (mapping.has(key))
            mapping.problem_at(key, "numbers do not come digit by digit on this span",
                               "add overlap: receiving, or remove it");
    }
}

/// D-channel: timeslot 16 of an E1 (ETSI EN 300 011), 24 of a T1 (ANSI T1.403), unless named.
void read_channels(Mapping& mapping, Span& span) {
    std::string text;
    const Node* node = mapping.take("channels");
    const Node* d_node = mapping.take("d_channel");
    mapping.whole("d_channel", 1, 1023, span.d_channel);
    if (node == nullptr) {
        mapping.require("channels", "the span has no channels",
                        "add channels: 1-31 (E1) or 1-24 (T1), as the board counts them");
        return;
    }
    if (!mapping.text("channels", text)) return;
    const auto range = parse_range(text);
    if (!range || range->first < 1 || range->last > 1023) {
        mapping.problem_at(
            *node, "channels",
            range ? base::format("\"{}\" is out of range", base::printable(text, 60)) : range.error().message,
            "write the first and the last channel, for example 1-31");
        return;
    }
    const unsigned count = range->last - range->first + 1;
    if (count > 31) {
        mapping.problem_at(*node, "channels", base::format("{} channels are more than an E1 has", count),
                           "write one entry for each span");
        return;
    }
    span.first_channel = range->first;
    if (d_node == nullptr) {
        if (count == 31) span.d_channel = range->first + 15;
        if (count == 24) span.d_channel = range->first + 23;
        if (span.d_channel == 0) {
            mapping.problem_at(*node, "channels",
                               base::format("with {} channels it is not clear which is the D-channel", count),
                               "add d_channel:");
        }
    } else if (span.d_channel != 0 && (span.d_channel < range->first || span.d_channel > range->last)) {
        mapping.problem_at(*d_node, "d_channel",
                           base::format("channel {} is not one of the span", span.d_channel),
                           base::format("use one of {}", text));
    }
    for (unsigned channel = range->first; channel <= range->last; ++channel) {
        if (channel != span.d_channel) span.bearers.push_back(channel);
    }
}

}  // namespace

void read_span_line(Mapping& mapping, Span& span) {
    const Node* node = mapping.take("line");
    if (node == nullptr) return;
    Mapping line(mapping.context(), *node, mapping.place("line").key);
    if (!line.is_mapping()) return;
    auto& wanted = span.line;
    wanted.at = line.place();
    const auto word = [&line](std::string_view key, const std::vector<std::string_view>& words,
                              std::string& target) {
        std::vector<std::pair<std::string_view, std::size_t>> choices;
        for (std::size_t i = 0; i < words.size(); ++i)
            choices.emplace_back(words[i], i);
        std::size_t index = 0;
        if (line.choice(key, choices, index)) target = words[index];
    };
    const bool t1 = span.is_t1();
    word("framing",
         t1 ? std::vector<std::string_view>{"esf", "d4"} : std::vector<std::string_view>{"ccs", "cas"},
         wanted.framing);
    word("coding",
         t1 ? std::vector<std::string_view>{"b8zs", "ami"} : std::vector<std::string_view>{"hdb3", "ami"},
         wanted.coding);
    bool crc4 = false;
    if (line.boolean("crc4", crc4)) wanted.crc4 = crc4;
    if (wanted.crc4 && t1) {
        line.problem_at("crc4", "a T1 has no CRC-4", "remove it; its check sum is part of framing: esf");
        wanted.crc4.reset();
    }
    unsigned number = 0;
    if (line.whole("timing", 0, 128, number)) wanted.timing = number;
    if (line.whole("build_out", 0, 7, number)) wanted.build_out = number;
    line.finish();
}

void read_spans(Context& context, const Node* node, Config& config) {
    if (node == nullptr || node->kind == Node::Kind::null) return;
    if (node->kind != Node::Kind::sequence) {
        context.problem(context.place(node->at, "spans"), "this is no list",
                        "write \"- {span: 1, channels: 1-31}\" lines");
        return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        if (node->items[i].unreadable) continue;
        Mapping mapping(context, node->items[i], base::format("spans[{}]", i));
        if (!mapping.is_mapping()) continue;
        Span span;
        span.country = config.country;
        if (!config.sip.accounts.empty()) span.account = config.sip.accounts.front().name;
        mapping.whole("span", 1, 128, span.number);
        mapping.require("span", "the span has no number", "add span: 1, as the driver counts them");
        span.name = std::to_string(span.number);
        mapping.name("name", span.name);
        mapping.text("label", span.label);
        mapping.country("country", span.country);
        if (mapping.name("account", span.account))
            context.references.push_back({ReferenceKind::account, span.account, mapping.place("account")});
        if (mapping.text("number", span.number_default) && !is_number(span.number_default)) {
            mapping.problem_at("number",
                               base::format("\"{}\" is no number", base::printable(span.number_default, 60)),
                               "write the main number of the connection");
        }
        read_switch(mapping, span);
        read_overlap(mapping, config, span);
        read_span_services(mapping, span);
        read_number_plan(mapping, config, span);
        read_channels(mapping, span);
        read_span_line(mapping, span);
        span.number_at = mapping.place("span");
        span.name_at = mapping.place(mapping.has("name") ? "name" : "span");
        span.channels_at = mapping.place("channels");
        span.d_channel_at = mapping.place(mapping.has("d_channel") ? "d_channel" : "channels");
        read_nfas(mapping, span);
        mapping.finish();
        config.spans.push_back(std::move(span));
    }
}

}  // namespace tipring::config
