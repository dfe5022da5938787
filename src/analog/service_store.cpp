// The file of the telephones' services. Threads: see the header.
#include "tipring/analog/service_store.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <sstream>
#include <system_error>
#include <thread>

#include "tipring/base/fd.hpp"
#include "tipring/base/log.hpp"

namespace tipring::analog {
namespace {

constexpr std::size_t longest_file = 1U << 20U;
constexpr std::chrono::seconds write_delay{1}, write_retry{30};

bool is_entry(const std::string& text) {
    return text.size() == 2 && text.find_first_not_of("0123456789") == std::string::npos;
}

/// "usual" has no line: files that are older than the key mean the same.
std::string identity_text(Identity identity) {
    if (identity == Identity::usual) return {};
    return identity == Identity::hidden ? "hidden" : "shown";
}

/// One line: number, key, value, and a second value for speed dialling.
bool read_line(const std::string& line, PhoneStates& states) {
    std::istringstream words(line);
    std::string number, key, value, rest;
    words >> number >> key >> value;
    if (number.empty() || value.empty()) return false;
    auto& state = states[number];
    if (key == "speed") {
        words >> rest;
        if (!is_entry(value) || !is_dialable(rest)) return false;
        state.speed[value] = rest;
        return true;
    }
    if (key == "do_not_disturb" || key == "call_waiting") {
        if (value != "on" && value != "off") return false;
        (key == "do_not_disturb" ? state.do_not_disturb : state.call_waiting) = value == "on";
        return true;
    }
    if (key == "last_identity") {
        if (value != "hidden" && value != "shown") return false;
        state.last_identity = value == "hidden" ? Identity::hidden : Identity::shown;
        return true;
    }
    if (!is_dialable(value)) return false;
    for (auto& [name, target] :
         {std::pair{"forward_all", &state.forward_all}, std::pair{"forward_busy", &state.forward_busy},
          std::pair{"forward_no_answer", &state.forward_no_answer},
          std::pair{"last_dialled", &state.last_dialled}, std::pair{"last_caller", &state.last_caller}}) {
        if (key != name) continue;
        *target = value;
        return true;
    }
    return false;
}

base::Result<void> write_all(int descriptor, const std::string& text) {
    std::size_t written = 0;
    while (written < text.size()) {
        const auto count = ::write(descriptor, text.data() + written, text.size() - written);
        if (count < 0 && errno == EINTR) continue;
        if (count <= 0) return base::fail(std::generic_category().message(errno));
        written += static_cast<std::size_t>(count);
    }
    if (::fsync(descriptor) != 0) return base::fail(std::generic_category().message(errno));
    return {};
}

/// A reader, or a power failure, sees the old file or the new one.
base::Result<void> replace_file(const std::string& path, const std::string& text) {
    const auto beside = path + ".new";
    const base::Fd file(::open(beside.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
    if (file.get() < 0) return base::fail(std::generic_category().message(errno));
    if (auto written = write_all(file.get(), text); !written) return written;
    if (::rename(beside.c_str(), path.c_str()) != 0)
        return base::fail(std::generic_category().message(errno));
    return {};
}

using Text = base::Result<std::string>;

/// A file of another kind (a pipe would keep the daemon from starting) is an error; of one that is too long
/// the whole lines are taken.
Text read_file(const std::string& path) {
    const base::Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
    struct stat status {};
    if (file.get() < 0 || ::fstat(file.get(), &status) != 0) {
        if (errno == ENOENT) return Text(boost::system::in_place_value);
        return base::fail(std::generic_category().message(errno));
    }
    if (!S_ISREG(status.st_mode)) return base::fail("it is no file");
    std::string text(longest_file, '\0');
    std::size_t length = 0;
    while (length < text.size()) {
        const auto count = ::read(file.get(), text.data() + length, text.size() - length);
        if (count < 0 && errno == EINTR) continue;
        if (count < 0) return base::fail(std::generic_category().message(errno));
        if (count == 0) break;
        length += static_cast<std::size_t>(count);
    }
    text.resize(length);
    if (length == longest_file) text.resize(text.rfind('\n') + 1);  // half a number must not be called
    return Text(boost::system::in_place_value, std::move(text));
}

/// False when another process holds it. Where no lock can be made the file cannot be written either, which is told then.
bool lock_file(const std::string& path, base::Fd& lock) {
    lock = base::Fd(::open((path + ".lock").c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600));
    return !lock || ::flock(lock.get(), LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK;
}

}  // namespace

bool is_dialable(const std::string& text) {
    return !text.empty() && text.size() <= 64 &&
           text.find_first_not_of("0123456789*#+ABCD") == std::string::npos;
}

std::string to_text(const PhoneStates& states) {
    std::string text =
        "# What telephones were told by their star codes. Written by tipringd; edit it only while "
        "that is stopped.\n";
    for (const auto& one : states) {
        const auto& number = one.first;
        const auto& state = one.second;
        const auto line = [&](std::string_view key, const std::string& value) {
            if (!value.empty()) text += base::format("{} {} {}\n", number, key, value);
        };
        const auto call = [&](std::string_view key, const std::string& called) {
            if (is_dialable(called)) line(key, called);
        };
        call("forward_all", state.forward_all);
        call("forward_busy", state.forward_busy);
        call("forward_no_answer", state.forward_no_answer);
        line("do_not_disturb", state.do_not_disturb ? "on" : "");
        line("call_waiting", state.call_waiting ? "" : "off");
        for (const auto& [entry, called] : state.speed)
            call("speed " + entry, called);
        call("last_dialled", state.last_dialled);
        line("last_identity", identity_text(state.last_identity));
        call("last_caller", state.last_caller);
    }
    return text;
}

PhoneStates parse_states(const std::string& text, unsigned& faults) {
    PhoneStates states;
    faults = 0;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        if (line.empty() || line.front() == '#') continue;
        if (!read_line(line, states)) ++faults;
    }
    return states;
}

struct ServiceStore::Writer {
    explicit Writer(std::string file) : path(std::move(file)), thread([this] { run(); }) {}
    ~Writer() {
        {
            const std::lock_guard lock(mutex);
            ends = true;
        }
        wake.notify_one();
        thread.join();
    }

    void put(std::string next) {
        {
            const std::lock_guard lock(mutex);
            text = std::move(next);
            dirty = true;
        }
        wake.notify_one();
    }

    void run() {
        std::unique_lock lock(mutex);
        while (true) {
            wake.wait(lock, [this] { return dirty || ends; });
            if (!ends) wake.wait_for(lock, write_delay, [this] { return ends; });
            dirty = false;
            const auto next = text;
            lock.unlock();
            if (!next.empty()) write(next);
            lock.lock();
            // A disk that is full now may have room later, or at the end.
            if (failed && !dirty && !ends) {
                wake.wait_for(lock, write_retry, [this] { return dirty || ends; });
                dirty = true;
            } else if (ends && !dirty) {
                return;
            }
        }
    }

    void write(const std::string& next) {
        const auto result = replace_file(path, next);
        if (!result && !failed) {
            base::log::error("analog", "{} cannot be written: {}; what telephones set is lost at a restart",
                             path, result.error().message);
        }
        failed = !result;
    }

    const std::string path;
    std::mutex mutex;
    std::condition_variable wake;
    std::string text;
    bool dirty = false, ends = false;
    bool failed = false;  ///< the thread's own: a full disk is told once
    std::thread thread;
};

ServiceStore::ServiceStore(std::string path) {
    if (path.empty()) return;
    if (!lock_file(path, lock_)) {
        base::log::error(
            "analog",
            "{} is in use by another tipringd: what telephones set here is lost at a restart; set "
            "another state_file",
            path);
        return;
    }
    if (const auto text = read_file(path)) {
        unsigned faults = 0;
        states_ = parse_states(*text, faults);
        if (faults > 0)
            base::log::warning("analog", "{}: {} lines make no sense and are left out", path, faults);
    } else {
        base::log::error("analog", "{} cannot be read: {}; telephones start without what they had set", path,
                         text.error().message);
    }
    writer_ = std::make_unique<Writer>(std::move(path));
}

ServiceStore::~ServiceStore() = default;

const PhoneState& ServiceStore::of(const std::string& number) {
    return states_[number];
}

void ServiceStore::set(const std::string& number, const PhoneState& state) {
    auto& kept = states_[number];
    if (kept == state) return;
    kept = state;
    if (writer_) writer_->put(to_text(states_));
}

}  // namespace tipring::analog
