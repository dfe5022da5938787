// A telephone and an exchange that note what they are told to do. Single-threaded.
#pragma once

#include <string>
#include <vector>

#include "tipring/farend/far_end.hpp"

namespace tipring::test {

/// Notes what it is told to do.
class FakeTelephone final : public farend::Telephone {
  public:
    void play(farend::Clip clip, bool loop) override {
        played = std::to_string(clip.size()) + (loop ? " loop" : "");
    }
    void stop_playing() override {}
    void start_recording() override {}
    std::size_t recorded() const override { return 0; }
    farend::Clip stop_recording() override { return {}; }
    farend::Hearing hearing() const override { return {-13.04, 350, 440, "dial"}; }
    bool wait_for_tone(std::string_view, std::chrono::milliseconds) override { return false; }
    bool wait_playing_done(std::chrono::milliseconds) override { return false; }
    void send_dtmf(std::string_view, std::chrono::milliseconds, std::chrono::milliseconds) override {}
    std::string digits() const override { return "12"; }
    void clear_digits() override {}
    bool wait_digits(std::string_view, std::chrono::milliseconds) override { return false; }
    void lift() override { lifted = true; }
    void hang_up() override { lifted = false; }
    void flash(std::chrono::milliseconds duration) override {
        done = "flash " + std::to_string(duration.count());
    }
    void dial_dtmf(std::string_view digits) override { done = "dtmf " + std::string(digits); }
    void dial_pulse(std::string_view digits, const farend::PulseDial&) override {
        done = "pulse " + std::string(digits);
    }
    void lift_parallel() override {}
    void hang_up_parallel() override {}
    unsigned polarity_reversals() const override { return 3; }
    bool wait_polarity_reversals(unsigned, std::chrono::milliseconds) override { return false; }
    std::vector<farend::DisplayedCallerId> caller_ids() const override {
        farend::DisplayedCallerId shown;
        shown.number = "555";
        shown.name = "Anna";
        shown.moment = farend::DisplayedCallerId::Moment::ringing;
        return {shown};
    }
    bool wait_caller_ids(std::size_t, std::chrono::milliseconds) override { return false; }
    farend::MessagesWaiting message_waiting() const override { return {true, 2, true}; }
    bool wait_message_waiting(bool, std::chrono::milliseconds) override { return false; }
    bool wait_lamp(bool, std::chrono::milliseconds) override { return false; }
    void set_type_two(bool) override {}
    unsigned alerts_answered() const override { return 0; }
    void impair(const hardware::LineImpairments&) override {}
    bool off_hook() const override { return lifted; }
    bool ringing() const override { return false; }
    std::vector<std::chrono::milliseconds> ring_bursts() const override { return {}; }
    bool wait_ringing(std::chrono::milliseconds) override { return false; }
    bool wait_ring_stopped(std::chrono::milliseconds) override { return false; }
    unsigned battery_drops() const override { return 0; }
    bool wait_battery_drops(unsigned, std::chrono::milliseconds) override { return false; }
    bool lifted = false;
    std::string done, played;
};

/// An exchange that notes what it is told to do. What it says and hears is the telephone's business here.
class FakeOffice final : public farend::CentralOffice {
  public:
    using Milliseconds = std::chrono::milliseconds;
    void play(farend::Clip, bool) override {}
    void stop_playing() override {}
    void start_recording() override {}
    std::size_t recorded() const override { return 0; }
    farend::Clip stop_recording() override { return {}; }
    farend::Hearing hearing() const override { return {}; }
    bool wait_for_tone(std::string_view, Milliseconds) override { return false; }
    bool wait_playing_done(Milliseconds) override { return false; }
    void send_dtmf(std::string_view, Milliseconds, Milliseconds) override {}
    std::string digits() const override { return {}; }
    void clear_digits() override {}
    bool wait_digits(std::string_view, Milliseconds) override { return false; }
    void set_service(const Service&) override {}
    void ring() override {}
    void ring(const farend::IncomingCall& with) override { call = with; }
    void stop_ringing() override { done = "stop"; }
    void ring_when_seized() override { done += "glare "; }
    void hang_up_by_battery_drop(Milliseconds length) override {
        done = "battery " + std::to_string(length.count());
    }
    void hang_up_by_polarity() override { done = "polarity"; }
    void hang_up_by_tone(std::string_view tone) override { done = "tone " + std::string(tone); }
    void hang_up_by_silence() override { done = "silence"; }
    void set_line_in_use(bool in_use) override { done += in_use ? "used " : "free "; }
    void impair(const hardware::LineImpairments& with) override { impairments = with; }
    std::vector<Milliseconds> flashes() const override { return {}; }
    bool wait_flashes(std::size_t, Milliseconds) override { return false; }
    bool line_seized() const override { return seized; }
    bool wait_seized(Milliseconds) override { return false; }
    bool wait_released(Milliseconds) override { return false; }
    std::string state() const override { return seized ? "talking" : "idle"; }
    bool wait_state(std::string_view, Milliseconds) override { return false; }
    std::string dialled() const override { return {}; }

    bool seized = false;
    std::string done;
    farend::IncomingCall call;
    hardware::LineImpairments impairments;
};

}  // namespace tipring::test
