#include "countries.hpp"

#include "port_draft.hpp"
#include "tipring/base/text.hpp"
#include "words.hpp"

namespace tipring::config {
namespace {

using std::chrono::milliseconds;

/// One digit of a DTMF caller ID, or none.
void read_digit(Mapping& mapping, std::string_view key, char& target) {
    std::string text;
    if (!mapping.text(key, text)) return;
    if (text == "none") {
        target = '\0';
    } else if (text.size() == 1 && text.find_first_of("0123456789ABCD#*") == 0) {
        target = text.front();
    } else {
        mapping.problem_at(key, "this is no digit", "write one of 0 to 9, A to D, # and *, or none");
    }
}

void read_dtmf_digits(Context& context, const Node* node, const std::string& path, CallerIdDigits& digits) {
    if (node == nullptr) return;
    Mapping mapping(context, *node, path);
    read_digit(mapping, "start", digits.start);
    read_digit(mapping, "stop", digits.stop);
    read_digit(mapping, "information", digits.information);
    read_digit(mapping, "restricted", digits.restricted);
    read_digit(mapping, "unavailable", digits.unavailable);
    mapping.finish();
}

void read_entry(Mapping& mapping, CountryProfile& profile) {
    mapping.text("name", profile.name);
    mapping.choice<CallerIdFormat>("caller_id", caller_id_formats(), profile.caller_id);
    mapping.choice<CallerIdTiming>("caller_id_timing", caller_id_timings(), profile.caller_id_timing);
    read_dtmf_digits(mapping.context(), mapping.take("dtmf_digits"), mapping.place("dtmf_digits").key,
                     profile.caller_id_digits);
    DurationPair flash;
    if (mapping.duration_pair("flash", '-', milliseconds(20), milliseconds(1500), "100-700ms", flash)) {
        if (flash.first >= flash.second)
            mapping.problem_at("flash", "the window ends before it begins", "write 100-700ms");
        profile.flash_min = flash.first;
        profile.flash_max = flash.second;
    }
    mapping.boolean("flash_digits", profile.flash_digits);
    mapping.duration("flash_out", milliseconds(20), milliseconds(1500), profile.flash_out);
    if (mapping.take("disconnect") != nullptr) {
        profile.disconnect_battery = profile.disconnect_polarity = profile.disconnect_tone = false;
        for (const Node* node : mapping.list("disconnect")) {
            if (node->text == "battery")
                profile.disconnect_battery = true;
            else if (node->text == "polarity")
                profile.disconnect_polarity = true;
            else if (node->text == "tone")
                profile.disconnect_tone = true;
            else
                mapping.problem_at(*node, "disconnect",
                                   base::format("\"{}\" is no signal", base::printable(node->text, 60)),
                                   "use battery, polarity or tone");
        }
    }
    mapping.decimal("tone_level_dbm0", -40, 0, profile.tone_level_dbm0);
    mapping.decimal("caller_id_level_dbm0", -40, 0, profile.caller_id_level_dbm0);
    read_emergency_numbers(mapping, profile.emergency);
    mapping.text("opermode", profile.opermode);
}

}  // namespace

bool read_emergency_numbers(Mapping& mapping, std::vector<std::string>& target) {
    constexpr std::size_t most = 16, shortest = 2, longest = 6;
    const Node* whole = mapping.take("emergency");
    if (whole == nullptr) return false;
    const auto before = mapping.context().problems.size();
    std::vector<std::string> numbers;
    for (const Node* node : mapping.list("emergency")) {
        const auto& text = node->text;
        if (text.size() < shortest || text.size() > longest ||
            text.find_first_not_of("0123456789") != std::string::npos) {
            mapping.problem_at(*node, "emergency",
                               base::format("\"{}\" is no emergency number", base::printable(text, 60)),
                               "write 2 to 6 digits");
        } else {
            numbers.push_back(text);
        }
    }
    if (mapping.context().problems.size() != before) return false;
    if (numbers.empty() || numbers.size() > most) {
        mapping.problem_at(*whole, "emergency",
                           numbers.empty() ? "the list is empty" : "these are too many numbers",
                           "write 1 to 16 numbers, for example [112, 110]");
        return false;
    }
    target = std::move(numbers);
    return true;
}

Countries read_countries(const std::string& text, const std::string& file) {
    const LoadOptions options;
    Context context(file, options);
    Countries result;
    const auto yaml = parse_yaml(text);
    for (const auto& problem : yaml.problems)
        context.problem(context.place(problem.at, problem.key), problem.message, problem.advice);
    if (yaml.root) {
        Mapping root(context, *yaml.root, "");
        root.require("default", "there is no entry default", "add default:");
        if (const Node* node = root.take("default")) {
            Mapping mapping(context, *node, "default");
            read_entry(mapping, result.fallback);
            mapping.finish();
        }
        for (const auto& [code, at, node] : yaml.root->entries) {
            if (code == "default") continue;
            root.take(code);
            CountryProfile profile = result.fallback;
            profile.code = code;
            Mapping mapping(context, node, code);
            mapping.require("name", "the country has no name", "add name:");
            read_entry(mapping, profile);
            for (const Node* alias : mapping.list("also"))
                result.aliases.emplace(alias->text, code);
            mapping.finish();
            result.by_code.emplace(code, std::move(profile));
        }
        root.finish();
    }
    result.problems = std::move(context.problems);
    return result;
}

const Countries& countries() {
    static const Countries built_in = read_countries(countries_text, "countries.yaml");
    return built_in;
}

base::Result<CountryProfile> country_profile(std::string_view code) {
    const auto& known = countries();
    auto name = base::lower(base::trim(code));
    if (const auto alias = known.aliases.find(name); alias != known.aliases.end()) name = alias->second;
    const auto found = known.by_code.find(name);
    if (found == known.by_code.end())
        return base::fail(base::format("country \"{}\" has no line data", base::printable(code, 60)));
    return found->second;
}

std::vector<std::string> country_codes() {
    std::vector<std::string> codes;
    for (const auto& [code, profile] : countries().by_code)
        codes.push_back(code);
    return codes;
}

}  // namespace tipring::config
