// Engine: the core's side. Builds objects, sends commands, frees what comes back. Thread: core.
#include "tipring/media/engine.hpp"

#include <algorithm>
#include <csignal>
#include <deque>
#include <random>
#include <thread>
#include <unordered_map>
#include <unordered_set>

#include "media_loop.hpp"
#include "realtime.hpp"
#include "tipring/base/log.hpp"
#include "tipring/base/text.hpp"
#include "tipring/dsp/dtmf.hpp"

namespace tipring::media {

namespace {

constexpr std::size_t command_ring_size = 1024;
constexpr std::size_t events_per_endpoint = 4;
constexpr std::size_t least_events = 1024;

RtpSettings settings_of(const RtpOptions& options) {
    RtpSettings settings;
    settings.codec = options.codec;
    settings.packet_blocks = std::clamp(options.packet_ms / block_ms, 1U, 6U);
    settings.send_event_type = options.send_event_type;
    settings.receive_event_type = options.receive_event_type;
    settings.send = options.send;
    settings.receive = options.receive;
    settings.jitter_min_ms = std::clamp(options.jitter_min_ms, 10U, 200U);
    settings.jitter_max_ms = std::clamp(options.jitter_max_ms, settings.jitter_min_ms, 200U);
    settings.timeout = options.timeout;
    settings.cname_length = std::min(options.cname.size(), settings.cname.size());
    std::copy_n(options.cname.begin(), settings.cname_length, settings.cname.begin());
    return settings;
}

std::uint32_t blocks_of(std::chrono::milliseconds time) {
    const auto blocks = (time.count() + block_ms - 1) / block_ms;
    return static_cast<std::uint32_t>(std::clamp<std::int64_t>(blocks, 1, 1000));
}

std::string playable(std::string_view digits) {
    std::string result;
    for (const char digit : digits) {
        if (digit == 'w' || digit == 'W') {
            result += 'w';
        } else if (const int index = dsp::dtmf_index(digit); index >= 0) {
            result += dsp::dtmf_digit(index);
        }
    }
    return result;
}

}  // namespace

struct Engine::Impl {
    struct Entry {
        std::unique_ptr<Endpoint> endpoint;
        std::shared_ptr<const Handler> handler;  ///< null once removed
        std::function<void()> detached;
        bool removed = false;
        dsp::Law codec = dsp::Law::alaw;  ///< rtp only
    };

    explicit Impl(const EngineOptions& with)
        : options(with),
          commands(command_ring_size),
          notifier(std::max(least_events, with.max_endpoints * events_per_endpoint)),
          loop(with, commands, notifier) {}

    const EngineOptions options;
    base::SpscRing<Command> commands;
    Notifier notifier;
    MediaLoop loop;
    std::thread thread;
    std::deque<Command> overflow;
    std::unordered_map<EndpointId, Entry> entries;
    std::unordered_map<const Returnable*, EndpointId> removed;
    std::uint32_t last_id = 0;
    std::random_device random;

    void send(const Command& command) {
        overflow.push_back(command);
        flush();
    }

    /// Order is kept: a command is stored only when all before it are.
    void flush() {
        const bool any = !overflow.empty();
        while (!overflow.empty() && commands.push(overflow.front()))
            overflow.pop_front();
        if (!overflow.empty()) loop.report_room();
        if (any) loop.wake();
    }

    Endpoint* find(EndpointId id) const {
        const auto at = entries.find(id);
        return at == entries.end() || at->second.removed ? nullptr : at->second.endpoint.get();
    }
    Endpoint* find(EndpointId id, Endpoint::Type type, const char* what) const {
        auto* endpoint = find(id);
        if (endpoint != nullptr && endpoint->type() == type) return endpoint;
        base::log::debug("media", "{}: endpoint {} is not there", what, id);
        return nullptr;
    }

    EndpointId next_id() {
        do {
            ++last_id;
        } while (last_id == 0 || entries.contains(EndpointId{last_id}));
        return EndpointId{last_id};
    }

    bool room() const {
        if (entries.size() < options.max_endpoints) return true;
        base::log::error("media", "no more than {} endpoints", options.max_endpoints);
        return false;
    }

    EndpointId add(std::unique_ptr<Endpoint> endpoint, Handler handler) {
        const auto id = endpoint->id();
        Command command;
        command.kind = Command::Kind::add;
        command.endpoint = endpoint.get();
        entries.emplace(
            id, Entry{std::move(endpoint), std::make_shared<const Handler>(std::move(handler)), {}, false});
        send(command);
        return id;
    }

    void send(Command::Kind kind, Endpoint* endpoint, std::unique_ptr<Returnable> object = nullptr) {
        if (endpoint == nullptr) return;
        Command command;
        command.kind = kind;
        command.endpoint = endpoint;
        command.object = object.release();
        send(command);
    }

    RtpEndpoint::Identity identity() {
        RtpEndpoint::Identity identity;
        identity.start = {random(), random(), static_cast<std::uint16_t>(random())};
        identity.seed = (std::uint64_t{random()} << 32) | random();
        identity.ntp_offset = ntp_offset_now();
        return identity;
    }

    /// Frees what the media thread let go of; the callbacks of removed endpoints are run by the caller.
    std::vector<std::function<void()>> take_returned() {
        std::vector<std::function<void()>> callbacks;
        notifier.returns().take_all([&](Returnable* object) {
            const auto at = removed.find(object);
            if (at == removed.end()) {
                delete object;
                return;
            }
            const auto entry = entries.find(at->second);
            callbacks.push_back(std::move(entry->second.detached));
            entries.erase(entry);
            removed.erase(at);
        });
        return callbacks;
    }
};

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
    impl_->take_returned();
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
    // Bounded: what arrives while handlers run wakes the core again.
    Event event;
    for (std::size_t left = impl_->notifier.events().capacity(); left > 0; --left) {
        if (!impl_->notifier.events().pop(event)) break;
        const auto at = impl_->entries.find(event.endpoint);
        if (at == impl_->entries.end() || at->second.removed) continue;
        // The handler may remove its own endpoint.
        const auto handler = at->second.handler;
        if (handler && *handler) (*handler)(event);
    }
    for (const auto& callback : impl_->take_returned()) {
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

void Engine::disconnect(EndpointId endpoint) {
    impl_->send(Command::Kind::disconnect, impl_->find(endpoint));
}

void Engine::play_tone(EndpointId endpoint, const dsp::ToneSequence& tone) {
    impl_->send(Command::Kind::play_tone, impl_->find(endpoint), std::make_unique<ToneBox>(tone));
}

void Engine::stop_tone(EndpointId endpoint) {
    impl_->send(Command::Kind::stop_tone, impl_->find(endpoint));
}

void Engine::send_digits(EndpointId endpoint, std::string_view digits, std::chrono::milliseconds on,
                         std::chrono::milliseconds off) {
    auto text = std::make_unique<DigitString>();
    text->digits = playable(digits);
    text->on_blocks = blocks_of(on);
    text->off_blocks = blocks_of(off);
    impl_->send(Command::Kind::send_digits, impl_->find(endpoint), std::move(text));
}

void Engine::set_detectors(EndpointId endpoint, const Detectors& detectors) {
    auto box = std::make_unique<DetectorBox>();
    box->dtmf = detectors.dtmf;
    if (detectors.progress_tones) box->progress.emplace(*detectors.progress_tones);
    impl_->send(Command::Kind::set_detectors, impl_->find(endpoint), std::move(box));
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
