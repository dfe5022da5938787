// The tone learner: which sounds there are, when each is heard, what repeats. Thread: any but the media
// thread.
#include "tipring/dsp/tone_learner.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <optional>

#include "cadence.hpp"
#include "line_noise.hpp"
#include "sinusoids.hpp"
#include "sound_meter.hpp"
#include "tipring/base/text.hpp"
#include "tone_cycle.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t search_window = 512;  ///< 64 ms: short enough for bursts of 100 ms
constexpr std::size_t search_step = 128;    ///< 16 ms
constexpr std::size_t edge_window = 240;    ///< 30 ms
constexpr double samples_a_ms = 8;
constexpr std::size_t picture_samples = 160;
constexpr double picture_floor_dbm0 = -70;
/// Weaker windows hold no tone that the detector could hear.
constexpr double least_tone_dbm0 = -43;
constexpr double pure_window = 0.85;
/// The two of a pair are at most 8 dB apart; side bands of full modulation 6 dB below the carrier.
constexpr double line_range_db = 9;
constexpr std::size_t most_lines = 3;
constexpr double same_line_hz = 8;
constexpr std::size_t fewest_windows = 4;
constexpr std::size_t most_sounds = 8;
constexpr std::size_t windows_to_refine = 12;
constexpr double even_spacing_hz = 8;
constexpr double duration_grain_ms = 5;
constexpr double attenuated_from_db = 6;
constexpr double notation_attenuation_db = 10;  ///< what "@" means in libtonezone's notation
constexpr double above_noise_db = 4;
constexpr double below_tone_db = 6;
constexpr unsigned enough_cycles = 3;
constexpr double shortest_continuous_ms = 2000;
/// Sound that is no tone: longer than a click, and stronger than a quiet line's noise.
constexpr double shortest_disturbance_ms = 300;
constexpr double steady_range_db = 8;

/// Lines that were seen together, and where.
struct Cluster {
    std::vector<double> frequencies_hz;
    std::vector<std::size_t> windows;

    bool holds(const std::vector<double>& lines) const {
        return std::equal(lines.begin(), lines.end(), frequencies_hz.begin(), frequencies_hz.end(),
                          [](double a, double b) { return std::abs(a - b) <= same_line_hz; });
    }
};

double median(std::vector<double> values) {
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

class Learner {
  public:
    explicit Learner(std::span<const std::int16_t> recording) : signal_(without_hum(recording)) {}

    LearntProfile run() {
        measure_levels();
        find_sounds();
        find_pieces();
        if (!describe_cycle()) describe_other();
        profile_.words = words();
        return std::move(profile_);
    }

  private:
    std::vector<float> signal_;
    LearntProfile profile_;
    std::vector<Cluster> sounds_;
    std::vector<ToneSegment> segments_;  ///< one per sound
    std::vector<TonePiece> pieces_;

    std::span<const float> part(std::size_t at, std::size_t count) const {
        return std::span(signal_).subspan(at, count);
    }

    void measure_levels() {
        for (std::size_t at = 0; at + picture_samples <= signal_.size(); at += picture_samples) {
            const double level = dbm0_from_power(power_of_samples(part(at, picture_samples)));
            profile_.levels_dbm0.push_back(static_cast<float>(std::max(level, picture_floor_dbm0)));
        }
    }

    void find_sounds() {
        std::vector<Cluster> clusters;
        for (std::size_t at = 0; at + search_window <= signal_.size(); at += search_step) {
            const auto samples = part(at, search_window);
            if (dbm0_from_power(power_of_samples(samples)) < least_tone_dbm0) continue;
            const auto lines = spectral_lines(samples, line_range_db, most_lines);
            if (lines.empty() || fit_sines(samples, lines).share() < pure_window) continue;
            const auto known = std::find_if(clusters.begin(), clusters.end(),
                                            [&](const Cluster& other) { return other.holds(lines); });
            if (known == clusters.end()) {
                clusters.push_back({lines, {at}});
            } else {
                known->windows.push_back(at);
            }
        }
        std::stable_sort(clusters.begin(), clusters.end(), [](const Cluster& a, const Cluster& b) {
            return a.windows.size() > b.windows.size();
        });
        for (auto& cluster : clusters) {
            if (cluster.windows.size() < fewest_windows || sounds_.size() == most_sounds) break;
            refine(cluster);
            const bool known = std::any_of(sounds_.begin(), sounds_.end(), [&](const Cluster& other) {
                return other.holds(cluster.frequencies_hz);
            });
            if (!known) sounds_.push_back(std::move(cluster));
        }
    }

    /// Each frequency becomes the median over windows that are spread over the recording.
    void refine(Cluster& cluster) const {
        const std::size_t step = std::max<std::size_t>(1, cluster.windows.size() / windows_to_refine);
        std::vector<std::vector<double>> seen(cluster.frequencies_hz.size());
        for (std::size_t i = 0; i < cluster.windows.size(); i += step) {
            auto lines = cluster.frequencies_hz;
            refine_sines(part(cluster.windows[i], search_window), lines, same_line_hz);
            for (std::size_t line = 0; line < lines.size(); ++line)
                seen[line].push_back(lines[line]);
        }
        for (std::size_t line = 0; line < seen.size(); ++line)
            cluster.frequencies_hz[line] = median(seen[line]);
    }

    /// Three lines at even distances are a carrier with its side bands.
    static ToneSegment segment_of(const std::vector<double>& hz) {
        const auto whole = [](double value) { return static_cast<float>(std::round(value)); };
        ToneSegment segment;
        segment.frequency1_hz = whole(hz[0]);
        if (hz.size() == 3 && std::abs(hz[2] - 2 * hz[1] + hz[0]) < even_spacing_hz) {
            segment.frequency1_hz = whole(hz[1]);
            segment.frequency2_hz = whole((hz[2] - hz[0]) / 2);
            segment.modulated = true;
            return segment;
        }
        if (hz.size() > 1) segment.frequency2_hz = whole(hz[1]);
        if (hz.size() > 2) segment.frequency3_hz = whole(hz[2]);
        return segment;
    }

    /// A noisy line's pauses are known by their noise, as long as the tone stands out of it.
    float pause_level() const {
        double level = static_cast<double>(SoundMeter::quiet_line_dbm0);
        if (sounds_.empty()) return static_cast<float>(level);
        auto levels = profile_.levels_dbm0;
        const auto low = levels.begin() + static_cast<std::ptrdiff_t>(levels.size() / 10);
        std::nth_element(levels.begin(), low, levels.end());
        double weakest = 0;
        for (const std::size_t at : sounds_.front().windows)
            weakest = std::min(weakest, dbm0_from_power(power_of_samples(part(at, search_window))));
        level =
            std::max(level, std::min(static_cast<double>(*low) + above_noise_db, weakest - below_tone_db));
        return static_cast<float>(level);
    }

    /// The detector's own ear says when each sound is heard: what it cannot hear is not worth learning.
    void find_pieces() {
        SoundMeter meter(pause_level());
        CadenceHistory history;
        for (const auto& sound : sounds_) {
            segments_.push_back(segment_of(sound.frequencies_hz));
            // The numbers are ours: a sound that the meter takes for an earlier one is not heard as itself.
            meter.add(segments_.back());
        }
        std::array<std::int16_t, SoundMeter::hop_samples> hop{};
        for (std::size_t at = 0; at + hop.size() <= signal_.size(); at += hop.size()) {
            for (std::size_t i = 0; i < hop.size(); ++i)
                hop[i] = clip_sample(signal_[at + i]);
            const int before = history.current().sound;
            const auto start_before = history.current().start_ms;
            history.push(meter.push(hop));
            const auto& now = history.current();
            if (now.sound != before || now.start_ms != start_before) keep_new(history);
        }
        keep(history.current(), true);
        for (std::size_t i = 1; i < pieces_.size(); ++i) {
            if (pieces_[i - 1].sound == SoundMeter::other) pieces_[i].cut = true;
            if (pieces_[i].sound == SoundMeter::other) pieces_[i - 1].cut = true;
        }
        for (auto& piece : pieces_)
            if (piece.sound >= 0) sharpen(piece);
        for (std::size_t i = 0; i < pieces_.size(); ++i) {
            if (pieces_[i].sound != SoundMeter::silence) continue;
            if (i > 0 && pieces_[i - 1].sound >= 0) pieces_[i].start_ms = pieces_[i - 1].end_ms;
            if (i + 1 < pieces_.size() && pieces_[i + 1].sound >= 0)
                pieces_[i].end_ms = pieces_[i + 1].start_ms;
        }
    }

    /// One change may complete two segments: what ended, and an unknown sound after it.
    void keep_new(const CadenceHistory& history) {
        const std::size_t newest = std::min<std::size_t>(history.completed(), 2);
        for (std::size_t back = newest; back-- > 0;) {
            const auto& segment = history.completed(back);
            if (pieces_.empty() || static_cast<double>(segment.start_ms) >= last_start_ms_ + 1)
                keep(segment, false);
        }
    }

    void keep(const HeardSegment& segment, bool last) {
        const bool cut = segment.cut || last || pieces_.empty();
        last_start_ms_ = static_cast<double>(segment.start_ms);
        pieces_.push_back({segment.sound, last_start_ms_, static_cast<double>(segment.end_ms), -99, cut});
    }
    double last_start_ms_ = -1;

    /// Level of the sound at a moment, by a fit to the 30 ms around it: half the burst's amplitude is where
    /// its edge lies.
    std::optional<SineFit> fit_at(int sound, double at_ms) const {
        const double first = at_ms * samples_a_ms - edge_window / 2.0;
        if (first < 0 || static_cast<std::size_t>(first) + edge_window > signal_.size()) return std::nullopt;
        return fit_sines(part(static_cast<std::size_t>(first), edge_window),
                         sounds_[static_cast<std::size_t>(sound)].frequencies_hz);
    }

    double edge(const TonePiece& piece, double rough_ms, double half_energy, bool rising) const {
        constexpr int reach_ms = 30;
        constexpr int coarse_ms = 6;
        const double direction = rising ? 1 : -1;
        const auto reached = [&](int shift) {
            const auto fit = fit_at(piece.sound, rough_ms + direction * shift);
            return fit && fit->energy >= half_energy;
        };
        int shift = -reach_ms;
        while (shift <= reach_ms && !reached(shift))
            shift += coarse_ms;
        if (shift > reach_ms) return rough_ms;
        for (int i = 1; i < coarse_ms && reached(shift - 1); ++i)
            --shift;
        return rough_ms + direction * shift;
    }

    void sharpen(TonePiece& piece) const {
        std::vector<double> energies;
        for (int i = 1; i < 6; ++i) {
            const auto fit = fit_at(piece.sound, piece.start_ms + piece.duration_ms() * i / 6);
            if (fit) energies.push_back(fit->energy);
        }
        if (energies.empty()) return;
        const double energy = median(energies);
        piece.level_dbm0 = dbm0_from_power(energy / edge_window);
        const double start = edge(piece, piece.start_ms, energy / 4, true);
        piece.end_ms = edge(piece, piece.end_ms, energy / 4, false);
        piece.start_ms = start;
    }

    bool whole(const TonePiece& piece) const { return !piece.cut && piece.sound != SoundMeter::other; }

    bool describe_cycle() {
        std::optional<std::pair<std::span<const TonePiece>, ToneCycle>> best;
        for (std::size_t first = 0; first < pieces_.size();) {
            std::size_t end = first;
            while (end < pieces_.size() && whole(pieces_[end]))
                ++end;
            const auto run = std::span<const TonePiece>(pieces_).subspan(first, end - first);
            const ToneCycle found = find_cycle(run);
            if (found.period > 0 && (!best || found.covered_ms >= best->second.covered_ms))
                best.emplace(run, found);
            first = end + 1;
        }
        if (!best) return false;
        const auto& [run, cycle] = *best;
        const MeanCycle mean = mean_cycle(run, cycle);
        profile_.cycles = cycle.cycles();
        profile_.jitter_ms = mean.jitter_ms;
        profile_.begins = std::chrono::milliseconds(std::lround(run[cycle.first].start_ms));
        profile_.verdict =
            profile_.cycles >= enough_cycles ? LearnVerdict::learnt : LearnVerdict::too_few_cycles;
        write_tone(mean.pieces);
        return true;
    }

    void write_tone(const std::vector<TonePiece>& cycle) {
        const TonePiece* loudest = nullptr;
        for (const auto& piece : cycle) {
            if (piece.sound >= 0 && (loudest == nullptr || piece.level_dbm0 > loudest->level_dbm0))
                loudest = &piece;
        }
        if (loudest == nullptr) return;
        profile_.level_dbm0 = loudest->level_dbm0;
        const auto lines = sounds_[static_cast<std::size_t>(loudest->sound)].frequencies_hz.size();
        const bool modulated = segments_[static_cast<std::size_t>(loudest->sound)].modulated;
        profile_.tone.level_dbm0 =
            static_cast<float>(modulated ? loudest->level_dbm0 - 1.5
                                         : loudest->level_dbm0 - 10 * std::log10(static_cast<double>(lines)));
        for (const auto& piece : cycle) {
            ToneSegment segment;
            if (piece.sound >= 0) segment = segments_[static_cast<std::size_t>(piece.sound)];
            if (cycle.size() > 1) {
                segment.duration_ms = static_cast<std::uint32_t>(
                    duration_grain_ms * std::max(1.0, std::round(piece.duration_ms() / duration_grain_ms)));
            }
            if (piece.sound >= 0 && piece.level_dbm0 < profile_.level_dbm0 - attenuated_from_db)
                segment.level_offset_db = -notation_attenuation_db;
            profile_.tone.segments.push_back(segment);
        }
        profile_.notation = tone_notation(profile_.tone);
    }

    /// Nothing repeats: a continuous tone, one burst, something else, or nothing.
    void describe_other() {
        const TonePiece* longest = nullptr;
        double tones = 0;
        double disturbed_ms = 0;
        for (const auto& piece : pieces_) {
            if (piece.sound == SoundMeter::other) disturbed_ms += piece.duration_ms();
            if (piece.sound < 0) continue;
            ++tones;
            if (longest == nullptr || piece.duration_ms() > longest->duration_ms()) longest = &piece;
        }
        if (longest != nullptr && longest->duration_ms() >= shortest_continuous_ms) {
            profile_.verdict = LearnVerdict::continuous;
            profile_.begins = std::chrono::milliseconds(std::lround(longest->start_ms));
            write_tone({*longest});
        } else if (tones > 1 || (disturbed_ms >= shortest_disturbance_ms && !steady())) {
            profile_.verdict = LearnVerdict::irregular;
        } else if (tones == 1) {
            profile_.verdict = LearnVerdict::too_few_cycles;
            profile_.cycles = 1;
            profile_.level_dbm0 = longest->level_dbm0;
        }
    }

    /// Noise does not change its level.
    bool steady() const {
        auto levels = profile_.levels_dbm0;
        if (levels.size() < 20) return true;
        std::sort(levels.begin(), levels.end());
        const auto low = levels[levels.size() / 20];
        const auto high = levels[levels.size() - 1 - levels.size() / 20];
        return static_cast<double>(high - low) < steady_range_db;
    }

    std::string words() const {
        switch (profile_.verdict) {
            case LearnVerdict::learnt:
                return base::format("regular tone, {} cycles heard", profile_.cycles);
            case LearnVerdict::continuous:
                return "continuous tone: dial tone?";
            case LearnVerdict::too_few_cycles:
                return profile_.cycles == 1 ? "only one cycle heard" : "only two cycles heard";
            case LearnVerdict::irregular:
                return "irregular: speech?";
            case LearnVerdict::no_tone:
                break;
        }
        return "no tone found";
    }
};

}  // namespace

LearntProfile learn_tone(std::span<const std::int16_t> recording) {
    return Learner(recording).run();
}

}  // namespace tipring::dsp
