#include "reader.hpp"

#include <algorithm>

#include "secret_file.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

constexpr auto fill_in = "fill in the value or remove the key";

std::string shown(std::string_view text) {
    return base::format("\"{}\"", base::printable(text, 60));
}

const char* kind_name(Node::Kind kind) {
    switch (kind) {
        case Node::Kind::null:
            return "nothing";
        case Node::Kind::scalar:
            return "a single value";
        case Node::Kind::sequence:
            return "a list";
        case Node::Kind::mapping:
            return "a mapping";
    }
    return "";
}

std::string in_words(std::chrono::milliseconds value) {
    if (value.count() % 1000 == 0) return std::to_string(value.count() / 1000) + "s";
    return std::to_string(value.count()) + "ms";
}

}  // namespace

std::string alternatives(const std::vector<std::string_view>& words) {
    std::string text;
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (i > 0) text += i + 1 == words.size() ? " or " : ", ";
        text += words[i];
    }
    return text;
}

std::string suggestion(std::string_view word, const std::vector<std::string_view>& words) {
    word = word.substr(0, 60);
    const auto near = base::nearest(word, words);
    if (!near.empty()) return base::format("did you mean \"{}\"?", near);
    return base::format("use {}", alternatives(words));
}

std::optional<bool> parse_boolean(std::string_view text) {
    const auto word = base::lower(text);
    if (word == "yes" || word == "true" || word == "on") return true;
    if (word == "no" || word == "false" || word == "off") return false;
    return std::nullopt;
}

Mapping::Mapping(Context& context, const Node& node, std::string path)
    : context_(context), node_(node), path_(std::move(path)) {
    if (is_mapping()) return;
    problem(base::format("here stands {} where keys and values belong", kind_name(node.kind)),
            "write \"key: value\" lines, or {key: value, ...}");
}

std::string Mapping::key_path(std::string_view key) const {
    return path_.empty() ? std::string(key) : base::format("{}.{}", path_, key);
}

bool Mapping::has(std::string_view key) const {
    return std::any_of(node_.entries.begin(), node_.entries.end(),
                       [&](const Entry& e) { return e.key == key; });
}

const Node* Mapping::take(std::string_view key) {
    if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.emplace_back(key);
    for (const auto& entry : node_.entries) {
        if (entry.key == key) return entry.value.unreadable ? nullptr : &entry.value;
    }
    return nullptr;
}

Place Mapping::place(std::string_view key) {
    const Node* node = take(key);
    return node != nullptr ? place(*node, key) : place();
}

Place Mapping::place(const Node& node, std::string_view key) const {
    return context_.place(node.at, key_path(key));
}

void Mapping::problem(std::string message, std::string advice) {
    context_.problem(place(), std::move(message), std::move(advice));
}

void Mapping::problem_at(std::string_view key, std::string message, std::string advice) {
    context_.problem(place(key), std::move(message), std::move(advice));
}

void Mapping::problem_at(const Node& node, std::string_view key, std::string message, std::string advice) {
    context_.problem(place(node, key), std::move(message), std::move(advice));
}

void Mapping::unknown_key(const Entry& entry, std::string advice) {
    context_.problem(context_.place(entry.key_at, key_path(base::printable(entry.key, 60))),
                     "there is no such key", std::move(advice));
}

const Node* Mapping::scalar(std::string_view key, std::string_view wanted) {
    const Node* node = take(key);
    if (node == nullptr || node->kind == Node::Kind::scalar) return node;
    problem_at(*node, key, base::format("{} where {} belongs", kind_name(node->kind), wanted),
               node->kind == Node::Kind::null ? fill_in : "write a single value");
    return nullptr;
}

bool Mapping::text(std::string_view key, std::string& target) {
    const Node* node = scalar(key, "a text");
    if (node == nullptr) return false;
    target = node->text;
    return true;
}

bool Mapping::name(std::string_view key, std::string& target) {
    const Node* node = scalar(key, "a name");
    if (node == nullptr) return false;
    if (!is_name(node->text)) {
        problem_at(*node, key, base::format("{} is no name", shown(node->text)),
                   "use letters, digits and . _ - only");
        return false;
    }
    target = node->text;
    return true;
}

bool Mapping::boolean(std::string_view key, bool& target) {
    const Node* node = scalar(key, "yes or no");
    if (node == nullptr) return false;
    const auto value = parse_boolean(node->text);
    if (!value) {
        problem_at(*node, key, base::format("{} is neither yes nor no", shown(node->text)),
                   "write yes or no");
        return false;
    }
    target = *value;
    return true;
}

bool Mapping::decimal(std::string_view key, double lowest, double highest, double& target) {
    const Node* node = scalar(key, "a number");
    if (node == nullptr) return false;
    const auto value = parse_decimal(node->text);
    if (!value || *value < lowest || *value > highest) {
        problem_at(*node, key,
                   value ? base::format("{} is out of range", shown(node->text)) : value.error().message,
                   base::format("write a number from {} to {}, without a unit", lowest, highest));
        return false;
    }
    target = *value;
    return true;
}

bool Mapping::duration(std::string_view key, std::chrono::milliseconds lowest,
                       std::chrono::milliseconds highest, std::chrono::milliseconds& target) {
    const Node* node = scalar(key, "a duration");
    if (node == nullptr) return false;
    const auto value = parse_duration(node->text);
    if (!value) {
        problem_at(*node, key, value.error().message, "write a duration with its unit: ms, s, min or h");
        return false;
    }
    if (*value < lowest || *value > highest) {
        problem_at(*node, key, base::format("{} is out of range", shown(node->text)),
                   base::format("use {} to {}", in_words(lowest), in_words(highest)));
        return false;
    }
    target = *value;
    return true;
}

bool Mapping::duration_pair(std::string_view key, char separator, std::chrono::milliseconds lowest,
                            std::chrono::milliseconds highest, std::string_view example,
                            DurationPair& target) {
    const Node* node = scalar(key, "a pair of durations");
    if (node == nullptr) return false;
    const auto pair = parse_duration_pair(node->text, separator);
    if (!pair) {
        problem_at(*node, key, pair.error().message, base::format("write for example {}", example));
        return false;
    }
    const auto [least, most] = std::minmax(pair->first, pair->second);
    if (least < lowest || most > highest) {
        problem_at(*node, key, base::format("{} is out of range", shown(node->text)),
                   base::format("use {} to {} for both", in_words(lowest), in_words(highest)));
        return false;
    }
    target = *pair;
    return true;
}

bool Mapping::number(std::string_view key, std::string_view advice, std::string& target) {
    const Node* node = scalar(key, "a number");
    if (node == nullptr) return false;
    if (!is_number(node->text)) {
        problem_at(*node, key, base::format("{} is no number", shown(node->text)), std::string(advice));
        return false;
    }
    target = node->text;
    return true;
}

std::optional<unsigned> Mapping::whole_value(std::string_view key, unsigned lowest, unsigned highest) {
    const Node* node = scalar(key, "a whole number");
    if (node == nullptr) return std::nullopt;
    const auto value = parse_unsigned(node->text);
    if (!value || *value < lowest || *value > highest) {
        problem_at(*node, key,
                   value ? base::format("{} is out of range", shown(node->text)) : value.error().message,
                   base::format("write a whole number from {} to {}", lowest, highest));
        return std::nullopt;
    }
    return *value;
}

std::optional<std::size_t> Mapping::choice_index(std::string_view key,
                                                 const std::vector<std::string_view>& words) {
    const Node* node = scalar(key, alternatives(words));
    if (node == nullptr) return std::nullopt;
    const auto found = std::find_if(words.begin(), words.end(), [&](std::string_view word) {
        return base::equal_ignoring_case(word, node->text);
    });
    if (found != words.end()) return static_cast<std::size_t>(found - words.begin());
    problem_at(*node, key, base::format("{} is not possible here", shown(node->text)),
               suggestion(node->text, words));
    return std::nullopt;
}

bool Mapping::secret(std::string& target) {
    const Node* plain = scalar("password", "a password");
    const Node* file = scalar("password_file", "a path");
    if (plain != nullptr && file != nullptr) {
        problem_at(*plain, "password", "both password and password_file are given", "keep one of the two");
        return false;
    }
    if (plain != nullptr && plain->text.empty()) {
        problem_at(*plain, "password", "the password is empty", "fill it in, or remove the line");
        return false;
    }
    if (plain != nullptr) target = plain->text;
    if (file == nullptr) return plain != nullptr;
    const bool relative =
        !file->text.empty() && file->text.front() != '/' && !context_.options.folder.empty();
    auto content = read_secret_file(relative ? context_.options.folder + "/" + file->text : file->text);
    if (!content) {
        problem_at(*file, "password_file", content.error().message,
                   "create the file with the password as its first line, readable by the user of tipringd");
        return false;
    }
    target = std::move(*content);
    return true;
}

bool Mapping::country(std::string_view key, std::string& target) {
    const Node* node = scalar(key, "a country code");
    if (node == nullptr) return false;
    if (context_.options.check_country) {
        const auto known = context_.options.check_country(node->text);
        if (!known) {
            problem_at(*node, key, known.error().message, "use a country code such as us, uk or de");
            return false;
        }
    }
    target = base::lower(node->text);
    return true;
}

std::vector<const Node*> Mapping::list(std::string_view key) {
    const Node* node = take(key);
    if (node == nullptr) return {};
    if (node->kind == Node::Kind::scalar) return {node};
    std::vector<const Node*> values;
    if (node->kind != Node::Kind::sequence) {
        problem_at(*node, key, base::format("{} where a list belongs", kind_name(node->kind)),
                   node->kind == Node::Kind::null ? fill_in : "write [one, two]");
        return values;
    }
    for (const auto& item : node->items) {
        if (item.kind == Node::Kind::scalar) {
            values.push_back(&item);
        } else if (!item.unreadable) {
            problem_at(item, key, base::format("{} where a single value belongs", kind_name(item.kind)),
                       "write [one, two]");
        }
    }
    return values;
}

void Mapping::require(std::string_view key, std::string message, std::string advice) {
    if (!has(key)) absent_.push_back({std::string(key), std::move(message), std::move(advice)});
}

void Mapping::finish() {
    const std::vector<std::string_view> words(known_.begin(), known_.end());
    for (const auto& entry : node_.entries) {
        const bool known = std::find(known_.begin(), known_.end(), entry.key) != known_.end();
        const bool merge = entry.key == "<<" && entry.value.unreadable;
        if (known || merge) continue;
        unknown_key(entry, suggestion(entry.key, words));
        const auto meant = base::nearest(std::string_view(entry.key).substr(0, 60), words);
        std::erase_if(absent_, [&](const Absence& absence) { return meant.starts_with(absence.key); });
    }
    for (auto& absence : absent_)
        problem(std::move(absence.message), std::move(absence.advice));
}

}  // namespace tipring::config
