// The sub-command "span" of tipringctl. Private to tipringctl. Thread: main only.
#pragma once

#include <CLI/App.hpp>

#include "job.hpp"

namespace tipring::cli {

/// Both outlive the parsing; `job` is filled when the words of the sub-command are found.
void add_span(CLI::App& app, Arguments& arguments, Job& job);

}  // namespace tipring::cli
