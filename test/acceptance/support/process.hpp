// A child process of a test, with its output in a file. It is killed when the owner goes.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace tipring::acceptance {

/// Asks `condition` every 10 ms until it is true or the time is over; its last answer.
bool eventually(std::chrono::milliseconds limit, const std::function<bool()>& condition);

/// A peer that carries audio stands for a machine of its own: it runs at real-time priority where that is
/// permitted, so that load on this machine is not taken for a fault of the gateway.
enum class Priority { normal, realtime };

/// A child in a process group of its own, so that its children end with it.
class Process {
  public:
    /// Starts `arguments` (looked up in PATH) with standard output and error appended to `log_file`.
    Process(const std::vector<std::string>& arguments, std::string log_file,
            Priority priority = Priority::normal);
    Process(const Process&) = delete;
    Process& operator=(const Process&) = delete;
    ~Process();

    pid_t pid() const { return pid_; }
    bool running();
    void signal(int number);
    /// Exit status (128 + signal when it was killed); nullopt when it still runs after the limit.
    std::optional<int> wait(std::chrono::milliseconds limit);
    std::string output() const;
    bool output_contains(const std::string& text) const { return output().find(text) != std::string::npos; }

  private:
    void reap(bool block);

    pid_t pid_ = -1;
    std::string log_file_;
    std::optional<int> status_;
};

struct Outcome {
    int status;  ///< -1: it did not end
    std::string output;
};

/// A new folder under the system's temporary folder, removed with its content at the end unless TIPRING_KEEP
/// is set.
class TemporaryFolder {
  public:
    TemporaryFolder();
    TemporaryFolder(const TemporaryFolder&) = delete;
    TemporaryFolder& operator=(const TemporaryFolder&) = delete;
    ~TemporaryFolder();
    std::string file(const std::string& name) const { return path_ + "/" + name; }
    const std::string& path() const { return path_; }

    /// Whether folders stay from now on: something failed, and the logs and recordings tell what. With TIPRING_KEEP in
    /// the environment all stay.
    static void keep(bool yes) { keep_ = yes; }

  private:
    static bool keep_;
    std::string path_;
};

/// Runs a program to its end, with standard output and error together.
Outcome run_to_end(const TemporaryFolder& folder, const std::vector<std::string>& arguments);

void write_file(const std::string& path, const std::string& text);
std::string read_file(const std::string& path);

}  // namespace tipring::acceptance
