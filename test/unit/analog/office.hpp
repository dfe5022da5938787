// An office for tests of AnalogPort: a fake board, fake audio and a real CallManager.
#pragma once

#include <algorithm>
#include <catch2/catch.hpp>
#include <set>

#include "fxo_port.hpp"
#include "fxs_port.hpp"
#include "manual_reactor.hpp"
#include "tipring/analog/service_store.hpp"
#include "tipring/call/call_manager.hpp"

namespace tipring::test {

using namespace std::chrono_literals;
using hardware::LineEventKind;

/// What the board and the engine were told, in order.
struct Wire {
    std::vector<std::string> log;
    std::string failing;  ///< the operation that the board refuses
    hardware::LineStatus status;
    media::Detectors detectors;                           ///< the last ones asked for
    std::chrono::milliseconds digit_on{0}, digit_off{0};  ///< of the last digits
    std::pair<std::optional<double>, std::optional<double>> hardware_gains;
    media::Engine::Handler handler;
    dsp::Samples clip;       ///< the last one played
    dsp::Samples recording;  ///< what take_capture() gives
    std::string take() {
        std::string text;
        for (const auto& entry : std::exchange(log, {}))
            text += (text.empty() ? "" : " ") + entry;
        return text;
    }
};

class FakeControl final : public hardware::LineControl {
  public:
    explicit FakeControl(Wire& wire) : wire_(wire) {}
    base::Result<void> ring(const hardware::RingCadence& cadence) override {
        return note("ring" + std::to_string(cadence[0]));
    }
    base::Result<void> stop_ring() override { return note("stop_ring"); }
    base::Result<void> seize() override { return note("seize"); }
    base::Result<void> release() override { return note("release"); }
    base::Result<void> flash() override { return note("flash"); }
    base::Result<void> flash(std::chrono::milliseconds length) override {
        return note("flash" + std::to_string(length.count()));
    }
    base::Result<void> dial_pulse(std::string_view digits) override {
        return note("pulses:" + std::string(digits));
    }
    base::Result<void> set_polarity(bool reversed) override {
        return note(reversed ? "reversed" : "straight");
    }
    base::Result<void> prepare_on_hook_audio(std::chrono::milliseconds) override { return {}; }
    base::Result<void> set_message_lamp(unsigned messages) override {
        return note("lamp" + std::to_string(messages));
    }
    base::Result<void> start_audio() override { return note("audio_on"); }
    base::Result<void> stop_audio() override { return note("audio_off"); }
    base::Result<void> set_echo_canceller(unsigned taps) override {
        return note("echo" + std::to_string(taps));
    }
    base::Result<void> set_gain(double, double) override { return note("gain"); }
    base::Result<void> set_hardware_gain(std::optional<double> receive_db,
                                         std::optional<double> transmit_db) override {
        wire_.hardware_gains = {receive_db, transmit_db};
        return note("hardware_gain");
    }
    base::Result<hardware::LineStatus> status() override {
        if (wire_.failing == "status") return base::fail("channel 3: status refused");
        return wire_.status;
    }

  private:
    Wire& wire_;
    base::Result<void> note(const std::string& operation) {
        wire_.log.push_back(operation);
        if (operation == wire_.failing) return base::fail("channel 3: " + operation + " refused");
        return {};
    }
};

class FakeAudio final : public analog::LineAudio {
  public:
    FakeAudio(Wire& wire, media::EndpointId id) : wire_(wire), id_(id) {}
    media::EndpointId endpoint() const override { return id_; }
    void start() override { wire_.log.push_back("start"); }
    void stop() override { wire_.log.push_back("stop"); }
    void listen(const media::Detectors& detectors) override {
        wire_.log.push_back(std::string("listen") + (detectors.dtmf ? "+dtmf" : "") +
                            (detectors.progress_tones ? "+tones" : ""));
        wire_.detectors = detectors;
    }
    void play(const dsp::ToneSequence& tone) override {
        wire_.log.push_back("play" + std::to_string(static_cast<int>(tone.segments.at(0).frequency1_hz)));
    }
    void stop_tone() override { wire_.log.push_back("stop_tone"); }
    void send_digits(std::string_view digits, std::chrono::milliseconds on,
                     std::chrono::milliseconds off) override {
        wire_.digit_on = on;
        wire_.digit_off = off;
        wire_.log.push_back("digits:" + std::string(digits));
    }
    void play_clip(dsp::Samples clip) override {
        wire_.clip = std::move(clip);
        wire_.log.push_back("clip");
    }
    void stop_clip() override { wire_.log.push_back("stop_clip"); }
    void start_capture(std::size_t samples) override {
        wire_.log.push_back("capture" + std::to_string(samples / 8));
    }
    void stop_capture() override { wire_.log.push_back("stop_capture"); }
    dsp::Samples take_capture() override { return wire_.recording; }
    void mute(bool muted) override { wire_.log.push_back(muted ? "mute" : "unmute"); }
    media::LineStats stats() const override { return {}; }
    void remove(std::shared_ptr<hardware::Channel>) override { wire_.log.push_back("remove"); }

  private:
    Wire& wire_;
    media::EndpointId id_;
};

class NoConnector final : public media::Connector {
  public:
    void connect(media::EndpointId a, media::EndpointId b) override {
        joined = {a, b};
        pairs.insert(std::minmax(a.value, b.value));
    }
    void disconnect(media::EndpointId a, media::EndpointId b) override {
        joined = {};
        pairs.erase(std::minmax(a.value, b.value));
    }
    std::pair<media::EndpointId, media::EndpointId> joined;  ///< the last
    std::set<std::pair<std::uint32_t, std::uint32_t>> pairs;
};

inline hardware::CountryTones country() {
    const auto tone = [](int frequency) { return dsp::parse_tone(std::to_string(frequency)).value(); };
    hardware::CountryTones tones;
    tones.ring = {2000, 4000};
    tones.tones.dial = tone(350);
    tones.tones.busy = tone(480);
    tones.tones.ringback = tone(440);
    tones.tones.congestion = tone(620);
    tones.tones.howler = tone(1400);
    tones.tones.dial_recall = tone(360);
    tones.tones.stutter = tone(370);
    tones.tones.call_waiting = tone(445);
    tones.tones.info = dsp::parse_tone("!950/330,!1400/330,!1800/330,0").value();
    return tones;
}

/// Two phones (201, 202) and an exchange line in group "city", with a call manager.
struct Office {
    ManualReactor reactor;
    NoConnector connector;
    std::vector<call::CallRecord> records;
    std::vector<std::string> changes;
    call::CallManager calls{reactor, connector, {60s}};
    analog::ServiceStore store{""};
    Wire wires[3];
    std::unique_ptr<analog::Port> ports[3];
    std::unique_ptr<call::Exit> group;

    /// `edit_line` changes the exchange line's settings: one ring, no caller ID.
    explicit Office(bool line_rings = false, std::function<void(config::Port&)> edit_line = {})
        : edit_line_(std::move(edit_line)) {
        wires[2].status.ringing = line_rings;
        routing::RouteRule inside, outside;
        inside.called = "2xx";
        inside.to = {{routing::DestinationKind::port, "202"}};
        outside.called = "9.";
        outside.strip = 1;
        outside.to = {{routing::DestinationKind::group, "city"}};
        calls.set_routes({inside, outside});
        calls.on_record = [this](const call::CallRecord& record) { records.push_back(record); };
        make(0, "201");
        make(1, "202");
        make(2, "");
        group = analog::make_line_group("city", config::GroupStrategy::first_free, {ports[2].get()});
        calls.add_exit(ports[1]->exit());
        calls.add_exit(ports[2]->exit());
        calls.add_exit(*group);
        for (auto& wire : wires)
            wire.take();
    }
    ~Office() {
        for (auto& port : ports)
            port->shut_down();
    }

    void make(unsigned index, const std::string& number) {
        config::Port settings;
        settings.channel = index + 1;
        settings.kind = number.empty() ? config::PortKind::fxo : config::PortKind::fxs;
        settings.number = number;
        settings.label = "label " + number;
        settings.to = "202";
        settings.group = number.empty() ? "city" : "";
        auto channel = std::make_shared<hardware::Channel>();
        channel->info.number = {index + 1};
        channel->control = std::make_unique<FakeControl>(wires[index]);
        settings.fxo.rings = 1;
        settings.fxo.caller_id = false;
        if (number.empty() && edit_line_) edit_line_(settings);
        settings.digit_map = "2xx|9xxx";
        analog::AnalogPort::Parts parts{reactor,
                                        calls,
                                        channel,
                                        country(),
                                        [this](const analog::PortView& view, const analog::StateChange&) {
                                            changes.push_back(view.state);
                                        },
                                        [this, index](hardware::Channel&, media::Engine::Handler handler) {
                                            wires[index].handler = std::move(handler);
                                            return std::make_unique<FakeAudio>(wires[index],
                                                                               media::EndpointId{index + 1});
                                        }};
        if (number.empty()) {
            ports[index] = std::make_unique<analog::FxoPort>(settings, std::move(parts));
        } else {
            ports[index] =
                std::make_unique<analog::FxsPort>(settings, std::move(parts), store, analog::PhoneRules{});
        }
    }

    void event(unsigned index, LineEventKind kind, char digit = 0) {
        if (kind == LineEventKind::off_hook) wires[index].status.off_hook = true;
        if (kind == LineEventKind::on_hook) wires[index].status.off_hook = false;
        media::Event event;
        event.line = {kind, digit};
        wires[index].handler(event);
        reactor.run_posted();
    }
    void engine(unsigned index, media::EventKind kind, char digit = 0,
                media::HeardTone tone = media::HeardTone::none) {
        media::Event event;
        event.kind = kind;
        event.digit = digit;
        event.tone = tone;
        wires[index].handler(event);
        reactor.run_posted();
    }
    void dial(unsigned index, const std::string& digits) {
        event(index, LineEventKind::off_hook);
        for (const char digit : digits)
            engine(index, media::EventKind::digit, digit);
    }
    /// Two reasons for which a port is away for a while.
    enum class Reason { service, alarm };
    void leave(unsigned index, Reason reason) {
        if (reason == Reason::alarm) return event(index, LineEventKind::alarm);
        ports[index]->set_in_service(false);
        reactor.run_posted();
    }
    void come_back(unsigned index, Reason reason) {
        if (reason == Reason::alarm) return event(index, LineEventKind::alarm_clear);
        ports[index]->set_in_service(true);
        reactor.run_posted();
    }
    std::string state(unsigned index) const { return ports[index]->view().state; }
    std::function<void(config::Port&)> edit_line_;
    void hear_caller(unsigned index, std::string_view number, std::string_view name) {
        media::Event event;
        event.kind = media::EventKind::caller_id;
        std::copy(number.begin(), number.end(), event.caller.number.begin());
        std::copy(name.begin(), name.end(), event.caller.name.begin());
        wires[index].handler(event);
        reactor.run_posted();
    }
    void check_quiet() {
        CHECK(calls.calls().empty());
        for (const auto& port : ports) {
            CAPTURE(port->view().state);
            CHECK(port->idle());
        }
        CHECK(reactor.timers() == 0);
    }
};

}  // namespace tipring::test
