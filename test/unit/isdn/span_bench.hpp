// What the span tests share: a span over a memory D-channel, an ISDN peer on its other end, and observers
// that write down what they hear. libpri's timers run in real time, so the tests wait for conditions with a
// limit.
#pragma once

#include <boost/asio/io_context.hpp>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "memory_d_channel.hpp"
#include "pri_link.hpp"
#include "span_controller.hpp"
#include "tipring/base/asio_reactor.hpp"
#include "tipring/base/text.hpp"

namespace tipring::test {

using namespace std::chrono_literals;

/// Counts what a span does to the audio of its channels.
class RecordingAudio final : public isdn::BearerAudio {
  public:
    media::EndpointId endpoint(unsigned position) const override { return {position + 1000}; }
    bool start(unsigned position) override {
        running[position] = true;
        return !fails;
    }
    void stop(unsigned position) override { running[position] = false; }
    void send_digit(unsigned, char digit) override { digits += digit; }
    void play_tone(unsigned position, const dsp::ToneSequence&) override { tones[position] = true; }
    void stop_tone(unsigned position) override { tones[position] = false; }

    std::map<unsigned, bool> running, tones;
    std::string digits;
    bool fails = false;
};

/// The other end: a bare link whose events the test answers.
struct Peer {
    Peer(base::Reactor& reactor, std::shared_ptr<MemoryWire> wire, isdn::LinkOptions options)
        : channel(std::move(wire), 1),
          link(reactor, channel, std::move(options),
               [this](const isdn::LinkEvent& event) { handle(event); }) {}

    void handle(const isdn::LinkEvent& event) {
        events.push_back(event);
        if (event.kind == isdn::LinkEventKind::up) up = true;
        if (event.kind == isdn::LinkEventKind::down) up = false;
        if (event.kind == isdn::LinkEventKind::disconnect || event.kind == isdn::LinkEventKind::released) {
            link.hangup(event.call, event.cause);
        }
        if (on_event) on_event(event);
    }
    std::size_t count(isdn::LinkEventKind kind) const {
        return static_cast<std::size_t>(std::count_if(
            events.begin(), events.end(), [kind](const auto& event) { return event.kind == kind; }));
    }
    const isdn::LinkEvent* last(isdn::LinkEventKind kind) const {
        for (auto event = events.rbegin(); event != events.rend(); ++event) {
            if (event->kind == kind) return &*event;
        }
        return nullptr;
    }

    MemoryDChannel channel;
    std::vector<isdn::LinkEvent> events;
    std::function<void(const isdn::LinkEvent&)> on_event;
    bool up = false;
    isdn::PriLink link;
};

/// Writes down a leg's reports as words.
struct Listener final : call::LegObserver {
    void on_proceeding(call::Leg&) override { heard += "proceeding "; }
    void on_alerting(call::Leg&, bool inband) override { heard += inband ? "inband " : "alerting "; }
    void on_progress(call::Leg&) override { heard += "progress "; }
    void on_connected_party(call::Leg&, const call::Party& party) override { connected = party; }
    void on_answered(call::Leg&) override { heard += "answered "; }
    void on_released(call::Leg&, const call::Cause& why) override {
        heard += "released ";
        cause = why;
    }
    void on_media_changed(call::Leg&) override { heard += "media "; }
    void on_digit(call::Leg&, char digit) override { heard += digit; }
    void on_hold(call::Leg&, bool on) override { heard += on ? "hold " : "back "; }

    bool has(std::string_view word) const { return heard.find(word) != std::string::npos; }

    std::string heard;
    std::optional<call::Cause> cause;
    std::optional<call::Party> connected;
};

struct Sink final : call::CallSink {
    struct Incoming {
        std::unique_ptr<call::Leg> leg;
        call::CallRequest request;
        std::unique_ptr<Listener> listener;
    };
    base::LegId next_leg_id() override { return {++last_id}; }
    void incoming(std::unique_ptr<call::Leg> leg, const call::CallRequest& request) override {
        auto listener = std::make_unique<Listener>();
        leg->observe(listener.get());
        calls.push_back({std::move(leg), request, std::move(listener)});
    }
    std::uint32_t last_id = 100;
    std::vector<Incoming> calls;
};

/// "span.alarm 1 state=on"
inline std::string written(const isdn::SpanEvent& event) {
    auto text = base::format("{} {}", event.name, event.span);
    for (const auto& [key, value] : event.fields)
        text += base::format(" {}={}", key, value);
    return text;
}

struct BenchOptions {
    config::SpanSide side = config::SpanSide::user;
    config::ChannelChoice choice = config::ChannelChoice::ascending;
    unsigned bearers = 30;
    unsigned d_position = 16;       ///< 24: a T1
    config::Span settings{};        ///< what the tests do not name otherwise
    isdn::LinkOptions peer_link{};  ///< of the other end; its side is found out
    isdn::SpanTimes times{.t309 = 300ms,
                          .t316 = 100ms,
                          .release_report = 200ms,
                          .release_guard = 50s,
                          .reconcile = 20ms,
                          .restart_at_start = false};
};

/// Runs the reactor until the condition holds. False after the limit.
template <class Condition>
bool run_until(boost::asio::io_context& context, Condition condition, std::chrono::milliseconds limit) {
    const auto end = std::chrono::steady_clock::now() + limit;
    while (!condition()) {
        const auto left =
            std::chrono::duration_cast<std::chrono::milliseconds>(end - std::chrono::steady_clock::now());
        if (left <= 0ms) return false;
        context.restart();
        context.run_one_for(left);
    }
    return true;
}

class Bench {
  public:
    explicit Bench(const BenchOptions& options = {})
        : reactor(context), wire(std::make_shared<MemoryWire>()) {
        auto settings = options.settings;
        settings.number = 1;
        settings.name = "1";
        settings.first_channel = 1;
        settings.d_channel = options.d_position;
        settings.side = options.side;
        settings.channel_choice = options.choice;
        std::vector<isdn::BearerPosition> positions;
        for (unsigned position = 1; positions.size() < options.bearers; ++position) {
            if (position != options.d_position) positions.push_back({position, {position}});
        }
        auto recording = std::make_unique<RecordingAudio>();
        audio = recording.get();
        isdn::ControllerParts parts{
            .reactor = reactor,
            .calls = sink,
            .d_channel = std::make_unique<MemoryDChannel>(wire, 0),
            .audio = std::move(recording),
            .bearers = positions,
            .on_change = [this](const isdn::SpanEvent& event,
                                const isdn::SpanView&) { changes.push_back(written(event)); },
            .times = options.times,
            .span_alarm = [this](unsigned) { return driver_alarm; }};
        span = std::make_unique<isdn::SpanController>(settings, std::move(parts));
        auto peer_link = options.peer_link;
        peer_link.label = "peer";
        peer_link.network_side = options.side == config::SpanSide::user;
        peer_link.switch_type = settings.switch_type;
        peer = std::make_unique<Peer>(reactor, wire, peer_link);
    }
    ~Bench() {
        span->shut_down();
        peer->link.stop();
        sink.calls.clear();
        context.restart();
        context.poll();
    }

    template <class Condition>
    bool until(Condition condition, std::chrono::milliseconds limit = 60s) {
        return run_until(context, std::move(condition), limit);
    }
    bool up() {
        return until([&] { return peer->up && span->view().d_channel_up; });
    }
    /// Every call record is cleared on the gateway's side.
    bool idle() {
        return until([&] { return span->view().in_use == 0; });
    }

    std::unique_ptr<call::Leg> dial(Listener& listener, const std::string& called = "5551234",
                                    call::Party caller = {}) {
        return dial(listener, call::CallRequest{.caller = std::move(caller), .called = called, .source = {}});
    }
    std::unique_ptr<call::Leg> dial(Listener& listener, const call::CallRequest& request) {
        auto leg = span->open(sink.next_leg_id(), request, refused);
        if (!leg) return nullptr;
        leg->observe(&listener);
        leg->start(request);
        return leg;
    }

    boost::asio::io_context context;
    base::AsioReactor reactor;
    std::shared_ptr<MemoryWire> wire;
    Sink sink;
    RecordingAudio* audio = nullptr;
    std::optional<bool> driver_alarm;  ///< what the board says of layer 1; none: only the D-channel tells
    std::vector<std::string> changes;
    std::unique_ptr<isdn::SpanController> span;
    std::unique_ptr<Peer> peer;
    call::Cause refused;
};

}  // namespace tipring::test
