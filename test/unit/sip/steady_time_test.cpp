// The hooks into Sofia's time.
#include "steady_time.hpp"

#include <sofia-sip/su_time.h>

#include <catch2/catch.hpp>
#include <chrono>

using namespace tipring;

TEST_CASE("Sofia's time is the system's, in all its functions, whether or not they have where to put it") {
    sip::keep_sofia_time_steady();
    sip::keep_sofia_time_steady();
    constexpr unsigned long from_1900_to_1970 = 2'208'988'800;
    constexpr unsigned long tolerance_s = 60;
    const auto wall = std::chrono::system_clock::now().time_since_epoch() / std::chrono::seconds(1);
    const auto expected = static_cast<unsigned long>(wall) + from_1900_to_1970;
    const auto right = [&](unsigned long seconds) {
        return seconds + tolerance_s > expected && seconds < expected + tolerance_s;
    };
    su_time(nullptr);
    CHECK(right(su_now().tv_sec));
    su_nanotime_t time = 0;
    const auto returned = su_nanotime(&time);
    CHECK(returned == time);
    CHECK(right(time / 1'000'000'000));
    CHECK(right(su_nanotime(nullptr) / 1'000'000'000));
}
