// tipringd: options, signals and the core thread's loop.
#include <getopt.h>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <functional>
#include <iostream>
#include <string>

#include "checked_config.hpp"
#include "tipring/base/log.hpp"
#include "tipring/daemon/gateway.hpp"

namespace {

using tipring::base::log::Options;
namespace log = tipring::base::log;

constexpr const char* usage =
    "Usage: tipringd [--config FILE]    run the gateway (default /etc/tipring/tipring.yaml)\n"
    "       tipringd --check FILE       check a port map, exit 0 or 1\n"
    "       tipringd --version\n";

struct Arguments {
    std::string config = "/etc/tipring/tipring.yaml";
    std::string check;
    int exit_status = -1;  ///< set when there is nothing to run
};

Arguments parse(int argc, char** argv) {
    static const option options[] = {{"config", required_argument, nullptr, 'c'},
                                     {"check", required_argument, nullptr, 'k'},
                                     {"version", no_argument, nullptr, 'v'},
                                     {"help", no_argument, nullptr, 'h'},
                                     {nullptr, 0, nullptr, 0}};
    Arguments arguments;
    for (int option = 0; (option = ::getopt_long(argc, argv, "c:h", options, nullptr)) != -1;) {
        switch (option) {
            case 'c':
                arguments.config = optarg;
                break;
            case 'k':
                arguments.check = optarg;
                break;
            case 'v':
                std::cout << "tipringd " TIPRING_VERSION "\n";
                arguments.exit_status = 0;
                break;
            case 'h':
                std::cout << usage;
                arguments.exit_status = 0;
                break;
            default:
                std::cerr << usage;
                arguments.exit_status = 2;
        }
    }
    if (optind < argc) {
        std::cerr << "tipringd: unexpected argument \"" << argv[optind] << "\"\n" << usage;
        arguments.exit_status = 2;
    }
    return arguments;
}

/// Holds back the signals that the core thread handles. The threads that are started meanwhile never get them, so none
/// of their system calls is interrupted.
class HeldSignals {
  public:
    HeldSignals() {
        ::sigemptyset(&signals_);
        for (const int number : {SIGTERM, SIGINT, SIGHUP})
            ::sigaddset(&signals_, number);
        ::pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
    }
    /// Those that came meanwhile arrive now, each once.
    void release() { ::pthread_sigmask(SIG_UNBLOCK, &signals_, nullptr); }

  private:
    sigset_t signals_{};
};

int run(const tipring::config::Config& config, bool logs_to_file, HeldSignals& held) {
    boost::asio::io_context context;
    // Two threads of the process never share this context: it is the core thread's own.
    tipring::daemon::Gateway gateway(context, config);
    if (const auto started = gateway.start(); !started) {
        log::error("daemon", "cannot start: {}", started.error().message);
        if (logs_to_file) std::cerr << "tipringd: cannot start: " << started.error().message << "\n";
        return 1;
    }
    boost::asio::signal_set signals(context, SIGTERM, SIGINT);
    signals.async_wait([&](const boost::system::error_code& error, int number) {
        if (error) return;
        log::info("daemon", "signal {}: releasing calls and lines", number);
        gateway.stop([&] { context.stop(); });
    });
    boost::asio::signal_set hang_up(context, SIGHUP);
    std::function<void()> wait_for_hang_up = [&] {
        hang_up.async_wait([&](const boost::system::error_code& error, int) {
            if (error) return;
            gateway.reload();
            wait_for_hang_up();
        });
    };
    wait_for_hang_up();
    held.release();
    context.run();
    log::info("daemon", "stopped");
    return 0;
}

}  // namespace

int main(int argc, char** argv) {
    const auto arguments = parse(argc, argv);
    if (arguments.exit_status >= 0) return arguments.exit_status;
    if (!arguments.check.empty()) return tipring::daemon::run_check(arguments.check);

    HeldSignals held;
    const auto config = tipring::daemon::load_checked(arguments.config, tipring::daemon::WithBoard::no);
    if (!config) return 1;
    const auto level = log::parse_level(config->log.level);
    Options options{.level = level ? *level : log::Level::info, .file = config->log.file};
    auto started = log::start(options);
    if (!started) {  // no reason for a line to be dead
        std::cerr << started.error().message << "; logging to standard error instead\n";
        options.file.clear();
        started = log::start(options);
    }
    if (!started) {
        std::cerr << started.error().message << "\n";
        return 1;
    }
    std::signal(SIGPIPE, SIG_IGN);
    int status = 1;
    try {
        status = run(*config, !options.file.empty(), held);
    } catch (const std::exception& problem) {
        log::error("daemon", "ended by an error that was not expected: {}", problem.what());
    }
    log::stop();
    return status;
}
