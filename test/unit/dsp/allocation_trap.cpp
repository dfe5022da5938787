// Replaces the global operator new of the test program. AddressSanitizer keeps working: it sees malloc and
// free. ThreadSanitizer's runtime defines operator new itself.
#include "allocation_trap.hpp"

#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>

#if defined(__SANITIZE_THREAD__)
#define TIPRING_TRAP 0
#elif defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define TIPRING_TRAP 0
#endif
#endif
#ifndef TIPRING_TRAP
#define TIPRING_TRAP 1
#endif

namespace {
thread_local std::size_t allocations = 0;
}

#if TIPRING_TRAP
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
    CHECK(trap.count() == TIPRING_TRAP);
}
