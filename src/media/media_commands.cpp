// MediaLoop, the part that carries out the core's commands. Thread: media; real-time safe.
#include <sys/epoll.h>

#include "media_loop.hpp"

namespace tipring::media {

void MediaLoop::drain_commands() noexcept {
    Command command;
    while (commands_.pop(command))
        execute(command);
    // An empty ring has room: the core's overflow may follow now.
    if (room_wanted_.exchange(false, std::memory_order_acq_rel)) notifier_.wake();
}

void MediaLoop::execute(const Command& command) noexcept {
    using Kind = Command::Kind;
    auto& endpoint = *command.endpoint;
    switch (command.kind) {
        case Kind::add:
            return add(endpoint);
        case Kind::remove:
            return remove(endpoint);
        case Kind::start_line:
        case Kind::stop_line:
            return set_started(static_cast<LineEndpoint&>(endpoint), command.kind == Kind::start_line);
        case Kind::connect:
            return connect(endpoint, *command.other);
        case Kind::part:
            return part(endpoint, *command.other);
        case Kind::disconnect:
            return disconnect(endpoint);
        case Kind::play_tone:
            return endpoint.set_tone(static_cast<ToneBox*>(command.object));
        case Kind::stop_tone:
            return endpoint.set_tone(nullptr);
        case Kind::play_clip:
            return endpoint.set_clip(static_cast<ClipBox*>(command.object));
        case Kind::stop_clip:
            return endpoint.set_clip(nullptr);
        case Kind::start_capture:
            return endpoint.monitor().capture(static_cast<CaptureBox*>(command.object));
        case Kind::stop_capture:
            return endpoint.monitor().stop_capture();
        case Kind::start_bit_test:
            return static_cast<LineEndpoint&>(endpoint).set_bit_test(
                static_cast<BitTestBox*>(command.object));
        case Kind::stop_bit_test:
            return static_cast<LineEndpoint&>(endpoint).set_bit_test(nullptr);
        case Kind::set_muted:
            return endpoint.set_muted(command.on);
        case Kind::send_digits:
            return endpoint.digits().queue(*static_cast<DigitString*>(command.object));
        case Kind::set_detectors:
            return endpoint.monitor().set(static_cast<DetectorBox*>(command.object));
        case Kind::set_remote:
        case Kind::update_rtp:
            return execute_rtp(command, static_cast<RtpEndpoint&>(endpoint));
    }
}

void MediaLoop::execute_rtp(const Command& command, RtpEndpoint& session) noexcept {
    if (command.kind == Command::Kind::set_remote) return session.set_remote(command.rtp, command.rtcp);
    session.update(static_cast<SettingsBox*>(command.object)->settings);
    notifier_.give_back(command.object);
}

void MediaLoop::add(Endpoint& endpoint) noexcept {
    // The vectors were reserved for the most endpoints that the core creates.
    if (endpoint.type() == Endpoint::Type::line) {
        auto& line = static_cast<LineEndpoint&>(endpoint);
        lines_.push_back(&line);
        watch(line, true);
    } else {
        auto& session = static_cast<RtpEndpoint&>(endpoint);
        sessions_.push_back(&session);
        epoll_event event{};
        event.events = EPOLLIN;
        event.data.ptr = &session;
        ::epoll_ctl(rtcp_epoll_.get(), EPOLL_CTL_ADD, session.rtcp_descriptor(), &event);
    }
    line_count_.set(lines_.size());
    session_count_.set(sessions_.size());
}

void MediaLoop::remove(Endpoint& endpoint) noexcept {
    disconnect(endpoint);
    const auto drop = [&endpoint](auto& list) {
        for (auto& item : list) {
            if (item != &endpoint) continue;
            item = list.back();
            list.pop_back();
            return;
        }
    };
    if (endpoint.type() == Endpoint::Type::line) {
        auto& line = static_cast<LineEndpoint&>(endpoint);
        if (line.started()) {
            set_started(line, false);
        }
        watch(line, false);
        drop(lines_);
    } else {
        auto& session = static_cast<RtpEndpoint&>(endpoint);
        ::epoll_ctl(rtcp_epoll_.get(), EPOLL_CTL_DEL, session.rtcp_descriptor(), nullptr);
        session.say_bye(now_);
        drop(sessions_);
    }
    line_count_.set(lines_.size());
    session_count_.set(sessions_.size());
    notifier_.give_back(&endpoint);
}

void MediaLoop::set_started(LineEndpoint& line, bool started) noexcept {
    if (line.started() == started || line.failed()) return;
    // A started line is read at each tick; waking up for its events as well would only cost.
    watch(line, !started);
    if (started) {
        line.start();
        ++started_lines_;
    } else {
        line.stop();
        --started_lines_;
        // An event that the back end met while writing and kept makes no descriptor ready.
        collect(line, false);
    }
}

void MediaLoop::watch(LineEndpoint& line, bool on) noexcept {
    const int descriptor = line.bearer().descriptor();
    if (descriptor < 0) return;
    epoll_event event{};
    event.events = line.bearer().event_poll_mask();
    event.data.ptr = &line;
    ::epoll_ctl(epoll_.get(), on ? EPOLL_CTL_ADD : EPOLL_CTL_DEL, descriptor, &event);
}

}  // namespace tipring::media
