// Every example in config/ loads, so that nobody copies a broken one.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "loading.hpp"

using namespace tipring::config;
namespace fs = std::filesystem;

TEST_CASE("all example configurations load") {
    int loaded = 0;
    for (const auto& entry : fs::directory_iterator(EXAMPLES_FOLDER)) {
        if (entry.path().extension() != ".yaml") continue;
        const auto result = load_file(entry.path().string());
        INFO(all_problems(result));
        CHECK(result.config.has_value());
        ++loaded;
    }
    CHECK(loaded >= 5);
}

TEST_CASE("four telephones, two exchange lines and a SIP server fit in 30 lines") {
    std::ifstream file(std::string(EXAMPLES_FOLDER) + "/mixed-office.yaml");
    REQUIRE(file);
    int lines = 0;
    for (std::string line; std::getline(file, line); ++lines)
        CHECK(line.size() <= 110);
    CHECK(lines <= 30);
    const auto config = *load_file(std::string(EXAMPLES_FOLDER) + "/mixed-office.yaml").config;
    CHECK(config.ports.size() == 6);
    CHECK(config.sip.accounts.size() == 1);
}
