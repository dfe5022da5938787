#include "gateway.hpp"

#include <unistd.h>

#include <boost/json/array.hpp>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>

namespace tipring::acceptance {
namespace json = boost::json;
using namespace std::chrono_literals;

namespace {

// Generous, because the virtual machine emulates its processor.
constexpr auto start_limit = 60s;

std::string text_of(const json::value& object, const char* key) {
    const auto* found = object.as_object().if_contains(key);
    return found != nullptr && found->is_string() ? std::string(found->as_string()) : std::string();
}

/// The words by which repeat_void knows that the daemon itself failed.
std::string words_for_end(std::optional<int> status) {
    return "tipringd ended with status " + (status ? std::to_string(*status) : "none: it had to be killed");
}

/// The end of a log: what a crash or a sanitizer says comes last.
std::string tail(const std::string& log) {
    constexpr std::size_t longest = 8000;
    return log.size() > longest ? log.substr(log.size() - longest) : log;
}

}  // namespace

std::string program(const std::string& name) {
    if (const char* folder = std::getenv("TIPRING_BIN")) return std::string(folder) + "/" + name;
    return std::string(TIPRING_BINARY_DIR) + "/" + name;
}

Outcome ctl(const TemporaryFolder& folder, const Gateway& gateway, std::vector<std::string> words) {
    words.insert(words.begin(), {program("tipringctl"), "--socket", gateway.socket()});
    return run_to_end(folder, words);
}

Gateway::Gateway(const TemporaryFolder& folder, const std::string& port_map, const std::string& media)
    : file_(folder.file("tipring.yaml")),
      log_file_(folder.file("tipringd.log")),
      socket_(folder.file("control.sock")),
      control_(socket_) {
    write_port_map(port_map, media);
    process_ = std::make_unique<Process>(std::vector<std::string>{program("tipringd"), "--config", file_},
                                         log_file_);
    if (!eventually(start_limit, [this] { return control_.reachable() || !process_->running(); }) ||
        !process_->running()) {
        const auto status = process_->wait(0ms);
        throw std::runtime_error((status ? words_for_end(status) : "tipringd did not start") + ":\n" + log());
    }
}

void Gateway::write_port_map(const std::string& port_map, const std::string& media) const {
    write_file(file_, port_map + "control: {socket: " + socket_ + "}\nlog: {level: debug}\n" +
                          "media: {rtp_ports: 30000-30999" + media + "}\n");
}

std::function<void(const std::string&)> Gateway::on_bad_end_;

Gateway::~Gateway() {
    const auto status = stop(60s);
    if (status != 0 && on_bad_end_) on_bad_end_(words_for_end(status) + ":\n" + tail(log()));
}

std::string Gateway::port_state(unsigned channel) const {
    const auto ports = call("ports");
    for (const auto& port : ports.as_array()) {
        if (port.as_object().at("channel").to_number<unsigned>() == channel) return text_of(port, "state");
    }
    return "no such port";
}

bool Gateway::wait_port_state(unsigned channel, const std::string& state,
                              std::chrono::milliseconds limit) const {
    return eventually(limit, [&] { return port_state(channel) == state; });
}

std::size_t Gateway::calls() const {
    return call("calls").as_array().size();
}

bool Gateway::wait_no_calls(std::chrono::milliseconds limit) const {
    return eventually(limit, [this] { return calls() == 0; });
}

bool Gateway::wait_span_up(std::chrono::milliseconds limit) const {
    return eventually(limit, [this] {
        const auto spans = call("spans");
        return !spans.as_array().empty() && spans.as_array()[0].as_object().at("d_channel_up").as_bool();
    });
}

bool Gateway::wait_span_idle(std::size_t count, std::chrono::milliseconds limit) const {
    return eventually(limit, [&] {
        std::size_t idle = 0;
        const auto spans = call("spans");
        for (const auto& row : spans.as_array()) {
            const auto& span = row.as_object();
            if (!text_of(row, "trunk").empty()) continue;  // its trunk has the channels of all its spans
            if (!span.at("d_channel_up").as_bool()) return false;
            idle += span.at("idle").to_number<std::size_t>();
        }
        return idle == count;
    });
}

bool Gateway::wait_registered(std::size_t count, std::chrono::milliseconds limit) const {
    return eventually(limit, [&] {
        std::size_t registered = 0;
        const auto registrations = call("registrations");
        for (const auto& one : registrations.as_array())
            registered += text_of(one, "state") == "registered" ? 1 : 0;
        return registered >= count;
    });
}

std::size_t Gateway::resident_kib() const {
    std::ifstream status("/proc/" + std::to_string(process_->pid()) + "/status");
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("VmRSS:")) return std::stoul(line.substr(6));
    }
    return 0;
}

std::size_t Gateway::descriptors() const {
    std::size_t count = 0;
    for ([[maybe_unused]] const auto& entry :
         std::filesystem::directory_iterator("/proc/" + std::to_string(process_->pid()) + "/fd")) {
        ++count;
    }
    return count;
}

std::chrono::milliseconds Gateway::cpu_time() const {
    std::istringstream stat(read_file("/proc/" + std::to_string(process_->pid()) + "/stat"));
    std::string field;
    long ticks = 0;
    // proc(5): fields 14 and 15 are user and system time; field 2 has no blank for this program's name.
    for (int i = 1; i <= 15 && stat >> field; ++i) {
        if (i >= 14) ticks += std::stol(field);
    }
    return std::chrono::milliseconds(ticks * 1000 / ::sysconf(_SC_CLK_TCK));
}

std::optional<int> Gateway::stop(std::chrono::milliseconds limit) {
    process_->signal(SIGTERM);
    return process_->wait(limit);
}

std::string Gateway::log() const {
    return process_ ? process_->output() : read_file(log_file_);
}

}  // namespace tipring::acceptance
