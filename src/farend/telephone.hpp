// LineTelephone: a telephone on an fxo channel. Private to farend.
// Thread: FarEndModel's members and all that ends in "_now" run on the far-end thread; the Telephone
// interface from any.
#pragma once

#include <deque>

#include "audio_port.hpp"
#include "bearer_stream.hpp"
#include "far_end_thread.hpp"

namespace tipring::farend {

class LineTelephone final : public AudioPortOf<Telephone>, private FarEndModel {
  public:
    using Milliseconds = std::chrono::milliseconds;

    LineTelephone(FarEndThread& thread, hardware::Channel channel, const hardware::CountryTones& country);
    ~LineTelephone() override;

    void lift() override;
    void hang_up() override;
    void flash(Milliseconds duration) override;
    void dial_dtmf(std::string_view digits) override;
    void dial_pulse(std::string_view digits) override;
    bool off_hook() const override;
    bool ringing() const override;
    std::vector<Milliseconds> ring_bursts() const override;
    bool wait_ringing(Milliseconds limit) override;
    bool wait_ring_stopped(Milliseconds limit) override;
    unsigned battery_drops() const override;
    bool wait_battery_drops(unsigned count, Milliseconds limit) override;

  private:
    /// One step of a flash or a dial pulse train: the loop goes to `closed` and stays so for `duration`.
    struct HookStep {
        bool closed;
        Milliseconds duration;
    };
    struct Seen {
        bool off_hook = false;
        bool ringing = false;
        std::vector<Milliseconds> bursts;
        unsigned battery_drops = 0;
    };

    FarEndThread::Impl& thread_;
    hardware::Channel channel_;
    BearerStream stream_;
    const Milliseconds longest_pause_;  ///< without a burst; then the ringing is over

    // Far-end thread only.
    bool gone_ = false;
    bool loop_closed_ = false;
    std::deque<HookStep> steps_;
    bool step_running_ = false;
    base::TimePoint step_ends_;
    bool burst_on_ = false;
    std::optional<base::TimePoint> burst_began_, burst_ended_;

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Seen seen_;  ///< guarded by mutex_

    void tick(base::TimePoint now) override;
    bool wants_ticks() const override;
    void add_wakeups(std::vector<pollfd>& wakeups) const override;

    template <class Change>
    void change(Change&& change);
    void lift_now();
    void hang_up_now();
    void set_loop_now(bool closed);
    void run_steps_now(base::TimePoint now);
    void handle_now(const hardware::LineEvent& event, base::TimePoint now);
    void watch_ringing_now(base::TimePoint now);
    void stop_ringing_now();
};

}  // namespace tipring::farend
