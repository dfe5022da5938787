// spans: numbers. The prefixes of the countries, and the operator's rules.
#include <algorithm>
#include <array>

#include "sections.hpp"
#include "tipring/base/text.hpp"
#include "tipring/config/country.hpp"

namespace tipring::config {
namespace {

struct Prefixes {
    std::string_view country, code, international, national;
};

// ITU-T E.164 country codes, and the prefixes of the annex "dialling procedures" to the ITU Operational Bulletin.
// A country without a national prefix has "".
constexpr std::array<Prefixes, 49> prefixes{{
    {"ae", "971", "00", "0"},  {"ar", "54", "00", "0"},     {"at", "43", "00", "0"},
    {"au", "61", "0011", "0"}, {"be", "32", "00", "0"},     {"bg", "359", "00", "0"},
    {"br", "55", "00", "0"},   {"ca", "1", "011", "1"},     {"ch", "41", "00", "0"},
    {"cl", "56", "00", ""},    {"cn", "86", "00", "0"},     {"cr", "506", "00", ""},
    {"cz", "420", "00", ""},   {"de", "49", "00", "0"},     {"dk", "45", "00", ""},
    {"ee", "372", "00", ""},   {"es", "34", "00", ""},      {"fi", "358", "00", "0"},
    {"fr", "33", "00", "0"},   {"gb", "44", "00", "0"},     {"gr", "30", "00", ""},
    {"hu", "36", "00", "06"},  {"ie", "353", "00", "0"},    {"il", "972", "00", "0"},
    {"in", "91", "00", "0"},   {"it", "39", "00", ""},      {"jp", "81", "010", "0"},
    {"lt", "370", "00", "0"},  {"mo", "853", "00", ""},     {"mx", "52", "00", ""},
    {"my", "60", "00", "0"},   {"nl", "31", "00", "0"},     {"no", "47", "00", ""},
    {"nz", "64", "00", "0"},   {"pa", "507", "00", ""},     {"ph", "63", "00", "0"},
    {"pl", "48", "00", ""},    {"pt", "351", "00", ""},     {"ru", "7", "810", "8"},
    {"se", "46", "00", "0"},   {"sg", "65", "000", ""},     {"th", "66", "001", "0"},
    {"tr", "90", "00", "0"},   {"tw", "886", "002", "0"},   {"uk", "44", "00", "0"},
    {"us", "1", "011", "1"},   {"us-old", "1", "011", "1"}, {"ve", "58", "00", "0"},
    {"za", "27", "00", "0"},
}};

constexpr std::size_t most_rules = 256;
constexpr std::size_t longest_code = 4, longest_prefix = 6;

/// A few digits; "" is one, too: there is none.
bool digits(Mapping& mapping, std::string_view key, std::size_t longest, std::string_view example,
            std::string& target) {
    std::string text;
    if (!mapping.text(key, text)) return false;
    if (text.size() <= longest && text.find_first_not_of("0123456789") == std::string::npos) {
        target = text;
        return true;
    }
    mapping.problem_at(key, base::format("\"{}\" is not up to {} digits", base::printable(text, 60), longest),
                       base::format("write for example {}: \"{}\"", key, example));
    return false;
}

void read_type_and_plan(Mapping& mapping, NumberRule& rule) {
    NumberType type{};
    if (mapping.choice<NumberType>("ton",
                                   {{"unknown", NumberType::unknown},
                                    {"international", NumberType::international},
                                    {"national", NumberType::national},
                                    {"network_specific", NumberType::network_specific},
                                    {"subscriber", NumberType::subscriber},
                                    {"abbreviated", NumberType::abbreviated}},
                                   type))
        rule.type = type;
    NumberingPlanId plan{};
    if (mapping.choice<NumberingPlanId>("npi",
                                        {{"unknown", NumberingPlanId::unknown},
                                         {"isdn", NumberingPlanId::isdn},
                                         {"data", NumberingPlanId::data},
                                         {"telex", NumberingPlanId::telex},
                                         {"national", NumberingPlanId::national},
                                         {"private", NumberingPlanId::private_plan}},
                                        plan))
        rule.plan = plan;
}

/// Received digits have no '+': their type says it.
void check_received_rule(Mapping& mapping, const NumberRule& rule) {
    if (rule.match.find('+') != std::string::npos)
        mapping.problem_at(
            "match", base::format("\"{}\" fits no received number", base::printable(rule.match, 60)),
            "leave out the +, which numbers on a span do not have; ton: international fits those "
            "that would have one");
    if (!rule.prefix.empty() && (!is_number(rule.prefix) || rule.prefix.find('+', 1) != std::string::npos))
        mapping.problem_at("prefix",
                           base::format("\"{}\" does not begin a number", base::printable(rule.prefix, 60)),
                           "write the digits to put in front, after a + where the number becomes an "
                           "international one");
}

void check_sent_rule(Mapping& mapping, const NumberRule& rule) {
    if (!rule.prefix.empty() && (!is_number(rule.prefix) || rule.prefix.find('+') != std::string::npos))
        mapping.problem_at("prefix", base::format("\"{}\" cannot be sent", base::printable(rule.prefix, 60)),
                           "write the digits to put in front; an international number is ton: international "
                           "without a +");
}

NumberRule read_rule(Mapping& mapping) {
    NumberRule rule;
    const auto& check = mapping.context().options.check_pattern;
    if (mapping.text("match", rule.match) && check) {
        if (const auto good = check(rule.match); !good)
            mapping.problem_at("match", good.error().message,
                               "write digits, +, x, [2-9] and . for the rest; leave it out for any number");
    }
    enum class For { called, calling, both };
    For role = For::both;
    mapping.choice<For>("for", {{"called", For::called}, {"calling", For::calling}, {"both", For::both}},
                        role);
    rule.called = role != For::calling;
    rule.calling = role != For::called;
    mapping.choice<NumberDirection>(
        "direction", {{"sent", NumberDirection::sent}, {"received", NumberDirection::received}},
        rule.direction);
    read_type_and_plan(mapping, rule);
    mapping.whole("strip", 0, 32, rule.strip);
    mapping.text("prefix", rule.prefix);
    if (rule.direction == NumberDirection::received) {
        check_received_rule(mapping, rule);
    } else {
        check_sent_rule(mapping, rule);
    }
    return rule;
}

void read_rules(Mapping& mapping, const std::string& path, NumberPlan& plan) {
    const Node* node = mapping.take("rules");
    if (node == nullptr || node->kind == Node::Kind::null) return;
    if (node->kind != Node::Kind::sequence || node->items.size() > most_rules) {
        mapping.problem_at(
            *node, "rules",
            node->kind != Node::Kind::sequence ? std::string("this is no list")
                                               : base::format("{} rules are too many", node->items.size()),
            base::format("write up to {} \"- {match: +49., ton: national, strip: 3}\" lines", most_rules));
        return;
    }
    for (std::size_t i = 0; i < node->items.size(); ++i) {
        if (node->items[i].unreadable) continue;
        Mapping entry(mapping.context(), node->items[i], base::format("{}.rules[{}]", path, i));
        if (!entry.is_mapping()) continue;
        plan.rules.push_back(read_rule(entry));
        entry.finish();
    }
}

}  // namespace

NumberPlan country_number_plan(const std::string& country) {
    NumberPlan plan;
    const auto profile = country_profile(country);
    plan.emergency = (profile ? *profile : CountryProfile{}).emergency;
    const auto found = std::find_if(prefixes.begin(), prefixes.end(), [&](const Prefixes& entry) {
        return entry.country == base::lower(country);
    });
    if (found == prefixes.end()) return plan;
    plan.country_code = found->code;
    plan.international_prefix = found->international;
    plan.national_prefix = found->national;
    return plan;
}

void read_number_plan(Mapping& span_mapping, const Config& config, Span& span) {
    span.numbers = country_number_plan(span.country);
    if (!config.emergency.empty()) span.numbers.emergency = config.emergency;
    const Node* node = span_mapping.take("numbers");
    if (node == nullptr || node->kind == Node::Kind::null) return;
    const auto path = span_mapping.place(*node, "numbers").key;
    Mapping mapping(span_mapping.context(), *node, path);
    if (!mapping.is_mapping()) return;
    auto& plan = span.numbers;
    const bool own_code = digits(mapping, "country_code", longest_code, "49", plan.country_code);
    digits(mapping, "area_code", longest_prefix, "30", plan.area_code);
    digits(mapping, "international_prefix", longest_prefix, "00", plan.international_prefix);
    digits(mapping, "national_prefix", longest_prefix, "0", plan.national_prefix);
    mapping.choice<ReceivedForm>(
        "received",
        {{"as_is", ReceivedForm::as_is}, {"e164", ReceivedForm::e164}, {"dialled", ReceivedForm::dialled}},
        plan.received);
    mapping.choice<SentForm>(
        "sent", {{"as_is", SentForm::as_is}, {"typed", SentForm::typed}, {"dialled", SentForm::dialled}},
        plan.sent);
    read_rules(mapping, path, plan);
    mapping.finish();
    const bool needs_code = plan.received != ReceivedForm::as_is || plan.sent != SentForm::as_is;
    if (needs_code && plan.country_code.empty() && (own_code || !mapping.has("country_code")))
        mapping.problem(base::format("the country code of \"{}\" is not known", span.country),
                        "add country_code: \"49\" and, where they differ, international_prefix and "
                        "national_prefix");
    const bool same = plan.international_prefix == plan.national_prefix && !plan.national_prefix.empty();
    if (same)
        mapping.problem_at("national_prefix", "it is also the international prefix",
                           "write the two as a telephone of the country dials them");
}

}  // namespace tipring::config
