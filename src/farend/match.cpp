// match(): finds what was said in what was heard. Thread: any; pure.
//
// First the envelopes (20 ms) are compared at every offset. Around the best places the loudest half seconds
// are correlated sample by sample, which decides. Then a window of 20 ms goes through the whole clip and
// follows the delay, because a jitter buffer may change it on the way: a window that does not correlate is a
// gap.
#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>
#include <optional>

#include "tipring/farend/audio.hpp"

namespace tipring::farend {
namespace {

using Samples = std::span<const std::int16_t>;
using Offset = std::int64_t;

constexpr Offset frame_samples = 160;
constexpr std::size_t most_candidates = 12;
constexpr std::size_t excerpt_samples = 4000;
constexpr std::size_t most_excerpts = 3;
constexpr Offset refine_samples = 200;
constexpr double least_excerpt_correlation = 0.5;
/// Of several places (a loop), the first that is nearly as good as the best.
constexpr double nearly = 0.9;
constexpr double pause_below_mean_db = 30;
constexpr Offset hop_samples = 80;
constexpr Offset near_samples = 24;
constexpr Offset far_samples = 400;
constexpr int most_far_searches = 80;
constexpr double same_signal = 0.6;

/// A sample outside of the clip is silence.
std::int16_t at(Samples clip, Offset index) {
    return index < 0 || index >= static_cast<Offset>(clip.size()) ? std::int16_t{0}
                                                                  : clip[static_cast<std::size_t>(index)];
}

std::vector<float> envelope(Samples clip) {
    std::vector<float> frames(clip.size() / frame_samples);
    for (std::size_t i = 0; i < frames.size(); ++i) {
        float sum = 0;
        for (const std::int16_t sample : clip.subspan(i * frame_samples, frame_samples)) {
            sum += static_cast<float>(sample) * static_cast<float>(sample);
        }
        frames[i] = std::sqrt(sum / frame_samples);
    }
    return frames;
}

/// Takes the mean off, unless the envelope is flat (a tone): then the mean is all there is.
void emphasise(std::vector<float>& frames) {
    double sum = 0;
    double squares = 0;
    for (const float frame : frames) {
        sum += static_cast<double>(frame);
        squares += static_cast<double>(frame) * static_cast<double>(frame);
    }
    const double mean = sum / static_cast<double>(frames.size());
    const double variance = squares / static_cast<double>(frames.size()) - mean * mean;
    if (variance < 0.1 * mean * mean) return;
    for (float& frame : frames)
        frame -= static_cast<float>(mean);
}

struct Candidate {
    Offset offset;
    double score;
};

/// Places in `heard` (in frames) where the envelopes agree best, one for each hill.
std::vector<Candidate> likely_places(Samples said, Samples heard) {
    auto wanted = envelope(said);
    const auto found = envelope(heard);
    if (wanted.empty() || found.empty()) return {};
    emphasise(wanted);
    const auto wanted_size = static_cast<Offset>(wanted.size());
    const auto found_size = static_cast<Offset>(found.size());
    std::vector<Candidate> scores;
    for (Offset offset = 1 - wanted_size; offset < found_size; ++offset) {
        const Offset begin = std::max<Offset>(0, -offset);
        const Offset end = std::min(wanted_size, found_size - offset);
        float product = 0;
        float squares = 1;
        for (Offset i = begin; i < end; ++i) {
            const float value = found[static_cast<std::size_t>(i + offset)];
            product += wanted[static_cast<std::size_t>(i)] * value;
            squares += value * value;
        }
        scores.push_back({offset, static_cast<double>(product / std::sqrt(squares))});
    }
    std::vector<Candidate> hills;
    for (std::size_t i = 0; i < scores.size(); ++i) {
        const bool rises = i == 0 || scores[i].score >= scores[i - 1].score;
        const bool falls = i + 1 == scores.size() || scores[i].score > scores[i + 1].score;
        if (rises && falls) hills.push_back(scores[i]);
    }
    std::sort(hills.begin(), hills.end(), [](const auto& a, const auto& b) { return a.score > b.score; });
    if (hills.size() > most_candidates) hills.resize(most_candidates);
    return hills;
}

/// Begins of the loudest pieces of the clip.
std::vector<Offset> loudest_excerpts(Samples said, std::size_t length) {
    std::vector<std::pair<double, Offset>> pieces;
    for (std::size_t begin = 0; begin + length <= said.size(); begin += length) {
        pieces.emplace_back(-level_dbm0(said.subspan(begin, length)), static_cast<Offset>(begin));
    }
    std::sort(pieces.begin(), pieces.end());
    std::vector<Offset> begins;
    for (const auto& [level, begin] : pieces) {
        if (begins.size() < most_excerpts) begins.push_back(begin);
    }
    return begins;
}

struct Place {
    Offset lag = 0;
    double correlation = 0;
};

/// Two clips and the sums of their squares. In integers, which are exact, and quick even on an emulated
/// processor.
class Pair {
  public:
    Pair(Samples said, Samples heard)
        : said_(said),
          heard_(heard),
          said_squares_(running_squares(said)),
          heard_squares_(running_squares(heard)) {}

    Samples said() const { return said_; }
    Samples heard() const { return heard_; }

    /// Normalised correlation of `length` samples of said, from `begin`, with heard `lag` samples later.
    double correlation(Offset begin, Offset length, Offset lag) const {
        const Offset there = begin + lag;
        if (there < 0 || there + length > static_cast<Offset>(heard_.size())) return 0;
        const std::int16_t* a = said_.data() + begin;
        const std::int16_t* b = heard_.data() + there;
        std::int64_t product = 0;
        for (Offset i = 0; i < length; ++i)
            product += std::int32_t{a[i]} * std::int32_t{b[i]};
        const auto squares = static_cast<double>(sum(said_squares_, begin, length) + 1) *
                             static_cast<double>(sum(heard_squares_, there, length) + 1);
        return static_cast<double>(product) / std::sqrt(squares);
    }

    /// The strongest correlation (of either sign) for lags around `centre`.
    Place strongest(Offset begin, Offset length, Offset centre, Offset reach) const {
        Place best{centre, 0};
        for (Offset lag = centre - reach; lag <= centre + reach; ++lag) {
            const double value = correlation(begin, length, lag);
            if (std::abs(value) > std::abs(best.correlation)) best = {lag, value};
        }
        return best;
    }

  private:
    using Sums = std::vector<std::int64_t>;
    Samples said_, heard_;
    Sums said_squares_, heard_squares_;

    static Sums running_squares(Samples clip) {
        Sums sums(clip.size() + 1);
        for (std::size_t i = 0; i < clip.size(); ++i)
            sums[i + 1] = sums[i] + std::int32_t{clip[i]} * std::int32_t{clip[i]};
        return sums;
    }
    static std::int64_t sum(const Sums& sums, Offset begin, Offset length) {
        return sums[static_cast<std::size_t>(begin + length)] - sums[static_cast<std::size_t>(begin)];
    }
};

std::optional<Place> find(const Pair& clips) {
    const auto said = clips.said();
    const auto heard = clips.heard();
    const std::size_t length = std::min({excerpt_samples, said.size(), heard.size()});
    const auto excerpts = loudest_excerpts(said, length);
    std::vector<Place> places;
    double best = 0;
    for (const auto& candidate : likely_places(said, heard)) {
        Place place;
        for (const Offset begin : excerpts) {
            const auto found = clips.strongest(begin, static_cast<Offset>(length),
                                               candidate.offset * frame_samples, refine_samples);
            if (std::abs(found.correlation) > std::abs(place.correlation)) place = found;
        }
        places.push_back(place);
        best = std::max(best, std::abs(place.correlation));
    }
    if (best < least_excerpt_correlation) return std::nullopt;
    std::erase_if(places, [&](const Place& place) { return std::abs(place.correlation) < nearly * best; });
    // The first that lies wholly in the recording; a loop may be cut at its beginning.
    const auto inside = [&](const Place& place) {
        return place.lag >= 0 &&
               place.lag + static_cast<Offset>(said.size()) <= static_cast<Offset>(heard.size());
    };
    std::sort(places.begin(), places.end(), [&](const Place& a, const Place& b) {
        return inside(a) != inside(b) ? inside(a) : a.lag < b.lag;
    });
    return places.front();
}

/// Correlation between samples: a resampler on the way moves the signal by a fraction of a sample, which
/// matters for "s".
double between_samples(const Pair& clips, Offset begin, const Place& place) {
    constexpr Offset reach = 4;
    std::array<double, 2 * reach + 1> values{};
    for (Offset i = -reach; i <= reach; ++i) {
        values[static_cast<std::size_t>(i + reach)] =
            clips.correlation(begin, 2 * hop_samples, place.lag + i);
    }
    double best = std::abs(place.correlation);
    for (const double fraction : {-0.6, -0.4, -0.2, 0.2, 0.4, 0.6}) {
        double sum = 0;
        for (Offset i = -reach; i <= reach; ++i) {
            const double x = std::numbers::pi * (fraction - static_cast<double>(i));
            sum += values[static_cast<std::size_t>(i + reach)] * std::sin(x) / x;
        }
        best = std::max(best, std::min(std::abs(sum), 1.0));
    }
    return std::copysign(best, place.correlation);
}

/// Follows the delay through the whole clip and sums up.
class Follower {
  public:
    Follower(const Pair& clips, Offset lag)
        : clips_(clips),
          said_(clips.said()),
          heard_(clips.heard()),
          lag_(lag),
          threshold_dbm0_(std::max(active_dbm0, active_level_dbm0(said_) - pause_below_mean_db)) {}

    void run(Match& result) {
        Offset gap = 0;
        Offset longest = 0;
        for (Offset begin = 0; begin + 2 * hop_samples <= static_cast<Offset>(said_.size());
             begin += hop_samples) {
            const auto window = said_.subspan(static_cast<std::size_t>(begin), 2 * hop_samples);
            if (level_dbm0(window) < threshold_dbm0_) {
                gap = 0;
                continue;
            }
            gap = step(begin) ? 0 : gap + hop_samples;
            longest = std::max(longest, gap);
        }
        result.longest_gap = std::chrono::milliseconds(longest / 8);
        result.correlation = weight_ > 0 ? weighted_ / weight_ : 0;
        if (said_energy_ > 0 && heard_energy_ > 0)
            result.level_difference_db = 10 * std::log10(heard_energy_ / said_energy_);
    }

  private:
    const Pair& clips_;
    Samples said_, heard_;
    Offset lag_;
    double threshold_dbm0_;
    int far_searches_ = 0;
    double weighted_ = 0, weight_ = 0, said_energy_ = 0, heard_energy_ = 0;

    /// True when the window is heard.
    bool step(Offset begin) {
        auto place = clips_.strongest(begin, 2 * hop_samples, lag_, near_samples);
        double value = between_samples(clips_, begin, place);
        if (std::abs(value) < same_signal && far_searches_ < most_far_searches && !silent(begin + lag_)) {
            ++far_searches_;
            const auto elsewhere = clips_.strongest(begin, 2 * hop_samples, lag_, far_samples);
            // A short window resembles a lot: believe a new delay only when it holds for longer.
            const double longer = std::abs(longer_correlation(begin, elsewhere.lag));
            if (longer > same_signal && longer > std::abs(longer_correlation(begin, lag_))) {
                place = elsewhere;
                value = between_samples(clips_, begin, place);
            }
        }
        account(begin, place, value);
        if (std::abs(value) < same_signal) return false;
        lag_ = place.lag;
        return true;
    }

    bool silent(Offset begin) const {
        double sum = 0;
        for (Offset i = 0; i < 2 * hop_samples; ++i)
            sum += std::abs(static_cast<double>(at(heard_, begin + i)));
        return sum < 2 * hop_samples * 20;
    }

    double longer_correlation(Offset begin, Offset lag) const {
        const Offset length = std::min<Offset>(800, static_cast<Offset>(said_.size()) - begin);
        return clips_.correlation(begin, length, lag);
    }

    void account(Offset begin, const Place& place, double value) {
        double said = 0;
        double heard = 0;
        for (Offset i = begin; i < begin + hop_samples; ++i) {
            said += std::pow(static_cast<double>(at(said_, i)), 2);
            heard += std::pow(static_cast<double>(at(heard_, i + place.lag)), 2);
        }
        weighted_ += said * value;
        weight_ += said;
        if (std::abs(value) < same_signal) return;
        said_energy_ += said;
        heard_energy_ += heard;
    }
};

}  // namespace

Match match(std::span<const std::int16_t> said, std::span<const std::int16_t> heard) {
    Match result;
    if (said.size() < frame_samples || heard.size() < frame_samples) return result;
    const Pair clips(said, heard);
    const auto place = find(clips);
    if (!place) return result;
    result.found = true;
    result.offset = std::chrono::milliseconds(place->lag / 8);
    Follower(clips, place->lag).run(result);
    return result;
}

}  // namespace tipring::farend
