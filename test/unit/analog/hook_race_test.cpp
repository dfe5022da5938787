// AnalogPort on the model of the driver's line signalling, with a clock of the test's own: whenever a phone
// goes down around the far end's release, or while its port is out of service, the next time that it is
// lifted is noticed.
#include <catch2/catch.hpp>
#include <optional>

#include "fxs_port.hpp"
#include "manual_reactor.hpp"
#include "simulator/analogue_wire.hpp"
#include "tipring/analog/service_store.hpp"
#include "tipring/base/log.hpp"

using namespace tipring;
using namespace std::chrono_literals;
using hardware::simulator::AnalogueWire;
using hardware::simulator::Refusal;
using std::chrono::milliseconds;

namespace {

constexpr bool near_side = false, far_side = true;

/// The gateway's end of the wire as the board shows it.
class WireControl final : public hardware::LineControl {
  public:
    WireControl(AnalogueWire& wire, const base::Reactor& reactor) : wire_(wire), reactor_(reactor) {}
    base::Result<void> ring(const hardware::RingCadence& cadence) override {
        return result(wire_.ring(near_side, cadence, reactor_.now()));
    }
    base::Result<void> stop_ring() override { return result(wire_.stop_ring(near_side, reactor_.now())); }
    base::Result<void> seize() override { return result(wire_.seize(near_side, reactor_.now())); }
    base::Result<void> release() override { return result(wire_.release(near_side, reactor_.now())); }
    base::Result<void> flash() override { return result(Refusal::wrong_kind); }
    base::Result<void> start_audio() override { return {}; }
    base::Result<void> stop_audio() override { return {}; }
    base::Result<void> set_echo_canceller(unsigned) override { return {}; }
    base::Result<void> set_gain(double, double) override { return {}; }
    base::Result<hardware::LineStatus> status() override { return wire_.status(near_side); }

  private:
    AnalogueWire& wire_;
    const base::Reactor& reactor_;

    static base::Result<void> result(Refusal refusal) {
        if (refusal == Refusal::none) return {};
        return base::fail("refused: " + std::to_string(static_cast<int>(refusal)));
    }
};

class Silence final : public analog::LineAudio {
  public:
    media::EndpointId endpoint() const override { return {1}; }
    void start() override {}
    void stop() override {}
    void listen(const media::Detectors&) override {}
    void play(const dsp::ToneSequence&) override {}
    void stop_tone() override {}
    void send_digits(std::string_view, std::chrono::milliseconds, std::chrono::milliseconds) override {}
    void play_clip(dsp::Samples) override {}
    void stop_clip() override {}
    void start_capture(std::size_t) override {}
    void stop_capture() override {}
    dsp::Samples take_capture() override { return {}; }
    void mute(bool) override {}
    media::LineStats stats() const override { return {}; }
    void remove(std::shared_ptr<hardware::Channel>) override {}
};

class NoCalls final : public call::CallSink {
  public:
    base::LegId next_leg_id() override { return {1}; }
    void incoming(std::unique_ptr<call::Leg>, const call::CallRequest&) override {}
};

/// A phone that took a call, and the port that feeds it.
class AnsweredPhone {
  public:
    AnsweredPhone() {
        auto channel = std::make_shared<hardware::Channel>();
        channel->control = std::make_unique<WireControl>(wire_, reactor_);
        config::Port settings;
        settings.kind = config::PortKind::fxs;
        settings.number = "201";
        hardware::CountryTones country;
        country.ring = {2000, 4000};
        settings.digit_map = "2xx";
        analog::AnalogPort::Parts parts{reactor_,
                                        calls_,
                                        std::move(channel),
                                        std::move(country),
                                        {},
                                        [this](hardware::Channel&, media::Engine::Handler handler) {
                                            handler_ = std::move(handler);
                                            return std::make_unique<Silence>();
                                        }};
        port_.emplace(settings, std::move(parts), store_, analog::PhoneRules{});
        ring();
        pass(500ms);
        lift();
        pass(tick);
        REQUIRE(state() == "talking");
    }

    static constexpr milliseconds tick{5};

    std::string state() const { return port_->view().state; }
    bool idle() const { return port_->idle(); }
    void lift() { wire_.seize(far_side, reactor_.now()); }
    void hang_up() { wire_.release(far_side, reactor_.now()); }
    void set_in_service(bool in_service) {
        port_->set_in_service(in_service);
        reactor_.run_posted();
    }
    void far_end_releases() {
        leg_->release({call::q850::normal_clearing, call::Location::user, ""});
        reactor_.run_posted();
        leg_.reset();
    }
    void ring() {
        call::Cause why;
        leg_ = port_->exit().open({1}, {}, why);
        REQUIRE(leg_);
        leg_->start({});
        reactor_.run_posted();
        REQUIRE(state() == "ringing");
    }
    /// A second call, which waits.
    void second_call() {
        call::Cause why;
        second_ = port_->exit().open({2}, {}, why);
        REQUIRE(second_);
        second_->start({});
        reactor_.run_posted();
        REQUIRE(state() == "talking");
    }
    std::uint64_t refusals() const { return port_->view().counters.hardware_errors; }
    void pass(milliseconds duration) {
        for (auto passed = 0ms; passed < duration; passed += tick) {
            deliver_events();
            reactor_.advance(tick);
            wire_.advance(reactor_.now());
        }
        deliver_events();
    }
    template <class Condition>
    bool wait(Condition condition, milliseconds limit) {
        for (auto passed = 0ms; passed < limit && !condition(); passed += tick)
            pass(tick);
        return condition();
    }

  private:
    test::ManualReactor reactor_;
    NoCalls calls_;
    AnalogueWire wire_{true};
    media::Engine::Handler handler_;
    analog::ServiceStore store_{""};
    std::optional<analog::FxsPort> port_;
    std::unique_ptr<call::Leg> leg_, second_;

    void deliver_events() {
        for (const auto& event : wire_.take_events(near_side)) {
            media::Event message;
            message.line = event;
            handler_(message);
            reactor_.run_posted();
        }
    }
};

/// Takes the phone down and releases the call at these times after the answer, in their order.
void end_call(AnsweredPhone& phone, milliseconds down_at, milliseconds release_at) {
    const auto first = std::min(down_at, release_at);
    const auto second = std::max(down_at, release_at);
    const auto act = [&](bool phone_acts) {
        if (phone_acts) {
            phone.hang_up();
        } else if (phone.state() == "talking") {  // otherwise the phone's going down has ended the call
            phone.far_end_releases();
        }
    };
    phone.pass(first);
    act(down_at <= release_at);
    phone.pass(second - first);
    act(down_at > release_at);
}

/// Hundreds of calls are not worth a line each.
class QuietLog {
  public:
    QuietLog() { base::log::set_level(base::log::Level::warning); }
    ~QuietLog() { base::log::set_level(before_); }
    QuietLog(const QuietLog&) = delete;
    QuietLog& operator=(const QuietLog&) = delete;

  private:
    const base::log::Level before_ = base::log::level();
};

/// The flash time, the drop and the settling are over by then, one after the other.
constexpr milliseconds longest_end{4000};
constexpr milliseconds sweep_step{70};

}  // namespace

TEST_CASE("hook race: a phone put down at once while the far end releases answers its next call") {
    AnsweredPhone phone;
    end_call(phone, 20ms, 30ms);
    REQUIRE(phone.wait([&] { return phone.idle(); }, longest_end));
    phone.ring();
    phone.pass(200ms);
    phone.lift();
    phone.pass(AnsweredPhone::tick);
    CHECK(phone.state() == "talking");
}

TEST_CASE("hook race: whenever the phone goes down and the far end releases, the next lifting is noticed") {
    const QuietLog quiet;
    const bool called = GENERATE(false, true);
    for (auto down_at = 0ms; down_at <= 2000ms; down_at += sweep_step) {
        for (auto release_at = 0ms; release_at <= 2000ms; release_at += sweep_step) {
            for (const auto later : {20ms, 100ms, 300ms, 1000ms, 3000ms}) {
                CAPTURE(called, down_at.count(), release_at.count(), later.count());
                AnsweredPhone phone;
                end_call(phone, down_at, release_at);
                REQUIRE(phone.wait([&] { return phone.idle(); }, longest_end));
                phone.pass(later);
                if (called) phone.ring();
                phone.pass(called ? 200ms : 0ms);
                phone.lift();
                // A break as short as a dial pulse is told from one after the driver's pause of 250 ms.
                phone.pass(300ms);
                REQUIRE(phone.state() == (called ? "talking" : "dial_tone"));
            }
        }
    }
}

TEST_CASE("hook race: a phone lifted again while the line is released is never left without a tone") {
    const QuietLog quiet;
    for (auto down_at = 0ms; down_at <= 1400ms; down_at += sweep_step) {
        for (auto release_at = 0ms; release_at <= 1400ms; release_at += sweep_step) {
            for (auto lifted_after = sweep_step; lifted_after <= 2100ms; lifted_after += sweep_step) {
                if (down_at + lifted_after <= release_at) continue;  // a flash in the call
                CAPTURE(down_at.count(), release_at.count(), lifted_after.count());
                AnsweredPhone phone;
                end_call(phone, down_at, release_at);
                phone.pass(std::max(0ms, down_at + lifted_after - std::max(down_at, release_at)));
                phone.lift();
                phone.pass(longest_end);
                CHECK(phone.state() != "idle");
                CHECK(phone.state() != "dropping");
                CHECK(phone.state() != "lockout");
            }
        }
    }
}

TEST_CASE("hook race: whenever a phone goes down around its port's absence, it takes the next call") {
    const QuietLog quiet;
    for (const auto out_at : {0ms, 300ms, 700ms}) {
        for (auto down_at = 0ms; down_at <= 2000ms; down_at += sweep_step) {
            for (auto back_at = sweep_step; back_at <= 2000ms; back_at += sweep_step) {
                CAPTURE(out_at.count(), down_at.count(), back_at.count());
                AnsweredPhone phone;
                phone.pass(out_at);
                phone.set_in_service(false);
                phone.pass(std::min(down_at, back_at));
                if (down_at <= back_at) {
                    phone.hang_up();
                    phone.pass(back_at - down_at);
                    phone.set_in_service(true);
                } else {
                    phone.set_in_service(true);
                    phone.pass(down_at - back_at);
                    phone.hang_up();
                }
                REQUIRE(phone.wait([&] { return phone.idle(); }, longest_end));
                phone.ring();
                phone.pass(200ms);
                phone.lift();
                phone.pass(300ms);
                REQUIRE(phone.state() == "talking");
            }
        }
    }
}

TEST_CASE(
    "hook race: a phone lifted again while its port comes back has a tone or is busy until it goes down") {
    const QuietLog quiet;
    for (const auto out_at : {0ms, 300ms, 700ms}) {
        for (auto down_at = 0ms; down_at <= 1400ms; down_at += sweep_step) {
            for (auto lifted_after = sweep_step; lifted_after <= 2100ms; lifted_after += sweep_step) {
                CAPTURE(out_at.count(), down_at.count(), lifted_after.count());
                AnsweredPhone phone;
                phone.pass(out_at);
                phone.set_in_service(false);
                phone.pass(down_at);
                phone.hang_up();
                phone.pass(AnsweredPhone::tick);
                phone.set_in_service(true);
                phone.pass(lifted_after);
                phone.lift();
                phone.pass(longest_end);
                CHECK(phone.state() != "idle");
                phone.hang_up();
                REQUIRE(phone.wait([&] { return phone.idle(); }, longest_end));
            }
        }
    }
}

TEST_CASE("hook race: whenever a phone with a waiting call hangs up, it rings for that") {
    const QuietLog quiet;
    const bool far_end_first = GENERATE(false, true);
    for (auto down_at = 0ms; down_at <= 2000ms; down_at += sweep_step) {
        CAPTURE(far_end_first, down_at.count());
        AnsweredPhone phone;
        phone.second_call();
        if (far_end_first) phone.far_end_releases();
        phone.pass(down_at);
        phone.hang_up();
        REQUIRE(phone.wait([&] { return phone.state() == "ringing"; }, longest_end));
        CHECK(phone.refusals() == 0);
        phone.pass(500ms);
        phone.lift();
        phone.pass(300ms);
        CHECK(phone.state() == "talking");
    }
}

TEST_CASE("hook race: a phone with a waiting call that is lifted again gets it, or a tone") {
    const QuietLog quiet;
    for (auto down_at = 0ms; down_at <= 1400ms; down_at += sweep_step) {
        for (auto lifted_after = sweep_step; lifted_after <= 2800ms; lifted_after += sweep_step) {
            CAPTURE(down_at.count(), lifted_after.count());
            AnsweredPhone phone;
            phone.second_call();
            phone.pass(down_at);
            phone.hang_up();
            phone.pass(lifted_after);
            phone.lift();
            phone.pass(longest_end);
            CHECK(phone.state() == "talking");
            CHECK(phone.refusals() == 0);
        }
    }
}
