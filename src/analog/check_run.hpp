// CheckRun: drives a LineCheck: carries out its actions on the wire and the audio of a port that has handed both over
// for this time. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "line_audio.hpp"
#include "line_check.hpp"
#include "line_wire.hpp"
#include "tipring/base/reactor.hpp"

namespace tipring::analog {

class CheckRun {
  public:
    /// All references outlive the run.
    struct Parts {
        base::Reactor& reactor;
        hardware::LineControl& control;
        LineWire& wire;
        LineAudio& audio;
        std::shared_ptr<const dsp::TonePlan> tones;
        std::shared_ptr<const std::vector<dsp::ToneSequence>> learnt_tones;
        unsigned tone_cycles = 3;
        unsigned echo_taps = 0;  ///< what the port wants back at the end
        bool pulse = false;
        std::chrono::milliseconds dtmf_on{100}, dtmf_off{100};
        /// Logs and counts what the board refuses; whether it did not.
        std::function<bool(const base::Result<void>&, std::string_view)> check;
        std::function<void()> prove_good;
        std::function<void(const std::string&)> refuse;
        /// The check is over; never from within a call of this class's members. Not after shut_down().
        std::function<void()> over;
    };

    CheckRun(CheckRequest request, const LineCheck::Settings& settings, Parts parts, CheckHandlers handlers);

    void start();
    /// What the board and the engine report meanwhile.
    void on_event(const media::Event& event);
    void stop(std::string why);
    /// Ends it at once; the report follows all the same.
    void shut_down();
    /// Gives the report to whoever asked for it, once.
    void report();

  private:
    const Parts parts_;
    CheckHandlers handlers_;
    LineCheck check_;
    base::Timer step_, limit_;
    dsp::Samples captured_;
    std::vector<CheckRecording> recordings_;
    dsp::Samples noise_;
    std::uint64_t lost_before_ = 0, lost_ = 0;
    bool off_hook_ = false;
    bool tidy_ = false;

    void feed(const CheckInput& input);
    void feed(CheckInputKind kind) { feed(CheckInput{.kind = kind}); }
    void on_line_event(const hardware::LineEvent& event);
    bool carry_out(const CheckAction& action);
    bool carry_out_on_audio(const CheckAction& action);
    bool start_audio();
    bool send_digits(const std::string& digits);
    void tidy_up();
    std::uint64_t blocks_lost() const;
};

}  // namespace tipring::analog
