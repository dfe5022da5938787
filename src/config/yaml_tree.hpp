// YAML text as a plain tree with positions, free of yaml-cpp's types. The text may be hostile: size, depth,
// count and kind of content are limited. Thread: whoever loads; pure.
#pragma once

#include <optional>
#include <string>
#include <vector>

namespace tipring::config {

/// From 1.
struct Position {
    unsigned line = 0;
    unsigned column = 0;
};

struct Entry;

struct Node {
    enum class Kind { null, scalar, sequence, mapping };
    Kind kind = Kind::null;
    Position at;
    std::string text;            ///< scalar; free of control characters
    std::vector<Node> items;     ///< sequence
    std::vector<Entry> entries;  ///< mapping, keys unique
    bool unreadable = false;     ///< null in place of an alias, which is among the problems
};

struct Entry {
    std::string key;
    Position key_at;
    Node value;
};

struct YamlProblem {
    Position at;
    std::string key;
    std::string message;
    std::string advice;
};

inline constexpr std::size_t max_file_bytes = 1024 * 1024;

struct YamlResult {
    std::optional<Node> root;  ///< empty when the text could not be read to its end
    std::vector<YamlProblem>
        problems;  ///< duplicate keys, anchors and aliases leave a root; nothing else does
};

YamlResult parse_yaml(const std::string& text);

}  // namespace tipring::config
