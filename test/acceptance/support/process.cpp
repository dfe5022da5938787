#include "process.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace tipring::acceptance {
using namespace std::chrono_literals;

namespace {

constexpr int peer_priority = 20;  // below every thread of the gateway's audio path

}  // namespace

bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& condition) {
    const auto until = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        if (std::chrono::steady_clock::now() >= until) return condition();
        std::this_thread::sleep_for(10ms);
    }
    return true;
}

Process::Process(const std::vector<std::string>& arguments, std::string log_file, Priority priority)
    : log_file_(std::move(log_file)) {
    std::vector<char*> raw;
    raw.reserve(arguments.size() + 1);
    for (const auto& argument : arguments)
        raw.push_back(const_cast<char*>(argument.c_str()));
    raw.push_back(nullptr);
    pid_ = ::fork();
    if (pid_ < 0) throw std::runtime_error("fork failed");
    ::setpgid(pid_, pid_);  // here and in the child: whoever comes first
    if (pid_ == 0) {
        ::prctl(PR_SET_PDEATHSIG, SIGKILL);
        ::setpgid(0, 0);
        sigset_t none;
        sigemptyset(&none);
        ::sigprocmask(SIG_SETMASK, &none, nullptr);
        if (priority == Priority::realtime) {
            const sched_param parameters{.sched_priority = peer_priority};
            ::sched_setscheduler(0, SCHED_RR, &parameters);
        }
        const int log = ::open(log_file_.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
        const int null = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
        ::dup2(null, STDIN_FILENO);
        ::dup2(log, STDOUT_FILENO);
        ::dup2(log, STDERR_FILENO);
        ::execvp(raw[0], raw.data());
        ::_exit(127);
    }
}

Process::~Process() {
    if (pid_ > 0) ::kill(-pid_, SIGKILL);  // and the children of its own
    reap(true);
}

void Process::reap(bool block) {
    if (status_) return;
    int raw = 0;
    if (::waitpid(pid_, &raw, block ? 0 : WNOHANG) != pid_) return;
    status_ = WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

bool Process::running() {
    reap(false);
    return !status_;
}

void Process::signal(int number) {
    if (!status_) ::kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
    eventually(limit, [this] { return !running(); });
    return status_;
}

std::string Process::output() const {
    return read_file(log_file_);
}

bool TemporaryFolder::keep_ = false;

TemporaryFolder::TemporaryFolder() {
    auto pattern = (std::filesystem::temp_directory_path() / "tipring-XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
    path_ = pattern;
}

TemporaryFolder::~TemporaryFolder() {
    std::error_code ignored;
    if (keep_ || std::getenv("TIPRING_KEEP") != nullptr) {
        std::fprintf(stderr, "kept: %s\n", path_.c_str());
    } else {
        std::filesystem::remove_all(path_, ignored);
    }
}

Outcome run_to_end(const TemporaryFolder& folder, const std::vector<std::string>& arguments) {
    static unsigned count = 0;
    Process process(arguments, folder.file("run-" + std::to_string(++count)));
    const auto status = process.wait(60s);
    return {status.value_or(-1), process.output()};
}

void write_file(const std::string& path, const std::string& text) {
    std::ofstream out(path, std::ios::binary);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + path);
}

std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

}  // namespace tipring::acceptance
