// SpanController: call control of one primary-rate span: from libpri's events to legs and back, channel
// negotiation, clearing, RESTART, alarms, maintenance, audit. Thread: core.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "bearer_allocator.hpp"
#include "bearer_audio.hpp"
#include "bearer_hold.hpp"
#include "bearer_leg.hpp"
#include "channel_audit.hpp"
#include "pri_link.hpp"
#include "restart_procedure.hpp"
#include "tipring/isdn/span.hpp"

namespace tipring::isdn {

/// Times that are ours, not libpri's.
struct SpanTimes {
    std::chrono::milliseconds t304{30000};   ///< Q.931 tables 9-2 (30 s), 9-1 (20 s): overlap sending
    std::chrono::milliseconds t309{90000};   ///< Q.931 table 9-1: 6 to 90 s
    std::chrono::milliseconds t310{0};       ///< Q.931 table 9-2: CALL PROCEEDING and then nothing; 0: off
    std::chrono::milliseconds t316{120000};  ///< Q.931 table 9-1: wait for RESTART ACKNOWLEDGE
    std::chrono::milliseconds transfer{
        5000};  ///< the network has not cleared calls that it was to join: it does not
    std::chrono::milliseconds transfer_settle{2000};  ///< ... when it has cleared one of them
    unsigned n316 = 2;                                ///< Q.931 5.5.1.2: how often RESTART is sent
    std::chrono::milliseconds release_report{1000};   ///< a leg is told of its release at the latest then
    std::chrono::milliseconds release_guard{
        50000};  ///< above T305 + 2 x T308 = 38 s: libpri should have said something
    std::chrono::milliseconds reconcile{
        1000};  ///< how often alarm and D-channel are looked at without a wake-up, and the audit
    bool restart_at_start = true;  ///< RESTART of the idle channels when layer 2 first comes up
};
/// With what the file sets.
SpanTimes times_of(const config::Span& settings);

struct BearerPosition {
    unsigned position = 0;
    base::ChannelNumber channel;
};

struct ControllerParts {
    base::Reactor& reactor;
    call::CallSink& calls;
    std::unique_ptr<hardware::DChannel> d_channel;
    std::unique_ptr<BearerAudio> audio;
    std::vector<BearerPosition> bearers;
    std::function<void(const SpanEvent&, const SpanView&)> on_change;
    SpanTimes times;
    dsp::ToneSequence dial_tone{};  ///< for overlap receiving
    std::unique_ptr<hardware::DChannel> backup_d_channel = nullptr;
    std::function<std::optional<bool>(unsigned span)> span_alarm{};  ///< as SpanParts::span_alarm
};

/// Layer 1 of one span of the trunk. The first has interface 0.
struct TrunkSpan {
    unsigned interface = 0, number = 0;
    bool alarm = false, looped = false;
    bool alarm_known = true;
    base::TimePoint alarm_since{};

    bool usable() const { return !alarm && !looped; }
};

class SpanController final : public Span, public call::Exit {
  public:
    SpanController(const config::Span& settings, ControllerParts parts);
    ~SpanController() override;

    // Span
    SpanView view() const override;
    const config::Span& settings() const override { return settings_; }
    call::Exit& exit() override { return *this; }
    bool idle() const override;
    bool missing() const override { return link_failed_; }
    bool adopt(const config::Span& settings) override;
    base::Result<std::unique_ptr<BearerHold>> hold(unsigned timeslot) override;
    void set_looped(bool looped) override;
    void shut_down() override;
    std::vector<Span*> trunk_members() override;
    const FrameTrace* trace() const override { return &trace_; }
    base::Result<void> set_in_service(std::optional<unsigned> position, bool in_service) override;
    base::Result<unsigned> restart(std::optional<unsigned> position) override;

    // call::Exit
    routing::Destination destination() const override {
        return {routing::DestinationKind::span, settings_.name};
    }
    std::unique_ptr<call::Leg> open(base::LegId id, const call::CallRequest& request,
                                    call::Cause& why) override;

    // For BearerLeg
    using CallPointer = std::shared_ptr<SpanCall>;
    void start(const CallPointer& call, const call::CallRequest& request);
    void alert(const CallPointer& call, bool inband);
    void progress_indicators(const CallPointer& call, const std::vector<call::ProgressIndicator>& indicators,
                             bool of_answer);
    void progress(const CallPointer& call);
    void connected_party(const CallPointer& call, const call::Party& party);
    void dial_on(const CallPointer& call, char digit);
    bool takes_digits(const SpanCall& call) const;
    void answer(const CallPointer& call);
    void notify_hold(const CallPointer& call, bool on);
    bool refer(const CallPointer& call, const CallPointer& other);
    void settle_transfer_request(const CallPointer& call, bool done);
    bool identify(const CallPointer& call);
    void release(const CallPointer& call, const call::Cause& cause);
    void abandon(const CallPointer& call);
    void send_digit(const CallPointer& call, char digit);
    media::EndpointId media_of(const SpanCall& call) const;

    /// For a BearerHold: ends it, whoever still has it.
    void take_back(unsigned position);
    bool is_held(unsigned position) const;

    const BearerAllocator& allocator() const { return allocator_; }

    /// For a span of the trunk (span_trunk.cpp).
    void set_looped(unsigned interface, bool looped);
    base::Result<void> set_interface_in_service(unsigned interface, bool in_service);
    base::Result<unsigned> restart_interface(unsigned interface);

  private:
    void on_link(const LinkEvent& event);
    void on_up();
    void on_down();
    void on_switched();
    void on_standby();
    void put_in_service(const std::function<bool(unsigned position)>& meant, bool in_service,
                        SpanEvent event);
    void on_setup(const LinkEvent& event);
    void on_progress(const CallPointer& call, const LinkEvent& event);
    void on_answer(const CallPointer& call, const LinkEvent& event);
    void tell_indicators(const CallPointer& call, const std::vector<call::ProgressIndicator>& indicators,
                         bool of_answer);
    void on_cleared_by_peer(const CallPointer& call, const LinkEvent& event);
    void on_cleared(const CallPointer& call, bool unanswered);
    void on_restart(const LinkEvent& event);
    void on_peer_state(const CallPointer& call, std::uint8_t state);
    void on_line_event(unsigned position, hardware::LineEventKind kind);
    void on_service(const LinkEvent& event);
    void reconcile();
    void check_alarm();
    void check_channel_alarms();
    void audit();
    void repair(const Finding& finding);
    void tell_service();
    void restart_later(unsigned position);
    void restart_unsure();
    void supervise(const CallPointer& call, const LinkEvent& event);

    void announce(const CallPointer& call, const LinkEvent& setup);
    // span_trunk.cpp
    bool is_trunk() const { return spans_.size() > 1; }
    TrunkSpan* span_of(unsigned interface);
    unsigned span_number(unsigned position) const;
    bool usable() const;
    bool alarm_of(unsigned position) const;
    bool first_span_alarm() const;
    void check_member_alarms();
    void tell_alarm(TrunkSpan& span, bool alarm);
    void clear_dead_spans();
    bool can_tell_service(unsigned position) const;
    void show_trunk(SpanView& view) const;
    // span_overlap.cpp
    void begin_dialling(const CallPointer& call, const LinkEvent& setup);
    void on_more_called(const CallPointer& call, const LinkEvent& event);
    void act_on(const CallPointer& call, DigitVerdict verdict);
    void wait_for_digits(const CallPointer& call);
    static void end_digits(const CallPointer& call);
    void on_setup_ack(const CallPointer& call, const LinkEvent& event);
    void on_connected(const CallPointer& call, const LinkEvent& event);
    bool keeps_announcement(const SpanCall& call, const LinkEvent& event, const call::Cause& cause) const;
    void hear_announcement(const CallPointer& call, const call::Cause& cause);

    // span_hold.cpp
    bool on_supplementary(const LinkEvent& event);
    void on_hold(const CallPointer& call, const LinkEvent& event);
    void on_retrieve(const CallPointer& call, const LinkEvent& event);
    void on_notification(const CallPointer& call, const LinkEvent& event);
    void report_hold(const CallPointer& call);
    // span_transfer.cpp
    bool ends_by_transfer(const CallPointer& call);
    void end_transfer(const CallPointer& call, bool done);
    void forget_transfer(const CallPointer& call);
    void on_refused(const CallPointer& call);
    void on_transfer_request(const LinkEvent& event);
    // span_services.cpp
    bool may_wait() const;
    bool end_waiting(const CallPointer& call);
    void on_advice(const CallPointer& call, const LinkEvent& event);
    void on_malicious(const CallPointer& call, const LinkEvent& event);

    void read_digit_map();
    std::optional<std::uint8_t> refusal(const LinkEvent& event) const;
    void give_way(unsigned position);
    bool settle_channel(const CallPointer& call, const LinkEvent& event);
    void start_audio(const CallPointer& call);
    void stop_audio(const CallPointer& call);
    void begin_clearing(const CallPointer& call, const call::Cause& cause);
    void finish(const CallPointer& call);
    void let_go(const CallPointer& call);
    /// Without a word to the other end; `position` 0: of calls without a channel.
    void drop_calls(const std::function<bool(unsigned position)>& meant, const call::Cause& cause);
    void drop_all_calls(const call::Cause& cause);
    void report(const CallPointer& call, std::function<void(call::LegObserver&, call::Leg&)> what);
    void report_release(const CallPointer& call);
    CallPointer find(const q931_call* record) const;
    void end_previous(const q931_call* record);
    void forgotten(const CallPointer& call);
    call::Cause received_cause(const LinkEvent& event, bool unanswered) const;
    std::string ids(const SpanCall& call) const;
    /// Of this span.
    void changed(std::string_view event) const { changed(SpanEvent{event, settings_.number}); }
    void changed(const SpanEvent& event) const;

    config::Span settings_;
    base::Reactor& reactor_;
    call::CallSink& sink_;
    std::unique_ptr<hardware::DChannel> d_channel_, backup_d_channel_;
    std::function<std::optional<bool>(unsigned span)> span_alarm_;
    std::vector<TrunkSpan> spans_;  ///< the first: this one; the others: of an NFAS trunk
    std::vector<std::unique_ptr<Span>> members_;
    std::unique_ptr<BearerAudio> audio_;
    std::vector<BearerPosition> bearers_;
    std::function<void(const SpanEvent&, const SpanView&)> on_change_;
    SpanTimes times_;
    dsp::ToneSequence dial_tone_;
    std::optional<routing::DigitMap> digit_map_;
    BearerAllocator allocator_;
    std::vector<CallPointer> calls_;
    std::vector<std::shared_ptr<HeldBearer>> held_;
    std::uint64_t last_serial_ = 0;
    /// Channels whose state at the other end is not known: RESTART when the data link is up.
    std::set<unsigned> unsure_;
    std::set<unsigned> untold_;  ///< channels whose service has changed while the data link was down
    std::vector<Finding> last_findings_;
    std::set<unsigned> last_channel_alarms_;
    bool up_ = false;
    bool was_up_ = false;
    bool stopped_ = false;
    std::uint64_t calls_in_ = 0, calls_out_ = 0, losses_ = 0, repairs_ = 0;
    std::string last_error_;
    bool link_failed_ = false;  ///< the D-channel is gone for good
    base::Timer reconcile_timer_;
    base::Timer t309_timer_;  ///< of a trunk with two D-channels: libpri leaves it to us
    FrameTrace trace_;        ///< outlives the link, which writes it
    std::unique_ptr<PriLink> link_;
    std::unique_ptr<RestartProcedure> restarts_;
};

}  // namespace tipring::isdn
