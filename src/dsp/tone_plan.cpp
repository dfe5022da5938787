// Parser of libtonezone's tone notation. Thread: any; pure. Its input may be hostile (configuration files).
#include "tipring/dsp/tone_plan.hpp"

#include <array>
#include <charconv>
#include <optional>

#include "tipring/base/text.hpp"

namespace tipring::dsp {
namespace {

constexpr std::size_t longest_text = 4096;
constexpr std::size_t most_segments = 64;
constexpr double highest_readable_hz = 20'000;
constexpr float highest_audible_hz = 4'000;
constexpr unsigned longest_segment_ms = 600'000;
constexpr float attenuated_db = -10;

class ToneParser {
  public:
    explicit ToneParser(std::string_view text) : text_(text) {}

    base::Result<ToneSequence> run() {
        ToneSequence tone;
        bool repeats = false;
        do {
            if (tone.segments.size() == most_segments) return error("at most 64 segments");
            const bool once = accept('!');
            auto segment = parse_segment();
            if (!segment) return segment.error();
            if (!once && !repeats) {
                repeats = true;
                tone.repeat_from = tone.segments.size();
            }
            tone.segments.push_back(*segment);
        } while (next_segment());
        if (position_ < text_.size()) return error("expected \",\", \"+\", \"*\" or \"/\"");
        if (!repeats) tone.repeat_from = tone.segments.size();
        return tone;
    }

  private:
    std::string_view text_;
    std::size_t position_ = 0;

    void skip_blanks() {
        while (position_ < text_.size() && (text_[position_] == ' ' || text_[position_] == '\t'))
            ++position_;
    }

    bool accept(char wanted) {
        skip_blanks();
        if (position_ == text_.size() || text_[position_] != wanted) return false;
        ++position_;
        skip_blanks();
        return true;
    }

    bool next_segment() {
        if (accept(',')) return true;
        return position_ < text_.size() && text_[position_] == '!';
    }

    base::Error error(std::string_view expected) const {
        return base::fail(
            base::format("tone \"{}\", position {}: {}", base::printable(text_), position_ + 1, expected));
    }

    std::optional<float> frequency() {
        double value = 0;
        const char* begin = text_.data() + position_;
        const char* end = text_.data() + text_.size();
        if (begin == end || *begin < '0' || *begin > '9') return std::nullopt;
        const auto [after, code] = std::from_chars(begin, end, value, std::chars_format::fixed);
        if (code != std::errc{} || value > highest_readable_hz) return std::nullopt;
        position_ += static_cast<std::size_t>(after - begin);
        return static_cast<float>(value);
    }

    base::Result<ToneSegment> parse_segment() {
        static constexpr std::string_view wanted = "expected a frequency in Hz (0 for silence)";
        ToneSegment segment;
        const std::array<float*, 4> frequencies = {&segment.frequency1_hz, &segment.frequency2_hz,
                                                   &segment.frequency3_hz, &segment.frequency4_hz};
        skip_blanks();
        for (std::size_t i = 0;; ++i) {
            const auto value = frequency();
            if (!value) return error(wanted);
            if (accept('@')) segment.level_offset_db = attenuated_db;
            *frequencies[i] = *value < highest_audible_hz ? *value : 0;
            if (segment.modulated) break;
            if (i == 0 && accept('*')) {
                segment.modulated = true;
            } else if (!accept('+')) {
                break;
            } else if (i + 1 == frequencies.size()) {
                return error("at most four frequencies");
            }
        }
        if (!accept('/')) return segment;
        const char* begin = text_.data() + position_;
        const char* end = text_.data() + text_.size();
        const auto [after, code] = std::from_chars(begin, end, segment.duration_ms);
        if (code != std::errc{} || segment.duration_ms > longest_segment_ms) {
            return error("expected a duration of at most 600000 ms");
        }
        position_ += static_cast<std::size_t>(after - begin);
        return segment;
    }
};

}  // namespace

base::Result<ToneSequence> parse_tone(std::string_view text) {
    if (text.size() > longest_text) return base::fail("tone: the text is longer than 4096 characters");
    if (base::trim(text).empty()) return base::fail("tone: the text is empty; \"0\" is silence");
    return ToneParser(text).run();
}

}  // namespace tipring::dsp
