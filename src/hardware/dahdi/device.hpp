// The system calls that this back end makes on the driver, behind one small interface so that tests can stand
// in for the driver. Thread: core, and media for read(), write() and control() of an opened channel
// (real-time safe there).
#pragma once

#include <cstddef>
#include <string>

namespace tipring::hardware::dahdi {

/// Numbers below zero are -errno.
class Device {
  public:
    virtual ~Device() = default;
    /// Opens for reading and writing, non-blocking. The caller closes the descriptor.
    virtual int open(const char* path) noexcept = 0;
    virtual int control(int descriptor, unsigned long request, void* argument) noexcept = 0;
    virtual long read(int descriptor, void* data, std::size_t size) noexcept = 0;
    virtual long write(int descriptor, const void* data, std::size_t size) noexcept = 0;
    /// First line of a small file, or nothing when it cannot be read.
    virtual bool read_line(const std::string& path, std::string& line) = 0;
    /// The beginning of a file of several lines, 4096 octets at most.
    virtual bool read_text(const std::string& path, std::string& text) { return read_line(path, text); }
};

/// The running kernel. Lives as long as the program.
Device& kernel_device();

}  // namespace tipring::hardware::dahdi
