// What a reader of OpenMetrics 1.0 would refuse in a text: for the tests that write one. Header only.
#pragma once

#include <map>
#include <set>
#include <sstream>
#include <string>

namespace tipring::test {

/// Each family once and in one piece, its samples behind its TYPE, no series twice, the end at the end. A line for each
/// fault, "" for a good text.
inline std::string open_metrics_faults(const std::string& text) {
    static const std::map<std::string, std::string> suffixes{
        {"gauge", ""}, {"counter", "_total"}, {"info", "_info"}};
    std::string faults, family, sample_name;
    std::set<std::string> families, series;
    bool ended = false;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        const auto fault = [&](const std::string& what) { faults += what + ": " + line + "\n"; };
        if (ended) fault("after the end");
        std::istringstream words(line);
        std::string mark, keyword, name, value;
        if (line == "# EOF") {
            ended = true;
        } else if (line.starts_with("# TYPE ")) {
            words >> mark >> keyword >> name >> value;
            if (!families.insert(name).second) fault("a family again");
            if (!suffixes.contains(value)) fault("no known type");
            family = name;
            sample_name = family + (suffixes.contains(value) ? suffixes.at(value) : "");
        } else if (line.starts_with("# UNIT ") || line.starts_with("# HELP ")) {
            words >> mark >> keyword >> name >> value;
            if (name != family) fault("of another family");
            if (keyword == "UNIT" && !name.ends_with("_" + value)) fault("a unit that the name has not");
        } else {
            if (line.substr(0, line.find_first_of("{ ")) != sample_name) fault("of another family");
            if (!series.insert(line.substr(0, line.rfind(' '))).second) fault("a series again");
        }
    }
    if (!ended || !text.ends_with("\n")) faults += "no end\n";
    return faults;
}

}  // namespace tipring::test
