// LineOffice: an exchange on an fxs channel. Private to farend.
// Thread: FarEndModel's members and all that ends in "_now" run on the far-end thread; the CentralOffice
// interface from any.
//
// state                       | loop closes | a digit    | number complete         | answer_after | hang_up_by_tone | battery drop | loop opens
// ----------------------------+-------------+------------+-------------------------+--------------+-----------------+--------------+-----------------
// idle                        | dial_tone   |            |                         |              |                 |              |
// ringing                     | talking     |            |                         |              | idle            | idle         |
// dial_tone                   |             | collecting |                         |              | busy            | released     | released
// collecting                  |             | collecting | ringback, busy, talking |              | busy            | released     | released
// ringback                    |             |            |                         | talking      | busy            | released     | released
// talking, busy               |             |            |                         |              | busy            | released     | released
// released, loop still closed |             |            |                         |              | busy            | released     | released
// released, loop open         | dial_tone   |            |                         |              |                 |              | (idle after 1 s)
//
// presenting                  | talking     |            |                         |              |                 | (idle)       |
//   primary_answer            | presenting  |            |                         |              | busy            | released     | presenting
// silent                      |             |            |                         |              | busy            | released     | released
//
// ring() goes through presenting where the caller ID comes first. hang_up_by_polarity() and
// hang_up_by_silence() lead to silent from where hang_up_by_tone() leads to busy.
// The first pulse of a dialled digit counts as one for leaving dial_tone. ring() goes from idle and released,
// with the loop open, to ringing; stop_ringing() from ringing to idle.
// primary_answer: the loop that is closed in the short bursts gets the message, and the line rings when it is
// open again. Still closed long after the message it has answered: talking. stop_ringing() meanwhile: busy.
#pragma once

#include "audio_port.hpp"
#include "bearer_stream.hpp"
#include "call_presentation.hpp"
#include "far_end_thread.hpp"

namespace tipring::farend {

class LineOffice final : public AudioPortOf<CentralOffice>, private FarEndModel {
  public:
    using Milliseconds = std::chrono::milliseconds;

    LineOffice(FarEndThread& thread, hardware::Channel channel, const hardware::CountryTones& country);
    ~LineOffice() override;

    void set_service(const Service& service) override;
    void ring() override;
    void ring(const IncomingCall& call) override;
    void ring_when_seized() override;
    void stop_ringing() override;
    void hang_up_by_battery_drop(Milliseconds length) override;
    void hang_up_by_polarity() override;
    void hang_up_by_tone(std::string_view tone) override;
    void hang_up_by_silence() override;
    void set_line_in_use(bool in_use) override;
    void impair(const hardware::LineImpairments& impairments) override;
    std::vector<Milliseconds> flashes() const override;
    bool wait_flashes(std::size_t count, Milliseconds limit) override;
    bool line_seized() const override;
    bool wait_seized(Milliseconds limit) override;
    bool wait_released(Milliseconds limit) override;
    std::string state() const override;
    bool wait_state(std::string_view state, Milliseconds limit) override;
    std::string dialled() const override;

  private:
    enum class State {
        idle,
        presenting,
        ringing,
        dial_tone,
        collecting,
        ringback,
        talking,
        busy,
        silent,
        released
    };
    struct Seen {
        State state = State::idle;
        bool loop_closed = false;
        std::string dialled;
        std::vector<Milliseconds> flashes;
    };

    FarEndThread::Impl& thread_;
    hardware::Channel channel_;
    const hardware::CountryTones country_;
    BearerStream stream_;

    // Far-end thread only.
    bool gone_ = false;
    std::optional<base::TimePoint> deadline_;  ///< of the present state
    Service service_;
    bool seized_ = false;    ///< the port is in the talking state
    bool reversed_ = false;  ///< the line's polarity
    bool in_use_ = false;
    bool glare_ = false;
    std::optional<base::TimePoint> battery_back_;  ///< a drop of its own length ends then
    hardware::RingCadence cadence_{};              ///< of the present ringing
    std::deque<PresentationStep> steps_;           ///< the present one first
    bool step_begun_ = false;
    std::optional<base::TimePoint> step_ends_;
    std::size_t silences_ = 0;  ///< that the present ringing had so far

    mutable std::mutex mutex_;
    mutable std::condition_variable changed_;
    Seen seen_;  ///< guarded by mutex_; only the far-end thread writes it

    static std::string_view name(State state);

    void tick(base::TimePoint now) override;
    bool wants_ticks() const override;
    void add_wakeups(std::vector<pollfd>& wakeups) const override;

    template <class Change>
    void change(Change&& change);
    void enter(State state, std::optional<Milliseconds> limit = std::nullopt);
    void check(const base::Result<void>& result) const;
    void run_steps_now(base::TimePoint now);
    void begin_step_now(base::TimePoint now);
    bool step_over_now(base::TimePoint now);
    bool start_ringing_now(const hardware::RingCadence& cadence);
    void stop_presenting_now();
    void modem_answers_now();
    void modem_stays_now();
    void modem_hangs_up_now();
    void release_port_now();
    void set_polarity_now(bool reversed);
    void play_tone_now(std::string_view tone);
    void flash_now();
    void handle_now(const hardware::LineEvent& event);
    void loop_closes_now();
    void loop_opens_now();
    void dialling_begins_now();
    void digit_now(char digit);
    void number_complete_now();
    void deadline_now();
    void ring_now(const IncomingCall& call);
    void stop_ringing_now();
    void drop_battery_now(Milliseconds length);
    void take_battery_now(Milliseconds length);
    void hang_up_now(State state, std::string_view tone);
};

}  // namespace tipring::farend
