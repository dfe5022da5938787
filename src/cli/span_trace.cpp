#include "span_trace.hpp"

#include <unistd.h>

#include <boost/json/serialize.hpp>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <iostream>
#include <memory>
#include <system_error>
#include <thread>

#include "pcap.hpp"
#include "render.hpp"
#include "table.hpp"
#include "values.hpp"

namespace tipring::cli {
namespace json = boost::json;

namespace {

/// The ring holds 512 frames: more than a D-channel full of the shortest ones carries in this time, both ways.
constexpr std::chrono::milliseconds follow_interval{200};

/// The file, flushed after each packet, so that it is whole whenever the program is interrupted.
class PcapFile {
  public:
    /// False, with errno set, when the file cannot be made.
    bool open(const std::string& path) {
        file_ = path == "-" ? stdout : std::fopen(path.c_str(), "wbx");
        return file_ != nullptr && write(pcap_header());
    }
    bool is_open() const { return file_ != nullptr; }
    bool write(const std::string& bytes) {
        return std::fwrite(bytes.data(), 1, bytes.size(), file_) == bytes.size() && std::fflush(file_) == 0;
    }
    PcapFile() = default;
    PcapFile(const PcapFile&) = delete;
    PcapFile& operator=(const PcapFile&) = delete;
    ~PcapFile() {
        if (file_ != nullptr && file_ != stdout) std::fclose(file_);
    }

  private:
    std::FILE* file_ = nullptr;
};

int file_trouble(const std::string& path) {
    const int error = errno;
    std::cerr << "tipringctl: " << (path == "-" ? "standard output" : path) << ": "
              << std::generic_category().message(error) << "\n";
    return exit_refused;
}

bool write_packets(PcapFile& file, const json::value& answer) {
    for (const auto& frame : list(member(answer, "frames"))) {
        const auto packet = pcap_packet(frame, flag(answer, "network_side"));
        if (!packet.empty() && !file.write(packet)) return false;
    }
    return true;
}

}  // namespace

std::string TracePrinter::frame_lines(const json::value& answer, const json::value& frame) {
    if (options_.raw) return json::serialize(frame) + "\n";
    constexpr std::size_t day_size = 10;
    const auto time = local_time(text(frame, "time"));
    const auto day = time.substr(0, day_size);
    std::string lines;
    if (day != day_) {
        day_ = day;
        lines = safe(day) + "  span " + safe(text(answer, "span")) + ", this end is the " +
                (flag(answer, "network_side") ? "network" : "user") + " side\n";
    }
    lines += safe(time.size() > day_size ? time.substr(day_size + 1) : time);
    lines += text(frame, "direction") == "sent" ? " -> " : " <- ";
    lines += safe(text(frame, "text"));
    const bool in_i_frame = flag(frame, "layer3");
    if (in_i_frame && !options_.q931 && !options_.details) lines += "  [" + safe(text(frame, "layer2")) + "]";
    lines += "\n";
    if (options_.details) {
        for (const auto& detail : list(member(frame, "details")))
            lines += "    " + safe(text(detail)) + "\n";
    }
    return lines;
}

std::string TracePrinter::lines(const json::value& answer) {
    std::string lines;
    if (const auto lost = number(answer, "lost"); lost > 0 && !options_.raw)
        lines = "(" + std::to_string(lost) + " frames came too fast and are not shown)\n";
    for (const auto& frame : list(member(answer, "frames")))
        lines += frame_lines(answer, frame);
    return lines;
}

int run_trace(Client& client, const TraceOptions& options) {
    if (options.pcap == "-" && ::isatty(STDOUT_FILENO) != 0) {
        std::cerr << "tipringctl: --pcap - is for a program or a file, not for a terminal: ... | wireshark "
                     "-k -i -\n";
        return exit_usage;
    }
    PcapFile file;
    TracePrinter printer(options);
    json::object parameters{{"span", options.span}, {"long", options.details}, {"q931", options.q931}};
    for (;;) {
        const auto reply = client.call("span.trace", parameters);
        if (const auto* failure = std::get_if<Failure>(&reply)) {
            std::cerr << "tipringctl: " << failure->message << "\n";
            return failure->code;
        }
        const auto& answer = std::get<json::value>(reply);
        // Not before the daemon has answered: a mistyped span leaves no file behind.
        if (!options.pcap.empty() && !file.is_open() && !file.open(options.pcap))
            return file_trouble(options.pcap);
        if (file.is_open() && !write_packets(file, answer)) return file_trouble(options.pcap);
        if (options.pcap != "-") std::cout << printer.lines(answer) << std::flush;
        if (!std::cout.good()) return exit_refused;
        parameters["after"] = member(answer, "last");
        if (flag(answer, "more")) continue;
        if (!options.follow) return exit_ok;
        std::this_thread::sleep_for(follow_interval);
    }
}

}  // namespace tipring::cli
