// Shorthands of the configuration tests.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tipring/config/loader.hpp"

namespace tipring::config {

inline std::string all_problems(const LoadResult& result) {
    std::string text;
    for (const auto& problem : result.problems)
        text += to_text(problem) + "\n";
    return text;
}

inline bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

inline Config load_good(const std::string& text, const LoadOptions& options = {}) {
    auto result = load_text(text, "test.yaml", options);
    INFO(all_problems(result));
    REQUIRE(result.config.has_value());
    return std::move(*result.config);
}

inline std::vector<std::string> load_bad(const std::string& text, const LoadOptions& options = {}) {
    const auto result = load_text(text, "test.yaml", options);
    CHECK_FALSE(result.config.has_value());
    REQUIRE_FALSE(result.problems.empty());
    std::vector<std::string> lines;
    for (const auto& problem : result.problems)
        lines.push_back(to_text(problem));
    return lines;
}

}  // namespace tipring::config
