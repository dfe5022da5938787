// DigitMap: the alternatives as one row of elements, followed all at once like a non-deterministic automaton.
// Thread: any; pure.
#include "tipring/routing/digit_map.hpp"

#include <algorithm>
#include <vector>

#include "symbols.hpp"
#include "tipring/base/text.hpp"

namespace tipring::routing {
namespace {

constexpr std::size_t longest_text = 4096;

enum class ElementKind : std::uint8_t { once, repeated, end, end_after_timer };

struct Element {
    ElementKind kind = ElementKind::once;
    SymbolSet symbols = 0;  ///< what it takes; nothing for an end
};

}  // namespace

struct DigitMap::Program {
    std::vector<Element> elements;
    std::vector<std::size_t> starts;
};

namespace {

/// Positions in the program, each at most once.
class PositionSet {
  public:
    explicit PositionSet(std::size_t size) : present_(size) {}

    /// Adds the position and those behind it that need no digit.
    void add(const std::vector<Element>& elements, std::size_t position) {
        while (!present_[position]) {
            present_[position] = true;
            positions_.push_back(position);
            if (elements[position].kind != ElementKind::repeated) return;
            ++position;
        }
    }
    const std::vector<std::size_t>& positions() const { return positions_; }
    void clear() {
        for (const std::size_t position : positions_)
            present_[position] = false;
        positions_.clear();
    }

  private:
    std::vector<bool> present_;
    std::vector<std::size_t> positions_;
};

class MapParser {
  public:
    explicit MapParser(std::string_view text) : text_(text) {}

    base::Result<std::vector<Element>> run() {
        const bool enclosed = accept('(');
        do {
            if (auto fault = alternative()) return base::fail(*fault);
        } while (accept('|'));
        if (enclosed && !accept(')')) return base::fail(error("expected \")\""));
        skip_blanks();
        if (position_ < text_.size()) return base::fail(error("expected 0-9, *, #, A-D, x, [, T or |"));
        return std::move(elements_);
    }

  private:
    std::string_view text_;
    std::size_t position_ = 0;
    std::vector<Element> elements_;

    void skip_blanks() {
        while (position_ < text_.size() &&
               std::string_view(" \t\r\n").find(text_[position_]) != std::string_view::npos) {
            ++position_;
        }
    }

    bool accept(char wanted) {
        skip_blanks();
        if (position_ == text_.size() || text_[position_] != wanted) return false;
        ++position_;
        return true;
    }

    std::string error(std::string_view what) const {
        return base::format("digit map \"{}\", position {}: {}", base::printable(text_), position_ + 1, what);
    }

    std::optional<std::string> alternative() {
        const std::size_t first = elements_.size();
        bool timer = false;
        for (;;) {
            skip_blanks();
            if (position_ == text_.size() || text_[position_] == '|' || text_[position_] == ')') break;
            if (timer) return error("nothing may follow T");
            const char c = text_[position_];
            if (c == 'T' || c == 't') {
                timer = true;
                ++position_;
            } else if (c == '.') {
                if (elements_.size() == first || elements_.back().kind == ElementKind::repeated) {
                    return error("\".\" repeats the element before it, and there is none");
                }
                elements_.back().kind = ElementKind::repeated;
                ++position_;
            } else if (auto fault = element(c)) {
                return fault;
            }
        }
        if (elements_.size() == first) return error("expected a number");
        elements_.push_back({timer ? ElementKind::end_after_timer : ElementKind::end, 0});
        return std::nullopt;
    }

    std::optional<std::string> element(char c) {
        SymbolSet symbols = symbol_set(c);
        if (c == '[') {
            const auto set = read_set(text_, position_);
            if (!set) return error("expected digits or a range such as 2-9, then \"]\"");
            symbols = *set;
        } else if (c == 'x' || c == 'X') {
            symbols = any_digit;
            ++position_;
        } else if (symbols != 0) {
            ++position_;
        } else {
            return error("expected 0-9, *, #, A-D, x, [, T or |");
        }
        elements_.push_back({ElementKind::once, symbols});
        return std::nullopt;
    }
};

DigitMatch judge(const std::vector<Element>& elements, const PositionSet& reached) {
    if (reached.positions().empty()) return DigitMatch::no_match;
    bool number = false;
    bool after_timer = false;
    bool longer = false;
    for (const std::size_t position : reached.positions()) {
        const ElementKind kind = elements[position].kind;
        number |= kind == ElementKind::end;
        after_timer |= kind == ElementKind::end_after_timer;
        longer |= kind == ElementKind::once || kind == ElementKind::repeated;
    }
    if (number && !longer) return DigitMatch::complete;
    return number || after_timer ? DigitMatch::complete_or_longer : DigitMatch::partial;
}

}  // namespace

base::Result<DigitMap> DigitMap::parse(std::string_view text) {
    if (text.size() > longest_text) return base::fail("digit map: the text is longer than 4096 characters");
    auto elements = MapParser(text).run();
    if (!elements) return elements.error();
    auto program = std::make_shared<Program>();
    program->elements = std::move(*elements);
    bool start = true;
    for (std::size_t i = 0; i < program->elements.size(); ++i) {
        if (start) program->starts.push_back(i);
        start = program->elements[i].symbols == 0;
    }
    DigitMap map;
    map.text_ = std::string(text);
    map.program_ = std::move(program);
    return map;
}

DigitMatch DigitMap::match(std::string_view digits) const {
    if (!program_) return DigitMatch::no_match;
    if (digits.empty()) return DigitMatch::partial;
    const auto& elements = program_->elements;
    PositionSet now(elements.size());
    PositionSet next(elements.size());
    for (const std::size_t start : program_->starts)
        now.add(elements, start);
    for (const char digit : digits) {
        const SymbolSet symbol = symbol_set(digit);
        next.clear();
        for (const std::size_t position : now.positions()) {
            const Element& element = elements[position];
            if ((element.symbols & symbol) == 0) continue;
            next.add(elements, element.kind == ElementKind::repeated ? position : position + 1);
        }
        std::swap(now, next);
        if (now.positions().empty()) break;
    }
    return judge(elements, now);
}

}  // namespace tipring::routing
