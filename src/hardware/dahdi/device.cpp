// The real system calls. Thread: see device.hpp.
#include "dahdi/device.hpp"

#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <cerrno>
#include <fstream>

#include "tipring/base/fd.hpp"

namespace tipring::hardware::dahdi {
namespace {

class KernelDevice final : public Device {
  public:
    int open(const char* path) noexcept override {
        const int descriptor = ::open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC);
        return descriptor < 0 ? -errno : descriptor;
    }
    int control(int descriptor, unsigned long request, void* argument) noexcept override {
        return ::ioctl(descriptor, request, argument) < 0 ? -errno : 0;
    }
    long read(int descriptor, void* data, std::size_t size) noexcept override {
        const auto count = ::read(descriptor, data, size);
        return count < 0 ? -errno : count;
    }
    long write(int descriptor, const void* data, std::size_t size) noexcept override {
        const auto count = ::write(descriptor, data, size);
        return count < 0 ? -errno : count;
    }
    bool read_line(const std::string& path, std::string& line) override {
        std::ifstream file(path);
        if (!file) return false;
        line.clear();
        std::getline(file, line);
        return true;
    }
    bool read_text(const std::string& path, std::string& text) override {
        const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
        if (!file) return false;
        text.resize(longest_text);
        const auto count = ::read(file.get(), text.data(), text.size());
        text.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
        return count >= 0;
    }

  private:
    static constexpr std::size_t longest_text = 4096;
};

}  // namespace

Device& kernel_device() {
    static KernelDevice device;
    return device;
}

}  // namespace tipring::hardware::dahdi
