// Reads a password from its own file. Thread: whoever loads.
#pragma once

#include <string>

#include "tipring/base/result.hpp"

namespace tipring::config {

/// The first line of a regular file of at most 4 KiB. The error names path and reason and never the content.
base::Result<std::string> read_secret_file(const std::string& path);

}  // namespace tipring::config
