// ports: and defaults:. One entry may stand for a range of channels; numbers and labels are counted up.
#include <algorithm>
#include <utility>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr unsigned highest_channel = 1023;

void read_timers(Mapping& mapping, Port& port) {
    mapping.duration("dial_tone", seconds(1), minutes(10), port.dial_tone);
    mapping.duration("first_digit", seconds(1), minutes(10), port.first_digit);
    mapping.duration("inter_digit", milliseconds(500), minutes(1), port.inter_digit);
    mapping.duration("short_inter_digit", milliseconds(500), minutes(1), port.short_inter_digit);
    mapping.duration("ring_timeout", seconds(5), minutes(60), port.ring_timeout);
}

void read_reference(Mapping& mapping, std::string_view key, ReferenceKind kind, std::string& target) {
    if (mapping.name(key, target)) mapping.context().references.push_back({kind, target, mapping.place(key)});
}

/// The keys that may stand in a port and in defaults: alike.
void read_shared(Mapping& mapping, Port& port) {
    mapping.country("country", port.country);
    read_reference(mapping, "account", ReferenceKind::account, port.account);
    mapping.secret(port.password);
    mapping.name("group", port.group);
    if (mapping.text("digit_map", port.digit_map) && mapping.context().options.check_digit_map) {
        const auto good = mapping.context().options.check_digit_map(port.digit_map);
        if (!good) mapping.problem_at("digit_map", good.error().message, "write for example 1xx|0x.T");
    }
    mapping.choice<DialMode>("dial_mode",
                             {{"dtmf", DialMode::dtmf}, {"pulse", DialMode::pulse}, {"both", DialMode::both}},
                             port.dial_mode);
    mapping.boolean("answer_at_once", port.answer_at_once);
    if (mapping.whole("echo_taps", 0, 1024, port.echo_taps) && port.echo_taps != 0 &&
        (port.echo_taps < 32 || (port.echo_taps & (port.echo_taps - 1)) != 0)) {
        mapping.problem_at("echo_taps", base::format("{} taps are not possible", port.echo_taps),
                           "use 0 (off), 32, 64, 128, 256, 512 or 1024");
    }
    mapping.decimal("receive_gain_db", -24, 12, port.receive_gain_db);
    mapping.decimal("transmit_gain_db", -24, 12, port.transmit_gain_db);
    mapping.boolean("enabled", port.enabled);
    read_timers(mapping, port);
}

struct Channel {
    unsigned number = 0;
    Place at;
};

/// channel: 5, channels: 1-4 or channels: [1, 3, 7-8]
std::vector<Channel> read_channels(Mapping& mapping) {
    const Node* one = mapping.take("channel");
    const Node* many = mapping.take("channels");
    std::vector<Channel> channels;
    if (!mapping.has("channels")) {
        mapping.require("channel", "the port has no channel",
                        "add channels: 1-4 or channel: 5, as the board counts them");
    }
    if (one != nullptr && many != nullptr) {
        mapping.problem_at(*one, "channel", "both channel and channels are given", "keep one of the two");
    }
    const std::string_view key = many != nullptr ? "channels" : "channel";
    for (const Node* node : mapping.list(key)) {
        const auto range = parse_range(node->text);
        if (!range || range->first < 1 || range->last > highest_channel) {
            mapping.problem_at(*node, key,
                               range ? base::format("\"{}\" is out of range", base::printable(node->text, 60))
                                     : range.error().message,
                               "write a channel from 1 to 1023, or a range such as 1-4");
            continue;
        }
        if (channels.size() + range->last - range->first >= highest_channel) {
            mapping.problem_at(*node, key, "these are more channels than a board can have",
                               "name each channel once");
            break;
        }
        for (unsigned channel = range->first; channel <= range->last; ++channel)
            channels.push_back({channel, mapping.place(*node, key)});
    }
    return channels;
}

/// One text per channel: a list with as many members, or one that is spread by `spread`.
template <class Spread>
std::vector<std::string> one_each(Mapping& mapping, std::string_view key, std::size_t count, Spread spread) {
    const Node* node = mapping.take(key);
    if (node == nullptr || count == 0) return {};
    if (node->kind == Node::Kind::sequence) {
        std::vector<std::string> texts;
        const bool whole = std::none_of(node->items.begin(), node->items.end(),
                                        [](const Node& item) { return item.unreadable; });
        for (const Node* item : mapping.list(key))
            texts.push_back(item->text);
        if (!whole) return {};
        if (texts.size() != count) {
            mapping.problem_at(*node, key, base::format("{} values for {} channels", texts.size(), count),
                               "write one for each channel");
            return {};
        }
        return texts;
    }
    std::string text;
    if (!mapping.text(key, text)) return {};
    return spread(*node, text);
}

/// Where the value of one channel stands, in a list or in what stands for all of them.
Place place_of(Mapping& mapping, std::string_view key, std::size_t index) {
    const Node* node = mapping.take(key);
    const bool listed = node != nullptr && index < node->items.size();
    return listed ? mapping.place(node->items[index], key) : mapping.place(key);
}

std::vector<std::string> read_numbers(Mapping& mapping, std::size_t count) {
    if (!mapping.has("number")) {
        mapping.take("number");
        mapping.require("number", "the port has no number",
                        "add number: 101, or 101-104 for a range of channels");
        return {};
    }
    const auto refuse = [&](const std::string& number) {
        mapping.problem_at("number", base::format("\"{}\" is no number", base::printable(number, 60)),
                           "use digits, + * and #");
    };
    if (count == 0) {  // the channels are wrong; the number is looked at all the same
        std::string text;
        if (mapping.text("number", text) && text.find_first_not_of("0123456789+*#-") != std::string::npos)
            refuse(text);
        return {};
    }
    auto numbers = one_each(mapping, "number", count, [&](const Node& node, const std::string& text) {
        auto counted = count_up(text, count);
        if (counted) return std::move(*counted);
        mapping.problem_at(node, "number", counted.error().message,
                           "write the first number, or a range with one number for each channel");
        return std::vector<std::string>{};
    });
    for (const auto& number : numbers) {
        if (is_number(number)) continue;
        refuse(number);
        return {};
    }
    return numbers;
}

/// Several channels with one label are told apart by counting: "Office 1", "Office 2".
std::vector<std::string> read_labels(Mapping& mapping, std::string_view key, std::size_t count) {
    return one_each(mapping, key, count, [&](const Node&, const std::string& text) {
        std::vector<std::string> labels;
        for (std::size_t i = 0; i < count; ++i) {
            labels.push_back(count == 1 ? text : base::format("{} {}", text, i + 1));
        }
        return labels;
    });
}

void fill_from_account(const Config& config, Port& port) {
    if (port.account.empty() && !config.sip.accounts.empty()) port.account = config.sip.accounts.front().name;
    if (port.auth_user.empty()) port.auth_user = port.number;
    if (!port.password.empty()) return;
    for (const auto& account : config.sip.accounts) {
        if (account.name == port.account) port.password = account.password;
    }
}

/// Keys of the other kind, in the port itself; in `defaults:` they serve the ports that have a use for them.
void check_kind(Mapping& mapping, const Port& port) {
    if (!mapping.has("kind")) return;
    const auto refuse = [&](std::string_view key, const char* message, const char* advice) {
        if (const Node* node = mapping.take(key)) mapping.problem_at(*node, key, message, advice);
    };
    if (port.kind == PortKind::fxs) {
        for (const std::string_view key : {"to", "group", "answer_at_once"})
            refuse(key, "this belongs to an exchange line (kind: fxo)", "remove it from the telephone port");
    } else {
        for (const std::string_view key :
             {"digit_map", "dial_tone", "first_digit", "inter_digit", "short_inter_digit", "ring_timeout"})
            refuse(key, "this belongs to a telephone (kind: fxs)", "remove it from the exchange line");
    }
}

void read_port(Mapping& mapping, const Port& defaults, Config& config) {
    Port port = defaults;
    const auto channels = read_channels(mapping);
    mapping.require("kind", "the port has no kind",
                    "add kind: fxs (a telephone) or kind: fxo (an exchange line)");
    mapping.choice<PortKind>("kind", {{"fxs", PortKind::fxs}, {"fxo", PortKind::fxo}}, port.kind);
    const auto numbers = read_numbers(mapping, channels.size());
    const auto labels = read_labels(mapping, "label", channels.size());
    const auto names = read_labels(mapping, "caller_name", channels.size());
    mapping.text("auth_user", port.auth_user);
    if (mapping.text("to", port.to) && !is_number(port.to)) {
        mapping.problem_at("to", base::format("\"{}\" is no number", base::printable(port.to, 60)),
                           "write the number that an incoming call goes to");
    }
    read_shared(mapping, port);
    mapping.finish();
    check_kind(mapping, port);
    const Node* auth_user = mapping.take("auth_user");
    if (auth_user != nullptr && channels.size() > 1) {
        mapping.problem_at(*auth_user, "auth_user", "one auth_user for several channels",
                           "write the ports one by one, or leave it out: it is the number then");
    }
    if (port.kind == PortKind::fxs) port.group.clear();
    for (std::size_t i = 0; i < channels.size(); ++i) {
        Port single = port;
        single.channel = channels[i].number;
        single.channel_at = channels[i].at;
        if (i < numbers.size()) single.number = numbers[i];
        single.number_at = place_of(mapping, "number", i);
        if (i < labels.size()) single.label = labels[i];
        single.caller_name = i < names.size() ? names[i] : single.label;
        fill_from_account(config, single);
        config.ports.push_back(std::move(single));
    }
}

}  // namespace

void read_ports(Context& context, const Node* ports, const Node* defaults, Config& config) {
    Port base_port;
    base_port.country = config.country;
    base_port.digit_map = config.digit_map;
    if (defaults != nullptr) {
        Mapping mapping(context, *defaults, "defaults");
        read_shared(mapping, base_port);
        mapping.finish();
    }
    if (ports == nullptr || ports->kind == Node::Kind::null) return;
    if (ports->kind != Node::Kind::sequence) {
        context.problem(context.place(ports->at, "ports"), "this is no list",
                        "write \"- {channels: 1-4, kind: fxs, number: 101}\" lines");
        return;
    }
    for (std::size_t i = 0; i < ports->items.size(); ++i) {
        if (ports->items[i].unreadable) continue;
        if (config.ports.size() > 2 * highest_channel) break;  // duplicates only; they are reported
        Mapping mapping(context, ports->items[i], base::format("ports[{}]", i));
        if (!mapping.is_mapping()) continue;
        read_port(mapping, base_port, config);
    }
}

}  // namespace tipring::config
