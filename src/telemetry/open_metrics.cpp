// Thread: any, one owner.
#include "tipring/telemetry/open_metrics.hpp"

namespace tipring::telemetry {
namespace {

struct Words {
    std::string_view type, suffix;
};

Words words_of(OpenMetrics::Type type) {
    switch (type) {
        case OpenMetrics::Type::counter:
            return {"counter", "_total"};
        case OpenMetrics::Type::info:
            return {"info", "_info"};
        case OpenMetrics::Type::gauge:
            break;
    }
    return {"gauge", ""};
}

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
    const auto [word, suffix] = words_of(type);
    text_.append("# TYPE ").append(name).append(" ").append(word).append("\n");
    if (!unit.empty()) text_.append("# UNIT ").append(name).append(" ").append(unit).append("\n");
    text_.append("# HELP ").append(name).append(" ");
    append_escaped(text_, help);
    text_ += '\n';
    sample_name_ = std::string(name).append(suffix);
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
