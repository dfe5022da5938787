// groups: and tones:.
#include <algorithm>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

// Names are compared with one another, so a hostile list must not be endless. A board has fewer channels.
constexpr std::size_t most_entries = 1023;

/// The entries of a list of mappings; nothing when the section is not there or no list.
std::vector<const Node*> entries(Context& context, const Node* node, std::string_view key,
                                 const char* example) {
    std::vector<const Node*> items;
    if (node == nullptr || node->kind == Node::Kind::null) return items;
    if (node->kind != Node::Kind::sequence) {
        context.problem(context.place(node->at, std::string(key)), "this is no list", example);
        return items;
    }
    if (node->items.size() > most_entries) {
        context.problem(context.place(node->at, std::string(key)),
                        base::format("{} entries are more than a board has lines", node->items.size()),
                        base::format("write at most {}", most_entries));
        return items;
    }
    for (const auto& item : node->items)
        items.push_back(&item);
    return items;
}

bool fresh_name(Mapping& mapping, std::string_view what, const std::string& name, bool seen,
                const Mark& first) {
    if (seen)
        mapping.problem_at("name",
                           base::format("{} {} is used twice (first in line {})", what, name, first.line),
                           "write one entry for each name");
    return !seen;
}

}  // namespace

void read_groups(Context& context, const Node* node, Config& config) {
    const auto items =
        entries(context, node, "groups", "write \"- {name: city, strategy: round_robin}\" lines");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i]->unreadable) continue;
        Mapping mapping(context, *items[i], base::format("groups[{}]", i));
        if (!mapping.is_mapping()) continue;
        Group group;
        mapping.require("name", "the group has no name", "add name:, the ports' group: refers to it");
        const bool named = mapping.name("name", group.name);
        mapping.choice<GroupStrategy>("strategy",
                                      {{"first_free", GroupStrategy::first_free},
                                       {"round_robin", GroupStrategy::round_robin},
                                       {"least_used", GroupStrategy::least_used},
                                       {"random", GroupStrategy::random}},
                                      group.strategy);
        mapping.finish();
        if (!named) continue;
        group.at = mapping.place("name");
        const auto same = std::find_if(config.groups.begin(), config.groups.end(),
                                       [&](const Group& other) { return other.name == group.name; });
        const bool seen = same != config.groups.end();
        if (!fresh_name(mapping, "group", group.name, seen, seen ? same->at.mark : Mark{})) continue;
        const auto member = std::find_if(config.ports.begin(), config.ports.end(),
                                         [&](const Port& port) { return port.group == group.name; });
        if (member == config.ports.end()) {
            if (!context.has_problem_in("ports") && !context.has_problem_in("defaults"))
                mapping.problem_at("name", base::format("no port belongs to group \"{}\"", group.name),
                                   base::format("write group: {} in its ports, or remove it", group.name));
        } else if (member->kind == PortKind::fxs && mapping.has("strategy")) {
            mapping.problem_at("strategy", "this is a group of telephones, in which calls are picked up",
                               "remove the strategy, which is for calls to exchange lines");
        }
        config.groups.push_back(std::move(group));
    }
}

void read_tones(Context& context, const Node* node, Config& config) {
    const auto items =
        entries(context, node, "tones",
                "write \"- {name: pbx-busy, cadence: '425/480,0/480', level_dbm0: -20}\" lines");
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i]->unreadable) continue;
        Mapping mapping(context, *items[i], base::format("tones[{}]", i));
        if (!mapping.is_mapping()) continue;
        LearntTone tone;
        mapping.require("name", "the tone has no name", "add name:, disconnect_tones: refers to it");
        mapping.require("cadence", "the tone has no cadence", "add for example cadence: \"425/480,0/480\"");
        const bool named = mapping.name("name", tone.name);
        if (mapping.text("cadence", tone.cadence) && context.options.check_tone) {
            const auto good = context.options.check_tone(tone.cadence);
            if (!good)
                mapping.problem_at("cadence", good.error().message,
                                   "write frequencies and milliseconds, for example 425/480,0/480");
        }
        mapping.decimal("level_dbm0", -50, 3, tone.level_dbm0);
        mapping.finish();
        if (!named) continue;
        tone.at = mapping.place("name");
        const auto same = std::find_if(config.tones.begin(), config.tones.end(),
                                       [&](const LearntTone& other) { return other.name == tone.name; });
        const bool seen = same != config.tones.end();
        if (fresh_name(mapping, "tone", tone.name, seen, seen ? same->at.mark : Mark{}))
            config.tones.push_back(std::move(tone));
    }
}

}  // namespace tipring::config
