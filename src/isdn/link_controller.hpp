// LinkController: one libpri controller on one D-channel: frames in and out, its timers, and its events as values. A
// PriLink has one of them for each of its D-channels. Private to the files that know libpri's types. Thread: core (see
// base/libpri_guard.hpp for the lock).
#pragma once

#include <deque>
#include <memory>
#include <span>
#include <string>
#include <type_traits>
#include <vector>

#include "libpri_events.hpp"
#include "message_edits.hpp"
#include "tipring/base/libpri_guard.hpp"

namespace tipring::isdn {

class LinkController {
  public:
    /// What the D-channels of a link share. The functions may stop the controller.
    class Owner {
      public:
        virtual void on_event(LinkController& from, LinkEvent event) = 0;
        virtual void on_data_link(LinkController& from, bool up) = 0;
        /// STATUS says so.
        virtual void on_peer_state(LinkController& from, const PeerState& told) = 0;
        /// What was asked in a call is refused.
        virtual void on_refusal(LinkController& from, const PeerCall& call) = 0;
        /// The data link began anew, without having been lost.
        virtual void on_reset() = 0;
        /// The descriptor is dead.
        virtual void on_failure(LinkController& from, const std::string& reason) = 0;
        /// A call into libpri may have started timers, also those of the other controller.
        virtual void rearm() = 0;
        virtual MessageEdits& edits() = 0;
        virtual ~Owner() = default;
    };

    /// The first of a link: `master` none. Throws std::runtime_error when libpri has no memory.
    LinkController(base::Reactor& reactor, hardware::DChannel& d_channel, LinkOptions options, Owner& owner,
                   const LinkController* master);
    ~LinkController();
    LinkController(const LinkController&) = delete;
    LinkController& operator=(const LinkController&) = delete;

    const LinkOptions& options() const { return options_; }
    void set_numbers(const config::NumberPlan& numbers) { options_.numbers = numbers; }
    /// For calls within enter() or under a LibpriGuard.
    pri* libpri() const { return controller_; }

    /// One call into libpri, under the lock, and the timers looked at again afterwards.
    template <class Call>
    auto enter(Call&& call) {
        if constexpr (std::is_void_v<decltype(call())>) {
            {
                const base::LibpriGuard guard(options_.label);
                call();
            }
            owner_.rearm();
        } else {
            auto result = [&] {
                const base::LibpriGuard guard(options_.label);
                return call();
            }();
            owner_.rearm();
            return result;
        }
    }

    /// Handles the frames that wait, some hundred at most.
    void pump();
    /// Handles the timers that are due.
    void run_timers();
    /// Waits for the next of libpri's timers.
    void rearm();
    /// For libpri, before those of the D-channel: as if it had been received.
    void inject(std::vector<std::uint8_t> frame) { injected_.push_back(std::move(frame)); }
    bool has_injected() const { return !injected_.empty(); }
    /// No event and no frame from now on.
    void stop();

  private:
    static int read_frame(pri* controller, void* buffer, int size);
    static int write_frame(pri* controller, void* buffer, int size);
    int read(std::span<std::uint8_t> buffer);
    void write(std::span<const std::uint8_t> frame);
    void record(FrameDirection direction, std::span<const std::uint8_t> frame) const;
    void create();
    void apply_timers();
    void deliver(const pri_event& event, bool by_timer);
    void tell(LinkEvent event, bool by_timer);
    void notice_up();
    void fail();

    hardware::DChannel& d_channel_;
    LinkOptions options_;
    Owner& owner_;
    pri* controller_ = nullptr;
    base::Timer timer_;
    std::unique_ptr<base::Watch> watch_;
    std::deque<std::vector<std::uint8_t>> injected_;
    FrameFacts frame_;  ///< being handled
    bool frame_seen_ = false;
    bool up_ = false;
    bool numbered_sent_ = false;  ///< I or S frames, which only an established data link has
    bool stopped_ = false;
    bool dead_ = false;  ///< the descriptor is; of several D-channels libpri finds out by Q.921
    std::string read_error_;
    std::uint64_t write_errors_ = 0;
};

}  // namespace tipring::isdn
