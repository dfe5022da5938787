// The period of a row of bursts and pauses, and its mean. Thread: any; pure.
#include "tone_cycle.hpp"

#include <algorithm>
#include <cmath>

namespace tipring::dsp {
namespace {

constexpr std::size_t longest_period = 16;
/// Electromechanical interrupters are that regular; speech is not.
constexpr double uneven_ms = 25;
constexpr double uneven_share = 0.05;
constexpr double uneven_db = 4;
/// Two pauses that differ less are equally long.
constexpr double same_pause_ms = 25;

bool alike(const TonePiece& a, const TonePiece& b) {
    if (a.sound != b.sound) return false;
    if (a.sound >= 0 && std::abs(a.level_dbm0 - b.level_dbm0) > uneven_db) return false;
    const double longer = std::max(a.duration_ms(), b.duration_ms());
    return std::abs(a.duration_ms() - b.duration_ms()) <= uneven_ms + uneven_share * longer;
}

ToneCycle longest_stretch(std::span<const TonePiece> pieces, std::size_t period) {
    ToneCycle best;
    std::size_t first = 0;
    for (std::size_t i = 0; i + period < pieces.size(); ++i) {
        if (!alike(pieces[i], pieces[i + period])) {
            first = i + 1;
            continue;
        }
        const double covered = pieces[i + period].end_ms - pieces[first].start_ms;
        const std::size_t count = i + period + 1 - first;
        // Two cycles, the second perhaps without its pause, are the least that can be called a repetition.
        if (count + 1 >= 2 * period && covered > best.covered_ms) best = {first, count, period, covered};
    }
    return best;
}

/// A cycle is told from its loudest and then longest burst when two of its pauses are equally long.
bool better_start(const TonePiece& pause, const TonePiece& burst, const TonePiece& best_pause,
                  const TonePiece& best_burst) {
    if (std::abs(pause.duration_ms() - best_pause.duration_ms()) > same_pause_ms)
        return pause.duration_ms() > best_pause.duration_ms();
    if (std::abs(burst.level_dbm0 - best_burst.level_dbm0) > uneven_db)
        return burst.level_dbm0 > best_burst.level_dbm0;
    return burst.duration_ms() > best_burst.duration_ms() + same_pause_ms;
}

}  // namespace

ToneCycle find_cycle(std::span<const TonePiece> pieces) {
    ToneCycle best;
    for (std::size_t period = 2; period <= longest_period && period < pieces.size(); ++period) {
        const ToneCycle found = longest_stretch(pieces, period);
        if (found.covered_ms > 1.25 * best.covered_ms) best = found;
    }
    return best;
}

MeanCycle mean_cycle(std::span<const TonePiece> pieces, const ToneCycle& cycle) {
    std::vector<TonePiece> means(cycle.period);
    const auto part = pieces.subspan(cycle.first, cycle.count);
    double squares = 0;
    for (std::size_t phase = 0; phase < cycle.period; ++phase) {
        double sum = 0;
        double level = 0;
        double count = 0;
        for (std::size_t i = phase; i < part.size(); i += cycle.period, ++count) {
            sum += part[i].duration_ms();
            level += part[i].level_dbm0;
        }
        means[phase] = {part[phase].sound, 0, sum / count, level / count, false};
        for (std::size_t i = phase; i < part.size(); i += cycle.period)
            squares += std::pow(part[i].duration_ms() - sum / count, 2);
    }
    std::size_t start = 0;
    bool any = false;
    for (std::size_t i = 0; i < means.size(); ++i) {
        const auto before = [&](std::size_t index) -> const TonePiece& {
            return means[(index + means.size() - 1) % means.size()];
        };
        if (means[i].sound < 0 || before(i).sound >= 0) continue;
        if (!any || better_start(before(i), means[i], before(start), means[start])) start = i;
        any = true;
    }
    std::rotate(means.begin(), means.begin() + static_cast<std::ptrdiff_t>(start), means.end());
    return {std::move(means), std::sqrt(squares / static_cast<double>(part.size()))};
}

}  // namespace tipring::dsp
