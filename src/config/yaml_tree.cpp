#include "yaml_tree.hpp"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <sstream>
#include <utility>

#include "tipring/base/text.hpp"

namespace tipring::config {
namespace {

constexpr std::size_t max_depth = 16;
constexpr std::size_t max_nodes = 50'000;
constexpr std::size_t max_scalar_bytes = 4096;
constexpr std::size_t max_keys = 256;  // of one mapping

struct Stop {
    YamlProblem problem;
};

Position position(const YAML::Mark& mark) {
    return {static_cast<unsigned>(std::max(mark.line, 0)) + 1,
            static_cast<unsigned>(std::max(mark.column, 0)) + 1};
}

bool has_control_character(const std::string& text) {
    return std::any_of(text.begin(), text.end(), [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte < 0x20 || byte == 0x7f;
    });
}

/// Builds the tree from yaml-cpp's events. Containers are finished on a stack, so that nothing points into a
/// growing vector.
class Builder final : public YAML::EventHandler {
  public:
    explicit Builder(std::vector<YamlProblem>& problems) : problems_(problems) {}

    void OnDocumentStart(const YAML::Mark&) override {}
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        refuse_anchor(mark, anchor);
        add(leaf(Node::Kind::null, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse_sharing(mark, "YAML aliases (*name) are not used here");
        Node node = leaf(Node::Kind::null, mark);
        node.unreadable = true;
        add(std::move(node));
    }
    void OnScalar(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                  const std::string& value) override {
        refuse_anchor(mark, anchor);
        if (value.size() > max_scalar_bytes) {
            throw Stop{{position(mark), "", "a value is longer than 4096 characters", "shorten it"}};
        }
        Node node = leaf(Node::Kind::scalar, mark);
        if (!has_control_character(value)) {
            node.text = value;
        } else if (!stack_.empty() && expects_key()) {
            refuse_key(position(mark));
        } else {
            problems_.push_back({position(mark), stack_.empty() ? "" : stack_.back().key,
                                 "a value holds a control character or a line break",
                                 "write it on one line"});
            node.kind = Node::Kind::null;
            node.unreadable = true;
        }
        add(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        open(Node::Kind::sequence, mark, anchor);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string&, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        open(Node::Kind::mapping, mark, anchor);
    }
    void OnMapEnd() override { close(); }

    std::optional<Node> take_root() { return std::exchange(root_, std::nullopt); }

  private:
    struct Frame {
        Node node;
        bool key_next = true;  ///< mapping: the next scalar is a key
        std::string key;
        Position key_at;
    };

    static Node leaf(Node::Kind kind, const YAML::Mark& mark) {
        Node node;
        node.kind = kind;
        node.at = position(mark);
        return node;
    }
    void refuse_anchor(const YAML::Mark& mark, YAML::anchor_t anchor) {
        if (anchor != YAML::NullAnchor) refuse_sharing(mark, "YAML anchors (&name) are not used here");
    }
    void refuse_sharing(const YAML::Mark& mark, std::string message) {
        problems_.push_back({position(mark), "", std::move(message),
                             "write the value out, or move what ports share to \"defaults:\""});
    }
    void open(Node::Kind kind, const YAML::Mark& mark, YAML::anchor_t anchor) {
        refuse_anchor(mark, anchor);
        if (stack_.size() >= max_depth) {
            throw Stop{{position(mark), "", "lists and mappings are nested too deeply",
                        "remove the surplus brackets"}};
        }
        if (!stack_.empty() && expects_key()) refuse_key(position(mark));
        count(position(mark));
        Frame frame;
        frame.node = leaf(kind, mark);
        stack_.push_back(std::move(frame));
    }
    void close() {
        Node node = std::move(stack_.back().node);
        stack_.pop_back();
        attach(std::move(node));
    }
    void add(Node node) {
        count(node.at);
        attach(std::move(node));
    }
    void count(const Position& at) {
        if (++nodes_ > max_nodes) {
            throw Stop{{at, "", "the file has more than 50000 values", "use ranges, such as channels: 1-31"}};
        }
    }
    bool expects_key() const {
        return stack_.back().node.kind == Node::Kind::mapping && stack_.back().key_next;
    }
    [[noreturn]] static void refuse_key(const Position& at) {
        throw Stop{{at, "", "a key must be a plain word", "write \"key: value\", and close every bracket"}};
    }
    void attach(Node node) {
        if (stack_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& parent = stack_.back();
        if (parent.node.kind == Node::Kind::sequence) {
            parent.node.items.push_back(std::move(node));
        } else if (parent.key_next) {
            if (node.kind != Node::Kind::scalar) refuse_key(node.at);
            parent.key = std::move(node.text);
            parent.key_at = node.at;
            parent.key_next = false;
        } else {
            parent.key_next = true;
            add_entry(parent, std::move(node));
        }
    }
    void add_entry(Frame& parent, Node node) {
        // The parser places an empty value at whatever comes next, which may be lines away.
        if (node.kind == Node::Kind::null) node.at = parent.key_at;
        auto& entries = parent.node.entries;
        const auto first =
            std::find_if(entries.begin(), entries.end(), [&](const Entry& e) { return e.key == parent.key; });
        if (entries.size() >= max_keys) {
            throw Stop{{parent.key_at, "", "a mapping has more than 256 keys",
                        "there are not as many keys; check the indentation"}};
        }
        if (first == entries.end()) {
            entries.push_back({std::move(parent.key), parent.key_at, std::move(node)});
            return;
        }
        problems_.push_back({parent.key_at, base::printable(parent.key, 60),
                             base::format("the key is written twice (first in line {})", first->key_at.line),
                             "keep one of the two"});
    }

    std::vector<YamlProblem>& problems_;
    std::vector<Frame> stack_;
    std::optional<Node> root_;
    std::size_t nodes_ = 0;
};

/// Length of the UTF-8 sequence at `i`, 0 when it is malformed (RFC 3629 section 4).
std::size_t utf8_length(const std::string& text, std::size_t i) {
    const auto byte = [&](std::size_t k) {
        return k < text.size() ? static_cast<unsigned char>(text[k]) : 0U;
    };
    const auto continues = [&](std::size_t k) { return (byte(k) & 0xC0U) == 0x80U; };
    const unsigned lead = byte(i);
    if (lead < 0x80) return 1;
    if (lead >= 0xC2 && lead <= 0xDF) return continues(i + 1) ? 2 : 0;
    if (lead >= 0xE0 && lead <= 0xEF) {
        const bool overlong = lead == 0xE0 && byte(i + 1) < 0xA0;
        const bool surrogate = lead == 0xED && byte(i + 1) > 0x9F;
        return continues(i + 1) && continues(i + 2) && !overlong && !surrogate ? 3 : 0;
    }
    if (lead >= 0xF0 && lead <= 0xF4) {
        const bool overlong = lead == 0xF0 && byte(i + 1) < 0x90;
        const bool beyond = lead == 0xF4 && byte(i + 1) > 0x8F;
        return continues(i + 1) && continues(i + 2) && continues(i + 3) && !overlong && !beyond ? 4 : 0;
    }
    return 0;
}

/// The first byte that does not belong in a text file.
std::optional<YamlProblem> check_bytes(const std::string& text) {
    Position at{1, 1};
    for (std::size_t i = 0; i < text.size();) {
        const auto byte = static_cast<unsigned char>(text[i]);
        const std::size_t length = utf8_length(text, i);
        const bool control = (byte < 0x20 && byte != '\t' && byte != '\n' && byte != '\r') || byte == 0x7f;
        if (length == 0 || control) {
            return YamlProblem{
                at, "", control ? "a control character (or this is no text file)" : "this is not valid UTF-8",
                "save the file as UTF-8 text"};
        }
        if (byte == '\n') {
            ++at.line;
            at.column = 1;
        } else {
            ++at.column;
        }
        i += length;
    }
    return std::nullopt;
}

}  // namespace

YamlResult parse_yaml(const std::string& text) {
    YamlResult result;
    if (text.size() > max_file_bytes) {
        result.problems.push_back(
            {{1, 1}, "", "the file is larger than 1 MiB", "give the path of a Tipring configuration"});
        return result;
    }
    if (auto bad = check_bytes(text)) {
        result.problems.push_back(std::move(*bad));
        return result;
    }
    Builder builder(result.problems);
    try {
        std::istringstream stream(text);
        YAML::Parser parser(stream);
        if (parser.HandleNextDocument(builder)) {
            result.root = builder.take_root();
            Builder second(result.problems);
            if (parser.HandleNextDocument(second)) {
                throw Stop{{{1, 1},
                            "",
                            "the file holds more than one YAML document",
                            "remove what follows the \"---\" line"}};
            }
        }
        if (!result.root) result.root = Node{};
    } catch (const Stop& stop) {
        result.root.reset();
        result.problems.push_back(stop.problem);
    } catch (const YAML::Exception& broken) {
        result.root.reset();
        if (broken.msg.find("anchor") != std::string::npos) {
            result.problems.push_back({position(broken.mark), "",
                                       "YAML takes a word that begins with * or & for an alias",
                                       "put the value in quotes, for example \"*123\""});
            return result;
        }
        result.problems.push_back(
            {position(broken.mark), "", base::format("broken YAML: {}", broken.msg),
             "check the indentation, brackets and quotes at this place and just before it"});
    }
    return result;
}

}  // namespace tipring::config
