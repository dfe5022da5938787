#include "speech.hpp"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cerrno>
#include <vector>

#include "tipring/base/fd.hpp"
#include "tipring/base/text.hpp"

namespace tipring::control {
namespace asio = boost::asio;
using boost::system::error_code;

namespace {

constexpr std::size_t max_text_bytes = 500;
constexpr std::size_t max_audio_bytes = 10'000'000;
constexpr std::chrono::seconds time_limit{20};

/// espeak-ng with its standard output on a pipe.
struct Child {
    pid_t pid = -1;
    base::Fd output;
};

base::Result<Child> spawn_espeak(const std::string& text) {
    int ends[2] = {-1, -1};
    if (::pipe2(ends, O_CLOEXEC) != 0) return base::fail(base::format("pipe: {}", base::errno_text(errno)));
    base::Fd read_end(ends[0]);
    const base::Fd write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
    ::posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
    std::array<std::string, 4> words{"espeak-ng", "--stdout", "--", text};
    std::array<char*, 5> arguments{words[0].data(), words[1].data(), words[2].data(), words[3].data(),
                                   nullptr};
    pid_t pid = -1;
    const int error = ::posix_spawnp(&pid, "espeak-ng", &actions, nullptr, arguments.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error == ENOENT)
        return base::fail("espeak-ng is not installed; to let telephones speak: apt install espeak-ng");
    if (error != 0)
        return base::fail(base::format("espeak-ng cannot be started: {}", base::errno_text(error)));
    return Child{pid, std::move(read_end)};
}

/// One run of espeak-ng: collects its output, waits for its end, decodes. Lives as long as its handlers.
class Job : public std::enable_shared_from_this<Job> {
  public:
    Job(asio::io_context& context, Child child, SpeechDone done)
        : pid_(child.pid), output_(context, child.output.release()), timer_(context), done_(std::move(done)) {
        // The pid cannot be taken over by another process before we have waited for it.
        const int descriptor = static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0));
        exit_ = std::make_unique<asio::posix::stream_descriptor>(context);
        if (descriptor >= 0) exit_->assign(descriptor);
    }
    Job(const Job&) = delete;
    Job& operator=(const Job&) = delete;
    ~Job() {
        if (pid_ <= 0) return;
        ::kill(pid_, SIGKILL);
        ::waitpid(pid_, nullptr, 0);
    }

    void start() {
        timer_.expires_after(time_limit);
        timer_.async_wait([weak = weak_from_this()](const error_code& error) {
            const auto self = weak.lock();
            if (!error && self) self->finish(base::fail("espeak-ng took too long"));
        });
        read();
    }

  private:
    void read() {
        output_.async_read_some(
            asio::buffer(chunk_), [self = shared_from_this()](const error_code& error, std::size_t size) {
                if (!self->done_) return;
                if (error) {
                    self->wait_exit();
                    return;
                }
                self->audio_.insert(self->audio_.end(), self->chunk_.begin(),
                                    self->chunk_.begin() + static_cast<std::ptrdiff_t>(size));
                if (self->audio_.size() > max_audio_bytes) {
                    self->finish(base::fail("the speech is too long"));
                } else {
                    self->read();
                }
            });
    }
    void wait_exit() {
        if (!exit_->is_open()) {
            finish(farend::decode_wav(audio_));
            return;
        }
        exit_->async_wait(asio::posix::stream_descriptor::wait_read,
                          [self = shared_from_this()](const error_code&) {
                              if (self->done_) self->finish(farend::decode_wav(self->audio_));
                          });
    }
    void finish(base::Result<farend::Clip> result) {
        timer_.cancel();
        error_code ignored;
        output_.close(ignored);
        exit_->close(ignored);
        const auto done = std::exchange(done_, nullptr);
        if (!result) result = base::fail("espeak-ng: " + result.error().message);
        done(std::move(result));
    }

    pid_t pid_;
    asio::posix::stream_descriptor output_;
    std::unique_ptr<asio::posix::stream_descriptor> exit_;
    asio::steady_timer timer_;
    SpeechDone done_;
    std::array<std::uint8_t, 8192> chunk_{};
    std::vector<std::uint8_t> audio_;
};

}  // namespace

void synthesize(asio::io_context& context, const std::string& text, SpeechDone done) {
    if (text.empty() || text.size() > max_text_bytes || text.find('\0') != std::string::npos) {
        done(base::fail(base::format("the text must have 1 to {} bytes", max_text_bytes)));
        return;
    }
    auto child = spawn_espeak(text);
    if (!child) {
        done(child.error());
        return;
    }
    std::make_shared<Job>(context, std::move(*child), std::move(done))->start();
}

}  // namespace tipring::control
