// Thread: any, one owner.
#include "tipring/telemetry/open_metrics.hpp"

namespace tipring::telemetry {
namespace {

void append_escaped(std::string& text, std::string_view value) {
    for (const char c : value) {
        if (c == '\\' || c == '"') text += '\\';
        if (c == '\n')
            text += "\\n";
        else
            text += c;
    }
}

}  // namespace

void OpenMetrics::family(Type type, std::string_view name, std::string_view unit, std::string_view help) {
    const bool counts = type == Type::counter;
    text_.append("# TYPE ").append(name).append(counts ? " counter\n" : " gauge\n");
    if (!unit.empty()) text_.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, help);
    text_ += '\n';
    sample_name_ = std::string(name).append(counts ? "_total" : "");
}

void OpenMetrics::sample(const Labels& labels, std::uint64_t value) {
    text_ += sample_name_;
    if (!labels.empty()) {
        char before = '{';
        for (const auto& [name, word] : labels) {
            text_ += before;
            text_.append(name).append("=\"");
            append_escaped(text_, word);
            text_ += '"';
            before = ',';
        }
        text_ += '}';
    }
    text_.append(" ").append(std::to_string(value)).append("\n");
}

std::string OpenMetrics::finish() && {
    text_ += "# EOF\n";
    return std::move(text_);
}

}  // namespace tipring::telemetry
