#include "table.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>

namespace tipring::cli {
namespace {

struct Character {
    char32_t code = 0;
    std::size_t bytes = 1;
    bool valid = false;
};

Character next_character(std::string_view text) {
    const auto lead = static_cast<unsigned char>(text[0]);
    if (lead < 0x80) return {lead, 1, true};
    const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
    if (lead < 0xC2 || lead > 0xF4 || text.size() < bytes) return {lead, 1, false};
    char32_t code = lead & (0x7FU >> bytes);
    for (std::size_t i = 1; i < bytes; ++i) {
        const auto byte = static_cast<unsigned char>(text[i]);
        if ((byte & 0xC0U) != 0x80U) return {lead, 1, false};
        code = (code << 6U) | (byte & 0x3FU);
    }
    constexpr std::array<char32_t, 5> lowest{0, 0, 0x80, 0x800, 0x10000};
    const bool surrogate = code >= 0xD800 && code <= 0xDFFF;
    if (code < lowest[bytes] || code > 0x10FFFF || surrogate) return {lead, 1, false};
    return {code, bytes, true};
}

bool within(char32_t code, std::initializer_list<std::pair<char32_t, char32_t>> ranges) {
    return std::any_of(ranges.begin(), ranges.end(),
                       [&](const auto& range) { return code >= range.first && code <= range.second; });
}

/// The blocks that matter for names and labels (Unicode categories Mn/Cf and East_Asian_Width W/F).
std::size_t width_of(char32_t code) {
    if (within(code, {{0x300, 0x36F},
                      {0x483, 0x489},
                      {0x591, 0x5BD},
                      {0x64B, 0x65F},
                      {0x200B, 0x200F},
                      {0x202A, 0x202E},
                      {0x20D0, 0x20FF},
                      {0xFE00, 0xFE0F},
                      {0xFE20, 0xFE2F},
                      {0xFEFF, 0xFEFF}}))
        return 0;
    if (within(code, {{0x1100, 0x115F},
                      {0x2E80, 0x303E},
                      {0x3041, 0x33FF},
                      {0x3400, 0x4DBF},
                      {0x4E00, 0x9FFF},
                      {0xA000, 0xA4CF},
                      {0xAC00, 0xD7A3},
                      {0xF900, 0xFAFF},
                      {0xFE30, 0xFE6F},
                      {0xFF00, 0xFF60},
                      {0xFFE0, 0xFFE6},
                      {0x1F300, 0x1F64F},
                      {0x1F900, 0x1F9FF},
                      {0x20000, 0x3FFFD}}))
        return 2;
    return 1;
}

std::string padded(const std::string& text, std::size_t width, Align align) {
    const auto used = display_width(text);
    const std::string blanks(width > used ? width - used : 0, ' ');
    return align == Align::left ? text + blanks : blanks + text;
}

void end_line(std::string& text) {
    text.erase(text.find_last_not_of(' ') + 1);
    text += '\n';
}

}  // namespace

std::size_t display_width(std::string_view text) {
    std::size_t width = 0;
    while (!text.empty()) {
        const auto character = next_character(text);
        width += character.valid ? width_of(character.code) : 1;
        text.remove_prefix(character.bytes);
    }
    return width;
}

std::string safe_lines(std::string_view text) {
    std::string out;
    for (auto end = text.find('\n'); end != text.npos; end = text.find('\n')) {
        out += safe(text.substr(0, end)) + "\n";
        text.remove_prefix(end + 1);
    }
    return out + safe(text);
}

std::string safe(std::string_view text) {
    std::string out;
    out.reserve(text.size());
    while (!text.empty()) {
        const auto character = next_character(text);
        // Direction overrides would let a caller's name rearrange the table.
        const bool hostile = !character.valid || character.code < 0x20 ||
                             (character.code >= 0x7F && character.code < 0xA0) ||
                             within(character.code, {{0x200E, 0x200F}, {0x2028, 0x202E}, {0x2066, 0x2069}});
        if (hostile) {
            out += '?';
        } else {
            out += text.substr(0, character.bytes);
        }
        text.remove_prefix(character.bytes);
    }
    return out;
}

std::string Table::text() const {
    std::vector<std::vector<std::string>> lines(1);
    for (const auto& column : columns_)
        lines[0].push_back(column.first);
    for (const auto& row : rows_) {
        auto& line = lines.emplace_back();
        for (std::size_t i = 0; i < columns_.size(); ++i) {
            const auto cell = i < row.size() ? safe(row[i]) : std::string();
            line.push_back(cell.empty() ? "-" : cell);
        }
    }
    std::vector<std::size_t> widths(columns_.size(), 0);
    for (const auto& line : lines) {
        for (std::size_t i = 0; i < line.size(); ++i)
            widths[i] = std::max(widths[i], display_width(line[i]));
    }
    std::string out;
    for (const auto& line : lines) {
        std::string row;
        for (std::size_t i = 0; i < line.size(); ++i) {
            if (i > 0) row += "  ";
            row += padded(line[i], widths[i], columns_[i].second);
        }
        end_line(row);
        out += row;
    }
    return out;
}

std::string Sheet::text() const {
    std::size_t width = 0;
    for (const auto& [label, value] : lines_) {
        if (!value.empty()) width = std::max(width, display_width(label) + 1);
    }
    std::string out;
    for (const auto& [label, value] : lines_) {
        if (value.empty()) continue;
        out += padded(label + ":", width + 1, Align::left) + safe(value);
        out += '\n';
    }
    return out;
}

std::string duration_text(long long seconds) {
    seconds = std::max(seconds, 0LL);
    char text[64];
    const auto days = seconds / 86400;
    const auto hours = seconds / 3600 % 24;
    const auto minutes = seconds / 60 % 60;
    if (days > 0) {
        std::snprintf(text, sizeof text, "%lldd %lld:%02lld:%02lld", days, hours, minutes, seconds % 60);
    } else if (hours > 0) {
        std::snprintf(text, sizeof text, "%lld:%02lld:%02lld", hours, minutes, seconds % 60);
    } else {
        std::snprintf(text, sizeof text, "%lld:%02lld", minutes, seconds % 60);
    }
    return text;
}

std::string ago_text(long long seconds) {
    struct Unit {
        long long seconds;
        const char* name;
    };
    static constexpr Unit units[] = {{86400, "day"}, {3600, "hour"}, {60, "minute"}, {1, "second"}};
    for (const auto& unit : units) {
        const auto count = seconds / unit.seconds;
        if (count > 0) return std::to_string(count) + " " + unit.name + (count == 1 ? "" : "s") + " ago";
    }
    return "just now";
}

}  // namespace tipring::cli
