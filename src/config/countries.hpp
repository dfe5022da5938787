// The countries' data of config/countries.yaml. Thread: any; read once, constant afterwards.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "tipring/config/country.hpp"
#include "tipring/config/loader.hpp"

namespace tipring::config {

class Mapping;

struct Countries {
    CountryProfile fallback;  ///< the entry `default:`
    std::map<std::string, CountryProfile> by_code;
    std::map<std::string, std::string> aliases;  ///< ISO 3166 code whose zone has another name -> the zone
    std::vector<Problem> problems;               ///< empty for the built-in file; a test sees to it
};

/// Each entry is `default:` with what the entry changes.
Countries read_countries(const std::string& text, const std::string& file);

/// Key `emergency`: 1 to 16 numbers of 2 to 6 digits. True when it stored them.
bool read_emergency_numbers(Mapping& mapping, std::vector<std::string>& target);

/// The built-in file and its text.
const Countries& countries();
extern const char* const countries_text;

}  // namespace tipring::config
