// A tone as text: its notation, and a picture of its levels (tone_learner.hpp). Pure. Thread: any.
#include <algorithm>
#include <array>
#include <cmath>

#include "tipring/base/text.hpp"
#include "tipring/dsp/tone_learner.hpp"

namespace tipring::dsp {

std::string tone_notation(const ToneSequence& tone) {
    std::string text;
    for (std::size_t i = 0; i < tone.segments.size(); ++i) {
        const ToneSegment& segment = tone.segments[i];
        if (i > 0) text += ',';
        if (i < tone.repeat_from) text += '!';
        text += base::format("{}", std::lround(segment.frequency1_hz));
        if (segment.level_offset_db < 0) text += '@';
        if (segment.frequency2_hz > 0)
            text += base::format("{}{}", segment.modulated ? '*' : '+', std::lround(segment.frequency2_hz));
        for (const float hz : {segment.frequency3_hz, segment.frequency4_hz})
            if (hz > 0) text += base::format("+{}", std::lround(hz));
        if (segment.duration_ms > 0) text += base::format("/{}", segment.duration_ms);
    }
    return text;
}

std::string level_picture(std::span<const float> levels_dbm0, std::size_t width) {
    constexpr std::array<std::string_view, 9> blocks = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
    constexpr float lowest_dbm0 = -60;
    std::string picture;
    width = std::min(width, levels_dbm0.size());
    for (std::size_t column = 0; column < width; ++column) {
        const auto begin =
            levels_dbm0.begin() + static_cast<std::ptrdiff_t>(column * levels_dbm0.size() / width);
        const auto end =
            levels_dbm0.begin() + static_cast<std::ptrdiff_t>((column + 1) * levels_dbm0.size() / width);
        const float share = (*std::max_element(begin, end) - lowest_dbm0) / -lowest_dbm0;
        const float block = std::clamp(share, 0.0F, 1.0F) * static_cast<float>(blocks.size() - 1);
        picture += blocks[static_cast<std::size_t>(std::lround(block))];
    }
    return picture;
}

}  // namespace tipring::dsp
