// Tables and sheets for people: aligned columns, counted in characters as a terminal shows them. Pure.
// Thread: main.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace tipring::cli {

/// Columns that a terminal gives the text (combining marks 0, wide East Asian characters 2). Broken UTF-8
/// counts 1 a byte.
std::size_t display_width(std::string_view text);

/// Text from the network made safe for a terminal: control characters (C0, DEL and C1) and broken UTF-8
/// become "?".
std::string safe(std::string_view text);
/// safe(), but line breaks stay.
std::string safe_lines(std::string_view text);

enum class Align { left, right };

class Table {
  public:
    explicit Table(std::vector<std::pair<std::string, Align>> columns) : columns_(std::move(columns)) {}
    /// As many cells as there are columns; an empty cell is shown as "-".
    void add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }
    bool empty() const { return rows_.empty(); }
    /// Header and rows, two blanks between columns, no blanks at the ends of lines.
    std::string text() const;

  private:
    std::vector<std::pair<std::string, Align>> columns_;
    std::vector<std::vector<std::string>> rows_;
};

/// "Label:  value" lines with the values in one column. Lines without a value are left out.
class Sheet {
  public:
    void add(std::string label, std::string value) {
        lines_.emplace_back(std::move(label), std::move(value));
    }
    std::string text() const;

  private:
    std::vector<std::pair<std::string, std::string>> lines_;
};

/// 75 -> "1:15", 3723 -> "1:02:03", with days in front: "2d 1:02:03"
std::string duration_text(long long seconds);

/// "just now", "40 seconds ago", "5 minutes ago", "3 hours ago", "12 days ago"
std::string ago_text(long long seconds);

}  // namespace tipring::cli
