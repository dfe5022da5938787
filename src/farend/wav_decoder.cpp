// WAV octets of any sample rate as a clip for the line. Pure. Thread: any. The octets may be hostile.

#include <algorithm>
#include <cmath>
#include <cstring>
#include <numbers>
#include <optional>

#include "tipring/base/text.hpp"
#include "tipring/farend/audio.hpp"
#include "tipring/hardware/board.hpp"

namespace tipring::farend {
namespace {

std::uint32_t little_endian(std::span<const std::uint8_t> bytes, std::size_t at, std::size_t size) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < size; ++i)
        value |= static_cast<std::uint32_t>(bytes[at + i]) << (8 * i);
    return value;
}

bool has_tag(std::span<const std::uint8_t> bytes, std::size_t at, const char* tag) {
    return std::memcmp(bytes.data() + at, tag, 4) == 0;
}

struct Format {
    unsigned rate_hz = 0;
};

base::Result<Format> read_format(std::span<const std::uint8_t> chunk) {
    if (chunk.size() < 16) return base::fail("the WAV file is damaged");
    const auto encoding = little_endian(chunk, 0, 2);
    const auto channels = little_endian(chunk, 2, 2);
    const auto rate = little_endian(chunk, 4, 4);
    const auto bits = little_endian(chunk, 14, 2);
    if (encoding != 1 || channels != 1 || bits != 16)
        return base::fail("the WAV file must be 16-bit PCM, mono");
    if (rate < 4000 || rate > 48000)
        return base::fail(base::format("the WAV file has {} Hz; use 8000", rate));
    return Format{rate};
}

}  // namespace

base::Result<Clip> decode_wav(std::span<const std::uint8_t> bytes) {
    if (bytes.size() < 12 || !has_tag(bytes, 0, "RIFF") || !has_tag(bytes, 8, "WAVE"))
        return base::fail("this is no WAV file");
    std::optional<Format> format;
    for (std::size_t at = 12; at + 8 <= bytes.size();) {
        const std::size_t body = at + 8;
        const std::size_t size = std::min<std::size_t>(little_endian(bytes, at + 4, 4), bytes.size() - body);
        if (has_tag(bytes, at, "fmt ")) {
            const auto parsed = read_format(bytes.subspan(body, size));
            if (!parsed) return parsed.error();
            format = *parsed;
        } else if (has_tag(bytes, at, "data")) {
            if (!format) return base::fail("the WAV file is damaged");
            Clip samples(size / 2);
            for (std::size_t i = 0; i < samples.size(); ++i) {
                samples[i] = static_cast<std::int16_t>(little_endian(bytes, body + 2 * i, 2));
            }
            return resample(samples, format->rate_hz, hardware::sample_rate_hz);
        }
        at = body + size + size % 2;
    }
    return base::fail("the WAV file holds no audio");
}

Clip resample(std::span<const std::int16_t> samples, unsigned from_hz, unsigned to_hz) {
    if (from_hz == to_hz || samples.empty()) return {samples.begin(), samples.end()};
    constexpr double half_width = 16;  // zero crossings on each side
    const double step = static_cast<double>(from_hz) / to_hz;
    const double cutoff = std::min(1.0, 1.0 / step) * 0.95;  // of the source's half sample rate
    const double reach = half_width / cutoff;
    Clip out(static_cast<std::size_t>(static_cast<double>(samples.size()) / step));
    const auto last = static_cast<std::ptrdiff_t>(samples.size()) - 1;
    for (std::size_t n = 0; n < out.size(); ++n) {
        const double centre = static_cast<double>(n) * step;
        const auto begin =
            std::max<std::ptrdiff_t>(0, static_cast<std::ptrdiff_t>(std::ceil(centre - reach)));
        const auto end = std::min(last, static_cast<std::ptrdiff_t>(std::floor(centre + reach)));
        double sum = 0;
        for (auto k = begin; k <= end; ++k) {
            const double distance = static_cast<double>(k) - centre;
            const double angle = std::numbers::pi * distance * cutoff;
            const double sinc = std::abs(angle) < 1e-9 ? 1.0 : std::sin(angle) / angle;
            const double window = 0.5 + 0.5 * std::cos(std::numbers::pi * distance / reach);
            sum += samples[static_cast<std::size_t>(k)] * sinc * window * cutoff;
        }
        out[n] = static_cast<std::int16_t>(std::clamp(std::lround(sum), -32768L, 32767L));
    }
    return out;
}

}  // namespace tipring::farend
