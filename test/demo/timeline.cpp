#include "timeline.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace tipring::demo {

namespace {
constexpr double level_tolerance_db = 1.0;
constexpr std::chrono::milliseconds longest_gap{40};
}  // namespace

bool Direction::good() const {
    return match.found && std::abs(match.level_difference_db) <= level_tolerance_db &&
           match.longest_gap <= longest_gap + stood_still;
}

bool CallResult::good() const {
    if (!failure.empty() || directions.size() != 2) return false;
    return directions[0].good() && directions[1].good();
}

void Timeline::begin(const std::string& title) {
    began_ = std::chrono::steady_clock::now();
    std::printf("\n%s\n", title.c_str());
    std::fflush(stdout);
}

std::chrono::milliseconds Timeline::elapsed() const {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - began_);
}

void Timeline::step(const std::string& text) {
    std::printf("  %6.2f s  %s\n", static_cast<double>(elapsed().count()) / 1000, text.c_str());
    std::fflush(stdout);
}

void Timeline::fail(const std::string& text) {
    step("FAILED: " + text);
}

void Timeline::print_table(const std::vector<CallResult>& results) const {
    std::size_t longest = 0;
    for (const auto& result : results)
        longest = std::max(longest, result.title.size());
    const int width = static_cast<int>(longest);
    std::printf("\n%-*s %8s %6s %11s %5s  %-22s %7s %7s  %s\n", width, "call", "set-up", "codec",
                "RTP out/in", "lost", "heard by", "level", "gap", "");
    for (const auto& result : results) {
        char packets[40] = "-";
        char lost[24] = "-";
        if (result.has_rtp) {
            std::snprintf(packets, sizeof packets, "%llu/%llu", static_cast<unsigned long long>(result.sent),
                          static_cast<unsigned long long>(result.received));
            std::snprintf(lost, sizeof lost, "%llu", static_cast<unsigned long long>(result.lost));
        }
        bool first = true;
        for (const auto& direction : result.directions) {
            std::printf("%-*s %8s %6s %11s %5s  %-22s %+5.2f dB %4lld ms  %s\n", width,
                        first ? result.title.c_str() : "",
                        first ? (std::to_string(result.setup.count()) + " ms").c_str() : "",
                        first ? result.codec.c_str() : "", first ? packets : "", first ? lost : "",
                        direction.listener.c_str(), direction.match.level_difference_db,
                        static_cast<long long>(direction.match.longest_gap.count()),
                        direction.match.found ? (direction.good() ? "good" : "BAD") : "NOT HEARD");
            if (direction.good() && direction.match.longest_gap > longest_gap)
                std::printf("%-*s the machine itself stood still for %lld ms\n", width, "",
                            static_cast<long long>(direction.stood_still.count()));
            first = false;
        }
        if (!result.failure.empty())
            std::printf("%-*s %s\n", width, first ? result.title.c_str() : "",
                        ("FAILED: " + result.failure).c_str());
    }
}

}  // namespace tipring::demo
