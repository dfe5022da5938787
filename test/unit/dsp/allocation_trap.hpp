// Counts what one thread allocates with operator new, so that a test can say "this path allocates nothing".
#pragma once

#include <cstddef>

namespace tipring::test {

/// Counts from construction on.
class AllocationTrap {
  public:
    AllocationTrap();
    /// Always 0 where a sanitizer owns operator new.
    std::size_t count() const;

  private:
    std::size_t before_;
};

}  // namespace tipring::test
