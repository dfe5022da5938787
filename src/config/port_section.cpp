// ports: and defaults:. One entry may stand for a range of channels; numbers and labels are counted up.
#include <algorithm>
#include <optional>
#include <utility>

#include "port_draft.hpp"
#include "sections.hpp"
#include "tipring/base/text.hpp"
#include "words.hpp"

namespace tipring::config {
namespace {

constexpr unsigned highest_channel = 1023;

void read_reference(Mapping& mapping, std::string_view key, ReferenceKind kind, std::string& target) {
    if (mapping.name(key, target)) mapping.context().references.push_back({kind, target, mapping.place(key)});
}

/// The keys that may stand in a port and in defaults: alike; without a kind for both kinds.
void read_shared(Mapping& mapping, std::optional<PortKind> kind, PortDraft& draft) {
    auto& port = draft.port;
    mapping.country("country", port.country);
    read_reference(mapping, "account", ReferenceKind::account, port.account);
    mapping.secret(port.password);
    if (mapping.name("group", port.group)) port.group_at = mapping.place("group");
    if (mapping.text("digit_map", port.digit_map) && mapping.context().options.check_digit_map) {
        const auto good = mapping.context().options.check_digit_map(port.digit_map);
        if (!good) mapping.problem_at("digit_map", good.error().message, "write for example 1xx|0x.T");
    }
    mapping.choice<DialMode>("dial_mode", dial_modes(), port.dial_mode);
    if (mapping.whole("echo_taps", 0, 1024, port.echo_taps) && port.echo_taps != 0 &&
        (port.echo_taps < 32 || (port.echo_taps & (port.echo_taps - 1)) != 0)) {
        mapping.problem_at("echo_taps", base::format("{} taps are not possible", port.echo_taps),
                           "use 0 (off), 32, 64, 128, 256, 512 or 1024");
    }
    mapping.decimal("receive_gain_db", -24, 12, port.receive_gain_db);
    mapping.decimal("transmit_gain_db", -24, 12, port.transmit_gain_db);
    mapping.boolean("enabled", port.enabled);
    read_line_keys(mapping, kind, draft);
    read_fxs_keys(mapping, draft);
    read_fxo_keys(mapping, draft);
}

std::optional<PortProfile> read_profile(Mapping& mapping) {
    PortProfile profile{};
    const bool given = mapping.choice<PortProfile>("profile", port_profiles(), profile);
    return given ? std::optional(profile) : std::nullopt;
}

/// Where a port starts from: what `defaults:` says, without and with the profile that it names.
struct Defaults {
    PortDraft plain, profiled;
};

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

/// A key that says nothing without another one.
void check_dependent_keys(Mapping& mapping, const Port& port) {
    if (port.kind == PortKind::fxs && mapping.has("hotline_delay") && port.fxs.hotline.empty() &&
        !mapping.has("hotline")) {
        mapping.problem_at("hotline_delay", "there is no hotline that could wait",
                           "add hotline: and a number");
    }
    for (const auto key : {"first_digit", "inter_digit", "short_inter_digit"}) {
        if (port.kind == PortKind::fxo && mapping.has(key) && port.fxo.two_stage.empty() &&
            !mapping.has("two_stage")) {
            mapping.problem_at(key, "nobody dials on this exchange line", "add two_stage:, or remove this");
        }
    }
}

void read_port(Mapping& mapping, const Defaults& defaults, Config& config) {
    const auto channels = read_channels(mapping);
    mapping.require("kind", "the port has no kind",
                    "add kind: fxs (a telephone) or kind: fxo (an exchange line)");
    PortKind kind{};
    const bool kind_known =
        mapping.choice<PortKind>("kind", {{"fxs", PortKind::fxs}, {"fxo", PortKind::fxo}}, kind);
    const auto profile = read_profile(mapping);
    // A port's own profile counts more than what all ports share; that of `defaults:` counts less.
    const bool takes_profile = kind == PortKind::fxs && !profile;
    PortDraft draft = takes_profile ? defaults.profiled : defaults.plain;
    if (kind == PortKind::fxs && profile) apply_profile(*profile, draft);
    Port& port = draft.port;
    port.kind = kind;
    const auto numbers = read_numbers(mapping, channels.size());
    const auto labels = read_labels(mapping, "label", channels.size());
    const auto names = read_labels(mapping, "caller_name", channels.size());
    mapping.text("auth_user", port.auth_user);
    mapping.number("to", "write the number that an incoming call goes to", port.to);
    read_shared(mapping, kind_known ? std::optional(kind) : std::nullopt, draft);
    mapping.finish();
    if (mapping.has("kind")) refuse_other_kind(mapping, kind);
    check_dependent_keys(mapping, port);
    finish_draft(draft);
    const Node* auth_user = mapping.take("auth_user");
    if (auth_user != nullptr && channels.size() > 1) {
        mapping.problem_at(*auth_user, "auth_user", "one auth_user for several channels",
                           "write the ports one by one, or leave it out: it is the number then");
    }
    for (std::size_t i = 0; i < channels.size(); ++i) {
        Port single = port;
        single.channel = channels[i].number;
        single.channel_at = channels[i].at;
        if (i < numbers.size()) single.number = numbers[i];
        single.number_at = place_of(mapping, "number", i);
        if (i < labels.size()) single.label = labels[i];
        single.caller_name = i < names.size() ? names[i] : single.label;
        if (!config.emergency.empty()) single.country_profile.emergency = config.emergency;
        fill_from_account(config, single);
        config.ports.push_back(std::move(single));
    }
}

}  // namespace

void read_ports(Context& context, const Node* ports, const Node* node, Config& config) {
    Defaults defaults;
    defaults.plain.port.country = config.country;
    defaults.plain.port.digit_map = config.digit_map;
    defaults.profiled = defaults.plain;
    if (node != nullptr) {
        Mapping mapping(context, *node, "defaults");
        const auto profile = read_profile(mapping);
        read_shared(mapping, std::nullopt, defaults.plain);
        mapping.finish();
        // Again, over the profile; what is wrong was told the first time.
        Context unheard(context.file(), context.options);
        Mapping again(unheard, *node, "defaults");
        if (profile) apply_profile(*profile, defaults.profiled);
        read_shared(again, std::nullopt, defaults.profiled);
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
        read_port(mapping, defaults, config);
    }
}

}  // namespace tipring::config
