// A driver for tests: channels with their parameters, queues of events and samples, and a record of what was
// asked. Single-threaded.
#pragma once

#include <dahdi/user.h>
#include <dahdi/wctdm_user.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "dahdi/device.hpp"

namespace tipring::test {

class FakeDriver final : public hardware::dahdi::Device {
  public:
    struct Request {
        unsigned long request = 0;
        int value = 0;  ///< of a request with an int argument
    };

    std::map<int, dahdi_params> channels;
    std::map<int, dahdi_spaninfo> spans;
    std::map<unsigned long, int> failures;  ///< request -> -errno
    std::map<std::string, std::string> files;
    std::deque<int> events;
    std::deque<std::vector<std::uint8_t>> received;
    std::vector<std::vector<std::uint8_t>> sent;
    std::vector<Request> requests;
    dahdi_gains gains{};
    std::map<bool, int> hardware_gains;  ///< transmit -> tenths of a dB
    dahdi_ring_cadence cadence{};
    dahdi_bufferinfo buffers{};
    std::string dialled;
    unsigned lamp_type = 0;
    int line_millivolts = 0;
    int loop_span = 0, loop_command = -1;
    int open_error = 0;
    int specified = 0;
    int block_size = 1024;
    int read_error = 0;
    bool write_full = false;

    void add_channel(int number, int signalling, int span = 1) {
        dahdi_params channel{};
        channel.channo = number;
        channel.spanno = span;
        channel.chanpos = number;
        channel.sigtype = signalling;
        channel.curlaw = DAHDI_LAW_MULAW;
        std::strcpy(channel.name, "CARD/0/1");
        channels[number] = channel;
        auto& info = spans[span];
        info.spanno = span;
        ++info.totalchans;
    }
    bool asked(unsigned long request, int value) const {
        for (const auto& made : requests) {
            if (made.request == request && made.value == value) return true;
        }
        return false;
    }
    std::size_t count(unsigned long request) const {
        std::size_t found = 0;
        for (const auto& made : requests)
            found += made.request == request ? 1 : 0;
        return found;
    }

    int open(const char*) noexcept override { return open_error ? -open_error : ::eventfd(0, EFD_CLOEXEC); }
    int control(int, unsigned long request, void* argument) noexcept override;
    long read(int, void* data, std::size_t size) noexcept override {
        if (!events.empty()) return -ELAST;
        if (read_error) return -read_error;
        if (received.empty()) return -EAGAIN;
        const auto block = received.front();
        received.pop_front();
        const auto count = std::min(size, block.size());
        std::memcpy(data, block.data(), count);
        return static_cast<long>(count);
    }
    long write(int, const void* data, std::size_t size) noexcept override {
        if (!events.empty()) return -ELAST;
        if (write_full) return -EAGAIN;
        const auto* octets = static_cast<const std::uint8_t*>(data);
        sent.emplace_back(octets, octets + size);
        return static_cast<long>(size);
    }
    bool read_line(const std::string& path, std::string& line) override {
        const auto file = files.find(path);
        if (file == files.end()) return false;
        line = file->second;
        return true;
    }

  private:
    int get_parameters(dahdi_params& parameters) noexcept {
        const auto channel = channels.find(parameters.channo);
        if (channel == channels.end()) return -EINVAL;
        parameters = channel->second;
        return 0;
    }
    int get_span(dahdi_spaninfo& info) noexcept {
        const auto span = spans.find(info.spanno);
        if (span == spans.end()) return -EINVAL;
        info = span->second;
        info.totalspans = static_cast<int>(spans.size());
        return 0;
    }
};

inline int FakeDriver::control(int, unsigned long request, void* argument) noexcept {
    const bool is_int = _IOC_SIZE(request) == sizeof(int);
    requests.push_back({request, is_int ? *static_cast<int*>(argument) : 0});
    if (const auto failure = failures.find(request); failure != failures.end()) return failure->second;
    switch (request) {
        case DAHDI_GET_PARAMS:
            return get_parameters(*static_cast<dahdi_params*>(argument));
        case DAHDI_SET_PARAMS:
            channels[specified] = *static_cast<dahdi_params*>(argument);
            return 0;
        case DAHDI_SPANSTAT:
            return get_span(*static_cast<dahdi_spaninfo*>(argument));
        case DAHDI_MAINT:
            loop_span = static_cast<dahdi_maintinfo*>(argument)->spanno;
            loop_command = static_cast<dahdi_maintinfo*>(argument)->command;
            return 0;
        case DAHDI_SPECIFY:
            specified = *static_cast<int*>(argument);
            return channels.contains(specified) ? 0 : -EINVAL;
        case DAHDI_SET_BUFINFO:
            buffers = *static_cast<dahdi_bufferinfo*>(argument);
            block_size = buffers.bufsize;
            return 0;
        case DAHDI_GET_BLOCKSIZE:
            *static_cast<int*>(argument) = block_size;
            return 0;
        case DAHDI_SETGAINS:
            gains = *static_cast<dahdi_gains*>(argument);
            return 0;
        case DAHDI_SET_HWGAIN: {
            const auto& gain = *static_cast<dahdi_hwgain*>(argument);
            hardware_gains[gain.tx != 0] = gain.newgain;
            return 0;
        }
        case DAHDI_SETCADENCE:
            cadence = *static_cast<dahdi_ring_cadence*>(argument);
            return 0;
        case DAHDI_DIAL:
            dialled = static_cast<dahdi_dialoperation*>(argument)->dialstr;
            return 0;
        case DAHDI_VMWI_CONFIG:
            lamp_type = static_cast<dahdi_vmwi_info*>(argument)->vmwi_type;
            return 0;
        case WCTDM_GET_STATS:
            static_cast<wctdm_stats*>(argument)->batvolt = line_millivolts;
            return 0;
        case DAHDI_GETEVENT:
            *static_cast<int*>(argument) = events.empty() ? DAHDI_EVENT_NONE : events.front();
            if (!events.empty()) events.pop_front();
            return 0;
        default:
            return 0;
    }
}

}  // namespace tipring::test
