#include "tipring/base/log.hpp"

#include <spdlog/async.h>
#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <unistd.h>

#include <atomic>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <mutex>

namespace tipring::base::log {
namespace {

constexpr std::size_t queued_lines = 8192;

std::atomic<Level> current_level{Level::info};
std::mutex logger_mutex;
std::shared_ptr<spdlog::logger> logger;

spdlog::level::level_enum to_spdlog(Level level) {
    switch (level) {
        case Level::trace:
            return spdlog::level::trace;
        case Level::debug:
            return spdlog::level::debug;
        case Level::info:
            return spdlog::level::info;
        case Level::warning:
            return spdlog::level::warn;
        case Level::error:
            return spdlog::level::err;
    }
    return spdlog::level::info;
}

// sd-daemon(3): the journal takes "<N>" at the start of a line as its priority.
const char* journal_prefix(Level level) {
    switch (level) {
        case Level::trace:
        case Level::debug:
            return "<7>";
        case Level::info:
            return "<6>";
        case Level::warning:
            return "<4>";
        case Level::error:
            return "<3>";
    }
    return "<6>";
}

bool journal_reads_stderr() {
    static const bool reads = std::getenv("JOURNAL_STREAM") != nullptr && ::isatty(STDERR_FILENO) == 0;
    return reads;
}

std::shared_ptr<spdlog::logger> current_logger() {
    const std::lock_guard lock(logger_mutex);
    return logger;
}

}  // namespace

Result<void> start(const Options& options) {
    set_level(options.level);
    try {
        spdlog::sink_ptr sink;
        if (options.file.empty()) {
            sink = std::make_shared<spdlog::sinks::stderr_sink_mt>();
        } else {
            sink = std::make_shared<spdlog::sinks::basic_file_sink_mt>(options.file);
        }
        const bool journal = options.file.empty() && journal_reads_stderr();
        sink->set_pattern(journal ? "%v" : "%Y-%m-%d %H:%M:%S.%e %-7l %v");
        if (!spdlog::thread_pool()) spdlog::init_thread_pool(queued_lines, 1);
        auto created = std::make_shared<spdlog::async_logger>("tipring", sink, spdlog::thread_pool(),
                                                              spdlog::async_overflow_policy::overrun_oldest);
        created->set_level(spdlog::level::trace);
        created->flush_on(spdlog::level::info);
        const std::lock_guard lock(logger_mutex);
        logger = std::move(created);
    } catch (const spdlog::spdlog_ex& problem) {
        return fail(format("log file {}: {}", options.file, problem.what()));
    }
    return {};
}

void stop() {
    {
        const std::lock_guard lock(logger_mutex);
        logger.reset();
    }
    spdlog::shutdown();
}

void set_level(Level level) {
    current_level.store(level, std::memory_order_relaxed);
}

Level level() {
    return current_level.load(std::memory_order_relaxed);
}

std::string_view name(Level level) {
    switch (level) {
        case Level::trace:
            return "trace";
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "info";
}

Result<Level> parse_level(std::string_view text) {
    for (const auto candidate : {Level::trace, Level::debug, Level::info, Level::warning, Level::error}) {
        if (text == name(candidate)) return candidate;
    }
    return fail(format("\"{}\" is no log level; use trace, debug, info, warning or error", text));
}

void write(Level level, std::string_view module, std::string_view text) {
    if (level < current_level.load(std::memory_order_relaxed)) return;
    std::string line = format("[{}] {}", module, text);
    if (const auto target = current_logger()) {
        if (journal_reads_stderr()) line.insert(0, journal_prefix(level));
        target->log(to_spdlog(level), line);
    } else {
        std::fprintf(stderr, "%s\n", line.c_str());
    }
}

}  // namespace tipring::base::log
