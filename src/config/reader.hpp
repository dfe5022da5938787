// Typed reading of the tree: each value is taken by its key, checked, and stored; whatever is wrong becomes a
// Problem and reading goes on. Thread: whoever loads.
#pragma once

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "tipring/config/loader.hpp"
#include "values.hpp"
#include "yaml_tree.hpp"

namespace tipring::config {

/// What a word in the file refers to; resolved when the whole file was read.
enum class ReferenceKind {
    account,
    group,        ///< of either kind of port
    trunk_group,  ///< of exchange lines: somewhere that a call can go
    port,
    span,
    tone,
};
struct Reference {
    ReferenceKind kind = ReferenceKind::account;
    std::string name;
    Place at;
};

/// Shared by all sections of one load.
class Context {
  public:
    Context(std::string file, const LoadOptions& load_options)
        : options(load_options), file_(std::move(file)) {}

    Place place(const Position& at, std::string key) const {
        return {{file_, at.line, at.column}, std::move(key)};
    }
    void problem(Place at, std::string message, std::string advice) {
        // Nobody reads more, and a hostile file could make millions.
        if (problems.size() < 500) problems.push_back({std::move(at), std::move(message), std::move(advice)});
    }

    bool has_problem_in(std::string_view section) const {
        return std::any_of(problems.begin(), problems.end(),
                           [&](const Problem& problem) { return problem.at.key.starts_with(section); });
    }

    const std::string& file() const { return file_; }

    const LoadOptions& options;
    std::vector<Problem> problems;
    std::vector<Reference> references;

  private:
    std::string file_;
};

/// Yes, no, or neither; the words that the file may use for them.
std::optional<bool> parse_boolean(std::string_view text);

/// One mapping of the file while it is read. It remembers the keys it was asked for: finish() complains about
/// the others.
class Mapping {
  public:
    /// A node that is no mapping is reported and acts as an empty one. Null is an empty mapping.
    Mapping(Context& context, const Node& node, std::string path);

    Context& context() { return context_; }
    Place place() const { return context_.place(node_.at, path_); }
    /// Of the value of a key, or of the mapping when the key is not there.
    Place place(std::string_view key);
    /// Of one value among several of a key.
    Place place(const Node& node, std::string_view key) const;

    /// False for a value that stands where a mapping belongs: there is no more to say about it.
    bool is_mapping() const { return node_.kind == Node::Kind::mapping || node_.kind == Node::Kind::null; }

    /// The value of a key, or null when it is not there or could not be read.
    const Node* take(std::string_view key);
    bool has(std::string_view key) const;
    /// Something is wrong with the mapping as a whole.
    void problem(std::string message, std::string advice);
    /// With the value of a key, or with one of its values.
    void problem_at(std::string_view key, std::string message, std::string advice);
    void problem_at(const Node& node, std::string_view key, std::string message, std::string advice);
    /// There is no such key, with an advice that finish() cannot give; take it before, or finish() reports it again.
    void unknown_key(const Entry& entry, std::string advice);

    /// Each leaves `target` alone when the key is missing or wrong; true when it stored a value.
    bool text(std::string_view key, std::string& target);
    bool name(std::string_view key, std::string& target);
    bool boolean(std::string_view key, bool& target);
    bool decimal(std::string_view key, double lowest, double highest, double& target);
    bool duration(std::string_view key, std::chrono::milliseconds lowest, std::chrono::milliseconds highest,
                  std::chrono::milliseconds& target);
    /// "50-130ms" or "80/100ms"; `example` stands in the advice.
    bool duration_pair(std::string_view key, char separator, std::chrono::milliseconds lowest,
                       std::chrono::milliseconds highest, std::string_view example, DurationPair& target);
    /// A telephone number; `advice` says which.
    bool number(std::string_view key, std::string_view advice, std::string& target);
    template <class Integer>
    bool whole(std::string_view key, unsigned lowest, unsigned highest, Integer& target) {
        const auto value = whole_value(key, lowest, highest);
        if (value) target = static_cast<Integer>(*value);
        return value.has_value();
    }
    template <class Enumeration>
    bool choice(std::string_view key, const std::vector<std::pair<std::string_view, Enumeration>>& choices,
                Enumeration& target) {
        std::vector<std::string_view> words;
        for (const auto& [word, value] : choices)
            words.push_back(word);
        const auto index = choice_index(key, words);
        if (index) target = choices[*index].second;
        return index.has_value();
    }
    /// "password" or "password_file". The value never appears in a message.
    bool secret(std::string& target);
    bool country(std::string_view key, std::string& target);
    /// A scalar or a list of scalars, each with its node.
    std::vector<const Node*> list(std::string_view key);

    /// The key has to be there: finish() reports it, unless a misspelt one was meant for it.
    void require(std::string_view key, std::string message, std::string advice);
    /// Reports the keys that nobody took, and those that are required and not there.
    void finish();

  private:
    std::string key_path(std::string_view key) const;
    const Node* scalar(std::string_view key, std::string_view wanted);
    std::optional<unsigned> whole_value(std::string_view key, unsigned lowest, unsigned highest);
    std::optional<std::size_t> choice_index(std::string_view key, const std::vector<std::string_view>& words);

    Context& context_;
    const Node& node_;
    std::string path_;
    struct Absence {
        std::string key, message, advice;
    };

    std::vector<std::string> known_;
    std::vector<Absence> absent_;
};

/// "a, b or c"
std::string alternatives(const std::vector<std::string_view>& words);
/// "did you mean X?" when one is near, otherwise "use " and the alternatives.
std::string suggestion(std::string_view word, const std::vector<std::string_view>& words);

}  // namespace tipring::config
