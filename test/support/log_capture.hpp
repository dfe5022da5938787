// What is logged while something runs. Single-threaded; not while another part of the test logs to a file.
#pragma once

#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "tipring/base/fd.hpp"
#include "tipring/base/log.hpp"

namespace tipring::test {

/// At level info, line by line.
inline std::vector<std::string> logged(const std::function<void()>& task) {
    const auto before = base::log::level();
    std::string file = (std::filesystem::temp_directory_path() / "tipring-log-XXXXXX").string();
    const base::Fd created(mkstemp(file.data()));
    REQUIRE(created.get() >= 0);
    REQUIRE(base::log::start({base::log::Level::info, file}).has_value());
    task();
    base::log::stop();
    base::log::set_level(before);
    std::vector<std::string> lines;
    std::ifstream log(file);
    for (std::string line; std::getline(log, line);)
        lines.push_back(line);
    std::filesystem::remove(file);
    return lines;
}

}  // namespace tipring::test
