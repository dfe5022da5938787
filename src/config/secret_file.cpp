#include "secret_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>

#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"

namespace tipring::config {
base::Result<std::string> read_secret_file(const std::string& path) {
    // Non-blocking, so that a FIFO in this place does not hang the start.
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    if (!file)
        return base::fail(base::format("cannot read {}: {}", base::printable(path), base::errno_text(errno)));
    struct stat status {};
    if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
        return base::fail(base::format("cannot read {}: it is no regular file", base::printable(path)));
    }
    std::array<char, 4096> buffer{};
    std::size_t size = 0;
    while (size < buffer.size()) {
        const auto count = ::read(file.get(), buffer.data() + size, buffer.size() - size);
        if (count < 0)
            return base::fail(
                base::format("cannot read {}: {}", base::printable(path), base::errno_text(errno)));
        if (count == 0) break;
        size += static_cast<std::size_t>(count);
    }
    const std::string_view content(buffer.data(), size);
    const auto line = base::trim(content.substr(0, content.find('\n')));
    if (line.empty()) return base::fail(base::format("{} is empty", base::printable(path)));
    const bool control = std::any_of(
        line.begin(), line.end(), [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
    if (control) return base::fail(base::format("{} holds a control character", base::printable(path)));
    return base::Result<std::string>(boost::system::in_place_value, line);
}

}  // namespace tipring::config
