// sip: causes. What differs from the table between Q.850 causes and SIP answers.
#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

constexpr unsigned highest_cause = 127;

/// One of the two mappings: each entry is `from: to`, both within their limits.
template <class Target>
void read_entries(Mapping& causes, std::string_view key, Range from, Range to, std::string_view words_from,
                  std::string_view words_to, std::string_view example, Target& target) {
    const Node* node = causes.take(key);
    if (node == nullptr || node->kind == Node::Kind::null) return;
    if (node->kind != Node::Kind::mapping) {
        causes.problem_at(*node, key, "this is no mapping", base::format("write for example {}", example));
        return;
    }
    for (const auto& [text, at, value] : node->entries) {
        if (value.unreadable) continue;
        const auto path = causes.place(*node, key).key + "." + base::printable(text, 20);
        const auto left = parse_unsigned(text);
        if (!left || *left < from.first || *left > from.last) {
            causes.context().problem(
                causes.context().place(at, path),
                base::format("\"{}\" is no {}", base::printable(text, 60), words_from),
                base::format("write {} to {}, for example {}", from.first, from.last, example));
            continue;
        }
        const auto right = value.kind == Node::Kind::scalar ? parse_unsigned(value.text)
                                                            : base::Result<unsigned>(base::fail("no number"));
        if (!right || *right < to.first || *right > to.last) {
            causes.context().problem(
                causes.context().place(value.at, path),
                base::format("\"{}\" is no {}", base::printable(value.text, 60), words_to),
                base::format("write {} to {}, for example {}", to.first, to.last, example));
            continue;
        }
        target[static_cast<typename Target::key_type>(*left)] =
            static_cast<typename Target::mapped_type>(*right);
    }
}

}  // namespace

void read_causes(Mapping& mapping, CauseOverrides& target) {
    const Node* node = mapping.take("causes");
    if (node == nullptr || node->kind == Node::Kind::null) return;
    Mapping causes(mapping.context(), *node, mapping.place(*node, "causes").key);
    if (!causes.is_mapping()) return;
    constexpr Range cause{1, highest_cause};
    read_entries(causes, "to_sip", cause, {400, 699}, "Q.850 cause", "final answer that refuses a call",
                 "to_sip: {17: 486}", target.to_sip);
    read_entries(causes, "to_isdn", {300, 699}, cause, "final answer that refuses a call", "Q.850 cause",
                 "to_isdn: {486: 17}", target.to_isdn);
    causes.finish();
}

}  // namespace tipring::config
