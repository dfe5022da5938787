// Route choice: patterns, sources, rewriting, and why. Thread: any; pure.
#include "tipring/routing/route.hpp"

#include <algorithm>
#include <optional>

#include "symbols.hpp"
#include "tipring/base/text.hpp"

namespace tipring::routing {
namespace {

std::string_view kind_name(DestinationKind kind) {
    switch (kind) {
        case DestinationKind::sip:
            return "sip";
        case DestinationKind::port:
            return "port";
        case DestinationKind::group:
            return "group";
        case DestinationKind::span:
            return "span";
    }
    return "sip";
}

std::string_view line_name(LineKind line) {
    switch (line) {
        case LineKind::none:
            return "";
        case LineKind::fxs:
            return "fxs";
        case LineKind::fxo:
            return "fxo";
    }
    return "";
}

/// Reads one element of the pattern and says whether it takes the character; nothing when the pattern is
/// wrong there.
std::optional<bool> element_takes(std::string_view pattern, std::size_t& position, char symbol) {
    const char c = pattern[position];
    if (c == '[') {
        const auto set = read_set(pattern, position);
        if (!set) return std::nullopt;
        return (*set & symbol_set(symbol)) != 0;
    }
    if (c == 'x' || c == 'X') {
        ++position;
        return (any_digit & symbol_set(symbol)) != 0;
    }
    if (c != '+' && symbol_set(c) == 0) return std::nullopt;
    ++position;
    return c == '+' ? symbol == '+' : symbol_set(symbol) == symbol_set(c);
}

bool source_fits(std::string_view filter, const Source& source) {
    filter = base::trim(filter);
    const auto blank = filter.find(' ');
    const auto word = filter.substr(0, blank);
    const auto name = blank == std::string_view::npos ? std::string_view() : base::trim(filter.substr(blank));
    if (name.empty()) {
        // A bare kind means all of that kind.
        if (word == "fxs" || word == "fxo")
            return source.kind == DestinationKind::port && word == line_name(source.line);
        return word == kind_name(source.kind) || (word == "group" && !source.group.empty());
    }
    if (word == "group")
        return source.group == name || (source.kind == DestinationKind::group && source.name == name);
    return word == kind_name(source.kind) && source.name == name;
}

bool source_fits(const std::vector<std::string>& filters, const Source& source) {
    if (filters.empty()) return true;
    return std::any_of(filters.begin(), filters.end(),
                       [&](const auto& filter) { return source_fits(filter, source); });
}

std::string join(const std::vector<std::string>& texts, std::string_view between) {
    std::string out;
    for (const auto& text : texts) {
        if (!out.empty()) out += between;
        out += text;
    }
    return out;
}

/// Why the rule does not fit; nothing when it does.
std::optional<std::string> objection(const RouteRule& rule, const Query& query) {
    if (auto wrong = check_pattern(rule.called); !wrong) return wrong.error().message;
    if (!matches(rule.called, query.called)) {
        return base::format("{} is not like {}", base::printable(query.called, 60), rule.called);
    }
    if (!source_fits(rule.from, query.source)) {
        return base::format("the call comes from {}, the rule is for {}", to_text(query.source),
                            join(rule.from, " or "));
    }
    if (rule.to.empty()) return std::string("it has no destination");
    return std::nullopt;
}

std::string rewritten(const RouteRule& rule, const std::string& called) {
    return rule.prefix + called.substr(std::min<std::size_t>(rule.strip, called.size()));
}

std::string explain_match(const RouteRule& rule, const Query& query, const std::vector<Step>& steps) {
    std::vector<std::string> ways;
    for (const auto& step : steps)
        ways.push_back(to_text(step.destination));
    const auto pattern = rule.called.empty() ? std::string("any number") : rule.called;
    auto text = base::format("rule \"{}\": matches, {} is like {}; goes to {}", rule.name,
                             base::printable(query.called, 60), pattern, join(ways, ", then "));
    const auto& sent = steps.front().called;
    if (sent != query.called) text += base::format(" as {}", base::printable(sent, 60));
    return text;
}

}  // namespace

std::string to_text(const Destination& destination) {
    const auto kind = std::string(kind_name(destination.kind));
    return destination.name.empty() ? kind : kind + " " + destination.name;
}

std::string to_text(const Source& source) {
    auto text = to_text(Destination{source.kind, base::printable(source.name, 60)});
    std::vector<std::string> details;
    if (source.line != LineKind::none) details.emplace_back(line_name(source.line));
    if (!source.group.empty()) details.push_back("group " + source.group);
    if (!details.empty()) text += " (" + join(details, ", ") + ")";
    return text;
}

base::Result<void> check_pattern(std::string_view pattern) {
    for (std::size_t position = 0; position < pattern.size();) {
        if (pattern[position] == '.' && position + 1 == pattern.size()) break;
        const std::size_t begin = position;
        if (!element_takes(pattern, position, '0')) {
            const std::string_view hint = pattern[begin] == '.' ? "\".\" may only be the last"
                                          : pattern[begin] == '['
                                              ? "expected digits or a range such as 2-9, then \"]\""
                                              : "expected 0-9, *, #, A-D, +, x, [ or .";
            return base::fail(base::format("pattern \"{}\", position {}: {}", base::printable(pattern, 60),
                                           position + 1, hint));
        }
    }
    return {};
}

bool matches(std::string_view pattern, std::string_view number) {
    if (pattern.empty()) return true;
    std::size_t position = 0;
    for (const char symbol : number) {
        if (position == pattern.size()) return false;
        if (pattern[position] == '.') return position + 1 == pattern.size();
        const auto takes = element_takes(pattern, position, symbol);
        if (!takes || !*takes) return false;
    }
    return position == pattern.size();
}

Decision decide(const std::vector<RouteRule>& rules, const Query& query) {
    Decision decision;
    for (const auto& rule : rules) {
        if (const auto reason = objection(rule, query)) {
            decision.explanation.push_back(base::format("rule \"{}\": no, {}", rule.name, *reason));
            continue;
        }
        for (const auto& destination : rule.to)
            decision.steps.push_back({destination, rewritten(rule, query.called)});
        decision.rule = rule.name;
        decision.explanation.push_back(explain_match(rule, query, decision.steps));
        return decision;
    }
    decision.explanation.push_back(
        base::format("no rule is for {} from {}", base::printable(query.called, 60), to_text(query.source)));
    return decision;
}

}  // namespace tipring::routing
