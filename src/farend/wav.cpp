// WAV files: 16-bit PCM, 8 kHz, mono. Thread: any. What is read may be hostile.
#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>
#include <string_view>

#include "tipring/base/text.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::farend {
namespace {

constexpr std::size_t header_octets = 44;
constexpr std::uint32_t format_octets = 16;
constexpr std::uint32_t samples_per_second = 8000;
constexpr std::uint16_t pcm = 1;
/// An hour of speech; longer files are a mistake.
constexpr std::uintmax_t longest_file = 60ULL * 60 * 8000 * 2 + 4096;

using Octets = std::vector<unsigned char>;

std::uint32_t little_endian(const Octets& octets, std::size_t at, std::size_t count) {
    std::uint32_t value = 0;
    for (std::size_t i = 0; i < count; ++i)
        value |= static_cast<std::uint32_t>(octets[at + i]) << (8 * i);
    return value;
}

bool has_text(const Octets& octets, std::size_t at, std::string_view text) {
    return octets.size() >= at + text.size() &&
           std::memcmp(octets.data() + at, text.data(), text.size()) == 0;
}

void put(std::string& out, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

base::Result<Octets> read_file(const std::string& path) {
    std::ifstream file(path, std::ios::binary | std::ios::ate);
    if (!file) return base::fail(base::format("cannot read {}: {}", path, std::strerror(errno)));
    const auto size = file.tellg();
    if (size < 0 || static_cast<std::uintmax_t>(size) > longest_file) {
        return base::fail(
            base::format("cannot read {}: longer than an hour of 8 kHz samples, or no file", path));
    }
    Octets octets(static_cast<std::size_t>(size));
    file.seekg(0);
    file.read(reinterpret_cast<char*>(octets.data()), size);
    if (!file) return base::fail(base::format("cannot read {}", path));
    return octets;
}

bool is_right_format(const Octets& octets, std::size_t at) {
    return little_endian(octets, at, 2) == pcm && little_endian(octets, at + 2, 2) == 1 &&
           little_endian(octets, at + 4, 4) == samples_per_second && little_endian(octets, at + 14, 2) == 16;
}

Clip decoded(const Octets& octets, std::size_t at, std::size_t size) {
    Clip clip(size / 2);
    for (std::size_t i = 0; i < clip.size(); ++i) {
        clip[i] = static_cast<std::int16_t>(static_cast<std::uint16_t>(little_endian(octets, at + 2 * i, 2)));
    }
    return clip;
}

}  // namespace

base::Result<Clip> read_wav(const std::string& path) {
    const auto file = read_file(path);
    if (!file) return file.error();
    const Octets& octets = *file;
    if (!has_text(octets, 0, "RIFF") || !has_text(octets, 8, "WAVE")) {
        return base::fail(base::format("{} is no WAV file", path));
    }
    bool format_seen = false;
    for (std::size_t at = 12; octets.size() - at >= 8;) {
        const std::size_t body = at + 8;
        const std::size_t left = octets.size() - body;
        // A recorder that was killed leaves a size that is too large: what is there counts.
        const std::size_t size = std::min<std::size_t>(little_endian(octets, at + 4, 4), left);
        if (has_text(octets, at, "fmt ")) {
            if (size < format_octets || !is_right_format(octets, body)) {
                return base::fail(base::format("{} is not 16-bit PCM, 8 kHz, mono", path));
            }
            format_seen = true;
        } else if (has_text(octets, at, "data")) {
            if (!format_seen) return base::fail(base::format("{}: samples without a format", path));
            return decoded(octets, body, size);
        }
        if (size == left) break;
        at = body + size + (size & 1);
        if (at > octets.size()) break;
    }
    return base::fail(base::format("{} holds no samples", path));
}

base::Result<void> write_wav(const std::string& path, std::span<const std::int16_t> clip) {
    const auto data_octets = static_cast<std::uint32_t>(clip.size() * 2);
    std::string out;
    out.reserve(header_octets + data_octets);
    out += "RIFF";
    put(out, header_octets - 8 + data_octets, 4);
    out += "WAVEfmt ";
    put(out, format_octets, 4);
    put(out, pcm, 2);
    put(out, 1, 2);
    put(out, samples_per_second, 4);
    put(out, samples_per_second * 2, 4);
    put(out, 2, 2);
    put(out, 16, 2);
    out += "data";
    put(out, data_octets, 4);
    for (const std::int16_t sample : clip)
        put(out, static_cast<std::uint16_t>(sample), 2);
    std::ofstream file(path, std::ios::binary | std::ios::trunc);
    file.write(out.data(), static_cast<std::streamsize>(out.size()));
    file.close();
    if (!file) return base::fail(base::format("cannot write {}: {}", path, std::strerror(errno)));
    return {};
}

}  // namespace tipring::farend
