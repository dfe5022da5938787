// WAV files: 16-bit PCM, 8 kHz, mono. Thread: any. What is read may be hostile.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <fstream>

#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"
#include "tipring/farend/audio.hpp"

namespace tipring::farend {
namespace {

constexpr std::size_t header_octets = 44;
constexpr std::uint32_t format_octets = 16;
constexpr std::uint32_t samples_per_second = 8000;
constexpr std::uint16_t pcm = 1;
constexpr off_t largest_file = 10 * 1000 * 1000;  // ten minutes at 8 kHz; longer files are a mistake

void put(std::string& out, std::uint32_t value, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i)
        out += static_cast<char>((value >> (8 * i)) & 0xFF);
}

base::Result<std::vector<std::uint8_t>> read_file(const std::string& path) {
    // Non-blocking, so that a FIFO does not stop the thread.
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file) return base::fail(base::errno_text(errno));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode))
        return base::fail("it is no regular file");
    if (status.st_size > largest_file) return base::fail("it is larger than 10 MB");
    std::vector<std::uint8_t> octets(static_cast<std::size_t>(status.st_size));
    std::size_t size = 0;
    while (size < octets.size()) {
        const auto count = ::read(file.get(), octets.data() + size, octets.size() - size);
        if (count <= 0) break;
        size += static_cast<std::size_t>(count);
    }
    octets.resize(size);
    return octets;
}

}  // namespace

base::Result<Clip> read_wav(const std::string& path) {
    const auto octets = read_file(path);
    auto clip = octets ? decode_wav(*octets) : octets.error();
    if (!clip) return base::fail(base::format("{}: {}", base::printable(path), clip.error().message));
    return clip;
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
    if (!file) return base::fail(base::format("cannot write {}: {}", path, base::errno_text(errno)));
    return {};
}

}  // namespace tipring::farend
