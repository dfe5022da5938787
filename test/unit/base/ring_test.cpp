#include <catch2/catch.hpp>
#include <thread>

#include "tipring/base/spsc_ring.hpp"

using tipring::base::SpscRing;

TEST_CASE("the ring gives back what was put in, in order, and refuses when full") {
    SpscRing<int> ring(4);
    for (int i = 0; i < 4; ++i)
        REQUIRE(ring.push(i));
    REQUIRE_FALSE(ring.push(99));
    int value = -1;
    for (int i = 0; i < 4; ++i) {
        REQUIRE(ring.pop(value));
        CHECK(value == i);
    }
    CHECK_FALSE(ring.pop(value));
    CHECK(value == 3);
}

TEST_CASE("two threads pass a long sequence without loss") {
    SpscRing<unsigned> ring(64);
    constexpr unsigned count = 200'000;
    std::thread producer([&] {
        for (unsigned i = 0; i < count;) {
            if (ring.push(i)) {
                ++i;
            } else {
                std::this_thread::yield();
            }
        }
    });
    unsigned wrong = 0;
    for (unsigned expected = 0; expected < count;) {
        unsigned value = 0;
        if (!ring.pop(value)) {
            std::this_thread::yield();
            continue;
        }
        if (value != expected) ++wrong;
        ++expected;
    }
    producer.join();
    CHECK(wrong == 0);
}
