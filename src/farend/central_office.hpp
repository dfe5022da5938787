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
// The first pulse of a dialled digit counts as one for leaving dial_tone. ring() goes from idle and released,
// with the loop open, to ringing; stop_ringing() from ringing to idle.
#pragma once

#include "audio_port.hpp"
#include "bearer_stream.hpp"
#include "far_end_thread.hpp"

namespace tipring::farend {

class LineOffice final : public AudioPortOf<CentralOffice>, private FarEndModel {
  public:
    using Milliseconds = std::chrono::milliseconds;

    LineOffice(FarEndThread& thread, hardware::Channel channel, const hardware::CountryTones& country);
    ~LineOffice() override;

    void set_service(const Service& service) override;
    void ring() override;
    void stop_ringing() override;
    void hang_up_by_battery_drop() override;
    void hang_up_by_tone(std::string_view tone) override;
    bool line_seized() const override;
    bool wait_seized(Milliseconds limit) override;
    bool wait_released(Milliseconds limit) override;
    std::string state() const override;
    bool wait_state(std::string_view state, Milliseconds limit) override;
    std::string dialled() const override;

  private:
    enum class State { idle, ringing, dial_tone, collecting, ringback, talking, busy, released };
    struct Seen {
        State state = State::idle;
        bool loop_closed = false;
        std::string dialled;
    };

    FarEndThread::Impl& thread_;
    hardware::Channel channel_;
    const hardware::CountryTones country_;
    BearerStream stream_;

    // Far-end thread only.
    bool gone_ = false;
    std::optional<base::TimePoint> deadline_;  ///< of the present state
    Service service_;

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
    void handle_now(const hardware::LineEvent& event);
    void loop_closes_now();
    void loop_opens_now();
    void dialling_begins_now();
    void digit_now(char digit);
    void number_complete_now();
    void deadline_now();
    void ring_now();
    void stop_ringing_now();
    void drop_battery_now();
    void play_hang_up_tone_now(const std::string& tone);
};

}  // namespace tipring::farend
