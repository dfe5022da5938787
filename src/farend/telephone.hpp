// LineTelephone: a telephone on an fxo channel. Private to farend.
// Thread: FarEndModel's members and all that ends in "_now" run on the far-end thread; the Telephone
// interface from any.
#pragma once

#include <deque>

#include "audio_port.hpp"
#include "bearer_stream.hpp"
#include "caller_id_display.hpp"
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
    void dial_pulse(std::string_view digits, const PulseDial& dial) override;
    bool off_hook() const override;
    void lift_parallel() override;
    void hang_up_parallel() override;
    bool ringing() const override;
    std::vector<Milliseconds> ring_bursts() const override;
    bool wait_ringing(Milliseconds limit) override;
    bool wait_ring_stopped(Milliseconds limit) override;
    unsigned battery_drops() const override;
    bool wait_battery_drops(unsigned count, Milliseconds limit) override;
    unsigned polarity_reversals() const override;
    bool wait_polarity_reversals(unsigned count, Milliseconds limit) override;
    std::vector<DisplayedCallerId> caller_ids() const override;
    bool wait_caller_ids(std::size_t count, Milliseconds limit) override;
    MessagesWaiting message_waiting() const override;
    bool wait_message_waiting(bool told, Milliseconds limit) override;
    bool wait_lamp(bool lit, Milliseconds limit) override;
    void set_type_two(bool on) override;
    unsigned alerts_answered() const override;
    void impair(const hardware::LineImpairments& impairments) override;

  private:
    /// One step of a flash or a dial pulse train: the loop goes to `closed` and stays so for `duration`.
    struct HookStep {
        bool closed;
        std::chrono::microseconds duration;
    };
    struct Seen {
        bool off_hook = false;
        bool ringing = false;
        std::vector<Milliseconds> bursts;
        unsigned battery_drops = 0;
        unsigned polarity_reversals = 0;
        unsigned alerts_answered = 0;
        std::vector<DisplayedCallerId> caller_ids;
        MessagesWaiting messages;
    };

    FarEndThread::Impl& thread_;
    hardware::Channel channel_;
    BearerStream stream_;
    const Milliseconds longest_pause_;  ///< without a burst; then the ringing is over

    // Far-end thread only.
    bool gone_ = false;
    bool hook_closed_ = false;  ///< this telephone's
    unsigned parallel_off_hook_ = 0;
    bool loop_closed_ = false;      ///< by any of them
    base::TimePoint trains_end_{};  ///< of flashes and pulses that the virtual line itself does
    CallerIdDisplay display_;
    bool type_two_ = true;
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
    std::optional<base::TimePoint> next_deadline() const override;
    void add_wakeups(std::vector<pollfd>& wakeups) const override;

    template <class Change>
    void change(Change&& change);
    void lift_now();
    void hang_up_now();
    void set_hook_now(bool closed);
    void apply_hooks_now();
    void add_parallel_now(bool lifted);
    void listen_now();
    void hear_now(std::span<const std::int16_t> samples);
    void show_now(const dsp::HeardCallerId& heard, bool in_call);
    void play_hook_now(const std::vector<hardware::HookTrain>& trains);
    void stop_trains_now();
    template <class Condition>
    bool wait(Milliseconds limit, Condition&& condition);
    void run_steps_now(base::TimePoint now);
    void handle_now(const hardware::LineEvent& event, base::TimePoint now);
    void watch_ringing_now(base::TimePoint now);
    void stop_ringing_now();
};

template <class Change>
void LineTelephone::change(Change&& make) {
    {
        const std::lock_guard lock(mutex_);
        make(seen_);
    }
    changed_.notify_all();
}

template <class Condition>
bool LineTelephone::wait(Milliseconds limit, Condition&& condition) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, limit, [&] { return condition(seen_); });
}

}  // namespace tipring::farend
