#include "steady_time.hpp"

#include <sofia-sip/su_time.h>

#include <chrono>
#include <mutex>

// Sofia's own hooks, which its headers do not declare: each may change the time that was just read (null: nobody wants
// it), and su_nanotime() returns what its hook returns.
extern "C" {
extern void (*_su_time)(su_time_t* time);
extern su_nanotime_t (*_su_nanotime)(su_nanotime_t* time);
}

namespace tipring::sip {
namespace {

using std::chrono::nanoseconds;

constexpr su_nanotime_t nanoseconds_a_second = 1'000'000'000;
/// Between 1900, where Sofia's time begins, and 1970 (RFC 868).
constexpr su_nanotime_t ntp_epoch_s = 2'208'988'800;

/// The system's time when it was asked the first time, and the steady time then.
su_nanotime_t steady_nanotime() noexcept {
    static const auto began = std::chrono::steady_clock::now();
    static const auto wall = std::chrono::duration_cast<nanoseconds>(
        std::chrono::system_clock::now().time_since_epoch() + std::chrono::seconds(ntp_epoch_s));
    return static_cast<su_nanotime_t>((wall + (std::chrono::steady_clock::now() - began)).count());
}

void set_time(su_time_t* time) noexcept {
    if (time == nullptr) return;
    const auto now = steady_nanotime();
    time->tv_sec = static_cast<unsigned long>(now / nanoseconds_a_second);
    time->tv_usec = static_cast<unsigned long>(now % nanoseconds_a_second / 1000);
}

su_nanotime_t set_nanotime(su_nanotime_t* time) noexcept {
    const auto now = steady_nanotime();
    if (time != nullptr) *time = now;
    return now;
}

}  // namespace

void keep_sofia_time_steady() noexcept {
    static std::once_flag done;
    std::call_once(done, [] {
        steady_nanotime();
        _su_time = set_time;
        _su_nanotime = set_nanotime;
    });
}

}  // namespace tipring::sip
