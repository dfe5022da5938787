// routes: the operator's own.
#include <optional>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

/// "sip", "sip NAME", "port N", "group NAME", "span NAME"
std::optional<Target> parse_target(std::string_view text) {
    const auto space = text.find(' ');
    const auto word = text.substr(0, space);
    const auto name = space == std::string_view::npos ? std::string_view() : base::trim(text.substr(space));
    Target target;
    target.name = name;
    if (word == "sip") {
        target.kind = TargetKind::sip;
        return target;
    }
    if (name.empty()) return std::nullopt;
    if (word == "port")
        target.kind = TargetKind::port;
    else if (word == "group")
        target.kind = TargetKind::group;
    else if (word == "span")
        target.kind = TargetKind::span;
    else
        return std::nullopt;
    return target;
}

ReferenceKind reference_kind(TargetKind kind) {
    switch (kind) {
        case TargetKind::sip:
            return ReferenceKind::account;
        case TargetKind::port:
            return ReferenceKind::port;
        case TargetKind::group:
            return ReferenceKind::group;
        case TargetKind::span:
            return ReferenceKind::span;
    }
    return ReferenceKind::account;
}

void refer(Mapping& mapping, const Node& node, std::string_view key, const Target& target,
           ReferenceKind kind) {
    mapping.context().references.push_back({kind, target.name, mapping.place(node, key)});
}

void read_sources(Mapping& mapping, Route& route) {
    for (const Node* node : mapping.list("from")) {
        const auto target = parse_target(node->text);
        const bool all_of_a_kind = node->text == "fxs" || node->text == "fxo" || node->text == "span";
        if (!target && !all_of_a_kind) {
            mapping.problem_at(*node, "from",
                               base::format("\"{}\" is no source", base::printable(node->text, 60)),
                               "use sip, sip NAME, port NUMBER, group NAME, span, span NAME, fxs or fxo");
            continue;
        }
        // "sip" alone is every account.
        if (target && !(target->kind == TargetKind::sip && target->name.empty()))
            refer(mapping, *node, "from", *target, reference_kind(target->kind));
        route.from.push_back(node->text);
    }
}

/// "sip" alone is the only account, or the one that is called "sip".
void name_account(Mapping& mapping, const Node& node, const Config& config, Target& target) {
    if (target.kind != TargetKind::sip || !target.name.empty()) return;
    target.name = "sip";
    if (config.sip.accounts.size() == 1) target.name = config.sip.accounts.front().name;
    if (config.sip.accounts.empty() && !mapping.context().has_problem_in("sip")) {
        mapping.problem_at(node, "to", "there is no SIP server",
                           "add sip: {server: ...} or remove this destination");
    }
}

void read_destinations(Mapping& mapping, const Config& config, Route& route) {
    const Node* to = mapping.take("to");
    const bool empty = to != nullptr && to->kind == Node::Kind::sequence && to->items.empty();
    mapping.require("to", "the route leads nowhere", "add to: [sip]");
    if (empty) mapping.problem("the route leads nowhere", "add to: [sip]");
    for (const Node* node : mapping.list("to")) {
        auto target = parse_target(node->text);
        if (!target) {
            mapping.problem_at(*node, "to",
                               base::format("\"{}\" is no destination", base::printable(node->text, 60)),
                               "use sip, sip NAME, port NUMBER, group NAME or span NAME");
            continue;
        }
        name_account(mapping, *node, config, *target);
        if (target->kind != TargetKind::sip || !config.sip.accounts.empty())
            refer(mapping, *node, "to", *target,
                  target->kind == TargetKind::group ? ReferenceKind::trunk_group
                                                    : reference_kind(target->kind));
        route.to.push_back(std::move(*target));
    }
}

}  // namespace

void read_routes(Context& context, const Node* node, Config& config) {
    if (node == nullptr || node->kind == Node::Kind::null) return;
    if (node->kind != Node::Kind::sequence) {
        context.problem(context.place(node->at, "routes"), "this is no list",
                        "write \"- {called: 0., to: [sip]}\" lines");
        return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        if (node->items[i].unreadable) continue;
        Mapping mapping(context, node->items[i], base::format("routes[{}]", i));
        if (!mapping.is_mapping()) continue;
        Route route;
        route.name = base::format("route {}", i + 1);
        mapping.text("name", route.name);
        if (mapping.text("called", route.called) && context.options.check_pattern) {
            const auto good = context.options.check_pattern(route.called);
            if (!good)
                mapping.problem_at("called", good.error().message,
                                   "write digits, x, [2-9] and . for the rest; leave it out for any number");
        }
        mapping.whole("strip", 0, 32, route.strip);
        if (mapping.text("prefix", route.prefix) && !is_number(route.prefix)) {
            mapping.problem_at("prefix",
                               base::format("\"{}\" is no number", base::printable(route.prefix, 60)),
                               "write the digits to put in front");
        }
        read_sources(mapping, route);
        read_destinations(mapping, config, route);
        mapping.finish();
        config.routes.push_back(std::move(route));
    }
}

}  // namespace tipring::config
