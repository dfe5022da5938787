// Engine: endpoints, their connections and RTP; what they sound and hear is in engine_voice.cpp. Builds
// objects, sends commands, frees what comes back. Thread: core.
#include "tipring/media/engine.hpp"

#include <algorithm>
#include <csignal>

#include "engine_impl.hpp"
#include "realtime.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"

namespace tipring::media {

namespace {

RtpSettings settings_of(const RtpOptions& options) {
    RtpSettings settings;
    settings.codec = options.codec;
    settings.packet_blocks = std::clamp(options.packet_ms / block_ms, 1U, 6U);
    settings.send_event_type = options.send_event_type;
    settings.receive_event_type = options.receive_event_type;
    settings.send = options.send;
    settings.receive = options.receive;
    settings.conceal = options.conceal;
    settings.jitter_min_ms = std::clamp(options.jitter_min_ms, 10U, 200U);
    settings.jitter_max_ms = std::clamp(options.jitter_max_ms, settings.jitter_min_ms, 200U);
    settings.timeout = options.timeout;
    settings.cname_length = std::min(options.cname.size(), settings.cname.size());
    std::copy_n(options.cname.begin(), settings.cname_length, settings.cname.begin());
    return settings;
}

}  // namespace

Engine::Engine(const EngineOptions& options) : impl_(std::make_unique<Impl>(options)) {}

Engine::~Engine() {
    impl_->loop.request_stop();
    if (impl_->thread.joinable()) impl_->thread.join();
    // No media thread any more: objects in commands that nobody carries out are freed here. Endpoints are
    // ours anyway.
    Command command;
    while (impl_->commands.pop(command))
        delete command.object;
    for (const auto& waiting : impl_->overflow)
        delete waiting.object;
    Impl::Callbacks callbacks;
    impl_->take_returned(callbacks);
}

std::string Engine::start() {
    // Signals are for the core: a handler must not run between two blocks.
    sigset_t all, before;
    ::sigfillset(&all);
    ::pthread_sigmask(SIG_SETMASK, &all, &before);
    impl_->thread = std::thread([this] { impl_->loop.run(); });
    ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
    ::pthread_setname_np(impl_->thread.native_handle(), "media");
    std::string warning;
    if (impl_->options.lock_memory) warning = lock_memory();
    if (impl_->options.realtime_priority > 0) {
        const auto text = make_realtime(impl_->thread, impl_->options.realtime_priority);
        warning += (warning.empty() || text.empty() ? "" : "; ") + text;
    }
    return warning;
}

void Engine::tick(std::chrono::steady_clock::time_point now) noexcept {
    impl_->loop.turn(now);
}

int Engine::event_descriptor() const noexcept {
    return impl_->notifier.descriptor().descriptor();
}

void Engine::dispatch() {
    impl_->notifier.descriptor().drain();
    impl_->flush();
    Impl::Callbacks callbacks;
    // Bounded: what arrives while handlers run wakes the core again.
    Event event;
    for (std::size_t left = impl_->notifier.events().capacity(); left > 0; --left) {
        if (!impl_->notifier.events().pop(event)) break;
        if (event.kind == EventKind::captured) impl_->take_returned(callbacks);
        const auto at = impl_->entries.find(event.endpoint);
        if (at == impl_->entries.end() || at->second.removed) continue;
        // The handler may remove its own endpoint.
        const auto handler = at->second.handler;
        if (handler && *handler) (*handler)(event);
    }
    impl_->take_returned(callbacks);
    for (const auto& callback : callbacks) {
        if (callback) callback();
    }
    impl_->flush();
}

EndpointId Engine::add_line(hardware::Bearer& bearer, const LineOptions& options, Handler handler) {
    if (!impl_->room()) return {};
    const unsigned lead_blocks = std::clamp(impl_->options.write_lead_ms, 10U, 100U) / block_ms;
    return impl_->add(
        std::make_unique<LineEndpoint>(impl_->next_id(), bearer, options, lead_blocks, impl_->notifier),
        std::move(handler));
}

EndpointId Engine::add_rtp(RtpSocket socket, const RtpOptions& options, Handler handler) {
    if (!impl_->room()) return {};
    const auto id =
        impl_->add(std::make_unique<RtpEndpoint>(impl_->next_id(), std::move(socket), settings_of(options),
                                                 impl_->identity(), impl_->notifier),
                   std::move(handler));
    impl_->entries.at(id).codec = options.codec;
    return id;
}

void Engine::remove(EndpointId endpoint, std::function<void()> detached) {
    auto* object = impl_->find(endpoint);
    if (object == nullptr) return;
    auto& entry = impl_->entries.at(endpoint);
    entry.removed = true;
    entry.handler = nullptr;
    entry.detached = std::move(detached);
    impl_->removed.emplace(object, endpoint);
    impl_->send(Command::Kind::remove, object);
}

void Engine::start_line(EndpointId line) {
    impl_->send(Command::Kind::start_line, impl_->find(line, Endpoint::Type::line, "start_line"));
}

void Engine::stop_line(EndpointId line) {
    impl_->send(Command::Kind::stop_line, impl_->find(line, Endpoint::Type::line, "stop_line"));
}

void Engine::connect(EndpointId a, EndpointId b) {
    Command command;
    command.kind = Command::Kind::connect;
    command.endpoint = impl_->find(a);
    command.other = impl_->find(b);
    if (command.endpoint == nullptr || command.other == nullptr || a == b) {
        base::log::debug("media", "connect: endpoints {} and {} are not both there", a, b);
        return;
    }
    impl_->send(command);
}

void Engine::disconnect(EndpointId a, EndpointId b) {
    Command command;
    command.kind = Command::Kind::part;
    command.endpoint = impl_->find(a);
    command.other = impl_->find(b);
    if (command.endpoint != nullptr && command.other != nullptr) impl_->send(command);
}

void Engine::disconnect(EndpointId endpoint) {
    impl_->send(Command::Kind::disconnect, impl_->find(endpoint));
}

void Engine::set_remote(EndpointId rtp, const RtpAddress& remote) {
    auto* endpoint = impl_->find(rtp, Endpoint::Type::rtp, "set_remote");
    if (endpoint == nullptr) return;
    const auto address = SocketAddress::parse(remote.host, remote.port);
    if (!address) {
        base::log::warning("media", "remote RTP address \"{}\" is no IPv4 or IPv6 literal; nothing is sent",
                           base::printable(remote.host));
    }
    Command command;
    command.kind = Command::Kind::set_remote;
    command.endpoint = endpoint;
    if (address) {
        command.rtp = *address;
        const auto next = static_cast<std::uint16_t>(remote.port + 1);
        command.rtcp = address->with_port(remote.rtcp_port != 0 ? remote.rtcp_port : next);
    }
    impl_->send(command);
}

void Engine::update_rtp(EndpointId rtp, const RtpOptions& options) {
    if (const auto at = impl_->entries.find(rtp); at != impl_->entries.end())
        at->second.codec = options.codec;
    impl_->send(Command::Kind::update_rtp, impl_->find(rtp, Endpoint::Type::rtp, "update_rtp"),
                std::make_unique<SettingsBox>(settings_of(options)));
}

RtpStats Engine::rtp_stats(EndpointId rtp) const {
    const auto at = impl_->entries.find(rtp);
    if (at == impl_->entries.end() || at->second.endpoint->type() != Endpoint::Type::rtp) return {};
    auto stats = static_cast<const RtpEndpoint&>(*at->second.endpoint).stats();
    stats.codec = at->second.codec;
    return stats;
}

LineStats Engine::line_stats(EndpointId line) const {
    const auto at = impl_->entries.find(line);
    if (at == impl_->entries.end() || at->second.endpoint->type() != Endpoint::Type::line) return {};
    return static_cast<const LineEndpoint&>(*at->second.endpoint).stats();
}

EngineStats Engine::stats() const {
    return impl_->loop.stats();
}

}  // namespace tipring::media
