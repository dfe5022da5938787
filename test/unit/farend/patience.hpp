// How long the tests of the far ends wait for what must come. Header only.
#pragma once

#include <chrono>

namespace tipring::test {

/// Only a failure meets it.
inline constexpr std::chrono::milliseconds patience{60000};

}  // namespace tipring::test
