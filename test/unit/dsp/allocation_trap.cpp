// Replaces the global operator new of the test program. AddressSanitizer keeps working: it sees malloc and
// free. ThreadSanitizer's runtime defines operator new itself.
#include "allocation_trap.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#include "sanitizers.hpp"

namespace {
thread_local std::size_t allocations = 0;
}

#if !TIPRING_TSAN
void* operator new(std::size_t size) {
    ++allocations;
    if (void* memory = std::malloc(size == 0 ? 1 : size)) return memory;
    throw std::bad_alloc();
}
// Catch2's library allocates with this one and releases with the others.
void* operator new(std::size_t size, const std::nothrow_t&) noexcept {
    ++allocations;
    return std::malloc(size == 0 ? 1 : size);
}
void operator delete(void* memory) noexcept {
    std::free(memory);
}
void operator delete(void* memory, std::size_t) noexcept {
    std::free(memory);
}
#endif

namespace tipring::test {

AllocationTrap::AllocationTrap() : before_(allocations) {}
std::size_t AllocationTrap::count() const {
    return allocations - before_;
}

}  // namespace tipring::test

TEST_CASE("the trap counts an allocation") {
    const tipring::test::AllocationTrap trap;
    ::operator delete(::operator new(8));
    CHECK(trap.count() == (TIPRING_TSAN ? 0 : 1));
}
