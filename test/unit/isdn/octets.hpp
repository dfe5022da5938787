// Octets of a test, written as people read them: "02 01 08". Pure.
#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <vector>

namespace tipring::test {

inline std::vector<std::uint8_t> octets(const std::string& hex) {
    std::vector<std::uint8_t> result;
    std::istringstream words(hex);
    for (std::string word; words >> word;)
        result.push_back(static_cast<std::uint8_t>(std::stoul(word, nullptr, 16)));
    return result;
}

}  // namespace tipring::test
