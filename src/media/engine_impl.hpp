// Engine::Impl: the core's half of the engine: the endpoints that there are, and both rings. Thread: core.
#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <random>
#include <thread>
#include <unordered_map>
#include <utility>
#include <vector>

#include "media_loop.hpp"
#include "tipring/base/log.hpp"
#include "tipring/media/engine.hpp"

namespace tipring::media {

struct Engine::Impl {
    static constexpr std::size_t command_ring_size = 1024;
    static constexpr std::size_t events_per_endpoint = 4;
    static constexpr std::size_t least_events = 1024;

    struct Entry {
        std::unique_ptr<Endpoint> endpoint;
        std::shared_ptr<const Handler> handler;  ///< null once removed
        std::function<void()> detached;
        bool removed = false;
        dsp::Law codec = dsp::Law::alaw;  ///< rtp only
        /// line only: the recording under way, which the media thread holds; only told apart by it
        const Returnable* capturing = nullptr;
        dsp::Samples captured{};
        /// line only: the bit-error test that the media thread has, and what the last one that came back said
        const BitTestBox* bit_test = nullptr;
        BitTestReport bit_report{};
    };

    using Callbacks = std::vector<std::function<void()>>;

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

    void send(Command::Kind kind, Endpoint* endpoint, std::unique_ptr<Returnable> object = nullptr,
              bool on = false) {
        if (endpoint == nullptr) return;
        Command command;
        command.kind = kind;
        command.endpoint = endpoint;
        command.object = object.release();
        command.on = on;
        send(command);
    }

    RtpEndpoint::Identity identity() {
        RtpEndpoint::Identity identity;
        identity.start = {random(), random(), static_cast<std::uint16_t>(random())};
        identity.seed = (std::uint64_t{random()} << 32) | random();
        identity.ntp_offset = ntp_offset_now();
        return identity;
    }

    void keep_recording(Returnable* object) {
        auto* capture = dynamic_cast<CaptureBox*>(object);
        if (capture == nullptr) return;
        const auto at = entries.find(capture->endpoint);
        if (at == entries.end() || at->second.capturing != object) return;
        at->second.capturing = nullptr;
        at->second.captured = capture->recorded();
    }

    void keep_report(Returnable* object) {
        auto* test = dynamic_cast<BitTestBox*>(object);
        if (test == nullptr) return;
        const auto at = entries.find(test->endpoint);
        if (at == entries.end() || at->second.bit_test != test) return;
        at->second.bit_test = nullptr;
        at->second.bit_report = test->report();
    }

    /// Frees what the media thread let go of; the callbacks of removed endpoints are for the caller to run.
    void take_returned(Callbacks& callbacks) {
        notifier.returns().take_all([&](Returnable* object) {
            const auto at = removed.find(object);
            if (at == removed.end()) {
                keep_recording(object);
                keep_report(object);
                delete object;
                return;
            }
            const auto entry = entries.find(at->second);
            callbacks.push_back(std::move(entry->second.detached));
            entries.erase(entry);
            removed.erase(at);
        });
    }
};

}  // namespace tipring::media
