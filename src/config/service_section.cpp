// services: the codes that a telephone's user dials.
#include <array>

#include "sections.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

struct CodeKey {
    std::string_view key;
    std::string ServiceCodes::*member;
};

constexpr std::array<CodeKey, 19> code_keys = {{
    {"forward_all", &ServiceCodes::forward_all},
    {"forward_all_off", &ServiceCodes::forward_all_off},
    {"forward_busy", &ServiceCodes::forward_busy},
    {"forward_busy_off", &ServiceCodes::forward_busy_off},
    {"forward_no_answer", &ServiceCodes::forward_no_answer},
    {"forward_no_answer_off", &ServiceCodes::forward_no_answer_off},
    {"do_not_disturb", &ServiceCodes::do_not_disturb},
    {"do_not_disturb_off", &ServiceCodes::do_not_disturb_off},
    {"call_return", &ServiceCodes::call_return},
    {"redial", &ServiceCodes::redial},
    {"hide_number", &ServiceCodes::hide_number},
    {"show_number", &ServiceCodes::show_number},
    {"call_waiting_off", &ServiceCodes::call_waiting_off},
    {"call_waiting_on", &ServiceCodes::call_waiting_on},
    {"speed_dial", &ServiceCodes::speed_dial},
    {"speed_call", &ServiceCodes::speed_call},
    {"pickup", &ServiceCodes::pickup},
    {"group_pickup", &ServiceCodes::group_pickup},
    {"blind_transfer", &ServiceCodes::blind_transfer},
}};
static_assert(sizeof(ServiceCodes) == code_keys.size() * sizeof(std::string), "each code has its key");

/// A code that begins with a digit would hide the numbers that begin so, an emergency number perhaps.
bool is_code(std::string_view text) {
    return text.size() >= 2 && text.size() <= 8 && (text.front() == '*' || text.front() == '#') &&
           text.find_first_not_of("0123456789*#") == std::string_view::npos;
}

void read_code(Mapping& mapping, const CodeKey& code, ServiceCodes& codes) {
    std::string text;
    if (!mapping.text(code.key, text)) return;
    if (parse_boolean(text) == false) {
        (codes.*code.member).clear();
    } else if (is_code(text)) {
        codes.*code.member = text;
    } else {
        mapping.problem_at(code.key, base::format("\"{}\" is no code", base::printable(text, 60)),
                           "use * or # and one to seven more digits, * or #, in quotes; or off");
    }
}

/// Digits come one by one: where one code begins like another, the longer one could never be dialled.
void check_reachable(Mapping& mapping, const ServiceCodes& codes) {
    for (std::size_t i = 0; i < code_keys.size(); ++i) {
        for (std::size_t j = i + 1; j < code_keys.size(); ++j) {
            const auto &first = codes.*code_keys[i].member, &second = codes.*code_keys[j].member;
            if (first.empty() || second.empty()) continue;
            const bool same = first == second;
            if (!same && !first.starts_with(second) && !second.starts_with(first)) continue;
            // Of two, the one that was written is at fault; the other may be the usual code.
            const bool at_second = mapping.has(code_keys[j].key);
            const auto& here = code_keys[at_second ? j : i];
            const auto& other = code_keys[at_second ? i : j];
            mapping.problem_at(
                here.key,
                base::format(same ? "\"{}\" is also the code of {}" : "\"{}\" and \"{}\" ({}) begin alike",
                             codes.*here.member, same ? std::string(other.key) : codes.*other.member,
                             std::string(other.key)),
                base::format("use another code, or switch {} off", other.key));
        }
    }
}

}  // namespace

void read_services(Context& context, const Node* node, ServiceCodes& codes) {
    if (node == nullptr || node->kind == Node::Kind::null) return;
    Mapping mapping(context, *node, "services");
    if (!mapping.is_mapping()) return;
    const auto before = context.problems.size();
    for (const auto& code : code_keys)
        read_code(mapping, code, codes);
    mapping.finish();
    if (context.problems.size() == before) check_reachable(mapping, codes);
}

}  // namespace tipring::config
