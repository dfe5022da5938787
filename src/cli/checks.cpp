// Results of port learn and port test as text for people. Pure. Thread: main.
#include <algorithm>

#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

/// What ended it early or disturbed it, in lines of their own.
std::string ended_line(const json::value& result) {
    const auto ended = text(result, "ended");
    std::string lines = ended.empty() ? "" : "It ended early: " + safe(ended) + "\n";
    if (number(result, "blocks_lost") > 0)
        lines +=
            text(result, "blocks_lost") +
            " blocks of sound of 10 ms were lost meanwhile: do it again when the machine has less to do.\n";
    return lines;
}

std::string measured(const json::value& finding) {
    const auto value = text(finding, "value");
    const auto unit = text(finding, "unit");
    return safe(unit.empty() ? value : value + " " + unit);
}

}  // namespace

std::string render_test(const json::value& result) {
    Table table(
        {{"MEASURE", Align::left}, {"VALUE", Align::right}, {"VERDICT", Align::left}, {"", Align::left}});
    for (const auto& finding : list(member(result, "findings"))) {
        const auto words = text(finding, "words");
        const auto verdict = text(finding, "verdict");
        table.add({safe(text(finding, "what")), measured(finding), safe(verdict),
                   words == verdict ? "" : safe(words)});
    }
    std::string sheet = table.empty() ? "" : table.text() + "\n";
    const auto verdict = text(result, "verdict");
    return sheet + ended_line(result) +
           (verdict == "incomplete" ? "The line was not judged: test it again.\n"
                                    : "The line is " + safe(verdict) + ".\n");
}

std::string render_learnt(const json::value& result) {
    std::string sheet;
    if (const auto picture = text(result, "picture"); !picture.empty()) {
        sheet += "|" + safe(picture) + "|\n 0 s" +
                 std::string(display_width(picture) > 14 ? display_width(picture) - 10 : 1, ' ') +
                 text(result, "picture_seconds") + " s\n\n";
    }
    Sheet values;
    std::string frequencies;
    for (const auto& hertz : list(member(result, "frequencies_hz")))
        frequencies += (frequencies.empty() ? "" : " + ") + text(hertz);
    if (!frequencies.empty()) {
        values.add("Frequencies", frequencies + " Hz");
        values.add("Cadence", safe(text(result, "cadence")));
        values.add("Level", text(result, "level_dbm0") + " dBm0");
        values.add("Cycles measured", text(result, "cycles"));
        values.add("Irregularity", text(result, "jitter_ms") + " ms");
        sheet += values.text() + "\n";
    }
    for (const auto& words : list(member(result, "words")))
        sheet += safe(text(words)) + "\n";
    sheet += ended_line(result);
    if (const auto lines = learnt_configuration(result); !lines.empty())
        sheet += "\nFor the configuration, when this is the tone that you heard:\n\n" + lines;
    return sheet;
}

std::string learnt_configuration(const json::value& result) {
    std::string lines;
    std::string line;
    // Line by line, because a line feed is not safe in a line.
    for (const char character : text(result, "configuration")) {
        if (character != '\n') {
            line += character;
            continue;
        }
        lines += safe(line) + "\n";
        line.clear();
    }
    return lines;
}

}  // namespace tipring::cli
